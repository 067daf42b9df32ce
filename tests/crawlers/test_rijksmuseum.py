"""The Rijksmuseum: its crawl, its EDM in both shapes, and pages stored of the old service."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.edm import years
from crawlers.engine.fetch import Answer, Fetch, FetchConfig
from crawlers.engine.run import run_crawl
from crawlers.engine.source import Page, Source, Supplement
from crawlers.engine.store import RawStore
from crawlers.rijksmuseum import Rijksmuseum, source_id_of
from crawlers.sample import SAMPLE_SOURCES, sample_museum
from schemas.errors import RecordError, SourceError
from schemas.raw import RawRecord
from schemas.record import RECORD, Maker, Record, Text

SAMPLE = SAMPLE_SOURCES["sample-rijksmuseum"]
FIXTURES = Path(__file__).parents[1] / "fixtures" / "rijksmuseum"
CASES = sorted(path.name.removesuffix(".raw.xml") for path in FIXTURES.glob("*.raw.xml"))
DELETED = b"""<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record>
<header status="deleted"><identifier>https://id.rijksmuseum.nl/200477322</identifier>
<datestamp>2026-02-03T04:05:06Z</datestamp></header></record></ListRecords></OAI-PMH>"""


def raw_of(body: bytes, fetched: str = "2026-08-12T00:00:00Z") -> RawRecord:
    """Return the one record of a page as a crawl stores it."""
    (page,) = crawl(body, fetched)
    (raw,) = page.records
    return raw


def crawl(body: bytes, fetched: str = "2026-08-12T00:00:00Z") -> list[Page]:
    """Crawl a service that says of itself only that it is one, and has one page."""

    class Served:
        config = FetchConfig(backoff_s=0)

        async def get(self, url: str, params: dict[str, str], *, expect: str) -> Answer:
            bodies = {
                "Identify": b"<OAI-PMH><Identify/></OAI-PMH>",
                "ListMetadataFormats": b"<OAI-PMH><ListMetadataFormats><metadataFormat>"
                b"<metadataPrefix>edm</metadataPrefix></metadataFormat></ListMetadataFormats></OAI-PMH>",
            }
            return Answer(url, 200, bodies.get(params["verb"], body), "text/xml", fetched)

    async def pages() -> list[Page]:
        return [page async for page in Rijksmuseum().crawl(cast("Fetch", Served()))]

    return asyncio.run(pages())


def supplement(kind: str, body: bytes | None = None) -> RawRecord:
    """Return a saved Linked Art answer, or another body in its place, as a crawl stores it."""
    saved = FIXTURES / f"200999901.{kind}.json"
    body = saved.read_bytes() if body is None else body
    return RawRecord("rijksmuseum", "200999901", kind, body, fetched="2026-08-13T00:00:00Z")


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


def test_a_crawl_keeps_each_record_as_received() -> None:
    """A raw record holds its id, its datestamp, its own XML and where it can be had alone."""
    (page,) = crawl(fixture("200999902"))
    (live,) = page.records

    assert (page.cursor, page.expected) == ("", 1)
    assert (live.source, live.source_id, live.kind) == ("rijksmuseum", "200999902", "oai-edm")
    assert (live.stated, live.fetched) == ("2026-08-07T10:11:12Z", "2026-08-12T00:00:00Z")
    assert not live.withdrawn
    assert b"RP-P-9999-1(V)" in live.body
    assert live.url.startswith("https://data.rijksmuseum.nl/oai?verb=GetRecord&metadataPrefix=edm&")
    assert live.url.endswith("identifier=https%3A%2F%2Fid.rijksmuseum.nl%2F200999902")


def test_a_record_that_is_stamped_anew_is_no_change() -> None:
    """Datestamp and sets are no part of what is said; a word is; a deleted record always says the same."""
    old = raw_of(fixture("200999901-sibling"))
    anew = raw_of(
        fixture("200999901-sibling")
        .replace(b"2026-08-07T10:11:12Z", b"2026-09-01T00:00:00Z")
        .replace(b"<setSpec>260251</setSpec>", b"<setSpec>1</setSpec><setSpec>2</setSpec>")
    )
    changed = raw_of(fixture("200999901-sibling").replace(b"at Dusk", b"at Dawn"))
    gone = raw_of(DELETED), raw_of(DELETED.replace(b"2026-02", b"2026-03"))

    assert old.sha256 != anew.sha256
    assert old.content == anew.content != changed.content
    assert gone[0].content == gone[1].content
    moved_on = replace(old, stated=anew.stated)
    assert Rijksmuseum().read([moved_on]).stated == "2026-09-01T00:00:00Z"


def test_the_sample_museum_is_crawled_with_its_linked_art(tmp_path: Path) -> None:
    """Through the engine: all records, then Linked Art for those whose picture may be fetched, and no others."""

    async def go(routes: Mapping[str, str], store: RawStore) -> None:
        config = FetchConfig(routes=routes, default_rate=1e6, concurrency=8)
        async with Fetch(config) as fetch:
            await run_crawl(SAMPLE, fetch, store)

    with sample_museum(works=120) as museum, RawStore(tmp_path / "raw.sqlite") as store:
        asyncio.run(go(museum.routes, store))
        held = [{raw.kind: raw for raw in raws} for raws in store.records(SAMPLE.name)]
        census = store.census(SAMPLE.name)
        works = {work.source_id: work for work in museum.collection.works["rijksmuseum"]}

    assert {
        one for one, kinds in zip(map(id_of, held), held, strict=True) if "la-object" in kinds
    } == {one for one, work in works.items() if work.open_rights and work.image}
    assert all(("la-object" in kinds) == ("la-visual" in kinds) for kinds in held)
    assert not census.left
    records = [SAMPLE.read(list(kinds.values())) for kinds in held]
    linked = [one for one in records if one.supplements]
    assert all(len(one.supplements) == 2 for one in linked)
    assert all(one.year_first or one.year_last for one in linked if one.dates)
    assert any("iconclass:" in text.text for one in linked for text in one.subjects)
    assert {maker.qualifier for one in linked for maker in one.makers} > {"", "attributed to"}
    assert any(text.text.endswith(" mm") for one in linked for text in one.dimensions)


def id_of(kinds: Mapping[str, RawRecord]) -> str:
    return kinds["oai-edm"].source_id


def test_single_objects_are_asked_for_by_get_record() -> None:
    """Each id that is asked for ends as a record, as withdrawn, or as not to be had, with a reason."""

    async def go(routes: Mapping[str, str], ids: list[str]) -> list[Page]:
        config = FetchConfig(routes=routes, default_rate=1e6)
        async with Fetch(config) as fetch:
            return [page async for page in SAMPLE.crawl_ids(fetch, ids)]

    with sample_museum(works=120) as museum:
        known = museum.collection.works["rijksmuseum"][0].source_id
        deleted = museum.collection.withdrawn_rijksmuseum[0][0]
        ids = [known, deleted, "200000009", "oai:x:y", "../oai"]
        pages = asyncio.run(go(museum.routes, ids))
    raws = {raw.source_id: raw for page in pages for raw in page.records}
    unfetched = {one.source_id: one.reason for page in pages for one in page.unfetched}

    assert {one: raw.withdrawn for one, raw in raws.items()} == {
        known: False,
        deleted: True,
        "200000009": True,
    }
    assert unfetched == dict.fromkeys(["oai:x:y", "../oai"], "no persistent URI")
    assert {page.cursor for page in pages} == {""}
    assert SAMPLE.read([raws["200000009"]]).withdrawn
    assert SAMPLE.read([raws[known]]).source_id == known


def test_what_cannot_be_had_alone_is_named_with_its_reason() -> None:
    """Torn answers are asked again; what stays torn, is refused, or is about another, is unfetched."""
    record = fixture("200999902").replace(b"ListRecords>", b"GetRecord>")
    torn: list[int] = []

    async def answer(request: web.Request) -> web.Response:
        match request.query["identifier"].rpartition("/")[2]:
            case "1":
                torn.append(1)
                return web.Response(body=record[:-30], content_type="text/xml")
            case "2":
                return web.Response(status=400)
            case "200999902" if len(torn) % 2 == 0:
                torn.append(2)
                return web.Response(body=record[:-30], content_type="text/xml")
        return web.Response(body=record, content_type="text/xml")

    async def go() -> list[Page]:
        app = web.Application()
        app.router.add_get("/oai", answer)
        async with TestServer(app) as server:
            route = {"data.rijksmuseum.nl": f"http://127.0.0.1:{server.port}"}
            config = FetchConfig(routes=route, default_rate=1e6, backoff_s=0, concurrency=1)
            async with Fetch(config) as fetch:
                ids = ["200999902", "1", "2", "3"]
                return [page async for page in Rijksmuseum().crawl_ids(fetch, ids)]

    (page,) = asyncio.run(go())

    assert [raw.source_id for raw in page.records] == ["200999902"]
    reasons = {one.source_id: one.reason for one in page.unfetched}
    assert reasons.keys() == {"1", "2", "3"}
    assert reasons["1"] == reasons["3"] == "no record in the answer"
    assert "400" in reasons["2"]


# --- Linked Art beside EDM -------------------------------------------------------


def test_edm_and_linked_art_read_as_one_record() -> None:
    """EDM leads; years, roles, doubts, further sizes, the room and IconClass come from Linked Art."""
    raws = [raw_of(fixture("200999901-sibling")), supplement("la-object"), supplement("la-visual")]
    expected = json.loads((FIXTURES / "200999901-together.json").read_text())
    read = Rijksmuseum().read(raws)

    assert told(read) | {"supplements": []} == from_json(expected)
    assert read.sha256 == raws[0].sha256
    assert read.supplements == (raws[1].sha256, raws[2].sha256)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"type": "Person"}',
        b'{"type": "HumanMadeObject", "id": "https://id.rijksmuseum.nl/200999999"}',
        b'{"a":' * 9_999,
        b'"\\ud800"',
    ],
)
def test_broken_linked_art_never_loses_a_record(body: bytes) -> None:
    """What is no Linked Art, or another object's, is let be; the evidence does not name it."""
    edm = raw_of(fixture("200999901-sibling"))
    broken = [supplement("la-object", body), supplement("la-visual", body)]

    assert Rijksmuseum().read([edm, *broken]) == Rijksmuseum().read([edm])
    assert Rijksmuseum().supplements([edm, *broken]) == ()


def test_a_withdrawn_object_is_withdrawn_whatever_linked_art_said() -> None:
    """Supplements do not outlive their object."""
    gone = replace(raw_of(DELETED), source_id="200999901")

    assert Rijksmuseum().read([supplement("la-object"), gone]).withdrawn
    with pytest.raises(RecordError, match="kind is 'la-object'"):
        Rijksmuseum().read([supplement("la-object")])


def test_linked_art_is_wanted_where_rights_and_image_admit_the_object() -> None:
    """The object, then what it shows where EDM has no IconClass; nothing for what may not be fetched."""
    source = Rijksmuseum()
    edm = raw_of(fixture("200999901-sibling"))
    query = "_profile=la&_mediatype=application/ld%2Bjson"
    first = Supplement("la-object", f"https://data.rijksmuseum.nl/200999901?{query}")
    then = Supplement("la-visual", f"https://data.rijksmuseum.nl/202999901?{query}")

    assert source.supplements([edm]) == (first,)
    assert source.supplements([raw_of(fixture("200999901-nested"))]) == (first,)
    assert source.supplements([edm, supplement("la-object")]) == ()
    lacking = raw_of(fixture("200999901-sibling").replace(b"iconclass.org", b"example.org"))
    assert source.supplements([lacking, supplement("la-object")]) == (then,)
    assert source.supplements([lacking, supplement("la-object"), supplement("la-visual")]) == ()
    gone = replace(supplement("la-object"), withdrawn=True)
    assert source.supplements([edm, gone]) == ()
    assert replace(source, linked_art=False).supplements([edm]) == ()
    mark, pictures = b"publicdomain/mark/1.0/", b"<edm:isShownBy"
    closed = fixture("200999901-sibling").replace(
        b"creativecommons.org/publicdomain/mark", b"x.org/"
    )
    assert mark in fixture("200999901-sibling")
    assert source.supplements([raw_of(closed)]) == ()
    imageless = fixture("200999901-sibling").replace(pictures, b"<edm:isShownAt")
    assert source.supplements([raw_of(imageless)]) == ()
    assert source.supplements([raw_of(fixture("200999902"))]) == ()
    assert source.supplements([raw_of(DELETED)]) == ()
    assert source.supplements([replace(edm, source_id="../../oai?verb=Identify")]) == ()
    assert source.supplements([replace(edm, body=b"<torn")]) == ()


@given(st.text(max_size=60))
def test_no_answer_leads_anywhere_but_to_a_number_at_the_museum(uri: str) -> None:
    """Whatever an object claims to show, the address that is asked is ours but for its digits."""
    said = json.dumps({"type": "HumanMadeObject", "shows": [{"id": uri}]}).encode()
    wanted = Rijksmuseum().supplements(
        [raw_of_sibling(), supplement("la-object", said.decode().encode())]
    )
    for one in wanted:
        assert re.fullmatch(r"https://data\.rijksmuseum\.nl/[0-9]{1,30}\?_profile=la&.*", one.url)


@cache
def raw_of_sibling() -> RawRecord:
    return raw_of(fixture("200999901-sibling"))


def test_the_promises_are_kept_by_the_saved_answers() -> None:
    """What probe checks is what the readers give; a record of another shape breaks a promise."""
    good = Rijksmuseum().read([raw_of_sibling()])

    assert [one.name for one in Rijksmuseum().promises() if not one.holds(good)] == []
    poor = replace(good, titles=(), rights="http://example.org/", images=())
    broken = {one.name for one in Rijksmuseum().promises() if not one.holds(poor)}
    assert broken == {
        "dc:title",
        "edm:rights is a statement that is known",
        "edm:isShownBy",
    }


MARK = "http://creativecommons.org/publicdomain/mark/1.0/"
IN_COPYRIGHT = "http://rightsstatements.org/vocab/InC/1.0/"
PICTURE = "https://iiif.micr.io/ABCDE/full/max/0/default.jpg"


def with_rights(aggregation: list[str], picture: list[str], shows: str = "isShownBy") -> bytes:
    """Return a record whose aggregation and whose picture have statements of their own."""
    told = [
        "".join(f"<e:rights x:resource='{u}'/>" for u in said) for said in (aggregation, picture)
    ]
    return wrapped(
        EMPTY.format(
            PICTURED[0],
            "<e:ProvidedCHO x:about='u'><d:title xmlns:d='http://purl.org/dc/elements/1.1/'>T</d:title>"
            "</e:ProvidedCHO><o:Aggregation><e:aggregatedCHO x:resource='u'/>"
            f"<e:{shows} x:resource='{PICTURE}'/>{told[0]}</o:Aggregation>"
            f"<e:WebResource x:about='{PICTURE}'>{told[1]}</e:WebResource>"
            f"<e:WebResource x:about='another'><e:rights x:resource='{IN_COPYRIGHT}'/></e:WebResource>",
        )
    )


@pytest.mark.parametrize("shows", ["isShownBy", "object", "hasView"])
@pytest.mark.parametrize(
    ("aggregation", "picture", "rights"),
    [
        ([MARK], [], MARK),
        ([MARK], [MARK], MARK),
        ([MARK], [IN_COPYRIGHT], IN_COPYRIGHT),
        ([MARK, IN_COPYRIGHT], [], IN_COPYRIGHT),
        ([IN_COPYRIGHT, MARK], [MARK], IN_COPYRIGHT),
        ([], [IN_COPYRIGHT], IN_COPYRIGHT),
        ([MARK, "ask at the desk"], [], "ask at the desk"),
    ],
)
def test_of_several_statements_of_rights_the_strictest_holds(
    aggregation: list[str], picture: list[str], rights: str, shows: str
) -> None:
    """What the object's page allows does not open a picture that has a statement of its own; others' do not count."""
    raw = raw_of(with_rights(aggregation, picture, shows))

    assert Rijksmuseum().read([raw]).rights == rights
    assert bool(Rijksmuseum().supplements([raw])) is (rights == MARK)


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
PICTURED = (
    "xmlns:e='http://www.europeana.eu/schemas/edm/' xmlns:o='http://www.openarchives.org/ore/terms/'",
    "<e:ProvidedCHO x:about='u'/><o:Aggregation><e:aggregatedCHO x:resource='u'/>{}</o:Aggregation>".format(
        "<e:isShownBy x:resource='https://iiif.micr.io/a/full/max/0/default.jpg'/>"
    ),
)


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ("", "metadata"),
        ("<lido/>", "metadata"),
        (EMPTY.format("", ""), "RDF content"),
        (EMPTY.format(*CHO), "RDF content"),
        (EMPTY.format(PICTURED[0], PICTURED[1]), "RDF content"),
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
    """Hours of pages; with Linked Art at most two requests more for each object, and a week."""
    source: Source = Rijksmuseum(linked_art=False)

    assert 16_800 < source.cost().requests < 17_000
    assert 1.5 < source.cost().seconds / 86_400 < 3
    assert Rijksmuseum().cost().requests == source.cost().requests + 2 * 729_000
    assert 6 < Rijksmuseum().cost().seconds / 86_400 < 9


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
