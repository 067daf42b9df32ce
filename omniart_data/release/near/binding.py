"""Which near-duplicates bind: all that make no group too large, the surest first."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from crawlers.engine.fingerprint import BITS
from omniart_data.release.groups import EDGE, LARGEST_BOUND, components
from omniart_data.release.near.pairs import Apart
from omniart_data.release.rows import compute

TIERS = (0, 8, 16, 24, 32, 40, 48, 56, 64)
"""Bits in which hashes differ, at most: how sure a pair is. All pairs of a tier bind, or within a group none."""

COSINES = (0.9999, 0.999, 0.998, 0.996, 0.994, 0.992, 0.99, 0.985, 0.98)
"""Cosines, at least, that count as the tiers of distances do."""

MOST_ASKED = 500
"""Pairs that do not bind and that people are asked about, at most."""

Ints = npt.NDArray[np.int64]


def bind(
    near: pa.Table, sure: pa.Table, ids: Any, apart: Apart, *, largest: int = LARGEST_BOUND
) -> pa.Table:
    """Return ``NEAR`` with ``binds`` and ``apart`` told anew: nothing binds what people keep apart, or too many.

    ``sure`` (``EDGE``) binds in any case. Where all near pairs together would make a group of more than
    ``largest`` artworks, its least sure tier is left out, and so on until what is left is small enough.
    """
    pairs = zip(near["a"].to_pylist(), near["b"].to_pylist(), strict=True)
    forbidden = np.array([pair in apart for pair in pairs], bool)
    kept = ~forbidden
    nodes = len(ids)
    a, b = (_places(near[end], ids) for end in ("a", "b"))
    kept &= (a >= 0) & (b >= 0)
    one, other = (_places(sure[end], ids) for end in ("a", "b"))
    there = (one >= 0) & (other >= 0)
    one, other = one[there], other[there]
    tier = tiers(near)
    for allowed in range(len(TIERS) - 1, -1, -1):
        root = components(nodes, np.concatenate([one, a[kept]]), np.concatenate([other, b[kept]]))
        large = np.bincount(root, minlength=nodes)[root] > largest
        torn = kept & large[a] & (tier >= allowed)
        if not (kept & large[a]).any():
            break
        kept &= ~torn
    told = {"binds": pa.array(kept), "apart": pa.array(forbidden)}
    columns = [told.get(name, near[name]) for name in near.column_names]
    return pa.Table.from_arrays(columns, schema=near.schema)


def tiers(near: pa.Table) -> Ints:
    """Return how unsure each pair is, by the surest of its ways: 0 the surest, ``len(TIERS) - 1`` the least."""
    best = np.full(near.num_rows, len(TIERS) - 1, np.int64)
    for name in ("distance", "mirrored_distance"):
        value = _numbers(near[name], TIERS[-1])
        best = np.minimum(best, np.searchsorted(np.array(TIERS), value))
    cosine = _numbers(near["cosine"], 0.0)
    by_cosine = np.searchsorted(-np.array(COSINES), -cosine)
    return np.minimum(
        best, np.where(cosine > 0, np.minimum(by_cosine, len(TIERS) - 1), len(TIERS) - 1)
    )


def near_edges(near: pa.Table) -> pa.Table:
    """Return the edges, as ``EDGE``, of the pairs that bind."""
    bound = near.filter(near["binds"])
    because = [_because(row) for row in bound.select(_WAYS).to_pylist()]
    return pa.Table.from_arrays(
        [bound["a"], bound["b"], pa.array(because, pa.string())], schema=EDGE
    )


def unbound(near: pa.Table) -> pa.Table:
    """Return (a, b, because, score) of the pairs that do not bind and that nobody has decided on.

    The score is 0 to 100: the share of bits that are equal, or the cosine, whichever is higher. The surest
    ``MOST_ASKED`` are returned: where there are more, some picture stands for thousands of works.
    """
    rows = near.filter(
        compute.and_(compute.invert(near["binds"]), compute.invert(near["apart"]))
    ).to_pylist()
    rows = sorted(rows, key=lambda row: (-_score(row), row["a"], row["b"]))[:MOST_ASKED]
    lines = [
        {"a": row["a"], "b": row["b"], "because": _because(row), "score": _score(row)}
        for row in rows
    ]
    kinds = [
        ("a", pa.string()),
        ("b", pa.string()),
        ("because", pa.string()),
        ("score", pa.float32()),
    ]
    return pa.Table.from_pylist(lines, schema=pa.schema(kinds))


def _score(row: dict[str, Any]) -> float:
    distances = [row[name] for name in ("distance", "mirrored_distance") if row[name] is not None]
    alike = [1 - min(distances) / BITS] if distances else []
    return float(100 * max([*alike, min(row["cosine"] or 0.0, 1.0)]))


_WAYS: Sequence[str] = ("distance", "mirrored_distance", "cosine")


def ways_of(row: Mapping[str, Any]) -> str:
    """Return by what two pictures are near-duplicates, as people read it.

    >>> ways_of({"distance": 7, "mirrored_distance": None, "cosine": 0.99})
    'hash 7 bits apart, features of cosine 0.9900'
    """
    ways = []
    if row["distance"] is not None:
        ways.append(f"hash {row['distance']} bits apart")
    if row["mirrored_distance"] is not None:
        ways.append(f"mirrored hash {row['mirrored_distance']} bits apart")
    if row["cosine"] is not None:
        ways.append(f"features of cosine {row['cosine']:.4f}")
    return ", ".join(ways)


def _because(row: Mapping[str, Any]) -> str:
    return f"near-duplicate: {ways_of(row)}"


def _places(column: Any, ids: Any) -> Ints:
    return np.asarray(compute.fill_null(compute.index_in(column, value_set=ids), -1), np.int64)


def _numbers(column: Any, absent: float) -> npt.NDArray[np.float64]:
    return np.asarray(compute.fill_null(column.cast(pa.float64()), absent), np.float64)
