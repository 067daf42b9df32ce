"""Tables of figures with what is small beside them: intervals, spreads, differences in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from omniart_data.release.report.markup import safe
from omniart_model.evaluation.measured import Difference, Measured, Verdict
from omniart_model.report.words import difference_text, figure_text, interval_text, spread_text

_VERDICTS = {
    Verdict.BETTER: "better",
    Verdict.WORSE: "worse",
    Verdict.NONE: "same",
    Verdict.UNMEASURED: "",
}
"""The class that small print of a verdict has on the page."""

NOTHING = "–"


@dataclass(frozen=True)
class Cell:
    """A figure or a word, and lines of small print below it as (class, text)."""

    text: str
    small: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Row:
    """One line: what it is of, its cells, and its class: ``own`` for the network, ``paper`` for others' data."""

    name: str
    cells: Sequence[Cell]
    css: str = ""


def measured_cell(key: str, found: Measured | None, difference: Difference | None = None) -> Cell:
    """Return a figure with its interval and spread, and what the network's is beside it."""
    if found is None:
        return Cell(NOTHING)
    small = [("", interval_text(key, found)), ("", spread_text(key, found))]
    if difference is not None:
        small += difference_lines(key, difference)
    return Cell(figure_text(key, found.value), tuple(line for line in small if line[1]))


def difference_lines(key: str, found: Difference) -> list[tuple[str, str]]:
    """Return what the network's figure is beside another answer's, as small print."""
    lines = [
        (_VERDICTS[found.verdict], f"network {difference_text(key, found)}"),
        (_VERDICTS[found.verdict], interval_text(key, found)),
    ]
    return [line for line in lines if line[1]]


def grid(first: str, heads: Sequence[Cell], rows: Iterable[Row], about: str) -> str:
    """Return a table that scrolls by itself where a screen is narrow; ``about`` must be the page's only one so called."""
    head = "".join(f'<th scope="col">{_inside(cell)}</th>' for cell in (Cell(first), *heads))
    body = "".join(
        f'<tr{_class(row.css)}><th scope="row">{safe(row.name)}</th>'
        f"{''.join(f'<td>{_inside(cell)}</td>' for cell in row.cells)}</tr>\n"
        for row in rows
    )
    return (
        f'<div class="wide figures" role="region" tabindex="0" aria-label="{safe(about)}: table">\n'
        f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n"
    )


def _inside(cell: Cell) -> str:
    small = "".join(f"<small{_class(css)}>{safe(text)}</small>" for css, text in cell.small)
    return f"{safe(cell.text)}{small}"


def _class(css: str) -> str:
    return f' class="{css}"' if css else ""
