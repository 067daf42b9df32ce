"""Predictions: answers for the works of a split, in memory and as a Parquet file (docs/predictions.md).

Anybody's predictions can be scored: nothing here knows of a network.
"""

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from omniart_data.release.rows import compute
from omniart_model.files import write_whole
from omniart_model.labels import Floats
from omniart_model.tasks import TASKS, Kind, Task
from schemas.errors import ModelError

SCORED = pa.list_(pa.struct([pa.field("label", pa.string()), pa.field("score", pa.float32())]))
TOP = 10
"""Labels that are written for a task with one class; a metric looks at three at most."""

COLUMN: Mapping[str, str] = {
    task.name: "year" if task.kind is Kind.YEAR else task.word for task in TASKS
}
"""The file's column of each task."""

ENDS = ("year_first", "year_last")
"""The file's columns of the range that a year is said to lie in: both are there, or neither."""


@dataclass(frozen=True)
class Predictions:
    """Each task's answers, row by row for ``ids``: scores [N, C] over its classes, or years [N].

    ``ranges`` are first and last year, [N, 2], of tasks whose answer has them.
    """

    ids: Sequence[str]
    classes: Mapping[str, tuple[str, ...]]
    scores: Mapping[str, Floats]
    ranges: Mapping[str, Floats] = field(default_factory=dict)


def write_predictions(
    predictions: Predictions,
    tasks: Sequence[Task],
    path: Path,
    about: Mapping[str, str],
    *,
    top: int = TOP,
) -> None:
    """Write predictions to a Parquet file; ``about`` becomes its metadata (release, checkpoint).

    Of a task with one class the ``top`` likeliest labels are written, of one with several all.
    """
    columns: dict[str, pa.Array[Any]] = {"id": pa.array(predictions.ids, pa.string())}
    for task in tasks:
        scores = predictions.scores[task.name]
        if task.kind is Kind.YEAR:
            columns[COLUMN[task.name]] = pa.array(scores, pa.float32())
            if task.name in predictions.ranges:
                for name, ends in zip(ENDS, predictions.ranges[task.name].T, strict=True):
                    columns[name] = pa.array(ends, pa.float32())
        else:
            most = top if task.kind is Kind.ONE else scores.shape[1]
            columns[COLUMN[task.name]] = _ranked(scores, predictions.classes[task.name], most)
    table = pa.table(columns).replace_schema_metadata(dict(about))
    body = io.BytesIO()
    pq.write_table(table, body, compression="zstd")
    write_whole(path, body.getvalue())


def _ranked(scores: Floats, classes: Sequence[str], top: int) -> "pa.Array[Any]":
    """Return the best labels of each row with their scores, the best first, as SCORED."""
    top = min(top, scores.shape[1])
    order = np.argsort(-scores, axis=1, kind="stable")[:, :top]
    labels = pa.array(list(classes), pa.string()).take(order.ravel())
    values = pa.array(np.take_along_axis(scores, order, axis=1).ravel(), pa.float32())
    pairs = pa.StructArray.from_arrays([labels, values], fields=list(SCORED.value_type))
    return pa.ListArray.from_arrays(
        pa.array(np.arange(0, order.size + 1, top or 1), pa.int32())
        if top
        else pa.array(np.zeros(len(scores) + 1), pa.int32()),
        pairs,
    )


def read_predictions(
    path: Path, ids: Sequence[str], tasks: Sequence[Task], classes: Mapping[str, tuple[str, ...]]
) -> Predictions:
    """Return a file's predictions for exactly these works, in their order.

    ``classes`` are those that several-label tasks are scored on; other labels in the file are left
    out, and a class that a row does not list comes after all that it does. For a task with one
    class the file's own labels are added. Tasks without a column are not there. Raises ModelError
    for a file that is no such table, lacks a work, holds one twice, or holds one that is not asked for.
    """
    table = _read(path)
    _check_ids(table["id"], ids, f"{path}{_made_for(table)}")
    table = table.take(
        compute.index_in(pa.array(ids, pa.string()), value_set=table["id"].combine_chunks())
    )
    found, scores, ranges = {}, {}, {}
    for task in tasks:
        if COLUMN[task.name] not in table.column_names:
            continue
        column = _whole(table, COLUMN[task.name], path)
        if task.kind is Kind.YEAR:
            scores[task.name] = _finite(np.asarray(column), task, path)
            if set(ENDS) <= set(table.column_names):
                ranges[task.name] = _ranges(table, task, path)
            continue
        found[task.name] = tuple(classes[task.name])
        if task.kind is Kind.ONE:
            found[task.name] += _beyond(column, classes[task.name])
        scores[task.name] = _matrix(column, found[task.name], task, path)
    return Predictions(list(ids), found, scores, ranges)


def _whole(table: pa.Table, name: str, path: Path) -> "pa.Array[Any]":
    """Return a column; raise ModelError where a row has no answer."""
    column = table[name].combine_chunks()
    if column.null_count:
        raise ModelError(f"{path}: {name} is null in {column.null_count} rows")
    return column


def _ranges(table: pa.Table, task: Task, path: Path) -> Floats:
    """Return first and last years, [N, 2]; raise ModelError where a range ends before it begins."""
    ends = [_finite(np.asarray(_whole(table, name, path)), task, path) for name in ENDS]
    ranges: Floats = np.column_stack(ends).astype(np.float32)
    wrong = int((ranges[:, 0] > ranges[:, 1]).sum())
    if wrong:
        raise ModelError(f"{path}: {ENDS[0]} is after {ENDS[1]} in {wrong} rows")
    return ranges


def _beyond(column: "pa.Array[Any]", classes: Sequence[str]) -> tuple[str, ...]:
    """Return the labels of a column that are no class, sorted."""
    labels = compute.struct_field(compute.list_flatten(column), "label")
    given = set(compute.unique(labels).drop_null().to_pylist())
    return tuple(sorted(given - set(classes)))


def _matrix(column: "pa.Array[Any]", classes: Sequence[str], task: Task, path: Path) -> Floats:
    """Return the scores as [N, C]; what a row does not list is minus infinity."""
    rows = np.asarray(compute.list_parent_indices(column), np.int64)
    pairs = compute.list_flatten(column)
    values = _finite(np.asarray(compute.struct_field(pairs, "score").fill_null(np.nan)), task, path)
    at = compute.index_in(
        compute.struct_field(pairs, "label"), value_set=pa.array(classes, pa.string())
    )
    held = np.asarray(at.is_valid())
    numbers = np.asarray(at.fill_null(0), np.int64)
    matrix = np.full((len(column), len(classes)), -np.inf, np.float32)
    matrix[rows[held], numbers[held]] = values[held]
    return matrix


def _finite(values: Floats, task: Task, path: Path) -> Floats:
    bad = int((~np.isfinite(values)).sum())
    if bad:
        raise ModelError(f"{path}: {bad} answers for {task.name} are not finite numbers")
    return values


def _read(path: Path) -> pa.Table:
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"{path} is not a Parquet file that can be read: {reason}") from error
    wanted: dict[str, pa.DataType] = {"id": pa.string()}
    for task in TASKS:
        wanted[COLUMN[task.name]] = pa.float32() if task.kind is Kind.YEAR else SCORED
    if "id" not in table.column_names or len(set(table.column_names) & set(wanted)) == 1:
        raise ModelError(f"{path} lacks the columns id and one of {', '.join(COLUMN.values())}")
    ends = set(ENDS) & set(table.column_names)
    if ends and (len(ends) < len(ENDS) or "year" not in table.column_names):
        raise ModelError(f"{path}: {' and '.join(ENDS)} stand together, beside year")
    wanted |= dict.fromkeys(ENDS, pa.float32())
    for name in sorted(set(table.column_names) & set(wanted)):
        try:
            index = table.column_names.index(name)
            table = table.set_column(index, name, table[name].cast(wanted[name]))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
            raise ModelError(f"{path}: {name} is {table[name].type}, not {wanted[name]}") from error
    return table


def _made_for(table: pa.Table) -> str:
    """Return what a file says of itself: which split of which release it answers; nothing if it does not."""
    about = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    if not {"release", "split"} <= about.keys():
        return ""
    return f" (made for the split {about['split']!r} of release {about['release']!r})"


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
