"""Results as Markdown."""

from statistics import median

from benchmarks.compare.summary import base_name, ratio, spread


def table(header, rows):
    """The first column to the left, figures to the right."""
    lines = ["| " + " | ".join(header) + " |", "|---" + "|--:" * (len(header) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def figure(value):
    """Three digits, as far as they tell something."""
    if value is None:
        return "–"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def groups(rows, *keys):
    """Rows by what they have in common, in the order in which they come."""
    found = {}
    for row in rows:
        found.setdefault(tuple(row[key] for key in keys), []).append(row)
    return found


def cpu_text(row, base):
    """12.1 ±4 % (×1.03)"""
    values = row["cpu_us"]
    if row["error"] is not None or not values:
        return "error"
    against = ratio(values, base["cpu_us"]) if base is not None and base["error"] is None else None
    return _with_spread(values) + (f" (×{figure(against)})" if against is not None else "")


def speed_text(row):
    """81,200/s, 0.70, 0.91; at least so many, where the client was what had no time left."""
    if row["error"] is not None or not row["cpu_us"]:
        return "error"
    text = "≥ " if "client_share" in row and median(row["client_share"]) > 0.9 else ""
    text += f"{figure(median(row['requests_per_second']))}/s"
    if "p50_ms" in row:
        text += f", {figure(median(row['p50_ms']))}, {figure(median(row['p99_ms']))}"
    return text


def cell_tables(rows, bases):
    """For each document and mode the CPU time, and what a client sees: servers by connections."""
    text = []
    for (document, mode), group in groups(rows, "document", "mode").items():
        by_connections = groups(group, "connections")
        names = list(dict.fromkeys(row["name"] for row in group))
        found = {(row["name"], row["connections"]): row for row in group}
        peer = base_name(group, bases)
        columns = [_connections(key) for (key,) in by_connections]

        def lines(text_of):
            return [
                [name] + [text_of(found.get((name, key)), found.get((peer, key))) for (key,) in by_connections]
                for name in names
            ]

        text.append(f"**{document}, {mode}**: CPU time of the server a request, µs{_versus(peer)}\n")
        text.append(table(["", *columns], lines(lambda row, base: cpu_text(row, base) if row else "–")))
        text.append("Requests a second (≥: the client could do no more), and latency p50 and p99 in ms:\n")
        text.append(table(["", *columns], lines(lambda row, base: speed_text(row) if row else "–")))
    return "\n".join(text)


def client_table(rows):
    text = []
    for (mode,), group in groups(rows, "mode").items():
        peer = base_name(group, ("wrk",))
        base = next((row for row in group if row["name"] == peer), None)
        text.append(f"**{mode}**, 64 connections\n")
        lines = [[row["name"], cpu_text(row, base), speed_text(row)] for row in group]
        text.append(table(["", f"CPU time of the client a request, µs{_versus(peer)}", "requests"], lines))
    return "\n".join(text)


def memory_table(rows):
    lines = [
        [row["name"], f"{row['connections']:,}", "error" if row["error"] else f"{median(row['bytes']):,.0f}"]
        for row in rows
    ]
    return table(["", "connections held", "bytes each"], lines)


def fork_table(rows):
    names = list(dict.fromkeys(row["name"] for row in rows))
    found = {(row["name"], row["resident_mib"]): row["wall_us"] for row in rows}
    lines = []
    for (size,) in groups(rows, "resident_mib"):
        times = [found[name, size] for name in names]
        lines.append([f"{size} MiB", *map(_with_spread, times)])
    return table(["resident", *(name + ", µs" for name in names)], lines)


def errors(rows):
    """What has no figure, and why."""
    lines = []
    for row in rows:
        if row["error"] is not None:
            where = ", ".join(str(row[key]) for key in ("document", "mode", "connections") if key in row)
            lines.append(f"* {row['name']}, {where}: `{' '.join(row['error'].split())[:300]}`")
    return "\n".join(lines) + "\n" if lines else ""


def _with_spread(values):
    return figure(median(values)) + (f" ±{spread(values) * 50:.0f} %" if len(values) > 1 else "")


def _versus(peer):
    return f" (× that of {peer})" if peer else ""


def _connections(count):
    return f"{count:,} connection" + ("s" if count > 1 else "")
