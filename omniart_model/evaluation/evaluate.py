"""The evaluation engine: anybody's predictions against a split of a release. Needs no torch."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pyarrow as pa

from omniart_data.release import Release
from omniart_model.evaluation.constant import constant_answers, repeated
from omniart_model.evaluation.cuts import check_cuts, scores_by_cut
from omniart_model.evaluation.measured import Measured
from omniart_model.evaluation.predictions import Predictions, read_predictions
from omniart_model.evaluation.resample import RESAMPLES, Resamples
from omniart_model.evaluation.score import score
from omniart_model.evaluation.subset import check_answerable, check_subset
from omniart_model.evaluation.truth import Counts, counts_of, truth_of
from omniart_model.tasks import Task
from omniart_model.works import class_index, in_split, in_subset, pictured_works, texts

PREDICTED = "predictions"
"""The name of what is evaluated, beside the names of the constant answers."""

Metrics = Mapping[str, Measured]


@dataclass(frozen=True)
class TaskEvaluation:
    """One task's metrics for each answer to it: the predictions', then the constant ones'.

    ``cuts`` are the predictions' on parts of the split: ``cuts["museum" | "century" | "subset"][part]``.
    """

    task: Task
    classes: tuple[str, ...]
    counts: Counts
    answers: Mapping[str, Metrics]
    cuts: Mapping[str, Mapping[str, Metrics]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return the task's metrics as values for JSON; a metric of nothing is null."""
        return {
            "classes": len(self.classes),
            "classes_measured": self.counts.classes,
            "works": {
                "all": self.counts.works,
                "known": self.counts.known,
                "labelled": self.counts.labelled,
            },
            "least_train": self.task.least_train,
            "least_test": self.task.least_test,
            "answers": {name: _values(metrics) for name, metrics in self.answers.items()},
            "cuts": {
                cut: {part: _values(metrics) for part, metrics in parts.items()}
                for cut, parts in self.cuts.items()
            },
        }


@dataclass(frozen=True)
class Evaluation:
    """Metrics of predictions for one split of a release; ``resamples`` is how many stand behind an interval.

    ``subset`` is the number that the artists of the works have more works than; 0: the works are all of the split.
    """

    release: str
    digest: str
    split: str
    works: int
    tasks: tuple[TaskEvaluation, ...]
    resamples: int = RESAMPLES
    subset: int = 0

    def as_dict(self) -> dict[str, object]:
        """Return the evaluation as values for JSON; a metric of nothing is null."""
        return {
            "release": self.release,
            "release_sha256": self.digest,
            "split": self.split,
            "subset": self.subset,
            "works": self.works,
            "resamples": self.resamples,
            "tasks": {one.task.name: one.as_dict() for one in self.tasks},
        }


def _values(metrics: Metrics) -> dict[str, dict[str, float | int | None]]:
    """Return metrics as values for JSON: value, low, high and n; one file of predictions has no seeds."""
    return {
        name: {
            key: None if isinstance(value, float) and math.isnan(value) else value
            for key, value in asdict(measured).items()
            if key in {"value", "low", "high", "n"}
        }
        for name, measured in metrics.items()
    }


def evaluate(
    release: Release,
    predictions: Path,
    tasks: Sequence[Task],
    split: str = "test",
    *,
    resamples: int = RESAMPLES,
    cuts: Sequence[str] = (),
    subset: int = 0,
) -> Evaluation:
    """Score a predictions file on a split, beside the answers of who does not look.

    All works of the split with a picture must be answered, and no others. ``resamples`` 0 gives no intervals; ``cuts``
    names parts of the split to score too (``evaluation.cuts``). With a ``subset`` the release is as who trains on it sees
    it (``baselines.study``): works, classes and constant answers are of artists with more than so many works alone.
    Raises ModelError, and UsageError for an unknown cut and for a file that says it is of another subset.
    """
    check_cuts(cuts)
    check_subset(predictions, subset)
    works = in_subset(pictured_works(release), subset)
    scored = in_split(works, split)
    check_answerable(scored, subset, split)
    classes = {task.name: class_index(release, works, task) for task in tasks}
    found = read_predictions(predictions, texts(scored["id"]), tasks, classes)
    train, drawn = in_split(works, "train"), Resamples(scored.num_rows, resamples)
    return Evaluation(
        release.version,
        release.digest,
        split,
        scored.num_rows,
        tuple(
            _evaluate_task(task, (train, scored), classes[task.name], found, drawn, cuts=cuts)
            for task in tasks
            if task.name in found.scores
        ),
        resamples,
        subset,
    )


def _evaluate_task(
    task: Task,
    sides: tuple[pa.Table, pa.Table],
    classes: tuple[str, ...],
    found: Predictions,
    resamples: Resamples,
    *,
    cuts: Sequence[str],
) -> TaskEvaluation:
    train, scored = sides
    truth = truth_of(scored, task, classes)
    given = [found.scores[task.name]]
    ranges = [found.ranges[task.name]] if task.name in found.ranges else []
    answers = {PREDICTED: score(truth, given, resamples, ranges=ranges)}
    for name, answer in constant_answers(train, task, classes).items():
        constant = repeated(answer, scored.num_rows)
        answers[name] = score(truth, [constant], resamples)
    parts = scores_by_cut(scored, truth, given, resamples, cuts, ranges=ranges)
    return TaskEvaluation(task, classes, counts_of(truth), answers, parts)
