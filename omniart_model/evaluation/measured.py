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
    UNMEASURED = "not measured"


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
    """The first answer's metric minus the second's on the same artworks, with its paired 95 % interval.

    Without an interval (no resamples were drawn, or there is nothing to measure on) nothing is known of it, and that is
    not the same as no difference.
    """

    value: float
    low: float
    high: float
    verdict: Verdict

    @classmethod
    def judged(cls, value: float, low: float, high: float, better: Better) -> "Difference":
        """Return a difference with its verdict: none where the interval covers 0, not measured where there is none."""
        if math.isnan(low) or math.isnan(high):
            verdict = Verdict.UNMEASURED
        elif low <= 0 <= high:
            verdict = Verdict.NONE
        else:
            verdict = Verdict.BETTER if (low > 0) == (better is Better.HIGHER) else Verdict.WORSE
        return cls(value, low, high, verdict)
