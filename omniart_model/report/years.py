"""Calibration of years: what is said against what is true, and how often the truth lies in the range that is given."""

from dataclasses import dataclass

import numpy as np

from omniart_data.release.report.markup import Names, figure, safe
from omniart_model.labels import Booleans, Floats, encode
from omniart_model.report.prose import paragraph
from omniart_model.report.shown import Shown
from omniart_model.report.tables import Cell, Row, grid
from omniart_model.report.words import century_text, year_text
from omniart_model.tasks import Task
from omniart_model.training.answers import answers
from omniart_model.training.examples import Cached

RANGE_HOLDS = 0.8
"""The share of works that a range is made to hold: it reaches from the 10th to the 90th percentile."""


@dataclass(frozen=True)
class Years:
    """Said and true years of the scored works that have one and were looked at, float [N], and ranges [N, 2] or None."""

    said: Floats
    true: Floats
    ranges: Floats | None


def years_of(shown: Shown, task: Task) -> Years:
    """Return the checkpoint's years for the scored works; the ranges are the answer's, or else the network's own."""
    measured = shown.study.measured
    true = np.asarray(encode(measured.works, task, ()), np.float64)
    held = measured.seen & ~np.isnan(true)
    ranges = shown.answer.ranges[shown.best] if shown.answer.ranges else None
    if ranges is None and held.any():
        ranges = answers(shown.network, Cached(measured.features, {})).ranges.get(task.name)
    if ranges is not None and (ranges[held, 0] == ranges[held, 1]).all():
        ranges = None  # of no width: nothing was learnt of errors
    return Years(
        shown.told(task)[held],
        true[held].astype(np.float32),
        None if ranges is None else ranges[held],
    )


def years_html(names: Names, found: Years) -> str:
    """Return the picture, and a table by what century is said."""
    if not len(found.true):
        return paragraph("No scored work has both a year and a picture that was looked at.")
    error = found.said - found.true
    told = (
        f"{len(error):,} scored works. The mean of said minus true is {error.mean():+.0f} years: "
        f"{'late' if error.mean() > 0 else 'early'} on the whole."
    )
    return "".join(
        [
            paragraph(told),
            _coverage(found),
            figure("Said against true", _picture(names, found)),
            grid(
                "century said",
                list(map(Cell, _HEADS)),
                _rows(found),
                "years by the century that is said",
            ),
        ]
    )


_HEADS = ("works", "median said", "median true", "mean error, years", "in range")


def _inside(found: Years) -> Booleans | None:
    if found.ranges is None:
        return None
    held: Booleans = (found.true >= found.ranges[:, 0]) & (found.true <= found.ranges[:, 1])
    return held


def _coverage(found: Years) -> str:
    inside = _inside(found)
    if inside is None or found.ranges is None:
        return paragraph("The network gives no ranges.", "quiet")
    wide = np.median(found.ranges[:, 1] - found.ranges[:, 0])
    return paragraph(
        f"The range that goes with a year is made to hold the true one for {100 * RANGE_HOLDS:.0f} % of works; it does for "
        f"{100 * inside.mean():.0f} %. Its median width is {wide:,.0f} years."
    )


def _rows(found: Years) -> list[Row]:
    centuries = np.where(
        found.said >= 1, np.ceil(found.said / 100), np.floor(found.said / 100)
    ).astype(int)
    centuries[centuries == 0] = -1
    inside, rows = _inside(found), []
    for century in np.unique(centuries).tolist():
        held = centuries == century
        medians = (year_text(float(np.median(one[held]))) for one in (found.said, found.true))
        error = np.abs(found.said - found.true)[held].mean()
        within = "–" if inside is None else f"{100 * inside[held].mean():.0f} %"
        cells = [f"{held.sum():,}", *medians, f"{error:.0f}", within]
        rows.append(Row(century_text(century), list(map(Cell, cells))))
    return rows


_SIZE, _EDGE, _RIGHT = 320, 44, 340


def _picture(names: Names, found: Years) -> str:
    """Return said years (across) against true ones (up); the middle 98 % of the truth, and how many lie outside."""
    first, last = (float(one) for one in np.quantile(found.true, (0.01, 0.99)))
    step = _step(last - first)
    first, last = step * np.floor(first / step), step * np.ceil(last / step)
    last = last if last > first else first + step
    scale = (_RIGHT - _EDGE) / (last - first)
    inside = np.all([(one >= first) & (one <= last) for one in (found.said, found.true)], axis=0)
    x = np.round(_EDGE + (found.said[inside] - first) * scale).astype(int)
    y = np.round(_SIZE - (found.true[inside] - first) * scale).astype(int)
    dots = "".join(f"M{a} {b}h0" for a, b in sorted(set(zip(x.tolist(), y.tolist(), strict=True))))
    top = _SIZE - (last - first) * scale
    body = _axes(first, last, step, scale) + (
        f'<path class="mark" d="M{_EDGE} {_SIZE}L{_RIGHT} {top:.0f}"/>'
        f'<path class="dots s0" d="{dots}"/>'
        f'<text class="soft" x="{_RIGHT}" y="{_SIZE + 32}" text-anchor="end">said; up: true; line: the same</text>'
    )
    told = f"{int(inside.sum()):,} works shown, {int((~inside).sum()):,} outside the picture."
    one, other = names.next("plot"), names.next("told")
    return (
        f'<svg viewBox="0 0 360 {_SIZE + 40}" role="img" aria-labelledby="{one} {other}">'
        f'<title id="{one}">Said against true years</title><desc id="{other}">{safe(told)}</desc>{body}</svg>\n'
        f"{paragraph(told, 'quiet')}"
    )


def _step(span: float) -> float:
    """Return how far apart marks stand: four or so in all."""
    for step in (10, 20, 50, 100, 200, 500):
        if span / step <= 5:
            return float(step)
    return 1000.0


def _axes(first: float, last: float, step: float, scale: float) -> str:
    lines = ""
    for year in np.arange(first, last + step / 2, step).tolist():
        x, y = _EDGE + (year - first) * scale, _SIZE - (year - first) * scale
        lines += (
            f'<path class="axis" d="M{_EDGE} {y:.0f}H{_RIGHT}M{x:.0f} {_SIZE}V{_SIZE - (last - first) * scale:.0f}"/>'
            f'<text class="soft" x="{_EDGE - 5}" y="{y + 4:.0f}" text-anchor="end">{year:.0f}</text>'
            f'<text class="soft" x="{x:.0f}" y="{_SIZE + 16}" text-anchor="middle">{year:.0f}</text>'
        )
    return lines
