"""Fetches images by address, once each, and remembers how each of them ended."""

import asyncio
import logging
import re
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crawlers.engine.address import parse_address
from crawlers.engine.fetch import Answer, Fetch, UnexpectedBodyError
from crawlers.engine.store import ImageOutcome, ImageStore, RawStore
from schemas.errors import SourceError

log = logging.getLogger(__name__)

STATUSES = {
    "fetched": "the picture is in the image store",
    "gone": "the host says that there is no such picture",
    "unreadable": "what the host serves is no picture",
    "failed": "it could not be had this time, and is asked for again next time",
}
FINAL = frozenset({"fetched", "gone", "unreadable"})
GIVE_UP_AFTER = 20
"""Failures in a row after which a host is left alone for this run: it is down, not one picture."""

_IIIF_SIZE = re.compile(r"(/full/)(?:!?[0-9]*,[0-9]*)(/[0-9.!]+/[a-z]+\.[a-z0-9]+)$")


@dataclass(frozen=True)
class ImageReport:
    """How the fetching of a set of images ended."""

    fetched: int = 0
    gone: int = 0
    unreadable: int = 0
    failed: int = 0
    known: int = 0
    """Ended in an earlier run, and not asked for again."""
    left: int = 0
    """Not asked for, because their host failed too often in a row."""
    size_bytes: int = 0
    """Of the images fetched now."""


async def fetch_images(
    urls: Sequence[str],
    fetch: Fetch,
    images: ImageStore,
    store: RawStore,
    *,
    progress: Callable[[int], None] | None = None,
) -> ImageReport:
    """Fetch each image whose outcome is not yet known, and store each outcome at once.

    Hosts are asked side by side, each at its own pace. An image that fails is counted and asked for
    again in the next run; only a StoreError ends the run. ``progress`` is told how many more addresses
    are done with.
    """
    images.sweep()
    run = _Run(fetch, images, store, progress or (lambda _: None))
    queues = run.queues(urls)
    try:
        async with asyncio.TaskGroup() as group:
            for queue in queues:
                for _ in range(min(fetch.config.concurrency, len(queue.urls))):
                    group.create_task(run.work(queue))
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from errors
    return run.report()


class _Queue:
    """The addresses at one host that are still to be asked for, and its failures in a row."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.urls: deque[str] = deque()
        self.failures = 0


class _Run:
    """One run of ``fetch_images``: what it was given, and what it has counted."""

    def __init__(
        self, fetch: Fetch, images: ImageStore, store: RawStore, progress: Callable[[int], None]
    ) -> None:
        self._fetch, self._images, self._store = fetch, images, store
        self._progress = progress
        self._counts: Counter[str] = Counter()

    def queues(self, urls: Sequence[str]) -> list[_Queue]:
        """Return what is to be asked for, each address once, by host; count what is known already."""
        queues: dict[str, _Queue] = {}
        for url in dict.fromkeys(urls):
            if self._known(url):
                self._counts["known"] += 1
            else:
                host = _host(url)
                queues.setdefault(host, _Queue(host)).urls.append(url)
        self._progress(self._counts["known"])
        return list(queues.values())

    def _known(self, url: str) -> bool:
        """Return whether an address needs no asking: its end is final, and its picture still there."""
        outcome = self._store.image(url)
        if outcome is None or outcome.status not in FINAL:
            return False
        return outcome.status != "fetched" or outcome.sha256 in self._images

    async def work(self, queue: _Queue) -> None:
        """Ask for one address of a queue after the other, until it is empty or its host is down."""
        while queue.urls:
            outcome = await self._outcome(queue.urls.popleft())
            self._store.put_image(outcome.url, outcome.sha256, outcome.status, outcome.size_bytes)
            self._counts[outcome.status] += 1
            self._counts["size_bytes"] += outcome.size_bytes
            self._progress(1)
            queue.failures = queue.failures + 1 if outcome.status == "failed" else 0
            if queue.urls and queue.failures >= GIVE_UP_AFTER:
                left = len(queue.urls)
                log.warning("%s fails: %d images left for the next run", queue.host, left)
                self._counts["left"] += left
                queue.urls.clear()
                self._progress(left)

    async def _outcome(self, url: str) -> ImageOutcome:
        """Ask for one image, and return how that ended."""
        try:
            answer = await self._ask(url)
        except UnexpectedBodyError as error:
            log.info("%s", error)
            return ImageOutcome(url, "", "failed" if error.found == "html" else "unreadable", 0)
        except SourceError as error:
            log.info("%s", error)
            return ImageOutcome(url, "", "failed", 0)
        if answer.gone:
            return ImageOutcome(url, "", "gone", 0)
        return ImageOutcome(url, self._images.put(answer.body), "fetched", len(answer.body))

    async def _ask(self, url: str) -> Answer:
        """Ask for an image; where an IIIF host has it in no such size, for the size that it has."""
        whole = _IIIF_SIZE.sub(r"\1max\2", url)
        if whole == url:
            return await self._fetch.get(url, expect="image")
        answer = await self._fetch.get(url, expect="image", allow=(400,))
        return answer if answer.status != 400 else await self._fetch.get(whole, expect="image")

    def report(self) -> ImageReport:
        """Return what was counted."""
        return ImageReport(**self._counts)


def _host(url: str) -> str:
    """Return an address's host; empty for what is no address (that fails when it is asked for)."""
    try:
        return parse_address(url).host
    except SourceError:
        return ""
