"""The Rijksmuseum: its crawl, its EDM in both shapes, and pages stored of the old service."""

import asyncio
import json
from collections import Counter
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.edm import years
from crawlers.engine.fetch import Answer, Fetch
from crawlers.engine.run import run_crawl
from crawlers.engine.source import Page, Source
from crawlers.engine.store import RawStore
from crawlers.rijksmuseum import Rijksmuseum, source_id_of
from schemas.errors import RecordError, SourceError
from schemas.raw import RawRecord
from schemas.record import RECORD, Maker, Record, Text

FIXTURES = Path(__file__).parents[1] / "fixtures" / "rijksmuseum"
CASES = sorted(path.name.removesuffix(".raw.xml") for path in FIXTURES.glob("*.raw.xml"))
DELETED = b"""<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record>
<header status="deleted"><identifier>https://id.rijksmuseum.nl/200477322</identifier>
<datestamp>2026-02-03T04:05:06Z</datestamp></header></record></ListRecords></OAI-PMH>"""


class Served:
    """Stands in for Fetch: gives one page for the first request and one for each token."""

    def __init__(self, first: bytes, **pages: bytes) -> None:
        self.first, self.pages = first, pages

    async def get(self, url: str, params: dict[str, str], *, expect: str) -> Answer:
        """Answer with the page that a token stands for."""
        token = params.get("resumptionToken")
        body = self.first if token is None else self.pages[token]
        return Answer(url, 200, body, "text/xml", "2026-08-12T00:00:00Z")


def crawl(fetch: Served, cursor: str = "") -> list[Page]:
    async def pages() -> list[Page]:
        return [page async for page in Rijksmuseum().crawl(fetch, cursor=cursor)]

    return asyncio.run(pages())


def raw_of(body: bytes) -> RawRecord:
    (page,) = crawl(Served(body))
    (raw,) = page.records
    return raw


def fixture(name: str) -> bytes:
    return (FIXTURES / f"{name}.raw.xml").read_bytes()


def wrapped(metadata: str, identifier: str = "https://id.rijksmuseum.nl/7") -> bytes:
    return (
        f"<OAI-PMH><ListRecords><record><header><identifier>{identifier}</identifier></header>"
        f"<metadata>{metadata}</metadata></record></ListRecords></OAI-PMH>"
    ).encode()


def from_json(said: dict[str, Any]) -> dict[str, Any]:
    """Return a whole record of which a fixture states only what is not empty."""
    empty = asdict(Record(said["source"], said["source_id"]))
    return json.loads(json.dumps(empty | said))


def told(record: Record) -> dict[str, Any]:
    row = json.loads(json.dumps(asdict(record)))
    return row | {"sha256": "", "number": 0}


@cache
def dump(path: Path) -> tuple[list[dict[str, Any]], list[RecordError]]:
    rows: list[dict[str, Any]] = []
    errors: list[RecordError] = []
    for part in Rijksmuseum().read_dump(path):
        if isinstance(part, pa.RecordBatch):
            assert part.schema == RECORD
            rows.extend(part.to_pylist())
        else:
            errors.append(part)
    return rows, errors


@pytest.mark.parametrize("case", CASES)
def test_a_saved_answer_reads_as_its_record(case: str) -> None:
    """Each saved answer, whatever its shape, reads as the record beside it."""
    raw = raw_of(fixture(case))
    expected = json.loads((FIXTURES / f"{case}.record.json").read_text())

    read = Rijksmuseum().read([raw])

    assert told(read) == from_json(expected)
    assert (read.sha256, read.number) == (raw.sha256, 0)


def test_there_are_saved_answers_of_both_shapes() -> None:
    """The two wire shapes of one object are among the saved answers, and read alike."""
    nested, sibling = raw_of(fixture("200999901-nested")), raw_of(fixture("200999901-sibling"))

    assert nested.body != sibling.body
    assert told(Rijksmuseum().read([nested])) == told(Rijksmuseum().read([sibling]))


def test_a_crawl_keeps_each_record_as_received_and_the_next_token() -> None:
    """The cursor is where to go on; a raw record holds its id, its datestamp and its own XML."""
    first = fixture("200999902").replace(b'"1"></res', b'"2">next page</res')
    pages = crawl(Served(first, **{"next page": DELETED}))

    assert [page.cursor for page in pages] == ["next page", ""]
    live, gone = pages[0].records[0], pages[1].records[0]
    assert (live.source, live.source_id, live.kind) == ("rijksmuseum", "200999902", "oai-edm")
    assert (live.stated, live.fetched) == ("2026-08-07T10:11:12Z", "2026-08-12T00:00:00Z")
    assert not live.withdrawn
    assert b"RP-P-9999-1(V)" in live.body
    assert (gone.source_id, gone.withdrawn, gone.stated) == (
        "200477322",
        True,
        "2026-02-03T04:05:06Z",
    )
    assert crawl(Served(first, **{"next page": DELETED}), cursor="next page") == pages[1:]


def test_a_crawl_that_breaks_off_goes_on_from_its_last_whole_page(tmp_path: Path) -> None:
    """With the store, a second run asks for what is missing alone, and leaves nothing out."""
    first = fixture("200999902").replace(b'"1"></res', b'"2">next page</res')
    torn = Served(first, **{"next page": DELETED[:-20]})
    whole = Served(b"not asked again", **{"next page": DELETED})
    with RawStore(tmp_path / "raw.sqlite") as store:
        with pytest.raises(SourceError, match="is torn"):
            asyncio.run(run_crawl(Rijksmuseum(), cast("Fetch", torn), store))
        report = asyncio.run(run_crawl(Rijksmuseum(), cast("Fetch", whole), store))
        read = [Rijksmuseum().read(raws) for raws in store.records("rijksmuseum")]

    assert (report.resumed_from, report.pages, report.withdrawn) == ("next page", 1, 1)
    assert [(one.source_id, one.withdrawn) for one in read] == [
        ("200477322", True),
        ("200999902", False),
    ]


def test_a_deleted_header_reads_as_withdrawn() -> None:
    """That an object is gone is a statement like any other."""
    read = Rijksmuseum().read([raw_of(fixture("200999902")), raw_of(DELETED)])

    assert read.withdrawn
    assert (read.source_id, read.stated) == ("200477322", "2026-02-03T04:05:06Z")


@pytest.mark.parametrize("identifier", ["", "https://id.rijksmuseum.nl/../../x", "7", "oai:x:y"])
def test_an_id_of_another_form_is_kept_and_named(identifier: str) -> None:
    """A crawl does not stop at one odd id: the record that holds it is the one that is refused."""
    raw = raw_of(wrapped("<dc><title>Molen</title></dc>", identifier))

    assert raw.source_id
    with pytest.raises(RecordError) as raised:
        Rijksmuseum().read([raw])
    assert (raised.value.field, raised.value.found) == ("identifier", identifier)
    assert raised.value.sha256 == raw.sha256


EMPTY = "<x:RDF xmlns:x='http://www.w3.org/1999/02/22-rdf-syntax-ns#' {}>{}</x:RDF>"
CHO = (
    "xmlns:e='http://www.europeana.eu/schemas/edm/'",
    "<e:ProvidedCHO><e:type>I</e:type></e:ProvidedCHO>",
)


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ("", "metadata"),
        ("<lido/>", "metadata"),
        (EMPTY.format("", ""), "RDF content"),
        (EMPTY.format(*CHO), "RDF content"),
        ("<dc><identifier>SK-A-1</identifier></dc>", "dc content"),
    ],
)
def test_a_record_that_says_nothing_is_an_error(metadata: str, field: str) -> None:
    """A shape that is not known never reads as an empty record."""
    with pytest.raises(RecordError) as raised:
        Rijksmuseum().read([raw_of(wrapped(metadata))])
    assert raised.value.where == "rijksmuseum:7"
    assert raised.value.field == field


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_damaged_record_is_a_record_or_a_record_error(data: st.DataObject) -> None:
    """Whatever befalls a stored record's bytes, reading it ends in one of two ways."""
    body = raw_of(fixture("200999901-nested")).body
    at = data.draw(st.integers(0, len(body)))
    damaged = (
        body[:at] + data.draw(st.binary(max_size=8)) + body[at + data.draw(st.integers(0, 9)) :]
    )
    try:
        read = Rijksmuseum().read([RawRecord("rijksmuseum", "200999901", "oai-edm", damaged)])
    except RecordError as raised:
        source = raised.where.partition(":")[0]
    else:
        source = read.source

    assert source == "rijksmuseum"


@pytest.mark.parametrize(
    ("identifier", "source_id"),
    [
        ("https://id.rijksmuseum.nl/2001", "2001"),
        ("http://id.rijksmuseum.nl/200107928/", "200107928"),
        ("oai:rijksmuseum.nl:RP-T-1930-54(V)", "RP-T-1930-54(V)"),
        ("https://id.rijksmuseum.nl/2001#aggregation", ""),
        ("https://id.rijksmuseum.nl/20a01", ""),
    ],
)
def test_ids_of_both_services_are_known(identifier: str, source_id: str) -> None:
    """The number of a persistent URI is digits alone; an old id is an object number."""
    assert source_id_of(identifier) == source_id


@given(st.integers(100, 9999), st.integers(100, 9999))
def test_both_years_of_a_span_are_read(first: int, last: int) -> None:
    """A hyphen between years is no minus sign."""
    spans = f"ca. {first} - {last}", f"{first}-{last}", f"{first}-01-31 - {last}-12-01"

    assert [years(span) for span in spans] == [[first, last]] * 3


DC = """<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier>http://hdl.handle.net/1</dc:identifier>
<dc:identifier>SK-A-9</dc:identifier><dc:title>Molen</dc:title><dc:creator>anoniem</dc:creator>
<dc:contributor>Drukker, A.</dc:contributor><dc:date>ca.\u00a01628 - ca.\u00a01629</dc:date>
<dc:format>doek</dc:format><dc:type>schilderij</dc:type><dc:coverage>Haarlem</dc:coverage>
<dc:subject>molens</dc:subject><dc:description>Lang.</dc:description><dc:language>nl</dc:language>
<dc:rights>http://creativecommons.org/publicdomain/mark/1.0/</dc:rights></oai_dc:dc>"""


@pytest.mark.parametrize(
    "metadata", [DC, DC.replace("oai_dc:", "").replace("dc:", "")], ids=["namespaces", "stripped"]
)
def test_a_stored_dc_page_reads_with_and_without_namespaces(tmp_path: Path, metadata: str) -> None:
    """Both forms of an old page give the same row: Dutch words, plain blanks, roles where known."""
    (tmp_path / "1.xml").write_bytes(wrapped(metadata, "oai:rijksmuseum.nl:SK-A-9"))
    (row,), errors = dump(tmp_path)

    assert errors == []
    assert (row["source_id"], row["object_number"], row["precedence"]) == ("SK-A-9", "SK-A-9", 1)
    assert row["url"] == "http://hdl.handle.net/1"
    assert [(m["name"], m["role"]) for m in row["makers"]] == [
        ("anoniem", ""),
        ("Drukker, A.", "contributor"),
    ]
    assert row["dates"] == [asdict(Text("ca. 1628 - ca. 1629", "nl"))]
    assert row["materials"] == [asdict(Text("doek", "nl"))]
    assert row["places"] == [asdict(Text("Haarlem", "nl"))]
    assert row["rights"] == "http://creativecommons.org/publicdomain/mark/1.0/"
    assert "Lang." not in str(row)


def test_a_stored_edm_page_reads_as_the_live_one(tmp_path: Path) -> None:
    """A page says the same whether we fetched it or somebody else did; only precedence differs."""
    (tmp_path / "1.xml").write_bytes(fixture("200999901-sibling"))
    (row,), errors = dump(tmp_path)
    live = told(Rijksmuseum().read([raw_of(fixture("200999901-sibling"))]))

    assert errors == []
    row.pop("evidence")
    assert row == {name: live[name] for name in row} | {"precedence": 1}


def test_evidence_numbers_the_records_of_a_page(tmp_path: Path) -> None:
    """In a folder the number starts anew with each page, even where two pages are the same bytes."""
    two = wrapped("<dc><title>Molen</title></dc>").replace(
        b"</ListRecords>", b"<record/></ListRecords>"
    )
    for name in ("1.xml", "2.xml"):
        (tmp_path / name).write_bytes(two)
    rows, errors = dump(tmp_path)

    assert [row["evidence"]["number"] for row in rows] == [1, 1]
    assert [(e.where, e.field, e.number) for e in errors] == [
        ("rijksmuseum:1.xml#2", "identifier", 2),
        ("rijksmuseum:2.xml#2", "identifier", 2),
    ]


def test_a_page_that_is_none_is_named(tmp_path: Path) -> None:
    """An error page saved among the pages stops the reading and is called by its name."""
    (tmp_path / "1.xml").write_bytes(fixture("200999902"))
    (tmp_path / "2.xml").write_bytes(b"<html><body>404</body></html>")
    with pytest.raises(SourceError, match=r"2\.xml is a web page"):
        dump(tmp_path)


def test_what_a_whole_crawl_takes() -> None:
    """The cost comes to about four hours of pages, and to weeks of nothing worse than politeness."""
    source: Source = Rijksmuseum()

    assert 16_800 < source.cost().requests < 17_000
    assert 1.5 < source.cost().seconds / 86_400 < 3


# --- the museum's own records ------------------------------------------------

OLD = Path("rijksmuseum") / "oai-legacy-dc-2022"


@pytest.mark.real
def test_the_tar_of_two_thousand_pages_reads_whole(shared_data: Path) -> None:
    """All 40,000 records read, each under an id of its own, numbered in the order of the tar."""
    rows, errors = dump(shared_data / OLD / "pages-1-2000.tar.gz")

    assert errors == []
    assert len({row["source_id"] for row in rows}) == len(rows) == 40_000
    assert [row["evidence"]["number"] for row in rows] == list(range(1, 40_001))
    assert len({row["evidence"]["sha256"] for row in rows}) == 1
    assert all(row["source_id"] == row["object_number"] for row in rows)
    assert all(row["titles"] and row["types"] and row["rights"] for row in rows)
    makers = Counter(maker["name"] for row in rows for maker in row["makers"])
    assert makers["anoniem"] > 5_000
    assert not any("\u00a0" in str(row["dates"]) for row in rows[:2_000])


@pytest.mark.real
def test_a_folder_of_pages_says_what_the_tar_says(shared_data: Path) -> None:
    """The same pages loose give the same rows, but for their evidence."""
    loose, errors = dump(shared_data / OLD / "pages")
    tarred, _ = dump(shared_data / OLD / "pages-1-2000.tar.gz")
    by_id = {row["source_id"]: row for row in tarred}

    assert errors == []
    assert len(loose) == 840
    for row in loose:
        assert row | {"evidence": None} == by_id[row["source_id"]] | {"evidence": None}


@pytest.mark.real
def test_a_known_painting_reads_as_the_museum_says(shared_data: Path) -> None:
    """The Night Watch, as the service told it in 2022."""
    rows, _ = dump(shared_data / OLD / "pages" / "1.xml")
    rows += dump(shared_data / OLD / "pages")[0]
    (watch, *_) = [row for row in rows if row["source_id"] == "SK-C-5"]

    assert watch["makers"][0] == asdict(Maker("Rijn, Rembrandt van")) | {"ids": []}
    assert watch["dates"][0]["text"] == "1642"
    assert {m["text"] for m in watch["materials"]} == {"doek", "olieverf"}
    assert watch["types"][0] == {"text": "schilderij", "language": "nl"}
