"""What a name says of itself: nobody, no person, or somebody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.makers.attribution import attribute
from omniart_data.normalise.makers.name_keys import natural
from omniart_data.normalise.makers.names import is_no_person, is_unknown
from omniart_data.normalise.vocabulary import vocabulary_rows

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
    "diverse vervaardigers",
    "Nederlandse schilder",
    "peintre français",
    "pittore fiorentino",
    "Deutscher Meister",
    "early 19th century painter",
    "Beierse School laatste kwart 15e eeuw",
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
    "Vordemberge-Gildewart, Friedrich",
    "Bureau, Paul",
    "Martszen de Jonge, Jan",
    "GUERCINO",
    "Michelangelo",
    "Smith, John (prentmaker/ uitgever)",
    "Meester van Joachim en Anna",
    "Theo van Erven Dorens",
    "Fonderie, J.",
    "Buchwald, Art",
    "Naar, Jan",
    "Ou Yang",
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
    "Brunswijkse Monogrammist",
    "'s-Gravenmoersche Kantvereniging",
    "Zijdeweverij Heshuyzen",
    "Tegelbakkerij aan de Schiedamsedijk",
    "Porzellanmanufaktur Frankenthal",
    "Keene Marlboro Street Glassworks",
    "Plateelbakkerij De Paauw",
    "School voor Kunst en Ambacht",
    "Jansen (fictieve kunstenaar)",
    "Bloempot, De",
    "Salor volk",
    "Ministerie van Koloniën",
    "ANP",
    "PV",
    "Aetna Furnace",
    "Colebrookdale Furnace",
    "Oxford Furnace",
    "Stiegel's Elizabeth Furnace",
    "Batsto Iron Works",
    "Josephinenglashütte",
    "Wiener Werkstätte",
    "Lambeth Factories",
    "The Symonds Shop",
    "Longquan kilns",
    "Koloniaal Instituut",
    "Kunsthandel E.J. van Wisselingh",
    "erven F. Bohn",
    "Giunti, familie",
    "LE NAIN brothers",
    "Gebroeders Van Eyck",
    "Joseph Meeks & Sons",
    "Tucker, Smith and Co.",
    "Curtis and Dunning",
    "Leonard, Reed & Barton",
    "Gide et J. Baudry",
    "F. & O. Brockmann",
    "Sèvres, Manufacture de",
]


@pytest.mark.parametrize("name", NOBODY)
def test_nobody(name: str) -> None:
    """All the ways to say that the maker is not known."""
    assert is_unknown(name)
    assert attribute([{"name": name, "role": "", "qualifier": ""}]).value[1] == "anonymous"


@pytest.mark.parametrize("name", PERSONS)
def test_persons(name: str) -> None:
    """Persons, and hands that scholars have named, are artists."""
    made, status, *_ = attribute([{"name": name, "role": "", "qualifier": ""}]).value

    assert (made["name"], status) == (name, "named")


@pytest.mark.parametrize("name", NO_PERSONS)
def test_no_persons(name: str) -> None:
    """Firms, schools, peoples, groups, monogrammists and initials have a status of their own."""
    assert is_no_person(name)
    assert attribute([{"name": name, "role": "", "qualifier": ""}]).value[1] == "not a person"


@pytest.mark.parametrize(
    "term",
    [
        row["term"]
        for row in vocabulary_rows("attribution_terms")
        if row["class"] in ("unknown", "undetermined")
    ],
)
def test_all_terms_for_nobody(term: str) -> None:
    """Each term of seven languages for an unknown maker, however it is written, names nobody."""
    for written in (term, term.upper(), term.capitalize()):
        assert is_unknown(written)


@pytest.mark.parametrize(
    "name",
    [
        "Constantin, Jean Antoine, called Constantin d'Aix",
        "Bouëre, Antoine Xavier Gabriel, comte de La Bouëre",
    ],
)
def test_what_stands_behind_a_name_stays_there(name: str) -> None:
    """A by-name and a title of nobility stay behind a name that is turned round."""
    family, given, behind = name.split(", ")

    assert natural(name) == f"{given} {family}, {behind}"


@given(st.text())
def test_names_never_raise(name: str) -> None:
    """Any name is judged."""
    assert is_unknown(name) in (True, False)
    assert is_no_person(name) in (True, False)
