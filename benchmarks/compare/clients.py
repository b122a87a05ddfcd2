"""Load clients against the same server, the bare epoll one: what a request costs the client."""

import contextlib
import dataclasses
import re
import shutil

from benchmarks.compare import load_client
from benchmarks.compare.forklift_servers import EPOLL_LIMIT
from benchmarks.compare.load_client import WrongAnswer, run_pinned
from benchmarks.compare.running_server import RunningServer, ServerFailed
from benchmarks.compare.server import KEEP_ALIVE, PIPELINED, SEARCH_PATH, Cell

CELLS = (Cell(KEEP_ALIVE, 64), Cell(PIPELINED, 64))

# wrk sends what a script returns: 16 requests at once.
_WRK_SCRIPT = """\
init = function(args)
  local requests = {}
  for i = 1, 16 do requests[i] = wrk.format() end
  pipeline = table.concat(requests)
end
request = function() return pipeline end
"""


@dataclasses.dataclass(frozen=True)
class Client:
    name: str
    package: str
    commands: dict  # by mode, with {seconds}, {url}, {script}
    answered: str  # what finds the number of answers, all of which must be right
    failed: str  # what finds others

    @property
    def is_installed(self):
        return shutil.which(self.name, path=SEARCH_PATH) is not None


CLIENTS = (
    Client(
        "wrk",
        "wrk",
        {
            KEEP_ALIVE: "wrk -t1 -c64 -d{seconds} {url}",
            PIPELINED: "wrk -t1 -c64 -d{seconds} -s {script} {url}",
        },
        r"(\d+) requests in",
        r"Non-2xx.*: \d+|Socket errors: .*",
    ),
    Client(
        "h2load",
        "nghttp2-client",
        {
            KEEP_ALIVE: "h2load --h1 -t1 -c64 -D{seconds} {url}",
            PIPELINED: "h2load --h1 -t1 -c64 -m16 -D{seconds} {url}",
        },
        r"(\d+) succeeded",
        r"[1-9]\d* (?:failed|errored|timeout)\b.*",
    ),
    Client(
        "ab",
        "apache2-utils",
        {KEEP_ALIVE: "ab -q -k -c64 -t{seconds} -n100000000 {url}"},
        r"Complete requests: +(\d+)",
        r"(?:Failed requests|Non-2xx responses): +[1-9]\d*",
    ),
    Client(
        "hey",
        "hey",
        {KEEP_ALIVE: "hey -c 64 -z {seconds}s {url}"},
        r"\[200\]\t(\d+) responses",
        r"\[(?!200)\d+\]\t\d+ responses|Error distribution:.*",
    ),
)


def run_clients(workbench, cell, effort, chosen):
    """A row for each client that is chosen by name and there, and can do it."""
    clients = [c for c in CLIENTS if chosen(c.name) and cell.mode in c.commands and c.is_installed]
    rows = [_new_row(client.name, cell, client.commands[cell.mode]) for client in clients]
    if chosen("test_client"):
        clients.insert(0, None)
        rows.insert(0, _new_row("test_client", cell, " ".join(_our_flags(cell, effort, "{url}"))))
    script = workbench.new_folder("wrk") + "/pipeline.lua"
    with open(script, "w", encoding="ascii") as file:
        file.write(_WRK_SCRIPT)
    try:
        with RunningServer(workbench, EPOLL_LIMIT, cell) as server:
            url = f"http://127.0.0.1:{server.port}{cell.document.path}"
            for _ in range(effort.rounds):
                for client, row in zip(clients, rows):
                    if row["error"] is None:
                        with _noted(row):
                            _measure(workbench, client, row, cell, effort, url, script)
    except ServerFailed as failure:
        for row in rows:
            row["error"] = str(failure)
    return rows


def _new_row(name, cell, command):
    return {
        "part": "clients",
        "name": name,
        "mode": cell.mode,
        "connections": cell.connections,
        "document": cell.document.name,
        "client": command,
        "cpu_us": [],
        "requests_per_second": [],
        "error": None,
    }


@contextlib.contextmanager
def _noted(row):
    try:
        yield
    except (WrongAnswer, OSError) as failure:
        row["error"] = str(failure)


def _our_flags(cell, effort, url):
    return ["test_client", *load_client.flags(cell, f"--duration={effort.client_run_seconds}s"), url]


def _measure(workbench, client, row, cell, effort, url, script):
    if client is None:
        arguments = _our_flags(cell, effort, url)
        arguments[0] = f"{workbench.runfiles}/apps/test_client"
        output, _, seconds = run_pinned(workbench, [*arguments, "--output=json"])
        answered = load_client.parse(output, cell).answered
    else:
        values = {"seconds": effort.client_run_seconds, "url": url, "script": script}
        command = client.commands[cell.mode].format(**values).split()
        output, errors, seconds = run_pinned(workbench, command)
        answered = parse(client, output, errors)
    row["cpu_us"].append(seconds / answered * 1e6)
    row["requests_per_second"].append(answered / effort.client_run_seconds)


def parse(client, output, errors):
    """How many answers it got, if all were right."""
    failed = re.search(client.failed, output, re.DOTALL if client.name == "hey" else 0)
    answered = re.search(client.answered, output)
    if failed or not answered or int(answered[1]) == 0:
        raise WrongAnswer(failed[0] if failed else f"no report: {output[-200:]} {errors[-200:]}")
    return int(answered[1])
