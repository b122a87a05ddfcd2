"""Our own test client as the load, and what it found."""

import dataclasses
import json
import os
import resource
import signal
import subprocess

from benchmarks.compare.documents import HELLO
from benchmarks.compare.server import CONNECTION_EACH, KEEP_ALIVE, PIPELINED
from benchmarks.compare.workbench import interrupts_held, take_interrupts

MODE_FLAGS = {KEEP_ALIVE: [], CONNECTION_EACH: ["--no-keepalive"], PIPELINED: ["--pipeline=16"]}
_LONGEST_HEAD = 1024


class WrongAnswer(Exception):
    """Not all requests were answered as they should be: there is no figure."""


@dataclasses.dataclass(frozen=True)
class Load:
    answered: int
    requests_per_second: float
    p50: float  # seconds
    p99: float
    duration: float


def flags(cell, amount):
    """The flags that load a cell; the amount is a --duration or a number of --requests."""
    return [
        f"--connections={cell.connections}",
        amount,
        *MODE_FLAGS[cell.mode],
        # Long enough for a queue of connections that overflows; so many may, and a few that do are no use.
        "--timeout=5s" if cell.connections <= 100 else "--timeout=20s",
        "--expect-status=200",
        *(["--expect-body=" + cell.document.body.decode()] if cell.document.path == HELLO.path else []),
    ]


def parse(text, cell):
    """What the client's JSON says, if each answer was the one that was asked for."""
    report = json.loads(text)
    answered = report["answered"]
    if not report["requests"]:
        raise WrongAnswer("there was no time for one request")
    if report["failed"]:
        failures = ", ".join(f"{count} {name}" for name, count in report["failures"].items())
        raise WrongAnswer(f"{report['failed']} of {report['requests']} requests failed: {failures}")
    if report["status_codes"] != {"200": answered}:
        raise WrongAnswer(f"statuses: {report['status_codes']}")
    received = report["bytes_received"] / answered
    if not cell.document.size < received < cell.document.size + _LONGEST_HEAD:
        raise WrongAnswer(f"{received:.0f} bytes an answer, for {cell.document.size} and a head")
    latency = report["latency"]
    return Load(answered, report["requests_per_second"], latency["p50"], latency["p99"], report["duration"])


def run(workbench, cell, amount, port):
    """What it found, and the share of the time that the client itself was busy."""
    program = workbench.runfiles + "/apps/test_client"
    url = f"http://127.0.0.1:{port}{cell.document.path}"
    output, errors, seconds = run_pinned(workbench, [program, *flags(cell, amount), "--output=json", url])
    try:
        load = parse(output, cell)
        return load, seconds / load.duration
    except (ValueError, KeyError) as error:
        raise WrongAnswer(f"no report of the client ({error!r}): {errors}") from error


def run_pinned(workbench, arguments):
    """Runs any client on its processor: what it says, and the seconds of CPU that it took."""

    def prepare():
        os.sched_setaffinity(0, [workbench.client_processor])
        take_interrupts()

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = None
    try:
        with interrupts_held():
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
                preexec_fn=prepare,
            )
        output, errors = process.communicate(timeout=90)
    except subprocess.TimeoutExpired:
        raise WrongAnswer("the client did not end in time") from None
    finally:
        if process is not None and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return output, errors, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
