"""One crawl of one source: stage by stage into the store, from where the last run stopped.

1. *pages*: all that the source offers, page by page;
2. *again*: a second pass over the ids that failed, or that were named and never came;
3. *vanished*: what is held and was not named any more is asked for, as nothing is guessed to be gone;
4. *supplements*: the further answers that new and changed objects want;
5. *finished*.

Each page is stored with the cursor of its stage, so that a run that was killed goes on in its stage, and
at most the page in flight is asked for again.
"""

import logging
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import date
from typing import cast

from crawlers.engine.census import Census
from crawlers.engine.fetch import Fetch
from crawlers.engine.record_table import Stored
from crawlers.engine.source import AsksTogether, Page, Source, Unfetched
from crawlers.engine.store import AGAIN, FINISHED, PAGES, SUPPLEMENTS, VANISHED, RawStore
from crawlers.engine.supplements import ask_supplements, wanting
from schemas.errors import SourceError

log = logging.getLogger(__name__)

IDS_AT_ONCE = 100
"""Ids that are asked for, or objects that are looked at, before the cursor moves on."""
NOT_ONE_OF = 50
"""A page of so many objects of which not one could be had is no matter of single objects."""
KNOCKS = 3
"""Of so many that are held one may be gone meanwhile, or fail: the others say that their host is well."""


@dataclass(frozen=True)
class CrawlReport:
    """What one run of a crawl stored; nothing, where the crawl was whole already."""

    source: str
    pages: int = 0
    records: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    """Records that say nothing new, however they are dated."""
    withdrawn: int = 0
    """Records that say that an object is gone, of which we did not know."""
    unfetched: int = 0
    """Ids that the source has named and that could not be had, when the run ended."""
    resumed_from: str = ""
    """The cursor that an earlier run left; empty: from the beginning of a stage."""
    census: Census = field(default_factory=Census)
    supplements: int = 0
    """Further answers about objects; ``records`` and its parts are without them."""


async def run_crawl(
    source: Source,
    fetch: Fetch,
    store: RawStore,
    *,
    since: date | None = None,
    progress: Callable[[int], None] | None = None,
) -> CrawlReport:
    """Store what a source offers, page by page, and note the end of it.

    A crawl that was broken off goes on from its cursor, with the ``since`` that it was begun with. Of a
    finished one only what could not be had is asked for again, unless ``since`` asks for what changed;
    ``store.begin`` starts it anew. ``progress`` is told the number of records of each page once it is
    stored. Raises SourceError where the source fails, walks in a circle or has not one object of a whole
    page; what was stored until then stays.
    """
    name = source.name
    state = store.state(name)
    if state.stage == FINISHED and since is None:
        if not (census := store.census(name)).left:
            log.info("%s: nothing is left to ask for", name)
            _warn_of_difference(name, census)
            return CrawlReport(name, census=census)
        store.enter(name, AGAIN)
    elif state.stage == FINISHED or (
        since is not None and (state.stage, state.cursor) == (PAGES, "")
    ):
        store.begin(name, since=since)
    run = _Run(source, fetch, store, progress or (lambda _: None))
    if run.since != since:
        log.info("%s: going on with the crawl of changes since %s", name, run.since or "ever")
    return await run.run()


class _Run:
    """One run through the stages that are left, counting."""

    def __init__(
        self,
        source: Source,
        fetch: Fetch,
        store: RawStore,
        progress: Callable[[int], None],
    ) -> None:
        self._source, self._fetch, self._store = source, fetch, store
        self._progress = progress
        self._name = source.name
        self.since = store.since(self._name)
        self._report = CrawlReport(self._name, resumed_from=store.cursor(self._name))
        self._knocked = False

    async def run(self) -> CrawlReport:
        stages = {
            PAGES: self._pages,
            AGAIN: self._again,
            VANISHED: self._vanished,
            SUPPLEMENTS: self._supplements,
        }
        names = [*stages, FINISHED]
        while (stage := self._store.state(self._name).stage) != FINISHED:
            await stages[stage]()
            self._store.enter(self._name, names[names.index(stage) + 1])
        census = self._store.census(self._name)
        _warn_of_difference(self._name, census)
        return replace(self._report, census=census, unfetched=sum(census.unfetched.values()))

    async def _pages(self) -> None:
        cursor = self._store.cursor(self._name)
        before = cursor
        pages = self._source.crawl(self._fetch, since=self.since, cursor=cursor)
        async with _closing(pages) as told:
            async for page in told:
                if page.cursor and page.cursor == before:
                    raise SourceError(
                        f"{self._name} goes in a circle at cursor {before!r}: try again later"
                    )
                before = page.cursor or before
                self._put(page)
                self._check(page)

    def _check(self, page: Page) -> None:
        """End the run where nothing comes of asking: 500,000 objects may be asked for in vain."""
        if page.records or page.bulk or len(page.unfetched) < NOT_ONE_OF:
            return
        reasons = Counter(one.reason for one in page.unfetched)
        raise SourceError(
            f"{self._name}: of {len(page.unfetched)} objects in a row not one could be had"
            f" ({reasons.most_common(1)[0][0]}): see whether the museum still answers without a key,"
            " then start again"
        )

    async def _again(self) -> None:
        await self._ask(self._store.unsettled)

    async def _vanished(self) -> None:
        """Ask for what is held and was not named: only a crawl of everything, or a list, can tell."""
        state = self._store.state(self._name)
        if state.since is None or state.listed:
            await self._ask(self._store.vanished)

    async def _ask(self, find: Callable[[str, str, int], list[str]]) -> None:
        """Ask for single ids, some at a time; the cursor is the last of those that are done."""
        source = self._source
        at_once = source.ids_at_once if isinstance(source, AsksTogether) else IDS_AT_ONCE
        while ids := find(self._name, self._store.cursor(self._name), at_once):
            await self._knock()
            left = set(ids)
            async with _closing(source.crawl_ids(self._fetch, ids)) as pages:
                async for page in pages:
                    self._put(replace(page, cursor=""))
                    left -= {record.source_id for record in page.records}
                    left -= {one.source_id for one in page.unfetched}
            unfetched = tuple(Unfetched(one, "") for one in sorted(left))
            self._store.put(self._name, Page((), cursor=ids[-1], unfetched=unfetched))

    async def _knock(self) -> None:
        """Ask for something that is held, where this run had no object yet, and let go of the answer.

        An id that failed before, and is all that is asked for, cannot be told from a host that is down
        but by what that host did answer.
        """
        if self._report.records or self._knocked:
            return
        self._knocked = True
        if held := self._store.held(self._name, KNOCKS):
            async with _closing(self._source.crawl_ids(self._fetch, held)) as pages:
                async for _ in pages:
                    pass

    async def _knock_for_supplements(self) -> bool:
        """Do the same for supplements that failed before, at hosts of their own; return whether one is well."""
        if not any(self._store.census(self._name).supplements_left):
            return False
        complete = self._store.complete(self._name, KNOCKS)
        held = {raws[0].source_id: raws for raws in complete}
        return bool((await ask_supplements(self._source, self._fetch, held, well=True)).records)

    async def _supplements(self) -> None:
        """Ask for what objects want besides, across all objects of a page at a time."""
        name = self._name
        well = await self._knock_for_supplements()
        while due := self._store.due(name, self._store.cursor(name), IDS_AT_ONCE):
            held = {raws[0].source_id: raws for raws in due}
            asked = await ask_supplements(self._source, self._fetch, held, well=well)
            page = Page(asked.records, due[-1][0].source_id, unfetched=asked.unfetched)
            self._store.put(name, page)
            if count := len(page.records):
                self._report = replace(self._report, supplements=self._report.supplements + count)
                self._progress(count)

    def _put(self, page: Page) -> None:
        """Store a page of objects, count it and tell of it."""
        stored = self._store.put(self._name, page, wanting=wanting(self._source, page.records))
        self._report = _with_page(self._report, page, stored)
        self._progress(len(page.records))


def _warn_of_difference(name: str, census: Census) -> None:
    """Say where a source named more or less than it says there is; what many are, ``short`` tells."""
    if not census.as_expected:
        log.warning(
            "%s: the source says that there are %d records and named %d: %s",
            name,
            census.expected,
            census.listed,
            "a crawl from the beginning may find them" if census.short else "look at its pages",
        )


def _closing(pages: AsyncIterator[Page]) -> "aclosing[AsyncGenerator[Page]]":
    """Have a source closed before whoever waits for its crawl learns how that ended."""
    return aclosing(cast("AsyncGenerator[Page]", pages))


def _with_page(report: CrawlReport, page: Page, stored: Stored) -> CrawlReport:
    return replace(
        report,
        pages=report.pages + 1,
        records=report.records + len(page.records),
        new=report.new + stored.new,
        changed=report.changed + stored.changed,
        same=report.same + stored.same,
        withdrawn=report.withdrawn + stored.withdrawn,
    )
