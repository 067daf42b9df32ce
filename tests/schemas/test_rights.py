"""The rights table is whole, each spelling of a statement finds its row, and what is not known allows nothing."""

import csv
import gzip
import io
import json
import re
import tarfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.met_fields import PUBLIC_DOMAIN
from schemas.rights import LEAVES, NO, NOT_SAID, normalise_uri, policy, statement

ROWS = tuple(
    csv.DictReader(
        files("schemas").joinpath("vocab/rights.csv").read_text(encoding="utf-8").splitlines()
    )
)
URIS = tuple(row["uri_or_source"] for row in ROWS if row["scope"] == "uri")
CC, RS = "https://creativecommons.org", "https://rightsstatements.org/vocab"

SIX = ("by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd")
ODD = ("nd", "nc", "sa", "nc-sa", "nd-nc")
LICENCES = (
    *((unit, version) for unit in SIX for version in ("1.0", "2.0", "2.1", "2.5", "3.0", "4.0")),
    *((unit, version) for unit in ODD for version in ("1.0", "2.0")),
    ("by-nd-nc", "1.0"),
    *((unit, "1.0") for unit in ("sampling", "sampling+", "nc-sampling+")),
    ("devnations", "2.0"),
)
"""Elements and versions of Creative Commons' list of legal tools; 2.1, and the odd ones of 2.0, as ports alone."""

STATEMENTS = (
    *("InC", "InC-OW-EU", "InC-EDU", "InC-NC", "InC-RUU"),
    *("NoC-CR", "NoC-NC", "NoC-OKLR", "NoC-US", "CNE", "UND", "NKC"),
)
EUROPEANA = ("rr-f", "rr-p", "rr-r", "unknown", "orphan-work-eu", "out-of-copyright-non-commercial")
PORTS = ("nl", "us", "uk", "scotland", "igo", "jp")
OPEN = {
    *(f"{CC}/publicdomain/{tool}/1.0" for tool in ("zero", "mark")),
    *(f"{CC}/licenses/{unit}/{v}" for unit, v in LICENCES if unit in {"by", "by-sa", "sa"}),
    *(f"{CC}/licenses/{unit}" for unit in ("by", "by-sa", "sa")),
}


@pytest.mark.parametrize(("unit", "version"), LICENCES)
def test_every_licence_has_a_row(unit: str, version: str) -> None:
    """Each of Creative Commons' licences is in the table, and its ports are allowed what it allows."""
    uri = f"{CC}/licenses/{unit}/{version}"

    assert uri in URIS
    for port in PORTS:
        assert policy(f"{uri}/{port}/") == policy(uri)
        assert normalise_uri(f"{uri}/{port}/") == f"{uri}/{port}"


def test_everything_else_has_a_row() -> None:
    """So have its other tools, the twelve statements of RightsStatements.org and Europeana's old ones."""
    assert {
        f"{CC}/publicdomain/zero/1.0",
        f"{CC}/publicdomain/mark/1.0",
        f"{CC}/publicdomain/certification/1.0/us",
        f"{CC}/licenses/publicdomain",
    } <= set(URIS)
    of_rights_statements = {uri for uri in URIS if uri.startswith(RS)}
    assert of_rights_statements == {f"{RS}/{code}/1.0" for code in STATEMENTS}
    assert {uri for uri in URIS if "europeana" in uri} == {
        f"https://europeana.eu/rights/{code}" for code in EUROPEANA
    }
    assert PUBLIC_DOMAIN.rstrip("/") in URIS


def test_rows_are_whole() -> None:
    """Each row says what may be done, because of what, and whence; keys are sorted and in one spelling."""
    keys = [(row["scope"], row["uri_or_source"]) for row in ROWS]
    assert keys == sorted(set(keys))
    for row in ROWS:
        assert all(value for name, value in row.items() if name != "stands_for"), row
        assert {row["may_keep"], row["may_train"]} <= set(LEAVES)
        assert {row["may_pass_on"], row["open"]} <= {"yes", "no"}
    assert all(normalise_uri(uri) == uri for uri in URIS)


def test_the_table_does_not_contradict_itself() -> None:
    """What may be learnt from may be kept, what is passed on may be both, and what is open may be all."""
    for row in ROWS:
        keep, train = LEAVES.index(row["may_keep"]), LEAVES.index(row["may_train"])
        assert train <= keep, row
        assert row["may_pass_on"] == NO or (row["may_keep"], row["may_train"]) == ("yes", "yes")
        assert row["open"] == NO or row["may_pass_on"] == "yes"


def test_text_rows_are_as_what_they_stand_for() -> None:
    """Words that stand for a URI allow no more than it does, and words in a longer text allow nothing."""
    for row in ROWS:
        if row["stands_for"]:
            meant = policy(row["stands_for"])
            said = policy(row["uri_or_source"])
            assert (said.may_keep, said.may_train) == (meant.may_keep, meant.may_train)
            assert (said.may_pass_on, said.open) == (meant.may_pass_on, meant.open)
        if row["scope"] == "words":
            assert not allows(row["uri_or_source"])


def allows(rights: str, source: str = "met") -> bool:
    """Return whether anything may be done with a picture."""
    found = policy(rights, source)
    return (found.may_keep, found.may_train, found.may_pass_on, found.open) != (
        NO,
        NO,
        False,
        False,
    )


def test_what_is_open() -> None:
    """Open are the two public domain tools, BY, BY-SA and SA, and nothing else; only they are passed on."""
    assert {uri for uri in URIS if policy(uri).open} == OPEN
    assert {uri for uri in URIS if policy(uri).may_pass_on} == OPEN


@pytest.mark.parametrize("code", STATEMENTS)
def test_no_rights_statement_is_open(code: str) -> None:
    """None of the twelve is open, or lets a picture be passed on in a release."""
    found = policy(f"http://rightsstatements.org/vocab/{code}/1.0/", "rijksmuseum")

    assert not found.open
    assert not found.may_pass_on


@pytest.mark.parametrize("code", ["InC", "InC-OW-EU", "InC-EDU", "InC-RUU", "NoC-CR", "CNE", "UND"])
def test_what_is_protected_or_unknown_is_not_fetched(code: str) -> None:
    """Under these nothing may be done, whatever the user says of the use."""
    assert not allows(f"{RS}/{code}/1.0")


def test_no_derivatives_is_no_training() -> None:
    """A picture that may not be adapted may be kept, and nothing may learn from it."""
    for uri in URIS:
        if re.search(r"/(by-)?(nc-)?nd(-nc)?(/|$)", uri):
            found = policy(uri)
            assert (found.may_keep != NO, found.may_train, found.may_pass_on) == (True, NO, False)


def test_not_commercial_is_personal() -> None:
    """A picture for use that is not commercial is had by who says so, and is in no release."""
    for uri in URIS:
        if re.search(r"-nc|/nc|NC/|non-commercial", uri):
            assert policy(uri).may_keep == "personal"
            assert not policy(uri).may_pass_on


@given(st.text())
def test_what_is_not_known_allows_nothing(text: str) -> None:
    """A text that names no statement lets nothing be done."""
    if not re.search(r"cc0|creative|rights", text, re.IGNORECASE):
        assert not allows(text)


@pytest.mark.parametrize(
    "uri",
    [
        "https://creativecommons.org/licenses/by/9.9/",
        "https://creativecommons.org/licenses/by/4.0/and/more",
        "https://creativecommons.org.example.org/licenses/by/4.0/",
        "https://example.org/?see=https://creativecommons.org/licenses/by/4.0/",
        "https://creativecommons.org/licenses/",
        "https://creativecommons.org/",
        "https://rightsstatements.org/vocab/NoC/1.0/",
        "https://rightsstatements.org/page/1.0/",
        "no cc0",
        "ask at the desk",
        "",
    ],
)
def test_what_looks_like_a_statement_allows_nothing(uri: str) -> None:
    """Another version, another site, more or less of the address than there is: not known."""
    assert policy(uri, "met") == NOT_SAID


schemes = st.sampled_from(
    ["http://", "https://", "HTTPS://", "http://www.", "https://www.", "//", ""]
)
slashes = st.sampled_from(["", "/", "//"])
queries = st.sampled_from(["", "?lang=nl", "?ref=chooser-v1", "#deed"])
pages = st.sampled_from(
    [
        "",
        "/deed",
        "/deed.nl",
        "/deed.zh_TW",
        "/legalcode",
        "/legalcode.zh-hans",
        "/rdf",
        "/deed-music",
    ]
)
ports = st.sampled_from(["", *(f"/{port}" for port in PORTS)])


@given(
    licence=st.sampled_from(LICENCES),
    scheme=schemes,
    port=ports,
    page=pages,
    slash=slashes,
    query=queries,
    shout=st.booleans(),
)
def test_a_licence_has_one_spelling(
    *,
    licence: tuple[str, str],
    scheme: str,
    port: str,
    page: str,
    slash: str,
    query: str,
    shout: bool,
) -> None:
    """Scheme, www, capitals, language, page for people, slash and query say nothing of a licence."""
    path = f"licenses/{licence[0]}/{licence[1]}{port}"
    written = f"{path}{page}{slash}"
    given_uri = f"{scheme}creativecommons.org/{written.upper() if shout else written}{query}"

    assert normalise_uri(given_uri) == f"{CC}/{path}"
    assert policy(given_uri) == policy(f"{CC}/licenses/{licence[0]}/{licence[1]}") != NOT_SAID


@given(
    code=st.sampled_from(STATEMENTS),
    scheme=schemes,
    folder=st.sampled_from(["vocab", "page", "data"]),
    version=st.sampled_from(["", "/1.0", "/1.0.jsonld", "/1.0.ttl"]),
    slash=slashes,
    query=st.sampled_from(["", "?language=nl", "?relatedURL=https://example.org/terms"]),
    small=st.booleans(),
)
def test_a_rights_statement_has_one_spelling(
    *,
    code: str,
    scheme: str,
    folder: str,
    version: str,
    slash: str,
    query: str,
    small: bool,
) -> None:
    """So it is with RightsStatements.org, whose addresses for people and for machines differ."""
    spelt = code.lower() if small else code
    given_uri = f"{scheme}rightsstatements.org/{folder}/{spelt}{version}{slash}{query}"

    assert normalise_uri(given_uri) == f"{RS}/{code}/1.0"


@given(st.one_of(st.sampled_from(URIS), st.text(), st.text().map(f"http://www.{'x'}/".__add__)))
def test_normalising_twice_changes_nothing(uri: str) -> None:
    """What is written in the one way stays so."""
    assert statement(statement(uri)) == statement(uri)


@pytest.mark.parametrize(
    ("given_uri", "uri"),
    [
        ("http://creativecommons.org/publicdomain/zero/1.0/deed.nl", f"{CC}/publicdomain/zero/1.0"),
        ("http://creativecommons.org/publicdomain/mark/", f"{CC}/publicdomain/mark/1.0"),
        ("https://creativecommons.org/licenses/by-sa/", f"{CC}/licenses/by-sa"),
        ("http://creativecommons.org/licenses/publicdomain/", f"{CC}/licenses/publicdomain"),
        (
            "http://creativecommons.org/licenses/sampling%2B/1.0/br/",
            f"{CC}/licenses/sampling+/1.0/br",
        ),
        ("http://www.europeana.eu/rights/rr-f/", "https://europeana.eu/rights/rr-f"),
        ("http://www.europeana.eu/portal/rights/rr-r.html", "https://europeana.eu/rights/rr-r"),
        ("http://www.example.org/Terms/", "https://example.org/Terms"),
        ("ask at the desk/", "ask at the desk/"),
    ],
)
def test_uris(given_uri: str, uri: str) -> None:
    """The rarer ways of writing a statement, each with what it is written as."""
    assert normalise_uri(given_uri) == uri


def test_the_stricter_of_source_and_statement() -> None:
    """A source's own terms hold for all its pictures; a statement can take from them and not add to them."""
    assert policy("", "wga").may_keep == policy("", "wga").may_train == "personal"
    assert not policy(f"{CC}/publicdomain/zero/1.0", "wga").may_pass_on
    assert policy(f"{CC}/publicdomain/zero/1.0", "wga").may_keep == "personal"
    assert policy(f"{CC}/licenses/by-nd/4.0", "wga").may_train == NO
    assert not allows("© somebody", "wga")
    assert not allows("ask at the desk", "wga")
    assert policy("", "wga") == policy(" ", "wga")
    assert not allows("", "met")


@pytest.mark.parametrize(
    ("words", "uri"),
    [
        ("© 2019 Artists Rights Society (ARS), New York", f"{RS}/InC/1.0"),
        ("©Lucas Samaras", f"{RS}/InC/1.0"),
        ("Chen Peiqiu and Estate of\nXie Zhiliu", f"{RS}/InC/1.0"),
        ("Licensed by VAGA, New York", f"{RS}/InC/1.0"),
        ("Creative  Commons Zero", f"{CC}/publicdomain/zero/1.0"),
        ("Courtesy Hao Liang", "Courtesy Hao Liang"),
        ("Vagabond", "Vagabond"),
    ],
)
def test_words_stand_for_a_statement(words: str, uri: str) -> None:
    """What a museum writes in words is read by the table, and stays as it is where it means no URI."""
    assert statement(words) == uri


def met_rights(folder: Path) -> Iterator[tuple[bool, str]]:
    """Yield whether an object is in the public domain and what the Met says of its rights."""
    for path in sorted((folder / "api").glob("objects_full*.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("{"):
                    told = json.loads(line.strip().rstrip(","))
                    yield told["isPublicDomain"], told.get("rightsAndReproduction") or ""
    for path in sorted((folder / "csv_raw").glob("*paintings*.gz")):
        with gzip.open(path) as packed:
            for row in csv.DictReader(io.TextIOWrapper(packed, "utf-8-sig")):
                yield row["Is Public Domain"] == "True", row["Rights and Reproduction"]


@pytest.mark.real
def test_every_text_of_the_met_has_a_row(shared_data: Path) -> None:
    """Whatever the Met writes of rights stands beside a protected object, and a row of the table reads it."""
    said = set(met_rights(shared_data / "met"))

    assert len(said) > 100
    for public, words in said:
        if words:
            assert not public
            assert policy(words, "met") != NOT_SAID, words
            assert not allows(words)


@pytest.mark.real
def test_every_statement_of_the_rijksmuseum_has_a_row(shared_data: Path) -> None:
    """So it is with every rights statement in the Rijksmuseum's records, old and new."""
    found: set[str] = set()
    folder = shared_data / "rijksmuseum"
    with tarfile.open(folder / "oai-legacy-dc-2022" / "pages-1-2000.tar.gz") as pages_of_2022:
        for number, page in enumerate(pages_of_2022):
            body = pages_of_2022.extractfile(page) if number % 20 == 0 else None
            text = body.read().decode() if body else ""
            found.update(re.findall(r"<(?:dc:)?rights>([^<]+)<", text))
    for path in folder.rglob("*.json"):
        text = path.read_text(encoding="utf-8")
        found.update(re.findall(r'"(?:dc:rights|rights|license)": "([^"]+)"', text))
    sites = r"https?://(?:creativecommons|rightsstatements)\.org/[\w./+-]+"
    for path in folder.rglob("*"):
        if path.suffix in {".json", ".xml"}:
            found.update(re.findall(sites, path.read_text(encoding="utf-8")))

    assert {
        "http://creativecommons.org/publicdomain/mark/1.0/",
        "http://rightsstatements.org/vocab/InC/1.0/",
        "http://creativecommons.org/licenses/by-nc-nd/4.0/",
        "Creative Commons Zero",
    } <= found
    assert not {uri for uri in found if policy(uri, "rijksmuseum") == NOT_SAID}
