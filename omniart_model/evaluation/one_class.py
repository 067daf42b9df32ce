"""Metrics of tasks with one class: how often a work's own class is the first, or among the first three.

Classes are named by 0 to C - 1; a label from C on is that of an answer that names what is no class, and a work with
UNKNOWN has a label that nobody named (or none: ``Truth.known`` tells).
"""

import numpy as np
import numpy.typing as npt

from omniart_model.evaluation.metric import Given, Prepared, Values, Weights, ratio, weighted_mean
from omniart_model.evaluation.truth import Truth
from omniart_model.labels import Booleans, Integers

Scores = npt.NDArray[np.floating]

NOWHERE = np.iinfo(np.int64).max
"""The place of a class that is not among the answers: in no top."""


def ranks(scores: Scores, labels: Integers) -> Integers:
    """Return the place of each work's own class among its scores, from 0, int64 [N].

    ``scores`` is [N, C], ``labels`` int64 [N]. A label below 0 is no class and is NOWHERE, as is one
    whose score is minus infinity: it was not answered. Of equal scores the earlier class comes
    first, so that a constant answer is not right everywhere.
    """
    places = np.full(len(labels), NOWHERE, np.int64)
    rows = np.flatnonzero(labels >= 0)
    own = scores[rows, labels[rows]][:, None]
    earlier = np.arange(scores.shape[1]) < labels[rows, None]
    before = ((scores[rows] > own) | ((scores[rows] == own) & earlier)).sum(axis=1)
    places[rows] = np.where(np.isneginf(own[:, 0]), NOWHERE, before)
    return places


def top(truth: Truth, given: Given, first: int, *, all_works: bool = False) -> Prepared:
    """Return the share of works whose own class is among the ``first``.

    Over works whose label is a class, as no network could learn the others; over ``all_works`` that have a label, those are wrong.
    """
    labels, within = _labels(truth)
    right = (ranks(given.scores, labels) < first) & within
    return weighted_mean(right, truth.known if all_works else within)


def mean_class(truth: Truth, given: Given, first: int = 1) -> Prepared:
    """Return the mean over classes of the share of their works that are right (``eval_mca.m``; balanced accuracy).

    Classes without a work that weighs anything are left out.
    """
    labels, within = _labels(truth)
    rows = np.flatnonzero(within)
    rows = rows[np.argsort(labels[rows], kind="stable")]
    right = ranks(given.scores[rows], labels[rows]) < first
    starts = np.flatnonzero(np.diff(labels[rows], prepend=-1))

    def mean(weights: Weights) -> Values:
        if not len(rows):
            return np.full(len(weights), np.nan)
        drawn = weights[:, rows].astype(np.float64)
        works = np.add.reduceat(drawn, starts, axis=1)
        shares = ratio(np.add.reduceat(drawn * right, starts, axis=1), works)
        return ratio(np.nansum(shares, axis=1), (works > 0).sum(axis=1))

    return Prepared(len(rows), mean)


def _labels(truth: Truth) -> tuple[Integers, Booleans]:
    """Return the labels, int64 [N], and which are classes of the task."""
    labels = np.asarray(truth.labels).astype(np.int64)
    return labels, truth.known & (labels >= 0) & (labels < truth.classes)
