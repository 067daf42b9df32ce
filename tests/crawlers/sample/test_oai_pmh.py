"""The sample museum speaks OAI-PMH, with EDM in both of the Rijksmuseum's shapes."""

from collections.abc import Iterator

import pytest
from lxml import etree

from crawlers.sample import SampleMuseum
from crawlers.sample.edm import NAMESPACES
from crawlers.sample.oai_pmh import BASE_URL

SPACES = {"oai": "http://www.openarchives.org/OAI/2.0/", **NAMESPACES}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def _xml(ask, query: str) -> etree._Element:
    answer = ask(f"{BASE_URL}?{query}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/xml")
    return etree.fromstring(answer.content)


def _error(ask, query: str) -> str:
    (error,) = _xml(ask, query).iterfind("oai:error", SPACES)
    return error.get("code", "")


@pytest.fixture(scope="module")
def pages(ask) -> list[etree._Element]:
    """Return all pages of the whole list, each asked for with the token of the one before."""

    def follow() -> Iterator[etree._Element]:
        query = "verb=ListRecords&metadataPrefix=edm"
        while query:
            page = _xml(ask, query)
            yield page
            token = page.findtext("oai:ListRecords/oai:resumptionToken", "", SPACES)
            query = f"verb=ListRecords&resumptionToken={token}" if token else ""

    return list(follow())


def test_pages(pages: list[etree._Element], museum: SampleMuseum) -> None:
    """Pages hold 50 records each, the deleted ones among them, and every page says how many in all."""
    sizes = [len(page.findall(".//oai:record", SPACES)) for page in pages]
    tokens = [page.find(".//oai:resumptionToken", SPACES) for page in pages]
    ids = [
        one.text for page in pages for one in page.findall(".//oai:header/oai:identifier", SPACES)
    ]

    assert sizes == [50] * 10 + [5]
    assert {token.get("completeListSize") for token in tokens} == {"505"}
    assert tokens[-1].text is None
    assert len(set(ids)) == len(ids) == 505


def test_deleted(pages: list[etree._Element], museum: SampleMuseum) -> None:
    """A withdrawn record has a deleted header and no metadata."""
    deleted = [
        record
        for page in pages
        for record in page.iterfind(".//oai:record", SPACES)
        if record.find("oai:header", SPACES).get("status") == "deleted"
    ]

    assert len(deleted) == len(museum.collection.withdrawn_rijksmuseum) == 5
    assert all(record.find("oai:metadata", SPACES) is None for record in deleted)


def test_two_shapes(pages: list[etree._Element]) -> None:
    """The first half of the pages has the object nested and is Dutch, the second has it beside, in both."""
    nested = [page.findall(".//edm:aggregatedCHO/edm:ProvidedCHO", SPACES) for page in pages]
    beside = [page.findall(".//rdf:RDF/edm:ProvidedCHO", SPACES) for page in pages]
    shapes = [(bool(one), bool(other)) for one, other in zip(nested, beside, strict=True)]

    assert shapes == [(True, False)] * 5 + [(False, True)] * 6
    for page, languages in ((pages[0], {"nl"}), (pages[-1], {"nl", "en"})):
        labels = page.findall(".//skos:prefLabel", SPACES)
        assert {label.get(LANG) for label in labels} == languages


def test_labels_are_in_the_record(pages: list[etree._Element]) -> None:
    """Every maker, type, material and technique that a record points to is described in it."""
    pointing = ("dc:creator", "dc:type", "dcterms:medium", "edmfp:technique")
    for page in pages:
        for rdf in page.iterfind(".//rdf:RDF", SPACES):
            described = {one.get(f"{{{SPACES['rdf']}}}about") for one in rdf}
            for name in pointing:
                for found in rdf.iterfind(f".//{name}", SPACES):
                    uri = found.get(f"{{{SPACES['rdf']}}}resource")
                    assert uri in described or uri.startswith("http://vocab.getty.edu/aat/")


def test_rights_and_images(pages: list[etree._Element]) -> None:
    """What is in copyright has no image, all else has one; three kinds of rights occur."""
    rights: set[str] = set()
    for page in pages:
        for aggregation in page.iterfind(".//ore:Aggregation", SPACES):
            said = aggregation.find("edm:rights", SPACES).get(f"{{{SPACES['rdf']}}}resource")
            shown = aggregation.find("edm:isShownBy", SPACES) is not None
            assert shown is ("InC" not in said)
            rights.add(said)
    assert len(rights) == 3


def test_words(pages: list[etree._Element]) -> None:
    """Dutch words, anonymous makers, intervals, years before zero and an unknown material are there."""
    labels = {one.text for page in pages for one in page.iterfind(".//skos:prefLabel", SPACES)}
    dates = {one.text for page in pages for one in page.iterfind(".//dcterms:created", SPACES)}

    assert {"olieverf", "doek", "etsen", "tekening", "anoniem", "fabeliet"} < labels
    assert any(label.startswith("werkplaats van ") for label in labels)
    assert any(date.startswith("-") and " - -" in date for date in dates)
    assert any(date.startswith("voor ") for date in dates)
    assert any(date.startswith("ca. ") and " - ca. " in date for date in dates)


def test_get_record(ask, pages: list[etree._Element]) -> None:
    """One record asked for by its identifier is the one that stood in the list."""
    record = pages[-1].find(".//oai:record", SPACES)
    identifier = record.findtext("oai:header/oai:identifier", "", SPACES)
    alone = _xml(ask, f"verb=GetRecord&metadataPrefix=edm&identifier={identifier}")

    assert etree.tostring(alone.find(".//oai:record", SPACES), method="c14n", exclusive=True) == (
        etree.tostring(record, method="c14n", exclusive=True)
    )


def test_identify_and_formats(ask) -> None:
    """The service says who it is, that it remembers what is deleted, and that it has edm alone."""
    told = _xml(ask, "verb=Identify")
    formats = _xml(ask, "verb=ListMetadataFormats")

    assert told.findtext(".//oai:deletedRecord", "", SPACES) == "persistent"
    assert told.findtext(".//oai:granularity", "", SPACES) == "YYYY-MM-DDThh:mm:ssZ"
    assert [one.text for one in formats.iterfind(".//oai:metadataPrefix", SPACES)] == ["edm"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=listrecords", "badVerb"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=edm&x=1", "badArgument"),
        ("verb=ListRecords&metadataPrefix=edm&metadataPrefix=edm", "badArgument"),
        ("verb=ListRecords&metadataPrefix=lido", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=edm&from=yesterday", "badArgument"),
        ("verb=ListRecords&metadataPrefix=edm&from=2025-01-02&until=2025-01-01", "badArgument"),
        (
            "verb=ListRecords&metadataPrefix=edm&from=2025-01-01&until=2025-01-02T00:00:00Z",
            "badArgument",
        ),
        ("verb=ListRecords&metadataPrefix=edm&from=2031-01-01", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=edm&set=1", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=%20x", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=e30", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=e30&metadataPrefix=edm", "badArgument"),
        ("verb=GetRecord&metadataPrefix=edm", "badArgument"),
        ("verb=GetRecord&metadataPrefix=edm&identifier=1", "idDoesNotExist"),
    ],
)
def test_errors(ask, query: str, code: str) -> None:
    """What cannot be answered is an error of the protocol's own code, with status 200."""
    assert _error(ask, query) == code


def test_window(ask, museum: SampleMuseum) -> None:
    """The ends of a window, from and until, are both included, by day and by second."""
    stamps = sorted(work.changed for work in museum.collection.works["rijksmuseum"])
    first, last = stamps[100], stamps[130]
    expected = [stamp for stamp in stamps if first <= stamp <= last]
    query = f"verb=ListIdentifiers&metadataPrefix=edm&from={first}&until={last}"
    found = _xml(ask, query).iterfind(".//oai:header", SPACES)
    kept = [
        one.findtext("oai:datestamp", "", SPACES) for one in found if one.get("status") != "deleted"
    ]

    assert sorted(kept) == expected
    day = first[:10]
    query = f"verb=ListIdentifiers&metadataPrefix=edm&from={day}&until={day}"
    days = _xml(ask, query).iterfind(".//oai:datestamp", SPACES)
    assert {one.text[:10] for one in days} == {day}


def test_set(ask, museum: SampleMuseum) -> None:
    """The set of what is free of rights is smaller than the whole by what is not, and by the deleted."""
    page = _xml(ask, "verb=ListIdentifiers&metadataPrefix=edm&set=260239")
    token = page.find(".//oai:resumptionToken", SPACES)
    free = [work for work in museum.collection.works["rijksmuseum"] if work.open_rights]

    assert token.get("completeListSize") == str(len(free))
