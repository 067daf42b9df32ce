"""What a measurement says: a figure with its interval, a difference of two with a verdict."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum

LEAST_WORKS = 20
"""Works that an interval, and so a verdict, takes at least: of fewer, resamples tell too little of the works not drawn.

Of one work every resample is the same, and the interval has no width. Of the difference of two answers that are equally
good a 95 % interval should leave 0 out in 5 samples of 100; it does so in about 54 where a sample is of 2 works, in 28 of 3,
in 15 of 5, in 10 of 10, and in 7 of 20.
"""


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
    ``Prepared.parts`` says so); ``n`` is the number of artworks that it is measured on. NaN where there is nothing to measure,
    and no interval on fewer works than ``LEAST_WORKS``.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    spread: float = math.nan
    n: int = 0
    seeds: int = 1

    @property
    def of_too_few(self) -> bool:
        """Return whether it has a figure, of too few works for an interval."""
        return 0 < self.n < LEAST_WORKS


def measured_in(held: object) -> Iterator[Measured]:
    """Yield all figures that dataclasses, mappings and sequences hold, whatever is in them."""
    if isinstance(held, Measured):
        yield held
    elif is_dataclass(held):
        for one in fields(held):
            yield from measured_in(getattr(held, one.name))
    elif isinstance(held, Mapping):
        for value in held.values():
            yield from measured_in(value)
    elif isinstance(held, (list, tuple)):
        for value in held:
            yield from measured_in(value)


@dataclass(frozen=True)
class Difference:
    """The first answer's metric minus the second's on the same artworks, with its paired 95 % interval.

    Without an interval (no resamples were drawn, or there are too few works to measure on) nothing is known of it, and
    that is not the same as no difference.
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
