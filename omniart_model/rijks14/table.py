"""The scores as lines for a terminal: ours, and under each row what others published."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from omniart_model.rijks14.published import CLASSES, THEIRS
from omniart_model.rijks14.score import Row, Scores

TITLES = {
    "creator": "creator: mean class accuracy, %",
    "type": "type: 11-point mAP, %",
    "material": "material: 11-point mAP, %",
    "year": "year: errors in years, share within 50 years in %",
}
COLUMNS = {
    "mca_top1": "top-1",
    "mca_top2": "top-2",
    "mca_top3": "top-3",
    "mca_top4": "top-4",
    "mca_top5": "top-5",
    "map": "mAP",
    "imap": "iMAP",
    "rmse": "RMSE",
    "mean_error": "MAE",
    "within_50": "+-50",
}


@dataclass(frozen=True)
class Line:
    """A line of text; ``theirs``: not measured here, and to be told apart (grey)."""

    text: str
    theirs: bool = False


def lines_of(scores: Scores) -> Iterator[Line]:
    """Yield the scores as lines; what others published stands only beside rows of the whole challenge."""
    yield Line(
        f"Rijksmuseum Challenge 2014, test: {scores.works:,} of {scores.test:,} works have a picture"
    )
    whole = scores.works == scores.test and dict(scores.classes) == CLASSES
    if not whole:
        yield Line("This is not the whole challenge: nobody's published figures are beside these.")
    task = ""
    for row in scores.rows:
        if row.task != task:
            task = row.task
            yield Line("")
            yield Line(TITLES[task])
            yield Line(f"{'':<34}{'works':>8}" + "".join(f"{COLUMNS[n]:>9}" for n in row.figures))
        yield from _row(row, whole=whole)


def _row(row: Row, *, whole: bool) -> Iterator[Line]:
    yield Line(_cells(f"{row.name}", f"{row.works:,}", row.figures.values()))
    if row.remark:
        yield Line(f"    {row.remark}")
    for who, figures in THEIRS.items() if whole else ():
        theirs = figures.get((row.task, row.name))
        if theirs is not None:
            values = [theirs.get(name, float("nan")) for name in row.figures]
            yield Line(_cells(f"  {who}", "", values), theirs=True)


def _cells(name: str, works: str, values: Iterable[float]) -> str:
    numbers = "".join(f"{'-' if math.isnan(value) else f'{value:.2f}':>9}" for value in values)
    return f"{name:<34}{works:>8}{numbers}"
