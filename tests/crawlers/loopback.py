"""Museums on loopback for the tests of the client, and a clock that leaps over every wait."""

import asyncio
import selectors
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, TypeVar

from aiohttp import web

from crawlers.engine.fetch import Answer, Fetch, FetchConfig

HOST = "museum.invalid"
URL = f"https://{HOST}"
JPEG = b"\xff\xd8\xff\xe0 and the rest"
WALL = b"<!DOCTYPE html><html><head><title>Pardon our interruption</title></head></html>"

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
T = TypeVar("T")


@asynccontextmanager
async def museum(
    handler: Handler, *, robots: bytes | None = b"", **more: Any
) -> AsyncIterator[Fetch]:
    """Serve a handler on loopback as museum.invalid and others, and yield a hasty client.

    ``robots`` is its robots.txt; with None the handler is asked for that as well.
    """

    async def serve(request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/robots.txt" and robots is not None:
            return web.Response(body=robots)
        return await handler(request)

    runner = web.ServerRunner(web.Server(serve))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    config = FetchConfig(
        **{
            "default_rate": 1e6,
            "backoff_s": 0.01,
            "wall_backoff_s": 0.02,
            "patience_s": 20.0,
            "retries": 3,
            "routes": {HOST: base, f"www.{HOST}": base, "stranger.invalid": base},
            **more,
        }
    )
    try:
        async with Fetch(config) as fetch:
            yield fetch
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_museum(sent: bytes, **more: Any) -> AsyncIterator[Fetch]:
    """Send the same bytes to everybody who connects, and hang up; its robots.txt forbids nothing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        robots = asked.startswith(b"GET /robots.txt ")
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n" if robots else sent)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    settings = {"backoff_s": 0.01, "wall_backoff_s": 0.01, "patience_s": 0.2, "retries": 2, **more}
    config = FetchConfig(default_rate=1e6, routes={HOST: base}, **settings)
    async with server, Fetch(config) as fetch:
        yield fetch


class Script:
    """Answers with one response after the other, the last one for ever, and keeps what was asked."""

    def __init__(self, *responses: Callable[[], web.Response]) -> None:
        self.responses = responses
        self.requests: list[web.BaseRequest] = []
        self.times: list[float] = []

    async def __call__(self, request: web.BaseRequest) -> web.Response:
        """Answer one request."""
        self.requests.append(request)
        self.times.append(monotonic())
        return self.responses[min(len(self.requests), len(self.responses)) - 1]()

    @property
    def paths(self) -> list[str]:
        """Return what was asked for, in order."""
        return [request.raw_path for request in self.requests]


def says(status: int = 200, body: bytes = b"{}", **headers: str) -> Callable[[], web.Response]:
    """Return a response for a script; an underscore in a header's name stands for a hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: web.Response(status=status, body=body, headers=named)


def get(script: Handler, path: str = "/", *, config: Any = None, **options: Any) -> Answer:
    """Return what one request to a museum that follows a script gives."""

    async def ask() -> Answer:
        async with museum(script, **(config or {})) as fetch:
            return await fetch.get(URL + path, **options)

    return asyncio.run(ask())


class _Leaping(selectors.DefaultSelector):
    """Lets no time pass but by its own clock, which leaps to the next timer when nothing else is to do."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 1000.0
        self.patience_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready; where nothing is, let the time pass for which one would wait."""
        if timeout is None:
            return super().select(None)
        ready = super().select(self.patience_s if timeout > 0 else 0)
        if not ready and timeout > 0:
            self.now_s += timeout
        return ready


class _LeapingLoop(asyncio.SelectorEventLoop):
    def __init__(self, patience_s: float) -> None:
        self._leaping = _Leaping()
        self._leaping.patience_s = patience_s
        super().__init__(self._leaping)

    def time(self) -> float:
        """Return the time of the leaping clock."""
        return self._leaping.now_s


def simulate(main: Coroutine[Any, Any, T], *, patience_s: float = 0.0) -> T:
    """Run a coroutine with a clock that leaps over every wait, so that an hour takes a moment.

    ``patience_s``: really wait so long for what is on its way over loopback, before the clock leaps.
    """
    with asyncio.Runner(loop_factory=lambda: _LeapingLoop(patience_s)) as runner:
        return runner.run(main)
