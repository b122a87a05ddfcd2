"""Which results are drawn, and how."""

from statistics import median

from benchmarks.compare import plots
from benchmarks.compare.tables import groups


def draw(rows):
    """(part, file name, SVG) of what there is."""
    measured = [row for row in rows if row["error"] is None and _figure(row) > 0]  # as logarithms want it
    by_part = {part: group for (part,), group in groups(measured, "part").items()}
    pictures = []
    for (mode,), group in groups(
        [row for row in by_part.get("peers", []) if row["document"] == "hello" and row["connections"] == 64], "mode"
    ).items():
        pictures.append(("peers", f"peers-{_file(mode)}", _cpu_bars(f"hello, {mode}, 64 connections", group)))
    for (document, mode), group in groups(by_part.get("designs", []), "document", "mode").items():
        series = _series(group, "connections")
        picture = plots.lines(f"{document}, {mode}", "connections", "CPU time a request, µs", series)
        pictures.append(("designs", f"designs-{_file(document)}-{_file(mode)}", picture))
    for (document, mode, connections), group in groups(
        by_part.get("wsgi", []), "document", "mode", "connections"
    ).items():
        if connections == 64 and mode != "keep-alive":
            title = f"{document}, {mode}, {connections} connections"
            pictures.append(("wsgi", f"wsgi-{_file(document)}", _cpu_bars(title, group)))
    if "memory" in by_part:
        values = _values(by_part["memory"])
        pictures.append(("memory", "memory", plots.bars("Memory of an idle connection", "bytes", values)))
    if "fork" in by_part:
        series = _series(by_part["fork"], "resident_mib")
        pictures.append(("fork", "fork", plots.lines("A fork by size", "MiB resident", "µs", series)))
    return pictures


def _cpu_bars(title, rows):
    return plots.bars(title, "CPU time a request, µs", _values(rows))


def _figure(row):
    return next(median(row[key]) for key in ("cpu_us", "bytes", "wall_us") if key in row)


def _values(rows):
    return [(row["name"], _figure(row)) for row in rows]


def _series(rows, x):
    return {name: [(row[x], _figure(row)) for row in line] for (name,), line in groups(rows, "name").items()}


def _file(text):
    return text.lower().replace(" ", "-")
