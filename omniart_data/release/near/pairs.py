"""The table of near-duplicates of a release's pictures."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from crawlers.engine.fingerprint import BITS, KEY_BITS, MIRROR
from omniart_data.release.near.features import FeatureFile, cosine_pairs
from omniart_data.release.near.hamming import Ints, Keys, pairs_within
from omniart_data.release.rows import compute, order
from schemas.release import NEAR

LARGEST_DISTANCE = 64
"""Of the 256 bits of two hashes whose first 64 are near. Of 300 made copies of photographs (saved anew, cropped, made
brighter, smaller, mirrored) whose first 64 bits are near, none but one differs in more; of pictures of different
things that the first 64 bits take for near, hardly any in fewer: see docs/near-duplicates.md."""

_NONE = BITS + 1
Bytes = npt.NDArray[np.uint8]


def near_pairs(pictures: pa.Table, features: FeatureFile | None = None) -> pa.Table:
    """Return the near-duplicates (``NEAR``) among pictures, sorted; ``binds`` is true of all.

    Reads ``id``, ``image_sha256`` and ``perceptual_hash``. Each picture stands for all artworks that have its bytes,
    by their least id: that the same bytes are one unit needs no saying here. So does each hash for all pictures
    that have it: these are paired with the least id among them alone.
    """
    known = order(pictures.select(["image_sha256", "id", "perceptual_hash"]), "id")
    known = _first_of_each(known.filter(compute.is_valid(known["image_sha256"])), "image_sha256")
    found = _Found()
    _by_hash(known, found)
    if features is not None and known.num_rows:
        for a, b, cosine in cosine_pairs(features, known["image_sha256"].combine_chunks()):
            found.add("cosine", a, b, cosine)
    return found.table(known["id"])


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


def _by_hash(known: pa.Table, found: "_Found") -> None:
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
    others = np.flatnonzero(least[which] != np.arange(len(places)))
    found.add("distance", places[least[which[others]]], places[others], np.zeros(len(others)))
    for name, turned in (
        ("distance", np.zeros_like(MIRROR_BYTES)),
        ("mirrored_distance", MIRROR_BYTES),
    ):
        for a, b, distance in _confirmed(distinct, turned):
            found.add(name, places[least[a]], places[least[b]], distance)


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

    def __init__(self) -> None:
        self._parts: dict[str, list[tuple[Ints, Ints, Any]]] = {}

    def add(self, way: str, a: Ints, b: Ints, value: Any) -> None:
        """Note pairs; the value is a distance or a cosine."""
        self._parts.setdefault(way, []).append((np.minimum(a, b), np.maximum(a, b), value))

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
            pa.repeat(pa.scalar(True), joined.num_rows),  # noqa: FBT003
        ]
        return order(pa.Table.from_arrays(columns, names=NEAR.names).cast(NEAR), "a", "b")

    def _best(self, way: str) -> pa.Table:
        parts = self._parts.get(way, [])
        a, b = (np.concatenate([np.zeros(0, np.int64), *(p[end] for p in parts)]) for end in (0, 1))
        value = np.concatenate([np.zeros(0), *(np.asarray(p[2], np.float64) for p in parts)])
        rows = pa.table({"a": a, "b": b, way: value})
        how = "max" if way == "cosine" else "min"
        best = rows.group_by(["a", "b"]).aggregate([(way, how)])
        return best.rename_columns(["a", "b", way])
