"""Fetching images: each once, each outcome noted, no single one the end of the run."""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import web

from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.engine.images import GIVE_UP_AFTER, ImageReport, fetch_images
from crawlers.engine.store import ImageStore, RawStore
from schemas.errors import StoreError

HOST = "museum.invalid"
URL = f"https://{HOST}"
HTML = b"<!doctype html><title>Not found</title>"


def picture(path: str) -> bytes:
    """Return bytes that begin as a JPEG file does, other ones for each path."""
    return b"\xff\xd8\xff\xe0" + path.encode()


class Museum:
    """Serves a picture at every path but the awkward ones, and counts what it is asked for."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.down = False

    async def __call__(self, request: web.BaseRequest) -> web.Response:
        """Answer one request."""
        path = request.path
        self.asked[path] += 1
        if self.down or path.startswith("/broken"):
            return web.Response(status=500)
        if "/full/!1024,1024/" in path:
            return web.Response(status=400)
        status = {"/gone": 404, "/withdrawn": 410}.get(path, 200)
        body = {"/html": HTML, "/empty": b"", "/words": b"no picture"}.get(path, picture(path))
        return web.Response(status=status, body=body)

    @asynccontextmanager
    async def open(self, **more: Any) -> AsyncIterator[Fetch]:
        """Serve on loopback and yield a client that is in a hurry."""
        runner = web.ServerRunner(web.Server(self))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        routes = {HOST: base, "other.invalid": base}
        hurried = {"default_rate": 1e6, "backoff_s": 0.001, "wall_backoff_s": 0.001, "retries": 1}
        try:
            async with Fetch(FetchConfig(**{**hurried, "routes": routes, **more})) as fetch:
                yield fetch
        finally:
            await runner.cleanup()

    def fetch(self, urls: Sequence[str], folder: Path, **more: Any) -> ImageReport:
        """Run ``fetch_images`` once on a workspace."""
        progress = more.pop("progress", None)

        async def run() -> ImageReport:
            async with self.open(**more) as fetch:
                with RawStore(folder / "raw.sqlite") as store:
                    images = ImageStore(folder / "images")
                    return await fetch_images(urls, fetch, images, store, progress=progress)

        return asyncio.run(run())


def status(folder: Path, url: str) -> str:
    """Return the stored status of an image."""
    with RawStore(folder / "raw.sqlite") as store:
        outcome = store.image(url)
    return outcome.status if outcome else ""


def test_each_outcome_is_noted_and_only_failures_are_asked_again(tmp_path: Path) -> None:
    """What is fetched, gone or unreadable is final; what failed is asked for in the next run."""
    museum = Museum()
    paths = ["a", "b", "a", "gone", "withdrawn", "html", "empty", "words", "broken"]
    urls = [f"{URL}/{path}" for path in paths] + [f"https://other.invalid/{path}" for path in "ab"]
    first = museum.fetch(urls, tmp_path)
    size = 2 * len(picture("/a")) + 2 * len(picture("/b"))

    assert first == ImageReport(4, gone=2, unreadable=2, failed=2, size_bytes=size)
    assert status(tmp_path, f"{URL}/gone") == "gone"
    assert status(tmp_path, f"{URL}/words") == "unreadable"
    assert status(tmp_path, f"{URL}/html") == "failed"
    with RawStore(tmp_path / "raw.sqlite") as store:
        outcome = store.image(f"{URL}/a")
        assert outcome is not None
    assert ImageStore(tmp_path / "images").read(outcome.sha256) == picture("/a")
    assert museum.asked["/a"] == 2  # once at each of two hosts, though listed twice at one

    museum.asked.clear()
    assert museum.fetch(urls, tmp_path) == ImageReport(failed=2, known=8)
    assert set(museum.asked) == {"/html", "/broken"}


def test_a_lost_picture_is_fetched_again(tmp_path: Path) -> None:
    """A fetched picture whose file is no longer there is asked for again."""
    museum = Museum()
    museum.fetch([f"{URL}/a"], tmp_path)
    for path in (tmp_path / "images").rglob("*"):
        if path.is_file():
            path.unlink()
    assert museum.fetch([f"{URL}/a"], tmp_path).fetched == 1


def test_what_is_no_address_is_a_failed_image(tmp_path: Path) -> None:
    """Hostile and broken addresses are counted like any other failure, and asked of nobody."""
    museum = Museum()
    urls = ["", "local:a.jpg", "file:///etc/passwd", "http://127.0.0.1:1/", f"{URL}/a b–c#1.jpg"]

    assert museum.fetch(urls, tmp_path).failed == 4
    assert museum.asked == {"/a b–c#1.jpg": 1}


def test_an_iiif_size_that_is_not_to_be_had(tmp_path: Path) -> None:
    """Where an IIIF host refuses a size with 400, the picture is asked for as large as it is."""
    museum = Museum()
    asked = f"{URL}/PJEZO/full/!1024,1024/0/default.jpg"

    assert museum.fetch([asked], tmp_path).fetched == 1
    assert [*museum.asked] == [
        "/PJEZO/full/!1024,1024/0/default.jpg",
        "/PJEZO/full/max/0/default.jpg",
    ]
    assert status(tmp_path, asked) == "fetched"


def test_a_host_that_is_down_is_left_alone(tmp_path: Path) -> None:
    """After many failures in a row the rest waits for the next run, and then comes whole."""
    museum = Museum()
    museum.down = True
    urls = [f"{URL}/{n}" for n in range(100)]
    seen: list[int] = []
    first = museum.fetch(urls, tmp_path, progress=seen.append)

    assert GIVE_UP_AFTER <= first.failed < GIVE_UP_AFTER + FetchConfig().concurrency
    assert first.failed + first.left == 100 == sum(seen)
    museum.down = False
    assert museum.fetch(urls, tmp_path) == ImageReport(
        100, size_bytes=sum(len(picture(f"/{n}")) for n in range(100))
    )


def test_progress_counts_every_address(tmp_path: Path) -> None:
    """Progress adds up to the number of distinct addresses, known ones included."""
    museum, seen = Museum(), []
    museum.fetch([f"{URL}/{n}" for n in range(5)], tmp_path)
    museum.fetch([f"{URL}/{n}" for n in range(9)], tmp_path, progress=seen.append)
    assert (sum(seen), seen[0]) == (9, 5)


def test_no_addresses(tmp_path: Path) -> None:
    """Nothing to fetch is nothing to do."""
    assert Museum().fetch([], tmp_path) == ImageReport()


def test_a_disk_error_ends_the_run(tmp_path: Path) -> None:
    """Where images cannot be written the run ends with one StoreError, not with a group of them."""
    (tmp_path / "images").write_text("a file in the way")
    with pytest.raises(StoreError, match="images"):
        Museum().fetch([f"{URL}/{n}" for n in range(9)], tmp_path)


def test_hosts_are_asked_side_by_side(tmp_path: Path) -> None:
    """A slow host does not hold up the images of another."""
    museum = Museum()
    urls = [f"{URL}/slow{n}" for n in range(4)]
    urls += [f"https://other.invalid/{n}" for n in range(40)]
    museum.fetch(urls, tmp_path, rates={HOST: 4.0})
    order = [*museum.asked]
    assert order.index("/39") < order.index("/slow3")


def test_a_cancelled_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """What was stored before a run was stopped is not asked for again."""
    museum = Museum()
    urls = [f"{URL}/{n}" for n in range(60)]

    async def run() -> None:
        async with museum.open(default_rate=100.0) as fetch:
            with RawStore(tmp_path / "raw.sqlite") as store:
                images = ImageStore(tmp_path / "images")
                await asyncio.wait_for(fetch_images(urls, fetch, images, store), 0.3)

    with pytest.raises(TimeoutError):
        asyncio.run(run())
    second = museum.fetch(urls, tmp_path)
    assert second.known > 0
    assert second.fetched + second.known == 60
    assert sum(museum.asked.values()) <= 60 + FetchConfig().concurrency


FETCHER = """
import asyncio, sys
from pathlib import Path
from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.engine.images import fetch_images
from crawlers.engine.store import ImageStore, RawStore

async def run(folder, base):
    config = FetchConfig(default_rate=400.0, routes={"museum.invalid": base})
    urls = [f"https://museum.invalid/{n}" for n in range(120)]
    with RawStore(folder / "raw.sqlite") as store:
        print("open", flush=True)
        async with Fetch(config) as fetch:
            await fetch_images(urls, fetch, ImageStore(folder / "images"), store)

asyncio.run(run(Path(sys.argv[1]), sys.argv[2]))
"""


async def killed_after(seconds: float | None, folder: Path, base: str) -> int | None:
    """Fetch in a process of its own, kill it so long after its start, and return how it ended."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FETCHER, str(folder), base, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"open\n"
    if seconds is not None:
        await asyncio.sleep(seconds)
        with suppress(ProcessLookupError):
            process.kill()
    return await process.wait()


def test_a_run_killed_at_any_moment_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    """Killed again and again and started again, the pictures and their outcomes are the same."""
    museum, luck = Museum(), Random(3)

    async def run() -> list[int | None]:
        async with museum.open() as fetch:
            base = fetch.config.routes[HOST]
            assert await killed_after(None, tmp_path / "whole", base) == 0
            waits = [luck.uniform(0.02, 0.2) for _ in range(5)]
            ends = [await killed_after(wait_s, tmp_path / "killed", base) for wait_s in waits]
            return [*ends, await killed_after(None, tmp_path / "killed", base)]

    ends = asyncio.run(run())
    held = []
    for folder in (tmp_path / "whole", tmp_path / "killed"):
        with RawStore(folder / "raw.sqlite") as store:
            files = {path.name: path.read_bytes() for path in folder.glob("images/*/*")}
            held.append((store.digest(), files))
    assert ends.count(-signal.SIGKILL) >= 2
    assert ends[-1] == 0
    assert held[0] == held[1]
    assert len(held[0][1]) == 120
