"""A crawl of several sources side by side, with its receipt, whatever end it comes to."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from crawlers.engine.census import Census
from crawlers.engine.fetch import Fetch
from crawlers.engine.fetch_config import FetchConfig
from crawlers.engine.receipt import FetchReport, HostReport
from crawlers.engine.run import CrawlReport, run_crawl
from crawlers.engine.source import Source
from crawlers.engine.store import FINISHED, PAGES, RawStore
from omniart_data.crawl_progress import CrawlProgress
from omniart_data.probing import broken, probe_sources, unreached
from omniart_data.receipts import ReceiptBook
from omniart_data.watch import Watch, run_stoppable
from schemas.errors import SourceError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Crawled:
    """How the crawl of one source ended."""

    census: Census
    finished: bool
    """It came to its end."""
    report: CrawlReport | None = None
    """None: it did not come to its end."""
    failure: str = ""
    """Why it did not; empty also where somebody stopped it."""

    @property
    def whole(self) -> bool:
        """Return whether it came to its end, and nothing is left to ask for that the source named or counts."""
        census = self.census
        return self.finished and not (census.left or census.short or self.failure)

    @property
    def unfetched(self) -> int:
        """Return how many of the objects that it named could not be had."""
        return sum(self.census.unfetched.values())


@dataclass(frozen=True)
class CrawlRun:
    """How one run of the crawl ended: by source and by host."""

    sources: Mapping[str, Crawled]
    hosts: Mapping[str, HostReport]
    stopped: bool = False
    """Somebody stopped it."""

    @property
    def whole(self) -> bool:
        """Return whether nothing is left for another run."""
        return not self.stopped and all(one.whole for one in self.sources.values())

    @property
    def left(self) -> list[str]:
        """Return the sources for which there is something left."""
        return [name for name, one in self.sources.items() if not one.whole]


def crawl_sources(
    sources: Mapping[str, Source],
    fetching: FetchConfig,
    store: RawStore,
    watch: Watch,
    *,
    since: date | None = None,
    update: bool = False,
    probe: bool = False,
) -> CrawlRun:
    """Crawl sources side by side, each host at its own pace, and keep the receipt in the store.

    A source that fails is told in its result, and does not stop the others; a StoreError ends all.
    ``probe`` begins with one of each source whose crawl begins anew, and leaves out those that break a
    promise, and those that are not reached, which says nothing about them; one that was not finished in its
    time is told in a warning. Ctrl-C ends it cleanly: the page in flight is dropped, and the result says that
    it was stopped.
    """
    for name in sources if update else ():
        if store.finished(name):
            store.begin(name, since=since)
    crawl = _Crawl(fetching, store, watch, since)
    run_stoppable(lambda: crawl.run(sources, probe=probe))
    run = CrawlRun(
        {name: _crawled(name, crawl.ended.get(name), store) for name in sources},
        crawl.report.hosts,
        crawl.stopped,
    )
    told = {name: _source_receipt(one) for name, one in run.sources.items()}
    crawl.book.end(crawl.report, {"sources": told}, stopped=run.stopped)
    return run


class _Crawl:
    """One run: what it was given, and how each source has ended so far."""

    def __init__(
        self, fetching: FetchConfig, store: RawStore, watch: Watch, since: date | None
    ) -> None:
        self._fetching, self._store, self._watch, self._since = fetching, store, watch, since
        self.ended: dict[str, CrawlReport | SourceError] = {}
        self.book = ReceiptBook(store, watch.command, "descriptions")
        self.report = FetchReport()
        self.stopped = False

    async def run(self, sources: Mapping[str, Source], *, probe: bool) -> None:
        """Crawl all sources, and end in order where that is cancelled."""
        try:
            good = await self._probed(sources) if probe else sources
            await self._crawl_all(good)
        except asyncio.CancelledError:
            self.stopped = True
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from errors

    async def _probed(self, sources: Mapping[str, Source]) -> dict[str, Source]:
        """Return the sources that keep their promises or go on from where they stopped; the others have ended."""
        asked = {name: source for name, source in sources.items() if self._begins(name)}
        verdicts, report = await probe_sources(asked, self._fetching)
        self.report += report
        for name, verdict in verdicts.items():
            if verdict.outcome == "changed":
                self.ended[name] = SourceError(f"the probe failed: {broken(verdict)}")
            elif not verdict.begun:
                self.ended[name] = SourceError(f"not reached: {unreached(verdict)}")
            elif not verdict.ok:
                log.warning("%s: the probe was %s", name, unreached(verdict))
        return {name: source for name, source in sources.items() if name not in self.ended}

    def _begins(self, name: str) -> bool:
        """Return whether the crawl of a source begins anew: what it has shown before need not be proved."""
        state = self._store.state(name)
        if state.stage == FINISHED:
            return self._since is not None
        return (state.stage, state.cursor) == (PAGES, "")

    async def _crawl_all(self, sources: Mapping[str, Source]) -> None:
        async with Fetch(self._fetching) as fetch, self._watch.over(fetch):
            try:
                async with self.book.over(fetch, self.report), asyncio.TaskGroup() as group:
                    for name, source in sources.items():
                        group.create_task(self._crawl(name, source, fetch))
            finally:
                self.report += fetch.report

    async def _crawl(self, name: str, source: Source, fetch: Fetch) -> None:
        count = self._watch.count(name, source.rates)
        progress = CrawlProgress(name, self._store, count)
        try:
            self.ended[name] = await run_crawl(
                source, fetch, self._store, since=self._since, progress=progress
            )
            count.end("done")
        except SourceError as error:
            self.ended[name] = error
            count.end("failed")


def _crawled(name: str, ended: CrawlReport | SourceError | None, store: RawStore) -> Crawled:
    failure = str(ended) if isinstance(ended, SourceError) else ""
    report = ended if isinstance(ended, CrawlReport) else None
    return Crawled(store.census(name), store.finished(name), report, failure)


def _source_receipt(one: Crawled) -> dict[str, Any]:
    counts = ("pages", "records", "new", "changed", "same", "withdrawn")
    done = {name: getattr(one.report, name) for name in counts} if one.report else {}
    return {**done, "whole": one.whole, "failure": one.failure, "census": asdict(one.census)}
