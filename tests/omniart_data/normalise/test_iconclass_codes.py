"""What is an IconClass notation comes through with its text; what merely looks like one does not."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, quote_plus

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.iconclass_codes import RULE, candidate, classify, known_code
from schemas.artwork import ARTWORK

HOSTILE = [
    "(" * 100_000,
    "25F" + "(A)" * 40_000,
    "iconclass:" + "%28" * 50_000,
    "25F23(" + "+" * 90,
    "iconclass:" + " /" * 150,
    "11H(\x00)",
    "٢٥F23",
    "11H(A)(+1)(+2)",
]


def subjects(*texts: str) -> list[dict[str, str]]:
    """Return a column value of several Texts."""
    return [{"text": text, "language": "nl"} for text in texts]


def codes(*texts: str) -> list[str]:
    """Return the notations that the rule finds among these subjects."""
    return [found["code"] for found in classify(subjects(*texts)).value[0]]


@pytest.mark.parametrize(
    ("text", "code", "english"),
    [
        ("61B2", "61B2", "historical persons"),
        ("iconclass:73", "73", "New Testament"),
        ("iconclass:7", "7", "Bible"),
        ("Iconclasscode: 61B111", "61B111", "anonymous historical person portrayed alone"),
        (
            "iconclass:45(+26)",
            "45(+26)",
            "warfare; military affairs (+ citizen soldiery, civil guard, citizen militia)",
        ),
        ("https://iconclass.org/25F24%28DEER%29", "25F24(DEER)", "hoofed animals: deer"),
        ("32B313(SURINAM)", "32B313(SURINAM)", "European immigrants (SURINAM)"),
        (
            "61D(AMSTERDAM)",
            "61D(AMSTERDAM)",
            (
                "geographical names of countries, regions, mountains, rivers, etc."
                " (names of cities and villages excepted) (AMSTERDAM)"
            ),
        ),
        (
            "83(DANTE, Divina Commedia)",
            "83(DANTE, Divina Commedia)",
            "(scenes from) specific works of literature: Dante, Divina Commedia",
        ),
    ],
)
def test_a_notation_comes_through_with_its_english_text(text: str, code: str, english: str) -> None:
    """Names and keys are in the text once, and the museum's word for what it is is left out."""
    assert classify(subjects(text)).value[0] == [
        {
            "code": code,
            "text": english,
            "division": code[0],
            "group": code[:2] if code != "7" else "",
        }
    ]


@pytest.mark.parametrize(
    "text",
    [
        "1",
        "25",
        "1650",
        "200-jarig jubileum",
        "19e eeuw",
        "3D",
        "portret",
        "",
        "ICONCLASS",
        "61b2",
        "25F23(LION",
    ],
)
def test_words_years_and_counts_are_no_notations(text: str) -> None:
    """What the museum does not call a notation needs two digits and a capital, a name or a key behind them."""
    assert classify(subjects(text, "portret")).value == ([],)
    assert candidate(text) == ""


def test_a_short_number_is_a_notation_among_notations_only() -> None:
    """A list of notations holds nothing else; a list with a word may hold a count."""
    assert codes("31D15", "7") == ["31D15", "7"]
    assert codes("31D15", "7", "portret") == ["31D15"]
    assert codes("7", "25") == []


def test_what_is_no_notation_is_named_in_the_reason() -> None:
    """A notation that does not exist, and a key where none may stand, are told and left out."""
    judged = classify(subjects("25Q1", "41A(+1)", "25F(+999999)", "61B2", "61B2"))

    assert [found["code"] for found in judged.value[0]] == ["61B2"]
    assert judged.because == (
        "IconClass 61B2; '25Q1' is no IconClass notation; '41A(+1)' is no IconClass notation;"
        " '25F(+999999)' is no IconClass notation"
    )


def test_a_name_of_wikidata_is_asked_of_nobody() -> None:
    """The package would open a connection for the name's label; it stays as it stands."""
    found = known_code("11H(wd:Q42)")

    assert found is not None
    assert found.text == "male saints (wd:Q42)"


def test_without_a_candidate_the_package_is_not_imported() -> None:
    """A build that meets no notation pays neither time nor memory for the classification."""
    program = (
        "import sys\n"
        "from omniart_data.normalise.iconclass_codes import classify\n"
        "classify([{'text': 'portret', 'language': 'nl'}, {'text': '1650', 'language': ''}])\n"
        "before = 'iconclass' in sys.modules\n"
        "classify([{'text': '61B2', 'language': ''}])\n"
        "print(before, 'iconclass' in sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert said.stdout.split() == ["False", "True"]


@given(
    st.lists(st.text() | st.from_regex(r"[0-9]{1,3}[A-Z]{0,3}[0-9]*(\([A-Z+0-9]*\))?"), max_size=4)
)
def test_no_subjects_raise_and_what_comes_fits_the_column(texts: list[str]) -> None:
    """Any texts give values of the column's type, each notation once, and each a subject's own."""
    judged = classify(subjects(*texts))

    assert len(judged.value) == len(RULE.writes)
    pa.array([judged.value[0]], type=ARTWORK.field("iconclass").type)
    found = [one["code"] for one in judged.value[0]]
    assert len(found) == len(set(found))
    assert all(any(code in text for text in texts) for code in found)
    assert classify(subjects(*(f"iconclass:{code}" for code in found))).value == judged.value


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_no_notations(text: str) -> None:
    """Long, torn and foreign texts are nothing, whatever a look-up would make of their beginning."""
    assert codes(text) == []
    assert codes(f"iconclass:{text}") == []


def suriname(shared_data: Path) -> set[str]:
    """Return the notations of the Rijksmuseum's export of Suriname."""
    path = shared_data / "rijksmuseum/exports/Suriname_objecten_export.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [
            row["inhoud.classificatie.code"] or "" for row in csv.DictReader(file, delimiter=";")
        ]
    return {code.strip() for cell in cells for code in cell.split("$")} - {""}


@pytest.mark.real
def test_every_notation_of_the_export_comes_through(shared_data: Path) -> None:
    """All 687 notations of the export of Suriname exist, have a text, and are found as they stand."""
    said = suriname(shared_data)
    found = classify(subjects(*sorted(said))).value[0]

    assert len(said) == 687
    assert {one["code"] for one in found} == said
    assert all(one["text"] for one in found)


@pytest.mark.real
def test_every_notation_is_found_however_it_is_written(shared_data: Path) -> None:
    """An address with signs for what it may not hold, as the standards for paths and for forms write them, and a prefix."""
    for code in suriname(shared_data):
        plain, form = quote(code), quote_plus(code)
        for text in (f"https://iconclass.org/{plain}", f"http://www.iconclass.org/rkd/{form}/"):
            assert candidate(text) == code
        assert candidate(f"iconclass:{code}") == candidate(f"Iconclasscode: {plain}") == code


@pytest.mark.parametrize(
    "code",
    [
        "25FF23",
        "61BB2(NAPOLEON)11",
        "11HH(FRANCIS)",
        "73D11(+1)",
        "31A22(+931)",
        "25FF23(LION)(+452)",
    ],
)
def test_shadow_notations_and_keys_exist_in_any_form(code: str) -> None:
    """A doubled letter, a name in brackets and a key are parts of a notation, said plainly or in an address."""
    found = known_code(code)

    assert found is not None
    assert found.text
    assert codes(code) == codes(f"https://iconclass.org/{quote_plus(code)}") == [code]


@pytest.mark.real
@pytest.mark.parametrize("folder", ["api-legacy-details", "linked-art", "oai-legacy-oai_dc-2020"])
def test_every_notation_of_the_other_forms_comes_through(shared_data: Path, folder: str) -> None:
    """Notations of the old API, of Linked Art and of OAI-PMH of 2020 are found, in the form of each."""
    said: set[str] = set()
    for path in sorted((shared_data / "rijksmuseum" / folder).glob("*.json")):
        body = path.read_text(encoding="utf-8").replace('\\"', '"')
        said |= set(re.findall(r'https?://iconclass\.org/[^"]+', body))
        said |= set(re.findall(r'Iconclasscode: [^"]+', body))
        for listed in re.findall(r'"iconClassIdentifier": (\[[^\]]*\])', body):
            said |= set(json.loads(listed))

    assert said
    assert [text for text in sorted(said) if not codes(text)] == []
