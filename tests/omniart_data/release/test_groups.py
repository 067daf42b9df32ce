"""What binds artworks into groups."""

import csv
import itertools
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.release.contents import PICTURES
from omniart_data.release.groups import (
    EDGE,
    SAME_PICTURE,
    explain_groups,
    group_artworks,
    same_picture_edges,
)

names = st.integers(0, 30).map("a:{:02d}".format)
edge_lists = st.lists(st.tuples(names, names), max_size=40)


def plain_groups(ids: list[str], edges: list[tuple[str, str]]) -> dict[str, str]:
    """Group by walking: the slow way that needs no trust."""
    near: dict[str, set[str]] = {
        name: {name} for name in (*ids, *(e for pair in edges for e in pair))
    }
    for a, b in edges:
        near[a].add(b)
        near[b].add(a)
    found = {}
    for name in ids:
        reached, ahead = {name}, [name]
        while ahead:
            new = near[ahead.pop()] - reached
            reached |= new
            ahead += new
        found[name] = min(reached & set(ids))
    return found


@given(st.lists(names, unique=True), edge_lists)
def test_groups_are_what_walking_finds(ids: list[str], edges: list[tuple[str, str]]) -> None:
    """Whole-array union-find finds the groups that walking from each artwork finds."""
    table = group_artworks(pa.array(ids, pa.string()), edges)
    found = dict(zip(table["id"].to_pylist(), table["group"].to_pylist(), strict=True))

    assert found == plain_groups(ids, edges)


@given(st.lists(names, unique=True), edge_lists)
def test_a_table_of_edges_is_as_good_as_pairs(ids: list[str], edges: list[tuple[str, str]]) -> None:
    """Edges come as pairs or as a table, and give the same groups."""
    rows = [{"a": a, "b": b, "because": "made"} for a, b in edges]
    table = pa.Table.from_pylist(rows, schema=EDGE)

    assert group_artworks(pa.array(ids, pa.string()), table).equals(
        group_artworks(pa.array(ids, pa.string()), edges)
    )


def test_a_long_chain_is_one_group() -> None:
    """A chain of 50,000 artworks in scrambled order is found to its end."""
    ids = [f"{n * 7919 % 50_021:05d}" for n in range(50_000)]

    groups = group_artworks(pa.array(ids), list(itertools.pairwise(ids)))

    assert groups["group"].unique().to_pylist() == ["00000"]


def test_same_pictures_are_bound_to_the_least_id() -> None:
    """A picture of three makes two edges, one that nobody shares makes none, and a missing one neither."""
    shas = {"c": "x", "a": "x", "b": "x", "d": "y", "e": None, "f": None}
    rows = [{"id": i, "image_sha256": sha, "image_status": "in release"} for i, sha in shas.items()]

    edges = same_picture_edges(pa.Table.from_pylist(rows, schema=PICTURES))

    assert edges.to_pylist() == [
        {"a": "a", "b": "b", "because": SAME_PICTURE},
        {"a": "a", "b": "c", "because": SAME_PICTURE},
    ]


def test_reasons_are_told_for_groups_of_several() -> None:
    """Each reason that binds an artwork is named once; an artwork alone is not listed."""
    edges = pa.Table.from_pylist(
        [
            {"a": "a", "b": "b", "because": "views"},
            {"a": "b", "b": "c", "because": "recto"},
            {"a": "a", "b": "b", "because": "recto"},
        ],
        schema=EDGE,
    )
    groups = group_artworks(pa.array(["d", "c", "b", "a"]), edges)

    assert explain_groups(groups, edges).to_pylist() == [
        {"id": "a", "group": "a", "because": "recto; views"},
        {"id": "b", "group": "a", "because": "recto; views"},
        {"id": "c", "group": "a", "because": "recto"},
    ]


@pytest.mark.real
def test_real_photographs_that_are_one_file(shared_data: Path) -> None:
    """Of 3,758 photographs of museums, each altarpiece that shares one file is one group."""
    with (shared_data / "images" / "index.csv").open(encoding="utf-8", newline="") as index:
        rows = [
            {"id": row["file"].removesuffix(".jpg"), "image_sha256": row["sha256"]}
            for row in csv.DictReader(index)
        ]
    pictures = pa.Table.from_pylist(rows, schema=PICTURES)

    groups = group_artworks(pictures["id"].combine_chunks(), same_picture_edges(pictures))

    members: dict[str, set[str]] = {}
    for line in groups.to_pylist():
        members.setdefault(line["group"], set()).add(line["id"])
    several = [names for names in members.values() if len(names) > 1]
    assert {
        "nga-6",
        "nga-8",
    } in several  # nga-206126 shows the same in other bytes: a near-duplicate
    assert {"nga-204932", "nga-402", "nga-403", "nga-404"} in several
    assert len(members) == len({row["image_sha256"] for row in rows})
