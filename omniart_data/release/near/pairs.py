"""The table of near-duplicates of a release's pictures."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from crawlers.engine.fingerprint import BITS, KEY_BITS, MIRROR
from omniart_data.release.groups import LARGEST_BOUND, components
from omniart_data.release.near.features import FeatureFile, cosine_pairs
from omniart_data.release.near.hamming import Ints, Keys, pairs_within
from omniart_data.release.rows import compute, order
from schemas.release import NEAR

LARGEST_DISTANCE = 64
"""Of the 256 bits of two hashes whose first 64 are near. Of 300 made copies of photographs (saved anew, cropped, made
brighter, smaller, mirrored) whose first 64 bits are near, none but one differs in more; of pictures of different
things that the first 64 bits take for near, hardly any in fewer: see docs/near-duplicates.md."""

_AT_MOST = 4_000_000
"""Pairs of one way that are held before those that say nothing new are left out: about 100 MB."""

Bytes = npt.NDArray[np.uint8]


Apart = frozenset[tuple[str, str]]
"""Pairs of ids, the lesser first, that people keep apart."""


def near_pairs(
    pictures: pa.Table, features: FeatureFile | None = None, apart: Apart = frozenset()
) -> pa.Table:
    """Return the near-duplicates (``NEAR``) among pictures, sorted; ``binds`` is true of all, ``apart`` of none.

    Reads ``id``, ``image_sha256`` and ``perceptual_hash``. Each picture stands for all artworks that have its bytes,
    by their least id: that the same bytes are one unit needs no saying here. So does each hash for all pictures
    that have it: these are paired with the least id among them alone. Where people keep two of them ``apart``
    (see ``stand_ins``), all pairs are told of the hashes that this is about, so that the others still hang together.

    In what hangs together with more than ``LARGEST_BOUND`` artworks only the nearest pairs are told that hold it
    together: at whatever distance it is cut, the parts are the same.
    """
    known = order(pictures.select(["image_sha256", "id", "perceptual_hash"]), "id")
    known = _first_of_each(known.filter(compute.is_valid(known["image_sha256"])), "image_sha256")
    found = _Found(known.num_rows)
    kept_apart = _places(known["id"], apart)
    found.keep(kept_apart)
    _by_hash(known, found, kept_apart)
    if features is not None and known.num_rows:
        for a, b, cosine in cosine_pairs(features, known["image_sha256"].combine_chunks()):
            found.add("cosine", a, b, cosine)
    return found.table(known["id"])


def stand_ins(pictures: pa.Table, apart: Apart) -> Apart:
    """Return pairs that are kept apart, each artwork replaced by the one that stands for its picture."""
    if not apart:
        return apart
    known = order(pictures.select(["image_sha256", "id"]), "id")
    known = known.filter(compute.is_valid(known["image_sha256"]))
    least: dict[str, str] = {}
    of = {
        one: least.setdefault(sha256, one)
        for sha256, one in zip(
            known["image_sha256"].to_pylist(), known["id"].to_pylist(), strict=True
        )
    }
    pairs = (sorted((of.get(a, a), of.get(b, b))) for a, b in apart)
    return frozenset((a, b) for a, b in pairs if a != b)


def _places(ids: "pa.ChunkedArray[Any]", apart: Apart) -> Ints:
    """Return the places [N, 2] of pairs that are kept apart, of those that are there."""
    names = pa.array([name for pair in sorted(apart) for name in pair], pa.string())
    places = np.asarray(
        compute.fill_null(compute.index_in(names, value_set=ids.combine_chunks()), -1), np.int64
    ).reshape(-1, 2)
    return places[(places >= 0).all(axis=1)]


def _first_of_each(rows: pa.Table, name: str) -> pa.Table:
    """Return the first row of each value of a column, in the order of the rows."""
    column = rows[name].combine_chunks()
    first = compute.index_in(compute.unique(column), value_set=column)
    return rows.take(first)


def hashes(column: "pa.ChunkedArray[Any]") -> Bytes:
    """Return perceptual hashes, written as hexadecimal digits and none null, as bytes [N, 32]."""
    text = "".join(column.to_pylist())
    return np.frombuffer(bytes.fromhex(text), np.uint8).reshape(len(column), BITS // 8)


def distances(a: Bytes, b: Bytes) -> npt.NDArray[np.int64]:
    """Return in how many of all bits hashes [N, 32] differ, row by row."""
    return np.asarray(np.bitwise_count(a ^ b).sum(axis=1, dtype=np.int64))


MIRROR_BYTES: Bytes = np.frombuffer(MIRROR, np.uint8)


def _by_hash(known: pa.Table, found: "_Found", apart: Ints) -> None:
    """Find the pairs whose hashes are near, upright or one of them mirrored."""
    places = np.flatnonzero(np.asarray(compute.is_valid(known["perceptual_hash"]), bool))
    if not len(places):
        return
    whole = hashes(known["perceptual_hash"].take(places))
    distinct, which = np.unique(whole, axis=0, return_inverse=True)
    which = which.reshape(-1)
    least = np.minimum.reduceat(  # the least place of each distinct hash: places rise
        np.arange(len(places))[np.argsort(which, kind="stable")],
        np.searchsorted(np.sort(which), np.arange(len(distinct))),
    )
    asked = _Asked(which, places, apart)
    others = np.flatnonzero(least[which] != np.arange(len(places)))
    found.add("distance", places[least[which[others]]], places[others], np.zeros(len(others)))
    for name, turned in (
        ("distance", np.zeros_like(MIRROR_BYTES)),
        ("mirrored_distance", MIRROR_BYTES),
    ):
        for a, b, distance in _confirmed(distinct, turned):
            found.add(name, places[least[a]], places[least[b]], distance)
            for one, other, value in asked.across(a, b, distance):
                found.add(name, one, other, value)
    for one, other in asked.within():
        found.add("distance", one, other, np.zeros(len(one)))


class _Asked:
    """The distinct hashes that pairs which are kept apart have, and all artworks that have these hashes."""

    def __init__(self, which: Ints, places: Ints, apart: Ints) -> None:
        at = np.full(int(places[-1]) + 1, -1, np.int64)
        at[places] = np.arange(len(places))
        inside = apart[(apart <= places[-1]).all(axis=1)]
        rows = at[inside]
        rows = rows[(rows >= 0).all(axis=1)]
        classes = np.unique(np.sort(which[rows], axis=1), axis=0) if len(rows) else rows
        self._pairs = {(int(a), int(b)) for a, b in classes}
        self._members = {
            one: places[which == one]
            for one in sorted({end for pair in self._pairs for end in pair})
        }

    def within(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield all pairs of the artworks of one hash of which two are kept apart."""
        for a, b in sorted(self._pairs):
            if a == b and len(self._members[a]) <= LARGEST_BOUND:
                one, other = np.triu_indices(len(self._members[a]), 1)
                yield self._members[a][one], self._members[a][other]

    def across(self, a: Ints, b: Ints, value: Ints) -> Iterator[tuple[Ints, Ints, Ints]]:
        """Yield all pairs of artworks of two near hashes of which two are kept apart."""
        if not self._pairs:
            return
        for one, other, near in zip(a.tolist(), b.tolist(), value.tolist(), strict=True):
            if (min(one, other), max(one, other)) in self._pairs:
                first, second = self._members[one], self._members[other]
                if len(first) * len(second) <= LARGEST_BOUND**2:
                    ends = np.repeat(first, len(second)), np.tile(second, len(first))
                    yield *ends, np.full(len(ends[0]), near)


def _confirmed(distinct: Bytes, turned: Bytes) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Yield pairs of hashes that are near by their first bits and by all, with the bits in which they differ."""
    keys: Keys = (
        np.ascontiguousarray(distinct[:, : KEY_BITS // 8]).view(">u8")[:, 0].astype(np.uint64)
    )
    flip = int.from_bytes(turned[: KEY_BITS // 8].tobytes(), "big")
    for a, b in pairs_within(keys, flip):
        distance = distances(distinct[a], distinct[b] ^ turned)
        near = distance <= LARGEST_DISTANCE
        if near.any():
            yield a[near], b[near], distance[near]


class _Found:
    """Pairs of places as they are found, by three ways."""

    def __init__(self, nodes: int) -> None:
        self._nodes = nodes
        self._parts: dict[str, list[tuple[Ints, Ints, Any]]] = {}
        self._held: dict[str, int] = {}
        self._kept = np.zeros(0, np.int64)

    def keep(self, pairs: Ints) -> None:
        """Leave none of these pairs [N, 2] out, whatever they hang together with."""
        self._kept = pairs.min(axis=1) * self._nodes + pairs.max(axis=1)

    def add(self, way: str, a: Ints, b: Ints, value: Any) -> None:
        """Note pairs; the value is a distance or a cosine."""
        parts = self._parts.setdefault(way, [])
        parts.append((np.minimum(a, b), np.maximum(a, b), np.asarray(value, np.float64)))
        self._held[way] = self._held.get(way, 0) + len(a)
        if self._held[way] > _AT_MOST:
            self._parts[way] = [self._thinned(way)]
            self._held[way] = len(self._parts[way][0][0])

    def _joined(self, way: str) -> tuple[Ints, Ints, Any]:
        parts = self._parts.get(way, [])
        nothing = np.zeros(0, np.int64)
        a, b = (np.concatenate([nothing, *(part[end] for part in parts)]) for end in (0, 1))
        return a, b, np.concatenate([np.zeros(0), *(part[2] for part in parts)])

    def _thinned(self, way: str) -> tuple[Ints, Ints, Any]:
        """Return the pairs, and of what is too large to bind only those that hold it together."""
        a, b, value = self._joined(way)
        root = components(self._nodes, a, b)
        large = np.bincount(root, minlength=self._nodes)[root[a]] > LARGEST_BOUND
        large &= ~np.isin(a * self._nodes + b, self._kept)
        if not large.any():
            return a, b, value
        places = np.flatnonzero(large)
        unsure = -value[places] if way == "cosine" else value[places]
        places = places[np.lexsort((b[places], a[places], unsure))]
        large[places[spanning(a[places].tolist(), b[places].tolist())]] = False
        return a[~large], b[~large], value[~large]

    def table(self, ids: "pa.ChunkedArray[Any]") -> pa.Table:
        """Return each pair once, with the best value of each way."""
        joined = None
        for way in ("distance", "mirrored_distance", "cosine"):
            one = self._best(way)
            joined = one if joined is None else joined.join(one, ["a", "b"], join_type="full outer")
        assert joined is not None  # noqa: S101 - there are three ways
        least = {end: ids.take(joined[end]) for end in ("a", "b")}
        columns = [
            least["a"],
            least["b"],
            *(joined[way] for way in ("distance", "mirrored_distance", "cosine")),
            *(pa.repeat(pa.scalar(told), joined.num_rows) for told in (True, False)),
        ]
        return order(pa.Table.from_arrays(columns, names=NEAR.names).cast(NEAR), "a", "b")

    def _best(self, way: str) -> pa.Table:
        a, b, value = self._thinned(way)
        rows = pa.table({"a": a, "b": b, way: value})
        how = "max" if way == "cosine" else "min"
        best = rows.group_by(["a", "b"]).aggregate([(way, how)])
        return best.rename_columns(["a", "b", way])


def spanning(a: list[int], b: list[int]) -> list[int]:
    """Return which edges, tried in their order, connect what was not connected yet.

    >>> spanning([0, 1, 0, 3], [1, 2, 2, 4])
    [0, 1, 3]
    """
    above: dict[int, int] = {}

    def root(node: int) -> int:
        while (up := above.get(node, node)) != node:
            above[node] = above.get(up, up)
            node = up
        return node

    kept = []
    for place, (one, other) in enumerate(zip(a, b, strict=True)):
        ends = sorted((root(one), root(other)))
        if ends[0] != ends[1]:
            above[ends[1]] = ends[0]
            kept.append(place)
    return kept
