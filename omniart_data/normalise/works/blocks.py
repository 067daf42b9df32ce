"""Which rows are worth a comparison: the pairs within a block, made by whole columns and a bounded number at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
"""Row numbers, [pairs]."""

PAIRS_AT_A_TIME = 1_000_000
"""Pairs that are held at once: about 100 MB with what is compared of them."""


@dataclass
class LeftOut:
    """Blocks that hold too many pairs to be compared, and the rows in them."""

    blocks: int = 0
    rows: int = 0


@dataclass(frozen=True)
class Blocks:
    """Rows that share a number, in runs that are not compared within themselves.

    ``block`` is a number a row, below zero where a row is in none. ``run``: rows of a block with the same run are not
    paired (those of one source); None: all are.
    """

    block: npt.NDArray[np.int64]
    run: npt.NDArray[np.int64] | None
    most_pairs: int
    """Pairs of a block beyond which nothing in it is compared."""
    left_out: LeftOut = field(default_factory=LeftOut)

    def pairs(self, at_a_time: int = PAIRS_AT_A_TIME) -> Iterator[tuple[Rows, Rows]]:
        """Yield pairs of rows of one block, the lesser row first; what is left out is counted meanwhile.

        >>> of_two_sources = Blocks(np.array([0, 0, 0, -1]), np.array([0, 0, 1, 1]), most_pairs=9)
        >>> [(a.tolist(), b.tolist()) for a, b in of_two_sources.pairs()]
        [([0, 1], [2, 2])]
        """
        rows, after, ends = self._runs()
        counts = self._bounded(rows, ends - after)
        done = np.cumsum(counts)
        start = 0
        while start < len(rows):
            before = done[start - 1] if start else 0
            stop = max(start + 1, int(np.searchsorted(done, before + at_a_time, side="right")))
            mine = counts[start:stop]
            left = np.repeat(np.arange(start, stop), mine)
            step = np.arange(len(left)) - np.repeat(np.cumsum(mine) - mine, mine)
            one, other = rows[left], rows[np.repeat(after[start:stop], mine) + step]
            if len(left):
                yield np.minimum(one, other), np.maximum(one, other)
            start = stop

    def _runs(self) -> tuple[Rows, Rows, Rows]:
        """Return the rows in order of block and run, and for each where its run and its block end in that order."""
        rows = np.flatnonzero(self.block >= 0)
        run = np.arange(len(self.block)) if self.run is None else self.run
        rows = rows[np.lexsort((rows, run[rows], self.block[rows]))]
        block, own = self.block[rows], run[rows]
        new_block = np.flatnonzero(np.r_[True, block[1:] != block[:-1]][: len(rows)])
        changes = (block[1:] != block[:-1]) | (own[1:] != own[:-1])
        new_run = np.flatnonzero(np.r_[True, changes][: len(rows)])
        return rows, _ends(new_run, len(rows)), _ends(new_block, len(rows))

    def _bounded(self, rows: Rows, counts: Rows) -> Rows:
        """Return how many later rows each is paired with: none in a block of too many pairs."""
        if not len(rows):
            return counts
        _, place, size = np.unique(self.block[rows], return_inverse=True, return_counts=True)
        pairs = np.bincount(place, weights=counts)
        absurd = pairs > self.most_pairs
        self.left_out.blocks = int(absurd.sum())
        self.left_out.rows = int(size[absurd].sum())
        return np.where(absurd[place], 0, counts)


def _ends(starts: Rows, rows: int) -> Rows:
    """Return for each place where the piece that holds it ends; pieces begin at ``starts``."""
    stops = np.append(starts, rows)
    return np.repeat(stops[1:], np.diff(stops))
