import json
import unittest

from benchmarks.compare import load_client
from benchmarks.compare.documents import FILES, HELLO
from benchmarks.compare.load_client import WrongAnswer
from benchmarks.compare.server import CONNECTION_EACH, KEEP_ALIVE, PIPELINED, Cell

CELL = Cell(KEEP_ALIVE, 64)


def report(**changes):
    members = {
        "requests": 10,
        "answered": 10,
        "failed": 0,
        "failures": {},
        "status_codes": {"200": 10},
        "bytes_received": 10 * 150,
        "requests_per_second": 5.0,
        "duration": 2.0,
        "latency": {"p50": 0.001, "p99": 0.002},
    }
    return json.dumps({**members, **changes})


class LoadClientTest(unittest.TestCase):
    def test_reads_the_report(self):
        load = load_client.parse(report(), CELL)
        self.assertEqual((load.answered, load.requests_per_second, load.p50, load.p99), (10, 5.0, 0.001, 0.002))

    def test_a_failed_request_is_no_figure(self):
        text = report(answered=9, failed=1, failures={"reset": 1}, status_codes={"200": 9})
        with self.assertRaisesRegex(WrongAnswer, "1 of 10 requests failed: 1 reset"):
            load_client.parse(text, CELL)

    def test_another_status_is_no_figure(self):
        with self.assertRaisesRegex(WrongAnswer, "statuses: .*404"):
            load_client.parse(report(status_codes={"200": 9, "404": 1}), CELL)

    def test_another_size_is_no_figure(self):
        for size in (10 * 14, 10 * 2000):
            with self.assertRaisesRegex(WrongAnswer, "bytes an answer"):
                load_client.parse(report(bytes_received=size), CELL)
        load_client.parse(report(bytes_received=10 * 1200), Cell(KEEP_ALIVE, 1, FILES[0]))

    def test_nothing_is_no_figure(self):
        with self.assertRaises(WrongAnswer):
            load_client.parse(report(requests=0, answered=0), CELL)

    def test_flags(self):
        self.assertIn("--no-keepalive", load_client.flags(Cell(CONNECTION_EACH, 1), "--requests=5"))
        self.assertIn("--pipeline=16", load_client.flags(Cell(PIPELINED, 1), "--requests=5"))
        self.assertIn("--requests=5", load_client.flags(Cell(KEEP_ALIVE, 1), "--requests=5"))
        self.assertIn("--expect-body=Hello, World!\n", load_client.flags(Cell(KEEP_ALIVE, 1, HELLO), "--duration=1s"))
