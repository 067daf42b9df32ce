"""Which artworks may never be on two sides of a split: those with the same picture, and whatever else binds."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniart_data.release.rows import compute, first_of_each, order

EDGE = pa.schema([("a", pa.string()), ("b", pa.string()), ("because", pa.string())])
"""Two artworks that belong together, and why."""

SAME_PICTURE = "duplicate: the same picture, byte for byte"


def group_artworks(ids: "pa.Array[Any]", edges: Iterable[tuple[str, str]] | pa.Table) -> pa.Table:
    """Return (id, group) in the order of ``ids``: all that edges connect, however far, is one group.

    A group is named by the least id among its members. ``edges`` is pairs of ids, or a table whose
    first two columns are; an edge may name an artwork that is not among ``ids`` (it was withdrawn
    since): two artworks that it connects are still one group.

    >>> group_artworks(pa.array(["c", "b", "a"]), [("c", "x"), ("x", "b")])["group"].to_pylist()
    ['b', 'b', 'a']
    """
    first, second = _ends(edges)
    names = compute.unique(pa.concat_arrays([_flat(ids), first, second]))
    names = names.take(compute.sort_indices(names))
    found = _components(len(names), _positions(first, names), _positions(second, names))
    own = _positions(_flat(ids), names)
    least = np.full(len(names), len(names), np.int64)
    np.minimum.at(
        least, found[own], own
    )  # the least that is there, not one that an edge only names
    return pa.table({"id": _flat(ids), "group": names.take(least[found[own]])})


def same_picture_edges(pictures: pa.Table) -> pa.Table:
    """Return the edges, as ``EDGE``, between artworks whose pictures are the same bytes.

    Reads ``id`` and ``image_sha256`` (null: no picture at hand, binds nothing). Each artwork is bound
    to the least id that has its picture, so that a picture of a hundred makes 99 edges.
    """
    known = order(pictures.select(["id", "image_sha256"]).drop_null(), "id")
    least = known["id"].take(first_of_each(known["image_sha256"]))
    bound = pa.Table.from_arrays([least, known["id"]], names=["a", "b"])
    bound = order(bound.filter(compute.not_equal(bound["a"], bound["b"])), "a", "b")
    because = pa.array([SAME_PICTURE] * bound.num_rows, pa.string())
    return bound.append_column("because", because).cast(EDGE)


def explain_groups(groups: pa.Table, edges: pa.Table) -> pa.Table:
    """Return (id, group, because) of the artworks whose group has several members, sorted by id.

    ``because`` is each reason that an edge of this artwork gives, sorted, with "; " between.
    """
    sizes = groups.group_by("group").aggregate([("id", "count")])
    several = sizes.filter(compute.greater(sizes["id_count"], 1))["group"].combine_chunks()
    bound = groups.filter(compute.is_in(groups["group"], value_set=several)).sort_by("id")
    reasons: dict[str, set[str]] = {}
    for edge in edges.to_pylist():
        for end in (edge["a"], edge["b"]):
            reasons.setdefault(str(end), set()).add(str(edge["because"]))
    because = [
        "; ".join(sorted(reasons.get(str(name), ())))
        for name in bound["id"].cast(pa.string()).to_pylist()
    ]
    return bound.append_column("because", pa.array(because, pa.string()))


def _ends(edges: Iterable[tuple[str, str]] | pa.Table) -> tuple["pa.Array[Any]", "pa.Array[Any]"]:
    if isinstance(edges, pa.Table):
        return _flat(edges.column(0)), _flat(edges.column(1))
    pairs = list(edges)
    return (
        pa.array([a for a, _ in pairs], pa.string()),
        pa.array([b for _, b in pairs], pa.string()),
    )


def _flat(column: "pa.Array[Any] | pa.ChunkedArray[Any]") -> "pa.Array[Any]":
    if isinstance(column, pa.ChunkedArray):
        return pa.concat_arrays([*column.chunks, pa.array([], pa.string())])
    return column


def _positions(values: "pa.Array[Any]", names: "pa.Array[Any]") -> npt.NDArray[np.int64]:
    return np.asarray(compute.index_in(values, value_set=names), np.int64)


def _components(
    nodes: int, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return the least node that each node is connected to: union-find by whole arrays.

    Each round hooks the greater of two roots under the lesser and then halves all paths, so rounds
    grow with the logarithm of the longest chain.
    """
    root = np.arange(nodes, dtype=np.int64)
    while True:
        lesser = np.minimum(root[a], root[b])
        before = root.copy()
        np.minimum.at(root, before[a], lesser)
        np.minimum.at(root, before[b], lesser)
        while not np.array_equal(root, jumped := root[root]):
            root = jumped
        if np.array_equal(root, before):
            return root
