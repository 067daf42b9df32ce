"""The same figures in the shape of Tables 2 to 4 of Strezoski & Worring 2017.

What others report stands beside them in grey, as a measure of size and no more: it is of other works. Rows of the paper
hold what is known of it for certain; a cell that is not is left empty.
"""

from collections.abc import Iterator, Mapping, Sequence

from omniart_data.release.report.markup import safe
from omniart_model.baselines.answers.singles import WAY as SINGLES
from omniart_model.baselines.table import NETWORK, Table, TaskTable
from omniart_model.evaluation.measured import Measured
from omniart_model.evaluation.table import MAIN
from omniart_model.report.prose import few_works, paragraph
from omniart_model.report.tables import NOTHING, Cell, Row, grid, measured_cell
from omniart_model.report.words import head, works_text
from omniart_model.tasks import Kind

_OF_TABLE_2: Mapping[Kind, tuple[str, ...]] = {
    Kind.ONE: ("mean_class_accuracy",),
    Kind.SEVERAL: ("imap_11_point", "map_class"),
    Kind.YEAR: ("mean_error",),
}
"""The challenge's metrics, which the paper's Table 2 uses: what it calls accuracy is mean class accuracy."""

_CHALLENGE = "Rijks'14, Fisher vectors, published code (their data)"
_CHALLENGE_FIGURES: Mapping[tuple[str, str], str] = {
    ("artist", "mean_class_accuracy"): "0.510",
    ("type", "imap_11_point"): "0.860",
    ("type", "map_class"): "0.547",
    ("material", "imap_11_point"): "0.921",
    ("material", "map_class"): "0.383",
    ("period", "mean_error"): "74.4",
}
"""Mensink & van Gemert 2014: what their released code prints for intensity Fisher vectors, 375 artists."""

_PAPER = "paper (their data)"
_PAPER_MATERIAL = Cell("99.0 %", (("", "MAP, 1,424 materials; over which axis is not said"),))
_PAPER_MINUTES = {SINGLES.name: 198, NETWORK: 73}


def paper_tables(table: Table) -> str:
    """Return the three tables."""
    held = [(one.answers, one.cuts.get("subset")) for one in table.tasks]
    return "".join(
        [
            few_works(held),
            "<h3>Methods by task (Table 2)</h3>\n",
            _methods(table),
            "<h3>By the number of an artist's works (Tables 3 and 4)</h3>\n",
            _subsets(table),
            "<h3>Single-task networks against the multi-task one (Tables 3 and 4)</h3>\n",
            _together(table),
        ]
    )


def _columns(table: Table, of_kind: Mapping[Kind, Sequence[str]]) -> list[tuple[TaskTable, str]]:
    """Return the columns, a task and one of its metrics each, of those that some answer has."""
    return [
        (one, key)
        for one in table.tasks
        for key in of_kind[one.task.kind]
        if any(key in metrics for metrics in one.answers.values())
    ]


def _heads(columns: Sequence[tuple[TaskTable, str]]) -> list[Cell]:
    return [Cell(one.task.name, (("", head(key)),)) for one, key in columns]


def _methods(table: Table) -> str:
    columns = _columns(table, _OF_TABLE_2)
    names = dict.fromkeys(name for one in table.tasks for name in one.answers)
    rows = [_row(name, name, columns) for name in sorted(names, key=lambda name: name != NETWORK)]
    grey = [Cell(_CHALLENGE_FIGURES.get((one.task.name, key), NOTHING)) for one, key in columns]
    rows.append(Row(_CHALLENGE, grey, "paper"))
    return grid("method", _heads(columns), rows, "methods by task")


def _row(title: str, name: str, columns: Sequence[tuple[TaskTable, str]]) -> Row:
    cells = [measured_cell(key, one.answers.get(name, {}).get(key)) for one, key in columns]
    return Row(title, cells, "own" if name == NETWORK else "")


def _subsets(table: Table) -> str:
    columns = _columns(table, _OF_TABLE_2)
    names = dict.fromkeys(name for one in table.tasks for name in one.cuts.get("subset", {}))
    if not names:
        return paragraph("The works were not cut by how many works their artist has.")
    rows = [_row("all", NETWORK, columns)]
    for name in names:
        found = [one.cuts.get("subset", {}).get(name, {}).get(key) for one, key in columns]
        cells = [_with_works(key, one) for (_, key), one in zip(columns, found, strict=True)]
        rows.append(Row(subset_text(name), cells))
    return grid("artists", _heads(columns), rows, "by the number of an artist's works")


def _with_works(key: str, found: Measured | None) -> Cell:
    cell = measured_cell(key, found)
    return Cell(cell.text, (*cell.small, ("", works_text(found.n)))) if found else cell


def subset_text(name: str) -> str:
    """Return what a subset is called.

    >>> subset_text("300"), subset_text(">100"), subset_text("all")
    ('more than 300 works', 'more than 100 works', 'all')
    """
    digits = name.lstrip("> ").replace(",", "")
    return f"more than {int(digits):,} works" if digits.isdecimal() else name


def _together(table: Table) -> str:
    columns = _columns(table, {kind: (metric.name,) for kind, metric in MAIN.items()})
    rows = list(_of_both(table, columns))
    if len(rows) < 2:
        return paragraph(
            "No single-task networks were learnt: there is nothing to hold the network against."
        )
    differences = [one.differences.get(SINGLES.name, {}).get(key) for one, key in columns]
    verdicts = [Cell(found.verdict.value if found else NOTHING) for found in differences]
    rows.append(Row("multi-task beside single-task", [*verdicts, Cell(_times(table))]))
    for name, minutes in _PAPER_MINUTES.items():
        known = [
            _PAPER_MATERIAL if name == NETWORK and one.task.name == "material" else Cell(NOTHING)
            for one, _ in columns
        ]
        rows.append(Row(f"{_PAPER}: {name}", [*known, Cell(f"{minutes} min")], "paper"))
    heads = [*_heads(columns), Cell("training", (("", "seconds, all seeds"),))]
    return grid("network", heads, rows, "single-task against multi-task") + _time_told(table)


def _of_both(table: Table, columns: Sequence[tuple[TaskTable, str]]) -> Iterator[Row]:
    for name in (SINGLES.name, NETWORK):
        if any(name in one.answers for one in table.tasks):
            row = _row(name, name, columns)
            seconds = table.seconds.get(name)
            time = Cell(f"{seconds:,.1f}" if seconds else NOTHING)
            yield Row(row.name, [*row.cells, time], row.css)


def _times(table: Table) -> str:
    both = [table.seconds.get(name, 0.0) for name in (SINGLES.name, NETWORK)]
    return f"{both[0] / both[1]:.2f} times as quick" if all(both) else NOTHING


def _time_told(table: Table) -> str:
    both = [table.seconds.get(name, 0.0) for name in (SINGLES.name, NETWORK)]
    if not all(both):
        return ""
    tasks = len(table.tasks)
    return (
        f"<p>{safe(f'One network for {tasks} tasks took {both[1]:,.1f} seconds, {tasks} of one task {both[0]:,.1f}')}: "
        f'{both[0] / both[1]:.2f} times as long. <span class="quiet">The paper: 73 and 198 minutes, 2.71 times.</span></p>\n'
    )
