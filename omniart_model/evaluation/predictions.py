"""Predictions: answers for the works of a split, in memory and as a Parquet file (docs/predictions.md).

Anybody's predictions can be scored: nothing here knows of a network.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from omniart_model.evaluation.columns import SCORED
from omniart_model.evaluation.predictions_file import COLUMN, ENDS, PredictionsFile
from omniart_model.files import write_whole
from omniart_model.labels import Floats
from omniart_model.tasks import Kind, Task

TOP = 10
"""Labels that are written for a task with one class; a metric looks at three at most."""


@dataclass(frozen=True)
class Predictions:
    """Each task's answers, row by row for ``ids``: scores [N, C] over its classes, or years [N].

    Those of a file may have a few columns more for a task with one class: for labels that are no class.
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

    ``classes`` are those that tasks are scored on, and a class that a row does not list comes after all that it does.
    For a task with one class a few columns may follow, for labels that are none: see ``fill_scores``. Tasks without a column are
    not there. The works are compared before anything else is read, and then a column at a time, row by row: memory is
    what the works and the classes take, whatever labels a file names. Raises ModelError for a file that is no such table,
    lacks a work, holds one twice, or holds one that is not asked for.
    """
    table = PredictionsFile.opened(path)
    scores: dict[str, Floats] = {}
    ranges: dict[str, Floats] = {}
    with table.file:
        places = table.places(ids)
        for task in tasks:
            if COLUMN[task.name] not in table.leaves:
                continue
            if task.kind is not Kind.YEAR:
                scores[task.name] = table.scores(task, classes[task.name], places)
                continue
            scores[task.name] = table.numbers(COLUMN[task.name], task, places)
            if table.leaves.keys() >= set(ENDS):
                ranges[task.name] = table.ranges(task, places)
    found = {task.name: tuple(classes[task.name]) for task in tasks if task.name in scores}
    return Predictions(list(ids), found, scores, ranges)
