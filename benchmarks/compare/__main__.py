"""./bazelw run -c opt //benchmarks:compare -- --quick"""

import argparse
import contextlib
import dataclasses
import fnmatch
import json
import os
import signal
import statistics
import sys
import time

from benchmarks.compare import machine, parts, pictures, report
from benchmarks.compare.clients import CELLS as CLIENT_CELLS
from benchmarks.compare.clients import CLIENTS, run_clients
from benchmarks.compare.fork_cost import run_fork_cost
from benchmarks.compare.load_client import WrongAnswer
from benchmarks.compare.matrix import Effort, Part, run_cell
from benchmarks.compare.memory import run_memory
from benchmarks.compare.workbench import Workbench

CLIENT_PART = Part(
    "clients",
    "Load clients",
    "What a request costs the client, against `limit-epoll`. Less is better: what a client takes, it cannot load with.",
    (),
    CLIENT_CELLS,
    ("wrk",),
)
FORK_PART = Part(
    "fork",
    "The cost of a fork by resident size",
    "Wall time of a fork and of the child's end.",
    (),
    (),
    (),
)


QUICK = Effort(rounds=3, run_seconds=0.4, client_run_seconds=1, seconds=140)
WHOLE = Effort(rounds=3, run_seconds=0.7, client_run_seconds=2, seconds=42 * 60)


def parse_flags(arguments):
    parser = argparse.ArgumentParser(
        prog="compare", description="Compares our servers with the peers that are installed.", allow_abbrev=False
    )
    parser.add_argument("--quick", action="store_true", help="the greeting only, in less than 3 minutes")
    parser.add_argument("--only", default="*", help="globs of servers and clients, with commas between (%(default)s)")
    parser.add_argument("--parts", default="*", help="globs of the report's parts (%(default)s)")
    parser.add_argument("--rounds", type=int, help="of each cell (3)")
    parser.add_argument("--json", metavar="FILE", help="for all figures of all rounds")
    parser.add_argument("--markdown", metavar="FILE", help="for the report, instead of standard output")
    parser.add_argument("--plots", metavar="DIR", help="for the plots, as SVG")
    parser.add_argument("--from", dest="source", metavar="FILE", help="with what was measured before, by its --json")
    parser.add_argument("--list", action="store_true", help="tell which peers are there, and how to get the rest")
    flags = parser.parse_args(arguments)
    if flags.rounds is not None and not 1 <= flags.rounds <= 100:
        parser.error("--rounds: from 1 to 100")
    return flags


def matcher(globs):
    return lambda name: any(fnmatch.fnmatchcase(name, glob) for glob in globs.split(","))


def packages_of(peers):
    return sorted({package for peer in peers for package in peer.package.split()})


def missing_packages(runfiles):
    """(names of what is not there, Debian's packages of them)"""
    absent = [server for server in parts.all_servers() if not server.is_installed(runfiles)]
    absent += [client for client in CLIENTS if not client.is_installed]
    return [each.name for each in absent], packages_of(absent)


def print_list(runfiles):
    for server in parts.all_servers():
        state = "there" if server.is_installed(runfiles) else "missing"
        print(f"{server.name:20} {state:8} {server.package}")
    for client in CLIENTS:
        print(f"{client.name:20} {'there' if client.is_installed else 'missing':8} {client.package}")
    packages = missing_packages(runfiles)[1]
    if packages:
        print("\napt-get install --no-install-recommends " + " ".join(packages))


def say(text):
    print(text, file=sys.stderr, flush=True)


def work(workbench, flags, effort):
    """(part, what it is called, function that gives rows) of all that is to be done, in order."""
    chosen = matcher(flags.only)
    for part in parts.QUICK if flags.quick else parts.WHOLE:
        some = dataclasses.replace(part, servers=tuple(server for server in part.servers if chosen(server.name)))
        for cell in part.cells:
            yield some, str(cell), lambda part=some, cell=cell: run_cell(workbench, part, cell, effort)
    for cell in CLIENT_CELLS:
        yield CLIENT_PART, str(cell), lambda cell=cell: run_clients(workbench, cell, effort, chosen)
    if not flags.quick:
        part = parts.MEMORY_PART
        some = dataclasses.replace(part, servers=tuple(server for server in part.servers if chosen(server.name)))
        yield some, "memory", lambda: run_memory(workbench, some, some.cells[0])
        if chosen("fork"):
            yield FORK_PART, "fork", lambda: run_fork_cost(workbench, effort)


def run_all(workbench, flags, effort):
    """(rows, what was not run, parts, whether Ctrl-C ended it)"""
    end = time.monotonic() + effort.seconds
    wanted = matcher(flags.parts)
    jobs = [job for job in work(workbench, flags, effort) if wanted(job[0].name)]
    done = list({part.name: part for part, _, _ in jobs}.values())
    rows, failed, interrupted = [], [], False
    try:
        while jobs and time.monotonic() < end:
            part, name, measure = jobs[0]
            try:
                found = measure()
                say(f"{part.name}: {name}: " + ", ".join(map(brief, found)))
                rows += found
            except WrongAnswer as failure:
                say(f"{part.name}: {name}: {failure}")
                failed.append(f"{part.name}: {name} ({failure})")
            del jobs[0]
    except KeyboardInterrupt:
        interrupted = True
    return rows, failed + [f"{part.name}: {name}" for part, name, _ in jobs], done, interrupted


def brief(row):
    if row["error"] is not None:
        return f"{row['name']} FAILED ({' '.join(row['error'].split())[:120]})"
    values = row.get("cpu_us") or row.get("bytes") or row.get("wall_us")
    return f"{row['name']} {statistics.median(values):.4g}"


def main(arguments):
    flags = parse_flags(arguments)
    runfiles = os.getcwd()
    if flags.list:
        print_list(runfiles)
        return 0
    # Files are named from where the caller is; Bazel runs us elsewhere.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", runfiles))
    if flags.source:
        with open(flags.source, encoding="utf-8") as file:
            write_files(flags, json.load(file))
        return 0
    effort = QUICK if flags.quick else WHOLE
    if flags.rounds:
        effort = dataclasses.replace(effort, rounds=flags.rounds)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    missing, packages = missing_packages(runfiles)
    if packages:
        say("missing peers: apt-get install --no-install-recommends " + " ".join(packages))
    with Workbench(runfiles) as workbench:
        description = machine.describe(workbench)
        rows, not_run, done, interrupted = run_all(workbench, flags, effort)
    servers = parts.all_servers()
    result = {
        "schema_version": 1,
        "command": " ".join([report.COMMAND, *(["--", *arguments] if arguments else [])]),
        "machine": description,
        "versions": machine.package_versions(packages_of((*servers, *CLIENTS))),
        "missing": missing,
        "rounds": effort.rounds,
        "parts": [{key: getattr(part, key) for key in ("name", "title", "text", "bases")} for part in done],
        "servers": [{key: getattr(each, key) for key in ("name", "command", "configuration")} for each in servers],
        "rows": rows,
        "not_run": not_run,
    }
    write_files(flags, result)
    if interrupted:
        return 128 + signal.SIGINT
    return 0 if rows and not not_run else 1


def write_files(flags, result):
    if flags.json:
        with open(flags.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
    drawn = []
    if flags.plots:
        os.makedirs(flags.plots, exist_ok=True)
        for part, name, picture in pictures.draw(result["rows"]):
            path = os.path.join(flags.plots, name + ".svg")
            with open(path, "w", encoding="utf-8") as file:
                file.write(picture)
            drawn.append((part, os.path.relpath(path, os.path.dirname(flags.markdown or "") or ".")))
    text = report.markdown(result, drawn)
    with open(flags.markdown, "w", encoding="utf-8") if flags.markdown else contextlib.nullcontext(sys.stdout) as file:
        file.write(text)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
