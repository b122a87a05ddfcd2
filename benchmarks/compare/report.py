"""The whole result as one Markdown page: machine, tables, what failed, and every configuration."""

from benchmarks.compare import tables
from benchmarks.compare.tables import groups

COMMAND = "./bazelw run -c opt //benchmarks:compare"

_HOW = """\
The figure is the CPU time that a request takes of all processes of the server, the ended ones included: it hardly
depends on what else the machine does, as requests a second and latencies do. All servers of a table run at the same
time on one processor, and are asked in turn by one client on another; a figure is the median of {rounds} such rounds,
± half of the distance between the least and the greatest, and a ratio the median of those of each round. Each server
has sent each document whole before, and of each answer the status and the size are checked, of a greeting every byte:
where one is wrong, there is no figure. Where more than 64 connections are kept, what opening them costs is measured
apart, and does not count.
"""


def markdown(result, pictures):
    """pictures: (part, path) of each."""
    machine = result["machine"]
    text = [
        "# The comparison with peers\n",
        f"```\n{result['command']}\n```\n",
        _machine_table(machine),
        _HOW.format(rounds=result["rounds"]),
    ]
    by_part = {part: group for (part,), group in groups(result["rows"], "part").items()}
    for part in result["parts"]:
        rows = by_part.get(part["name"], [])
        if not rows:
            continue
        text.append(f"## {part['title']}\n\n{part['text']}\n\n`{COMMAND} -- --parts={part['name']}`\n")
        text += [f"![{part['title']}]({path})\n" for name, path in pictures if name == part["name"]]
        text.append(_table(part, rows))
        failed = tables.errors(rows)
        if failed:
            text.append("No figure:\n\n" + failed)
    if result["not_run"]:
        text.append("## Not run\n\n" + "; ".join(result["not_run"]) + ".\n")
    text.append(_configurations(result))
    return "\n".join(text)


def _table(part, rows):
    kinds = {"clients": tables.client_table, "memory": tables.memory_table, "fork": tables.fork_table}
    if part["name"] in kinds:
        return kinds[part["name"]](rows)
    return tables.cell_tables(rows, part["bases"])


def _machine_table(machine):
    names = {
        "date": "Date",
        "processor": "Processor",
        "processors": "Processors",
        "server_processor": "the servers'",
        "client_processor": "the client's",
        "memory_gib": "Memory, GiB",
        "kernel": "Kernel",
        "system": "System",
        "load_average": "Load average before",
        "cpu_time": "CPU time is from",
    }
    return tables.table(["", ""], [[names[key], str(machine[key])] for key in names])


def _configurations(result):
    text = ["## Configurations\n"]
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    if versions:
        text.append(f"Debian's packages: {versions}.\n")
    if result["missing"]:
        text.append(f"Not there: {', '.join(result['missing'])}.\n")
    measured = {row["name"] for row in result["rows"]}
    for server in result["servers"]:
        if server["name"] in measured:
            configuration = f"\n{server['configuration']}" if server["configuration"] else ""
            text.append(f"{server['name']}\n\n```\n{server['command']}\n{configuration}```\n")
    commands = dict.fromkeys(_client_command(row) for row in result["rows"] if "client" in row)
    text.append("The clients' commands\n\n```\n" + "\n".join(commands) + "\n```\n")
    return "\n".join(text)


def _client_command(row):
    if isinstance(row["client"], str):
        return row["client"].replace("\n", "\\n")
    return " ".join(row["client"]).replace("\n", "\\n")
