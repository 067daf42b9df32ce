"""Resampled artworks: how often each is drawn, as whole numbers, the same for every answer that is compared."""

from dataclasses import dataclass

RESAMPLES = 1_000
"""Bootstrap resamples behind a 95 % interval (2.5th to 97.5th percentile)."""


@dataclass(frozen=True)
class Resamples:
    """A seeded bootstrap over ``works`` artworks; no state, so that two answers meet the same draws."""

    works: int
    times: int = RESAMPLES
    seed: int = 0
