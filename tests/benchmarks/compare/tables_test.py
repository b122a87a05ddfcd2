import unittest

from benchmarks.compare import tables


def row(name, connections, cpu, error=None, **more):
    return {
        "name": name,
        "mode": "keep-alive",
        "document": "hello",
        "connections": connections,
        "cpu_us": cpu,
        "requests_per_second": [1000 * value for value in cpu],
        "p50_ms": [0.5] * len(cpu),
        "p99_ms": [25] * len(cpu),
        "client_share": [0.5] * len(cpu),
        "error": error,
        **more,
    }


class TablesTest(unittest.TestCase):
    def test_figure_has_three_digits(self):
        self.assertEqual(
            [tables.figure(value) for value in (0.356, 7.034, 21.36, 1234.5, None)],
            ["0.36", "7.03", "21.4", "1,234", "–"],
        )

    def test_cells(self):
        text = tables.cell_tables(
            [row("nginx", 1, [4, 5, 6]), row("ours", 1, [2, 2.5, 3]), row("nginx", 64, [8]), row("ours", 64, [])],
            ("nginx",),
        )
        self.assertIn("**hello, keep-alive**: CPU time of the server a request, µs (× that of nginx)", text)
        self.assertIn("|  | 1 connection | 64 connections |\n|---|--:|--:|\n", text)
        self.assertIn("| nginx | 5.00 ±20 % (×1.00) | 8.00 (×1.00) |", text)
        self.assertIn("| ours | 2.50 ±20 % (×0.50) | error |", text)
        self.assertIn("| ours | 2,500/s, 0.50, 25.0 | error |", text)

    def test_a_cell_that_a_server_does_not_take(self):
        text = tables.cell_tables([row("nginx", 1, [4]), row("nginx", 64, [8]), row("ours", 64, [8])], ("nginx",))
        self.assertIn("| ours | – | 8.00 (×1.00) |", text)

    def test_no_ratio_to_a_peer_that_failed(self):
        rows = [row("nginx", 1, [4]), row("nginx", 64, [8], error="reset"), row("ours", 1, [4]), row("ours", 64, [8])]
        self.assertIn("| ours | 4.00 (×1.00) | 8.00 |", tables.cell_tables(rows, ("nginx",)))

    def test_rate_that_the_client_bounds(self):
        self.assertEqual(tables.speed_text(row("ours", 1, [2], client_share=[0.97])), "≥ 2,000/s, 0.50, 25.0")

    def test_wrong_answers_are_told_and_have_no_figure(self):
        wrong = row("ours", 64, [1, 2], error="3 of 5 requests failed:\n 3 reset")
        self.assertIn("| ours | error |", tables.cell_tables([wrong], ("nginx",)))
        self.assertEqual(tables.errors([wrong]), "* ours, hello, keep-alive, 64: `3 of 5 requests failed: 3 reset`\n")
        self.assertEqual(tables.errors([row("ours", 1, [1])]), "")

    def test_clients(self):
        text = tables.client_table([row("test_client", 64, [3, 4, 5]), row("wrk", 64, [6, 8, 10])])
        self.assertIn("| test_client | 4.00 ±25 % (×0.50) |", text)

    def test_memory_and_fork(self):
        self.assertIn(
            "| nginx | 9,000 | 528 |",
            tables.memory_table([{"name": "nginx", "connections": 9000, "bytes": [528.4], "error": None}]),
        )
        self.assertIn(
            "| resident | bare, µs |\n|---|--:|\n| 64 MiB | 200 ±25 % |",
            tables.fork_table([{"name": "bare", "resident_mib": 64, "wall_us": [150, 200, 250], "error": None}]),
        )
