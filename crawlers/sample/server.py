"""The server of the sample museum: a thread of its own, on loopback, over plain HTTP or TLS."""

import asyncio
import contextlib
import json
import logging
import signal
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, MappingProxyType

from aiohttp import web

from crawlers.sample import hosts
from crawlers.sample.collection import Collection, invent
from crawlers.sample.faults import Faults
from crawlers.sample.holdings import Holdings
from crawlers.sample.iiif import iiif_app
from crawlers.sample.met_api import met_app, met_images_app
from crawlers.sample.met_bulk import met_bulk_app
from crawlers.sample.misbehaviour import Mischief
from crawlers.sample.oai_pmh import add_oai
from crawlers.sample.resolver import add_linked_art, ids_app
from crawlers.sample.tls import make_certificate
from crawlers.sample.wga_site import EDITIONS, Edition, edition_named, wga_app
from schemas.errors import UsageError

log = logging.getLogger(__name__)

LIFETIME_S = 3600.0
"""After so many seconds the server stops by itself, however it was left."""


@dataclass(frozen=True)
class SampleMuseum:
    """A running sample museum; ``routes`` leads each made-up host to its address on loopback.

    ``ca_file`` is the authority to trust where it speaks TLS, else None.
    """

    routes: Mapping[str, str]
    collection: Collection
    base_url: str
    ca_file: Path | None
    holdings: Holdings = field(repr=False)
    mischief: Mischief = field(repr=False)

    @property
    def walls(self) -> int:
        """Return how often a wall has closed, at all hosts together."""
        return self.mischief.walls

    def counts(self) -> dict[str, object]:
        """Return the requests of each host, the walls, and how often each fault fell."""
        return self.mischief.counts()

    def restamp(self) -> None:
        """Publish the whole Rijksmuseum anew: every OAI datestamp moves on, and nothing else changes."""
        self.holdings.restamp()

    def withdraw(self, source_id: str, museum: str = "met") -> None:
        """Take a work away while the museum runs; UsageError for one that is not there."""
        self.holdings.withdraw(source_id, museum)


@contextmanager
def sample_museum(
    seed: int = 0,
    works: int = 1200,
    *,
    lifetime_s: float = LIFETIME_S,
    faults: Faults | None = None,
    tls: bool = False,
    port: int = 0,
    wga_edition: str = "text",
) -> Iterator[SampleMuseum]:
    """Serve the collection of a seed until the end of the block, at a free port or the one given.

    UsageError for too few works, a port that is taken, or TLS without the extra that it needs.

    >>> with sample_museum(works=120) as museum:
    ...     sorted(museum.routes)[0]
    'id.sample-rijksmuseum.invalid'
    """
    faults = faults or Faults()
    edition = edition_named(wga_edition)
    holdings = _open(invent(seed, works), faults)
    with contextlib.ExitStack() as stack:
        context, ca_file = None, None
        if tls:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sample-museum-"))
            context, ca_file = make_certificate(hosts.HOSTS, Path(folder))
        mischief = Mischief(faults)
        server = _Server(museum_app(holdings, mischief, edition), port, context, lifetime_s)
        server.start()
        stack.callback(server.stop)
        base_url = f"{'https' if tls else 'http'}://127.0.0.1:{server.port}"
        log.info("the sample museum is at %s", base_url)
        routes = MappingProxyType(hosts.routes_of(base_url))
        yield SampleMuseum(routes, holdings.collection, base_url, ca_file, holdings, mischief)


def serve_museum(
    *,
    seed: int = 0,
    works: int = 1200,
    port: int = 0,
    faults: Faults | None = None,
    tls: bool = False,
    lifetime_s: float = LIFETIME_S,
    started: Callable[[SampleMuseum], None],
) -> None:
    """Serve for other processes until SIGINT, SIGTERM or the end of the lifetime; ``started`` is told first.

    Signals are a matter of the main thread: it is the one to call this. They are caught from before the
    start, so that one which comes meanwhile ends the museum as well.
    """
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    former = {one: signal.signal(one, end) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        with sample_museum(
            seed, works, lifetime_s=lifetime_s, faults=faults, tls=tls, port=port
        ) as museum:
            started(museum)
            ended.wait(lifetime_s)
    finally:
        for one, before in former.items():
            signal.signal(one, before)


def _open(collection: Collection, faults: Faults) -> Holdings:
    """Return what is held at the start: less what has vanished, and with the dates moved on, if so chosen."""
    holdings = Holdings(collection)
    if "restamp" in faults.chosen:
        holdings.restamp()
    holdings.withdraw_all(
        "met",
        [w.source_id for w in collection.works["met"] if faults.falls_on("vanished", w.source_id)],
    )
    return holdings


class _Server:
    """The thread and its event loop; ``start`` returns once the port is open."""

    def __init__(
        self, app: web.Application, port: int, context: ssl.SSLContext | None, lifetime_s: float
    ) -> None:
        self._app, self._port, self._context = app, port, context
        self._lifetime_s = lifetime_s
        self._opened: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = threading.Thread(target=self._run, name="sample museum", daemon=True)

    @property
    def port(self) -> int:
        return self._opened.result()[0]

    def start(self) -> None:
        """Open the port; UsageError where it is taken."""
        self._thread.start()
        try:
            self._opened.result()
        except (OSError, OverflowError) as error:
            self._thread.join()
            raise UsageError(
                f"port {self._port} cannot be served at ({error}): choose another, or 0 for a free one"
            ) from error

    def stop(self) -> None:
        """End the server, if it has not ended by itself, and wait for its thread."""
        _, loop, ended = self._opened.result()
        with contextlib.suppress(RuntimeError):  # the loop is closed: its lifetime is over
            loop.call_soon_threadsafe(ended.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except (OSError, OverflowError) as error:
            if self._opened.done():
                raise
            self._opened.set_exception(error)

    async def _serve(self) -> None:
        runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", self._port, ssl_context=self._context)
            await site.start()
            ended = asyncio.Event()
            port: int = runner.addresses[0][1]
            self._opened.set_result((port, asyncio.get_running_loop(), ended))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), self._lifetime_s)
        finally:
            held = [one.transport for one in runner.server.connections] if runner.server else []
            await runner.cleanup()
            for transport in filter(None, held):
                transport.abort()  # one over TLS would wait for the client's goodbye
            await asyncio.sleep(0)


def museum_app(
    holdings: Holdings, mischief: Mischief, edition: Edition = EDITIONS["text"]
) -> web.Application:
    """Return all protocols in one application, each under the name of its host."""

    async def counts(_: web.Request) -> web.Response:
        return web.Response(text=json.dumps(mischief.counts()), content_type="application/json")

    app = web.Application(middlewares=[mischief.answer])
    hosts.add_front(app, "A sample of three museums")
    app.router.add_get("/counts", counts)
    rijksmuseum = web.Application()
    hosts.add_front(rijksmuseum, "Sample Rijksmuseum (invented)")
    add_oai(rijksmuseum, holdings)
    add_linked_art(rijksmuseum, holdings)
    for host, sub_app in {
        hosts.MET: met_app(holdings),
        hosts.MET_IMAGES: met_images_app(holdings),
        hosts.MET_OPEN_ACCESS: met_bulk_app(holdings.collection),
        hosts.RIJKSMUSEUM: rijksmuseum,
        hosts.RIJKSMUSEUM_IDS: ids_app(),
        hosts.IIIF: iiif_app(holdings),
        hosts.WGA: wga_app(holdings, edition),
    }.items():
        app.add_subapp(f"/{host}", sub_app)
    return app
