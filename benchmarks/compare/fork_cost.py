"""What a fork costs a process of some size, from //benchmarks:fork_benchmark."""

import json

from benchmarks.compare.load_client import WrongAnswer, run_pinned

_NAMES = {"BM_BareForkWaitResident": "bare system calls", "BM_ForkReapResident": "//proc"}
COMMAND = (
    "fork_benchmark --benchmark_filter=Resident --benchmark_format=json --benchmark_enable_random_interleaving=true"
    " --benchmark_min_time=0.1s --benchmark_repetitions="
)


def run_fork_cost(workbench, effort):
    """A row for each way to fork and size."""
    arguments = (COMMAND + str(effort.rounds)).split()
    arguments[0] = f"{workbench.runfiles}/benchmarks/fork_benchmark"
    output, errors, _ = run_pinned(workbench, arguments)
    try:
        return parse(output)
    except (ValueError, KeyError) as error:
        raise WrongAnswer(f"no report of fork_benchmark ({error!r}): {errors}") from error


def parse(text):
    rows = {}
    for run in json.loads(text)["benchmarks"]:
        if run["run_type"] != "iteration":
            continue
        name, size, *_ = run["run_name"].split("/")
        key = (_NAMES[name], int(size.removeprefix("MiB:")))
        row = rows.setdefault(
            key, {"part": "fork", "name": key[0], "resident_mib": key[1], "wall_us": [], "error": None}
        )
        row["wall_us"].append(run["real_time"] / 1e3)
    return [rows[key] for key in sorted(rows)]  # they come in the order of chance
