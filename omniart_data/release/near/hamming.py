"""All pairs of 64-bit hashes that differ in few bits, without comparing every hash with every other.

A hash is cut into three parts. Two hashes that differ in at most 8 bits differ in at most 2 of at least one part
(else there were 9), so each part is looked up with all of its values that differ in at most 2 bits: about 230
look-ups a part, whatever the number of hashes (Norouzi, Punjani & Fleet 2012, "Fast search in Hamming space with
multi-index hashing"). Nothing is missed.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

DISTANCE = 8
"""Bits in which the hashes of near-duplicates differ, at most."""

_PARTS = ((42, 22), (21, 21), (0, 21))  # shift and width of each
_PART_DISTANCE = 2  # 3 parts of 3 bits each would be 9
_TOGETHER = 4_000_000
"""Pairs that are looked at in one go: about 200 MB."""


def pairs_within(keys: Keys, flip: int = 0) -> Iterator[tuple[Ints, Ints]]:
    """Yield (i, j), places in ``keys``, of all pairs whose keys differ in at most ``DISTANCE`` bits, each pair once.

    With ``flip`` one of the two has these bits turned over: so a mirrored picture is found. The order of the two in
    a pair, and of the pairs, is that of the search.

    >>> found = pairs_within(np.array([0, 255, 511], np.uint64))
    >>> sorted((int(i), int(j)) for some in found for i, j in zip(*some))
    [(0, 1), (1, 2)]
    """
    for number in range(len(_PARTS)):
        yield from _by_part(keys, number, flip)


def _part(keys: Keys, number: int) -> Ints:
    shift, width = _PARTS[number]
    return ((keys >> np.uint64(shift)) & np.uint64((1 << width) - 1)).astype(np.int64)


def _masks(width: int) -> list[int]:
    """Return all differences of at most ``_PART_DISTANCE`` bits."""
    bits = [1 << place for place in range(width)]
    return [sum(some) for n in range(_PART_DISTANCE + 1) for some in combinations(bits, n)]


def _by_part(keys: Keys, number: int, flip: int) -> Iterator[tuple[Ints, Ints]]:
    """Yield the pairs that this part finds and no earlier one."""
    shift, width = _PARTS[number]
    part = _part(keys, number)
    order = np.argsort(part, kind="stable")
    part, ordered = part[order], keys[order]
    starts = np.searchsorted(part, np.arange((1 << width) + 1)).astype(np.int64)
    turned = (flip >> shift) & ((1 << width) - 1)
    for mask in _masks(width):
        for a, b in _probe(part, starts, mask ^ turned):
            near = _near(ordered[a], ordered[b], number, flip)
            if near.any():
                yield order[a[near]], order[b[near]]


def _probe(part: Ints, starts: Ints, change: int) -> Iterator[tuple[Ints, Ints]]:
    """Yield all pairs of places whose parts differ by exactly these bits, some millions at a time."""
    if change:
        top = 1 << (change.bit_length() - 1)
        here = np.flatnonzero(
            (part & top) == 0
        )  # of two that differ in a bit one lacks it: each pair once
        other = part[here] ^ change
        first = starts[other]
        number = starts[other + 1] - first
    else:
        here = np.arange(len(part))
        first = here + 1
        number = starts[part + 1] - first
    some = number > 0
    here, first, number = here[some], first[some], number[some]
    for begin, end in _slices(number):
        each = number[begin:end]
        before = np.cumsum(each) - each
        right = np.repeat(first[begin:end] - before, each) + np.arange(int(each.sum()))
        yield np.repeat(here[begin:end], each), right


def _slices(number: Ints) -> Iterator[tuple[int, int]]:
    """Yield stretches of about ``_TOGETHER`` pairs; a single place with more is a stretch of its own."""
    total = np.cumsum(number)
    begin = 0
    while begin < len(number):
        done = int(total[begin - 1]) if begin else 0
        end = max(int(np.searchsorted(total, done + _TOGETHER, "right")), begin + 1)
        yield begin, end
        begin = end


def _near(a: Keys, b: Keys, number: int, flip: int) -> npt.NDArray[np.bool_]:
    """Return which pairs are near, and not found by an earlier part already."""
    differs = a ^ b ^ np.uint64(flip)
    near = np.bitwise_count(differs) <= DISTANCE
    for earlier in range(number):
        shift, width = _PARTS[earlier]
        inside = np.uint64(((1 << width) - 1) << shift)
        near &= np.bitwise_count(differs & inside) > _PART_DISTANCE
    return np.asarray(near, bool)
