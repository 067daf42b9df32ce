"""Persons whose names are alike are proposed, those whom anything keeps apart are not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.decisions import Decision
from omniart_data.normalise.makers.alike import LEAST, alike, candidates, may_be_one
from omniart_data.normalise.makers.name_keys import name_key
from omniart_data.normalise.makers.person import Person
from omniart_data.normalise.makers.persons import persons_of
from schemas.decision import CANDIDATE


def person(name: str, born: int | None = None, died: int | None = None, *ids: str) -> Person:
    """Return a person of one work."""
    return Person(f"name:{name}", name, name_key(name), born, died, 1, tuple(ids))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bartholomeus Zorbel", "Bartholomaeus Zorbel"),
        ("Alonso Zorbel Coello", "Alonzo Zorbel Coello"),
        ("Casper Zorbelmann", "Caspar Zorbelmann"),
        ("Zorbeling, J.", "Jan Zorbeling"),
        ("Joseph Zorbelmans", "Joseph Siffred Zorbelmans"),
        ("Bartholomeus Zorbel I", "Bartholomaeus Zorbel"),
    ],
)
def test_alike(one: str, other: str) -> None:
    """Spellings, initials of a given name and added given names may be one person."""
    assert may_be_one(person(one), person(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (person("Jan Zorbel I"), person("Jan Zorbell II")),
        (person("Jan Luyken"), person("Caspar Luyken")),
        (person("Schelte Bolswert"), person("Boëtius Bolswert")),
        (person("Jan Zorbel", 1600), person("Jan Zorbell", 1603)),
        (person("Casper Zorbel", None, 1650), person("Caspar Zorbel", None, 1653)),
        (
            person("Jan Zorbel", None, None, "ulan:500000001"),
            person("Jan Zorbell", None, None, "ulan:500000002"),
        ),
        (person("Vroom, Hendrik Cornelisz."), person("Vroom, Cornelis Hendriksz.")),
        (person("Adolph Zorbel"), person("Zorbel, Adolph, Mrs.")),
        (person("Jan Zorbel"), person("Pieter Zorbel")),
    ],
)
def test_not_alike(one: Person, other: Person) -> None:
    """A generation, a given name, a life, an id, a father's name or a wife keeps two apart."""
    assert not may_be_one(one, other)
    assert not may_be_one(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Monogrammist ACD", "Monogrammist ACE"),
        ("Master of the Zorbel Altar", "Master of the Zorbels Altar"),
        ("Rembrandt", "Rembrand"),
        ("Jan Zorbel", "Jan Pieter Zorbel"),
        ("Jan Jansz.", "Jan Jansz. Claesz."),
        ("Zorbel & Co.", "Zorbels & Co."),
    ],
)
def test_never_compared(one: str, other: str) -> None:
    """Names of one word, masters, monograms, firms, and names with a further given name, are not proposed."""
    assert not alike([person(one), person(other)])


MAKERS: list[tuple[dict[str, Any], int]] = [
    ({"name": "Bartholomeus Zorbel", "born": 1600, "ids": []}, 3),
    ({"name": "Bartholomaeus Zorbel", "born": 1601, "ids": []}, 2),
    ({"name": "Caspar Zorbel", "ids": []}, 9),
]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Frans Floris", "Floris, Frans (I)"),
        ("COSTA, Lorenzo the Elder", "Costa, Lorenzo"),
        ("Zorbel", "Zorbel (I)"),
        ("Master of the Zorbel Altar (I)", "Master of the Zorbel Altar"),
        ("STEEN, Jan", "Steen, Jan Havicksz."),
    ],
)
def test_what_one_side_leaves_out_is_asked(one: str, other: str) -> None:
    """A generation or a father's name that one museum does not give is unknown, and speaks against nobody."""
    (row,) = candidates(
        persons_of([({"name": name, "ids": []}, 1) for name in (one, other)])
    ).to_pylist()

    assert row["score"] >= LEAST


def test_namesakes_are_asked_first() -> None:
    """Of whom a table of namesakes keeps two apart, and no life does, is asked before all others; lives are believed."""
    makers: list[tuple[dict[str, Any], int]] = [
        *MAKERS,
        ({"name": "Richard Wilson", "born": 1712, "died": 1782, "ids": []}, 2),
        ({"name": "Richard Wilson", "born": 1953, "ids": []}, 2),
        ({"name": "WILSON, Richard", "ids": []}, 1),
    ]
    rows = candidates(persons_of(makers)).to_pylist()

    undated = "name:richard wilson (WILSON, Richard)"
    assert {frozenset((row["subject"], row["object"])) for row in rows[:2]} == {
        frozenset((undated, f"name:richard wilson {life}")) for life in ("1712-1782", "1953-")
    }
    assert len(rows) == 3
    assert all("namesakes.csv" in row["because"] for row in rows[:2])


def test_the_object_is_who_stays() -> None:
    """The id that a merge would leave is the candidate's object, though fewer works have it."""
    makers: list[tuple[dict[str, Any], int]] = [
        ({"name": "Bartholomaeus Zorbel", "ids": ["ulan:500000001"]}, 1),
        ({"name": "Bartholomeus Zorbel", "ids": []}, 90),
    ]
    persons = persons_of(makers)
    (row,) = candidates(persons).to_pylist()
    merge = Decision("artist", "merge", row["object"], row["subject"], "", row["evidence"])

    assert row["object"] == "ulan:500000001"
    assert [one.id for one in persons_of(makers, [merge]).people] == [row["object"]]


def test_candidates() -> None:
    """A candidate has all that a reviewer needs; the lesser known person is its subject."""
    persons = persons_of(MAKERS)
    table = candidates(persons, examples={persons.people[0].id: ["met:1"]})
    (row,) = table.to_pylist()

    assert table.schema == CANDIDATE
    assert (row["subject_label"], row["object_label"]) == (
        *("Bartholomaeus Zorbel", "Bartholomeus Zorbel"),
    )
    assert (row["artworks"], row["examples"]) == (5, ["met:1"])
    assert LEAST <= row["score"] < 100
    assert "zorbel" in row["because"]


@pytest.mark.parametrize("action", ["merge", "keep apart"])
def test_what_is_decided_is_not_asked_again(action: str) -> None:
    """A decided pair is proposed again only when its evidence has changed."""
    (row,) = candidates(persons_of(MAKERS)).to_pylist()
    decision = Decision("artist", action, row["subject"], row["object"], "", row["evidence"])
    stale = Decision("artist", action, row["subject"], row["object"], "", "other")

    assert candidates(persons_of(MAKERS, [decision]), [decision]).num_rows == 0
    assert candidates(persons_of(MAKERS, [stale]), [stale]).num_rows == 1


def test_a_decision_on_a_merged_person_stands_for_all_of_it() -> None:
    """Who is kept apart from one form of a person is not proposed with the whole."""
    makers = [*MAKERS, ({"name": "Bartholomeius Zorbel", "born": 1600, "ids": []}, 1)]
    rows = candidates(persons_of(makers)).to_pylist()
    first, *rest = rows
    merge = Decision("artist", "merge", first["subject"], first["object"], "", first["evidence"])
    apart = [
        Decision("artist", "keep apart", row["subject"], row["object"], "", row["evidence"])
        for row in rest
    ]
    decisions = [merge, *apart]

    assert len(rows) == 3
    persons = persons_of(makers, decisions)
    assert candidates(persons, decisions).num_rows == 0


names = st.lists(st.sampled_from(["Jan Zorbel", "Jan Zorbell", "J. Zorbel", "Zorbels, Jan II"]))


@given(names)
def test_order_does_not_matter(some: list[str]) -> None:
    """The same persons in any order are the same candidates."""
    makers = [({"name": name, "ids": []}, 1) for name in some]

    assert candidates(persons_of(makers)) == candidates(persons_of(makers[::-1]))


@given(st.lists(st.text(), max_size=6))
def test_any_names_can_be_compared(some: list[str]) -> None:
    """No name raises, and every pair that is proposed is of two persons that there are."""
    persons = persons_of([({"name": name, "ids": []}, 1) for name in some])
    known = {one.id for one in persons.people}

    for pair in candidates(persons).to_pylist():
        assert {pair["subject"], pair["object"]} <= known
        assert pair["subject"] != pair["object"]


def test_many_alike_are_compared_as_few_are() -> None:
    """A block that is compared as a matrix finds what a block that is compared pair by pair finds."""
    many = [person(f"Bartholomeus{'abcdefghijklmnopqrst'[at]} Zorbel") for at in range(20)]
    pairs = {frozenset((many[one.one].id, many[one.other].id)) for one in alike(many)}
    by_two = {
        frozenset((one.id, other.id))
        for at, one in enumerate(many)
        for other in many[at + 1 :]
        if alike([one, other])
    }

    assert pairs == by_two != set()
