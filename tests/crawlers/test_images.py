"""Fetching images: each once, each outcome noted, no single one the end of the run."""

import asyncio
import hashlib
import io
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import web
from loopback import HOST, URL, museum, simulate
from PIL import Image

from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.engine.image_store import ImageOutcome, ImageStore
from crawlers.engine.images import (
    GIVE_UP_AFTER,
    NO_PICTURE_BESIDE,
    ImageReport,
    fetch_images,
)
from schemas.errors import StoreError

HTML = b"<!doctype html><title>Not found</title>"
OTHER = "https://stranger.invalid"


def picture(path: str, width: int = 60) -> bytes:
    """Return a small JPEG, another one for each path."""
    out = io.BytesIO()
    colours = hashlib.sha256(path.encode()).digest()[:24]
    image = Image.frombytes("RGB", (4, 2), colours).resize((width, 30))
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def bomb() -> bytes:
    """Return a JPEG whose head claims more pixels than any museum's."""
    body = bytearray(picture("/bomb"))
    where = body.index(b"\xff\xc0") + 5
    body[where : where + 4] = (16_000).to_bytes(2, "big") * 2
    return bytes(body)


class Museum:
    """Serves a picture at every path but the awkward ones, and counts what it is asked for."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.down: Callable[[str], bool] = lambda _: False
        self.refuses: Callable[[str], int] = lambda _: 0
        self.ill = False
        self.together = self.most_together = 0

    async def __call__(self, request: web.BaseRequest) -> web.Response:
        """Answer one request."""
        path = request.path
        self.asked[path] += 1
        if self.down(path) or path.startswith("/broken"):
            return web.Response(status=500)
        if status := self.refuses(path):
            return web.Response(status=status)
        if "/full/!1024,1024/" in path:
            return web.Response(status=400)
        if path.startswith("/forbidden"):
            return web.Response(status=403)
        status = {"/gone": 404, "/withdrawn": 410}.get(path, 200)
        return web.Response(status=status, body=self.body(path))

    def body(self, path: str) -> bytes:
        """Return what is served at a path."""
        if path.startswith("/same"):
            return picture("/same")
        if path.startswith("/large"):
            return picture(path, 900)
        if path == "/moody":
            return picture(path)[: 400 if self.asked[path] == 1 else None]
        awkward = {
            "/html": HTML,
            "/empty": b"",
            "/words": b"no picture",
            "/torn": picture(path)[:400],
            "/damaged": b"\xff\xd8\xff\xe0" + bytes(99) + b"\xff\xd9",
            "/bomb": bomb(),
        }
        return awkward.get(path, picture(path))

    @asynccontextmanager
    async def open(self, **more: Any) -> AsyncIterator[Fetch]:
        """Serve on loopback and yield a client that is in a hurry."""
        async with museum(self, **{"retries": 1, "patience_s": 2.0, **more}) as fetch:
            yield fetch

    def fetch(self, urls: Sequence[str], folder: Path, **more: Any) -> ImageReport:
        """Run ``fetch_images`` once on a store, and see that every address ends in exactly one way."""
        options = {name: more.pop(name) for name in OPTIONS if name in more}

        async def run() -> ImageReport:
            async with self.open(**more) as fetch:
                with ImageStore(folder / "images") as images:
                    return await fetch_images(urls, fetch, images, **options)

        report = asyncio.run(run())
        assert report.addresses == len(set(urls))
        return report


OPTIONS = ("progress", "max_px", "max_pixels", "placeholder_urls", "update")


def outcome(folder: Path, url: str) -> ImageOutcome:
    """Return the stored outcome of an image."""
    with ImageStore(folder / "images", read_only=True) as images:
        found = images.outcome(url)
    assert found is not None
    return found


def test_each_outcome_is_noted_and_only_failures_are_asked_again(tmp_path: Path) -> None:
    """What is fetched, gone or quarantined is final; what failed is asked for in the next run."""
    asked = Museum()
    paths = ["a", "b", "a", "gone", "withdrawn", "words", "empty", "torn", "damaged", "bomb"]
    urls = [f"{URL}/{path}" for path in [*paths, "broken", "forbidden"]]
    urls += [f"{URL}/{n}" for n in range(40)] + [f"{OTHER}/{path}" for path in "ab"]
    first = asked.fetch(urls, tmp_path)

    assert (first.fetched, first.gone, first.known, first.left) == (44, 2, 0, 0)
    sizes = [len(picture(f"/{path}")) for path in [*"aabb", *range(40)]]
    assert first.size_bytes == sum(sizes)
    assert first.quarantined_by == {
        "damaged": 1,
        "not an image": 2,
        "too many pixels": 1,
        "truncated": 1,
    }
    assert sum(first.failed_by.values()) == first.failed == 2
    assert outcome(tmp_path, f"{URL}/gone").status == "gone"
    assert outcome(tmp_path, f"{URL}/torn") == ImageOutcome(
        f"{URL}/torn", "", "quarantined", "truncated"
    )
    assert "403" in outcome(tmp_path, f"{URL}/forbidden").reason
    assert "500" in outcome(tmp_path, f"{URL}/broken").reason
    held = outcome(tmp_path, f"{URL}/a")
    assert held.sha256 == hashlib.sha256(picture("/a")).hexdigest()
    with ImageStore(tmp_path / "images") as images:
        assert images.read(held.sha256) == picture("/a")
    assert asked.asked["/a"] == 2  # once at each of two hosts, though listed twice at one

    asked.asked.clear()
    again = asked.fetch(urls, tmp_path)
    assert (again.failed + again.left, again.known, again.addresses) == (2, 51, 53)
    knocked = {"/0", "/1", "/10"}
    assert {"/broken", "/forbidden"} <= set(asked.asked) <= {"/broken", "/forbidden"} | knocked


def test_what_may_be_a_mood_is_asked_for_twice(tmp_path: Path) -> None:
    """A torn picture that is whole the second time is fetched; one that is torn again is quarantined."""
    asked = Museum()
    urls = [f"{URL}/{path}" for path in ("moody", "torn", "words", *"abcdefgh")]
    report = asked.fetch(urls, tmp_path)

    assert (report.fetched, report.quarantined_by) == (9, {"not an image": 1, "truncated": 1})
    assert (asked.asked["/moody"], asked.asked["/torn"]) == (2, 2)


def test_a_page_is_the_host_s_until_others_pass(tmp_path: Path) -> None:
    """A page in place of a picture is final only where the host served pictures between the two tries."""
    asked = Museum()
    assert asked.fetch([f"{URL}/html"], tmp_path).failed_by == {"html": 1}
    several = asked.fetch([f"{URL}/html", *(f"{URL}/{n}" for n in range(30))], tmp_path)
    assert several.quarantined_by == {"html": 1}
    assert asked.fetch([f"{URL}/html"], tmp_path).known == 1


def test_a_page_is_no_end_where_no_picture_follows(tmp_path: Path) -> None:
    """A page that came twice, each time after pictures, may still be the beginning of a wall."""
    asked, first = Museum(), {"/0", "/1", "/10"}
    asked.refuses = lambda path: 404 * (path in first and asked.asked[path] > 2)
    urls = [f"{URL}/html", *(f"{URL}/{n}" for n in range(30))]
    report = asked.fetch(urls, tmp_path)
    assert min(asked.asked[path] for path in first) > 2
    assert (report.fetched, report.failed_by, report.quarantined) == (30, {"html": 1}, 0)
    asked.refuses = lambda _: 0
    assert asked.fetch(urls, tmp_path).quarantined_by == {"html": 1}


def test_a_host_that_says_404_of_all_is_not_well(tmp_path: Path) -> None:
    """So many in a row, and no picture between them: they are failed, the others wait, and all come later."""
    asked = Museum()
    asked.refuses = lambda _: 404 * asked.ill
    held = [f"{URL}/held-{n}" for n in range(5)]
    urls = [f"{URL}/{n}" for n in range(200)]
    for before in ([], held):
        asked.ill = False
        folder = tmp_path / str(len(before))
        assert asked.fetch(before, folder).fetched == len(before)
        asked.ill = True
        seen: list[int] = []
        first = asked.fetch([*before, *urls], folder, progress=seen.append)
        assert (first.fetched, first.gone, sum(seen)) == (0, 0, 200 + len(before))
        assert first.failed_by == {NO_PICTURE_BESIDE: first.failed}
        assert GIVE_UP_AFTER <= first.failed < 4 * GIVE_UP_AFTER
        assert first.left == 200 - first.failed
        asked.ill = False
        assert asked.fetch(urls, folder).fetched == 200


@pytest.mark.parametrize("status", [404, 410])
def test_many_that_are_gone_are_gone_where_the_host_serves_others(
    tmp_path: Path, status: int
) -> None:
    """Before so many in a row are believed, pictures that are held are asked for: where they come, all is well."""
    asked = Museum()
    asked.refuses = lambda path: status * path.startswith("/lost")
    assert asked.fetch([f"{URL}/{n}" for n in range(5)], tmp_path).fetched == 5
    lost = [f"{URL}/lost-{n}" for n in range(100)]
    report = asked.fetch([*lost, *(f"{URL}/{n}" for n in range(9))], tmp_path)
    assert (report.gone, report.failed, report.left, report.fetched) == (100, 0, 0, 4)
    assert asked.fetch(lost, tmp_path).known == 100


def test_a_few_that_are_gone_are_gone(tmp_path: Path) -> None:
    """Below so many in a row each is believed, one by one and all that a run asks for."""
    asked = Museum()
    asked.refuses = lambda path: 404 * path.startswith("/lost")
    lost = [f"{URL}/lost-{n}" for n in range(GIVE_UP_AFTER - 1)]
    assert asked.fetch(lost, tmp_path).gone == GIVE_UP_AFTER - 1
    mixed = [url for n in range(60) for url in (f"{URL}/lost{n}", f"{URL}/{n}")]
    report = asked.fetch(mixed, tmp_path, concurrency=2)
    assert (report.gone, report.fetched) == (60, 60)


def test_an_update_asks_for_what_was_gone_or_no_picture(tmp_path: Path) -> None:
    """Only where it is asked for; what is fetched is left alone, and what is still gone stays so."""
    asked = Museum()
    asked.refuses = lambda path: 404 * (path in {"/lost", "/late"})
    urls = [f"{URL}/{path}" for path in (*"abc", "lost", "late", "words")]
    assert asked.fetch(urls, tmp_path).fetched == 3
    asked.refuses = lambda path: 404 * (path == "/lost")
    assert asked.fetch(urls, tmp_path).known == 6
    report = asked.fetch(urls, tmp_path, update=True)
    assert (report.known, report.fetched, report.gone, report.quarantined) == (3, 1, 1, 1)


def test_a_lost_picture_is_fetched_again(tmp_path: Path) -> None:
    """A fetched picture whose file is no longer there, or not whole, is asked for again."""
    asked = Museum()
    asked.fetch([f"{URL}/a", f"{URL}/b", f"{URL}/c"], tmp_path)
    with ImageStore(tmp_path / "images") as images:
        images.path(outcome(tmp_path, f"{URL}/a").sha256).unlink()
        images.path(outcome(tmp_path, f"{URL}/b").sha256).write_bytes(b"half")
    assert asked.fetch([f"{URL}/a", f"{URL}/b", f"{URL}/c"], tmp_path).fetched == 2


def test_what_is_no_address_is_a_failed_image(tmp_path: Path) -> None:
    """Hostile and broken addresses are counted like any other failure, and asked of nobody."""
    asked = Museum()
    urls = ["", "local:a.jpg", "file:///etc/passwd", "http://127.0.0.1:1/", f"{URL}/a b–c#1.jpg"]

    assert asked.fetch(urls, tmp_path).failed == 4
    assert asked.asked == {"/a b–c#1.jpg": 1}


def test_an_iiif_size_that_is_not_to_be_had(tmp_path: Path) -> None:
    """Where an IIIF host refuses a size with 400, the picture is asked for as large as it is; case counts."""
    asked = Museum()
    urls = [f"{URL}/{name}/full/!1024,1024/0/default.jpg" for name in ("PJEZO", "pjezo")]

    assert asked.fetch(urls, tmp_path).fetched == 2
    assert asked.asked == dict.fromkeys(
        f"/{name}/full/{size}/0/default.jpg"
        for name in ("PJEZO", "pjezo")
        for size in ("!1024,1024", "max")
    ) | dict.fromkeys(asked.asked, 1)
    assert outcome(tmp_path, urls[0]).sha256 != outcome(tmp_path, urls[1]).sha256


def test_a_host_that_is_down_is_left_alone(tmp_path: Path) -> None:
    """When a host stays away the rest waits for the next run, others are served, and then it comes whole."""
    asked = Museum()
    asked.down = lambda path: path.startswith("/of-one")
    urls = [f"{URL}/of-one-{n}" for n in range(100)]
    urls += [f"{OTHER}/{n}" for n in range(30)]
    seen: list[int] = []
    first = asked.fetch(urls, tmp_path, progress=seen.append, patience_s=0.2)

    assert (first.fetched, first.failed + first.left) == (30, 100)
    assert first.left > 50
    assert sum(seen) == 130
    asked.down = lambda _: False
    again = asked.fetch(urls, tmp_path)
    assert (again.fetched, again.known) == (100, 30)


@pytest.mark.parametrize("refused", [403, 500])
def test_a_last_picture_that_fails_has_its_end(tmp_path: Path, refused: int) -> None:
    """Alone at the end of a run, or all that is left in the next, it costs minutes and not the patience for a host."""
    asked = Museum()
    asked.refuses = lambda path: refused * (path == "/29")
    slow = {"backoff_s": 2.0, "wall_backoff_s": 30.0, "retries": 5, "patience_s": 6 * 3600.0}

    async def run() -> tuple[ImageReport, float]:
        clock = asyncio.get_running_loop().time
        async with asked.open(**slow) as fetch:
            with ImageStore(tmp_path / "images") as images:
                began_s = clock()
                report = await fetch_images([f"{URL}/{n}" for n in range(30)], fetch, images)
                return report, clock() - began_s

    for fetched, known in ((29, 0), (0, 29)):
        report, took_s = simulate(run(), patience_s=0.003)
        assert (report.fetched, report.known, report.failed, report.left) == (fetched, known, 1, 0)
        assert took_s < {403: 200, 500: 400}[refused]


def test_a_host_that_serves_no_pictures_is_left(tmp_path: Path) -> None:
    """After so many in a row that fail for themselves the others wait; the next run begins with these."""
    asked = Museum()
    asked.refuses = lambda path: 401 * path.startswith("/of-one")
    urls = [f"{URL}/of-one-{n}" for n in range(100)]
    others = [f"{OTHER}/{n}" for n in range(30)]
    first = asked.fetch([*urls, *others], tmp_path)
    assert (first.fetched, first.failed + first.left) == (30, 100)
    assert GIVE_UP_AFTER <= first.failed < 2 * GIVE_UP_AFTER

    before = set(asked.asked)
    asked.asked.clear()
    second = asked.fetch(urls, tmp_path)
    assert second.left > 50
    assert not before & {path for path in asked.asked if path.startswith("/of-one")}
    asked.refuses = lambda _: 0
    assert asked.fetch(urls, tmp_path).fetched == 100


def test_failures_with_pictures_between_them_leave_no_host(tmp_path: Path) -> None:
    """However many fail, a host that serves others goes on serving them."""
    asked = Museum()
    asked.refuses = lambda path: 401 * path.endswith(("1", "3", "5", "7", "9"))
    report = asked.fetch([f"{URL}/{n}" for n in range(200)], tmp_path)
    assert (report.fetched, report.failed, report.left) == (100, 100, 0)


def test_an_outage_is_waited_for(tmp_path: Path) -> None:
    """A host that fails for all, in the middle of a run, costs no picture."""
    asked = Museum()
    asked.down = lambda _: 40 < sum(asked.asked.values()) < 50
    report = asked.fetch([f"{URL}/{n}" for n in range(80)], tmp_path, patience_s=20.0)
    assert (report.fetched, report.left) == (80, 0)


def test_placeholders_are_found(tmp_path: Path) -> None:
    """One picture at many addresses is quarantined at all of them, those of earlier runs too."""
    asked = Museum()
    few = [f"{URL}/same{n}" for n in range(4)]
    more = [f"{URL}/same{n}" for n in range(6)]
    options = {"placeholder_urls": 5}

    assert asked.fetch([*few, f"{URL}/a"], tmp_path, **options).fetched == 5
    second = asked.fetch([*more, f"{URL}/a"], tmp_path, **options)
    assert (second.known, second.quarantined_by) == (5, {"placeholder": 2})
    told = {outcome(tmp_path, url) for url in more}
    assert {(one.status, one.reason) for one in told} == {
        ("quarantined", "placeholder: same picture at 6 addresses")
    }
    assert outcome(tmp_path, f"{URL}/a").status == "fetched"
    assert asked.fetch(more, tmp_path, **options).known == 6


def test_one_address_of_many_objects_is_no_placeholder(tmp_path: Path) -> None:
    """However many objects name an address, it is one picture."""
    assert Museum().fetch([f"{URL}/a"] * 300, tmp_path, placeholder_urls=2).fetched == 1


def test_larger_pictures_are_asked_for_again(tmp_path: Path) -> None:
    """A picture kept smaller than wanted comes again, a whole one does not; if it fails, the smaller stays."""
    asked = Museum()
    urls = [f"{URL}/large", f"{URL}/small"]
    assert asked.fetch(urls, tmp_path, max_px=100).fetched == 2
    assert asked.fetch(urls, tmp_path, max_px=50).known == 2
    asked.down = lambda path: path == "/large"
    others = [f"{URL}/{n}" for n in range(60)]
    failing = asked.fetch([*urls, *others], tmp_path, max_px=400)
    assert (failing.fetched, failing.known) == (61, 1)
    name = outcome(tmp_path, urls[0]).sha256
    with ImageStore(tmp_path / "images") as images:
        assert max(Image.open(io.BytesIO(images.read(name))).size) == 100
    asked.down = lambda _: False
    assert asked.fetch(urls, tmp_path, max_px=400).fetched == 1
    with ImageStore(tmp_path / "images") as images:
        assert max(Image.open(io.BytesIO(images.read(name))).size) == 400


def test_the_cap_of_pixels_is_handed_on(tmp_path: Path) -> None:
    """A picture of more pixels than the run allows is quarantined."""
    report = Museum().fetch([f"{URL}/a", f"{URL}/large"], tmp_path, max_pixels=10_000)
    assert (report.fetched, report.quarantined_by) == (1, {"too many pixels": 1})


def test_what_had_too_many_pixels_is_asked_for_once_more_are_allowed(tmp_path: Path) -> None:
    """The store knows how many it claimed: under the same cap it is not asked for, under a higher one it is."""
    asked, urls = Museum(), [f"{URL}/a", f"{URL}/large"]
    for cap, ended in ((10_000, (1, 1, 0)), (26_999, (0, 0, 2)), (27_000, (1, 0, 1))):
        report = asked.fetch(urls, tmp_path, max_pixels=cap)
        assert (report.fetched, report.quarantined, report.known) == ended
    assert outcome(tmp_path, urls[1]).status == "fetched"


def test_progress_counts_every_address(tmp_path: Path) -> None:
    """Progress adds up to the number of distinct addresses, known and failing ones included."""
    asked, seen = Museum(), []
    asked.fetch([f"{URL}/{n}" for n in range(5)], tmp_path)
    awkward = [f"{URL}/{path}" for path in ("broken", "torn", "moody", "gone")]
    asked.fetch([*(f"{URL}/{n}" for n in range(9)), *awkward], tmp_path, progress=seen.append)
    assert (sum(seen), seen[0]) == (13, 5)


def test_no_addresses(tmp_path: Path) -> None:
    """Nothing to fetch is nothing to do."""
    assert Museum().fetch([], tmp_path) == ImageReport()


def test_a_disk_error_ends_the_run(tmp_path: Path) -> None:
    """Where images cannot be written the run ends with one StoreError, not with a group of them."""
    asked = Museum()
    asked.fetch([f"{URL}/first"], tmp_path)
    for n in range(256):
        folder = tmp_path / "images" / f"{n:02x}"
        if not folder.exists():
            folder.write_text("a file in the way")
    with pytest.raises(StoreError, match="images"):
        asked.fetch([f"{URL}/{n}" for n in range(9)], tmp_path)


def test_hosts_are_asked_side_by_side(tmp_path: Path) -> None:
    """A slow host does not hold up the images of another."""
    asked = Museum()
    urls = [f"{URL}/slow{n}" for n in range(4)]
    urls += [f"{OTHER}/{n}" for n in range(40)]
    asked.fetch(urls, tmp_path, rates={HOST: 4.0})
    order = [*asked.asked]
    assert order.index("/39") < order.index("/slow3")


def test_a_cancelled_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """What was fetched before a run was stopped is stored, and not asked for again."""
    asked = Museum()
    urls = [f"{URL}/{n}" for n in range(60)]

    async def run() -> None:
        async with asked.open(default_rate=100.0) as fetch:
            with ImageStore(tmp_path / "images") as images:
                await asyncio.wait_for(fetch_images(urls, fetch, images), 0.4)

    with pytest.raises(TimeoutError):
        asyncio.run(run())
    second = asked.fetch(urls, tmp_path)
    assert second.known > 0
    assert second.fetched + second.known == 60
    assert sum(asked.asked.values()) <= 60 + FetchConfig().concurrency + 8


FETCHER = """
import asyncio, sys
from pathlib import Path
from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.engine.images import fetch_images
from crawlers.engine.image_store import ImageStore

async def run(folder, base):
    config = FetchConfig(default_rate=400.0, backoff_s=0.01, routes={"museum.invalid": base})
    urls = [f"https://museum.invalid/{n}" for n in range(120)]
    urls += [f"https://museum.invalid/same{n}" for n in range(30)]
    urls += [f"https://museum.invalid/{name}" for name in ("torn", "gone", "words")]
    with ImageStore(folder / "images") as images:
        print("open", flush=True)
        async with Fetch(config) as fetch:
            await fetch_images(urls, fetch, images)

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
    asked, luck = Museum(), Random(3)

    async def run() -> list[int | None]:
        async with asked.open() as fetch:
            base = fetch.config.routes[HOST]
            assert await killed_after(None, tmp_path / "whole", base) == 0
            waits = [luck.uniform(0.02, 0.3) for _ in range(3)]
            ends = [await killed_after(wait_s, tmp_path / "killed", base) for wait_s in waits]
            return [*ends, await killed_after(None, tmp_path / "killed", base)]

    ends = asyncio.run(run())
    held = []
    for folder in (tmp_path / "whole", tmp_path / "killed"):
        with ImageStore(folder / "images") as images:
            files = {path.name: path.read_bytes() for path in folder.glob("images/??/*")}
            held.append((images.digest(), images.counts(), files))
    assert ends.count(-signal.SIGKILL) >= 2
    assert ends[-1] == 0
    assert held[0] == held[1]
    assert held[0][1] == {"fetched": 120, "gone": 1, "quarantined": 32, "failed": 0}
    assert len(held[0][2]) == 121
