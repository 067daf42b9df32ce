"""Polite HTTP: the one place from which museums are asked anything.

Each host has a pace of its own and a gate that closes before walls and while it is down; a named user
agent says who asks, robots.txt and Retry-After are obeyed, a failure is retried with growing waits, and
what a record names is never a way into a private network.
"""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
)
from contextlib import aclosing
from itertools import islice
from time import monotonic
from typing import Self, TypeVar

import aiohttp
from yarl import URL

from crawlers.engine.address import Address, parse_address, redirect
from crawlers.engine.connection import is_unmet, not_trusted, open_session, wire_url, words_of
from crawlers.engine.download import BulkFile, Download, Part
from crawlers.engine.failures import (
    SEE_NETWORK,
    AddressError,
    Failure,
    ForbiddenError,
    HostDownError,
    RedirectError,
    UnexpectedBodyError,
    plain,
)
from crawlers.engine.fetch_config import FetchConfig
from crawlers.engine.gate import Turn
from crawlers.engine.host import Host
from crawlers.engine.pace import back_off_s, retry_after_s
from crawlers.engine.receipt import FetchReport, HostReport, HostState
from crawlers.engine.robots import KEPT_S, Robots
from crawlers.engine.tries import Tries
from crawlers.engine.wanted import RETRIED, WALLS, Answer, RobotsFile, Wanted
from schemas.errors import UsageError

__all__ = [
    "AddressError",
    "Answer",
    "Download",
    "Fetch",
    "FetchConfig",
    "FetchReport",
    "ForbiddenError",
    "HostDownError",
    "HostReport",
    "HostState",
    "RedirectError",
    "UnexpectedBodyError",
]

log = logging.getLogger(__name__)

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 5
PROXY = 407
T = TypeVar("T")


class Fetch:
    """A polite client: ``async with Fetch(config) as fetch``, then ``await fetch.get(url)``."""

    def __init__(self, config: FetchConfig | None = None) -> None:
        self.config = config or FetchConfig()
        self._hosts: dict[str, Host] = {}
        self._robots: dict[str, tuple[Robots, float]] = {}
        self._learning: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = open_session(self.config)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    @property
    def report(self) -> FetchReport:
        """Return what was asked of each host so far."""
        return FetchReport({name: self._hosts[name].report() for name in sorted(self._hosts)})

    def states(self) -> tuple[HostState, ...]:
        """Return how each host is doing right now; whoever shows it may be in another thread."""
        try:
            now_s = asyncio.get_running_loop().time()
        except RuntimeError:
            now_s = monotonic()  # what loops go by
        return tuple(self._hosts[name].state(now_s) for name in sorted(self._hosts))

    def troubles(self) -> tuple[str, ...]:
        """Return why nothing comes from the hosts that failed last, each with what to do."""
        told = (self._hosts[name].trouble for name in sorted(self._hosts))
        return tuple(filter(None, told))

    @property
    def unmet(self) -> bool:
        """Return whether requests failed, and not one of any host has found anybody to hear it."""
        return bool(self._hosts) and all(host.unmet for host in self._hosts.values())

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
        "image", "zip") makes a body of another kind a failure. Raises AddressError for what fails for
        good, or more than ``retries`` times while others of its host are answered (UnexpectedBodyError
        for the body), and HostDownError where the host itself stays away.
        """
        wanted = Wanted(parse_address(url, params), self.config, expect=expect, allow=allow)
        return await self._persist(wanted)

    async def get_all(
        self, urls: Iterable[str], *, expect: str = "", allow: Collection[int] = ()
    ) -> AsyncIterator[Answer]:
        """Yield the answers in the order of ``urls``; as for ``get``, the first SourceError ends it.

        At most ``concurrency`` requests are under way or answered and not yet yielded, so that memory
        stays flat however many addresses there are, and none is left running when the caller stops.
        """

        async def get(url: str) -> Answer:
            return await self.get(url, expect=expect, allow=allow)

        async with aclosing(self._in_order(urls, get)) as answers:
            async for answer in answers:
                yield answer

    async def get_each(
        self, urls: Iterable[str], *, expect: str = "", allow: Collection[int] = ()
    ) -> AsyncIterator[Answer | AddressError]:
        """Yield an answer or an error for each of ``urls``, in their order; only HostDownError ends it.

        It holds no more requests and answers than ``get_all``.
        """

        async def get(url: str) -> Answer | AddressError:
            try:
                return await self.get(url, expect=expect, allow=allow)
            except AddressError as error:
                return error

        async with aclosing(self._in_order(urls, get)) as answers:
            async for answer in answers:
                yield answer

    async def _in_order(
        self, urls: Iterable[str], get: Callable[[str], Awaitable[T]]
    ) -> AsyncGenerator[T]:
        left = iter(urls)
        pending: deque[asyncio.Future[T]] = deque()

        def start(count: int) -> None:
            pending.extend(asyncio.ensure_future(get(url)) for url in islice(left, count))

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

    async def download(self, url: str, *, sha256: str, size_bytes: int) -> Download:
        """Bring a bulk file home, as ``downloads``/``sha256``; one that is there already is kept.

        It is written as it comes, goes on where it broke off, in this run or the next, and has its name
        only once size and SHA-256 are right. Raises AddressError where the host has another file.
        """
        if self.config.downloads is None:
            raise UsageError(f"{url}: no folder for downloads is set")
        part = Part(self.config.downloads, sha256, size_bytes)
        kept = await asyncio.to_thread(part.kept)
        if kept is not None:
            return kept
        try:
            await asyncio.to_thread(part.open)
            await self._persist(BulkFile(parse_address(url), self.config, part))
            return await asyncio.to_thread(part.finish)
        finally:
            part.close()

    def _host(self, name: str) -> Host:
        if name not in self._hosts:
            self._hosts[name] = Host(name, self.config)
        return self._hosts[name]

    async def _persist(self, wanted: Wanted) -> Answer:
        """Ask until there is an answer, or an end to it."""
        tries = wanted.tries(self.config)
        while True:
            outcome = await self._follow(wanted, tries)
            if isinstance(outcome, Answer):
                return outcome
            host = self._host(outcome.host)
            error = tries.end(outcome, alone=host.gate.alone, refusing=host.gate.refusing)
            if error is not None:
                host.end(error, tries)
                raise error
            await self._back_off(host, outcome, tries)

    async def _back_off(self, host: Host, failure: Failure, tries: Tries) -> None:
        """Wait before an address is asked again; where the whole host waits, its gate sees to that."""
        config, closing = self.config, host.gate.closing
        host.retries += 1
        if closing is not None:
            if failure.refusal:  # it may be about this address: let another one try first
                now_s = asyncio.get_running_loop().time()
                host.waited_s += max(0.0, closing.until_s - now_s)
                await asyncio.sleep(max(0.0, closing.until_s - now_s))
            if failure.refusal or tries.failures > config.retries:
                await self._ask_witness(host, tries)
            return
        wait_s = back_off_s(
            config.backoff_s,
            tries.failures - 1,
            most_s=max(config.backoff_s, config.wall_backoff_s),
            salt=f"{config.seed} {tries.url}",
        )
        log.info("%s: %s; asked again in %.0f s", tries.url, failure.reason, wait_s)
        host.waited_s += wait_s
        await asyncio.sleep(wait_s)
        if tries.failures > config.retries:
            await self._ask_witness(host, tries)

    async def _ask_witness(self, host: Host, tries: Tries) -> None:
        """Tell an address that fails from a host that is not well, where nobody else is answered.

        What the host answered last is asked again: where that passes, the failures are the address's own.
        """
        async with host.questioning:
            if host.witness is not None and not host.gate.passed_since(tries.last_s):
                turn = await host.turn()
                await self._try(host, host.witness, turn)
        if host.gate.passed_since(tries.last_s):
            tries.own_all()

    async def _try(self, host: Host, witness: Wanted, turn: Turn) -> None:
        """Ask a host once more for what it answered last; its gate takes note of how that goes."""
        outcome = None
        try:
            url = wire_url(witness.asked, self.config)
            outcome = await self._send(witness.asked, url, witness, host)
        finally:
            host.judge(turn, outcome, witness.tries(self.config))

    async def _follow(self, wanted: Wanted, tries: Tries) -> Answer | Failure:
        """Make one attempt, going where redirects lead, each hop at its own host's pace."""
        here = wanted.asked
        url = await self._enter(here, wanted)
        for _ in range(MAX_REDIRECTS + 1):
            outcome = await self._ask(here, url, wanted, tries)
            if not isinstance(outcome, Address):
                return outcome
            self._check_redirect(wanted.asked, here, outcome)
            try:
                url = await self._enter(outcome, wanted)
            except AddressError as error:
                reason = f"redirects to {error.reason}"
                raise RedirectError(
                    wanted.asked.url, reason, f"{outcome.url}: not followed"
                ) from error
            here = outcome
        reason = f"redirects more than {MAX_REDIRECTS} times"
        raise RedirectError(wanted.asked.url, reason, "not followed")

    def _check_redirect(self, asked: Address, here: Address, to: Address) -> None:
        if not self.config.may_lead(asked.host, to.host):
            advice = f"{plain(to.host)}: not followed"
            raise RedirectError(asked.url, "redirects to another site", advice)
        if here.scheme == "https" and to.scheme == "http":
            raise RedirectError(asked.url, "redirects from https to http", "not followed")

    async def _enter(self, to: Address, wanted: Wanted) -> URL:
        """Return where a request really goes; raise AddressError where it may not go."""
        url = wire_url(to, self.config)
        if wanted.obeys_robots:
            robots = await self._robots_of(to)
            if not robots.allows(to.url):
                raise AddressError(to.url, "forbidden by robots.txt", "not asked")
        return url

    async def _robots_of(self, to: Address) -> Robots:
        """Return what a host's robots.txt says; it is asked for once a day, before anything else."""
        time = asyncio.get_running_loop().time
        known = self._robots.get(to.origin)
        if known is not None and time() - known[1] < KEPT_S:
            return known[0]
        async with self._learning[to.origin]:
            known = self._robots.get(to.origin)
            if known is None or time() - known[1] >= KEPT_S:
                known = await self._ask_robots(to), time()
                self._robots[to.origin] = known
        return known[0]

    async def _ask_robots(self, to: Address) -> Robots:
        """Ask for robots.txt: where there is none to be had, all is allowed (RFC 9309, 2.3.1)."""
        try:
            answer = await self._persist(RobotsFile(to, self.config))
        except (ForbiddenError, RedirectError) as error:
            log.info("%s: taken for none", error)
            return Robots()
        robots = Robots(answer.body if answer.status == 200 else b"")
        self._host(to.host).keep_delay(robots.delay_s)
        return robots

    async def _ask(
        self, to: Address, url: URL, wanted: Wanted, tries: Tries
    ) -> Answer | Address | Failure:
        """Send one request in its turn: an answer, an address to go to, or a failure."""
        host = self._host(to.host)
        async with host.places:
            turn = await host.turn()
            while turn.trial and host.witness is not None:
                await self._try(host, host.witness, turn)
                turn = await host.turn()
            outcome = None
            try:
                outcome = await self._send(to, url, wanted, host)
            finally:
                host.judge(turn, outcome, tries)
        if isinstance(outcome, AddressError | HostDownError):
            raise outcome
        if isinstance(outcome, Answer):
            host.answers += 1
            if outcome.status == 200 and wanted.may_witness:
                host.witness = wanted.at(to)
        return outcome

    async def _send(
        self, to: Address, url: URL, wanted: Wanted, host: Host
    ) -> Answer | Address | Failure | AddressError | HostDownError:
        """Send one request and say what came of it."""
        if self._session is None:
            raise RuntimeError("Fetch is used outside its `async with`")
        headers = dict(wanted.headers())
        if to.host in self.config.routes:
            headers["Host"] = to.host
        timeout = self._timeout(wanted)
        before = wanted.position
        try:
            async with self._session.get(
                url, headers=headers, allow_redirects=False, timeout=timeout
            ) as response:
                return await self._judge(response, to, wanted, host)
        except aiohttp.ClientConnectorCertificateError as error:
            return not_trusted(to.host, error)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.debug("%s: %s %s", to.url, type(error).__name__, plain(str(error)))
            torn = isinstance(error, aiohttp.ClientPayloadError)
            return Failure(
                to.host,
                words_of(error),
                "body" if torn else "host",
                gained=wanted.position > before,
                unmet=is_unmet(error),
            )

    def _timeout(self, wanted: Wanted) -> aiohttp.ClientTimeout:
        config = self.config
        return aiohttp.ClientTimeout(
            total=wanted.timeout_s,
            sock_connect=config.connect_timeout_s,
            sock_read=config.read_timeout_s,
        )

    async def _judge(
        self, response: aiohttp.ClientResponse, to: Address, wanted: Wanted, host: Host
    ) -> Answer | Address | Failure | AddressError:
        """Tell what a response is, reading its body only where it is an answer."""
        status, headers = response.status, response.headers
        if status != 200:
            host.statuses[status] += 1
        if wanted.accepts(status):
            return await wanted.take(response, host)
        if status in REDIRECTS and "Location" in headers:
            try:
                return redirect(to, headers["Location"])
            except RedirectError as error:
                return error
        if status == PROXY:
            told = "a proxy asks who we are (407)"
            return AddressError(wanted.asked.url, told, SEE_NETWORK, reached=False)
        if 400 <= status < 500 and status not in RETRIED:
            advice = "asking again would not help"
            return AddressError(wanted.asked.url, f"refused with {status}", advice)
        wait_s = retry_after_s(headers.get("Retry-After"), headers.get("Date"))
        wall = status in WALLS or wait_s > 0
        reason = f"status {status}"
        return Failure(to.host, reason, "wall" if wall else "host", status, retry_after_s=wait_s)
