"""Metrics of a year: how many years off, how often near, and whether inside what the museum says."""

import numpy as np
import numpy.typing as npt

from omniart_model.evaluation.metric import Given, Prepared, Values, Weights, weighted_mean
from omniart_model.evaluation.truth import Truth
from omniart_model.labels import Booleans


def mean_error(truth: Truth, given: Given) -> Prepared:
    """Return the mean absolute error in years."""
    errors, known = _errors(truth, given)
    return weighted_mean(errors, known)


def root_mean_square(truth: Truth, given: Given) -> Prepared:
    """Return the root of the mean squared error in years."""
    errors, known = _errors(truth, given)
    squares = weighted_mean(errors**2, known)
    return Prepared(squares.n, lambda weights: np.sqrt(squares.values(weights)))


def within(truth: Truth, given: Given, years: int) -> Prepared:
    """Return the share of works that are at most so many years off."""
    errors, known = _errors(truth, given)
    return weighted_mean(errors <= years, known)


def median_error(truth: Truth, given: Given) -> Prepared:
    """Return the median absolute error in years: half of all weight is at or below it.

    Where two errors divide the weight in halves it is the middle of both, as the median of an even number is.
    """
    errors, known = _errors(truth, given)
    rows = np.flatnonzero(known)
    rows = rows[np.argsort(errors[rows], kind="stable")]
    rising = errors[rows]

    def median(weights: Weights) -> Values:
        if not len(rows):
            return np.full(len(weights), np.nan)
        so_far = np.cumsum(weights[:, rows], axis=1, dtype=np.float64)
        half = so_far[:, -1:] / 2
        below, not_above = ((so_far < half).sum(axis=1), (so_far <= half).sum(axis=1))
        last = len(rows) - 1
        middle = (rising[below] + rising[np.minimum(not_above, last)]) / 2
        return np.where(half[:, 0] > 0, middle, np.nan)

    return Prepared(len(rows), median)


def in_interval(truth: Truth, given: Given) -> Prepared:
    """Return the share of works whose year, as a whole number, is in the museum's own first to last year."""
    known = truth.known & np.isfinite(truth.first) & np.isfinite(truth.last)
    year = np.rint(given.scores.astype(np.float64))
    return weighted_mean((truth.first <= year) & (year <= truth.last), known)


def range_holds(truth: Truth, given: Given) -> Prepared:
    """Return the share of works whose year is in the range that is given with the answer."""
    low, high = _range(given)
    years = np.asarray(truth.labels, np.float64)
    return weighted_mean((low <= years) & (years <= high), truth.known)


def range_width(truth: Truth, given: Given) -> Prepared:
    """Return the mean width of the ranges that are given, in years."""
    low, high = _range(given)
    return weighted_mean(high - low, truth.known)


def _range(given: Given) -> npt.NDArray[np.float64]:
    if given.ranges is None:
        raise TypeError("the answer has no ranges")
    return given.ranges.astype(np.float64).T


def _errors(truth: Truth, given: Given) -> tuple[npt.NDArray[np.float64], Booleans]:
    """Return absolute errors in years [N], and which works have a year."""
    return np.abs(given.scores.astype(np.float64) - np.asarray(truth.labels)), truth.known
