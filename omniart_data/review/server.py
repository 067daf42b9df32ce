"""The server of a review: on loopback, for whoever has its address, until they are done.

Any web page that the reviewer has open can send requests here, and a name of its own can be made to lead here. So
the address holds a secret, every request must name this host and port, and what changes something must come from
this very page, which no other can claim: it names the secret in a header that other origins may not send unasked.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from aiohttp import web

from omniart_data.review.naming import UnknownNameError
from omniart_data.review.sitting import Sitting
from omniart_data.review.works import Works
from schemas.errors import OmniartError, UsageError

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
LARGEST_BODY = 16_384
"""Bytes of a request: a decision has a few hundred."""
IDLE_S = 4 * 3600.0
"""A server that nobody has asked for so long was forgotten, and ends by itself."""
TOKEN_HEADER = "X-Review-Token"  # noqa: S105 - the name of a header

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_PAGE = {
    "": ("index.html", "text/html"),
    "page.css": ("page.css", "text/css"),
    "page.js": ("page.js", "text/javascript"),
    "icon.svg": ("icon.svg", "image/svg+xml"),
}
"""Path below the token: file of the package, content type."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Review:
    """What is served: a sitting, the artworks it shows, the secret, and the event that ends it."""

    sitting: Sitting
    works: Works
    token: str
    ended: asyncio.Event

    def app(self) -> web.Application:
        """Return the application; every path begins with the token."""
        app = web.Application(middlewares=[self._guard], client_max_size=LARGEST_BODY)
        app.on_response_prepare.append(_add_headers)
        for path in _PAGE:
            app.router.add_get(f"/{{token}}/{path}", self._page)
        app.router.add_get("/{token}/candidates", self._candidates)
        app.router.add_get("/{token}/picture/{id:.+}", self._picture)
        app.router.add_post("/{token}/decide", self._decide)
        app.router.add_post("/{token}/undo", self._undo)
        app.router.add_post("/{token}/done", self._done)
        return app

    @property
    def _guard(self) -> Any:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            why = self._refused(request)
            if why:
                return web.Response(status=403, text=f"{why}\n")
            try:
                return await handler(request)
            except OmniartError as error:
                status = 400 if isinstance(error, UsageError) else 500
                told = {"error": str(error), "unknown": isinstance(error, UnknownNameError)}
                return web.json_response(told, status=status)

        return guard

    def _refused(self, request: web.Request) -> str:
        """Return why a request is not answered; empty: it is."""
        hosts = _hosts(request)
        if request.headers.getall("Host", []) not in [[host] for host in hosts]:
            return "this is another host"
        if not self._knows(request.path.removeprefix("/").partition("/")[0]):
            return "the address lacks the token: take it from the terminal"
        if request.method in {"GET", "HEAD"}:
            return ""
        if request.headers.getall("Origin", []) not in [[f"http://{host}"] for host in hosts]:
            return "another origin may not ask for this"
        if not self._knows(request.headers.get(TOKEN_HEADER, "")):
            return f"the header {TOKEN_HEADER} is not the token"
        return "" if request.content_type == "application/json" else "this is no JSON"

    def _knows(self, token: str) -> bool:
        return secrets.compare_digest(token.encode(errors="replace"), self.token.encode())

    async def _page(self, request: web.Request) -> web.Response:
        name, kind = _PAGE[request.path.rpartition("/")[2]]
        body = files("omniart_data.review").joinpath("page", name).read_text(encoding="utf-8")
        return web.Response(text=body, content_type=kind)

    async def _candidates(self, _: web.Request) -> web.Response:
        return web.json_response(self.sitting.to_json())

    async def _picture(self, request: web.Request) -> web.Response:
        artwork = request.match_info["id"]
        if artwork not in self.works:
            raise web.HTTPNotFound(text="no artwork of this page\n")
        return web.Response(body=self.works.picture(artwork), content_type="image/jpeg")

    async def _decide(self, request: web.Request) -> web.Response:
        asked = await _json(request)
        texts = [_text(asked, name) for name in ("action", "new", "reason")]
        is_new = asked.get("is_new", False) is True
        return web.json_response(self.sitting.decide(_number(asked), *texts, is_new=is_new))

    async def _undo(self, request: web.Request) -> web.Response:
        asked = await _json(request)
        number = _number(asked) if "number" in asked else None
        return web.json_response({"number": self.sitting.undo(number)})

    async def _done(self, _: web.Request) -> web.Response:
        self.ended.set()
        return web.json_response({"decisions": self.sitting.decisions})


async def serve(
    sitting: Sitting,
    works: Works,
    *,
    port: int = 0,
    started: Callable[[str], None],
    idle_s: float = IDLE_S,
) -> None:
    """Serve a sitting until the page says that it is done, nobody asks any more, or the task is cancelled.

    ``started`` is told the address. UsageError for a port that cannot be had.
    """
    review = Review(sitting, works, secrets.token_urlsafe(24), asyncio.Event())
    asked = asyncio.Event()
    app = review.app()

    async def count(_: web.Request, __: web.StreamResponse) -> None:
        asked.set()

    app.on_response_prepare.append(count)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, LOOPBACK, port).start()
        except (OSError, OverflowError) as error:
            raise UsageError(
                f"port {port} cannot be served at ({error}): choose another, or 0 for a free one"
            ) from error
        started(f"http://{LOOPBACK}:{runner.addresses[0][1]}/{review.token}/")
        await _until_ended(review.ended, asked, idle_s)
    finally:
        await runner.cleanup()


async def _until_ended(ended: asyncio.Event, asked: asyncio.Event, idle_s: float) -> None:
    """Wait for the end, or until nobody has asked for so many seconds."""
    while True:
        asked.clear()
        try:
            await asyncio.wait_for(ended.wait(), idle_s)
        except TimeoutError:
            if asked.is_set():
                continue
            log.warning("nobody has asked for %g s: the review has ended by itself", idle_s)
        return


def _hosts(request: web.Request) -> tuple[str, ...]:
    """Return the names under which this server is asked for."""
    own = request.transport.get_extra_info("sockname") if request.transport else None
    port = own[1] if own else 0
    return f"{LOOPBACK}:{port}", f"localhost:{port}"


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


async def _json(request: web.Request) -> dict[str, Any]:
    """Return the object that a request holds; UsageError for anything else."""
    try:
        asked = json.loads(await request.read())
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise UsageError("the request is no JSON object")
    return asked


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name, "")
    if not isinstance(value, str):
        raise UsageError(f"{name} is no text")
    return value


def _number(asked: dict[str, Any]) -> int:
    value = asked.get("number")
    if not isinstance(value, int):
        raise UsageError("number is no number")
    return value
