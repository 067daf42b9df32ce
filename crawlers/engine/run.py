"""One crawl of one source: page by page into the store, from where the last run stopped."""

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date
from typing import cast

from crawlers.engine.fetch import Fetch
from crawlers.engine.source import Page, Source
from crawlers.engine.store import RawStore
from schemas.errors import SourceError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CrawlReport:
    """What one run of a crawl stored; nothing, where the crawl was whole already."""

    source: str
    pages: int = 0
    records: int = 0
    withdrawn: int = 0
    """Of the records, those that say that an object is gone."""
    resumed_from: str = ""
    """The cursor that an earlier run left; empty: from the beginning."""


async def run_crawl(
    source: Source,
    fetch: Fetch,
    store: RawStore,
    *,
    since: date | None = None,
    progress: Callable[[int], None] | None = None,
) -> CrawlReport:
    """Store what a source offers, page by page, and note the end of it.

    A crawl that was broken off goes on from its cursor, with the ``since`` that it was begun with. A
    finished one is left alone, unless ``since`` asks for what changed; ``store.begin`` starts it anew.
    ``progress`` is told the number of records of each page once it is stored. Raises SourceError
    where the source fails or walks in a circle; what was stored until then stays.
    """
    name = source.name
    if store.finished(name) and since is None:
        log.info("%s: the crawl is whole already", name)
        return CrawlReport(name)
    cursor = store.cursor(name)
    if store.finished(name) or (not cursor and since is not None):
        store.begin(name, since=since)
    begun_since = store.since(name)
    if begun_since != since:
        log.info("%s: going on with the crawl of changes since %s", name, begun_since or "ever")
    report = CrawlReport(name, resumed_from=cursor)
    before = cursor or None
    pages = cast("AsyncGenerator[Page]", source.crawl(fetch, since=begun_since, cursor=cursor))
    async with aclosing(pages):
        async for page in pages:
            if page.cursor == before:
                raise SourceError(f"{name} goes in a circle at cursor {before!r}: try again later")
            before = page.cursor
            store.put(name, page)
            report = _with_page(report, page)
            if progress is not None:
                progress(len(page.records))
    store.finish(name)
    return report


def _with_page(report: CrawlReport, page: Page) -> CrawlReport:
    return CrawlReport(
        report.source,
        report.pages + 1,
        report.records + len(page.records),
        report.withdrawn + sum(record.withdrawn for record in page.records),
        report.resumed_from,
    )
