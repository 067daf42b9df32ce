"""From a raw store to one table of records: what is one statement, what is another, and what is none."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers import oai
from crawlers.dump_files import file_sha256
from crawlers.engine.source import Bulk, Page
from crawlers.engine.store import SUPPLEMENTS, RawStore
from crawlers.rijksmuseum import KIND, Rijksmuseum
from omniart_data.gather import Gathered, _statements, gather_store
from omniart_data.normalise.statements import newest_statements
from schemas.errors import RecordError, UsageError
from schemas.raw import RawRecord
from schemas.record import Record

FIXTURES = Path(__file__).parents[1] / "fixtures" / "rijksmuseum"
NAME = "rijksmuseum"
PAGE = (FIXTURES / "200999901-sibling.raw.xml").read_bytes()


def edm(stated: str, *, title: str = "Dusk", fetched: str = "") -> RawRecord:
    """Return what the museum stated of one object at some time."""
    body = PAGE.replace(b"2026-08-07T10:11:12Z", stated.encode()).replace(b"Dusk", title.encode())
    (received,) = oai.parse_page(body, "here").bodies
    at = fetched or stated
    of = oai.record_content
    return RawRecord(NAME, "200999901", KIND, received, "", stated, at, content_of=of)


def linked(kind: str, fetched: str = "2026-09-09T00:00:00Z", body: bytes = b"") -> RawRecord:
    body = body or (FIXTURES / f"200999901.{kind}.json").read_bytes()
    return RawRecord(NAME, "200999901", kind, body, fetched=fetched)


def gather(store: RawStore) -> tuple[Gathered, list[int]]:
    told: list[int] = []
    return gather_store(store, {NAME: Rijksmuseum()}, told.append), told


def fill(store: RawStore, *raws: RawRecord, supplements: tuple[RawRecord, ...] = ()) -> None:
    for number, raw in enumerate(raws):
        store.put(NAME, Page((raw,), f"page {number}"))
    store.enter(NAME, SUPPLEMENTS)
    store.put(NAME, Page(supplements, "200999901"))
    store.finish(NAME)


OLD, NEW = edm("2026-01-01T00:00:00Z", title="Dawn"), edm("2026-08-07T10:11:12Z")
BOTH = (linked("la-object"), linked("la-visual"))


def test_the_newest_of_each_kind_is_one_statement(tmp_path: Path) -> None:
    """EDM with its Linked Art is one record; an older EDM record is read alone, and is superseded."""
    with RawStore(tmp_path / "raw.sqlite") as store:
        fill(store, OLD, NEW, supplements=BOTH)
        gathered, told = gather(store)
    rows = gathered.records.to_pylist()

    assert [(row["stated"], row["year_first"]) for row in rows] == [
        (OLD.stated, None),
        (NEW.stated, 1655),
    ]
    assert (gathered.read[NAME], sum(told), gathered.unreadable) == (2, 2, [])
    assert [(one.name, one.records) for one in gathered.inputs] == [("raw store", 2)]


def test_evidence_names_every_raw_record_that_was_read(tmp_path: Path) -> None:
    """First what the newest statement was read from, then its supplements, then older statements."""
    broken = linked("la-visual", body=b"{}")
    with RawStore(tmp_path / "raw.sqlite") as store:
        fill(store, OLD, NEW, supplements=(BOTH[0], broken))
        gathered, _ = gather(store)
    held = newest_statements(gathered.records)

    (evidence,) = held.records["evidence"].to_pylist()
    assert evidence == [{"sha256": raw.sha256, "number": 0} for raw in (NEW, BOTH[0], OLD)]
    assert [row["evidence"]["sha256"] for row in held.dropped.to_pylist()] == [OLD.sha256]


def test_an_unreadable_record_is_one_statement_as_well(tmp_path: Path) -> None:
    """What cannot be read is counted once, whatever supplements it has, and its evidence is its own."""
    torn = RawRecord(NAME, "200999901", KIND, b"<torn", "", "2026-08-07T10:11:12Z", "2026-08-08")
    with RawStore(tmp_path / "raw.sqlite") as store:
        fill(store, OLD, torn, supplements=BOTH)
        gathered, _ = gather(store)

    assert gathered.read[NAME] == 2
    assert [row["stated"] for row in gathered.records.to_pylist()] == [OLD.stated]
    assert [row["evidence"] for row in gathered.unreadable] == [
        {"sha256": torn.sha256, "number": 0}
    ]


@given(st.permutations([OLD, NEW, *BOTH, linked("la-object", "2026-02-02", b"{}")]))
def test_supplements_are_no_statements_wherever_they_stand(raws: list[RawRecord]) -> None:
    """In whatever order things came: as many statements as there are main records, the newest last."""
    told = list(_statements(Rijksmuseum(), raws))
    mains = [raw for raw in raws if raw.kind == KIND]

    assert all(isinstance(one, Record) for one in told)
    assert [one.sha256 for one in told] == [raw.sha256 for raw in mains]
    assert [bool(getattr(one, "supplements", ())) for one in told[:-1]] == [False]


def test_a_source_whose_errors_name_no_evidence_is_read_by_its_last_kind() -> None:
    """Such an error's evidence is the newest raw record, and nothing older is lost for it."""

    class Strict(Rijksmuseum):
        def read(self, raws: object) -> Record:
            raise RecordError("rijksmuseum:1", "field", None)

    told = list(_statements(Strict(), [OLD, NEW]))

    assert [one.sha256 for one in told] == [OLD.sha256, NEW.sha256]


def test_a_bulk_file_is_read_before_the_raw_records_and_gives_way_to_them(tmp_path: Path) -> None:
    """It is an input of its own; where both speak of an object at one time, the live answer holds."""
    path = tmp_path / "pages.xml"
    path.write_bytes(PAGE)
    bulk = Bulk(path, file_sha256(path), "https://museum.example/files/pages.xml?raw=1", "2026")
    with RawStore(tmp_path / "raw.sqlite") as store:
        store.put(NAME, Page((), "x", bulk=bulk))
        fill(store, NEW)
        gathered, told = gather(store)
        kept = newest_statements(gathered.records)
    first, second = gathered.inputs

    assert (first.name, first.sha256, first.size_bytes) == ("pages.xml", bulk.sha256, len(PAGE))
    assert (second.name, first.records, second.records) == ("raw store", 1, 1)
    assert (gathered.read[NAME], sum(told)) == (2, 2)
    assert [row["precedence"] for row in gathered.records.to_pylist()] == [1, 2]
    assert kept.records["evidence"].to_pylist()[0][0]["sha256"] == NEW.sha256


def test_a_bulk_file_that_is_no_longer_there_is_told_of(tmp_path: Path) -> None:
    """A build without what the crawl brought would be another build."""
    bulk = Bulk(tmp_path / "gone.xml", "0" * 64, "https://museum.example/gone.xml", "2026")
    with RawStore(tmp_path / "raw.sqlite") as store:
        store.put(NAME, Page((), "x", bulk=bulk))
        with pytest.raises(UsageError, match=r"gone\.xml is not there"):
            gather(store)


def test_what_is_held_is_hashed_whole(tmp_path: Path) -> None:
    """Another supplement is another input, though it is no statement."""
    hashes = set()
    for number, supplements in enumerate([(), BOTH[:1], BOTH, (replace(BOTH[0], body=b"{}"),)]):
        with RawStore(tmp_path / f"{number}.sqlite") as store:
            fill(store, NEW, supplements=tuple(supplements))
            hashes.add(gather(store)[0].inputs[0].sha256)

    assert len(hashes) == 4
