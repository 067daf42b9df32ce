"""The server of the sample museum: a thread of its own, on loopback, at a free port."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

from aiohttp import web

from crawlers.sample import hosts
from crawlers.sample.collection import Collection, invent
from crawlers.sample.iiif import iiif_app
from crawlers.sample.met_api import met_app, met_images_app
from crawlers.sample.oai_pmh import oai_app
from crawlers.sample.wga_site import wga_app

log = logging.getLogger(__name__)

LIFETIME_S = 3600.0
"""After so many seconds the server stops by itself, however it was left."""

_APPS = {
    hosts.MET: met_app,
    hosts.MET_IMAGES: met_images_app,
    hosts.RIJKSMUSEUM: oai_app,
    hosts.IIIF: iiif_app,
    hosts.WGA: wga_app,
}


@dataclass(frozen=True)
class SampleMuseum:
    """A running sample museum; ``routes`` leads each made-up host to its address on loopback."""

    routes: Mapping[str, str]
    collection: Collection


@contextmanager
def sample_museum(
    seed: int = 0, works: int = 1200, *, lifetime_s: float = LIFETIME_S
) -> Iterator[SampleMuseum]:
    """Serve the collection of a seed until the end of the block; UsageError for too few works.

    >>> with sample_museum(works=120) as museum:
    ...     sorted(museum.routes)[0]
    'iiif.sample-rijksmuseum.invalid'
    """
    collection = invent(seed, works)
    server = _Server(collection, lifetime_s)
    server.start()
    try:
        base = f"http://127.0.0.1:{server.port}"
        routes = {host: f"{base}/{host}" for host in _APPS}
        log.info("the sample museum is at %s", base)
        yield SampleMuseum(MappingProxyType(routes), collection)
    finally:
        server.stop()


class _Server:
    """The thread and its event loop; ``start`` returns once the port is open."""

    def __init__(self, collection: Collection, lifetime_s: float) -> None:
        self._collection, self._lifetime_s = collection, lifetime_s
        self._opened: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = threading.Thread(target=self._run, name="sample museum", daemon=True)

    @property
    def port(self) -> int:
        return self._opened.result()[0]

    def start(self) -> None:
        self._thread.start()
        self._opened.result()

    def stop(self) -> None:
        """End the server, if it has not ended by itself, and wait for its thread."""
        _, loop, ended = self._opened.result()
        with contextlib.suppress(RuntimeError):  # the loop is closed: its lifetime is over
            loop.call_soon_threadsafe(ended.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            if self._opened.done():
                raise
            self._opened.set_exception(error)

    async def _serve(self) -> None:
        runner = web.AppRunner(museum_app(self._collection), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            ended = asyncio.Event()
            port: int = runner.addresses[0][1]
            self._opened.set_result((port, asyncio.get_running_loop(), ended))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), self._lifetime_s)
        finally:
            await runner.cleanup()


def museum_app(collection: Collection) -> web.Application:
    """Return all protocols in one application, each under the name of its host."""
    app = web.Application()
    hosts.add_front(app, "A sample of three museums")
    for host, make in _APPS.items():
        app.add_subapp(f"/{host}", make(collection))
    return app
