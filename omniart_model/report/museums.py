"""Does the network see the art or the photographer? Museums told from the features, and museums left out."""

import math

from omniart_model.baselines.table import OF_ONE_SEED, LeftOut, Table
from omniart_model.evaluation.measured import Measured
from omniart_model.report.prose import few_works, paragraph
from omniart_model.report.tables import Cell, Row, grid, measured_cell
from omniart_model.report.words import difference_text, figure_text, head, interval_text, works_text


def museums_html(table: Table) -> str:
    """Return what is known of it; what was not measured is said."""
    few = few_works(table.museum_told, table.museum_majority, table.left_out)
    return told_text(table) + few + _left_out(table)


def told_text(table: Table) -> str:
    """Return how well the museum is told from the features."""
    told, majority = table.museum_told, table.museum_majority
    if told is None:
        return paragraph(
            "Whether the features tell the museum was not measured: it takes two museums at least."
        )
    interval = interval_text("top1", told)
    beside = (
        ""
        if majority is None
        else f" The commonest museum alone is right for {figure_text('top1', majority.value)}."
    )
    verdict = "" if majority is None else _carries(told, majority)
    return paragraph(
        f"A linear probe on the features names the museum of {figure_text('top1', told.value)} of the test works"
        f"{f' ({interval})' if interval else ''}.{beside}{verdict}"
    )


def _carries(told: Measured, majority: Measured) -> str:
    """Return what follows for photographs, with a space before it; nothing where too few works give no interval."""
    if math.isnan(told.low):
        return ""
    if told.low > majority.value:
        return " Photographs carry their museum here, and a network can use it: see museum only, above."
    return " That is no more than guessing: these features hardly carry the museum."


def _left_out(table: Table) -> str:
    if not table.left_out:
        return paragraph(
            "No museum was left out: none has enough labelled works in test, with enough in the train of the others."
        )
    heads = [Cell(one) for one in ("task", "never seen", "seen", "never seen minus seen")]
    about = (
        "Each museum's test works by a network that has seen none of that museum's works, and by one that has seen as many "
        f"works of all museums. {OF_ONE_SEED}"
    )
    return paragraph(about, "quiet") + grid(
        "museum", heads, map(_row, table.left_out), "museums left out"
    )


def _row(one: LeftOut) -> Row:
    figures = [measured_cell(one.metric, found) for found in (one.without, one.within)]
    interval = interval_text(one.metric, one.difference)
    name = Cell(one.task, (("", head(one.metric)), ("", works_text(one.without.n))))
    return Row(
        one.museum,
        [
            name,
            *figures,
            Cell(
                difference_text(one.metric, one.difference),
                (("", interval),) if interval else (),
            ),
        ],
    )
