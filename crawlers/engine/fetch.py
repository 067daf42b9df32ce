"""Polite HTTP: the one place from which museums are asked anything.

Each host has a pace of its own, a named user agent says who asks, Retry-After is obeyed, a failure is
retried a few times with growing waits, and what a record names is never a way into a private network.
"""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from crawlers.engine.address import Address, is_ip, is_public, parse_address, redirect, site
from crawlers.engine.body import kind_of
from crawlers.engine.pace import Pace, back_off_s, retry_after_s
from schemas.errors import SourceError, UsageError
from schemas.raw import RawRecord

log = logging.getLogger(__name__)

GONE = frozenset({404, 410})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 5
WALLS = frozenset({403, 429, 503})
"""Statuses by which a host turns everybody away for a while; the Met's wall says 403."""
RETRIED = WALLS | {408, 425}
"""Of the statuses 400 to 499 these may pass by waiting; all from 500 may."""
_ACCEPT = {
    "json": "application/json, */*;q=0.1",
    "xml": "application/xml, text/xml, */*;q=0.1",
    "image": "image/jpeg, image/*;q=0.9, */*;q=0.1",
    "zip": "application/zip, */*;q=0.1",
    "": "*/*",
}
_CHUNK_BYTES = 1 << 16
TELL_FROM_S = 10.0
"""A wait of this length is told to whoever watches; shorter ones are everyday."""


@dataclass(frozen=True)
class FetchConfig:
    """How to behave towards museums; the defaults are slow enough for any of them."""

    contact: str = ""
    """A mail address or page by which a museum can reach whoever runs this; in the user agent."""
    rates: Mapping[str, float] = field(default_factory=dict)
    """Host to requests per second; ``default_rate`` holds for all others."""
    default_rate: float = 1.0
    concurrency: int = 4
    """Most requests in flight at one host, and most answers that ``get_all`` holds."""
    connect_timeout_s: float = 30.0
    read_timeout_s: float = 60.0
    total_timeout_s: float = 900.0
    retries: int = 5
    backoff_s: float = 2.0
    wall_backoff_s: float = 30.0
    """The first wait before a wall; the Met's ban lifts about 30 s after traffic stops."""
    max_wait_s: float = 3600.0
    """No wait is longer; a host whose Retry-After asks for more ends the crawl for today."""
    max_body_bytes: int = 128 << 20
    allowed_redirect_hosts: tuple[str, ...] = ()
    """Hosts of other names than the asked one's to which an answer may redirect."""
    routes: Mapping[str, str] = field(default_factory=dict)
    """Made-up host to base URL on loopback: how the sample museum is reached."""
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse settings that would make every request fail."""
        if not self.contact.isprintable() or not self.contact.isascii():
            raise UsageError(f"contact {self.contact!r} is not one line of ASCII: mend the setting")
        for name, rate in {"default_rate": self.default_rate, **self.rates}.items():
            if not rate > 0:
                raise UsageError(f"rate {name} is {rate}: requests per second must be above 0")
        if self.concurrency < 1 or self.retries < 0:
            raise UsageError("concurrency must be at least 1 and retries at least 0")
        for host, base in self.routes.items():
            if not _on_loopback(base):
                raise UsageError(f"route of {host} leads to {base}, which is not on loopback")

    @property
    def user_agent(self) -> str:
        """Return the name under which we ask."""
        contact = f" (+{self.contact})" if self.contact else ""
        return f"omniart-data/{version('omniart-data')}{contact}"

    def rate(self, host: str) -> float:
        """Return a host's requests per second."""
        return self.rates.get(host, self.default_rate)


def _on_loopback(base: str) -> bool:
    host = URL(base).host or ""
    return host in {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True)
class Answer:
    """What a host said to one request; ``url`` is the address as asked, encoded, before redirects."""

    url: str
    status: int
    body: bytes
    media_type: str
    fetched: str
    """When, ISO 8601 in UTC."""

    @property
    def gone(self) -> bool:
        """Return whether the host says that there is no such thing (any more)."""
        return self.status in GONE

    def as_raw(self, source: str, source_id: str, kind: str, *, stated: str = "") -> RawRecord:
        """Return the answer as the raw record of one object, withdrawn where it is gone."""
        return RawRecord(
            source, source_id, kind, self.body, self.url, stated, self.fetched, self.gone
        )


class UnexpectedBodyError(SourceError):
    """A host answers, and keeps answering, with something else than what was asked for."""

    def __init__(self, url: str, expected: str, found: str) -> None:
        super().__init__(
            f"{url} answers with {found or 'an unreadable body'} in place of {expected}: try later"
        )
        self.url, self.expected, self.found = url, expected, found


@dataclass(frozen=True)
class HostReport:
    """What was asked of one host, and how it went."""

    requests: int = 0
    answers: int = 0
    size_bytes: int = 0
    retries: int = 0
    walls: int = 0
    """Answers by which the host turned us away: 403, 429, 503, or HTML in place of data."""
    waited_s: float = 0.0
    """Seconds that requests stood waiting for their turn or after a failure, summed over requests."""


@dataclass(frozen=True)
class FetchReport:
    """What was asked of each host."""

    hosts: Mapping[str, HostReport] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        """Return the requests to all hosts."""
        return sum(host.requests for host in self.hosts.values())

    @property
    def size_bytes(self) -> int:
        """Return the bytes of all bodies, unpacked."""
        return sum(host.size_bytes for host in self.hosts.values())


@dataclass(frozen=True)
class _Failure:
    """An attempt that may go better later: why, at which host, and whether it turns everybody away."""

    host: str
    reason: str
    wall: bool = False
    retry_after_s: float = 0.0
    found: str | None = None
    """The kind of the body, where it was of the wrong one."""


class _Host:
    """One host's pace, its free places and the counts for its report."""

    def __init__(self, rate: float, concurrency: int) -> None:
        self.pace = Pace(rate)
        self.places = asyncio.Semaphore(concurrency)
        self.requests = self.answers = self.size_bytes = self.retries = self.walls = 0
        self.waited_s = 0.0

    def report(self) -> HostReport:
        return HostReport(
            self.requests, self.answers, self.size_bytes, self.retries, self.walls, self.waited_s
        )


class _PublicResolver(AbstractResolver):
    """Looks up host names, and refuses those that stand for an address inside a private network."""

    def __init__(self) -> None:
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        public = [one for one in found if host == "localhost" or is_public(one["host"])]
        if not public:
            raise SourceError(f"{host} is an address inside a private network: not asked")
        return public

    async def close(self) -> None:
        await self._resolver.close()


class Fetch:
    """A polite client: ``async with Fetch(config) as fetch``, then ``await fetch.get(url)``."""

    def __init__(self, config: FetchConfig | None = None) -> None:
        self.config = config or FetchConfig()
        self._hosts: dict[str, _Host] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        config = self.config
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, resolver=_PublicResolver()),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": config.user_agent},
            timeout=aiohttp.ClientTimeout(
                total=config.total_timeout_s,
                sock_connect=config.connect_timeout_s,
                sock_read=config.read_timeout_s,
            ),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    @property
    def report(self) -> FetchReport:
        """Return what was asked of each host so far."""
        return FetchReport({name: self._hosts[name].report() for name in sorted(self._hosts)})

    async def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        expect: str = "",
        allow: Collection[int] = (),
    ) -> Answer:
        """Ask for one address, in turn, again after a failure, and return the answer.

        200, 404 and 410 are answers, and so is each status in ``allow``. ``expect`` ("json", "xml",
        "image", "zip") makes a body of another kind a failure. What fails for good, or too often,
        is a SourceError (UnexpectedBodyError for the body).
        """
        asked = parse_address(url, params)
        for attempt in range(self.config.retries):
            answered = {name: host.answers for name, host in self._hosts.items()}
            outcome = await self._follow(asked, expect, allow)
            if isinstance(outcome, Answer):
                return outcome
            host = self._host(outcome.host)
            others_pass = attempt > 0 and host.answers > answered.get(outcome.host, 0)
            await self._back_off(asked, outcome, attempt, everybody=not others_pass)
        outcome = await self._follow(asked, expect, allow)
        if isinstance(outcome, Answer):
            return outcome
        if outcome.found is not None:
            raise UnexpectedBodyError(asked.url, expect, outcome.found)
        times = self.config.retries + 1
        raise SourceError(f"{asked.url} failed {times} times, last: {outcome.reason}; try later")

    async def get_all(
        self, urls: Iterable[str], *, expect: str = "", allow: Collection[int] = ()
    ) -> AsyncIterator[Answer]:
        """Yield the answers in the order of ``urls``; as for ``get``, the first SourceError ends it.

        At most ``concurrency`` requests are under way or answered and not yet yielded, so that memory
        stays flat however many addresses there are, and none is left running when the caller stops.
        """
        left = iter(urls)
        pending: deque[asyncio.Task[Answer]] = deque()

        def start(count: int) -> None:
            for url in islice(left, count):
                pending.append(asyncio.create_task(self.get(url, expect=expect, allow=allow)))

        try:
            start(self.config.concurrency)
            while pending:
                answer = await pending[0]
                pending.popleft()
                start(1)
                yield answer
        finally:
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)

    def _host(self, name: str) -> _Host:
        if name not in self._hosts:
            self._hosts[name] = _Host(self.config.rate(name), self.config.concurrency)
        return self._hosts[name]

    async def _back_off(
        self, asked: Address, failure: _Failure, attempt: int, *, everybody: bool
    ) -> None:
        """Wait as long as the failure calls for; before a wall everybody waits who asks this host.

        Unless others are let through meanwhile: then it is this address that is refused, and only
        its own request waits.
        """
        config, host = self.config, self._host(failure.host)
        if failure.retry_after_s > config.max_wait_s:
            raise SourceError(
                f"{failure.host} asks to come back in {failure.retry_after_s:.0f} s: start again then"
            )
        first_s = config.wall_backoff_s if failure.wall else config.backoff_s
        salt = f"{config.seed} {asked.url}"
        wait_s = back_off_s(first_s, attempt, most_s=config.max_wait_s, salt=salt)
        wait_s = max(wait_s, failure.retry_after_s)
        told = logging.WARNING if wait_s >= TELL_FROM_S else logging.INFO
        tries = f"try {attempt + 2} of {config.retries + 1}"
        log.log(told, "%s: %s; %s in %.0f s", asked.url, failure.reason, tries, wait_s)
        host.retries += 1
        host.waited_s += wait_s
        if failure.wall and everybody:
            host.pace.pause(wait_s)
        await asyncio.sleep(wait_s)

    async def _follow(
        self, asked: Address, expect: str, allow: Collection[int]
    ) -> Answer | _Failure:
        """Make one attempt, going where redirects lead, each hop at its own host's pace."""
        here = asked
        for _ in range(MAX_REDIRECTS + 1):
            outcome = await self._ask(here, asked, expect, allow)
            if not isinstance(outcome, Address):
                return outcome
            self._check_redirect(asked, outcome)
            here = outcome
        raise SourceError(f"{asked.url} redirects more than {MAX_REDIRECTS} times: not followed")

    def _check_redirect(self, asked: Address, to: Address) -> None:
        allowed = to.host in self.config.allowed_redirect_hosts
        if not allowed and site(to.host) != site(asked.host):
            raise SourceError(f"{asked.url} redirects to another site, {to.host}: not followed")

    def _wire_url(self, to: Address) -> URL:
        """Return where a request really goes; raise SourceError for a private address."""
        base = self.config.routes.get(to.host)
        if base is not None:
            return URL(base.rstrip("/") + to.target, encoded=True)
        private = not is_public(to.host) if is_ip(to.host) else to.host == "localhost"
        if private or to.host.endswith(".localhost"):
            raise SourceError(f"{to.url} is an address inside a private network: not asked")
        return URL(to.url, encoded=True)

    async def _ask(
        self, to: Address, asked: Address, expect: str, allow: Collection[int]
    ) -> Answer | Address | _Failure:
        """Send one request in its turn: an answer, an address to go to, or a failure."""
        if self._session is None:
            raise RuntimeError("Fetch is used outside its `async with`")
        wire_url, host = self._wire_url(to), self._host(to.host)
        headers = {"Accept": _ACCEPT[expect]}
        if to.host in self.config.routes:
            headers["Host"] = to.host
        async with host.places:
            host.waited_s += await host.pace.turn()
            host.requests += 1
            try:
                async with self._session.get(
                    wire_url, headers=headers, allow_redirects=False
                ) as response:
                    return await self._judge(response, to, asked, expect, allow)
            except aiohttp.ClientConnectorCertificateError as error:
                raise SourceError(f"{to.host}: its certificate is not valid ({error})") from error
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                words = " ".join(str(error).split())
                return _Failure(to.host, f"{type(error).__name__} {words}".strip())

    async def _judge(
        self,
        response: aiohttp.ClientResponse,
        to: Address,
        asked: Address,
        expect: str,
        allow: Collection[int],
    ) -> Answer | Address | _Failure:
        """Tell what a response is, reading its body only where it is an answer."""
        host, status, headers = self._host(to.host), response.status, response.headers
        if status == 200 or status in GONE or status in allow:
            body = await self._read(response, asked)
            host.size_bytes += len(body)
            found = kind_of(body) if expect and status == 200 else expect
            if found != expect:
                wall = found == "html" and expect in {"json", "xml"}
                host.walls += wall
                return _Failure(to.host, f"{found or 'no'} body", wall=wall, found=found)
            host.answers += 1
            return Answer(asked.url, status, body, response.content_type, _now())
        if status in REDIRECTS and "Location" in headers:
            return redirect(to, headers["Location"])
        if 400 <= status < 500 and status not in RETRIED:
            raise SourceError(f"{asked.url} is refused with {status}: asking again would not help")
        wall = status in WALLS
        host.walls += wall
        wait_s = retry_after_s(headers.get("Retry-After"), headers.get("Date"))
        return _Failure(to.host, f"status {status}", wall=wall, retry_after_s=wait_s)

    async def _read(self, response: aiohttp.ClientResponse, asked: Address) -> bytes:
        """Return the whole body, unpacked; raise SourceError as soon as it is larger than allowed."""
        most = self.config.max_body_bytes
        body = bytearray()
        if (response.content_length or 0) <= most:
            async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
                body += chunk
                if len(body) > most:
                    break
            else:
                return bytes(body)
        response.close()
        raise SourceError(f"{asked.url} answers with more than {most} bytes: not taken")


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
