"""Artworks that may be the same work, on one side of the splits until somebody decides."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniart_data.release.groups import EDGE, LARGEST_BOUND, components, group_artworks
from omniart_data.release.rows import compute, order
from schemas.release import SPLITS

UNDECIDED = "may be the same work, not decided"

Ints = npt.NDArray[np.int64]
_NO_SIDE = len(SPLITS)


def undecided_edges(
    artworks: pa.Table,
    sure: pa.Table,
    links: pa.Table,
    ledger: pa.Table | None,
    *,
    everybody: bool = False,
) -> pa.Table:
    """Return the edges, as ``EDGE``, of links that nobody has decided on.

    Reads ``id`` and ``artist`` of the artworks (``everybody``: those without an artist are split too); ``sure`` are the
    edges that bind in any case, ``ledger`` says which split was given before. What is not decided never moves an
    artwork that has its split: where two groups are on two sides already, a link between them binds nothing; where
    links bind a new artwork to both sides, the surest is followed. Nor does it make a group of more than
    ``LARGEST_BOUND`` artworks: there the least sure links are left out, point by point of their scores.
    """
    proposed = links.filter(compute.invert(links["applied"]))
    doubt = compute.negate(proposed["score"])
    proposed = order(proposed.append_column("doubt", doubt), "doubt", "a", "b")
    ids = artworks["id"].combine_chunks()
    group, names = _coded(group_artworks(ids, sure)["group"])
    place = {end: compute.index_in(proposed[end], value_set=ids) for end in ("a", "b")}
    there = compute.and_(*(compute.is_valid(place[end]) for end in place))
    proposed = proposed.filter(there)
    a, b = (group[np.asarray(place[end].filter(there), np.int64)] for end in ("a", "b"))
    side = np.full(names, _NO_SIDE, np.int64)
    np.minimum.at(side, group, sides_before(artworks, ledger, everybody=everybody))
    kept = _small_enough(a, b, proposed["score"], np.bincount(group, minlength=names))
    kept[kept] = _unconflicted(a[kept], b[kept], side)
    because = pa.repeat(pa.scalar(UNDECIDED), int(kept.sum()))
    chosen = proposed.filter(pa.array(kept))
    return pa.Table.from_arrays([chosen["a"], chosen["b"], because], schema=EDGE)


def sides_before(artworks: pa.Table, ledger: pa.Table | None, *, everybody: bool = False) -> Ints:
    """Return for each artwork the number of the split that it was given before; 3: none, or it has no artist."""
    side = np.full(artworks.num_rows, _NO_SIDE, np.int64)
    if ledger is None:
        return side
    given = ledger["split"].take(
        compute.index_in(artworks["id"], value_set=ledger["id"].combine_chunks())
    )
    if not everybody:
        nobody = pa.scalar(None, pa.string())
        given = compute.if_else(compute.is_valid(artworks["artist"]), given, nobody)
    found = compute.index_in(given, value_set=pa.array(SPLITS))
    return np.asarray(compute.fill_null(found, _NO_SIDE), np.int64)


def _coded(column: "pa.ChunkedArray[Any]") -> tuple[Ints, int]:
    """Return a number for each text, and how many numbers there are."""
    names = compute.unique(column)
    return np.asarray(compute.index_in(column, value_set=names), np.int64), len(names)


def in_too_large(artworks: pa.Table, links: pa.Table) -> npt.NDArray[np.bool_]:
    """Say which links are in what would be too large a group if all of them bound; reads ``id`` and ``group``.

    A link of an artwork that is not there is in none.
    """
    ids = artworks["id"].combine_chunks()
    group, names = _coded(artworks["group"])
    place = [compute.index_in(links[end], value_set=ids) for end in ("a", "b")]
    there = np.asarray(compute.and_(*map(compute.is_valid, place)), bool)
    a, b = (group[np.asarray(compute.fill_null(one, 0), np.int64)[there]] for one in place)
    found = np.zeros(links.num_rows, bool)
    found[there] = _too_large(a, b, np.bincount(group, minlength=names))
    return found


def _too_large(a: Ints, b: Ints, size: Ints) -> npt.NDArray[np.bool_]:
    """Say which edges between groups of some sizes are in what would be too large if all edges bound."""
    root = components(len(size), a, b)
    works = np.zeros(len(size), np.int64)
    np.add.at(works, root, size)
    return np.asarray((works > LARGEST_BOUND)[root[a]], bool)


def _small_enough(a: Ints, b: Ints, score: Any, size: Ints) -> npt.NDArray[np.bool_]:
    """Say which edges between groups may bind so that none becomes too large: all of one whole score, or none.

    Not one edge after another: which of two equally likely links is left out would hang on the order of their ids.
    """
    kept = np.ones(len(a), bool)
    over = np.flatnonzero(_too_large(a, b, size))
    nodes, ends = np.unique(np.stack([a[over], b[over]]), return_inverse=True)
    one, other = ends.reshape(2, -1)
    points = np.floor(np.asarray(score, np.float64))[over]
    binds = np.ones(len(over), bool)
    for least in np.unique(points):
        at = np.flatnonzero(binds)
        large = _too_large(one[at], other[at], size[nodes])
        if not large.any():
            break
        binds[at[large & (points[at] <= least)]] = False
    kept[over] = binds
    return kept


def _unconflicted(a: Ints, b: Ints, side: Ints) -> npt.NDArray[np.bool_]:
    """Say which edges between groups may bind so that nothing connects two sides; the surest edges are first."""
    root = components(len(side), a, b)
    least = np.full(len(side), _NO_SIDE, np.int64)
    most = np.full(len(side), -1, np.int64)
    sided = np.flatnonzero(side != _NO_SIDE)
    np.minimum.at(least, root[sided], side[sided])
    np.maximum.at(most, root[sided], side[sided])
    torn = (most > least)[root[a]]
    kept = ~torn
    at = np.flatnonzero(torn)
    kept[at] = _surest_first(a[at].tolist(), b[at].tolist(), side)
    return kept


def _surest_first(a: list[int], b: list[int], side: Ints) -> list[bool]:
    """Bind one edge after another unless its ends are on two sides by then: only where sides are in question."""
    parent: dict[int, int] = {}
    of_root: dict[int, int] = {}

    def root(node: int) -> int:
        while (above := parent.get(node, node)) != node:
            parent[node] = parent.get(above, above)
            node = above
        return node

    kept = []
    for ends in zip(a, b, strict=True):
        one, other = sorted(map(root, ends))
        sides = {of_root.get(end, int(side[end])) for end in (one, other)} - {_NO_SIDE}
        kept.append(len(sides) < 2)
        if kept[-1] and one != other:
            parent[other] = one
            of_root[one] = min(sides, default=_NO_SIDE)
    return kept
