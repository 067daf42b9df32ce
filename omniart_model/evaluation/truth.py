"""What is true of some works, task by task, as the metrics read it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from omniart_model.labels import (
    Booleans,
    Floats,
    Integers,
    Labels,
    SeveralLabels,
    YearLabels,
    encode,
)
from omniart_model.tasks import UNKNOWN, Kind, Task


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

    @classmethod
    def of_labels(cls, task: Task, classes: Sequence[str], labels: Labels) -> "Truth":
        """Return what is true where there are labels alone: what is no class is not known at all."""
        first = last = np.zeros(0, np.float32)
        if isinstance(labels, SeveralLabels):
            known = labels.known
        elif isinstance(labels, YearLabels) or task.kind is Kind.YEAR:
            years = labels if isinstance(labels, YearLabels) else YearLabels.points(labels)  # type: ignore[arg-type]
            labels, first, last = years.year, years.first, years.last
            known = ~np.isnan(labels)
        else:
            known = np.asarray(labels != UNKNOWN)
        return cls(task, len(classes), tuple(classes), labels, known, first, last)


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


@dataclass(frozen=True)
class Counts:
    """How many works a task is measured on: ``known`` have a label, ``labelled`` one that is a class (or a year).

    ``classes`` is the number of classes that any of them has: what has no work cannot be measured.
    """

    works: int
    known: int
    labelled: int
    classes: int


def counts_of(truth: Truth) -> Counts:
    """Return how many works and classes a task is measured on."""
    works, known = len(truth.known), int(truth.known.sum())
    labels = truth.labels
    if isinstance(labels, SeveralLabels):
        at, classes = labels.places(rows_where(truth.known))
        return Counts(works, known, len(np.unique(at)), len(np.unique(classes)))
    if truth.task.kind is Kind.YEAR:
        return Counts(works, known, known, 0)
    numbers = np.asarray(labels)
    held = numbers[truth.known & (numbers >= 0) & (numbers < truth.classes)]
    return Counts(works, known, len(held), len(np.unique(held)))


def some_of(truth: Truth, rows: Integers) -> Truth:
    """Return what is true of some of the works, in their order; ``rows`` are their numbers."""
    labels = truth.labels
    chosen: Labels
    if isinstance(labels, SeveralLabels):
        at, classes = labels.places(rows)
        ends = np.cumsum(np.bincount(at, minlength=len(rows)))
        offsets = np.concatenate([[0], ends]).astype(np.int64)
        chosen = SeveralLabels(offsets, classes, labels.known[rows], labels.count)
    elif isinstance(labels, YearLabels):
        chosen = YearLabels(labels.year[rows], labels.first[rows], labels.last[rows])
    else:
        chosen = labels[rows]
    first, last = (ends[rows] if len(ends) else ends for ends in (truth.first, truth.last))
    return replace(truth, labels=chosen, known=truth.known[rows], first=first, last=last)


def rows_where(mask: Booleans) -> Integers:
    """Return the numbers of the rows that a mask marks."""
    rows: Integers = np.flatnonzero(mask).astype(np.int64)
    return rows
