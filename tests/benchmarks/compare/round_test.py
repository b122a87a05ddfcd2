"""Real servers, a real load, and what is left of them: nothing."""

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import tempfile
import unittest

from benchmarks.compare import cpu_time
from benchmarks.compare.documents import FILES
from benchmarks.compare.forklift_servers import EPOLL_LIMIT, EVENT, FORK, FORK_LIMIT
from benchmarks.compare.matrix import Effort, Part, run_cell
from benchmarks.compare.memory import run_memory
from benchmarks.compare.server import CONNECTION_EACH, KEEP_ALIVE, Cell, Server
from benchmarks.compare.workbench import Workbench

class FewRequests(Effort):
    """As many however long they take."""

    def amount(self, cell):
        return f"--requests={20 * cell.connections}"


EFFORT = FewRequests(rounds=2, run_seconds=0, client_run_seconds=1, seconds=60)

# Takes its CPU time in a child that it waits for, and then stays.
BUSY = """
import os, time
if os.fork() == 0:
    while time.process_time() < 0.1: pass
    os._exit(0)
os.wait()
print("done", flush=True)
input()
"""


def part(*servers):
    return Part("test", "", "", servers, (), ())


def processes_in(folder):
    """Those that work below it."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{pid}/cwd").startswith(folder):
                found.append(int(pid))
    return found


class RoundTest(unittest.TestCase):
    def setUp(self):
        self.workbench = self.enterContext(Workbench(os.getcwd()))

    def tearDown(self):
        self.assertEqual(processes_in(self.workbench.folder), [])

    def measured(self, row):
        self.assertIsNone(row["error"])
        self.assertEqual(len(row["cpu_us"]), EFFORT.rounds)

    def test_servers_take_turns(self):
        rows = run_cell(self.workbench, part(EVENT, EPOLL_LIMIT), Cell(KEEP_ALIVE, 2), EFFORT)
        self.assertEqual([row["name"] for row in rows], ["forklift-event", "limit-epoll"])
        for row in rows:
            self.measured(row)

    def test_servers_are_started_anew(self):
        twice = dataclasses.replace(part(EVENT, EPOLL_LIMIT), starts=2)
        for row in run_cell(self.workbench, twice, Cell(KEEP_ALIVE, 2), EFFORT):
            self.assertIsNone(row["error"])
            self.assertEqual(len(row["cpu_us"]), 2 * EFFORT.rounds)

    def test_a_process_for_each_connection(self):
        for row in run_cell(self.workbench, part(FORK, FORK_LIMIT), Cell(CONNECTION_EACH, 2), EFFORT):
            self.measured(row)

    def test_files_by_more_connections_than_a_few(self):
        (row,) = run_cell(self.workbench, part(EVENT), Cell(KEEP_ALIVE, 70, FILES[1]), EFFORT)
        self.measured(row)

    def test_a_server_that_does_not_start_is_told_with_its_words(self):
        broken = Server("broken", 'sh -c "echo out of luck >&2; exit 3" $port')
        rows = run_cell(self.workbench, part(broken, EVENT), Cell(KEEP_ALIVE, 1), EFFORT)
        self.assertIn("ended with 3: out of luck", rows[0]["error"])
        self.assertEqual(rows[0]["cpu_us"], [])
        self.measured(rows[1])

    def test_a_wrong_answer_is_no_figure(self):
        wrong = dataclasses.replace(EPOLL_LIMIT, documents=FILES)
        (row,) = run_cell(self.workbench, part(wrong), Cell(KEEP_ALIVE, 1, FILES[0]), EFFORT)
        self.assertIn("answers 200 and 14 bytes", row["error"])
        self.assertEqual(row["cpu_us"], [])

    def test_a_server_that_is_not_installed_has_no_row(self):
        absent = Server("absent", "no-such-server $port")
        self.assertEqual(run_cell(self.workbench, part(absent), Cell(KEEP_ALIVE, 1), EFFORT), [])

    def test_memory_of_connections(self):
        (row,) = run_memory(self.workbench, part(EVENT), Cell(KEEP_ALIVE, 200))
        self.assertIsNone(row["error"])
        self.assertEqual((row["connections"], len(row["bytes"])), (200, 1))

    def test_what_ended_children_took_counts(self):
        for kind in {cpu_time.choose_account(), cpu_time.ProcessTree}:
            with self.subTest(kind.__name__):
                account = kind()
                with subprocess.Popen(
                    ["python3", "-c", BUSY],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    preexec_fn=account.enter,
                    cwd=self.workbench.folder,
                ) as process:
                    account.started(process.pid)
                    self.assertEqual(process.stdout.readline(), b"done\n")
                    self.assertGreaterEqual(account.seconds(), 0.08)
                    self.assertEqual(account.processes(), [process.pid])
                    process.communicate(b"\n")
                account.close()


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def start(self, *arguments):
        return subprocess.Popen(
            ["python3", "-m", "benchmarks.compare", "--only=forklift-event,limit-epoll", "--rounds=1", *arguments],
            env={**os.environ, "TMPDIR": self.folder},
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def test_reports(self):
        json_file, markdown_file, plots = (f"{self.folder}/{name}" for name in ("a.json", "a.md", "plots"))
        with self.start(
            "--quick", "--parts=event-limit", f"--json={json_file}", f"--markdown={markdown_file}", f"--plots={plots}"
        ) as program:
            _, errors = program.communicate(timeout=60)
        self.assertEqual(program.returncode, 0, errors)
        with open(json_file, encoding="utf-8") as file:
            self.assertEqual(len(json.load(file)["rows"]), 4)
        with open(markdown_file, encoding="utf-8") as file:
            text = file.read()
        self.assertIn("## Event loops and the kernel's limit", text)
        self.assertIn("| limit-epoll | ", text)
        with self.start(f"--from={json_file}") as program:
            self.assertEqual(program.communicate(timeout=60)[0], text)

    def test_control_c_leaves_nothing(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name), self.start("--parts=designs") as program:
                self.assertIn("designs: ", next(line for line in program.stderr if "designs" in line))
                program.send_signal(number)
                output, errors = program.communicate(timeout=60)
                self.assertEqual(program.returncode, 128 + number, errors)
                if number == signal.SIGINT:
                    self.assertIn("## Not run", output)  # behind what was
                self.assertEqual(processes_in(self.folder), [])
                self.assertEqual(os.listdir(self.folder), [])
