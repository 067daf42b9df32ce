"""How a crawl of several sources ends: what is whole, and which probe leaves a source out."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from crawlers.engine.failures import HostDownError
from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.engine.source import Cost, Page, Promise, Source
from crawlers.engine.store import RawStore
from omniart_data.crawl import Crawled, crawl_sources
from omniart_data.watch import Watch
from schemas.errors import RecordError
from schemas.raw import RawRecord
from schemas.record import Record, Text

COUNT = 200


@dataclass
class Told(Source):
    """A source that needs no museum: two pages of records."""

    name: str = "told"
    institution: str = "Nowhere"
    attribution: str = "Made up"
    rates: dict[str, float] = field(default_factory=dict)
    expected: int = COUNT
    keeps: bool = True
    """It keeps its promise."""
    away: list[str] = field(default_factory=list)
    """Cursors at which its host is away, each once."""
    crawled: list[str] = field(default_factory=list)

    async def crawl(
        self,
        fetch: Fetch,
        *,
        since: date | None = None,
        cursor: str = "",
    ) -> AsyncIterator[Page]:
        """Yield the pages after a cursor."""
        self.crawled.append(cursor)
        if cursor in self.away:
            self.away.remove(cursor)
            raise HostDownError("museum.invalid", "asks to come back in an hour")
        for first in range(int(cursor or 0), COUNT, COUNT // 2):
            ids = range(first, first + COUNT // 2)
            records = tuple(RawRecord(self.name, str(one), "told", b"") for one in ids)
            yield Page(records, str(ids[-1] + 1), expected=self.expected)

    def promises(self) -> Sequence[Promise]:
        """Return one promise."""
        return (Promise("a title", lambda record: bool(record.titles)),)

    def read(self, raws: Sequence[RawRecord]) -> Record:
        """Read a title, or none."""
        titles = (Text("Mill"),) if self.keeps else ()
        return Record(self.name, raws[-1].source_id, titles=titles)

    def read_dump(self, path: Path) -> Iterator[pa.RecordBatch | RecordError]:
        """Yield nothing."""
        yield from ()

    def cost(self) -> Cost:
        """Return a small cost."""
        return Cost(2, 0, 0, 1.0, 1.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RawStore]:
    """Yield an empty store."""
    with RawStore(tmp_path / "raw.sqlite") as opened:
        yield opened


def crawl(source: Told, store: RawStore, *, probe: bool = False, since: bool = False) -> Crawled:
    """Crawl one source, and return how that ended."""
    day = date(2026, 1, 2) if since else None
    sources = {source.name: source}
    run = crawl_sources(sources, FetchConfig(), store, Watch("crawl"), probe=probe, since=day)
    assert run.whole is run.sources[source.name].whole
    return run.sources[source.name]


@pytest.mark.parametrize(
    ("expected", "whole"), [(200, True), (202, True), (150, True), (203, False)]
)
def test_a_crawl_that_is_well_short_of_its_count_is_not_whole(
    store: RawStore, expected: int, *, whole: bool
) -> None:
    """One in a hundred may be missing, as nobody knows what a museum counts; more is a matter to look at."""
    source = Told(expected=expected)

    ended = [crawl(source, store), crawl(source, store)]

    assert [one.whole for one in ended] == [whole, whole]
    assert all(one.finished and not one.failure for one in ended)


def test_a_broken_promise_leaves_a_source_out(store: RawStore) -> None:
    """Nothing is stored of it; what changed since a day is begun anew, and is proved as well."""
    source = Told(keeps=False)

    failure = crawl(source, store, probe=True).failure
    assert failure == "the probe failed: promise: a title: 0 of 10; its module wants mending"
    assert store.count("told") == 0
    assert crawl(source, store).whole
    assert crawl(source, store, probe=True, since=True).failure


def test_a_crawl_that_goes_on_is_not_probed_again(store: RawStore) -> None:
    """What stands at a cursor has shown itself before: it goes on from there, and asks for nothing twice."""
    store.put("told", Page((RawRecord("told", "0", "told", b""),), str(COUNT // 2)))
    source = Told(keeps=False)
    ended = crawl(source, store, probe=True)

    assert (ended.finished, ended.failure) == (True, "")
    assert source.crawled == [str(COUNT // 2)]
    assert crawl(source, store, probe=True).failure == ""


def test_a_probe_that_comes_to_no_end_is_a_warning(
    store: RawStore, caplog: pytest.LogCaptureFixture
) -> None:
    """A host that wants to be left alone for a while has broken no promise: its crawl begins."""
    source = Told(away=[str(COUNT // 2)])

    assert crawl(source, store, probe=True).whole
    assert "told: the probe was not finished: museum.invalid: asks to come back" in caplog.text


def test_a_host_that_is_not_reached_leaves_its_source_out(store: RawStore) -> None:
    """Where the first request fails there is nothing to crawl, and nobody says that the museum has changed."""
    source = Told(away=[""])
    ended = crawl(source, store, probe=True)

    assert ended.failure == (
        "not reached: museum.invalid: asks to come back in an hour; start again later"
    )
    assert source.crawled == [""]
    assert crawl(source, store, probe=True).whole
