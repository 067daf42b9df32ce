"""A Parquet file of somebody's predictions (docs/predictions.md): what it must be, and its columns a few rows at a time."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from omniart_data.release.rows import compute
from omniart_model.evaluation.columns import SCORED, is_text, leaves_of, values_of
from omniart_model.evaluation.listed import fill_scores, not_finite, places_in, texts_of
from omniart_model.labels import Booleans, Floats, Integers
from omniart_model.shortened import shortened
from omniart_model.tasks import TASKS, Kind, Task
from schemas.errors import ModelError

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

_TOGETHER = 1_000_000  # values that are read at a time, about
_TYPES: Mapping[str, pa.DataType] = {
    "id": pa.string(),
    **{COLUMN[task.name]: pa.float32() if task.kind is Kind.YEAR else SCORED for task in TASKS},
    **dict.fromkeys(ENDS, pa.float32()),
}


@dataclass(frozen=True)
class PredictionsFile:
    """A file that has the columns of predictions; ``leaves`` are the paths of what is read of each."""

    path: Path
    file: pq.ParquetFile
    leaves: Mapping[str, tuple[str, ...]]

    @classmethod
    def opened(cls, path: Path) -> "PredictionsFile":
        """Open a file; raise ModelError for what is no table of predictions. No row is read."""
        try:
            with pq.ParquetFile(path) as file:
                names = _names(file, path)
                leaves = {name: leaves_of(file, name, _TYPES[name], path) for name in names}
                texts = [one for ours in leaves.values() for one in ours if is_text(one)]
                again = pq.ParquetFile(path, metadata=file.metadata, read_dictionary=texts)
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(path, error) from error
        return cls(path, again, leaves)

    def places(self, ids: Sequence[str]) -> Integers:
        """Return where in ``ids`` each row's work stands, int64 [N]; raise ModelError unless each is there once.

        Of a file with more than twice as many rows not even the ids are read.
        """
        rows, named = self.file.metadata.num_rows, f"{self.path}{self._made_for()}"
        if rows > 2 * len(ids):
            raise ModelError(f"{named} has {rows} rows, and {len(ids)} works are to be predicted")
        wanted = pa.array(ids, pa.string())
        found, others = [np.zeros(0, np.int64)], Counter[str | None]()
        for column in self._batches("id"):
            texts = texts_of(column, f"{self.path}: id")
            found.append(places_in(wanted, texts))
            others.update(_counted(texts, found[-1] < 0))
        places = np.concatenate(found)
        _check_ids(np.bincount(places[places >= 0], minlength=len(ids)), ids, others, named)
        return places

    def numbers(self, name: str, task: Task, places: Integers) -> Floats:
        """Return a column of numbers, float32 [N], each at its place; raise ModelError for null, NaN and infinity."""
        parts = [self._cast(column, name) for column in self._batches(name)]
        read = pa.chunked_array(parts, pa.float32())
        self._check(name, task, read.null_count, 0)
        given = np.asarray(read)
        self._check(name, task, 0, not_finite(given))
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

        Raises ModelError for a row without an answer, for labels that are null, and for scores that are null, NaN or
        infinite.
        """
        name, known = COLUMN[task.name], pa.array(classes, pa.string())
        listed, most = self._values(name), len(places) * (len(classes) + MOST_BEYOND)
        if listed > most:
            raise ModelError(
                f"{self.path}: {name} lists {listed:,} labels for {len(places):,} works: list the likeliest, {most:,} at most"
            )
        width = len(classes) + (BEYOND if task.kind is Kind.ONE else 0)
        scores: Floats = np.full((len(places), width), -np.inf, np.float32)
        start = nulls = unnamed = bad = 0
        for column in self._batches(name):
            at = places[start : start + len(column)]
            found = fill_scores(scores, at, column, known, f"{self.path}: {name}")
            nulls, unnamed, bad = nulls + column.null_count, unnamed + found[0], bad + found[1]
            start += len(column)
        self._check(name, task, nulls, bad)
        if unnamed:
            raise ModelError(f"{self.path}: {unnamed} labels of {name} are null")
        beyond = int(np.isfinite(scores[:, len(classes) :]).any(axis=0).sum())
        return scores[:, : len(classes) + beyond]

    def _values(self, name: str) -> int:
        """Return how many values a column has, as the file says; raise ModelError for what is not to be read."""
        about = self.file.metadata
        return max(values_of(about, leaf, self.path) for leaf in self.leaves[name])

    def _batches(self, name: str) -> "Iterator[Any]":
        """Yield a column's rows a few at a time, texts as dictionaries; raises ModelError for a column of other rows.

        One part of the file after another: Arrow does not join the dictionaries of two.
        """
        rows = left = self.file.metadata.num_rows
        few = max(1, _TOGETHER * rows // max(self._values(name), rows, 1))
        read, leaves = self.file.iter_batches, list(self.leaves[name])
        try:
            for group in range(self.file.num_row_groups):
                for batch in read(few, row_groups=[group], columns=leaves):
                    left -= batch.num_rows
                    if left >= 0:
                        yield batch.column(name)
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(self.path, error) from error
        if left:
            raise ModelError(f"{self.path}: {name} has {rows - left} rows, not {rows}")

    def _cast(self, column: "pa.Array[Any]", name: str) -> "pa.Array[Any]":
        try:
            return column.cast(pa.float32())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
            raise ModelError(f"{self.path}: {name} is {column.type}, not float") from error

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
        split, release = (
            shortened(repr(told[name].decode(errors="replace"))) for name in (b"split", b"release")
        )
        return f" (made for the split {split} of release {release})"


def check_answered(path: Path, tasks: Sequence[Task], *, every: bool) -> None:
    """Raise ModelError where a file has no answers for a task, or, unless it is asked for ``every`` one, for any task."""
    opened = PredictionsFile.opened(path)
    opened.file.close()
    lacked = [COLUMN[task.name] for task in tasks if COLUMN[task.name] not in opened.leaves]
    if lacked and (every or len(lacked) == len(tasks)):
        there = [task.word for task in TASKS if COLUMN[task.name] in opened.leaves]
        raise ModelError(
            f"{path} lacks the column{'s' * (len(lacked) > 1)} {', '.join(lacked)}: add what is asked for, "
            f"or give --tasks {','.join(there)}"
        )


def _names(file: pq.ParquetFile, path: Path) -> tuple[str, ...]:
    """Return the columns that are read; raise ModelError where some are there that mean nothing alone, or twice."""
    given = Counter(file.schema_arrow.names)
    names = tuple(name for name in _TYPES if name in given)
    lacked = [] if "id" in names else ["the column id"]
    if not set(names) & set(COLUMN.values()):
        lacked.append(f"a column of answers ({', '.join(COLUMN.values())})")
    if lacked:
        raise ModelError(f"{path} lacks {' and '.join(lacked)}")
    ends = set(ENDS) & set(names)
    if ends and (len(ends) < len(ENDS) or "year" not in names):
        raise ModelError(f"{path}: {' and '.join(ENDS)} stand together, beside year")
    for name in names:
        if given[name] > 1:
            raise ModelError(f"{path} has {given[name]} columns that are called {name}")
    return names


def _unreadable(path: Path, error: Exception) -> ModelError:
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    return ModelError(f"{path} is not a Parquet file that can be read: {shortened(reason)}")


def _counted(texts: "pa.DictionaryArray[Any, Any]", among: Booleans) -> dict[str | None, int]:
    """Return how often each text, null too, occurs among some rows [N]; no text is written out twice."""
    counts = compute.value_counts(texts.filter(pa.array(among)))
    found: Counter[str | None] = Counter()
    for value, count in zip(
        counts.field("values"), counts.field("counts").to_pylist(), strict=True
    ):
        found[value.as_py()] += count
    return found


def _check_ids(
    times: Integers, wanted: Sequence[str], others: Mapping[str | None, int], path: str
) -> None:
    """Raise ModelError unless each wanted id occurs once, as ``times`` [N] says, and none of ``others`` does."""
    lacking = [wanted[at] for at in np.flatnonzero(times == 0).tolist()]
    twice: list[str | None] = [one for one, count in others.items() if count > 1]
    twice += [wanted[at] for at in np.flatnonzero(times > 1).tolist()]
    more = int((times - 1).clip(0).sum()) + sum(others.values()) - len(others)
    for count, what, first in (
        (more, "ids occur again", twice),
        (len(others), "works are not to be predicted", others),
        (len(lacking), "works are not predicted", lacking),
    ):
        if count:
            shown = shortened(repr(min(first, key=str)))
            raise ModelError(f"{path}: {count} {what}, the first is {shown}")
