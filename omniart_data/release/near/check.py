"""Whether a release's table of near-duplicates is what its pictures say, and leaks nothing."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from omniart_data.release.groups import LARGEST_BOUND
from omniart_data.release.near.binding import bind
from omniart_data.release.near.pairs import MIRROR_BYTES, distances, hashes, near_pairs
from omniart_data.release.rows import compute, order

COLUMNS = ("id", "group", "split", "image_sha256", "perceptual_hash")
"""Columns of the rows that are read."""


def unsought_pairs(
    near: pa.Table, rows: pa.Table, sure: pa.Table, taken_down: int
) -> Iterator[str]:
    """Search for near-duplicates again by hash, and yield those that are not in one group though nothing says why.

    What may be apart is what a decision keeps apart, and what would make a group too large with what else binds
    (``sure``). Of artworks that were ``taken_down`` since, a group may have been larger by as many.
    """
    kept_apart = near.filter(near["apart"]).select(["a", "b"]).to_pylist()
    apart = frozenset((row["a"], row["b"]) for row in kept_apart)
    by_features = near.filter(compute.is_valid(near["cosine"]))
    found = pa.concat_tables([near_pairs(rows, apart=apart), by_features])
    ids = rows["id"].combine_chunks()
    found = bind(found, sure, ids, apart, largest=LARGEST_BOUND - taken_down)
    groups = [rows["group"].take(compute.index_in(found[end], value_set=ids)) for end in ("a", "b")]
    torn = found.filter(compute.and_(found["binds"], compute.not_equal(*groups)))
    if torn.num_rows:
        first = order(torn, "a", "b").slice(0, 1).to_pylist()[0]
        yield (
            f"{first['a']} and {first['b']} are near-duplicates, and nothing says why they are not one group;"
            f" such: {torn.num_rows}"
        )


def wrong_pairs(near: pa.Table, rows: pa.Table) -> Iterator[str]:
    """Yield what is wrong with ``NEAR`` of a release whose artworks are ``rows`` (``COLUMNS``)."""
    ids = rows["id"].combine_chunks()
    places = {end: compute.index_in(near[end], value_set=ids) for end in ("a", "b")}
    if any(place.null_count for place in places.values()):
        yield "near.parquet names an artwork that is not there"
        return
    if not compute.all(compute.less(near["a"], near["b"]), min_count=0).as_py():
        yield "near.parquet: a is not always less than b"
    if compute.any(compute.and_(near["binds"], near["apart"]), min_count=0).as_py():
        yield "near.parquet: a pair binds that is kept apart"
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
