"""Made truths and answers of each kind of task."""

from collections.abc import Sequence

import numpy as np

from omniart_model.evaluation.metric import Given
from omniart_model.evaluation.resample import Resamples
from omniart_model.evaluation.score import score
from omniart_model.evaluation.table import metrics_of
from omniart_model.evaluation.truth import Truth
from omniart_model.labels import SeveralLabels, YearLabels
from omniart_model.tasks import UNKNOWN, Kind, choose_tasks

ARTIST, TYPE, PERIOD = choose_tasks(["artist", "type", "period"])


def names(count: int) -> tuple[str, ...]:
    """Return names of classes."""
    return tuple(f"class {number}" for number in range(count))


def of_one(labels: Sequence[int] | np.ndarray, classes: int) -> Truth:
    """Return the truth of a task with one class; UNKNOWN has no label."""
    return Truth.of_labels(ARTIST, names(classes), np.asarray(labels, np.int64))


def of_several(dense: np.ndarray, known: np.ndarray | None = None) -> Truth:
    """Return the truth of a task with several classes, from bool [N, C]."""
    dense = np.asarray(dense, bool)
    known = np.ones(len(dense), bool) if known is None else known
    dense = dense & known[:, None]
    offsets = np.concatenate([[0], np.cumsum(dense.sum(axis=1))]).astype(np.int64)
    labels = SeveralLabels(offsets, np.nonzero(dense)[1].astype(np.int64), known, dense.shape[1])
    return Truth.of_labels(TYPE, names(dense.shape[1]), labels)


def of_years(year: np.ndarray, half: float | np.ndarray = 10.0) -> Truth:
    """Return the truth of years, in museums' intervals of so many years to either side."""
    year = np.asarray(year, np.float32)
    ends = [np.asarray(year + side * half, np.float32) for side in (-1, 1)]
    return Truth.of_labels(PERIOD, (), YearLabels(year, *ends))


def made(kind: Kind, seed: int, works: int = 60, *, ties: bool = False) -> tuple[Truth, Given]:
    """Return a truth in which some labels are unknown, and an answer that is right more often than not."""
    chance = np.random.default_rng(seed)
    classes, known = int(chance.integers(1, 7)), chance.random(works) < 0.9
    if kind is Kind.YEAR:
        year = np.where(known, chance.integers(1400, 1900, works), np.nan)
        answer = chance.normal(np.nan_to_num(year, nan=1500), 40).round(0 if ties else 2)
        ends = answer[:, None] + np.column_stack([-(width := chance.uniform(0, 60, works)), width])
        truth = of_years(year, chance.integers(0, 40, works))
        return truth, Given(answer.astype(np.float32), ends.astype(np.float32))
    scores = chance.random((works, classes))
    if kind is Kind.ONE:
        labels = np.where(known, chance.integers(0, classes, works), UNKNOWN)
        scores[np.arange(works), labels] += 0.4
        truth = of_one(labels, classes)
    else:
        held = chance.random((works, classes)) < chance.uniform(0, 0.5, classes)
        scores += 0.4 * held
        truth = of_several(held, known)
    return truth, Given(scores.round(1 if ties else 9).astype(np.float32))


def values(truth: Truth, given: Given, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Return every metric of an answer, for weights [B, N]."""
    metrics = metrics_of(truth.task.kind, ranges=given.ranges is not None)
    return {metric.name: metric.prepare(truth, given).values(weights) for metric in metrics}


def points(truth: Truth, scores: np.ndarray, ranges: np.ndarray | None = None) -> dict[str, float]:
    """Return every metric's figure."""
    given = [] if ranges is None else [ranges]
    found = score(truth, [scores], Resamples(len(scores), times=0), ranges=given)
    return {name: measured.value for name, measured in found.items()}
