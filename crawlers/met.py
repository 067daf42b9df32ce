"""The Metropolitan Museum of Art, New York, through its bulk file and its Collection API.

MetObjects.csv tells of every object in one download, but names no image and is from 2023; the API
(https://metmuseum.github.io) lists every object number, in no order, and answers about one at a time. The
museum documents 80 requests a second; its wall answers 403 to more than about 3: see REQUESTS_PER_SECOND.
So the file settles what it can, and the API is asked for the rest: see ``crawlers.met_crawl.plan``.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from crawlers import met_fields
from crawlers.dump_files import check_readable
from crawlers.engine.source import Bulk, Cost, Page, Promise, Source, Unfetched
from crawlers.met_answer import read_answer
from crawlers.met_bulk import (
    FILE_URL,
    POINTER_URL,
    BulkIds,
    Numbers,
    Pointer,
    ids_of,
    parse_pointer,
)
from crawlers.met_crawl import Cursor, numbers_of, plan, settle
from crawlers.met_dump import read_met_dump
from schemas.errors import RecordError, SourceError
from schemas.raw import RawRecord
from schemas.record import Record

if TYPE_CHECKING:
    from crawlers.engine.fetch import Fetch

log = logging.getLogger(__name__)

BASE_URL = "https://collectionapi.metmuseum.org/public/collection/v1"
PAGE_SIZE = 100
"""Objects that are stored together; at 3 requests a second at most half a minute is asked twice."""

POINTER_TRIES = 4
"""How often something else in place of the pointer is taken for a passing error."""

REQUESTS_PER_SECOND = 3.0
"""Above about 3 a second every answer is a 403 (measured by crawlers of 2025 and 2026)."""
IMAGES_PER_SECOND = 8.0
"""The image host gave 55,007 files at 8 a second without a wall (a crawl of 2025-07)."""
RATES: Mapping[str, float] = MappingProxyType(
    {
        "collectionapi.metmuseum.org": REQUESTS_PER_SECOND,
        "images.metmuseum.org": IMAGES_PER_SECOND,
        "raw.githubusercontent.com": 1.0,
        "media.githubusercontent.com": 1.0,
    }
)
BULK_DATE = date(2023, 6, 17)
"""When the newest bulk file known was made. A file does not say its own date; asking the API for what
changed since this one misses nothing in a newer file, and asks at worst for too much."""

OBJECTS = 501_731
"""Length of the list of object numbers in June 2026."""
IN_BULK = 484_956
"""Rows of the bulk file of June 2023."""
IMAGES = 249_000
"""Objects in the public domain, which alone have images; one image each."""
CHANGED_SHARE = 0.38
"""Of the bulk file's objects, the most that have changed since: culture of 15.3 %, title of 13.8 %, date
of 8.9 % (51,643 objects, August 2026)."""
IMAGE_BYTES = 1_590_000
"""Mean size of an original (83 GB over 55,007 files, a crawl of 2025-07)."""

_PROMISES = (
    Promise("objectID is a number", lambda record: record.source_id.isdecimal()),
    Promise("objectURL is there", lambda record: bool(record.url)),
    Promise("metadataDate is there", lambda record: bool(record.stated)),
    Promise("title", lambda record: bool(record.titles), 0.5),
    Promise("classification or objectName", lambda record: bool(record.types), 0.8),
    Promise("medium", lambda record: bool(record.medium), 0.5),
    Promise(
        "an image where isPublicDomain, and only there",
        lambda record: bool(record.rights) == bool(record.images),
        0.9,
    ),
)


class _Bulk(NamedTuple):
    pointer: Pointer
    file: Bulk
    ids: BulkIds


@dataclass(frozen=True)
class Met(Source):
    """The Met's objects, told in English. Without a ``pointer_url`` the API alone is asked."""

    name: str = "met"
    institution: str = met_fields.INSTITUTION
    base_url: str = BASE_URL
    attribution: str = met_fields.ATTRIBUTION
    rates: Mapping[str, float] = field(default_factory=lambda: RATES, compare=False)
    pointer_url: str = POINTER_URL
    file_url: str = FILE_URL
    bulk_date: date = BULK_DATE

    async def crawl(
        self, fetch: "Fetch", *, since: date | None = None, cursor: str = ""
    ) -> AsyncIterator[Page]:
        """Yield all numbers and the bulk file, then by rising number what this does not settle.

        With ``since`` only objects changed since then are asked for. What the plan rests on is asked
        for again when a crawl goes on; the bulk file is the one that it began with.
        """
        listed = await self._list(fetch)
        at = Cursor.parse(cursor)
        bulk = await self._bulk(fetch, at.bulk) if at.bulk or not cursor else None
        newer = await self._list(fetch, self.bulk_date) if bulk else listed[:0]
        changed = await self._list(fetch, since) if since else None
        todo = plan(listed, bulk.ids if bulk else None, newer, changed)
        if not cursor:
            at = Cursor(bulk=bulk.pointer if bulk else None)
            yield Page(
                (),
                str(at),
                named=map(str, todo.named),
                in_bulk=map(str, todo.in_bulk),
                bulk=bulk.file if bulk else None,
                expected=len(todo.named),
            )
        left = todo.asked[todo.asked > at.number]
        for first in range(0, len(left), PAGE_SIZE):
            ids_asked = [str(number) for number in left[first : first + PAGE_SIZE]]
            yield await self._page(fetch, ids_asked, str(Cursor(int(ids_asked[-1]), at.bulk)))

    async def crawl_ids(self, fetch: "Fetch", ids: Sequence[str]) -> AsyncIterator[Page]:
        """Yield pages about these objects alone; what is no object number cannot be asked for."""
        numbers = [one for one in ids if one.isascii() and one.isdecimal()]
        wrong = tuple(Unfetched(one, "no object number") for one in ids if one not in set(numbers))
        if wrong:
            yield Page((), "", wrong)
        for first in range(0, len(numbers), PAGE_SIZE):
            yield await self._page(fetch, numbers[first : first + PAGE_SIZE], "")

    async def _list(self, fetch: "Fetch", since: date | None = None) -> Numbers:
        """Return all object numbers, or those of the objects changed since a day."""
        url = f"{self.base_url}/objects"
        params = {"metadataDate": since.isoformat()} if since else None
        answer = await fetch.get(url, params, expect="json")
        if answer.gone:
            raise SourceError(
                f"{url} answers {answer.status}: the Met's list has moved, or is down"
            )
        return numbers_of(answer.body, url)

    async def _bulk(self, fetch: "Fetch", begun: Pointer | None) -> _Bulk | None:
        """Return the bulk file and what it holds, ``begun`` if that is named; None: it cannot be had.

        A client without a folder for downloads leaves it alone, as ``probe`` does.
        """
        if not self.pointer_url or fetch.config.downloads is None:
            return None
        try:
            pointer = begun or await self._pointer(fetch)
            file = await fetch.download(
                self.file_url, sha256=pointer.sha256, size_bytes=pointer.size_bytes
            )
            ids = await asyncio.to_thread(ids_of, file.path)
        except SourceError as error:
            log.warning(
                "%s: no bulk file (%s); every object is asked for by the API", self.name, error
            )
            return None
        bulk = Bulk(file.path, pointer.sha256, self.file_url, file.fetched)
        return _Bulk(pointer, bulk, ids)

    async def _pointer(self, fetch: "Fetch") -> Pointer:
        """Return the file's pointer, asked for a few times: a page in its place may be a passing error."""
        wrong = SourceError(f"{self.pointer_url} is not asked for")
        for _ in range(POINTER_TRIES):
            answer = await fetch.get(self.pointer_url)
            if answer.gone:
                raise SourceError(f"{self.pointer_url} is gone ({answer.status})")
            try:
                return parse_pointer(answer.body, self.pointer_url)
            except SourceError as error:
                wrong = error
        raise wrong

    async def _page(self, fetch: "Fetch", ids: Sequence[str], cursor: str) -> Page:
        """Ask for each object: a record, a record that it is gone, or the reason why neither came."""
        records: list[RawRecord] = []
        unfetched: list[Unfetched] = []
        urls = [f"{self.base_url}/objects/{number}" for number in ids]
        async for answer in fetch.get_each(urls, expect="json"):
            number = ids[len(records) + len(unfetched)]
            if isinstance(answer, SourceError):
                unfetched.append(Unfetched(number, answer.reason))
                continue
            settled = settle(answer, self.name, number)
            if isinstance(settled, Unfetched):
                unfetched.append(settled)
            else:
                records.append(settled)
        return Page(tuple(records), cursor, tuple(unfetched))

    def promises(self) -> Sequence[Promise]:
        """Return what the API promises: that the answer is about the object asked for is checked by ``read``."""
        return _PROMISES

    def read(self, raws: Sequence[RawRecord]) -> Record:
        """Put the Met's words under our names; raise RecordError for a field it has dropped."""
        raw = raws[-1]  # one answer tells all; the newest wins
        if raw.withdrawn:
            return Record(
                self.name,
                raw.source_id,
                self.institution,
                stated=raw.stated,
                received=raw.fetched,
                withdrawn=True,
                sha256=raw.sha256,
            )
        try:
            return read_answer(raw, self.institution)
        except RecordError as error:
            error.sha256 = raw.sha256
            raise

    def read_dump(self, path: Path) -> Iterator[pa.RecordBatch | RecordError]:
        """Read MetObjects.csv, or a file of API answers, one on a line; either may be gzipped."""
        check_readable(path)
        return read_met_dump(path, self)

    def cost(self) -> Cost:
        """Return what a whole crawl takes: the list, each object, one image of each that has one.

        With the bulk file: three requests more, but of the objects that it holds only those with an
        image and those that have changed since.
        """
        requests = OBJECTS + 1
        if self.pointer_url:
            changed = round((IN_BULK - IMAGES) * CHANGED_SHARE)
            requests = 4 + OBJECTS - IN_BULK + IMAGES + changed
        return Cost(
            requests=requests,
            images=IMAGES,
            image_bytes=IMAGES * IMAGE_BYTES,
            requests_per_second=REQUESTS_PER_SECOND,
            images_per_second=IMAGES_PER_SECOND,
        )
