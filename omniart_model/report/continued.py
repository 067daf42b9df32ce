"""Continuity with the last release: a change of data told from a change of network."""

from omniart_data.release.report.markup import counted
from omniart_model.baselines.table import Continued, Table
from omniart_model.report.cuts import SHOWN
from omniart_model.report.prose import few_works, paragraph
from omniart_model.report.tables import Cell, Row, grid, measured_cell
from omniart_model.report.words import head, works_text
from omniart_model.tasks import Kind


def continued_html(table: Table) -> str:
    """Return the last network's figures on this release, and both networks' on the works that both hold."""
    if not table.continuity:
        return paragraph("There is no baseline of an earlier release to compare with.")
    kinds = {task.task.name: task.task.kind for task in table.tasks}
    heads = [Cell(one) for one in ("works", "task", "main figure", "second figure")]
    about = (
        "The same network on other works: what changed is the data. Another network on the same works: what changed is the "
        "network. Classes that the last network does not have are never answered by it, and count as wrong."
    )
    rows = (_row(one, kinds.get(one.task)) for one in table.continuity)
    few = few_works(table.continuity)
    return paragraph(about, "quiet") + few + grid("network of", heads, rows, "continuity")


def _row(one: Continued, kind: Kind | None) -> Row:
    keys = SHOWN[kind] if kind else tuple(one.metrics)[:2]
    cells = [_figure(key, one) for key in keys[:2]]
    lacking = (("", f"{counted(one.lacking, 'class', 'classes')} lacking"),) if one.lacking else ()
    return Row(one.network, [Cell(one.works), Cell(one.task, lacking), *cells])


def _figure(key: str, one: Continued) -> Cell:
    found = one.metrics.get(key)
    cell = measured_cell(key, found)
    works = (("", works_text(found.n)),) if found else ()
    return Cell(cell.text, (("", head(key)), *cell.small, *works))
