"""Who is taken for whom: counts over the scored works and all seeds."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from omniart_model.labels import Integers, encode
from omniart_model.report.shown import Shown
from omniart_model.tasks import Task

Counts = npt.NDArray[np.float64]

MOST = 20
"""Classes that a matrix shows: more could not be read."""


@dataclass(frozen=True)
class Confusion:
    """One task's answers beside the truth: of the looked-at scored works with a class.

    ``counts[a, b]`` is how many works of a are taken for b, a mean over seeds, [C, C]. ``truth`` int64 [N] is each scored
    work's class, UNKNOWN where it has none or was not looked at; ``answers`` int64 [S, N] what each seed says.
    """

    task: Task
    classes: tuple[str, ...]
    counts: Counts
    truth: Integers
    answers: Integers


def confusion_of(shown: Shown, task: Task) -> Confusion:
    """Return the confusions of a task of one class."""
    classes = shown.study.classes[task.name]
    truth = np.asarray(encode(shown.study.measured.works, task, classes)).astype(np.int64)
    truth = np.where(shown.seen, truth, -1)
    answers = np.stack([scores.argmax(axis=1) for scores in shown.answer.of(task)])
    held = truth >= 0
    pairs = (truth[held] * len(classes) + answers[:, held]).ravel()
    counts = np.bincount(pairs, minlength=len(classes) ** 2).reshape(len(classes), len(classes))
    return Confusion(task, classes, counts / len(answers), truth, answers.astype(np.int64))


@dataclass(frozen=True)
class Productive:
    """The classes with the most works, in the order of their works' median year: numbers, works, years."""

    classes: Integers
    works: Integers
    years: Counts


def most_productive(shown: Shown, found: Confusion, most: int = MOST) -> Productive:
    """Return up to ``most`` classes with the most works in train, of those with a scored work.

    They stand in the order of the median year of their works in train, so that hands of one time stand together; those
    without a year come last, and of equal years the earlier class first.
    """
    works = shown.study.train.works
    labels = np.asarray(encode(works, found.task, found.classes)).astype(np.int64)
    counts = np.bincount(labels[labels >= 0], minlength=len(found.classes))
    tested = found.counts.sum(axis=1) > 0
    order = np.lexsort((np.arange(len(counts)), -counts))
    chosen = np.array([number for number in order if tested[number]][:most], np.int64)
    years = np.array(works["year"].to_pylist(), np.float64)
    medians = np.array([_median(years[labels == number]) for number in chosen], np.float64)
    by_year = np.lexsort((chosen, np.where(np.isnan(medians), np.inf, medians)))
    chosen = chosen[by_year]
    return Productive(chosen, counts[chosen], medians[by_year])


def _median(years: Counts) -> float:
    known = years[~np.isnan(years)]
    return float(np.median(known)) if len(known) else float("nan")


def among(found: Confusion, chosen: Productive) -> tuple[Counts, Integers]:
    """Return the shares of each chosen class's works, [K, K + 1], and how many there are, [K].

    The last column is all classes that are not shown, so that a row adds up to 1.
    """
    rows = found.counts[chosen.classes]
    inside = rows[:, chosen.classes]
    works = rows.sum(axis=1)
    shares = (
        np.column_stack([inside, works - inside.sum(axis=1)]) / np.maximum(works, 1e-9)[:, None]
    )
    return shares, np.round(works).astype(np.int64)
