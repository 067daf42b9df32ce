"""The fetching of pictures, with its receipt, whatever end it comes to."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from crawlers.engine.address import parse_address
from crawlers.engine.fetch import Fetch
from crawlers.engine.fetch_config import FetchConfig
from crawlers.engine.image_store import ImageStore
from crawlers.engine.images import ImageReport, fetch_images
from crawlers.engine.receipt import FetchReport, HostReport
from crawlers.engine.store import RawStore
from omniart_data.receipts import ReceiptBook
from omniart_data.watch import Watch, run_stoppable
from schemas.errors import SourceError

_LOOK_UP = 1_000  # addresses that are looked up between two looks at the terminal and its Ctrl-C


@dataclass(frozen=True)
class PictureRun:
    """How one run of the fetching of pictures ended."""

    hosts: Mapping[str, HostReport]
    report: ImageReport | None = None
    """None: somebody stopped it."""

    @property
    def stopped(self) -> bool:
        """Return whether somebody stopped it."""
        return self.report is None

    @property
    def again(self) -> int:
        """Return how many pictures the next run asks for again."""
        return self.report.failed + self.report.left if self.report else 0


def fetch_pictures(
    urls: Sequence[str],
    fetching: FetchConfig,
    images: ImageStore,
    store: RawStore,
    watch: Watch,
    *,
    max_px: int,
    max_pixels: int,
    update: bool = False,
) -> PictureRun:
    """Fetch the pictures whose end is not yet known, and keep the receipt in the store.

    With ``update`` what was gone or quarantined is asked for again too.
    Ctrl-C ends it cleanly; what was fetched until then stays.
    """
    book = ReceiptBook(store, watch.command, "pictures")

    def settled(url: str) -> bool:
        return images.is_settled(url, max_px, max_pixels=max_pixels, update=update)

    async def work() -> PictureRun:
        count = watch.count("pictures")
        count.begin("pictures", len(urls))
        report = None
        none = FetchReport()
        async with Fetch(fetching) as fetch, watch.over(fetch), book.over(fetch, none):
            try:
                watch.expect(count.name, await unsettled_by_host(urls, settled))
                report = await fetch_images(
                    urls,
                    fetch,
                    images,
                    max_px=max_px,
                    max_pixels=max_pixels,
                    update=update,
                    progress=count.advance,
                )
                count.end("done")
            except asyncio.CancelledError:
                count.end("stopped")
            return PictureRun(fetch.report.hosts, report)

    run = run_stoppable(work)
    told = {"images": asdict(run.report) if run.report else {}}
    book.end(FetchReport(run.hosts), told, stopped=run.stopped)
    return run


async def unsettled_by_host(
    urls: Sequence[str], settled: Callable[[str], bool]
) -> Mapping[str, int]:
    """Return at how many addresses of each host something is still to be asked for."""
    counts: Counter[str] = Counter()
    for number, url in enumerate(dict.fromkeys(urls)):
        if number % _LOOK_UP == 0:
            await asyncio.sleep(0)
        if not settled(url):
            counts[_host(url)] += 1
    return counts


def _host(url: str) -> str:
    """Return the host of an address; empty for what is none, and fails when it is asked for."""
    try:
        return parse_address(url).host
    except SourceError:
        return ""
