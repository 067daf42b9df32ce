"""The Met's crawl: what the bulk file settles, what the API is asked for, and what its answers settle."""

import asyncio
import csv
import hashlib
import io
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.engine.failures import AddressError
from crawlers.engine.fetch import Answer, Download, Fetch, FetchConfig, FetchReport
from crawlers.engine.run import CrawlReport, run_crawl
from crawlers.engine.source import Page, Source
from crawlers.engine.store import RawStore
from crawlers.met import BULK_DATE, OBJECTS, Met
from crawlers.met_bulk import MAX_BYTES, BulkIds, ids_of, parse_pointer
from crawlers.met_crawl import Cursor, numbers_of, plan
from crawlers.met_dump import REQUIRED
from crawlers.sample import SAMPLE_SOURCES, Faults, sample_museum
from omniart_data.normalise.statements import newest_statements
from schemas.errors import SourceError
from schemas.raw import RawRecord
from schemas.record import Record, to_batch

FIXTURES = Path(__file__).parents[1] / "fixtures" / "met"

API = Met(pointer_url="")
"""The museum without its bulk file."""
NOW = "2026-08-12T00:00:00Z"
CALM = Faults()


def metobjects(public: Mapping[int, bool]) -> bytes:
    """Return a MetObjects.csv of these objects, each with whether it is in the public domain."""
    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, REQUIRED, lineterminator="\r\n")
    rows.writeheader()
    for number, flag in public.items():
        told = {"Object ID": number, "Is Public Domain": flag, "Medium": 'Oil, "new"\non canvas'}
        rows.writerow(told | {"Object Begin Date": 1, "Object End Date": 2})
    return text.getvalue().encode("utf-8-sig")


def pointer_to(body: bytes) -> bytes:
    return (
        b"version https://git-lfs.github.com/spec/v1\n"
        + f"oid sha256:{hashlib.sha256(body).hexdigest()}\nsize {len(body)}\n".encode()
    )


def answer_about(number: int, **changes: object) -> bytes:
    told = {"objectID": number, "metadataDate": "2022-10-15T04:54:56.9Z", "title": "Coin"}
    return json.dumps(told | changes).encode()


@dataclass
class Served:
    """Stands in for Fetch: the list, what changed since a day, odd answers, and the bulk file."""

    listed: object
    folder: Path | None = None
    changed: Mapping[str, Sequence[int]] = field(default_factory=dict)
    odd: Mapping[int, tuple[int, bytes] | str] = field(default_factory=dict)
    """Number to another answer than a record, or to the reason why none came."""
    file: bytes = b""
    pointer: tuple[int, bytes] | None = None
    """Another answer than the file's pointer."""
    pointer_tries: int = 99
    """How often it comes before the pointer does."""
    asked: list[str] = field(default_factory=list)
    downloads: list[str] = field(default_factory=list)

    @property
    def config(self) -> FetchConfig:
        """Return its settings: where downloads go to."""
        return FetchConfig(downloads=self.folder)

    async def get(
        self, url: str, params: Mapping[str, str] | None = None, *, expect: str = ""
    ) -> Answer:
        """Answer with a list, or with the pointer."""
        if url == Met().pointer_url:
            status, body = 200, pointer_to(self.file)
            self.pointer_tries -= 1
            if self.pointer and self.pointer_tries >= 0:
                status, body = self.pointer
            return Answer(url, status, body, "text/plain", NOW)
        assert expect == "json"
        listed = self.listed
        if params:
            numbers = self.changed[params["metadataDate"]]
            listed = {"total": len(numbers), "objectIDs": list(numbers) or None}
        if isinstance(listed, list):
            listed = {"total": len(listed), "objectIDs": listed}
        return Answer(url, 200, json.dumps(listed).encode(), "application/json", NOW)

    async def get_each(
        self, urls: Iterable[str], *, expect: str
    ) -> AsyncIterator[Answer | AddressError]:
        """Answer for each object."""
        assert expect == "json"
        for url in urls:
            number = url.rsplit("/", 1)[-1]
            self.asked.append(number)
            odd = self.odd.get(int(number), (200, answer_about(int(number))))
            if isinstance(odd, str):
                yield AddressError(url, odd)
            else:
                yield Answer(url, *odd, "application/json", NOW)

    async def download(self, url: str, *, sha256: str, size_bytes: int) -> Download:
        """Write the file to the folder, if it is the one that is wanted."""
        self.downloads.append(sha256)
        assert self.folder is not None
        path = self.folder / sha256
        if not path.exists():
            if hashlib.sha256(self.file).hexdigest() != sha256 or len(self.file) != size_bytes:
                raise AddressError(url, "another sum than stated")
            path.write_bytes(self.file)
        return Download(path, NOW)


def crawl(
    served: Served, met: Met = API, *, since: date | None = None, cursor: str = ""
) -> list[Page]:
    async def pages() -> list[Page]:
        fetch = cast("Fetch", served)
        return [page async for page in met.crawl(fetch, since=since, cursor=cursor)]

    return asyncio.run(pages())


def ask(served: Served, ids: Sequence[str]) -> list[Page]:
    async def pages() -> list[Page]:
        return [page async for page in API.crawl_ids(cast("Fetch", served), ids)]

    return asyncio.run(pages())


def ids(pages: Iterable[Page]) -> list[int]:
    return [int(raw.source_id) for page in pages for raw in page.records]


def test_it_is_a_source() -> None:
    """The class keeps the protocol's promises; its bulk file saves a crawl a day."""
    source: Source = Met()

    assert (source.name, source.rates["collectionapi.metmuseum.org"]) == ("met", 3.0)
    assert source.rates["media.githubusercontent.com"] == 1.0
    assert API.cost().requests == OBJECTS + 1
    assert 2 < API.cost().seconds / 86_400 < 4
    assert 1 < source.cost().seconds / 86_400 < 2
    assert source.supplements([]) == ()


def test_a_crawl_goes_by_rising_number_in_pages() -> None:
    """The list comes in no order and is taken in order; the cursor is a page's last number."""
    served = Served([*range(250, 125, -1), *range(1, 126)])
    named, *pages = crawl(served)

    assert [page.cursor for page in (named, *pages)] == ["0", "100", "200", "250"]
    assert (named.records, named.expected, named.bulk) == ((), 250, None)
    assert list(named.named) == [str(number) for number in range(1, 251)]
    assert ids(pages) == list(range(1, 251))
    first = pages[0].records[0]
    assert (first.source, first.kind, first.stated) == ("met", "met-api", "2022-10-15T04:54:56Z")
    assert served.downloads == []


def test_without_a_folder_for_downloads_nobody_asks_for_the_bulk_file() -> None:
    """A probe of ten records takes no file of 318 MB, and warns of nothing."""
    served = Served([3, 4], changed={}, file=metobjects({3: False}))
    first, *pages = crawl(served, Met())

    assert (first.bulk, ids(pages)) == (None, [3, 4])


@settings(deadline=None)
@given(st.lists(st.integers(1, 500), unique=True), st.integers(0, 500))
def test_a_crawl_goes_on_after_its_cursor(listed: list[int], cursor: int) -> None:
    """After a cursor come exactly the objects of higher numbers, each once."""
    pages = crawl(Served(listed), cursor=str(cursor))

    assert ids(pages) == sorted(number for number in listed if number > cursor)
    assert all(not list(page.named) for page in pages)


def test_a_cursor_of_another_source_is_refused() -> None:
    """A token of some other protocol is no place in this crawl."""
    with pytest.raises(SourceError, match="is no cursor of a crawl of the Met"):
        crawl(Served([1]), cursor="!!bmV4dA==")


@given(st.integers(0, 2**32 - 1), st.none() | st.binary(min_size=1, max_size=40))
def test_a_cursor_is_read_as_it_was_written(number: int, file: bytes | None) -> None:
    """Number and bulk file come back, whichever they are."""
    bulk = None if file is None else parse_pointer(pointer_to(file), "")
    cursor = Cursor(number, bulk)

    assert Cursor.parse(str(cursor)) == cursor


# --- the bulk file -----------------------------------------------------------

IN_FILE = {1: False, 2: True, 3: False, 4: False, 9: False}
LISTED = [12, 3, 1, 2, 4]
CHANGED = {BULK_DATE.isoformat(): [4, 12]}


def test_the_bulk_file_settles_what_it_can(tmp_path: Path) -> None:
    """Asked for are new numbers, those in the public domain, and those changed since the file."""
    served = Served(LISTED, tmp_path, CHANGED, file=metobjects(IN_FILE))
    first, *pages = crawl(served, Met())

    assert list(first.named) == ["1", "2", "3", "4", "12"]
    assert list(first.in_bulk) == ["1", "3", "9"]
    assert ids(pages) == [2, 4, 12]
    assert first.bulk is not None
    assert first.bulk.path.read_bytes() == served.file
    assert (first.bulk.url, first.bulk.fetched) == (Met().file_url, NOW)
    assert first.bulk.sha256 == hashlib.sha256(served.file).hexdigest()
    assert first.cursor == f"0 {first.bulk.sha256} {len(served.file)}"
    assert first.expected == 5


def test_a_crawl_goes_on_with_the_bulk_file_it_began_with(tmp_path: Path) -> None:
    """A file that the museum publishes meanwhile waits for the next crawl."""
    served = Served(LISTED, tmp_path, CHANGED, file=metobjects(IN_FILE))
    first, page = crawl(served, Met())
    begun = served.downloads[0]
    served.file = metobjects(dict.fromkeys(IN_FILE, True))
    again = crawl(served, Met(), cursor=first.cursor)

    assert again == [page]
    assert served.downloads == [begun, begun]
    assert crawl(served, Met(), cursor=page.cursor) == []
    assert crawl(served, Met())[0].cursor != first.cursor


@pytest.mark.parametrize(
    ("pointer", "why"),
    [
        ((404, b"404: Not Found"), r"is gone \(404\)"),
        ((200, metobjects(IN_FILE)), "gives MetObjects.csv itself"),
        ((200, b"<!DOCTYPE html><title>GitHub</title>"), "gives a web page"),
        ((200, pointer_to(b"x")[:-20]), "gives a pointer of another form"),
        ((200, pointer_to(b"another file")), "another sum than stated"),
        ((200, b""), "gives something else"),
    ],
)
def test_without_a_bulk_file_all_is_asked_of_the_api(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, pointer: tuple[int, bytes], why: str
) -> None:
    """A pointer that is gone, or something else, costs one warning and no object."""
    served = Served(LISTED, tmp_path, CHANGED, file=metobjects(IN_FILE), pointer=pointer)
    first, *pages = crawl(served, Met())

    assert (first.bulk, list(first.in_bulk), first.cursor) == (None, [], "0")
    assert ids(pages) == sorted(LISTED)
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert why.replace("\\", "") in record.getMessage()
    assert "every object is asked for by the API" in record.getMessage()


def test_a_page_in_place_of_the_pointer_may_pass(tmp_path: Path) -> None:
    """The pointer is asked for again before the file is given up, which would cost two days."""
    page = (200, b"<html>Sorry</html>")
    file = metobjects(IN_FILE)
    served = Served(LISTED, tmp_path, CHANGED, file=file, pointer=page, pointer_tries=2)
    first, *_ = crawl(served, Met())

    assert first.bulk is not None


@pytest.mark.parametrize("file", [b"", b"AUTHOR,TITLE\n1,2\n", metobjects(IN_FILE)[:-30]])
def test_a_file_that_cannot_be_read_is_as_good_as_none(tmp_path: Path, file: bytes) -> None:
    """Its sum may be right: where it is no MetObjects.csv the API is asked for all."""
    first, *pages = crawl(Served(LISTED, tmp_path, CHANGED, file=file), Met())

    assert first.bulk is None
    assert ids(pages) == sorted(LISTED)


def test_a_crawl_of_changes_names_all_and_asks_for_the_changed(tmp_path: Path) -> None:
    """All numbers are named, so that new and vanished ones are seen; pages hold what changed."""
    changed = {**CHANGED, "2026-01-02": [12, 2]}
    served = Served(LISTED, tmp_path, changed, file=metobjects(IN_FILE))
    first, *pages = crawl(served, Met(), since=date(2026, 1, 2))

    assert list(first.named) == ["1", "2", "3", "4", "12"]
    assert list(first.in_bulk) == ["1", "3", "9"]
    assert ids(pages) == [2, 12]
    nothing = crawl(Served(LISTED, changed={"2026-01-02": []}), since=date(2026, 1, 2))
    assert ids(nothing) == []


NUMBERS = st.sets(st.integers(1, 40))


@given(NUMBERS, st.dictionaries(st.integers(1, 40), st.booleans()), NUMBERS, st.none() | NUMBERS)
def test_every_object_is_settled_or_asked_for(
    listed: set[int], file: dict[int, bool], newer: set[int], changed: set[int] | None
) -> None:
    """In a whole crawl no listed object is left out, and none is both; an image is always asked for."""

    def array(numbers: Iterable[int]) -> "np.ndarray[tuple[int], np.dtype[np.uint32]]":
        return np.array(sorted(numbers), np.uint32)

    bulk = BulkIds(array(file), array(number for number in file if file[number]))
    found = plan(array(listed), bulk, array(newer), None if changed is None else array(changed))
    named, asked, in_bulk = (set(one.tolist()) for one in (found.named, found.asked, found.in_bulk))

    assert not asked & in_bulk
    assert in_bulk <= set(file)
    if changed is None:
        assert named == listed
        assert listed <= asked | in_bulk
        assert {one for one in listed if file.get(one) or one not in file or one in newer} == asked
    else:
        assert (named, asked) == (listed | changed, changed)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (pointer_to(b"x").replace(b"spec/v1", b"spec/v9"), "a pointer of another form"),
        (pointer_to(b"x") + b"ext-0 x\n", "a pointer of another form"),
        (pointer_to(b"x").replace(b"\n", b"\r\n"), "a pointer of another form"),
        (b"Object Number,Is Highlight", "MetObjects.csv itself"),
        (b'{"oid": "sha256"}', "something else"),
    ],
)
def test_a_pointer_is_three_lines_and_no_more(body: bytes, why: str) -> None:
    """Anything else is refused, with what it is."""
    with pytest.raises(SourceError, match=why):
        parse_pointer(body, "https://example.org/x")


def test_a_pointer_to_something_huge_is_refused() -> None:
    """A size beyond any MetObjects.csv is not begun to be downloaded."""
    body = pointer_to(b"x").replace(b"size 1", f"size {MAX_BYTES + 1}".encode())
    with pytest.raises(SourceError, match="points to 4,294,967,297 bytes"):
        parse_pointer(body, "https://example.org/x")


@pytest.mark.real
def test_the_real_rows_settle_by_their_flag(shared_data: Path) -> None:
    """The numbers and flags taken from real files are those that a plain CSV reader finds."""
    for path in sorted((shared_data / "met" / "csv_raw").glob("*.csv")):
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
        found = ids_of(path)
        public = {int(row["Object ID"]) for row in rows if row["Is Public Domain"] == "True"}

        assert set(found.held.tolist()) == {int(row["Object ID"]) for row in rows}
        assert set(found.public.tolist()) == public


# --- the list ----------------------------------------------------------------


@pytest.mark.parametrize(
    "listed",
    [
        {"message": "down"},
        {"objectIDs": [1]},
        {"total": 1, "objectIDs": ["1"]},
        {"total": 1, "objectIDs": [True]},
        {"total": 1, "objectIDs": [-1]},
        {"total": 1, "objectIDs": [2**32]},
        {"total": 3, "objectIDs": 3},
        {"total": 3, "objectIDs": [1, 2]},
        {"total": None, "objectIDs": [1, 2]},
    ],
)
def test_another_list_than_documented_ends_the_crawl(listed: object) -> None:
    """A list of another form, or shorter than it says, is a SourceError and not a smaller museum."""
    with pytest.raises(SourceError, match="list of objects"):
        crawl(Served(listed))


@pytest.mark.parametrize("listed", [{"total": 0, "objectIDs": None}, {"total": 0, "objectIDs": []}])
def test_an_empty_list_is_written_in_two_ways(listed: object) -> None:
    """``null`` is what the museum writes for no objects."""
    (page,) = crawl(Served(listed))

    assert (page.expected, list(page.named)) == (0, [])


@pytest.mark.parametrize("total", [3, 4])
def test_a_number_that_stands_twice_is_asked_for_once(total: int) -> None:
    """Whether the total counts it once or twice."""
    pages = crawl(Served({"total": total, "objectIDs": [5, 2, 5, 9]}))

    assert ids(pages) == [2, 5, 9]


@pytest.mark.real
def test_the_real_list_is_sorted_here(shared_data: Path) -> None:
    """The list of 2026, unsorted as it was served, gives 500,416 rising numbers."""
    import gzip

    path = shared_data / "met" / "api" / "objects_list_2026-03_total500416.json.gz"
    body = gzip.decompress(path.read_bytes())
    numbers = numbers_of(body, "here")

    assert json.loads(body)["objectIDs"] != numbers.tolist()
    assert (len(numbers), numbers[-1]) == (500_416, 948_896)
    assert (np.diff(numbers) > 0).all()


# --- what an answer settles --------------------------------------------------


@pytest.mark.parametrize("message", ["ObjectID not found", "Not a valid object"])
def test_an_object_that_is_gone_is_a_withdrawn_record(message: str) -> None:
    """A 404 in either wording is kept, and reads as the statement that the object is gone."""
    served = Served([7, 8], odd={7: (404, json.dumps({"message": message}).encode())})
    _, page = crawl(served)

    assert [raw.withdrawn for raw in page.records] == [True, False]
    gone = Met().read([page.records[0]])
    assert (gone.withdrawn, gone.source_id, gone.stated, gone.received) == (True, "7", "", NOW)


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ((404, b"<html>Not found</html>"), "404 without the API's own word for it"),
        ((404, b'{"message":"Missing Authentication Token"}'), "404 without the API's own word"),
        ((410, b""), "410 without the API's own word"),
        ((200, b'{"message":"Internal error"}'), "no object record 'Internal error'"),
        ((200, b"[1]"), "no JSON object"),
        ((200, b'{"objectID": 7,}'), "no JSON object"),
        ((200, b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"), "no JSON object"),
        ((200, b'{"objectID": "7"}'), "no object record ''"),
        ((200, answer_about(8)), "about another object"),
        ("status 500", "status 500"),
    ],
)
def test_what_settles_nothing_is_unfetched_with_its_reason(
    odd: tuple[int, bytes] | str, reason: str
) -> None:
    """No page, no error message and no wrong answer passes for a record or for a tombstone."""
    _, page = crawl(Served([6, 7, 8], odd={7: odd}))

    assert ids([page]) == [6, 8]
    (unfetched,) = page.unfetched
    assert unfetched.source_id == "7"
    assert reason in unfetched.reason


def test_a_new_date_alone_is_no_change() -> None:
    """What an answer says is its JSON without ``metadataDate``, whatever the order of its fields."""
    told = json.loads(answer_about(7, title="Coin \ud800"))
    restamped = dict(reversed(told.items())) | {"metadataDate": "2026-08-01T00:00:00.123Z"}
    one, other, third = (
        crawl(Served([7], odd={7: (200, json.dumps(body).encode())}))[1].records[0]
        for body in (told, restamped, told | {"title": "Medal"})
    )

    assert one.content == other.content != third.content
    assert one.sha256 != other.sha256
    assert other.stated == "2026-08-01T00:00:00Z"


def test_single_objects_are_asked_for_again() -> None:
    """The second pass gets records, tombstones and reasons, in pages without a cursor."""
    served = Served(None, odd={3: "status 500", 4: (404, b'{"message":"ObjectID not found"}')})
    wrong, *pages = ask(served, ["3", "4", "x/../y", "²", *map(str, range(10, 110))])

    assert [(one.source_id, one.reason) for one in wrong.unfetched] == [
        ("x/../y", "no object number"),
        ("²", "no object number"),
    ]
    assert {page.cursor for page in (wrong, *pages)} == {""}
    assert [len(page.records) for page in pages] == [99, 2]
    assert pages[0].records[0].withdrawn
    assert [one.source_id for one in pages[0].unfetched] == ["3"]


# --- promises, and what is newer ---------------------------------------------


@pytest.mark.real
def test_real_answers_keep_what_the_museum_promises(shared_data: Path) -> None:
    """Each promise holds for its share of the real single answers; for what breaks it, it does not."""
    met = Met()
    records = [
        met.read([RawRecord("met", path.stem, "met-api", path.read_bytes())])
        for path in sorted((shared_data / "met" / "api" / "single").glob("*.json"))
    ]
    assert len(records) == 10
    for promise in met.promises():
        assert sum(map(promise.holds, records)) >= promise.least * len(records), promise.name


def crawled(
    folder: Path, source: Source, faults: Faults = CALM
) -> tuple[CrawlReport, FetchReport, list[Record], Path | None]:
    """Return what a whole crawl of the sample museum reports, with its records and its bulk file."""

    async def run(routes: Mapping[str, str], store: RawStore) -> tuple[CrawlReport, FetchReport]:
        config = FetchConfig(
            routes=routes,
            default_rate=10_000,
            downloads=folder / "bulk",
            wall_backoff_s=0.01,
            backoff_s=0.01,
        )
        async with Fetch(config) as fetch:
            return await run_crawl(source, fetch, store), fetch.report

    with (
        sample_museum(works=240, faults=faults) as museum,
        RawStore(folder / "raw.sqlite") as store,
    ):
        report, asked = asyncio.run(run(museum.routes, store))
        records = [source.read(raws) for raws in store.records(source.name)]
        bulk = store.bulk(source.name)
    return report, asked, records, bulk.path if bulk else None


def test_the_sample_museum_is_crawled_whole_with_and_without_its_bulk_file(tmp_path: Path) -> None:
    """Both ways every named object ends as stored or withdrawn; with the file far fewer are asked for."""
    source = cast("Met", SAMPLE_SOURCES["sample-met"])
    with_file, asked, records, path = crawled(tmp_path / "a", source)
    without, asked_more, all_records, none = crawled(
        tmp_path / "b", replace(source, pointer_url="")
    )

    for report in (with_file, without):
        assert report.census.adds_up
        assert report.census.as_expected
        assert (report.unfetched, report.census.unsettled) == (0, 0)
        assert report.census.withdrawn > 0
    assert with_file.census == replace(without.census, listed=with_file.census.listed)
    assert asked.requests < asked_more.requests
    assert none is None
    assert path is not None
    file = [
        row for batch in source.read_dump(path) for row in cast("pa.RecordBatch", batch).to_pylist()
    ]
    told = {record.source_id for record in records} | {row["source_id"] for row in file}
    assert told == {record.source_id for record in all_records}
    images = {url for record in all_records if not record.withdrawn for url in record.images}
    assert images == {url for record in records for url in record.images}
    assert any(len(record.images) > 1 for record in records)


def test_faulty_answers_change_nothing_that_is_held(tmp_path: Path) -> None:
    """Pages of HTML, torn bodies and walls in place of list, pointer, file and answers: all comes in the end."""
    source = SAMPLE_SOURCES["sample-met"]
    kinds = ("403", "500", "html", "torn", "truncated", "empty", "reset")
    faulty, asked, records, path = crawled(tmp_path / "a", source, Faults(0.2, kinds, seed=3))
    calm, _, expected, _ = crawled(tmp_path / "b", source)

    assert sum(host.retries for host in asked.hosts.values()) > 10
    assert faulty.census == calm.census
    assert [replace(one, received="") for one in records] == [
        replace(one, received="") for one in expected
    ]
    assert path is not None


def test_the_api_is_newer_than_the_bulk_file(tmp_path: Path) -> None:
    """Where both tell of an object the API's words stand, and one that it says is gone is dropped."""
    api, gone = (
        RawRecord("met", number, "met-api", body, fetched=NOW, withdrawn=number == "9")
        for number, body in (
            ("9000001", (FIXTURES / "9000001.raw.json").read_bytes()),
            ("9", b"{}"),
        )
    )
    path = tmp_path / "MetObjects.csv"
    path.write_bytes(metobjects({9_000_001: True, 9: False, 10: False}))
    live = to_batch([Met().read([api]), Met().read([gone])])
    batches = [cast("pa.RecordBatch", batch) for batch in Met().read_dump(path)]
    merged = newest_statements(pa.Table.from_batches([*batches, live]))
    rows = {row["source_id"]: row for row in merged.records.to_pylist()}

    assert set(rows) == {"9000001", "10"}
    assert rows["9000001"]["precedence"] == 2
    assert rows["9000001"]["images"] != []
    assert rows["10"]["precedence"] == 1
