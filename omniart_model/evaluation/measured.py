"""What a measurement says: a figure with its interval, a difference of two with a verdict."""

import math
from dataclasses import dataclass
from enum import StrEnum


class Better(StrEnum):
    """Which way a metric is better."""

    HIGHER = "higher"
    LOWER = "lower"


class Verdict(StrEnum):
    """What the interval of a paired difference allows to say of the first beside the second."""

    BETTER = "better"
    WORSE = "worse"
    NONE = "no difference"


@dataclass(frozen=True)
class Measured:
    """A metric of one answer to a task.

    ``value`` is the mean over seeds, ``spread`` their standard deviation (n - 1; NaN for one seed). ``low`` and
    ``high`` are the 95 % percentile interval of that mean over resampled artworks (``evaluation.resample``, moved where
    ``Prepared.parts`` says so); ``n`` is the number of artworks that it is measured on. NaN where there is nothing to measure.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    spread: float = math.nan
    n: int = 0
    seeds: int = 1


@dataclass(frozen=True)
class Difference:
    """The first answer's metric minus the second's on the same artworks, with its paired 95 % interval."""

    value: float
    low: float
    high: float
    verdict: Verdict

    @classmethod
    def judged(cls, value: float, low: float, high: float, better: Better) -> "Difference":
        """Return a difference with its verdict: none where the interval covers 0, or is of nothing."""
        if math.isnan(low) or low <= 0 <= high:
            return cls(value, low, high, Verdict.NONE)
        up = low > 0
        return cls(
            value,
            low,
            high,
            Verdict.BETTER if up == (better is Better.HIGHER) else Verdict.WORSE,
        )
