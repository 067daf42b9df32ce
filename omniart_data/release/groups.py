"""Which artworks may never be on two sides of a split: those with the same picture, and whatever else binds."""

import logging
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniart_data.release.rows import compute, first_of_each, order
from schemas.errors import ReleaseError

log = logging.getLogger(__name__)

EDGE = pa.schema([("a", pa.string()), ("b", pa.string()), ("because", pa.string())])
"""Two artworks that belong together, and why."""

SAME_PICTURE = "duplicate: the same picture, byte for byte"
DETAIL = "detail of the same picture"

LARGEST_BOUND = 50
"""Artworks that one name may bind; beyond it the name is no name but a habit, such as "Landscape"."""

_SIDE = r"(?i)(?:\s*\(\s*(?:r|v|recto|verso)\s*\)|[\s,._/-]+(?:recto|verso))\s*$"
"""How an object number says which side of a sheet it is: ``RP-P-BI-121(R)``, ``50.130.149n verso``."""
_DETAIL = r"(?i)(?:\s*\(\s*detail\s*\)|,\s*detail\s*(?P<bracket>\)?))\s*$"
"""How a title of the Web Gallery of Art says that it is a crop: ``The Fall (detail)``, ``Vault (north, detail)``."""
_DETAILS_OF = "wga"
_SAMPLE = "sample-"


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
    found = components(len(names), _positions(first, names), _positions(second, names))
    own = _positions(_flat(ids), names)
    least = np.full(len(names), len(names), np.int64)
    np.minimum.at(
        least, found[own], own
    )  # the least that is there, not one that an edge only names
    return pa.table({"id": _flat(ids), "group": names.take(least[found[own]])})


def check_sizes(ids: "pa.Array[Any]", edges: pa.Table) -> None:
    """Raise ReleaseError where edges bind more than ``LARGEST_BOUND`` artworks: somebody should look first."""
    groups = group_artworks(ids, edges)
    sizes = groups.group_by("group").aggregate([([], "count_all")])
    large = order(sizes.filter(compute.greater(sizes["count_all"], LARGEST_BOUND)), "group")
    if large.num_rows:
        first = large["group"][0].as_py()
        members = order(groups.filter(compute.equal(groups["group"], first)), "id")["id"]
        named = ", ".join(members[:5].to_pylist())
        raise ReleaseError(
            f"{len(members)} artworks would be one group ({named}, ...; such groups: {large.num_rows}): the same picture,"
            " or one sheet, according to their records. Look at them; where they belong together, build with"
            " --accept-large-groups"
        )


def same_picture_edges(pictures: pa.Table) -> pa.Table:
    """Return the edges, as ``EDGE``, between artworks whose pictures are the same bytes.

    Reads ``id`` and ``image_sha256`` (null: no picture at hand, binds nothing). Each artwork is bound
    to the least id that has its picture, so that a picture of a hundred makes 99 edges.
    """
    because = pa.repeat(pa.scalar(SAME_PICTURE), pictures.num_rows)
    named = [pictures["id"], pictures["image_sha256"], because]
    return _to_the_least(pa.Table.from_arrays(named, names=["id", "name", "because"]))


def view_edges(artworks: pa.Table) -> pa.Table:
    """Return the edges, as ``EDGE``, between artworks that are views of one object by what is said of them.

    Reads ``id``, ``source``, ``object_number``, ``title`` and ``artist``: see ``side_edges`` and
    ``detail_edges``.
    """
    return pa.concat_tables([side_edges(artworks), detail_edges(artworks)])


def side_edges(artworks: pa.Table) -> pa.Table:
    """Return the edges, as ``EDGE``, between the two sides of a sheet, and the sheet where it has a row too.

    Reads ``id``, ``source`` and ``object_number``: artworks of one source whose numbers are equal but for a
    closing ``(R)``, ``(V)``, ``recto`` or ``verso``.
    """
    number = compute.utf8_trim_whitespace(compute.fill_null(artworks["object_number"], ""))
    sheet = compute.replace_substring_regex(number, _SIDE, "")
    because = compute.binary_join_element_wise("recto and verso of ", sheet, "")
    name = compute.binary_join_element_wise(artworks["source"], sheet, " ")
    return _bound(artworks["id"], name, because, sheet, number)


def detail_edges(artworks: pa.Table) -> pa.Table:
    """Return the edges, as ``EDGE``, between a picture and the rows that show a detail of it.

    Reads ``id``, ``source``, ``title`` and ``artist``: artworks of the Web Gallery of Art (its rows are
    photographs) by the same artist whose titles are equal but for a closing ``(detail)``. Where an artist
    has several pictures of that title nothing says whose detail it is, and all are bound.
    """
    source = compute.replace_substring_regex(artworks["source"], f"^{_SAMPLE}", "")
    rows = artworks.filter(
        compute.and_(compute.equal(source, _DETAILS_OF), compute.is_valid(artworks["artist"]))
    )
    title = compute.utf8_trim_whitespace(compute.fill_null(rows["title"], ""))
    whole = compute.replace_substring_regex(title, _DETAIL, r"\1")
    because = pa.repeat(pa.scalar(DETAIL), rows.num_rows)
    name = compute.binary_join_element_wise(rows["source"], rows["artist"], whole, "\n")
    return _bound(rows["id"], name, because, whole, title)


def _bound(ids: Any, name: Any, because: Any, stem: Any, given: Any) -> pa.Table:
    """Return the edges between artworks of one name, where a stem at least is not what was given.

    A name whose stem is empty binds nothing, and neither does one of more than ``LARGEST_BOUND``.
    """
    columns = {"id": ids, "name": name, "because": because}
    rows = pa.Table.from_arrays(list(columns.values()), names=list(columns))
    marked = rows["name"].filter(
        compute.and_(compute.not_equal(stem, given), compute.not_equal(stem, ""))
    )
    rows = rows.filter(compute.is_in(rows["name"], value_set=_flat(compute.unique(marked))))
    sizes = rows.group_by("name").aggregate([([], "count_all")])
    absurd = order(sizes.filter(compute.greater(sizes["count_all"], LARGEST_BOUND)), "name")
    for line in absurd.to_pylist():
        said = ", ".join(str(line["name"]).split("\n"))
        log.warning(
            "%s: %d artworks are too many to be views of one, and are not bound",
            said,
            line["count_all"],
        )
    left_out = compute.is_in(rows["name"], value_set=_flat(absurd["name"]))
    return _to_the_least(rows.filter(compute.invert(left_out)))


def _to_the_least(rows: pa.Table) -> pa.Table:
    """Return edges from the least id of each name to its others; rows are (id, name, because)."""
    known = order(rows.drop_null(), "id")
    least = known["id"].take(first_of_each(known["name"]))
    bound = pa.Table.from_arrays([least, known["id"], known["because"]], schema=EDGE)
    return order(bound.filter(compute.not_equal(bound["a"], bound["b"])), "a", "b")


def explain_groups(groups: pa.Table, edges: pa.Table) -> pa.Table:
    """Return (id, group, because) of the artworks whose group has several members, sorted by id.

    ``because`` is each reason that an edge of this artwork gives, sorted, with "; " between.
    """
    sizes = groups.group_by("group").aggregate([("id", "count")])
    several = sizes.filter(compute.greater(sizes["id_count"], 1))["group"].combine_chunks()
    bound = groups.filter(compute.is_in(groups["group"], value_set=several)).sort_by("id")
    ends = pa.concat_tables(
        edges.select([end, "because"]).rename_columns(["id", "because"]) for end in ("a", "b")
    )
    reasons = order(ends.group_by(["id", "because"]).aggregate([]), "id", "because")
    told = reasons.group_by("id", use_threads=False).aggregate([("because", "list")])
    joined = compute.binary_join(told["because_list"].combine_chunks(), "; ")
    where = compute.index_in(bound["id"], value_set=told["id"].combine_chunks())
    because = compute.fill_null(joined.take(where.combine_chunks()), "")
    return bound.append_column("because", because)


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


def components(
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
