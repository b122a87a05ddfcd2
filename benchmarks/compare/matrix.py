"""The runs: in each cell all its servers are up, and are asked in turn, round by round."""

import contextlib
import dataclasses

from benchmarks.compare import load_client
from benchmarks.compare.load_client import WrongAnswer
from benchmarks.compare.running_server import RunningServer, ServerFailed
from benchmarks.compare.server import CONNECTION_EACH

# Above so many, connections that are kept cost something beside the requests of a short run, and are measured apart.
_FEW_CONNECTIONS = 64


@dataclasses.dataclass(frozen=True)
class Effort:
    rounds: int
    run_seconds: float  # of a run of the load client
    client_run_seconds: int  # of a run in which clients are compared; some know only whole seconds
    seconds: float  # for everything

    def amount(self, cell):
        # Long enough that most of it is requests, where there are many connections to open.
        return f"--duration={max(self.run_seconds, cell.connections * 3e-4):.3g}s"


@dataclasses.dataclass(frozen=True)
class Part:
    """A question, and what answers it."""

    name: str
    title: str
    text: str
    servers: tuple
    cells: tuple
    bases: tuple  # the first of these that was measured is what the others are compared with
    starts: int = 1  # of each server, with so many rounds each: for what depends on chance at its start


def run_cell(workbench, part, cell, effort):
    """A row for each server that takes the cell."""
    rows = {
        server: _new_row(part, server, cell, effort)
        for server in part.servers
        if server.takes(cell) and server.is_installed(workbench.runfiles)
    }
    for _ in range(part.starts):
        _run_rounds(workbench, rows, cell, effort)
    return list(rows.values())


def _run_rounds(workbench, rows, cell, effort):
    with contextlib.ExitStack() as stack:
        running = {}
        for server, row in rows.items():
            if row["error"] is not None:
                continue
            try:
                running[server] = stack.enter_context(RunningServer(workbench, server, cell))
                warm_up = f"--requests={max(100, cell.connections)}"
                load_client.run(workbench, cell, warm_up, running[server].port)
            except (ServerFailed, WrongAnswer) as failure:
                row["error"] = str(failure)
        for _ in range(effort.rounds):
            for server, row in rows.items():
                if row["error"] is None:
                    _measure(workbench, row, running[server], cell, effort)


def _new_row(part, server, cell, effort):
    return {
        "part": part.name,
        "name": server.name,
        "mode": cell.mode,
        "connections": cell.connections,
        "document": cell.document.name,
        "client": ["test_client", *load_client.flags(cell, effort.amount(cell))],
        "cpu_us": [],
        "requests_per_second": [],
        "p50_ms": [],
        "p99_ms": [],
        "client_share": [],
        "error": None,
    }


def _measure(workbench, row, running, cell, effort):
    try:
        cpu, answered = 0.0, 0
        if cell.mode != CONNECTION_EACH and cell.connections > _FEW_CONNECTIONS and cell.document.size <= 100 << 10:
            # What the connections cost, with a request on each, does not count.
            opening, opened, _ = _cpu_of(workbench, cell, f"--requests={cell.connections}", running)
            cpu, answered = -opening, -opened.answered
        spent, load, client_share = _cpu_of(workbench, cell, effort.amount(cell), running)
        cpu, answered = cpu + spent, answered + load.answered
    except WrongAnswer as failure:
        row["error"] = f"{failure} {running.last_words()}".strip()
        return
    if answered <= 0:
        row["error"] = f"{load.answered} requests are too few beside those that opened the connections"
        return
    row["cpu_us"].append(cpu / answered * 1e6)
    row["requests_per_second"].append(load.requests_per_second)
    row["p50_ms"].append(load.p50 * 1e3)
    row["p99_ms"].append(load.p99 * 1e3)
    row["client_share"].append(client_share)


def _cpu_of(workbench, cell, amount, running):
    before = running.cpu_seconds()
    load, client_share = load_client.run(workbench, cell, amount, running.port)
    return running.cpu_seconds() - before, load, client_share
