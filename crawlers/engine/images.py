"""Fetches images by address, once each, and remembers how each of them ended."""

import asyncio
import logging
import os
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field

from crawlers.engine.address import parse_address
from crawlers.engine.failures import (
    AddressError,
    ForbiddenError,
    HostDownError,
    UnexpectedBodyError,
)
from crawlers.engine.fetch import Fetch
from crawlers.engine.iiif import ask_picture
from crawlers.engine.image_store import ImageOutcome, ImageStore, Staged
from crawlers.engine.picture import (
    MAX_PIXELS,
    MAX_PX,
    RefusedPictureError,
    large_pictures,
    prepare,
)
from schemas.errors import SourceError, StoreError

log = logging.getLogger(__name__)

PLACEHOLDER_URLS = 20
"""Addresses that give the same bytes: from so many on it is a placeholder and no picture of a work. One
address that many objects name is one, however many they are."""
MOODS = frozenset({"html", "empty", "truncated", "damaged"})
"""Refusals that may be the host's mood, or a torn transfer: such a picture is asked for a second time."""
BODIES = 8
"""Pictures that wait to be prepared or are, at most: so many bodies are held besides those under way."""
WRITE_EVERY_S = 1.0
"""How much of a run a kill can lose."""
WAITING = 4
"""Times the requests that a host bears at once, so many addresses are in hand: those that failed wait their turn."""
GIVE_UP_AFTER = 20
"""Failures in a row after which a host is left for this run: it answers something, and serves no pictures."""
NO_PICTURE_BESIDE = "404 beside no picture served"
"""Why a picture is not held to be gone: its host said so of GIVE_UP_AFTER in a row, and served none meanwhile."""
KNOCKS = 3
"""Of so many that are held one may be gone meanwhile, or fail: the others say that their host is well."""

_LOOK_UP = 1_000  # addresses that are looked up between two looks at the network


@dataclass(frozen=True)
class ImageReport:
    """How the fetching of a set of images ended: every address in exactly one way."""

    fetched: int = 0
    gone: int = 0
    quarantined_by: Mapping[str, int] = field(default_factory=dict)
    """By reason: see ``crawlers.engine.picture.REASONS``, and "placeholder"."""
    failed_by: Mapping[str, int] = field(default_factory=dict)
    """By reason; asked for again in the next run."""
    known: int = 0
    """Ended in an earlier run, and not asked for again."""
    left: int = 0
    """Not asked for, because their host is down or served none in a row."""
    size_bytes: int = 0
    """Of the pictures fetched now, as served."""
    notes: Mapping[str, int] = field(default_factory=dict)
    """What was out of order with pictures that could be used nevertheless."""

    @property
    def quarantined(self) -> int:
        """Return how many are quarantined, for whatever reason."""
        return sum(self.quarantined_by.values())

    @property
    def failed(self) -> int:
        """Return how many could not be had this time, for whatever reason."""
        return sum(self.failed_by.values())

    @property
    def addresses(self) -> int:
        """Return how many addresses there were."""
        return self.fetched + self.gone + self.quarantined + self.failed + self.known + self.left


async def fetch_images(
    urls: Sequence[str],
    fetch: Fetch,
    images: ImageStore,
    *,
    max_px: int = MAX_PX,
    max_pixels: int = MAX_PIXELS,
    placeholder_urls: int = PLACEHOLDER_URLS,
    progress: Callable[[int], None] | None = None,
    update: bool = False,
) -> ImageReport:
    """Fetch each image whose outcome is not yet known, prepare it, and store how it ended.

    Hosts are asked side by side, each at its own pace, and twice for what failed. A picture that was kept
    for a smaller ``max_px`` is asked for again; where that fails the smaller one stays. An image that
    fails is counted and asked for again in the next run, as the last there; so is what is left of a host
    that is down, or of which GIVE_UP_AFTER pictures in a row could not be had. Only a StoreError ends the
    run. ``progress`` is told how many more addresses are done with.

    404 and 410 are final, but for a host that answers nothing else: GIVE_UP_AFTER in a row, and the
    pictures that it served before asked for in vain, and it is left as well. With ``update`` what was
    gone or quarantined in an earlier run is asked for again.
    """
    images.sweep()
    images.begin_run(placeholder_urls=placeholder_urls)
    with large_pictures(), ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        run = _Run(fetch, images, pool, placeholder_urls, progress or (lambda _: None))
        run.max_px, run.max_pixels, run.update = max_px, max_pixels, update
        queues = await run.queues(urls)
        try:
            await run.fetch_all(queues)
        finally:
            run.write()
    return run.report()


class _Queue:
    """The addresses at one host that are still to be asked for, and how it fares."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.urls: deque[str] = deque()
        self.again: dict[str, int] = {}
        """What failed the first time, and how many pictures the host had served until then."""
        self.doubtful: list[ImageOutcome] = []
        """Ends since the host last served a picture, that hold where it serves another: it may not be well."""
        self.served = 0
        self.second = False
        self.failed_before = False
        self.knocking = False
        self.in_a_row = 0
        self.ended = ""
        """Why the host is left for this run."""


class _Run:
    """One run of ``fetch_images``: what it was given, and what is not yet written."""

    def __init__(
        self,
        fetch: Fetch,
        images: ImageStore,
        pool: Executor,
        placeholder_urls: int,
        progress: Callable[[int], None],
    ) -> None:
        self._fetch, self._images, self._pool = fetch, images, pool
        self._placeholder_urls, self._progress = placeholder_urls, progress
        self.max_px, self.max_pixels, self.update = MAX_PX, MAX_PIXELS, False
        self._places = asyncio.Semaphore(BODIES)
        self._staged: list[Staged] = []
        self._outcomes: list[ImageOutcome] = []
        self._known = self._left = self._size_bytes = 0

    async def queues(self, urls: Sequence[str]) -> list[_Queue]:
        """Return what is to be asked for, each address once, by host; count what is known already.

        New addresses are asked for first, and then what was not asked for the longest.
        """
        queues: dict[str, _Queue] = {}
        asked_in: dict[str, int] = {}
        for number, url in enumerate(dict.fromkeys(urls)):
            if number % _LOOK_UP == 0:
                await asyncio.sleep(0)
            if self._is_settled(url):
                self._known += 1
            else:
                host = _host(url)
                queues.setdefault(host, _Queue(host)).urls.append(url)
                asked_in[url] = self._images.asked_in(url)
        for queue in queues.values():
            queue.urls = deque(sorted(queue.urls, key=asked_in.__getitem__))
            queue.failed_before = asked_in[queue.urls[-1]] > 0
        self._progress(self._known)
        return list(queues.values())

    def _is_settled(self, url: str) -> bool:
        return self._images.is_settled(
            url, self.max_px, max_pixels=self.max_pixels, update=self.update
        )

    async def fetch_all(self, queues: Sequence[_Queue]) -> None:
        """Ask all hosts; raise the StoreError that ends it, where there is one."""
        try:
            async with asyncio.TaskGroup() as group:
                writer = group.create_task(self._write_now_and_then())
                async with asyncio.TaskGroup() as hosts:
                    for queue in queues:
                        hosts.create_task(self._ask_host(queue))
                writer.cancel()
        except* StoreError as errors:
            raise _first(errors) from None

    async def _ask_host(self, queue: _Queue) -> None:
        """Ask a host for everything, and then once more for what failed."""
        if queue.failed_before:
            await self._knock(queue, queue.urls[0])
        await self._walk(queue)
        if queue.ended:
            left = len(queue.urls)
            log.warning("%s: %s: %d images left for the next run", queue.host, queue.ended, left)
            self._left += left
            self._progress(left + len(queue.again))
            return
        queue.second, queue.in_a_row, queue.urls = True, 0, deque(queue.again)
        if queue.urls:
            await self._knock(queue, queue.urls[0])
        await self._walk(queue)
        self._progress(len(queue.urls))

    async def _knock(self, queue: _Queue, url: str) -> None:
        """Ask for pictures that are held, where one failed or will, and let go of the answers.

        A picture that fails, where nothing else is asked for, cannot be told from a host that is down, or
        a page in its place from a wall, but by what that host did answer.
        """
        if not queue.host:
            return
        self.write()
        start = url.index("//") + 2
        prefix = f"{url[:start]}{url[start:].partition('/')[0]}/"
        async with asyncio.TaskGroup() as group:
            for held in self._images.fetched_below(prefix, KNOCKS):
                group.create_task(self._knock_at(queue, held))

    async def _knock_at(self, queue: _Queue, url: str) -> None:
        try:
            answer = await ask_picture(self._fetch, url)
        except SourceError as error:
            log.info("%s", error)
        else:
            if not answer.gone:
                self._served(queue)

    async def _walk(self, queue: _Queue) -> None:
        """Ask for all that is in a queue, until its host is left."""
        async with asyncio.TaskGroup() as group:
            for _ in range(min(len(queue.urls), WAITING * self._fetch.config.concurrency)):
                group.create_task(self._work(queue, group))
        await self._end_doubtful(queue)

    async def _work(self, queue: _Queue, group: asyncio.TaskGroup) -> None:
        """Ask for one address of a queue after the other, until it is empty or its host is left."""
        while queue.urls and not queue.ended:
            url = queue.urls.popleft()
            try:
                answer = await ask_picture(self._fetch, url)
            except HostDownError as error:
                queue.urls.appendleft(url)
                queue.ended = queue.ended or f"is down ({error.reason})"
            except UnexpectedBodyError as error:
                log.info("%s", error)
                self._refused(queue, url, "html" if error.found == "html" else "not an image")
                self._count(queue, error.reason)
            except AddressError as error:
                log.info("%s", error)
                final = isinstance(error, ForbiddenError)  # it was asked for often enough
                self._failed(queue, url, error.reason, final=final)
                self._count(queue, error.reason)
            except SourceError as error:
                log.info("%s", error)
                self._failed(queue, url, f"not asked: {error}")
            else:
                if answer.gone:
                    await self._gone(queue, url)
                    continue
                self._served(queue)
                await self._places.acquire()
                group.create_task(self._prepare(queue, url, answer.body))

    def _served(self, queue: _Queue) -> None:
        """Note that a host serves pictures, so that it is about the others themselves how they ended."""
        queue.served += 1
        queue.in_a_row = 0
        if not queue.ended:
            for outcome in queue.doubtful:
                self._end(outcome)
            queue.doubtful = []

    async def _gone(self, queue: _Queue, url: str) -> None:
        """Note that there is no such picture; after so many in a row, ask whether the host is well."""
        queue.doubtful.append(ImageOutcome(url, "", "gone"))
        if len(queue.doubtful) < GIVE_UP_AFTER or queue.knocking or queue.ended:
            return
        queue.knocking, before = True, queue.served
        await self._knock(queue, url)
        queue.knocking = False
        if queue.served == before:
            queue.ended = (
                queue.ended or f"says of {len(queue.doubtful)} in a row that they are gone"
            )

    async def _end_doubtful(self, queue: _Queue) -> None:
        """Decide on what is left in doubt once nothing more is asked for.

        A few that are gone are gone. A page in place of a picture may be a wall's, as long as the host
        serves no other picture after it.
        """
        pages = [one for one in queue.doubtful if one.status != "gone"]
        if pages and not queue.ended:
            await self._knock(queue, pages[0].url)
        for outcome in queue.doubtful:
            if outcome.status == "gone" and not queue.ended:
                self._end(outcome)
            else:
                reason = outcome.reason or NO_PICTURE_BESIDE
                self._end(self._unless_held(ImageOutcome(outcome.url, "", "failed", reason)))
        queue.doubtful = []

    async def _prepare(self, queue: _Queue, url: str, body: bytes) -> None:
        """Let a thread prepare a picture and write it, and note how that ended."""
        try:
            loop = asyncio.get_running_loop()
            staged = await loop.run_in_executor(self._pool, self._stage, body)
        except RefusedPictureError as error:
            log.info("%s: %s", url, error)
            self._refused(queue, url, error.noted)
            return
        finally:
            self._places.release()
        self._size_bytes += staged.original.size_bytes
        self._staged.append(staged)
        self._end(ImageOutcome(url, staged.original.sha256, "fetched"))

    def _stage(self, body: bytes) -> Staged:
        return self._images.stage(prepare(body, max_px=self.max_px, max_pixels=self.max_pixels))

    def _refused(self, queue: _Queue, url: str, reason: str) -> None:
        """Quarantine what is no picture; what may be the host's mood only when it comes a second time.

        A page in place of a picture is about the address only where the host served others between the
        two tries, and serves one after the second.
        """
        again = reason in MOODS and not queue.second
        wall = reason == "html" and queue.served <= queue.again.get(url, -1)
        outcome = self._unless_held(ImageOutcome(url, "", "quarantined", reason))
        if again or wall:
            self._failed(queue, url, reason)
        elif reason == "html" and outcome.status == "quarantined":
            queue.doubtful.append(outcome)
        else:
            self._end(outcome)

    def _failed(self, queue: _Queue, url: str, reason: str, *, final: bool = False) -> None:
        outcome = self._unless_held(ImageOutcome(url, "", "failed", reason))
        if queue.second or final:
            self._end(outcome)
        else:
            queue.again[url] = queue.served
            self._outcomes.append(outcome)

    def _count(self, queue: _Queue, reason: str) -> None:
        """Count a picture that could not be had, and leave its host where that are too many in a row."""
        queue.in_a_row += 1
        if queue.host and queue.in_a_row >= GIVE_UP_AFTER and not queue.ended:
            queue.ended = f"{queue.in_a_row} pictures in a row could not be had (last: {reason})"

    def _unless_held(self, outcome: ImageOutcome) -> ImageOutcome:
        """Keep the smaller picture that is held where a larger one could not be had."""
        held = self._images.outcome(outcome.url)
        if held is None or held.status != "fetched" or held.sha256 not in self._images:
            return outcome
        return ImageOutcome(
            outcome.url, held.sha256, "fetched", f"as held, a larger one: {outcome.reason}"
        )

    def _end(self, outcome: ImageOutcome) -> None:
        self._outcomes.append(outcome)
        self._progress(1)

    async def _write_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(WRITE_EVERY_S)
            self.write()

    def write(self) -> None:
        """Store what has ended since the last time, as one transaction."""
        staged, outcomes = self._staged, self._outcomes
        if outcomes:
            self._staged, self._outcomes = [], []
            self._images.put_all(staged, outcomes, placeholder_urls=self._placeholder_urls)

    def report(self) -> ImageReport:
        """Return how the addresses of this run ended, as the store has it."""
        counts: dict[str, Counter[str]] = {}
        for status, reason, number in self._images.run_counts():
            counts.setdefault(status, Counter())[reason.partition(":")[0]] += number
        return ImageReport(
            fetched=counts.get("fetched", Counter()).total(),
            gone=counts.get("gone", Counter()).total(),
            quarantined_by=dict(counts.get("quarantined", {})),
            failed_by=dict(counts.get("failed", {})),
            known=self._known,
            left=self._left,
            size_bytes=self._size_bytes,
            notes=self._images.run_notes(),
        )


def _first(errors: BaseExceptionGroup[StoreError]) -> StoreError:
    """Return the first of the errors that ended a run."""
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if not isinstance(error, StoreError):
        raise TypeError(error)
    return error


def _host(url: str) -> str:
    """Return an address's host; empty for what is no address (that fails when it is asked for)."""
    try:
        return parse_address(url).host
    except SourceError:
        return ""
