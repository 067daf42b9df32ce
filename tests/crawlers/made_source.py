"""A made museum for the tests of crawls: an API on loopback, its source, and what it can be told to do."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from aiohttp import web

from crawlers.engine.failures import AddressError
from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.engine.source import Cost, Page, Promise, Source, Supplement, Unfetched
from schemas.errors import RecordError
from schemas.raw import RawRecord
from schemas.record import Record, Text

HOST = "museum.invalid"
URL = f"https://{HOST}"
KIND, YEARS, SIZES = "made", "made-years", "made-sizes"
JPEG = b"\xff\xd8\xff\xe0"
CC0 = "https://creativecommons.org/publicdomain/zero/1.0"


@dataclass
class Museum:
    """What the made museum holds now; tests change it between crawls.

    ``objects``: id to title (None: gone); ``torn``: paths whose answer is no JSON;
    ``refuses``: says with what status a path is refused (0: not at all); ``asked``: every path so far.
    """

    objects: dict[str, str | None]
    unlisted: set[str] = field(default_factory=set)
    torn: set[str] = field(default_factory=set)
    shared_sizes: bool = False
    refuses: Callable[[str], int] = lambda _: 0
    pictures: bool = False
    robots: bytes = b""
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer as an API does."""
        if request.path == "/robots.txt":
            return web.Response(body=self.robots)
        self.asked.append(request.path)
        if request.path in self.torn:
            return web.Response(body=b"torn off")
        if status := self.refuses(request.path):
            return web.Response(status=status)
        kind, _, source_id = request.path.strip("/").partition("/")
        return self._answer(kind, source_id)

    def _answer(self, kind: str, source_id: str) -> web.Response:
        if kind == "list":
            return web.json_response(sorted(self.objects.keys() - self.unlisted))
        if kind == "object":
            return self._object(source_id)
        if kind == "years":
            sizes = "all" if self.shared_sizes else source_id
            return web.json_response({"years": len(source_id), "sizes": f"{URL}/sizes/{sizes}"})
        if kind == "image" and self.pictures:
            return web.Response(body=JPEG)
        if kind == "sizes" and source_id != "3":
            return web.json_response({"mm": 400})
        return web.Response(status=404)

    def _object(self, source_id: str) -> web.Response:
        title = self.objects.get(source_id)
        if title is None:
            return web.json_response({"message": "no such object"}, status=404)
        return web.json_response({"id": source_id, "title": title})

    @asynccontextmanager
    async def served(self, **more: Any) -> AsyncIterator[Fetch]:
        """Serve it on loopback, and yield a hasty client; ``more``: other settings of it."""
        runner = web.ServerRunner(web.Server(self.answer), shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            base = f"http://127.0.0.1:{runner.addresses[0][1]}"
            async with Fetch(replace(hasty(base), **more)) as fetch:
                yield fetch
        finally:
            await runner.cleanup()


def hasty(base: str) -> FetchConfig:
    """Return how to ask a museum on loopback that needs no manners."""
    return FetchConfig(
        routes={HOST: base},
        default_rate=1e6,
        backoff_s=0.001,
        wall_backoff_s=0.001,
        retries=1,
        patience_s=5.0,
    )


@dataclass
class Made(Source):
    """The made museum's source: a list of ids, one request an object, and years and sizes besides."""

    name: str = "made"
    institution: str = "Nowhere"
    attribution: str = "Made up"
    rates: Mapping[str, float] = field(default_factory=dict)
    page_size: int = 3
    names: bool = True
    """Its pages carry the ids of the list."""
    richer: bool = False
    """There are years to be had, and in them the address of the sizes."""

    async def crawl(
        self, fetch: Fetch, *, since: date | None = None, cursor: str = ""
    ) -> AsyncIterator[Page]:
        """Yield objects by rising id."""
        listed: list[str] = json.loads((await fetch.get(f"{URL}/list", expect="json")).body)
        if self.names and not cursor:
            yield Page((), "", named=iter(listed), expected=len(listed))
        left = [one for one in listed if one > cursor]
        for first in range(0, len(left), self.page_size):
            ids = left[first : first + self.page_size]
            yield await self._page(fetch, ids, ids[-1])

    async def crawl_ids(self, fetch: Fetch, ids: Sequence[str]) -> AsyncIterator[Page]:
        """Yield these objects, two pages of them."""
        yield await self._page(fetch, ids[::2], "")
        yield await self._page(fetch, ids[1::2], "")

    async def _page(self, fetch: Fetch, ids: Sequence[str], cursor: str) -> Page:
        records, unfetched = [], []
        number = 0
        async for answer in fetch.get_each([f"{URL}/object/{one}" for one in ids], expect="json"):
            if isinstance(answer, AddressError):
                unfetched.append(Unfetched(ids[number], answer.reason))
            else:
                records.append(answer.as_raw(self.name, ids[number], KIND))
            number += 1
        return Page(tuple(records), cursor, tuple(unfetched))

    def supplements(self, raws: Sequence[RawRecord]) -> Sequence[Supplement]:
        """Return the years, and then the sizes that the years lead to."""
        held = {raw.kind: raw for raw in raws}
        if not self.richer or held[KIND].withdrawn:
            return ()
        if YEARS not in held:
            return (Supplement(YEARS, f"{URL}/years/{held[KIND].source_id}"),)
        if SIZES not in held:
            return (Supplement(SIZES, json.loads(held[YEARS].body)["sizes"]),)
        return ()

    def promises(self) -> Sequence[Promise]:
        """Return that everything has a title."""
        return (Promise("title", lambda record: bool(record.titles[0].text)),)

    def read(self, raws: Sequence[RawRecord]) -> Record:
        """Read the title."""
        held = {raw.kind: raw for raw in raws}
        raw = held[KIND]
        if raw.withdrawn:
            return Record(self.name, raw.source_id, withdrawn=True)
        told = json.loads(raw.body)
        if "title" not in told:
            raise RecordError(f"{self.name}:{raw.source_id}", "title", None)
        image = f"{URL}/image/{raw.source_id}.jpg"
        return Record(
            self.name, raw.source_id, titles=(Text(told["title"]),), rights=CC0, images=(image,)
        )

    def read_dump(self, path: Path) -> Iterator[pa.RecordBatch | RecordError]:
        """Yield nothing."""
        yield from ()

    def cost(self) -> Cost:
        """Return a small cost."""
        return Cost(8, 0, 0, 1.0, 1.0)


def museum_of(ids: Iterable[int | str], **more: object) -> Museum:
    """Return a museum with objects of these ids."""
    return Museum({str(one): f"Title {one}" for one in ids}, **more)  # type: ignore[arg-type]
