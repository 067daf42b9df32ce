"""Labels as numbers: from a release's columns to what the loss and the metrics read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniart_data.release.rows import compute
from omniart_model.tasks import UNKNOWN, Kind, Task

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SeveralLabels:
    """Which classes each artwork has, sparse: OmniArt's 302,551 works x 1,424 classes stay small.

    The classes of work ``i`` are ``classes[offsets[i]:offsets[i + 1]]``, rising; ``known[i]`` is
    False where the museum gives no label at all. A work whose labels are all outside the classes
    is known, and has none of them.
    """

    offsets: Integers  # [N + 1]
    classes: Integers  # [M]
    known: Booleans  # [N]
    count: int  # C

    def places(self, rows: Integers) -> tuple[Integers, Integers]:
        """Return where ``dense(rows)`` is 1: places in ``rows``, and classes, int64 [M] each."""
        starts = self.offsets[rows]
        lengths = self.offsets[rows + 1] - starts
        at = np.repeat(np.arange(len(rows)), lengths)
        within = np.arange(len(at)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return at, self.classes[np.repeat(starts, lengths) + within]

    def dense(self, rows: Integers) -> Floats:
        """Return float [B, C] of 0 and 1 for the rows asked for, NaN throughout where unknown."""
        out = np.zeros((len(rows), self.count), np.float32)
        out[self.places(rows)] = 1.0
        out[~self.known[rows]] = np.nan
        return out


@dataclass(frozen=True)
class YearLabels:
    """The year of each artwork, and the first and last year that the museum gives: float32 [N] each, in years.

    NaN in all three where no year is known. A work whose museum gives no interval has its year for both ends.
    """

    year: Floats
    first: Floats
    last: Floats

    @classmethod
    def points(cls, year: Floats) -> "YearLabels":
        """Return years that are known to the year, or not at all."""
        return cls(year, year, year)


Labels = Integers | Floats | YearLabels | SeveralLabels
"""Of one task: int64 [N] (UNKNOWN: none), float32 [N] in years (NaN: none), YearLabels, or SeveralLabels."""


def find_classes(works: pa.Table, task: Task, order: Sequence[str]) -> tuple[str, ...]:
    """Return the labels that are classes of a task, in the order of the release's class index.

    They are counted on the works given, those with a picture, and not taken from the counts in
    ``labels.parquet``, which count works without a picture too: a class must have examples.
    """
    if task.kind is Kind.YEAR:
        return ()
    train, test = (_count(works, task, split) for split in ("train", "test"))
    return tuple(
        label
        for label in order
        if train.get(label, 0) >= max(task.least_train, 1) and test.get(label, 0) >= task.least_test
    )


def encode(works: pa.Table, task: Task, classes: Sequence[str]) -> Labels:
    """Return a task's labels of the works, row by row, as its kind asks for."""
    column = works[task.column].combine_chunks()
    if task.kind is Kind.YEAR:
        return _years(column)
    if task.kind is Kind.ONE:
        return _numbers(column, classes)
    return _encode_several(column, task, classes)


def labels_to_learn(works: pa.Table, task: Task, classes: Sequence[str]) -> Labels:
    """Return a task's labels of the works as ``encode`` does, of a year the museum's interval too.

    An end that is not given is the year itself, and the interval always holds the year.
    """
    labels = encode(works, task, classes)
    ends = ("year_first", "year_last")
    if task.kind is not Kind.YEAR or not set(ends) <= set(works.column_names):
        return labels
    year = np.asarray(labels)
    first, last = (_years(works[name].combine_chunks()) for name in ends)
    known = ~np.isnan(year)
    return YearLabels(
        year,
        np.where(known, np.fmin(first, year), np.nan).astype(np.float32),
        np.where(known, np.fmax(last, year), np.nan).astype(np.float32),
    )


def take(labels: Labels, rows: Integers) -> Integers | Floats:
    """Return the labels of some rows as one array: [B], [B, C] for several, the year alone of YearLabels."""
    if isinstance(labels, SeveralLabels):
        return labels.dense(rows)
    return labels.year[rows] if isinstance(labels, YearLabels) else labels[rows]


def label_texts(works: pa.Table, task: Task) -> "pa.Array[Any]":
    """Return all labels that some works have for a task of classes, one after the other; null where there is none."""
    column = works[task.column].combine_chunks()
    return column if task.kind is Kind.ONE else _elements(column, task)


def _elements(column: "pa.Array[Any]", task: Task) -> "pa.Array[Any]":
    """Return the labels in a column of lists, one after the other."""
    elements = compute.list_flatten(column)
    return compute.struct_field(elements, task.field) if task.field else elements


def _years(column: "pa.Array[Any]") -> Floats:
    years: Floats = np.array(column.cast(pa.float32()).fill_null(np.nan), np.float32)
    return years


def _numbers(column: "pa.Array[Any]", classes: Sequence[str]) -> Integers:
    found = compute.index_in(column, value_set=pa.array(classes, pa.string()))
    numbers: Integers = np.array(found.fill_null(UNKNOWN), np.int64)
    return numbers


def _encode_several(column: "pa.Array[Any]", task: Task, classes: Sequence[str]) -> SeveralLabels:
    lengths = np.asarray(compute.list_value_length(column).fill_null(0), np.int64)
    works = np.asarray(compute.list_parent_indices(column), np.int64)
    numbers = _numbers(_elements(column, task), classes)
    held = numbers != UNKNOWN
    width = max(len(classes), 1)
    pairs = np.unique(works[held] * width + numbers[held])  # a label given twice counts once
    counts = np.bincount(pairs // width, minlength=len(column))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return SeveralLabels(offsets, pairs % width, lengths > 0, len(classes))


def _count(works: pa.Table, task: Task, split: str) -> dict[str, int]:
    column = works.filter(compute.equal(works["split"], split))[task.column].combine_chunks()
    if task.kind is Kind.SEVERAL:
        parents, labels = compute.list_parent_indices(column), _elements(column, task)
        once = (
            pa.table({"work": parents, "label": labels}).group_by(["work", "label"]).aggregate([])
        )
        column = once["label"].combine_chunks()
    counted = compute.value_counts(column.drop_null())
    return {row["values"]: row["counts"] for row in counted.to_pylist()}
