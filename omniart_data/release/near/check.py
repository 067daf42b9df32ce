"""Whether a release's table of near-duplicates is what its pictures say, and leaks nothing."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from omniart_data.release.near.pairs import MIRROR_BYTES, distances, hashes
from omniart_data.release.rows import compute

COLUMNS = ("id", "group", "split", "perceptual_hash")
"""Columns of the rows that are read."""


def wrong_pairs(near: pa.Table, rows: pa.Table) -> Iterator[str]:
    """Yield what is wrong with ``NEAR`` of a release whose artworks are ``rows`` (``COLUMNS``)."""
    ids = rows["id"].combine_chunks()
    places = {end: compute.index_in(near[end], value_set=ids) for end in ("a", "b")}
    if any(place.null_count for place in places.values()):
        yield "near.parquet names an artwork that is not there"
        return
    if not compute.all(compute.less(near["a"], near["b"]), min_count=0).as_py():
        yield "near.parquet: a is not always less than b"
    if near.group_by(["a", "b"]).aggregate([]).num_rows != near.num_rows:
        yield "near.parquet names two artworks twice"
    sides = {
        name: [rows[name].take(p) for p in places.values()] for name in ("group", "perceptual_hash")
    }
    apart = near.filter(compute.and_(near["binds"], compute.not_equal(*sides["group"])))
    if apart.num_rows:
        first = apart.slice(0, 1).to_pylist()[0]
        yield f"{first['a']} and {first['b']} are near-duplicates that bind, and are not one group; such: {apart.num_rows}"
    for name, turned in (
        ("distance", np.zeros_like(MIRROR_BYTES)),
        ("mirrored_distance", MIRROR_BYTES),
    ):
        yield from _wrong_distances(near, sides["perceptual_hash"], name, turned)


def _wrong_distances(near: pa.Table, ends: list[Any], name: str, turned: Any) -> Iterator[str]:
    told = compute.is_valid(near[name])
    a, b = (end.filter(told) for end in ends)
    if a.null_count or b.null_count:
        yield f"near.parquet has a {name} of a picture without a hash"
        return
    if len(a):
        found = distances(hashes(a), hashes(b) ^ turned)
        if not np.array_equal(found, np.asarray(near[name].filter(told), np.int64)):
            yield f"near.parquet: {name} is not that of the hashes"
