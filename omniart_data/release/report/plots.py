"""Plots as SVG: each with a title and what it shows in words, for whoever does not see it.

They are drawn 360 units wide, about the width of a phone, so that their words can be read on one.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from omniart_data.release.report.markup import Names, number, safe, short

WIDTH = 360
_LINE, _BAR = 32, 11
_LETTERS = 46
"""Letters that fit on a line, what is told at its end included."""


@dataclass(frozen=True)
class Bar:
    """One line of a bar plot: parts as (class, length), after a gap of ``start``, and what is told at its end."""

    label: str
    parts: Sequence[tuple[str, float]]
    told: str
    start: float = 0


def svg(names: Names, title: str, told: str, height: float, body: str) -> str:
    """Return a plot that says what it is."""
    one, other = names.next("plot"), names.next("told")
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-labelledby="{one} {other}">'
        f'<title id="{one}">{safe(title)}</title><desc id="{other}">{safe(told)}</desc>\n'
        f"{body}</svg>\n"
    )


def bars(names: Names, title: str, lines: Sequence[Bar], marks: Sequence[float] = ()) -> str:
    """Return bars that lie one below the other, each under its name; ``marks``: where lines cross the bars, in lengths."""
    longest = max((bar.start + sum(n for _, n in bar.parts) for bar in lines), default=0) or 1
    scale = WIDTH / longest
    body = "".join(
        _bar(bar, row * _LINE, scale) + _marks(marks, row * _LINE, scale)
        for row, bar in enumerate(lines)
    )
    height = len(lines) * _LINE
    told = "; ".join(f"{bar.label}: {bar.told}" for bar in lines[:12])
    return svg(names, title, told or "Nothing to show.", max(height, 1), body)


def _bar(bar: Bar, y: int, scale: float) -> str:
    x = bar.start * scale
    rects = []
    for css, length in bar.parts:
        wide = length * scale
        if wide > 0:
            rects.append(
                f'<rect class="{css}" x="{x:.1f}" y="{y + 16}" width="{max(wide, 0.6):.1f}" height="{_BAR}"/>'
            )
        x += wide
    return (
        f'<rect class="ground" y="{y + 16}" width="{WIDTH}" height="{_BAR}"/>{"".join(rects)}'
        f'<text y="{y + 11}">{safe(short(bar.label, _LETTERS - len(bar.told)))}</text>'
        f'<text class="soft" x="{WIDTH}" y="{y + 11}" text-anchor="end">{safe(bar.told)}</text>\n'
    )


def _marks(marks: Sequence[float], y: int, scale: float) -> str:
    return "".join(
        f'<path class="mark" d="M{mark * scale:.1f} {y + 14}v{_BAR + 4}"/>' for mark in marks
    )


_LEFT, _TOP, _RIGHT, _BOTTOM = 40, 12, 348, 200


def tail(
    names: Names, title: str, points: Sequence[tuple[int, int]], limits: Mapping[int, int]
) -> str:
    """Return the works of each rank of artist, both by powers of ten; ``limits``: works to artists above them."""
    decades_x = max(math.ceil(math.log10(max(points[-1][0], 2))), 1)
    decades_y = max(math.ceil(math.log10(max(points[0][1], 2))), 1)

    def place(rank: int, works: int) -> tuple[float, float]:
        x = _LEFT + math.log10(rank) / decades_x * (_RIGHT - _LEFT)
        return x, _BOTTOM - math.log10(works) / decades_y * (_BOTTOM - _TOP)

    body = f'<path class="axis" d="M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}"/>'
    for power in range(decades_y + 1):
        y = place(1, 10**power)[1]
        body += f'<path class="axis" d="M{_LEFT} {y:.1f}H{_RIGHT}"/>'
        body += f'<text class="soft" x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{_power(power)}</text>'
    for power in range(decades_x + 1):
        x, end = place(10**power, 1)[0], "middle" if power < decades_x else "end"
        body += f'<text class="soft" x="{x:.1f}" y="{_BOTTOM + 15}" text-anchor="{end}">{_power(power)}</text>'
    for more_than, artists in limits.items():
        if more_than < 10**decades_y:
            y = place(1, more_than)[1]
            body += f'<path class="limit" d="M{_LEFT} {y:.1f}H{_RIGHT}"/>'
            body += (
                f'<text x="{_RIGHT}" y="{y - 3:.1f}" text-anchor="end">'
                f"over {number(more_than)}: {number(artists)}</text>"
            )
    body += _curve([place(*point) for point in points])
    body += f'<text class="soft" x="{_RIGHT}" y="{_BOTTOM + 31}" text-anchor="end">rank of the artist</text>'
    body += f'<text class="soft" x="{_LEFT}" y="{_BOTTOM + 31}">up: works in the splits</text>'
    told = "; ".join(f"artist {number(rank)}: {number(works)} works" for rank, works in points[:40])
    return svg(names, title, told, _BOTTOM + 36, body)


def _curve(places: Sequence[tuple[float, float]]) -> str:
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="2"/>' for x, y in places)
    return f'\n<polyline class="curve" points="{line}"/>{dots}\n'


def _power(power: int) -> str:
    return number(10**power) if power < 4 else f"10^{power}"


@dataclass(frozen=True)
class Swatches:
    """A line of colours: its name, (colour, share) in order, and what is told at its end."""

    label: str
    colours: Sequence[tuple[str, float]]
    told: str


def swatches(names: Names, title: str, lines: Sequence[Swatches]) -> str:
    """Return lines of colours, each as wide as its share; a rest that has no colour of its own stays empty."""
    body = ""
    for row, line in enumerate(lines):
        y, x = row * 38, 0.0
        body += f'<text y="{y + 11}">{safe(line.label)}</text>'
        body += f'<text class="soft" x="{WIDTH}" y="{y + 11}" text-anchor="end">{safe(line.told)}</text>'
        body += f'<rect class="ground" y="{y + 15}" width="{WIDTH}" height="18"/>'
        for colour, part in line.colours:
            wide = part * WIDTH
            body += f'<rect fill="{safe(colour)}" x="{x:.1f}" y="{y + 15}" width="{wide:.1f}" height="18"/>'
            x += wide
        body += "\n"
    told = "; ".join(
        f"{line.label}: " + ", ".join(f"{c} {100 * n:.0f} %" for c, n in _most(line.colours)[:3])
        for line in lines
    )
    return svg(names, title, told or "Nothing to show.", max(len(lines) * 38, 1), body)


def _most(colours: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    return sorted(colours, key=lambda one: (-one[1], one[0]))
