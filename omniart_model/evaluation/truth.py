"""What is true of some works, task by task, as the metrics read it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from omniart_model.labels import Booleans, Floats, Integers, Labels, encode
from omniart_model.tasks import Kind, Task


@dataclass(frozen=True)
class Truth:
    """One task's labels for the N works that are scored, in the order of the scores.

    ``columns`` are the labels of the scores' columns: the ``classes`` of the task first, then those that an answer
    gives beyond them. ``known`` bool [N] marks works that have a label at all, ``first`` and ``last`` [N] are the years
    that the museum gives (NaN: not known; of other tasks empty).
    """

    task: Task
    classes: int
    columns: tuple[str, ...]
    labels: Labels
    known: Booleans
    first: Floats
    last: Floats


def truth_of(
    works: pa.Table, task: Task, classes: Sequence[str], columns: Sequence[str] = ()
) -> Truth:
    """Return what is true of works; ``columns`` are those of the scores, the classes where not given."""
    columns = tuple(columns or classes)
    known = np.asarray(works[task.column].is_valid())
    labels = encode(works, task, columns)
    first = last = np.zeros(0, np.float32)
    if task.kind is Kind.YEAR:
        first, last = (_years(works, name) for name in ("year_first", "year_last"))
    elif task.kind is Kind.SEVERAL:
        known = np.asarray(labels.known)  # type: ignore[union-attr]
    return Truth(task, len(classes), columns, labels, known, first, last)


def _years(works: pa.Table, name: str) -> Floats:
    column = works[name].combine_chunks().cast(pa.float32()).fill_null(np.nan)
    years: Floats = np.array(column, np.float32)
    return years


def rows_where(mask: Booleans) -> Integers:
    """Return the numbers of the rows that a mask marks."""
    rows: Integers = np.flatnonzero(mask).astype(np.int64)
    return rows
