"""A Parquet file of somebody's predictions (docs/predictions.md): what it must be, and its columns a few rows at a time."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from omniart_data.release.rows import compute
from omniart_model.labels import Floats, Integers
from omniart_model.tasks import TASKS, Kind, Task
from schemas.errors import ModelError

SCORED = pa.list_(pa.struct([pa.field("label", pa.string()), pa.field("score", pa.float32())]))

COLUMN: Mapping[str, str] = {
    task.name: "year" if task.kind is Kind.YEAR else task.word for task in TASKS
}
"""The file's column of each task."""

ENDS = ("year_first", "year_last")
"""The file's columns of the range that a year is said to lie in: both are there, or neither."""

BEYOND = 3
"""Labels of a row that are no class and are kept, as a metric looks at three places at most."""

MOST_BEYOND = 1_000
"""Labels that a file may list for a work on average, beside as many as there are classes: no ranking needs more."""

_TOGETHER = 1_024  # rows that are read at a time
_TYPES: Mapping[str, pa.DataType] = {
    "id": pa.string(),
    **{COLUMN[task.name]: pa.float32() if task.kind is Kind.YEAR else SCORED for task in TASKS},
    **dict.fromkeys(ENDS, pa.float32()),
}


@dataclass(frozen=True)
class PredictionsFile:
    """A file that has the columns of predictions; ``names`` are those that are read."""

    path: Path
    file: pq.ParquetFile
    names: tuple[str, ...]

    @classmethod
    def opened(cls, path: Path) -> "PredictionsFile":
        """Open a file; raise ModelError for what is no table of predictions. No row is read."""
        try:
            file = pq.ParquetFile(path)
            given = Counter(file.schema_arrow.names)
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(path, error) from error
        names = [name for name in _TYPES if name in given]
        if "id" not in names or not set(names) & set(COLUMN.values()):
            raise ModelError(f"{path} lacks the columns id and one of {', '.join(COLUMN.values())}")
        ends = set(ENDS) & set(names)
        if ends and (len(ends) < len(ENDS) or "year" not in names):
            raise ModelError(f"{path}: {' and '.join(ENDS)} stand together, beside year")
        for name in names:
            if given[name] > 1:
                raise ModelError(f"{path} has {given[name]} columns that are called {name}")
        return cls(path, file, tuple(names))

    def places(self, ids: Sequence[str]) -> Integers:
        """Return where in ``ids`` each row's work stands, int64 [N]; raise ModelError unless each is there once.

        Of a file with more than twice as many rows not even the ids are read.
        """
        rows, named = self.file.metadata.num_rows, f"{self.path}{self._made_for()}"
        if rows > 2 * len(ids):
            raise ModelError(f"{named} has {rows} rows, and {len(ids)} works are to be predicted")
        found = pa.chunked_array(list(self._batches("id")), pa.string())
        _check_ids(found, ids, named)
        places = compute.index_in(found, value_set=pa.array(ids, pa.string()))
        return np.asarray(places, np.int64)

    def numbers(self, name: str, task: Task, places: Integers) -> Floats:
        """Return a column of numbers, float32 [N], each at its place; raise ModelError for null, NaN and infinity."""
        read = pa.chunked_array(list(self._batches(name)), pa.float32())
        self._check(name, task, read.null_count, 0)
        given = np.asarray(read)
        self._check(name, task, 0, _not_finite(given))
        numbers: Floats = np.empty(len(places), np.float32)
        numbers[places] = given
        return numbers

    def ranges(self, task: Task, places: Integers) -> Floats:
        """Return first and last years, [N, 2]; raise ModelError where a range ends before it begins."""
        ranges: Floats = np.column_stack([self.numbers(name, task, places) for name in ENDS])
        wrong = int((ranges[:, 0] > ranges[:, 1]).sum())
        if wrong:
            raise ModelError(f"{self.path}: {ENDS[0]} is after {ENDS[1]} in {wrong} rows")
        return ranges

    def scores(self, task: Task, classes: Sequence[str], places: Integers) -> Floats:
        """Return the scores of a task's labels, [N, C], of one with one class up to [N, C + BEYOND]; see ``fill_scores``.

        Raises ModelError for a row without an answer, and for scores that are null, NaN or infinite.
        """
        name, known = COLUMN[task.name], pa.array(classes, pa.string())
        listed, most = self._listed(name), len(places) * (len(classes) + MOST_BEYOND)
        if listed > most:
            raise ModelError(
                f"{self.path}: {name} lists {listed:,} labels for {len(places):,} works: list the likeliest, {most:,} at most"
            )
        width = len(classes) + (BEYOND if task.kind is Kind.ONE else 0)
        scores: Floats = np.full((len(places), width), -np.inf, np.float32)
        start = nulls = bad = 0
        for column in self._batches(name):
            nulls += column.null_count
            bad += fill_scores(scores, places[start : start + len(column)], column, known)
            start += len(column)
        self._check(name, task, nulls, bad)
        beyond = int(np.isfinite(scores[:, len(classes) :]).any(axis=0).sum())
        return scores[:, : len(classes) + beyond]

    def _listed(self, name: str) -> int:
        """Return how many labels a column lists, as the file says of itself before any is read."""
        about = self.file.metadata
        groups = [about.row_group(number) for number in range(about.num_row_groups)]
        columns = (group.column(at) for group in groups for at in range(group.num_columns))
        return sum(
            one.num_values
            for one in columns
            if re.fullmatch(rf"{name}\..*\.label", one.path_in_schema)
        )

    def _batches(self, name: str) -> "Iterator[pa.Array[Any]]":
        """Yield a column's rows a few at a time; raises ModelError for one of another type, or of other rows."""
        rows = left = self.file.metadata.num_rows
        try:
            for batch in self.file.iter_batches(_TOGETHER, columns=[name]):
                left -= batch.num_rows
                if left >= 0:
                    yield self._cast(batch.column(name), name)
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(self.path, error) from error
        if left:
            raise ModelError(f"{self.path}: {name} has {rows - left} rows, not {rows}")

    def _cast(self, column: "pa.Array[Any]", name: str) -> "pa.Array[Any]":
        try:
            return column.cast(_TYPES[name])
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
            raise ModelError(f"{self.path}: {name} is {column.type}, not {_TYPES[name]}") from error

    def _check(self, name: str, task: Task, nulls: int, bad: int) -> None:
        if nulls:
            raise ModelError(f"{self.path}: {name} is null in {nulls} rows")
        if bad:
            raise ModelError(f"{self.path}: {bad} answers for {task.name} are not finite numbers")

    def _made_for(self) -> str:
        """Return what a file says of itself: which split of which release it answers; nothing if it does not."""
        told = self.file.schema_arrow.metadata or {}
        if not {b"release", b"split"} <= told.keys():
            return ""
        split, release = (told[name].decode(errors="replace") for name in (b"split", b"release"))
        return f" (made for the split {split!r} of release {release!r})"


def fill_scores(
    scores: Floats, places: Integers, column: "pa.Array[Any]", classes: "pa.Array[Any]"
) -> int:
    """Put some rows' scores [n] (SCORED) at their places in ``scores`` [N, C + beyond]; return how many are not finite.

    Of a label that a row lists twice the last score counts. After the C classes come the best scores of labels that are
    no class, whatever they are: only how many of them are above a class can matter.
    """
    pairs = compute.list_flatten(column)
    rows = places[np.asarray(compute.list_parent_indices(column), np.int64)]
    values = np.asarray(compute.struct_field(pairs, "score").fill_null(np.nan), np.float32)
    labels = compute.struct_field(pairs, "label")
    numbers = compute.index_in(labels, value_set=classes)
    held, named = np.asarray(numbers.is_valid()), np.asarray(labels.is_valid())
    scores[rows[held], np.asarray(numbers.drop_null(), np.int64)] = values[held]
    beyond = scores.shape[1] - len(classes)
    others = np.flatnonzero(named & ~held)
    if beyond and len(others):
        codes = labels.take(pa.array(others)).dictionary_encode().indices
        best_at, at, best = _best(rows[others], np.asarray(codes), values[others], beyond)
        scores[best_at, len(classes) + at] = best
    return _not_finite(values)


def _best(
    rows: Integers, labels: Integers, values: Floats, most: int
) -> tuple[Integers, Integers, Floats]:
    """Return the best scores of each row, at most so many: their rows, places from 0, and values."""
    latest = np.lexsort((-np.arange(len(rows)), labels, rows))
    rows, labels, values = rows[latest], labels[latest], values[latest]
    new = np.append(True, (np.diff(rows) != 0) | (np.diff(labels) != 0))
    rows, values = rows[new], values[new]
    order = np.lexsort((-values, rows))
    rows, values = rows[order], values[order]
    at = np.arange(len(rows)) - np.searchsorted(rows, rows)
    few = at < most
    return rows[few], at[few], values[few]


def _not_finite(values: Floats) -> int:
    return int((~np.isfinite(values)).sum())


def _unreadable(path: Path, error: Exception) -> ModelError:
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    return ModelError(f"{path} is not a Parquet file that can be read: {reason}")


def _check_ids(found: "pa.ChunkedArray[Any]", wanted: Sequence[str], path: str) -> None:
    """Raise ModelError unless each wanted id is found exactly once, and no other."""
    given = found.to_pylist()
    seen, known = Counter(given), set(wanted)
    if len(given) != len(seen):
        twice = min((one for one, times in seen.items() if times > 1), key=str)
        raise ModelError(
            f"{path}: {len(given) - len(seen)} ids occur again, the first is {twice!r}"
        )
    for left, what in (
        (seen.keys() - known, "not to be predicted"),
        (known - seen.keys(), "not predicted"),
    ):
        if left:
            raise ModelError(
                f"{path}: {len(left)} works are {what}, the first is {min(left, key=str)!r}"
            )
