"""The network by parts of the split: museums, centuries, artists with many works, works without a near picture."""

from collections.abc import Mapping

from omniart_data.release.report.markup import safe
from omniart_model.baselines.table import NETWORK, Metrics, Table, TaskTable
from omniart_model.report.paper import subset_text
from omniart_model.report.prose import few_works, paragraph
from omniart_model.report.tables import Cell, Row, grid, measured_cell
from omniart_model.report.words import century_text, head, interval_text, works_text
from omniart_model.tasks import Kind

SHOWN: Mapping[Kind, tuple[str, ...]] = {
    Kind.ONE: ("top1", "mean_class_accuracy"),
    Kind.SEVERAL: ("map_class", "imap_11_point"),
    Kind.YEAR: ("mean_error", "within_50"),
}
"""What a part is told by; a table of everything would be read by nobody."""


def cuts_html(table: Table) -> str:
    """Return one table for each way to cut, with all tasks side by side."""
    kinds = dict.fromkeys(kind for task in table.tasks for kind in task.cuts)
    if not kinds:
        return paragraph("The works were not cut into parts.")
    few = few_works([task.cuts for task in table.tasks])
    return few + "".join(_cut(table, kind) for kind in kinds)


def _cut(table: Table, kind: str) -> str:
    heads, rows = cut_rows(table, kind)
    return f"<h3>{safe(f'By {kind}')}</h3>\n{grid(kind, heads, rows, f'the network by {kind}')}"


def cut_rows(table: Table, kind: str) -> tuple[list[Cell], list[Row]]:
    """Return heads and rows of the table of one cut; the row of all works stands first."""
    tasks = [task for task in table.tasks if kind in task.cuts]
    columns = [(task, key) for task in tasks for key in SHOWN[task.task.kind]]
    heads = [Cell(task.task.name, (("", head(key)),)) for task, key in columns]
    values = dict.fromkeys(value for task in tasks for value in task.cuts[kind])
    rows = [_row("all", [(_all(task), key) for task, key in columns], "own")]
    rows += [
        _row(
            cut_text(kind, value),
            [(task.cuts[kind].get(value, {}), key) for task, key in columns],
        )
        for value in values
    ]
    return heads, rows


def _all(task: TaskTable) -> Metrics:
    return task.answers.get(NETWORK, {})


def _row(name: str, found: list[tuple[Metrics, str]], css: str = "") -> Row:
    cells = []
    for metrics, key in found:
        measured = metrics.get(key)
        told = (interval_text(key, measured), works_text(measured.n)) if measured else ()
        small = tuple(("", text) for text in told if text)
        cells.append(Cell(measured_cell(key, measured).text, small))
    return Row(name, cells, css)


def cut_text(kind: str, value: str) -> str:
    """Return what a part of the split is called.

    >>> cut_text("century", "17"), cut_text("century", "-5"), cut_text("museum", "17")
    ('17th century', '5th century BCE', '17')
    """
    if kind == "century" and value.removeprefix("-").isdecimal():
        return century_text(int(value))
    return subset_text(value) if kind == "subset" else value
