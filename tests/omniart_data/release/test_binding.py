"""Which near-duplicates bind, and what stops a build."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.release.contents import compose
from omniart_data.release.groups import EDGE, LARGEST_BOUND, group_artworks
from omniart_data.release.near.binding import bind, near_edges, tiers
from schemas.errors import ReleaseError
from schemas.release import NEAR, SPLITS

NOTHING = EDGE.empty_table()


def ids(number: int) -> "pa.Array[Any]":
    return pa.array([f"met:{n:03d}" for n in range(number)])


def near(pairs: Sequence[tuple[int, int, int]]) -> pa.Table:
    """Return NEAR of (a, b, distance), with places for ids."""
    rows = [
        {"a": f"met:{a:03d}", "b": f"met:{b:03d}", "distance": distance, "binds": True}
        for a, b, distance in pairs
    ]
    return pa.Table.from_pylist(rows, schema=NEAR)


@given(
    st.lists(
        st.tuples(st.integers(0, 89), st.integers(0, 89), st.integers(0, 64)).filter(
            lambda pair: pair[0] < pair[1]
        ),
        max_size=160,
        unique_by=lambda pair: pair[:2],
    )
)
def test_no_group_is_too_large_and_none_is_torn_for_nothing(
    pairs: list[tuple[int, int, int]],
) -> None:
    """No group has more than 50 works, and a pair is left out only where all of its kind would make one."""
    table = bind(near(pairs), NOTHING, ids(90), frozenset())

    groups = group_artworks(ids(90), near_edges(table))["group"].value_counts().to_pylist()
    assert max(group["counts"] for group in groups) <= LARGEST_BOUND
    everything = group_artworks(ids(90), near(pairs))["group"].value_counts().to_pylist()
    if max(group["counts"] for group in everything) <= LARGEST_BOUND:
        assert all(table["binds"].to_pylist())


def test_the_least_sure_are_left_out_first() -> None:
    """Two groups of 40 that one doubtful pair would join stay two; the sure pairs bind."""
    chains = [(n, n + 1, 2) for n in range(79) if n != 39]

    table = bind(near([*chains, (39, 40, 60)]), NOTHING, ids(80), frozenset())

    assert [(row["a"], row["b"]) for row in table.to_pylist() if not row["binds"]] == [
        ("met:039", "met:040")
    ]


def test_what_people_keep_apart_does_not_bind() -> None:
    """A decision goes before a hash."""
    table = bind(near([(0, 1, 0), (1, 2, 0)]), NOTHING, ids(3), frozenset({("met:000", "met:001")}))

    assert table["binds"].to_pylist() == [False, True]


def test_the_surest_way_counts() -> None:
    """A pair is as sure as the surest of its ways: bits, bits mirrored, cosine."""
    rows = [
        {"a": "a", "b": "b", "distance": 0},
        {"a": "a", "b": "c", "distance": 64, "mirrored_distance": 3},
        {"a": "a", "b": "d", "distance": 60, "cosine": 1.0},
        {"a": "a", "b": "e", "cosine": 0.98},
        {"a": "a", "b": "f", "distance": 64},
    ]

    assert tiers(pa.Table.from_pylist(rows, schema=NEAR)).tolist() == [0, 1, 0, 8, 8]


def test_near_duplicates_are_on_one_side(made: ModuleType) -> None:
    """Works whose pictures are near are one group, and the group says why."""
    contents = made.contents(60)
    names = contents.artworks["id"].to_pylist()
    pair = {
        "a": min(names[3], names[4]),
        "b": max(names[3], names[4]),
        "distance": 12,
        "binds": True,
    }

    composed = compose(made.contents(60, near=pa.Table.from_pylist([pair], schema=NEAR)))

    rows = {row["id"]: row for row in composed.rows.to_pylist()}
    assert rows[pair["a"]]["group"] == rows[pair["b"]]["group"]
    because = {row["id"]: row["because"] for row in composed.groups.to_pylist()}
    assert "near-duplicate: hash 12 bits apart" in because[pair["a"]]


def test_a_large_group_stops_a_build(made: ModuleType) -> None:
    """51 works with one picture stop a build, which names some of them, until somebody accepts the group."""
    contents = made.contents(60)
    same = contents.pictures["image_sha256"][0].as_py()
    hashes = pa.array([same] * 51 + contents.pictures["image_sha256"].to_pylist()[51:])
    place = contents.pictures.column_names.index("image_sha256")
    pictures = contents.pictures.set_column(place, "image_sha256", hashes)

    with pytest.raises(
        ReleaseError, match=r"51 artworks .*sample-met:00002.*--accept-large-groups"
    ):
        compose(made.contents(60, pictures=pictures))

    composed = compose(made.contents(60, pictures=pictures, accept_large_groups=True))
    assert max(g["counts"] for g in composed.rows["group"].value_counts().to_pylist()) == 51


def test_works_without_an_artist_can_be_split(made: ModuleType) -> None:
    """They get splits within their coarse type, and count for no artist."""
    rows = compose(made.contents(600, split_unattributed=True)).rows.to_pylist()

    assert {row["split"] for row in rows} == set(SPLITS)
    nobody = [row for row in rows if row["artist"] is None]
    assert all(row["artist_works"] == 0 for row in nobody)
    for kind in {row["coarse_type"] for row in nobody}:
        of_kind = [row["split"] for row in nobody if row["coarse_type"] == kind]
        shares = [of_kind.count(split) / len(of_kind) for split in SPLITS]
        assert shares == pytest.approx([0.7, 0.2, 0.1], abs=0.15)
