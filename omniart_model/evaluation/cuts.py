"""Parts of a split: the works of one museum, of one century, of the artists with many works."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from omniart_model.evaluation.measured import Measured
from omniart_model.evaluation.resample import Resamples
from omniart_model.evaluation.score import score
from omniart_model.evaluation.table import MAIN
from omniart_model.evaluation.truth import Truth
from omniart_model.labels import Booleans, Floats
from omniart_model.works import museums_of
from schemas.errors import UsageError

SUBSETS = (100, 300, 700, 1100)
"""Artists with more than so many works: the subsets of Strezoski & Worring 2017, Table 4."""

Parts = Mapping[str, Booleans]
"""From the name of a part to the works in it, bool [N]."""


def museums(works: pa.Table) -> Parts:
    """Return each museum's works, the largest first: of the institution, or else of the source that told of them."""
    at = np.array(museums_of(works), object)
    names, counts = np.unique(at.astype(str), return_counts=True)
    return {str(names[place]): at == names[place] for place in np.argsort(-counts, kind="stable")}


def centuries(works: pa.Table) -> Parts:
    """Return each century's works by its number, the earliest first; those without a century are in none."""
    numbers = np.array(works["century"].fill_null(0), np.int64)  # there is no century 0
    return {str(number): numbers == number for number in np.unique(numbers) if number}


def subsets(works: pa.Table) -> Parts:
    """Return the works of artists with more than so many works, by that number, where there are any."""
    held = np.array(works["artist_works"].fill_null(0), np.int64)
    return {str(least): held > least for least in SUBSETS if (held > least).any()}


CUTS: Mapping[str, Callable[[pa.Table], Parts]] = {
    "museum": museums,
    "century": centuries,
    "subset": subsets,
}
"""The ways to cut a split. One more way is one more row."""


def check_cuts(names: Sequence[str]) -> None:
    """Raise UsageError for a way to cut that there is not."""
    for name in names:
        if name not in CUTS:
            raise UsageError(f"nothing can be cut by {name!r}; there are: {', '.join(CUTS)}")


def scores_by_cut(
    works: pa.Table,
    truth: Truth,
    answers: Sequence[Floats],
    resamples: Resamples,
    cuts: Sequence[str] = tuple(CUTS),
    *,
    ranges: Sequence[Floats] = (),
) -> dict[str, dict[str, Mapping[str, Measured]]]:
    """Return every metric on each part of some works: by cut, by part; what has nothing to be measured on is not there.

    ``works`` are those of ``truth``. Draws are made over a part's own works. Raises UsageError for an unknown cut.
    """
    check_cuts(cuts)
    main = MAIN[truth.task.kind].name
    found: dict[str, dict[str, Mapping[str, Measured]]] = {}
    for cut in cuts:
        scored = {
            part: score(truth, answers, resamples, among=among, ranges=ranges)
            for part, among in CUTS[cut](works).items()
            if (truth.known & among).any()
        }
        held = {part: metrics for part, metrics in scored.items() if metrics[main].n}
        if held:
            found[cut] = held
    return found
