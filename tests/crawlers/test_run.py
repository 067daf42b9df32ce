"""One crawl of one source: stored page by page, killed at any moment, and whole in the end."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from time import monotonic, sleep

import pyarrow as pa
import pytest

from crawlers.engine.fetch import Fetch
from crawlers.engine.run import CrawlReport, run_crawl
from crawlers.engine.source import Cost, Page, Source
from crawlers.engine.store import RawStore
from schemas.errors import RecordError, SourceError
from schemas.raw import RawRecord
from schemas.record import Record

PAGES = 8
DAY = date(2026, 1, 2)


def page(number: int, cursor: str | None = None) -> Page:
    """Return a page of three objects, the last one withdrawn."""
    records = tuple(
        RawRecord("made", f"{number}-{n}", "made", b"body %d" % n, withdrawn=n == 2)
        for n in range(3)
    )
    return Page(records, str(number) if cursor is None else cursor)


@dataclass
class Made:
    """A source of a few pages, whose cursor is the number of the last one; it can break or circle."""

    name: str = "made"
    institution: str = "Nowhere"
    attribution: str = "Made up"
    rates: Mapping[str, float] = field(default_factory=dict)
    cursors: tuple[str, ...] = tuple(str(n) for n in range(1, PAGES + 1))
    break_at: int = PAGES + 1
    asked: list[tuple[date | None, str]] = field(default_factory=list)
    closed: bool = False

    async def crawl(
        self, fetch: Fetch, *, since: date | None = None, cursor: str = ""
    ) -> AsyncIterator[Page]:
        """Yield the pages after ``cursor``."""
        self.asked.append((since, cursor))
        try:
            for number in range(int(cursor or 0) + 1, len(self.cursors) + 1):
                if number == self.break_at:
                    raise SourceError("made: the wall")
                await asyncio.sleep(0)
                yield page(number, self.cursors[number - 1])
        finally:
            self.closed = True

    def read(self, raws: Sequence[RawRecord]) -> Record:
        """Read nothing but the id."""
        return Record(self.name, raws[-1].source_id)

    def read_dump(self, path: Path) -> Iterator[pa.RecordBatch | RecordError]:
        """Yield nothing."""
        yield from ()

    def cost(self) -> Cost:
        """Return a small cost."""
        return Cost(PAGES, 0, 0, 1.0, 1.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RawStore]:
    """Yield an empty store."""
    with RawStore(tmp_path / "raw.sqlite") as opened:
        yield opened


def crawl(source: Source, store: RawStore, since: date | None = None) -> CrawlReport:
    """Run a crawl once."""
    return asyncio.run(run_crawl(source, Fetch(), store, since=since))


def test_a_crawl_stores_every_page_and_ends(store: RawStore) -> None:
    """All pages are stored and counted, progress is told of each, and the crawl is then finished."""
    seen: list[int] = []
    source = Made()
    report = asyncio.run(run_crawl(source, Fetch(), store, progress=seen.append))

    assert report == CrawlReport("made", pages=8, records=24, withdrawn=8)
    assert seen == [3] * 8
    assert store.finished("made")
    assert store.count("made") == 24
    assert source.asked == [(None, "")]


def test_a_whole_crawl_is_left_alone(store: RawStore) -> None:
    """A source whose crawl is whole is not asked again, until it is begun anew."""
    crawl(Made(), store)
    source = Made()
    assert crawl(source, store) == CrawlReport("made")
    assert source.asked == []

    store.begin("made")
    assert crawl(source, store).pages == 8


def test_a_broken_crawl_goes_on_from_its_cursor(store: RawStore) -> None:
    """What was stored before the error stays, and the next run goes on after it."""
    source = Made(break_at=4)
    with pytest.raises(SourceError, match="the wall"):
        crawl(source, store)
    assert (store.cursor("made"), store.finished("made"), source.closed) == ("3", False, True)

    again = Made()
    assert crawl(again, store) == CrawlReport("made", 5, 15, 5, resumed_from="3")
    assert again.asked == [(None, "3")]


def test_changes_since_a_day_are_added(store: RawStore) -> None:
    """After a whole crawl, ``since`` starts a crawl of what changed, and keeps what there is."""
    crawl(Made(), store)
    source = Made(cursors=("1",))
    assert crawl(source, store, DAY).pages == 1
    assert source.asked == [(DAY, "")]
    assert store.count("made") == 24


def test_a_broken_crawl_keeps_the_since_that_it_was_begun_with(store: RawStore) -> None:
    """Neither a whole crawl nor one of changes turns into the other half-way."""
    with pytest.raises(SourceError):
        crawl(Made(break_at=4), store)
    source = Made()
    crawl(source, store, DAY)
    assert source.asked == [(None, "3")]

    with pytest.raises(SourceError):
        crawl(Made(break_at=4), store, DAY)
    source = Made()
    crawl(source, store)
    assert source.asked == [(DAY, "3")]


def test_a_first_crawl_may_ask_for_changes_alone(store: RawStore) -> None:
    """With nothing stored yet, ``since`` is handed on as it is."""
    source = Made()
    crawl(source, store, DAY)
    assert source.asked == [(DAY, "")]


def test_a_source_in_a_circle_is_stopped(store: RawStore) -> None:
    """The same cursor twice in a row is an error; so is the cursor that we went on from."""
    source = Made(cursors=("1", "2", "2", "3"))
    with pytest.raises(SourceError, match="made goes in a circle at cursor '2'"):
        crawl(source, store)
    assert (store.cursor("made"), store.finished("made"), source.closed) == ("2", False, True)

    with pytest.raises(SourceError, match="in a circle"):
        crawl(Made(cursors=("1", "2", "2")), store)


def test_a_source_is_closed_before_the_error_is_raised(store: RawStore) -> None:
    """Whoever learns that a crawl failed finds the source at rest, not some time later."""
    source = Made(cursors=("1", "1"))

    async def run() -> None:
        with pytest.raises(SourceError, match="in a circle"):
            await run_crawl(source, Fetch(), store)
        assert source.closed

    asyncio.run(run())


def test_a_last_page_without_a_cursor_is_no_circle(store: RawStore) -> None:
    """An empty cursor ends a crawl of one page as well as a longer one."""
    assert crawl(Made(cursors=("",)), store).pages == 1
    store.begin("made")
    assert crawl(Made(cursors=("1", "2", "")), store).pages == 3


def test_a_last_page_is_asked_for_again(store: RawStore) -> None:
    """A run killed between the last page and the end of the crawl asks for that page alone."""
    store.put("made", page(1))
    store.put("made", page(2, cursor=""))
    source = Made(cursors=("1", ""))
    assert crawl(source, store).pages == 1
    assert (source.asked, store.finished("made"), store.count("made")) == ([(None, "1")], True, 6)


def test_a_cancelled_crawl_is_closed(store: RawStore) -> None:
    """Stopping a crawl closes the source, and the pages stored until then are kept."""
    source = Made()

    def stop(_: int) -> None:
        if store.cursor("made") == "3":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(run_crawl(source, Fetch(), store, progress=stop))
    assert source.closed
    assert store.cursor("made") == "3"


CRAWLER = """
import asyncio, sys
from pathlib import Path
from crawlers.engine.run import run_crawl
from crawlers.engine.source import Page
from crawlers.engine.store import RawStore
from schemas.raw import RawRecord

class Slow:
    name = "made"
    async def crawl(self, fetch, *, since=None, cursor=""):
        for number in range(int(cursor or 0) + 1, 41):
            await asyncio.sleep(0.004)
            body = b"body %d " % number * 2000
            records = [RawRecord("made", f"{number}-{n}", "made", body, fetched="now") for n in range(20)]
            yield Page(tuple(records), str(number) if number < 40 else "")

with RawStore(Path(sys.argv[1])) as store:
    print("open", flush=True)
    asyncio.run(run_crawl(Slow(), None, store))
"""


def start(path: Path) -> "subprocess.Popen[str]":
    """Start a crawl in a process of its own and wait until it holds its store."""
    process = subprocess.Popen(
        [sys.executable, "-c", CRAWLER, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def test_a_crawl_killed_at_any_moment_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    """Killed again and again and started again, a crawl leaves the same store in the end."""
    luck = Random(7)
    undisturbed, killed = tmp_path / "undisturbed.sqlite", tmp_path / "killed.sqlite"
    with start(undisturbed) as process:
        began = monotonic()
        process.wait(30)
        took_s = monotonic() - began
    kills = 0
    for _ in range(40):
        with start(killed) as process:
            if kills < 6:
                sleep(luck.uniform(0.0, took_s / 5))
                process.send_signal(signal.SIGKILL)
            process.wait(30)
        kills += process.returncode == -signal.SIGKILL
        if process.returncode == 0:
            break
    assert kills >= 3
    with RawStore(undisturbed) as one, RawStore(killed) as other:
        assert one.finished("made")
        assert one.count("made") == 800
        assert other.digest() == one.digest()
