"""One crawl of one source: stage by stage, each id accounted for, and asked for no more than is needed."""

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from loopback import simulate
from made_source import KIND, SIZES, YEARS, Made, Museum, museum_of

from crawlers.engine.failures import HostDownError
from crawlers.engine.fetch import Fetch
from crawlers.engine.run import KNOCKS, CrawlReport, run_crawl
from crawlers.engine.source import Page, Source, Unfetched
from crawlers.engine.store import AGAIN, RawStore
from crawlers.engine.supplements import ask_supplements
from schemas.errors import SourceError
from schemas.raw import RawRecord

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
class Told(Made):
    """A source that needs no museum: a few pages, whose cursor is the number of the last; it can break."""

    cursors: tuple[str, ...] = tuple(str(n) for n in range(1, PAGES + 1))
    break_at: int = PAGES + 1
    crawled: list[tuple[date | None, str]] = field(default_factory=list)
    closed: bool = False

    async def crawl(
        self, fetch: Fetch, *, since: date | None = None, cursor: str = ""
    ) -> AsyncIterator[Page]:
        """Yield the pages after ``cursor``."""
        self.crawled.append((since, cursor))
        try:
            for number in range(int(cursor or 0) + 1, len(self.cursors) + 1):
                if number == self.break_at:
                    raise SourceError("made: the wall")
                await asyncio.sleep(0)
                yield page(number, self.cursors[number - 1])
        finally:
            self.closed = True

    async def crawl_ids(self, fetch: Fetch, ids: Sequence[str]) -> AsyncIterator[Page]:
        """Say nothing of any of them."""
        yield Page((), "")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RawStore]:
    """Yield an empty store."""
    with RawStore(tmp_path / "raw.sqlite") as opened:
        yield opened


def crawl(source: Source, store: RawStore, since: date | None = None) -> CrawlReport:
    """Run a crawl that asks nobody."""
    return asyncio.run(run_crawl(source, Fetch(), store, since=since))


def visit(
    museum: Museum,
    source: Source,
    store: RawStore,
    *,
    since: date | None = None,
    progress: Callable[[int], None] | None = None,
    **more: Any,
) -> CrawlReport:
    """Run a crawl of a made museum, which remembers what it is asked in this one."""

    async def run() -> CrawlReport:
        museum.asked.clear()
        async with museum.served(**more) as fetch:
            return await run_crawl(source, fetch, store, since=since, progress=progress)

    return asyncio.run(run())


def test_a_crawl_stores_every_page_and_ends(store: RawStore) -> None:
    """All pages are stored and counted, progress is told of each, and the crawl is then finished."""
    seen: list[int] = []
    source = Told()
    report = asyncio.run(run_crawl(source, Fetch(), store, progress=seen.append))

    assert (report.pages, report.records, report.new, report.withdrawn) == (8, 24, 16, 8)
    assert (report.changed, report.same, report.unfetched, report.resumed_from) == (0, 0, 0, "")
    assert (report.census.named, report.census.stored, report.census.withdrawn) == (24, 16, 8)
    assert report.census.adds_up
    assert seen == [3] * 8
    assert store.finished("made")
    assert store.count("made") == 24
    assert source.crawled == [(None, "")]


def test_a_whole_crawl_is_left_alone(store: RawStore) -> None:
    """A source whose crawl is whole is not asked again, until it is begun anew."""
    census = crawl(Told(), store).census
    source = Told()
    assert crawl(source, store) == CrawlReport("made", census=census)
    assert source.crawled == []

    store.begin("made")
    report = crawl(source, store)
    assert (report.pages, report.records, report.same) == (8, 24, 24)


def test_a_broken_crawl_goes_on_from_its_cursor(store: RawStore) -> None:
    """What was stored before the error stays, and the next run goes on after it."""
    source = Told(break_at=4)
    with pytest.raises(SourceError, match="the wall"):
        crawl(source, store)
    assert (store.cursor("made"), store.finished("made"), source.closed) == ("3", False, True)

    again = Told()
    report = crawl(again, store)
    assert (report.pages, report.records, report.resumed_from) == (5, 15, "3")
    assert again.crawled == [(None, "3")]


def test_changes_since_a_day_are_added(store: RawStore) -> None:
    """After a whole crawl, ``since`` starts a crawl of what changed, and takes nothing for gone."""
    crawl(Told(), store)
    source = Told(cursors=("1",))
    assert crawl(source, store, DAY).pages == 1
    assert source.crawled == [(DAY, "")]
    assert store.count("made") == 24


def test_a_broken_crawl_keeps_the_since_that_it_was_begun_with(store: RawStore) -> None:
    """Neither a whole crawl nor one of changes turns into the other half-way."""
    with pytest.raises(SourceError):
        crawl(Told(break_at=4), store)
    source = Told()
    crawl(source, store, DAY)
    assert source.crawled == [(None, "3")]

    with pytest.raises(SourceError):
        crawl(Told(break_at=4), store, DAY)
    source = Told()
    crawl(source, store)
    assert source.crawled == [(DAY, "3")]


def test_a_first_crawl_may_ask_for_changes_alone(store: RawStore) -> None:
    """With nothing stored yet, ``since`` is handed on as it is."""
    source = Told()
    crawl(source, store, DAY)
    assert source.crawled == [(DAY, "")]


def test_a_source_in_a_circle_is_stopped(store: RawStore) -> None:
    """The same cursor twice in a row is an error; so is the cursor that we went on from."""
    source = Told(cursors=("1", "2", "2", "3"))
    with pytest.raises(SourceError, match="made goes in a circle at cursor '2'"):
        crawl(source, store)
    assert (store.cursor("made"), store.finished("made"), source.closed) == ("2", False, True)

    with pytest.raises(SourceError, match="in a circle"):
        crawl(Told(cursors=("1", "2", "2")), store)


def test_a_source_is_closed_before_the_error_is_raised(store: RawStore) -> None:
    """Whoever learns that a crawl failed finds the source at rest, not some time later."""
    source = Told(cursors=("1", "1"))

    async def run() -> None:
        with pytest.raises(SourceError, match="in a circle"):
            await run_crawl(source, Fetch(), store)
        assert source.closed

    asyncio.run(run())


def test_a_page_without_a_cursor_is_no_circle(store: RawStore) -> None:
    """An empty cursor ends a crawl of one page as well as a longer one, and may stand on a list."""
    assert crawl(Told(cursors=("",)), store).pages == 1
    store.begin("made")
    assert crawl(Told(cursors=("1", "2", "")), store).pages == 3
    store.begin("made")
    assert crawl(Told(cursors=("", "", "3")), store).pages == 3


def test_a_last_page_is_asked_for_again(store: RawStore) -> None:
    """A run killed between the last page and the end of the crawl asks for that page alone."""
    store.put("made", page(1))
    store.put("made", page(2, cursor=""))
    source = Told(cursors=("1", ""))
    assert crawl(source, store).pages == 1
    assert (source.crawled, store.finished("made"), store.count("made")) == ([(None, "1")], True, 6)


def test_a_cancelled_crawl_is_closed(store: RawStore) -> None:
    """Stopping a crawl closes the source, and the pages stored until then are kept."""
    source = Told()

    def stop(_: int) -> None:
        if store.cursor("made") == "3":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(run_crawl(source, Fetch(), store, progress=stop))
    assert source.closed
    assert store.cursor("made") == "3"


def test_a_second_pass_asks_only_for_what_failed(store: RawStore) -> None:
    """What failed is asked for once more, by rising id; what fails again stays unfetched, and why."""
    museum = museum_of(range(1, 8), torn={"/object/2", "/object/5"})
    report = visit(museum, Made(), store)
    (reason,) = report.census.unfetched
    assert "in place of json" in reason
    assert (report.unfetched, report.census.stored, report.census.named) == (2, 5, 7)
    assert report.census.adds_up
    assert store.finished("made")
    assert museum.asked[-4:] == ["/object/2", "/object/2", "/object/5", "/object/5"]

    museum.torn.clear()
    report = visit(museum, Made(), store)
    assert museum.asked[:KNOCKS] == ["/object/1", "/object/4", "/object/3"], "is it well?"
    assert museum.asked[KNOCKS:] == ["/object/2", "/object/5"], (
        "the next run asks for them, and nothing else"
    )
    assert (report.records, report.unfetched, report.census.stored) == (2, 0, 7)
    visit(museum, Made(), store)
    assert museum.asked == []


def test_what_was_named_and_never_came_is_asked_for(store: RawStore) -> None:
    """Ids of the list that no page settles are settled by the second pass."""

    class Forgetful(Made):
        async def crawl(
            self, fetch: Fetch, *, since: date | None = None, cursor: str = ""
        ) -> AsyncIterator[Page]:
            yield Page((), "list", named=(str(n) for n in range(1, 251)), expected=250)

    museum = museum_of([*range(1, 201), *range(202, 250)])
    report = visit(museum, Forgetful(), store)
    assert (report.census.named, report.census.stored, report.census.withdrawn) == (250, 248, 2)
    assert sorted(museum.asked) == sorted(f"/object/{n}" for n in range(1, 251))


def test_an_id_of_which_the_source_says_nothing_is_unfetched(store: RawStore) -> None:
    """Every id ends with an outcome, also where a source forgets it."""
    store.put("made", Page((), "1", named=("7", "8"), unfetched=(Unfetched("9", "torn"),)))
    census = crawl(Told(cursors=("1",)), store).census
    assert census.unfetched == {"no answer": 2, "torn": 1}
    assert census.adds_up


@pytest.mark.parametrize("names", [True, False])
def test_what_a_whole_crawl_no_longer_names_is_asked_for(store: RawStore, *, names: bool) -> None:
    """Gone from the list is not gone: 404 is withdrawn, an object that answers is kept, and once is enough."""
    museum = museum_of(range(1, 10))
    source = Made(names=names)
    visit(museum, source, store)
    museum.unlisted |= {"2", "4", "6"}
    museum.objects["2"] = None
    museum.torn.add("/object/6")
    visit(museum, source, store)
    assert museum.asked == [], "a crawl that is whole is not begun by itself"

    store.begin("made")
    report = visit(museum, source, store)
    census = report.census
    assert (census.named, census.stored, census.withdrawn) == (9, 7, 1)
    assert sum(census.unfetched.values()) == 1
    assert census.listed == 6
    assert (report.same, report.withdrawn) == (7, 1)
    assert museum.asked.count("/object/4") == 1

    museum.torn.clear()
    assert visit(museum, source, store).census.stored == 8
    assert museum.asked[KNOCKS:] == ["/object/6"]


def test_a_crawl_of_changes_asks_after_nothing_unless_it_has_the_list(store: RawStore) -> None:
    """What a crawl of changes does not name is most often unchanged; with a list of all it is missed."""
    museum = museum_of(range(1, 10))
    visit(museum, Made(), store)
    museum.unlisted.add("2")
    visit(museum, Made(names=False), store, since=DAY)
    assert "/object/2" not in museum.asked
    visit(museum, Made(names=True), store, since=DAY)
    assert museum.asked.count("/object/2") == 1


def test_supplements_are_asked_for_until_nothing_new_is_wanted(store: RawStore) -> None:
    """Years, then the sizes whose address stands in them; 404 is an answer; all are kept by kind."""
    museum = museum_of(range(1, 6))
    museum.objects["4"] = None
    seen: list[int] = []
    report = visit(museum, Made(richer=True), store, progress=seen.append)
    kinds = {h[0].source_id: {r.kind: r.withdrawn for r in h} for h in store.records("made")}

    whole = {KIND: False, YEARS: False, SIZES: False}
    assert kinds == {
        "1": whole,
        "2": whole,
        "3": {**whole, SIZES: True},
        "4": {KIND: True},
        "5": whole,
    }
    assert (report.records, report.supplements, report.census.named) == (5, 8, 5)
    assert sum(seen) == 13
    assert len(museum.asked) == len(set(museum.asked)), "nothing was asked twice"


def test_an_address_that_several_objects_want_is_asked_once(store: RawStore) -> None:
    """Each of them has the answer as its own."""
    museum = museum_of(range(1, 9), shared_sizes=True)
    visit(museum, Made(richer=True), store)
    assert museum.asked.count("/sizes/all") == 1
    sizes = [raw.source_id for held in store.records("made") for raw in held if raw.kind == SIZES]
    assert sizes == [str(n) for n in range(1, 9)]


def test_supplements_are_kept_until_their_object_changes(store: RawStore) -> None:
    """In a new crawl only objects that say something new have their supplements asked for again."""
    museum = museum_of(range(1, 9))
    visit(museum, Made(richer=True), store)
    museum.objects["5"] = "Another title"
    store.begin("made")
    report = visit(museum, Made(richer=True), store)
    assert (report.changed, report.same) == (1, 7)
    assert [path for path in museum.asked if "object" not in path] == [
        "/list",
        "/years/5",
        "/sizes/5",
    ]


def test_a_supplement_that_fails_is_left_for_the_next_run(store: RawStore) -> None:
    """The crawl ends all the same, says what is missing, and the next run asks for that alone."""
    museum = museum_of(range(1, 9), torn={"/years/2", "/sizes/7"})
    report = visit(museum, Made(richer=True), store)
    assert (report.supplements, report.census.unfetched) == (13, {})
    assert sum(report.census.supplements_left.values()) == 2
    assert report.census.adds_up
    assert store.finished("made")

    museum.torn.clear()
    report = visit(museum, Made(richer=True), store)
    knocked = [f"/{kind}/{n}" for kind in ("years", "sizes") for n in (1, 3, 4)]
    assert museum.asked == [*knocked, "/years/2", "/sizes/7", "/sizes/2"]
    assert report.census.supplements_left == {}


def test_a_host_that_is_down_ends_the_run_in_its_stage(store: RawStore) -> None:
    """What was stored stays, the error goes up, and the next run goes on in the stage that was reached."""

    class Down(Made):
        async def crawl_ids(self, fetch: Fetch, ids: Sequence[str]) -> AsyncIterator[Page]:
            yield await self._page(fetch, ids[:1], "")
            raise HostDownError("museum.invalid", "out of order")

    museum = museum_of(range(1, 8), torn={"/object/2", "/object/5"})
    with pytest.raises(HostDownError, match="out of order"):
        visit(museum, Down(), store)
    assert (store.state("made").stage, store.count("made")) == ("again", 5)
    museum.torn.clear()
    report = visit(museum, Made(), store)
    assert museum.asked[KNOCKS:] == ["/object/2", "/object/5"]
    assert (report.census.stored, store.finished("made")) == (7, True)


BROKEN = {"/object/130", "/object/131", "/object/132", "/object/133", "/object/134", "/object/219"}


@dataclass
class Hundreds(Made):
    """The made museum in pages of a hundred."""

    page_size: int = 100


def test_what_fails_for_ever_is_told_from_a_host_that_is_down(store: RawStore) -> None:
    """Five ids in a row and the last of all answer 500 whenever they are asked: all others come, in moments."""
    museum = museum_of(range(100, 220), refuses=lambda path: 500 * (path in BROKEN))
    report = visit(museum, Hundreds(), store)
    assert (report.census.unfetched, report.census.stored) == ({"status 500": 6}, 114)
    assert (report.census.adds_up, store.finished("made")) == (True, True)


@pytest.mark.parametrize("refused", [403, 500])
def test_one_id_that_is_left_of_a_finished_crawl_is_given_up(store: RawStore, refused: int) -> None:
    """Asked for alone, in a run that nothing was had in, it costs minutes and not the patience for a host."""
    museum = museum_of(range(10, 70), refuses=lambda path: refused * (path == "/object/17"))

    async def run() -> tuple[CrawlReport, float]:
        clock = asyncio.get_running_loop().time
        slow = {"backoff_s": 2.0, "wall_backoff_s": 30.0, "retries": 5, "patience_s": 6 * 3600.0}
        async with museum.served(**slow) as fetch:
            began_s = clock()
            report = await run_crawl(Made(), fetch, store)
            return report, clock() - began_s

    visit(museum, Made(), store)
    museum.asked.clear()
    report, took_s = simulate(run(), patience_s=0.01)
    assert (sum(report.census.unfetched.values()), report.census.stored) == (1, 59)
    assert took_s < 300
    assert set(museum.asked) == {"/object/17", "/object/10", "/object/11", "/object/12"}
    assert store.finished("made")


def test_nothing_is_held_that_could_be_asked_for(store: RawStore) -> None:
    """Without anything to knock with, an id that fails is a host that is down; the run ends in its stage."""
    store.put("made", Page((), "", (Unfetched("7", "torn"),)))
    store.enter("made", AGAIN)
    museum = museum_of(range(1, 9), refuses=lambda path: 500 * (path == "/object/7"))
    with pytest.raises(HostDownError, match="no answer"):
        visit(museum, Made(), store, patience_s=0.1)
    assert set(museum.asked) == {"/object/7"}
    assert store.state("made").stage == AGAIN


def test_an_outage_of_everything_is_waited_for(store: RawStore) -> None:
    """A host that fails for all, in the middle of a crawl, costs no object and no try."""
    museum = museum_of(range(100, 220))
    museum.refuses = lambda _: 500 * (60 < len(museum.asked) < 75)
    report = visit(museum, Hundreds(richer=True), store)
    assert len(museum.asked) > 320
    assert (report.census.unfetched, report.census.supplements_left) == ({}, {})
    assert report.census.stored == 120


def test_an_outage_that_outlasts_all_patience_ends_the_run(store: RawStore) -> None:
    """What was stored stays, and the next run goes on in the page that was reached."""
    museum = museum_of(range(100, 420))
    museum.refuses = lambda _: 500 * (len(museum.asked) > 150)
    with pytest.raises(HostDownError, match="no answer"):
        visit(museum, Hundreds(), store, patience_s=0.1)
    assert (store.count("made"), store.state("made").stage) == (100, "pages")
    museum.refuses = lambda _: 0
    assert visit(museum, Hundreds(), store).census.stored == 320


def test_supplements_that_fail_for_ever_are_left(store: RawStore) -> None:
    """All others come; and asked for alone, in the next run, they do not make their host look down."""
    years = {f"/years/{n}" for n in (110, 111, 112, 113, 219)}
    museum = museum_of(range(100, 220), refuses=lambda path: 500 * (path in years))
    report = visit(museum, Hundreds(richer=True), store)
    assert report.census.supplements_left == {f"{YEARS}: status 500": 5}
    assert report.supplements == 2 * 115

    report = visit(museum, Hundreds(richer=True), store)
    assert report.census.supplements_left == {f"{YEARS}: status 500": 5}
    assert {path for path in museum.asked if path not in years} == {
        f"/{kind}/{n}" for kind in ("years", "sizes") for n in range(100, 100 + KNOCKS)
    }
    assert store.finished("made")


PAGE = b"<!doctype html><html><title>Down for maintenance</title></html>"


@dataclass
class InWords(Museum):
    """Says 404 of some paths in words of its choice."""

    lost: set[str] = field(default_factory=set)
    words: bytes = PAGE

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer as an API does, but for what is lost."""
        if request.path in self.lost:
            self.asked.append(request.path)
            return web.Response(status=404, body=self.words)
        return await super().answer(request)


def test_a_supplement_is_withdrawn_only_in_the_museum_s_own_words(store: RawStore) -> None:
    """A page that says 404 is no answer: the supplement is asked for again by the next run, and comes."""
    museum = InWords({str(n): "Title" for n in range(1, 9)}, lost={"/years/2", "/sizes/5"})
    census = visit(museum, Made(richer=True), store).census
    assert census.supplements_left == {
        f"{kind}: 404 without the museum's own word for it": 1 for kind in (YEARS, SIZES)
    }
    kinds = {h[0].source_id: {r.kind for r in h} for h in store.records("made")}
    assert (kinds["2"], kinds["5"], kinds["8"]) == ({KIND}, {KIND, YEARS}, {KIND, YEARS, SIZES})

    museum.lost.clear()
    report = visit(museum, Made(richer=True), store)
    assert (report.supplements, report.census.supplements_left) == (3, {})


@pytest.mark.parametrize("words", [b"", b"\n", b'{"error": "Not Found"}'])
def test_a_museum_s_own_404_is_an_answer(store: RawStore, words: bytes) -> None:
    """Where it says so in the form that was asked for, or nothing more, the supplement is withdrawn."""
    museum = InWords({str(n): "Title" for n in range(1, 9)}, lost={"/sizes/5"}, words=words)
    assert visit(museum, Made(richer=True), store).census.supplements_left == {}
    (sizes,) = [raw for h in store.records("made") for raw in h if raw.url.endswith("/sizes/5")]
    assert (sizes.withdrawn, sizes.body) == (True, words)


@pytest.mark.parametrize(
    ("status", "why"), [(401, "refused with 401"), (404, "404 without the museum's own word")]
)
def test_supplements_that_are_refused_to_all_end_the_run(
    store: RawStore, status: int, why: str
) -> None:
    """An API that asks for a key, or answers all with a page, is not asked in vain; later all is asked for."""
    years = {f"/years/{n}" for n in range(130, 420)}
    museum = InWords({str(n): "Title" for n in range(100, 420)})
    if status == 404:
        museum.lost = years
    else:
        museum.refuses = lambda path: status * (path in years)
    with pytest.raises(
        SourceError, match=rf"^made: of 50 objects in a row none .*{why}.*, then start again$"
    ):
        visit(museum, Hundreds(richer=True), store)
    assert len([path for path in museum.asked if "years" in path]) == 100
    assert (store.count("made"), store.state("made").stage) == (320, "supplements")

    museum.lost, museum.refuses = set(), lambda _: 0
    report = visit(museum, Hundreds(richer=True), store)
    assert (report.supplements, report.census.supplements_left) == (640, {})


def test_refusals_with_answers_between_them_end_nothing(store: RawStore) -> None:
    """Forty-nine in a row, and every other one of them all, are a matter of these objects."""
    refused = {f"/years/{n}" for n in (*range(100, 149), *range(150, 320, 2))}
    museum = museum_of(range(100, 320), refuses=lambda path: 401 * (path in refused))
    census = visit(museum, Hundreds(richer=True), store).census
    assert census.supplements_left == {f"{YEARS}: refused with 401": len(refused)}


def test_refusals_of_a_museum_that_is_well_end_nothing(store: RawStore) -> None:
    """Where others are known to be answered, any number in a row is a matter of these objects."""
    museum = museum_of(range(100, 200), refuses=lambda path: 401 * ("years" in path))
    held = {n: [RawRecord("made", n, KIND, b"{}")] for n in museum.objects}

    async def ask(*, well: bool) -> int:
        async with museum.served() as fetch:
            asked = await ask_supplements(Made(richer=True), fetch, held, well=well)
            return len(asked.unfetched)

    assert asyncio.run(ask(well=True)) == 100
    with pytest.raises(SourceError, match="of 50 objects in a row"):
        asyncio.run(ask(well=False))


def test_a_page_of_which_nothing_could_be_had_ends_the_run(store: RawStore) -> None:
    """A museum that begins to ask for a key is not asked for everything in vain; the page is stored."""
    museum = museum_of(range(100, 420), refuses=lambda path: 401 * ("object" in path))
    with pytest.raises(
        SourceError,
        match=r"^made: of 100 objects in a row not one could be had \(refused with 401\)",
    ):
        visit(museum, Hundreds(), store)
    assert len(museum.asked) == 101
    assert store.census("made").unfetched == {"refused with 401": 100}

    museum.refuses = lambda _: 0
    assert visit(museum, Hundreds(), store).census.stored == 320


def test_a_small_page_of_which_nothing_could_be_had_ends_nothing(store: RawStore) -> None:
    """A few objects that fail one after the other are a matter of these objects."""
    museum = museum_of(range(100, 149), refuses=lambda path: 401 * ("object" in path))
    assert visit(museum, Hundreds(), store).census.unfetched == {"refused with 401": 49}


def test_a_count_that_differs_from_what_the_source_says_is_told(
    store: RawStore, caplog: pytest.LogCaptureFixture
) -> None:
    """It is a warning for somebody to look at, not an end of the crawl."""
    store.put("made", Page((RawRecord("made", "1", "made", b""),), "1", expected=7))
    with caplog.at_level(logging.WARNING):
        report = crawl(Told(cursors=("1", "2")), store)
    assert (report.census.expected, report.census.listed, store.finished("made")) == (7, 4, True)
    assert "the source says that there are 7 records and named 4" in caplog.text


ids = st.integers(1, 40)
museums = st.builds(
    lambda there, gone, torn, unlisted: Museum(
        {str(n): None if n in gone else f"Title {n}" for n in there},
        unlisted=set(map(str, unlisted)),
        torn={f"/object/{n}" for n in torn},
    ),
    st.sets(ids),
    st.sets(ids),
    st.sets(ids, max_size=1),
    st.sets(ids),
)


@settings(max_examples=15, deadline=None, phases=[Phase.generate])
@given(st.lists(museums, min_size=1, max_size=3), st.sampled_from([Made(), Made(names=False)]))
def test_every_id_that_was_named_is_accounted_for(museums: list[Museum], source: Made) -> None:
    """Whatever a museum does from crawl to crawl, each id ends as stored, withdrawn, or unfetched and why."""
    named: set[str] = set()
    with tempfile.TemporaryDirectory() as folder, RawStore(Path(folder) / "raw.sqlite") as store:
        for museum in museums:
            store.begin("made")
            census = visit(museum, source, store).census
            listed = museum.objects.keys() - museum.unlisted
            named |= listed
            assert census.adds_up
            assert (census.named, census.listed) == (len(named), len(listed))
            unfetched = set(store.unsettled("made", limit=99))
            assert len(unfetched) == sum(census.unfetched.values())
            for held in store.records("made"):
                there = museum.objects.get(held[0].source_id) is not None
                if held[-1].withdrawn:  # who came back is not listed, or could not be had
                    assert not there or held[0].source_id not in listed - unfetched
                elif held[0].source_id not in unfetched:
                    assert there
        for path in museum.torn:
            assert path.removeprefix("/object/") in unfetched or path not in museum.asked
