"""Metrics of tasks with any number of classes: average precision, with which works or classes are ranked.

By class, works are ranked for each class; by work, classes are ranked for each work (Mensink & van Gemert 2014,
``eval_map.m`` and iMAP). Equal scores are one step of a ranking, as in scikit-learn: whoever answers the same
everywhere gains nothing by the order of works or classes. What has nothing to find (a class without a work, a work
without a class) is left out and never 0.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from omniart_model.evaluation.metric import (
    Given,
    Prepared,
    Values,
    Weights,
    mean_of_parts,
    ratio,
    weighted_mean,
)
from omniart_model.evaluation.truth import Truth
from omniart_model.labels import Integers, SeveralLabels

Scores = npt.NDArray[np.floating]
_RECALLS = np.arange(11) / 10  # Mensink's recall levels
_PAIRS = 1 << 12  # rows of scores that are compared at a time


@dataclass(frozen=True)
class _Ranked:
    """One class's works down to the last of its own: ``starts`` are where each score with an own work begins."""

    order: Integers  # [n] places of works
    starts: Integers  # [m]
    own: Integers  # [k] places of the works that have the class
    own_starts: Integers  # [m]


def map_class(truth: Truth, given: Given) -> Prepared:
    """Return the mean over classes of the average precision with which works are ranked.

    Exact for any weights: with p and t the weight of the right and of all works down to a score, it is the sum of p's
    steps times p / t. Classes without a work that weighs anything are left out of the mean.
    """
    labels = _several(truth)
    rows = np.flatnonzero(labels.known)
    ranked = list(_by_class(given.scores, labels, rows))

    def parts(weights: Weights) -> Values:
        by_work = np.ascontiguousarray(weights.T)
        found = [_average_precision(one, by_work) for one in ranked]
        return np.stack(found) if found else np.zeros((0, len(weights)))

    return Prepared(len(rows), lambda weights: mean_of_parts(parts(weights)), parts)


def _by_class(scores: Scores, labels: SeveralLabels, rows: Integers) -> Iterator[_Ranked]:
    at, classes = labels.places(rows)
    by_class = np.argsort(classes, kind="stable")
    ends = np.cumsum(np.bincount(classes, minlength=labels.count))
    for number, own in enumerate(np.split(rows[at[by_class]], ends[:-1])):
        if len(own):
            yield _rank(scores[:, number], rows, own)


def _rank(scores: Scores, rows: Integers, own: Integers) -> _Ranked:
    """Return the works in steps: each ends with a score that an own work has, and what is below the last is left out."""
    negative = -scores
    levels, of_own = np.unique(negative[own], return_inverse=True)
    steps = np.searchsorted(levels, negative[rows], side="left")
    order = np.argsort(steps, kind="stable")
    counts = np.bincount(steps, minlength=len(levels) + 1)[: len(levels)]
    own_order = np.argsort(of_own, kind="stable")
    own_counts = np.bincount(of_own, minlength=len(levels))
    return _Ranked(
        rows[order[: counts.sum()]].astype(np.int32),
        np.cumsum(counts) - counts,
        own[own_order],
        np.cumsum(own_counts) - own_counts,
    )


def _average_precision(one: _Ranked, by_work: Weights) -> Values:
    """Return a class's average precision for weights [N, B]; NaN where none of its works weighs anything."""
    works = np.cumsum(_step_sums(by_work, one.order, one.starts), axis=0)
    steps = _step_sums(by_work, one.own, one.own_starts)
    right = np.cumsum(steps, axis=0)
    precision = np.divide(right, works, out=np.zeros(right.shape), where=works > 0)
    return ratio((steps * precision).sum(axis=0), right[-1])


def _step_sums(by_work: Weights, order: Integers, starts: Integers) -> Values:
    """Return the weight of each step, [m, B].

    A weight has a row of its own, so that one work's B weights are read together, and a step's rows are summed by one
    call: a fifth of the time that ``np.add.reduceat`` takes on [B, N] for classes of few works, which most are.
    """
    sums = np.empty((len(starts), by_work.shape[1]))
    rows = by_work.take(order, axis=0)
    wide = np.uint32 if np.issubdtype(rows.dtype, np.integer) else np.float64
    ends = np.append(starts[1:], len(order))
    for step, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        sums[step] = rows[start:end].sum(axis=0, dtype=wide)
    return sums


def lrap(truth: Truth, given: Given) -> Prepared:
    """Return the mean over works of the average precision with which classes are ranked.

    It is label ranking average precision (Tsoumakas, Katakis & Vlahavas 2010), over the works that have a class.
    """
    return _by_work(truth, given, interpolated=False)


def imap_11_point(truth: Truth, given: Given) -> Prepared:
    """Return the same, interpolated at eleven recall levels: iMAP of the Rijksmuseum Challenge."""
    return _by_work(truth, given, interpolated=True)


def _by_work(truth: Truth, given: Given, *, interpolated: bool) -> Prepared:
    labels = _several(truth)
    at, classes = labels.places(np.arange(len(labels.known)))
    found = average_precisions(given.scores, at, classes, interpolated=interpolated)
    return weighted_mean(np.nan_to_num(found), labels.known & ~np.isnan(found))


def average_precisions(
    scores: Scores, at: Integers, classes: Integers, *, interpolated: bool = False
) -> Values:
    """Return each row's average precision, float64 [N]; NaN for a row where nothing is true.

    ``scores`` is [N, C]; ``at`` and ``classes`` [M] are the rows and columns where something is true, each once.
    ``interpolated``: the mean over eleven recall levels of the best precision from there on (``eval_map.m``).
    """
    own = scores[at, classes]
    order = np.lexsort((-own, at))
    at, own = at[order], own[order]
    above = np.empty(len(at))
    for first in range(0, len(at), _PAIRS):
        few = slice(first, first + _PAIRS)
        above[few] = (scores[at[few]] >= own[few, None]).sum(axis=1)
    counts = np.bincount(at, minlength=len(scores))
    precision = _last_of_equals(at, own, np.cumsum(counts) - counts) / above
    if interpolated:
        return _interpolate(precision, counts)
    return ratio(np.bincount(at, weights=precision, minlength=len(scores)), counts)


def _last_of_equals(at: Integers, own: Scores, starts: Integers) -> Integers:
    """Return how many of a row's own scores are at least each one, int64 [M]; both are sorted, the best first."""
    if not len(at):
        return np.zeros(0, np.int64)
    ends = np.append((np.diff(at) != 0) | (own[1:] != own[:-1]), True)
    lasts = np.flatnonzero(ends)[np.cumsum(ends) - ends]
    counted: Integers = lasts + 1 - starts[at]
    return counted


def _interpolate(precision: Values, counts: Integers) -> Values:
    """Return the mean over recall levels, [N], of the best of a row's precisions [M] from that level on."""
    rows = np.flatnonzero(counts)
    found = np.full(len(counts), np.nan)
    if not len(rows):
        return found
    ends = np.cumsum(counts)[rows]
    padded = np.append(precision, 0.0)  # the last end is a place too
    total = np.zeros(len(rows))
    for level in _RECALLS:
        needed = np.maximum(np.ceil(level * counts[rows] - 1e-9).astype(np.int64), 1)
        begins = ends - counts[rows] + needed - 1
        total += np.maximum.reduceat(padded, np.column_stack([begins, ends]).ravel())[::2]
    found[rows] = total / len(_RECALLS)
    return found


def _several(truth: Truth) -> SeveralLabels:
    labels = truth.labels
    if not isinstance(labels, SeveralLabels):
        raise TypeError(f"{truth.task.name} has one label a work")
    return labels
