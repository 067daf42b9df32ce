"""Where an artwork is kept now: the institution, and the city that the source names."""

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.places.keeping import PRIVATE, keep, kept
from omniart_data.normalise.terms.tables import plain
from omniart_data.normalise.vocabulary import vocabulary_rows

INSTITUTIONS = {row["name"] for row in vocabulary_rows("institutions")}
MET = "Metropolitan Museum of Art, New York"


@pytest.mark.parametrize(
    ("location", "at", "city"),
    [
        ("Alte Pinakothek, Munich", "Alte Pinakothek", "Munich"),
        ("Sant'Apollinare Nuovo, Ravenna", "Sant'Apollinare Nuovo", "Ravenna"),
        (
            "Galleria Palatina (Palazzo Pitti), Florence",
            "Galleria Palatina (Palazzo Pitti)",
            "Florence",
        ),
        ("The Hermitage, St. Petersburg", "The Hermitage", "St. Petersburg"),
        ("Pinacoteca, Vatican", "Pinacoteca", "Vatican"),
        (
            "Musée national (dépôt, Rue X), Luxembourg",
            "Musée national (dépôt, Rue X)",
            "Luxembourg",
        ),
        (
            "Clark Art Institute, Williamstown, Massachusetts, USA",
            "Clark Art Institute",
            "Williamstown",
        ),
        ("National Gallery of Art, Washington, D.C.", "National Gallery of Art", "Washington"),
        (
            "Cappella Brancacci, Santa Maria del Carmine, Florence",
            "Cappella Brancacci, Santa Maria del Carmine",
            "Florence",
        ),
        ("Museo Nacional, Mexico", "Museo Nacional", ""),
        ("Musée du Louvre", "Musée du Louvre", "Paris"),
        ("National Gallery", "National Gallery", ""),
        ("Private collection", PRIVATE, ""),
        ("Private Collection, New York, USA", PRIVATE, "New York"),
        ("Private collection, Switzerland", PRIVATE, ""),
        ("Whereabouts unknown", "", ""),
        ("Location unknown", "", ""),
        ("Formerly Kaiser-Friedrich-Museum, Berlin (destroyed in 1945)", "", ""),
        ("-", "", ""),
        ("", "", ""),
    ],
)
def test_locations(location: str, at: str, city: str) -> None:
    """The city stands behind the last comma, before states and countries; without one a table may know it."""
    assert keep(location, "").value == (at, city)


@pytest.mark.parametrize(
    "room", ["", "774", "774, 775", "Gallery 774", "HG-2.31", "TV", "in storage"]
)
def test_a_room_is_no_place(room: str) -> None:
    """Where a museum tells a room alone, its own institution and city hold; words are taken as they are."""
    told = keep(room, MET).value
    if room in {"TV", "in storage"}:
        assert told == (room, "")
    else:
        assert told == ("Metropolitan Museum of Art", "New York")


def test_the_rijksmuseums_city_comes_from_the_table() -> None:
    """The Rijksmuseum names itself without its city, in its own field and as the place of what is on view."""
    assert keep("", "Rijksmuseum").value == ("Rijksmuseum", "Amsterdam")
    assert keep("Rijksmuseum", "Rijksmuseum").value == ("Rijksmuseum", "Amsterdam")
    assert "institutions.csv: rijksmuseum" in keep("", "Rijksmuseum").because


def test_the_table_of_institutions_is_sorted_and_sourced() -> None:
    """Each institution once, in small letters, with a city and where that comes from."""
    rows = vocabulary_rows("institutions")
    names = [row["name"] for row in rows]

    assert names == sorted({plain(name) for name in names})
    assert all(row["city"] and row["source"] for row in rows)


@given(
    st.text(max_size=80) | st.from_regex(r"\A[A-Z][a-z ]*(, [A-Z][a-z]*){0,4}\Z"),
    st.text(max_size=20),
)
def test_no_text_raises_and_what_came_out_stays(location: str, institution: str) -> None:
    """Any texts give two texts whose words are in them; put together again they give the same."""
    at, city = keep(location, institution).value

    said = " ".join(f"{location} {institution}".split())
    assert at == PRIVATE or all(part in said for part in at.split(", "))
    assert city in said or plain(at) in INSTITUTIONS
    if at and city:
        assert kept(f"{at}, {city}")[:2] == (at, city)


@pytest.mark.parametrize(
    "text", ["," * 100_000, "(" * 100_000, "1 " * 50_000, "A-1/" * 30_000, "Private " * 9_000]
)
def test_hostile_texts_name_no_city(text: str) -> None:
    """What repeats one sign is nowhere: only the first characters of a text are read."""
    assert keep(text, "").value[1] == ""


@pytest.mark.real
def test_every_location_of_the_web_gallery_is_told(shared_data: Path) -> None:
    """All 9,423 paintings of 2019, at 38 places, have an institution and a city."""
    path = shared_data / "wga/paintings-2019/paintings.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        locations = Counter(row["LOCATION"] for row in csv.DictReader(file))

    assert len(locations) == 38
    assert [where for where in locations if not all(keep(where, "").value)] == []
    cities = {keep(where, "").value[1] for where in locations}
    assert {"Paris", "St. Petersburg", "Vatican", "Florence", "Washington"} <= cities
    assert len(cities) == 24
