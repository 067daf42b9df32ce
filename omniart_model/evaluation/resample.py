"""Resampled artworks: how often each is drawn, as whole numbers, the same for every answer that is compared."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RESAMPLES = 1_000
"""Bootstrap resamples behind a 95 % interval (2.5th to 97.5th percentile)."""

_BLOCK = 1 << 22
"""Numbers in a block at most, as far as one resample allows: what is made of them is a few times 32 MB of float64."""

Counts = npt.NDArray[np.uint8 | np.uint16]


@dataclass(frozen=True)
class Resamples:
    """A seeded bootstrap over ``works`` artworks; no state, so that two answers meet the same draws."""

    works: int
    times: int = RESAMPLES
    seed: int = 0

    def blocks(self) -> Iterator[Counts]:
        """Yield how often each work is drawn, [B, works], until there are ``times`` rows; of no works nothing.

        A row is ``works`` draws with replacement. Rows are the same however many are in a block.
        """
        if not self.works:
            return
        chance = np.random.default_rng([self.seed, self.works])
        rows = max(_BLOCK // self.works, 1)
        for first in range(0, self.times, rows):
            block = [self._draw(chance) for _ in range(min(rows, self.times - first))]
            # No work of so many is drawn 256 times; of fewer works uint8 holds every count.
            yield np.array(block, np.uint8 if max(map(np.max, block)) < 256 else np.uint16)

    def _draw(self, chance: np.random.Generator) -> npt.NDArray[np.int64]:
        drawn = chance.integers(0, self.works, self.works, dtype=np.int64)
        return np.bincount(drawn, minlength=self.works)
