"""Each fault as it goes over the wire: what an address answers in place of, or on the way to, the right answer."""

import asyncio
import contextlib
import io
import re
import socket
import struct
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache

from aiohttp import web
from PIL import Image

from crawlers.sample import hosts
from crawlers.sample.faults import Faults, Ledger
from crawlers.sample.oai_pmh import OAI_FAULT, OAI_FAULTS
from crawlers.sample.wall import Gate

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Answer = Callable[[web.Request, web.Response, Faults], Awaitable[web.StreamResponse]]

BLOCKED_PAGE = (
    '<html style="height:100%"><head><META NAME="ROBOTS" CONTENT="NOINDEX, NOFOLLOW">'
    '<meta name="format-detection" content="telephone=no"><meta name="viewport" '
    'content="initial-scale=1.0"><meta http-equiv="X-UA-Compatible" content="IE=edge,chrome=1">'
    '</head><body style="margin:0px;height:100%"><iframe id="main-iframe" '
    'src="/_Sample_Resource?CWUDNSAI=24&xinfo=0-0-0&incident_id=0-0&edet=12&cinfo=04000000" '
    'frameborder=0 width="100%" height="100%" marginheight="0px" marginwidth="0px">'
    "Request unsuccessful. Sample incident ID: 0-0. All works, artists and pictures of the sample "
    "museum are invented, and so is this wall: it asks whoever is too quick to wait until it is quiet."
    "</iframe></body></html>"
)
"""A page of the form that the wall before the Met's API sends, about as long as it."""

_PRIVATE = ("http://127.0.0.1:1/", "http://169.254.169.254/latest/meta-data/")
_FOREIGN = "https://elsewhere.invalid/"
_BOMB_SIDE = 60_000
_CHUNK = bytes(1 << 16)
_FOUND = frozenset({200, 206})
_TRICKLES = 10
"""Pieces in which a slow body comes."""
_DOCTYPE = (
    b'<!DOCTYPE OAI-PMH [<!ENTITY a "entity ">'
    b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">'
    b'<!ENTITY f SYSTEM "file:///etc/hostname">]>'
)
_OPENED = re.compile(rb"\?>\s*<OAI-PMH[^>]*>")


@dataclass
class Mischief:
    """What goes wrong in one museum, and the counts of it."""

    faults: Faults
    clock: Callable[[], float] = time.monotonic
    gates: dict[str, Gate] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    """Host to requests, those that the wall turned away among them."""
    refused: int = 0
    """Requests that a wall turned away."""
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.faults)

    @property
    def walls(self) -> int:
        """Return how often a wall closed, at all hosts together."""
        return sum(gate.closed for gate in self.gates.values())

    def counts(self) -> dict[str, object]:
        """Return what happened so far, as ``/counts`` tells it."""
        return {
            "requests": dict(self.requests),
            "walls": {host: gate.closed for host, gate in self.gates.items()},
            "refused": self.refused,
            "faults": dict(self.ledger.fallen),
        }

    def lets_through(self, host: str) -> bool:
        """Return whether the wall before a host lets a request through that comes now."""
        self.requests[host] = self.requests.get(host, 0) + 1
        if self.faults.wall is None:
            return True
        if host not in self.gates:
            self.gates[host] = Gate(self.faults.wall)
        passed = self.gates[host].lets_through(self.clock())
        self.refused += not passed
        return passed

    @web.middleware
    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer a request: rightly, or with the fault whose turn it is."""
        host, _, path = request.path[1:].partition("/")
        if host not in hosts.HOSTS:
            return await handler(request)
        if not self.lets_through(host):
            return blocked()
        if path == "robots.txt":
            return self._robots() or await handler(request)
        sort = sort_of(host, f"/{path}", request.query)
        kind = self.ledger.next(request.raw_path, sort)
        return await self._with_fault(kind, request, handler)

    async def _with_fault(
        self, kind: str, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        if kind in _INSTEAD:
            return _INSTEAD[kind](request, self.faults)
        due = OAI_FAULT.set(kind if kind in OAI_FAULTS else "")
        try:
            right = await handler(request)
        finally:
            OAI_FAULT.reset(due)
        spoil = _SPOILT.get(kind)
        if spoil is None or not isinstance(right, web.Response) or right.status not in _FOUND:
            return right  # what is gone stays gone, and says so as it should
        return await spoil(request, right, self.faults)

    def _robots(self) -> web.Response | None:
        if "robots-html" in self.faults.chosen:
            return web.Response(text=BLOCKED_PAGE, content_type="text/html")
        if "robots-disallow" in self.faults.chosen:
            return web.Response(text="User-agent: *\nDisallow: /\n")
        return None


def sort_of(host: str, path: str, query: Mapping[str, str]) -> str:
    """Return the sort of answer that an address gives: see ``crawlers.sample.faults``.

    >>> sort_of(hosts.RIJKSMUSEUM, "/oai", {"verb": "ListRecords"}), sort_of(hosts.WGA, "/", {})
    ('oai first', 'page')
    """
    if host == hosts.RIJKSMUSEUM_IDS and path != "/":
        return "redirect"
    if host == hosts.RIJKSMUSEUM and path == "/oai":
        listed = query.get("verb") in {"ListRecords", "ListIdentifiers"}
        turn = "next" if "resumptionToken" in query else "first"
        return f"oai {turn}" if listed else "xml"
    return next(sort for form, sort in _SORTS if form.search(path))


_SORTS = tuple(
    (re.compile(form), sort)
    for form, sort in (
        (r"^/$|\.html$", "page"),
        (r"\.(?i:jpe?g)$", "image"),
        (r"\.(?:zip|csv)$", "bulk"),
        (r"/objects$", "list"),
        ("", "json"),
    )
)
"""What a path ends with, and the sort of answer to it; the first that fits."""


def blocked(*, status: int = 403) -> web.Response:
    """Return what the wall sends in place of an answer."""
    response = web.Response(text=BLOCKED_PAGE, status=status, content_type="text/html")
    response.headers["X-Iinfo"] = "0-0-0 0NNN RT(0 0) q(0 -1 -1 0) r(0 -1) B12(4,200,0) U18"
    response.headers["Set-Cookie"] = "visid_incap_0=sample; path=/"
    response.force_close()
    return response


def _refusal(status: int, retry_after: str = "") -> web.Response:
    headers = {"Retry-After": retry_after} if retry_after else {}
    response = hosts.page(f"Status {status}, on purpose", status=status)
    response.headers.update(headers)
    return response


def _later(faults: Faults) -> str:
    """Return the HTTP date that is not less than ``retry_after_s`` away."""
    return formatdate(int(time.time()) + 1 + faults.retry_after_s, usegmt=True)


def _elsewhere(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location})


def _private(request: web.Request, _: Faults) -> web.Response:
    return _elsewhere(_PRIVATE[len(request.raw_path) % len(_PRIVATE)])


_INSTEAD: Mapping[str, Callable[[web.Request, Faults], web.Response]] = {
    "403": lambda _request, _faults: blocked(),
    "429": lambda _request, faults: _refusal(429, str(faults.retry_after_s)),
    "429-date": lambda _request, faults: _refusal(429, _later(faults)),
    "500": lambda _request, _faults: _refusal(500),
    "503": lambda _request, _faults: _refusal(503),
    "503-after": lambda _request, faults: _refusal(503, str(faults.retry_after_s)),
    "html": lambda _request, _faults: blocked(status=200),
    "empty": lambda _request, _faults: web.Response(body=b""),
    "redirect-private": _private,
    "redirect-foreign": lambda _request, _faults: _elsewhere(_FOREIGN),
}
"""Faults for which the right answer need not be known."""


def _body(response: web.Response) -> bytes:
    return bytes(response.body) if isinstance(response.body, bytes | bytearray) else b""


def _like(right: web.Response, body: bytes, media_type: str = "") -> web.Response:
    return web.Response(
        body=body, status=right.status, content_type=media_type or right.content_type
    )


async def _begin(
    request: web.Request, right: web.Response, length: int | None
) -> web.StreamResponse:
    """Send the head of the right answer, with a Content-Length of our choice."""
    response = web.StreamResponse(status=right.status)
    response.content_type = right.content_type
    for name in ("Content-Range", "Accept-Ranges", "ETag"):
        if name in right.headers:
            response.headers[name] = right.headers[name]
    response.content_length = length
    await response.prepare(request)
    return response


async def _reset(request: web.Request, right: web.Response, _: Faults) -> web.StreamResponse:
    body = _body(right)
    response = await _begin(request, right, len(body))
    transport = request.transport
    with contextlib.suppress(ConnectionError):
        await response.write(body[: len(body) // 2])
    if transport is not None:
        if (sock := transport.get_extra_info("socket")) is not None:  # closing now sends RST
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return response


async def _truncated(request: web.Request, right: web.Response, _: Faults) -> web.StreamResponse:
    body = _body(right)
    response = await _begin(request, right, len(body))
    response.force_close()
    with contextlib.suppress(ConnectionError):
        await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()  # what was written goes out first
    return response


async def _slow(request: web.Request, right: web.Response, faults: Faults) -> web.StreamResponse:
    body = _body(right)
    response = await _begin(request, right, len(body))
    step = max(1, -(-len(body) // _TRICKLES))
    with contextlib.suppress(ConnectionError):
        for first in range(0, len(body), step):
            await response.write(body[first : first + step])
            await asyncio.sleep(faults.slow_s / _TRICKLES)
    return response


async def _slow_list(_: web.Request, right: web.Response, faults: Faults) -> web.StreamResponse:
    await asyncio.sleep(faults.slow_s)
    return right


async def _huge(request: web.Request, right: web.Response, faults: Faults) -> web.StreamResponse:
    """Send the right body, and then blanks without end, so that only a cap can tell."""
    response = await _begin(request, right, None)
    with contextlib.suppress(ConnectionError):
        await response.write(_body(right))
        for _ in range(0, faults.huge_bytes, len(_CHUNK)):
            await response.write(_CHUNK)
    return response


async def _torn(_: web.Request, right: web.Response, __: Faults) -> web.StreamResponse:
    body = _body(right)
    return _like(right, body[: len(body) // 2])


async def _entities(_: web.Request, right: web.Response, __: Faults) -> web.StreamResponse:
    """Put a DOCTYPE before the page, and what it declares into the first comment's place."""
    body = _OPENED.sub(lambda found: b"?>" + _DOCTYPE + found[0][2:], _body(right), count=1)
    return _like(right, body.replace(b"</responseDate>", b"&c;</responseDate>", 1))


async def _bomb(_: web.Request, right: web.Response, __: Faults) -> web.StreamResponse:
    return _like(right, bomb())


async def _png(_: web.Request, right: web.Response, __: Faults) -> web.StreamResponse:
    try:
        return _like(right, as_png(_body(right)), "image/jpeg")
    except OSError:  # torn to begin with
        return right


async def _placeholder(_: web.Request, right: web.Response, __: Faults) -> web.StreamResponse:
    return _like(right, placeholder())


_SPOILT: Mapping[str, Answer] = {
    "reset": _reset,
    "slow": _slow,
    "slow-list": _slow_list,
    "truncated": _truncated,
    "torn": _torn,
    "torn-image": _torn,
    "huge": _huge,
    "xml-entities": _entities,
    "bomb": _bomb,
    "png": _png,
    "placeholder": _placeholder,
}
"""Faults that are done to the right answer."""


@lru_cache(maxsize=1)
def bomb() -> bytes:
    """Return a PNG of some hundred bytes that claims to be 60,000 pixels wide and high."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body).to_bytes(4, "big")
        return len(body).to_bytes(4, "big") + kind + body + check

    head = struct.pack(">IIBBBBB", _BOMB_SIDE, _BOMB_SIDE, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1 << 16), 9)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(kind, body) for kind, body in ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    )


@lru_cache(maxsize=1)
def placeholder() -> bytes:
    """Return the picture that stands for all that a museum does not show."""
    out = io.BytesIO()
    Image.new("RGB", (200, 160), (204, 204, 204)).save(out, "JPEG", quality=80)
    return out.getvalue()


@lru_cache(maxsize=256)
def as_png(body: bytes) -> bytes:
    """Return a picture's pixels as PNG."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(body)) as image:
        image.save(out, "PNG")
    return out.getvalue()
