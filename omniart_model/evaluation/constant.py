"""What one would answer without looking: the most frequent classes, the mean and the median year."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from omniart_model.labels import Floats, Integers, SeveralLabels, encode
from omniart_model.tasks import UNKNOWN, Kind, Task


def constant_answers(train: pa.Table, task: Task, classes: Sequence[str]) -> Mapping[str, Floats]:
    """Return the constant answers to a task by their names: scores [C], or a year [].

    Scores are shares of train, so the first is the majority class and the order is the prior; of a task with one
    class they are shares of the works that have a label: those of no artist tell nothing of artists. The
    mean year has the least squared error, the median the least absolute one: both are given.
    """
    labels = encode(train, task, classes)
    if task.kind is Kind.YEAR:
        return _years(np.asarray(labels))
    name = "majority class" if task.kind is Kind.ONE else "prior"
    numbers = labels.classes if isinstance(labels, SeveralLabels) else _held(np.asarray(labels))
    counts = np.bincount(numbers, minlength=len(classes))
    works = train.num_rows
    if task.kind is Kind.ONE:
        works -= train[task.column].null_count
    return {name: (counts / max(works, 1)).astype(np.float32)}


def _held(labels: Integers) -> Integers:
    known: Integers = labels[labels != UNKNOWN]
    return known


def _years(years: Floats) -> Mapping[str, Floats]:
    known = years[~np.isnan(years)].astype(np.float64)
    if not len(known):
        known = np.zeros(1)
    return {
        "mean year": np.asarray(known.mean(), np.float32),
        "median year": np.asarray(np.median(known), np.float32),
    }


def repeated(answer: Floats, works: int) -> Floats:
    """Return a constant answer for so many works: [N, C] or [N], without taking memory for each."""
    return np.broadcast_to(answer, (works, *answer.shape))
