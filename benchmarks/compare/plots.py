"""Results as SVG: bars, and lines over logarithmic axes. A file needs no other, and no script."""

import math
from html import escape

_COLOURS = ("#1f6fb4", "#d9541e", "#2b9348", "#8e44ad", "#b8860b", "#c2255c", "#0b7285", "#555555", "#66a80f")
_WIDTH = 720


def bars(title, unit, values):
    """A bar for each (name, value), with the figure beside it."""
    height = 50 + 24 * len(values)
    longest = max(value for _, value in values)
    parts = [_text(10, 22, title, 15, "bold"), _text(_WIDTH - 10, 22, unit, 12, anchor="end")]
    for index, (name, value) in enumerate(values):
        y = 40 + 24 * index
        width = max(1.0, value / longest * (_WIDTH - 260))
        colour = _COLOURS[0] if name.startswith("forklift") or name == "test_client" else "#9aa5b1"
        parts.append(_text(150, y + 14, name, 12, anchor="end"))
        parts.append(f'<rect x="158" y="{y}" width="{width:.1f}" height="18" fill="{colour}"/>')
        parts.append(_text(164 + width, y + 14, _figure(value), 12))
    return _document(height, parts)


def lines(title, x_unit, y_unit, series):
    """A line for each name, of points (x, y); both axes are logarithmic."""
    height, left, right, top, bottom = 420, 70, 170, 50, 50
    points = [point for line in series.values() for point in line]
    x_of = _scale([x for x, _ in points], left, _WIDTH - right)
    y_ticks = _ticks([y for _, y in points])
    y_of = _scale(y_ticks, height - bottom, top)
    parts = [_text(10, 22, title, 15, "bold"), _text(left, 38, y_unit, 12)]
    for tick in y_ticks:
        parts.append(_rule(left, y_of(tick), _WIDTH - right, y_of(tick)))
        parts.append(_text(left - 8, y_of(tick) + 4, _figure(tick), 11, anchor="end"))
    for x in sorted({x for x, _ in points}):
        parts.append(_rule(x_of(x), top, x_of(x), height - bottom))
        parts.append(_text(x_of(x), height - bottom + 18, _figure(x), 11, anchor="middle"))
    parts.append(_text((left + _WIDTH - right) / 2, height - 10, x_unit, 12, anchor="middle"))
    for index, (name, line) in enumerate(series.items()):
        colour = _COLOURS[index % len(_COLOURS)]
        path = " ".join(f"{x_of(x):.1f},{y_of(y):.1f}" for x, y in sorted(line))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, y in line:
            parts.append(f'<circle cx="{x_of(x):.1f}" cy="{y_of(y):.1f}" r="3" fill="{colour}"/>')
        y = top + 18 * index
        parts.append(f'<rect x="{_WIDTH - right + 14}" y="{y}" width="10" height="10" fill="{colour}"/>')
        parts.append(_text(_WIDTH - right + 30, y + 10, name, 12))
    return _document(height, parts)


def _scale(values, first, last):
    low, high = math.log(min(values)), math.log(max(values))
    stretch = (last - first) / (high - low) if high > low else 0.0
    return lambda value: first + (math.log(value) - low) * stretch


def _ticks(values):
    """1, 2 and 5 of each power of ten, from one that is not above the values to one that is not below."""
    powers = range(math.floor(math.log10(min(values))) - 1, math.ceil(math.log10(max(values))) + 2)
    steps = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
    first = max(step for step in steps if step <= min(values))
    last = min(step for step in steps if step >= max(values))
    return [step for step in steps if first <= step <= last]


def _figure(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _text(x, y, text, size, weight="normal", anchor="start"):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )


def _rule(x1, y1, x2, y2):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#d8dde3"/>'


def _document(height, parts):
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
        ' font-family="sans-serif" fill="#222">\n<rect width="100%" height="100%" fill="#fff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )
