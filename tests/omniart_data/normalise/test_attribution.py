"""The artist is the one maker of undoubted part; every other case has its status."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.attribution import attribute, part_of
from omniart_data.normalise.names import is_no_person, is_unknown
from schemas.artwork import ARTIST_STATUS


def maker(name: str, role: str = "Artist", qualifier: str = "") -> dict[str, str]:
    """Return a maker as Arrow gives it to Python."""
    return {"name": name, "role": role, "qualifier": qualifier}


NOBODY = [
    "anoniem",
    "onbekend",
    "Unknown",
    "Unidentified Artist",
    "Unknown Artist",
    "Anonymous, Italian, 16th century",
    "anonymous, british, 19th century",
    "UNKNOWN MASTER, Italian",
    "UNKNOWN ICON PAINTER, Russian",
    "MINIATURIST, French",
    "MOSAIC ARTIST, Italian",
    "ROMANESQUE SCULPTOR, French",
    "French Painter",
    "North Italian Painter",
    "Italian (Florentine) Painter",
    "French (Burgundian?) Painter",
    "Akan artist",
    "Moche artist(s)",
    "Various Artists",
    "-",
]
PERSONS = [
    "Berlin Painter",
    "Achilles Painter",
    "Painter of London D 12",
    "MASTER of Flémalle",
    "MASTER E.S.",
    "Master Bertram",
    "Meester van de Virgo inter Virgines",
    "VERONESE, Paolo",
    "POTTER, Paulus",
    "LOMBARD, Lambert",
    "El Greco",
    "Jan van der Meer (II)",
    "Fitz Henry Lane (formerly Fitz Hugh Lane)",
    "DELACROIX, Eug?ne",
    "Mendes da Costa, Joseph (1863-1939)",
]
NO_PERSONS = [
    "Monogrammist AC (16e eeuw)",
    "Monogrammist CH/VA",
    "A.B.",
    "Tiffany & Co.",
    "Union Porcelain Works",
    "Tucker and Hemphill",
    "Den Haag, Porseleinfabriek",
    "Manufactuur Oud-Loosdrecht",
    "De Grieksche A",
    "Sèvres Manufactory",
    "Group of Vatican G.116",
]


@pytest.mark.parametrize("name", NOBODY)
def test_nobody(name: str) -> None:
    """All the ways to say that the maker is not known."""
    assert attribute([maker(name)]).value == (None, "anonymous", "")


@pytest.mark.parametrize("name", PERSONS)
def test_persons(name: str) -> None:
    """Persons, and hands that scholars have named, are artists."""
    assert attribute([maker(name)]).value == (name, "named", "")


@pytest.mark.parametrize("name", NO_PERSONS)
def test_no_persons(name: str) -> None:
    """Firms, groups, monogrammists and initials have a status of their own."""
    assert attribute([maker(name, "Maker")]).value == (None, "not a person", "")


@pytest.mark.parametrize(
    ("name", "role", "qualifier", "said"),
    [
        ("Rembrandt", "Artist", "Attributed to", "attributed to"),
        ("Rembrandt", "Artist", "Workshop of", "workshop of"),
        ("Rembrandt", "Artist", "and Workshop", "and workshop"),
        ("Rembrandt", "Artist", "(?)", "(?)"),
        ("Rembrandt", "Artist", "?", "?"),
        ("Rembrandt", "Artist", "After a painting by", "after a painting by"),
        ("Rembrandt", "", "toegeschreven aan", "toegeschreven aan"),
        ("Rembrandt", "", "verworpen toeschrijving", "verworpen toeschrijving"),
        ("Rembrandt", "Former Attribution", "", "former attribution"),
        ("Rembrandt", "Artist", "zorbled beside", "zorbled beside"),
        ("Follower of Francesco Guardi", "Artist", "", "follower of"),
        ("Lucas Cranach the Elder and Workshop", "Artist", "", "and workshop"),
        ("Cranach atelier", "", "", "atelier"),
        ("Borman werkplaats", "", "", "werkplaats"),
        ("Rembrandt (?)", "Artist", "", "?"),
        ("Regnier, A(nthony?)", "", "", "?"),
        ("Claude or Poussin", "Artist", "", "or"),
        ("naar Rubens", "", "", "naar"),
        ("Hokusai School", "Artist", "", "school"),
    ],
)
def test_qualified(name: str, role: str, qualifier: str, said: str) -> None:
    """A doubt or a model, in whatever field, keeps the name from being the artist."""
    assert attribute([maker(name, role, qualifier)]).value == (None, "qualified", said)


@pytest.mark.parametrize(
    "qualifier",
    [
        "Chinese, 18th century",
        ", 18th century",
        "Chinese",
        "Painting by",
        "Carved by",
        "Engraved by",
    ],
)
def test_not_a_qualifier(qualifier: str) -> None:
    """Nations, times and "carved by" take nothing from the maker."""
    assert attribute([maker("Shen Zhou", "Artist", qualifier)]).value[1] == "named"


@pytest.mark.parametrize(
    ("role", "qualifier"),
    [
        ("Sitter", ""),
        ("Publisher", ""),
        ("uitgever", ""),
        ("", "Published by"),
        ("", "Designed by"),
    ],
)
def test_other_roles(role: str, qualifier: str) -> None:
    """Who published, sat for or paid for it did not make it."""
    assert attribute([maker("Currier", role, qualifier)]).value == (None, "other role", "")


def test_unknown_role_is_no_maker() -> None:
    """A role that the table does not know is not guessed at."""
    judged = attribute([maker("Rembrandt", "Zorbler")])

    assert judged.value[1] == "other role"
    assert "not in roles.csv" in judged.because


def test_exactly_one() -> None:
    """Two makers are several; the same one twice, or one beside contributors, is one."""
    two = [maker("Jan Steen"), maker("Frans Hals")]
    twice = [maker("Steen, Jan", ""), maker("Jan Steen", "Maker")]
    beside = [
        maker("Steen, Jan", ""),
        maker("Galle, Philips", "contributor"),
        maker("anoniem", "contributor"),
    ]

    assert attribute(two).value == (None, "several", "")
    assert attribute(twice).value == ("Steen, Jan", "named", "")
    assert attribute(beside).value == ("Steen, Jan", "named", "")


@pytest.mark.parametrize(
    "other",
    [
        maker("anoniem", ""),
        maker("Monogrammist AF (graveur)", ""),
        maker("Giovanni Battista Tiepolo", "Artist", "and Workshop"),
        maker("Wang Hui", "Artist", "leaves a, o, p by"),
        maker("Hippolyte Flandrin", "Artist", "or"),
        maker("Meissen Manufactory", "Maker"),
    ],
)
def test_nobody_is_named_beside_somebody_in_doubt(other: dict[str, Any]) -> None:
    """Whoever else had a part, and is not known for certain, leaves it open who made what."""
    assert attribute([other, maker("Jan Steen", "Artist")]).value == (None, "several", "")
    assert attribute([maker("Jan Steen", "Artist"), other]).value == (None, "several", "")


@pytest.mark.parametrize(
    "model",
    [maker("Peter Paul Rubens", "Artist", "After"), maker("Jan Lievens", "Former Attribution")],
)
def test_a_model_takes_nothing_from_the_maker(model: dict[str, Any]) -> None:
    """Who made a copy is its artist; so is the present attribution beside one that was given up."""
    assert attribute([model, maker("Jan Steen", "Artist")]).value == ("Jan Steen", "named", "")


def test_nobody_named() -> None:
    """No maker is not the same as an unknown one."""
    assert attribute([]).value == attribute(None).value == (None, "none", "")
    assert attribute([maker("  ")]).value[1] == "none"


@given(st.lists(st.builds(maker, st.text(), st.text(), st.text()), max_size=3))
def test_rule_never_raises(makers: list[dict[str, str]]) -> None:
    """Any names, roles and qualifiers have an answer; only "named" has an artist."""
    artist, status, _ = attribute(makers).value

    assert status in ARTIST_STATUS
    assert (artist is not None) == (status == "named")


@given(st.text())
def test_names_never_raise(name: str) -> None:
    """Any name is judged."""
    assert is_unknown(name) in (True, False)
    assert is_no_person(name) in (True, False)
    assert part_of(name, "", "").because
