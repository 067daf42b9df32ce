"""The evaluation engine: anybody's predictions against a split of a release. Needs no torch."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from omniart_data.release import Release
from omniart_model.evaluation.constant import constant_answers, repeated
from omniart_model.evaluation.metrics import (
    Booleans,
    one_class_metrics,
    several_class_metrics,
    year_metrics,
)
from omniart_model.evaluation.predictions import Predictions, read_predictions
from omniart_model.labels import Floats, SeveralLabels, encode
from omniart_model.tasks import Kind, Task
from omniart_model.works import class_index, in_split, pictured_works, texts

PREDICTED = "predictions"
"""The name of what is evaluated, beside the names of the constant answers."""

Metrics = Mapping[str, float]


@dataclass(frozen=True)
class TaskEvaluation:
    """One task's metrics for each answer to it: the predictions', then the constant ones'."""

    task: Task
    classes: tuple[str, ...]
    answers: Mapping[str, Metrics]


@dataclass(frozen=True)
class Evaluation:
    """Metrics of predictions for one split of a release."""

    release: str
    digest: str
    split: str
    works: int
    tasks: tuple[TaskEvaluation, ...]

    def as_dict(self) -> dict[str, object]:
        """Return the evaluation as values for JSON; a metric of nothing is null."""
        return {
            "release": self.release,
            "release_sha256": self.digest,
            "split": self.split,
            "works": self.works,
            "tasks": {
                one.task.name: {
                    "classes": len(one.classes),
                    "least_train": one.task.least_train,
                    "least_test": one.task.least_test,
                    "answers": {
                        name: {
                            key: None if math.isnan(value) else value
                            for key, value in metrics.items()
                        }
                        for name, metrics in one.answers.items()
                    },
                }
                for one in self.tasks
            },
        }


def evaluate(
    release: Release, predictions: Path, tasks: Sequence[Task], split: str = "test"
) -> Evaluation:
    """Score a predictions file on a split, beside the answers of who does not look.

    All works of the split with a picture must be answered, and no others. Raises ModelError.
    """
    works = pictured_works(release)
    scored = in_split(works, split)
    classes = {task.name: class_index(release, works, task) for task in tasks}
    found = read_predictions(predictions, texts(scored["id"]), tasks, classes)
    answered = [task for task in tasks if task.name in found.scores]
    train = in_split(works, "train")
    return Evaluation(
        release.version,
        release.digest,
        split,
        scored.num_rows,
        tuple(_evaluate_task(task, train, scored, classes[task.name], found) for task in answered),
    )


def _evaluate_task(
    task: Task, train: pa.Table, scored: pa.Table, classes: tuple[str, ...], found: Predictions
) -> TaskEvaluation:
    answers: dict[str, Metrics] = {
        PREDICTED: task_metrics(
            task, scored, classes, found.classes.get(task.name, ()), found.scores[task.name]
        )
    }
    for name, answer in constant_answers(train, task, classes).items():
        constant = repeated(answer, scored.num_rows)
        answers[name] = task_metrics(task, scored, classes, classes, constant)
    return TaskEvaluation(task, classes, answers)


def task_metrics(
    task: Task,
    works: pa.Table,
    classes: Sequence[str],
    columns: Sequence[str],
    scores: Floats,
) -> Metrics:
    """Return a task's metrics on works, given scores [N, len(columns)] or years [N].

    ``columns`` begin with ``classes``; labels beyond them count only where all works do.
    """
    labels = encode(works, task, columns)
    if task.kind is Kind.YEAR:
        years = np.asarray(labels)
        known = ~np.isnan(years)
        return year_metrics(scores[known], years[known])
    if isinstance(labels, SeveralLabels):
        known_rows = np.flatnonzero(labels.known)
        truth: Booleans = labels.dense(known_rows) > 0
        return several_class_metrics(scores[known_rows], truth)
    has = np.asarray(works[task.column].is_valid())
    numbers = np.asarray(labels)[has].astype(np.int64)
    return one_class_metrics(scores[has], numbers, (numbers >= 0) & (numbers < len(classes)))
