"""The confusion matrix as a picture, with its diagonal and without it, and as a table."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from omniart_data.release.report.markup import Names, safe, share, short, table
from omniart_model.labels import Integers
from omniart_model.report.confusion import Confusion, Counts, Productive, among, most_productive
from omniart_model.report.prose import paragraph
from omniart_model.report.shown import Shown
from omniart_model.report.words import joined, year_text

_CELL, _LEFT, _TOP = 26, 178, 132
_LETTERS = 26
_MID, _DARK = 0.65, 0.8
"""Shades from which on a number is written in the paper's colour: on a dark page earlier than on a light one."""
_REST = "all others"


@dataclass(frozen=True)
class _Matrix:
    """What is drawn: shares [K, K], or [K, K + 1] with all other classes last; ``fullest`` is the share drawn in full colour."""

    title: str
    labels: list[str]
    shares: Counts
    fullest: float = 1.0

    @property
    def columns(self) -> list[str]:
        """Return the names of the columns."""
        return [*self.labels, _REST][: self.shares.shape[1]]


def matrices(names: Names, shown: Shown, found: Confusion) -> str:
    """Return both pictures and the table behind them."""
    chosen = most_productive(shown, found)
    if not len(chosen.classes):
        return paragraph(f"No scored work has a class of {found.task.name}.")
    shares, works = among(found, chosen)
    labels, what = [found.classes[number] for number in chosen.classes], found.task.name
    about = (
        f"Rows are what a work is, columns what it is taken for: percent of a row's scored works, over all seeds. Of each {what} "
        f"with a scored work the {len(labels)} with the most works in train, in the order of the years of their works, so that "
        "confusion within a time shows as a block along the diagonal."
    )
    return "".join(
        [
            paragraph(about, "quiet"),
            "<h3>With the diagonal</h3>\n",
            _picture(names, _Matrix(f"Confusion of {what}s", labels, shares)),
            "<h3>Mistakes alone</h3>\n",
            _mistakes(names, what, labels, shares[:, :-1].copy()),
            _numbers(what, labels, chosen, works, shares),
        ]
    )


def _mistakes(names: Names, what: str, labels: list[str], shares: Counts) -> str:
    np.fill_diagonal(shares, 0)
    worst = float(shares.max())
    if not worst:
        return paragraph("None of their works was taken for one of the others'.")
    told = f"Mistakes among them; the strongest is {share(worst, 1)} of a row's works."
    drawn = _Matrix(f"Mistakes between {what}s", labels, shares, worst)
    return paragraph(told, "quiet") + _picture(names, drawn)


def _picture(names: Names, drawn: _Matrix) -> str:
    """Return a matrix as a picture that scrolls where a screen is narrow."""
    wide = _LEFT + len(drawn.columns) * _CELL + 60
    high = _TOP + len(drawn.labels) * _CELL
    body = "".join(
        [
            *(_row_label(row, label) for row, label in enumerate(drawn.labels)),
            *(_column_label(column, label) for column, label in enumerate(drawn.columns)),
            *_cells(drawn),
        ]
    )
    one, other = names.next("plot"), names.next("told")
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{safe(drawn.title)}: picture">\n'
        f'<svg class="matrix" style="width:{wide}px" viewBox="0 0 {wide} {high}" role="img" '
        f'aria-labelledby="{one} {other}"><title id="{one}">{safe(drawn.title)}</title>'
        f'<desc id="{other}">{safe(_most(drawn))}</desc>\n{body}</svg></div>\n'
    )


def _row_label(row: int, label: str) -> str:
    y = _TOP + row * _CELL + _CELL / 2 + 4
    return (
        f'<text x="{_LEFT - 6}" y="{y:g}" text-anchor="end">{safe(short(label, _LETTERS))}</text>'
    )


def _column_label(column: int, label: str) -> str:
    x, y = _LEFT + column * _CELL + _CELL / 2 + 4, _TOP - 6
    css = ' class="soft"' if label is _REST else ""
    return (
        f'<text{css} transform="translate({x:g} {y}) rotate(-60)">{safe(short(label, 20))}</text>'
    )


def _cells(drawn: _Matrix) -> Iterator[str]:
    """Yield the squares: an empty one for all, above it what is not 0, with its percent."""
    rows, columns = drawn.shares.shape
    lines = "".join(
        f"M{_LEFT} {_TOP + row * _CELL}h{columns * _CELL - 1}v{_CELL - 1}H{_LEFT}z"
        for row in range(rows)
    )
    yield f'<path class="ground" d="{lines}"/>'
    for row, column in np.argwhere(drawn.shares > 0).tolist():
        x, y = _LEFT + column * _CELL, _TOP + row * _CELL
        part = float(drawn.shares[row, column])
        shade = min(part / drawn.fullest, 1.0)
        yield (
            f'<rect class="c0" x="{x}" y="{y}" width="{_CELL - 1}" height="{_CELL - 1}" fill-opacity="{shade:.2f}"/>'
        )
        css = "cell dark" if shade > _DARK else "cell mid" if shade > _MID else "cell"
        yield (
            f'<text class="{css}" x="{x + (_CELL - 1) / 2:g}" y="{y + 17}" text-anchor="middle">{100 * part:.0f}</text>\n'
        )


def _most(drawn: _Matrix) -> str:
    """Return the largest mistakes in words."""
    labels, inside = drawn.labels, drawn.shares[:, : len(drawn.labels)].copy()
    np.fill_diagonal(inside, 0)
    order = np.argsort(-inside.ravel(), kind="stable")[:5].tolist()
    said = [
        f"{labels[place // len(labels)]} for {labels[place % len(labels)]} {100 * inside.ravel()[place]:.0f} %"
        for place in order
        if inside.ravel()[place] > 0
    ]
    return f"Most often taken: {joined(said)}." if said else "None is taken for another of them."


def _numbers(
    what: str, labels: list[str], chosen: Productive, works: Integers, shares: Counts
) -> str:
    """Return the matrix as a table in words: what each is taken for most often."""
    rows = []
    for row, label in enumerate(labels):
        order = np.argsort(-shares[row], kind="stable")
        taken = [
            f"{[*labels, _REST][place]} {100 * shares[row, place]:.0f} %"
            for place in order[:4]
            if place != row and shares[row, place] > 0
        ]
        rows.append(
            (
                label,
                year_text(float(chosen.years[row])),
                f"{chosen.works[row]:,}",
                f"{works[row]:,}",
                f"{100 * shares[row, row]:.0f} %",
                "; ".join(taken) or "none",
            )
        )
    head = [what, "median year", "works in train", "scored", "rightly told", "taken for"]
    return f"<details><summary>The same as a table</summary>\n{table(head, rows, f'confusion of {what}')}</details>\n"
