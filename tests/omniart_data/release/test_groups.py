"""What binds artworks into groups."""

import csv
import itertools
import re
import tarfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.release.contents import PICTURES
from omniart_data.release.groups import (
    DETAIL,
    EDGE,
    LARGEST_BOUND,
    SAME_PICTURE,
    detail_edges,
    explain_groups,
    group_artworks,
    same_picture_edges,
    side_edges,
)
from omniart_data.release.split import assign_splits
from schemas.artwork import ARTWORK

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


def numbered(*numbers: str | None, source: str = "rijksmuseum") -> list[dict[str, str | None]]:
    """Return rows of one source with these object numbers, their ids in order."""
    return [
        {"id": f"{source}:{n:03d}", "source": source, "object_number": number}
        for n, number in enumerate(numbers)
    ]


def titled(*titles: str, artist: str | None = "Anna", source: str = "wga") -> list[dict[str, str]]:
    """Return rows of one artist and source with these titles, their ids in order."""
    rows = [
        {"id": f"{source}:{n:03d}", "source": source, "title": title, "artist": artist}
        for n, title in enumerate(titles)
    ]
    return pa.Table.from_pylist(rows, schema=ARTWORK).to_pylist()


def pairs(edges: pa.Table) -> list[tuple[str, str]]:
    """Return the last digits of the ids at the ends of each edge."""
    return [(str(e["a"])[-1], str(e["b"])[-1]) for e in edges.to_pylist()]


@pytest.mark.parametrize(
    ("recto", "verso"),
    [
        ("RP-P-BI-121(R)", "RP-P-BI-121(V)"),
        ("RP-P-BI-121 ( R )", "RP-P-BI-121 (V) "),
        ("50.130.149n recto", "50.130.149n verso"),
        ("50.130.149n Recto", "50.130.149n, Verso"),
        ("RP-T-1(recto)", "RP-T-1 (verso)"),
        ("RP-T-1-recto", "RP-T-1-verso"),
        ("RP-T-1(R)", "RP-T-1"),
    ],
)
def test_two_sides_of_a_sheet_are_bound(recto: str, verso: str) -> None:
    """Object numbers that are equal but for the side bind, and the reason names the sheet."""
    edges = side_edges(pa.Table.from_pylist(numbered(recto, verso), schema=ARTWORK))

    assert pairs(edges) == [("0", "1")]
    sheet = recto.partition("(")[0].strip().lower().removesuffix("recto").rstrip(" -")
    assert edges["because"].to_pylist()[0].lower() == f"recto and verso of {sheet}"


@pytest.mark.parametrize(
    "numbers",
    [
        ("RP-P-1(R)", "RP-P-2(V)"),
        ("RP-P-1", "RP-P-1"),  # a number that stands twice says nothing of sides
        ("(R)", "(V)"),
        ("", ""),
        (None, "(V)"),
        ("RP-P-1(A)", "RP-P-1(B)"),
        ("Diverso", "Di"),
        ("1R", "1V"),
    ],
)
def test_other_object_numbers_bind_nothing(numbers: tuple[str, str]) -> None:
    """Other objects, no number, other letters and words that only end so are left apart."""
    table = pa.Table.from_pylist(numbered(*numbers), schema=ARTWORK)

    assert side_edges(table).equals(EDGE.empty_table())


def test_sides_are_of_one_source() -> None:
    """The same number in two museums is two sheets."""
    rows = numbered("1(R)") + numbered("1(V)", source="met")

    assert side_edges(pa.Table.from_pylist(rows, schema=ARTWORK)).num_rows == 0


@pytest.mark.parametrize("source", ["wga", "sample-wga"])
def test_details_are_bound_to_their_picture(source: str) -> None:
    """A title and its details are one picture; others of the artist are not, nor two of one plain title."""
    titles = ("Vault", "Vault (detail)", "Spring", "Vault (north)", "Vault (north, detail)")
    rows = titled(*titles, "Spring", "(detail)", "Fall (details)", source=source)

    edges = detail_edges(pa.Table.from_pylist(rows, schema=ARTWORK))

    assert pairs(edges) == [("0", "1"), ("3", "4")]
    assert set(edges["because"].to_pylist()) == {DETAIL}


def test_details_are_of_one_known_artist_of_the_gallery() -> None:
    """Another artist's, nobody's, and another museum's title with (detail) bind nothing."""
    both = ("Vault", "Vault (detail)")
    rows = [titled(both[0])[0], titled(*both, artist="Bert")[1]]
    nobody, elsewhere = titled(*both, artist=None), titled(*both, source="met")

    for apart in (rows, nobody, elsewhere):
        assert detail_edges(pa.Table.from_pylist(apart, schema=ARTWORK)).num_rows == 0


def test_a_name_of_too_many_binds_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Fifty artworks of one name are bound; one more, and the name is left out and told."""
    titles = ["Landscape (detail)"] + ["Landscape"] * LARGEST_BOUND
    most = pa.Table.from_pylist(titled(*titles[:-1], "Sea", "Sea (detail)"), schema=ARTWORK)
    more = pa.Table.from_pylist(titled(*titles, "Sea", "Sea (detail)"), schema=ARTWORK)

    assert detail_edges(most).num_rows == LARGEST_BOUND - 1 + 1
    assert caplog.messages == []
    assert pairs(detail_edges(more)) == [("1", "2")]
    (told,) = caplog.messages
    assert told.startswith("wga, Anna, Landscape: 51 artworks")


@pytest.mark.real
def test_no_real_sheet_is_on_two_sides(shared_data: Path) -> None:
    """Of 40,000 objects of the Rijksmuseum, recto and verso of a sheet are in one split."""
    pages = shared_data / "rijksmuseum/oai-legacy-dc-2022/pages-1-2000.tar.gz"
    with tarfile.open(pages) as archive:
        texts = [
            body.read().decode("utf-8", "replace")
            for page in archive
            if (body := archive.extractfile(page)) is not None
        ]
    numbers = sorted({n for text in texts for n in re.findall(r"\b[A-Z]{2}-[\w.-]+\([RV]\)", text)})
    rows = [row | {"artist": f"A{n % 7}"} for n, row in enumerate(numbered(*numbers))]
    table = pa.Table.from_pylist(rows, schema=ARTWORK)
    groups = group_artworks(table["id"].combine_chunks(), side_edges(table))

    splits = assign_splits(table.append_column("group", groups["group"]))

    sides: dict[str, set[str]] = {}
    for number, split in zip(numbers, splits["split"].to_pylist(), strict=True):
        sides.setdefault(number[:-3], set()).add(split)
    assert len(numbers) - len(sides) > 500  # sheets of which both sides are there
    assert all(len(found) == 1 for found in sides.values())


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
