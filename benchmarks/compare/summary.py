"""What several rounds come to: a median, how far they are apart, and a ratio to a peer, round by round."""

import statistics


def spread(values):
    """From the least to the greatest, of the median."""
    middle = statistics.median(values) if values else 0.0
    return (max(values) - min(values)) / middle if middle > 0 else 0.0


def ratio(values, bases):
    """The median of what each round came to beside the same round of a peer, or None where one has none."""
    pairs = [value / base for value, base in zip(values, bases) if base > 0]
    return statistics.median(pairs) if pairs else None


def base_name(rows, bases):
    """Of the peers to compare with, the one that has most figures in the rows; the first of them, or None."""
    measured = [row["name"] for row in rows if row["error"] is None]
    counts = {name: measured.count(name) for name in bases}
    return max(counts, key=counts.get) if any(counts.values()) else None
