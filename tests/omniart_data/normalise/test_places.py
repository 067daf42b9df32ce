"""A museum's words for a place become its role, city, region and country; nothing is guessed."""

import csv
import gzip
import hashlib
import json
import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from omniart_data.normalise.places.levels import whole_places
from omniart_data.normalise.places.locate import RULE, locate
from omniart_data.normalise.places.names import KINDS, named_place
from omniart_data.normalise.places.told import Place, places_of
from omniart_data.normalise.terms.tables import plain
from omniart_data.normalise.vocabulary import vocabulary_rows
from schemas.artwork import ARTWORK

ROLES = {"made", "found", "depicted", "other"}
NAMES = sorted({row["name"] for row in vocabulary_rows("places")})
HOWS = sorted({row["words"] for row in vocabulary_rows("place_roles")})
HOSTILE = [
    "(" * 50_000,
    " or " * 20_000,
    "|" * 50_000,
    "Iran or Iraq, " * 9_000,
    "made in: " * 9_000,
    "? " * 9_000,
]


def text(words: str, language: str = "en") -> list[dict[str, str]]:
    """Return a column value of one Text."""
    return [{"text": words, "language": language}]


def told(words: str, language: str = "en") -> list[tuple[str, str, str, str, bool]]:
    """Return role, city, region, country and certainty of each place that a text tells."""
    return [tuple(place.values()) for place in locate(text(words, language)).value[0]]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Made in: Boston, United States", [("made", "Boston", "", "United States", True)]),
        ("Probably made in: Bristol, England", [("made", "Bristol", "", "England", False)]),
        ("Attributed to: probably Isfahan, Iran", [("made", "Isfahan", "", "Iran", False)]),
        ("Excavated in: Nishapur, Iran", [("found", "Nishapur", "", "Iran", True)]),
        ("Depicted: Niagara, Canada", [("depicted", "Niagara", "", "Canada", True)]),
        ("Made for: China", [("other", "", "", "China", True)]),
        ("Formerly considered made in: Peru", [("other", "", "", "Peru", False)]),
        (
            "From: MMA excavations, 1915–16, Thebes, Upper Egypt, Egypt",
            [("found", "Thebes", "Upper Egypt", "Egypt", True)],
        ),
        ("Upper Egypt, Thebes, Egypt", [("made", "Thebes", "Upper Egypt", "Egypt", True)]),
        ("Berks County, United States", [("made", "", "Berks County", "United States", True)]),
        ("Iran, Luristan", [("made", "", "Luristan", "Iran", True)]),
        ("Iran (Persia)", [("made", "", "", "Iran", True)]),
        ("Nigeria (?)", [("made", "", "", "Nigeria", False)]),
        ("present-day Uzbekistan", [("made", "", "", "Uzbekistan", True)]),
        ("Egypt and Sudan", [("made", "", "", "Egypt", True), ("made", "", "", "Sudan", True)]),
        ("Trinidad and Tobago", [("made", "", "", "Trinidad and Tobago", True)]),
        (
            "Mesoamerica, Guatemala or Mexico",
            [
                ("made", "", "Mesoamerica", "Guatemala", False),
                ("made", "", "Mesoamerica", "Mexico", False),
            ],
        ),
        (
            "Egypt, Iran or Syria",
            [
                ("made", "", "", "Egypt", False),
                ("made", "", "", "Iran", False),
                ("made", "", "", "Syria", False),
            ],
        ),
        (
            "Northern or Central India",
            [
                ("made", "", "Northern India", "India", False),
                ("made", "", "Central India", "India", False),
            ],
        ),
        (
            "Probably made in|Formerly considered made in: Ecuador|Peru",
            [("made", "", "", "Ecuador", False), ("other", "", "", "Peru", False)],
        ),
        ("Kingston or vicinity, United States", [("made", "Kingston", "", "United States", True)]),
        ("Hitchcocksburg: n.d., France", [("made", "Hitchcocksburg", "", "France", True)]),
        ("Hitchcocksburg, Bavaria", [("made", "Hitchcocksburg", "Bavaria", "Germany", True)]),
        ("Hitchcocksburg", []),
        ("Hitchcocksburg, Caucasus", [("made", "", "Caucasus", "", True)]),
        ("Karlberg Palace", [("made", "", "", "Sweden", True)]),
        ("Karlbad Palace", []),
        (
            "eastern or central Côte d'Ivoire",
            [
                ("made", "", "Eastern Côte d'Ivoire", "Côte d'Ivoire", False),
                ("made", "", "Central Côte d'Ivoire", "Côte d'Ivoire", False),
            ],
        ),
        (
            "Coastal Region, Peru or Ecuador",
            [
                ("made", "", "Coastal Region", "Peru", False),
                ("made", "", "Coastal Region", "Ecuador", False),
            ],
        ),
        ("Karlbad Palace, Sweden", [("made", "", "", "Sweden", True)]),
        (
            "Ecuador, Peru, or Argentina",
            [
                ("made", "", "", "Ecuador", False),
                ("made", "", "", "Peru", False),
                ("made", "", "", "Argentina", False),
            ],
        ),
        (
            "Alaska or British Columbia, United States or Canada",
            [
                ("made", "", "Alaska", "United States", False),
                ("made", "", "British Columbia", "Canada", False),
            ],
        ),
        ("", []),
        ("unknown", []),
        ("https://id.rijksmuseum.nl/2301886", []),
    ],
)
def test_english_texts(words: str, expected: list[tuple[str, str, str, str, bool]]) -> None:
    """The Met's words: how, doubt, alternatives, from the narrow to the wide."""
    assert told(words) == expected


@pytest.mark.parametrize(
    ("words", "city", "region", "country"),
    [
        ("Duitsland", "", "", "Germany"),
        ("Parijs", "Paris", "", "France"),
        ("'s-Gravenhage", "The Hague", "", "Netherlands"),
        ("Noordelijke Nederlanden", "", "Northern Netherlands", ""),
        ("Antwerpen (stad)", "Antwerp", "", "Belgium"),
        ("Straatsburg (Frankrijk)", "Strasbourg", "", "France"),
        ("Limburg (Belgische provincie)", "", "Limburg", "Belgium"),
        ("Suriname (Zuid-Amerika)", "", "", "Suriname"),
        ("Berlijn (Suriname)", "Berlijn", "", "Suriname"),
        ("Heerenstraat (Paramaribo)", "Paramaribo", "", "Suriname"),
        ("Zuidwest-Perzië", "", "Southwestern Iran", "Iran"),
        ("Midden-Java", "", "Central Java", "Indonesia"),
        ("Zuid-Europa", "", "Southern Europe", ""),
        ("Nederlands-Indië", "", "", "Dutch East Indies"),
        ("Mantua", "Mantua", "", "Italy"),
    ],
)
def test_dutch_texts(words: str, city: str, region: str, country: str) -> None:
    """The Rijksmuseum's words in English, with the country that the table gives."""
    assert told(words, "nl") == [("made", city, region, country, True)]


def test_a_street_or_a_building_is_no_city() -> None:
    """What only tells a street, a church or a castle is left to the museum's words."""
    for words in (
        "Kalverstraat",
        "Slot Loevestein",
        "Dom van Keulen",
        "Sint-Petrus-en-Pauluskathedraal",
    ):
        judged = locate(text(words, "nl"))
        assert judged.value == ([],)
        assert "not in places.csv" in judged.because


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Noordelijke of Zuidelijke Nederlanden", ["Northern Netherlands", "Southern Netherlands"]),
        ("Noord- of Zuid-Holland", ["North Holland", "South Holland"]),
        ("Kleine of Grote Antillen", ["Lesser Antilles", "Greater Antilles"]),
        ("Noordelijke of Zuidelijke Poffertjes", []),
    ],
)
def test_half_a_name_is_read_with_the_noun_of_the_other(words: str, expected: list[str]) -> None:
    """Where two names share a noun both are read, in doubt, or none is: half a name is no town."""
    assert [(region, certain) for _, _, region, _, certain in told(words, "nl")] == [
        (region, False) for region in expected
    ]


@pytest.mark.parametrize(
    "words", ["Karlbad Palace", "Hitchcocksburg", "Théâtre des Folies-Marigny"]
)
def test_a_name_that_no_table_knows_is_no_city_by_itself(words: str) -> None:
    """It may be a people, a region or a house: alone it gives no place, and the reason names it."""
    judged = locate(text(words))

    assert judged.value == ([],)
    assert judged.because == f"the places: {words!r} is not in places.csv"


def test_a_label_is_explained_by_the_row_of_its_own_name() -> None:
    """A reader of the reason finds the word that was looked up, not another name of the same place."""
    for words, row in (
        ("United States", "places.csv: united states (country"),
        ("Germany", "places.csv: Germany is a label (country)"),
    ):
        found = named_place(words, "en")
        assert found is not None
        assert found.because.startswith(row)


def test_a_name_of_a_region_and_of_towns_is_the_region() -> None:
    """Attica stands for the region where nothing else is said, and for the town beside its country."""
    assert told("Attica") == [("made", "", "Attica", "", True)]
    assert told("Attica, United States") == [("made", "Attica", "", "United States", True)]
    assert told("Etruria") == [("made", "", "Etruria", "", True)]


def test_a_name_of_several_countries_is_in_none() -> None:
    """Only the museum's own word for the country chooses between two towns of one name."""
    assert told("Cambridge") == [("made", "Cambridge", "", "", True)]
    assert told("Cambridge, England") == [("made", "Cambridge", "", "England", True)]
    assert told("London, United Kingdom") == [("made", "London", "", "United Kingdom", True)]


def test_a_row_of_another_country_is_another_place() -> None:
    """A town that bears a known name in a country of its own keeps its name, and its country."""
    judged = locate(text("Parijs, Canada", "nl"))

    assert judged.value[0][0] == {
        "role": "made",
        "city": "Parijs",
        "region": "",
        "country": "Canada",
        "certain": True,
    }
    assert "'Parijs' is not in places.csv" in judged.because


def test_each_place_once_and_the_row_in_the_reason() -> None:
    """Places that say the same are one; the reason names the rows that decided."""
    judged = locate([*text("Parijs", "nl"), *text("Paris", "en")])

    assert len(judged.value[0]) == 1
    assert "places.csv: parijs" in judged.because


def test_the_tables_hold_what_their_columns_promise() -> None:
    """Names in small letters and once, kinds that exist, countries that are rows themselves, sorted, with source."""
    rows = vocabulary_rows("places")
    countries = {row["label"] for row in rows if row["kind"] == "country"}
    keys = [(row["name"], row["language"], row["country"]) for row in rows]

    assert [row["name"] for row in rows if row["name"] != plain(row["name"])] == []
    assert {row["kind"] for row in rows} <= {*KINDS, "site", ""}
    assert {row["country"] for row in rows} - countries == {""}
    assert all(row["source"] for row in rows)
    assert [key for key, times in Counter(keys).items() if times > 1] == []
    assert [row["name"] for row in rows] == sorted(row["name"] for row in rows)
    assert {row["role"] for row in vocabulary_rows("place_roles")} == ROLES


def test_an_english_label_is_a_name_of_itself() -> None:
    """What came out goes in again and stays: every label of the table is known in English."""
    for row in vocabulary_rows("places"):
        if row["label"]:
            found = named_place(row["label"], "en", row["country"])
            assert found is not None
            assert named_place(found.label, "en", row["country"]) == found


def test_a_place_told_in_its_own_labels_is_the_same_place() -> None:
    """City, region and country of each row's place, put together as a text, are that place again."""
    for row in vocabulary_rows("places"):
        for place in places_of(row["name"], row["language"]).places:
            (again,) = places_of(
                ", ".join(filter(None, (place.city, place.region, place.country))), "en"
            ).places
            assert (again.country, {again.city, again.region}) == (
                place.country,
                {place.city, place.region},
            )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Made in: Lebanon, United States", ("Lebanon", "", "United States")),
        ("Tyre, Lebanon", ("Tyre", "", "Lebanon")),
        ("Atlanta, Georgia, United States", ("Atlanta", "Georgia", "United States")),
        ("Georgia", ("", "", "Georgia")),
        ("London, England, United Kingdom", ("London", "", "England")),
        ("Near East", ("", "Near East", "")),
    ],
)
def test_a_name_that_a_country_and_a_town_share(words: str, expected: tuple[str, str, str]) -> None:
    """What stands before a country lies in it, where the table has such a place; alone it is the country."""
    assert [place[1:4] for place in told(words)] == [expected]


@pytest.mark.parametrize(
    ("words", "language", "expected"),
    [
        (["Portsmouth", "United States"], "en", [("Portsmouth", "", "United States")]),
        (
            ["Braintree", "New England", "United States"],
            "en",
            [("Braintree", "New England", "United States")],
        ),
        (["Suriname", "Plantage Accaribo"], "nl", [("", "Plantage Accaribo", "Suriname")]),
        (["Hitchcocksburg", "United States"], "en", [("Hitchcocksburg", "", "United States")]),
        (["Griekenland", "Hitchcocksburg"], "nl", [("", "", "Greece")]),
        (["Paris", "France", "Hitchcocksburg"], "en", [("Paris", "", "France")]),
        (["Norfolk", "United States"], "en", [("Norfolk", "", "United States")]),
        (["Suriname", "Paramaribo (stad)"], "nl", [("Paramaribo", "", "Suriname")]),
        (
            ["Paramaribo (stad)", "Fort Zeelandia (Paramaribo)"],
            "nl",
            [("Paramaribo", "", "Suriname")],
        ),
        (
            ["Nancy", "Frankrijk", "Londen"],
            "nl",
            [("Nancy", "", "France"), ("London", "", "England")],
        ),
        (
            ["Delft", "Noordelijke Nederlanden", "Amsterdam"],
            "nl",
            [
                ("Delft", "", "Netherlands"),
                ("", "Northern Netherlands", ""),
                ("Amsterdam", "", "Netherlands"),
            ],
        ),
        (["Duitsland", "Venetië"], "nl", [("", "", "Germany"), ("Venice", "", "Italy")]),
        (
            ["Nederland", "Suriname", "Plantage Accaribo"],
            "nl",
            [("", "", "Netherlands"), ("", "", "Suriname"), ("", "Plantage Accaribo", "")],
        ),
        (["Cambridge", "Peru"], "en", [("Cambridge", "", ""), ("", "", "Peru")]),
    ],
)
def test_levels_of_one_place_are_one_place(
    words: list[str], language: str, expected: list[tuple[str, str, str]]
) -> None:
    """A country beside what lies in it is no place of its own; two cities, and what two countries may hold, stay."""
    places = locate([{"text": one, "language": language} for one in words]).value[0]
    assert [(one["city"], one["region"], one["country"]) for one in places] == expected


def test_a_country_of_another_role_takes_no_place_in() -> None:
    """What it shows says nothing of where it was made; the doubt of the narrow place is kept."""
    made, shown = (Place(role, "", "", "France", certain=True) for role in ("made", "depicted"))
    paris = Place("depicted", "Paris", "", "France", certain=False)

    assert whole_places([made, shown, paris]) == [made, paris]


@pytest.mark.parametrize(
    ("culture", "expected"),
    [
        ("China", [("", "", "China", True)]),
        ("Probably Korea", [("", "", "Korea", False)]),
        ("India (Malwa, Madhya Pradesh)", [("", "Malwa, Madhya Pradesh", "India", True)]),
        ("India (Rajasthan, possibly Bundi)", [("Bundi", "Rajasthan", "India", False)]),
        ("British, Burslem, Staffordshire", [("Burslem", "Staffordshire", "England", True)]),
        ("probably French, Paris", [("Paris", "", "France", False)]),
        ("British (London)", [("London", "", "England", True)]),
        ("American, Worcester", [("Worcester", "", "United States", True)]),
        ("German, Strasbourg", [("Strasbourg", "", "France", True)]),
        ("German, Meissen with French, Paris mounts", [("Meissen", "", "Germany", True)]),
        ("Chinese, Dehua, for European market", [("Dehua", "", "China", True)]),
        ("Thailand (Ban Chiang culture)", [("", "", "Thailand", True)]),
        ("North India", [("", "Northern India", "India", True)]),
        (
            "Italian, Urbino or French, Nevers",
            [("Urbino", "", "Italy", False), ("Nevers", "", "France", False)],
        ),
        (
            "German, Meissen and Breslau (Wrocław)",
            [("Meissen", "", "Germany", True), ("Wrocław", "", "Poland", True)],
        ),
        *(
            (words, [])
            for words in ("American", "Greek, Attic", "Chokwe peoples", "Colima", "Benin")
        ),
        *(
            (words, [])
            for words in ("Chinese, for American market", "Bahia", "Greek, South Italian")
        ),
        *(
            (words, [])
            for words in ("Italian (Northern?)", "British, after German, Augsburg original")
        ),
        *((words, []) for words in ("Dogon or Tellem peoples (?)", "Greek or Roman", "?", "(", "")),
    ],
)
def test_a_culture_that_is_named_by_a_place(
    culture: str, expected: list[tuple[str, str, str, bool]]
) -> None:
    """A place is read where a culture names one that the table knows; peoples, styles and adjectives are none."""
    places = locate([], culture).value[0]
    assert [tuple(place.values())[1:] for place in places] == expected
    assert {place["role"] for place in places} <= {"made"}


def test_the_reason_names_the_column_and_a_made_place_comes_first() -> None:
    """The culture is read only where no place says where it was made."""
    assert "the culture: places.csv: china" in locate([], "China").because
    assert "culture" not in locate(text("Made in: Delft, Netherlands"), "China").because
    found = locate(text("Excavated in: Nishapur, Iran"), "Iran").value[0]
    assert [place["role"] for place in found] == ["found", "made"]


WORDS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(NAMES),
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["", *(f"{how}: " for how in HOWS), "possibly "]),
        st.sampled_from(NAMES),
        st.sampled_from([", ", " or ", " and ", "|", " (", "/", " of "]),
        st.sampled_from([*NAMES, "?)", "?"]),
    ),
)


@given(st.lists(st.tuples(WORDS, st.sampled_from(["nl", "en", "", "de"])), max_size=3), WORDS)
def test_no_texts_raise_and_what_comes_fits_the_column(
    texts: list[tuple[str, str]], culture: str
) -> None:
    """Any texts give values of the column's type, each place once, none empty, and a reason."""
    judged = locate([{"text": words, "language": language} for words, language in texts], culture)

    assert len(judged.value) == len(RULE.writes)
    pa.array([judged.value[0]], type=ARTWORK.field("places").type)
    places = [tuple(place.values()) for place in judged.value[0]]
    assert len(places) == len(set(places))
    assert all(
        role in ROLES and (city or region or country) for role, city, region, country, _ in places
    )
    assert judged.because


PLACES = st.builds(
    Place,
    st.sampled_from(["made", "depicted"]),
    st.sampled_from(["", "Paris", "Portsmouth", "Hitchcocksburg"]),
    st.sampled_from(["", "New England", "Normandy"]),
    st.sampled_from(["", "France", "United States"]),
    st.booleans(),
).filter(lambda place: bool(place.city or place.region or place.country))


@example(
    places=[
        Place("depicted", "", "New England", "United States", certain=False),
        Place("depicted", "Paris", "", "United States", certain=False),
        Place("depicted", "Paris", "Normandy", "United States", certain=False),
    ],
    columns=True,
)
@given(places=st.lists(PLACES, max_size=5, unique=True), columns=st.booleans())
def test_putting_levels_together_loses_no_name(places: list[Place], *, columns: bool) -> None:
    """Every name of a role is still there, and places that were put together stay as they are."""
    whole = whole_places(places, columns=columns)

    def names(of: list[Place]) -> set[tuple[str, str]]:
        parts = ((one.role, [one.city, one.country, *one.region.split(", ")]) for one in of)
        return {(role, name) for role, several in parts for name in several if name}

    assert names(whole) == names(places)
    assert whole_places(whole, columns=columns) == whole


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_give_few_places(words: str) -> None:
    """Whatever a text repeats, it is taken for a handful of places."""
    assert len(told(words)) <= 64
    assert len(locate([], f"India, {words}").value[0]) <= 64


def halves(counts: Counter[tuple[str, str]]) -> tuple[float, float]:
    """Return the share of occurrences with no unknown part, of the texts that the table grew from and of the others."""
    shares = []
    for first in (True, False):
        mine = {key: times for key, times in counts.items() if _is_first(key[0]) == first}
        known = sum(times for key, times in mine.items() if not places_of(*key).unknown)
        shares.append(known / sum(mine.values()))
    return shares[0], shares[1]


def _is_first(words: str) -> bool:
    return hashlib.sha256(words.encode()).hexdigest()[0] in "01234567"


def _coverages(path: Path) -> Iterator[str]:
    with tarfile.open(path) as pages:
        for member in pages:
            file = pages.extractfile(member)
            if file is not None:
                body = file.read().decode("utf-8")
                yield from re.findall(r"<(?:\w+:)?coverage[^>]*>([^<&]+)<", body)


@pytest.mark.real
def test_the_rijksmuseums_places_are_known(shared_data: Path) -> None:
    """At least 98.5 % of the production places of 40,000 records have a row, in both halves."""
    path = shared_data / "rijksmuseum/oai-legacy-dc-2022/pages-1-2000.tar.gz"
    counts = Counter((words.strip(), "nl") for words in _coverages(path))

    assert sum(counts.values()) > 35_000
    assert min(halves(counts)) > 0.985


@pytest.mark.real
def test_the_mets_places_are_known(shared_data: Path) -> None:
    """At least 96 % of the places of the Met's files and of 51,913 ceramics have rows for all parts, in both halves."""
    counts: Counter[tuple[str, str]] = Counter()
    for path in sorted((shared_data / "met/csv_raw").glob("MetObjects_201*")):
        with gzip.open(path) as packed:
            for row in csv.DictReader(TextIOWrapper(packed, "utf-8-sig")):
                where = ", ".join(
                    dict.fromkeys(filter(None, (row["City"], row["County"], row["Country"])))
                )
                if where and "|" not in where:
                    counts[f"Made in: {where}", "en"] += 1
    path = shared_data / "met/csv_extract/ceramics_51913_from_2023-06_csv.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            where = ", ".join(filter(None, (row["region"], row["country"])))
            counts.update([(where, "en")] if where else [])

    assert sum(counts.values()) > 15_000
    assert min(halves(counts)) > 0.96
