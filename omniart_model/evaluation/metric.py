"""A metric as a function of how much each artwork weighs: written once, for the figure and for its resamples."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from omniart_model.evaluation.measured import Better
from omniart_model.evaluation.truth import Truth
from omniart_model.labels import Floats, Integers
from omniart_model.tasks import Kind

Weights = npt.NDArray[np.number]  # [B, N], not below 0
Values = npt.NDArray[np.float64]
Weighted = Callable[[Weights], Values]
"""From weights [B, N] to the metric's values [B]; NaN where nothing that counts has a weight."""


@dataclass(frozen=True)
class Given:
    """One answer to a task for the N works of its truth: scores [N, C] or years [N], and ranges of years [N, 2] or none."""

    scores: Floats
    ranges: Floats | None = None

    def some_of(self, rows: Integers) -> "Given":
        """Return the answer for some of the works."""
        return Given(self.scores[rows], None if self.ranges is None else self.ranges[rows])


@dataclass(frozen=True)
class Prepared:
    """A metric of one answer, ready for any weights; ``n`` is the number of artworks that it is measured on.

    ``parts`` are what some metrics are the mean of: from weights [B, N] to values [K, B], NaN where a part has nothing that
    weighs anything. Such a part is on average higher of drawn works than of the works themselves, as of few works one
    that is drawn twice helps itself: each part's resamples are moved until their mean is its figure (``centred``). Not those of the
    whole: a resample without the works of a part leaves it out, and that would move all others.
    """

    n: int
    values: Weighted
    parts: Weighted | None = None


@dataclass(frozen=True)
class Metric:
    """One row of the table of metrics.

    ``prepare`` does once what does not hang on weights, as sorting. A weight of k is the same as k copies of a work.
    ``title`` heads a column, without a unit; the figure is in years where ``in_years``, else a share of 1.
    """

    name: str
    title: str
    kind: Kind
    better: Better
    prepare: Callable[[Truth, Given], Prepared]
    in_years: bool = False
    of_ranges: bool = False


def weighted_mean(values: npt.NDArray[np.generic], among: npt.NDArray[np.bool_]) -> Prepared:
    """Return the weighted mean of one value for each work [N] over the works that are marked.

    Raises ValueError where the value of one of them is not a number: the mean of the others would be taken for that of all.
    """
    held = np.where(among, values, 0).astype(np.float64)
    if np.isnan(held).any():
        raise ValueError("a work that is measured has no value")
    counted = among.astype(np.float64)

    def mean(weights: Weights) -> Values:
        known = weights.astype(np.float64, copy=False)
        return ratio(known @ held, known @ counted)

    return Prepared(int(among.sum()), mean)


def ratio(above: npt.NDArray[np.number], below: npt.NDArray[np.number]) -> Values:
    """Return a quotient, NaN where it is of nothing, without a warning."""
    out = np.full(np.broadcast_shapes(above.shape, below.shape), np.nan)
    np.divide(above, below, out=out, where=below > 0)
    return out


def mean_of_parts(parts: Values) -> Values:
    """Return the mean over parts [K, B] of those that have a figure, [B]; NaN where none has."""
    held = ~np.isnan(parts)
    return ratio(np.where(held, parts, 0.0).sum(axis=0), held.sum(axis=0))


def centred(parts: Values, points: Values) -> Values:
    """Return each part's resamples [K, B] moved so that their mean is its figure, ``points`` [K]."""
    held = ~np.isnan(parts)
    means = ratio(np.where(held, parts, 0.0).sum(axis=1), held.sum(axis=1))
    return parts + (points - means)[:, None]
