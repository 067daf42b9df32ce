"""Nearest neighbours: the works of train whose features are the most alike vote.

Metric learning aside, this is what the features give for nothing. k and the weight of a vote are chosen on
validation, task by task.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from omniart_model.baselines.answers.way import Way
from omniart_model.baselines.how import How
from omniart_model.baselines.kept import Part
from omniart_model.baselines.nearest import neighbours
from omniart_model.baselines.primary import figure, is_better
from omniart_model.baselines.study import Answer, Side, Study
from omniart_model.labels import Floats, Integers, Labels, SeveralLabels, encode, take
from omniart_model.tasks import UNKNOWN, Kind, Task

_WHAT = "The nearest works of train by the cosine of upright features; k and the votes' weights by validation: "
COUNTS = (1, 3, 5, 10, 20, 50)
"""k that are tried."""

TEMPERATURE = 0.07
"""Of the votes' weights, exp(cosine / temperature): as in Wu et al. 2018 (instance discrimination), and DINO since."""

Near = tuple[Integers, Floats]
"""Neighbours' rows and cosines, [N, k], the nearest first."""

_PRIOR_SHARE = 1e-3
"""What the prior has in the answer: it decides where votes are equal or there are none, and is outvoted by one."""


@dataclass(frozen=True)
class Vote:
    """How neighbours vote: how many, and whether the nearer weigh more."""

    count: int
    weighted: bool

    def __str__(self) -> str:
        """Return the vote as it is told."""
        return f"{self.count} {'weighted by nearness' if self.weighted else 'alike'}"


def answer(study: Study, how: How) -> tuple[Answer, ...]:
    """Return the neighbours' answers to each task."""

    def make() -> Part:
        started = time.perf_counter()
        known: dict[bytes, tuple[Near, Near]] = {}
        found = {task.name: _task(study, task, how, known) for task in study.tasks}
        scores = study.filled(study.measured, {name: scores for name, (scores, _) in found.items()})
        votes = {name: str(vote) for name, (_, vote) in found.items()}
        return Part(dict(scores), {"votes": votes, "seconds": time.perf_counter() - started})

    part = how.kept.once(WAY.name, make)
    told = ", ".join(f"{name} {vote}" for name, vote in part.facts["votes"].items())
    return (
        Answer(WAY.name, f"{_WHAT}{told}.", (dict(part.arrays),), float(part.facts["seconds"])),
    )


def _task(
    study: Study, task: Task, how: How, known: dict[bytes, tuple[Near, Near]]
) -> tuple[Floats, Vote]:
    """Return a task's answers, and the vote that validation chose; ``known`` are the neighbours among the same works."""
    labels = encode(study.train.works, task, study.classes[task.name])
    held = np.flatnonzero(study.train.seen & known_rows(labels)).astype(np.int64)
    if not len(held):
        nobody = Vote(0, weighted=False)
        return np.array(study.prior(task)[None].repeat(len(study.measured), 0)), nobody
    if held.tobytes() not in known:
        known[held.tobytes()] = (
            _near(study, study.validation, held, how),
            _near(study, study.measured, held, how),
        )
    near = known[held.tobytes()]
    best, best_figure = Vote(1, weighted=False), float("nan")
    truth = study.truth(task, study.validation)
    prior = study.prior(task)
    for vote in _votes(task, len(held)):
        scores = voted(task, labels, near[0], vote, prior)
        reached = figure(truth, scores, among=study.validation.seen)
        if is_better(task, reached, best_figure):
            best, best_figure = vote, reached
    return voted(task, labels, near[1], best, prior), best


def _near(study: Study, side: Side, held: Integers, how: How) -> Near:
    """Return the neighbours of a side's works among some works of train."""
    train = study.train.features[:, 0]
    return neighbours(side.features[:, 0], train, max(COUNTS), held, place=how.device)


def _votes(task: Task, works: int) -> Iterator[Vote]:
    """Yield the votes that are tried: a median of years knows no weights."""
    for count in COUNTS:
        if count <= works:
            yield Vote(count, weighted=False)
            if task.kind is not Kind.YEAR and count > 1:
                yield Vote(count, weighted=True)


def known_rows(labels: Labels) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Return which works have a label to vote with, bool [N]; one outside the classes is none."""
    if isinstance(labels, SeveralLabels):
        return labels.known
    numbers = np.asarray(labels)
    known: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
        ~np.isnan(numbers) if numbers.dtype.kind == "f" else numbers != UNKNOWN
    )
    return known


def voted(task: Task, labels: Labels, near: Near, vote: Vote, prior: Floats) -> Floats:
    """Return the answers of neighbours: shares of votes [N, C], or median years [N]."""
    rows, cosines = near[0][:, : vote.count], near[1][:, : vote.count]
    if task.kind is Kind.YEAR:
        median: Floats = np.median(np.asarray(labels)[rows], axis=1).astype(np.float32)
        return median
    nearness = (cosines - cosines[:, :1]) / TEMPERATURE if vote.weighted else np.zeros_like(cosines)
    weights = np.exp(nearness)
    weights /= weights.sum(axis=1, keepdims=True)
    scores = np.zeros((len(rows), len(prior)), np.float32)
    works = np.arange(len(rows))
    for place in range(rows.shape[1]):
        given = take(labels, rows[:, place])
        if task.kind is Kind.ONE:
            scores[works, given.astype(np.int64)] += weights[:, place]
        else:
            scores += weights[:, place, None] * given
    answered: Floats = (1 - _PRIOR_SHARE) * scores + _PRIOR_SHARE * prior
    return answered


WAY = Way("nearest neighbours", 0.2, answer)
