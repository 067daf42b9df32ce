"""The page of a review as its reader meets it: in a real browser, by the keyboard alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from omniart_data.decision_files import read_decisions

READY = "document.querySelector('#sides .side')"
Browse = Callable[..., None]


def decided(workspace: Path) -> list[tuple[str, ...]]:
    """Return the decisions on the disk, without their evidence."""
    return [
        (one.kind, one.action, one.subject, one.object, one.reason)
        for one in read_decisions(workspace / "decisions")
    ]


def test_deciding_by_keys(browse: Browse, workspace: Path) -> None:
    """M merges, a keeps apart, r renames, x rejects; the rows are on the disk, u takes the last one away."""

    async def work(served: Any, browser: Any) -> None:
        page = await browser.open(served.url)
        await page.until(READY)
        await page.press("m")
        await page.until("document.querySelectorAll('#done li').length === 1")
        merged = (
            "artist",
            "merge",
            "name:havick steen -1679",
            "ulan:500115493",
            "the same: the same words, both died in 1679",
        )
        assert decided(workspace) == [merged]

        await page.press("a")
        await page.until("document.querySelectorAll('#done li').length === 2")
        apart = ("artist", "keep apart", "name:a", "name:b", "not the same")
        assert decided(workspace) == [apart, merged]

        await page.press("u")
        await page.until("document.querySelectorAll('#done li').length === 1")
        assert decided(workspace) == [merged]
        assert "name:a" in await page.js("document.querySelector('#question').innerText")

        await page.press("2", "j", "k", "r")
        assert await page.js("document.activeElement.id") == "new"
        await page.press(*"cobalt m", "Enter")
        await page.until("!document.querySelector('#alert').hidden")
        alert = await page.js("document.querySelector('#alert').innerText")
        assert "no vocabulary knows the material 'cobalt m'" in alert
        assert "Enter once more" in alert
        assert ["400" in one for one in page.complaints] == [True]
        page.complaints.clear()
        await page.press("Enter")
        await page.until("document.querySelectorAll('#done li').length === 2")
        new = ("material", "rename", "nl:fabeliet", "cobalt m", "the English term for it")
        assert new in decided(workspace)

        await page.press("e", *"a slip", "Escape", "x")
        await page.until("document.querySelectorAll('#done li').length === 3")
        assert ("material", "reject", "en:porcelein", "", "a slip") in decided(workspace)
        await page.press("u", "u", "u")
        await page.until("document.querySelectorAll('#done li').length === 0")
        assert decided(workspace) == []
        assert page.complaints == []

    browse(work)


def test_finding_one_s_way_by_keys(browse: Browse) -> None:
    """Arrows go on and back, digits choose a kind, / filters, ? tells the keys; a key in a field is a letter."""

    async def work(served: Any, browser: Any) -> None:
        page = await browser.open(served.url)
        await page.until(READY)
        question = "document.querySelector('#question').innerText"
        place = "document.querySelector('#place').innerText"
        assert await page.js(place) == "1 of 3"
        await page.press("ArrowRight", "j", "j")
        assert await page.js(place) == "3 of 3"
        await page.press("ArrowLeft")
        assert "name:a" in await page.js(question)

        await page.press("/", *"steen m", "Escape")
        assert await page.js(place) == "0 of 0"
        await page.js("document.querySelector('#filter').value = ''")
        await page.press("/", *"havick", "Enter")
        assert await page.js(place) == "1 of 1"
        assert "Havicksz" in await page.js(question)

        await page.press("?")
        assert await page.js("document.querySelector('#keys').open")
        await page.press("m", "Escape")
        assert not await page.js("document.querySelector('#keys').open")
        assert await page.js("document.querySelectorAll('#done li').length") == 0

        kinds = await page.js("document.querySelector('#kinds').innerText")
        assert [word in kinds for word in ("Artists (3)", "Materials (3)", "Works (1)")] == [
            True
        ] * 3
        await page.press("x")
        assert "cannot be decided so" in await page.js("document.querySelector('#said').innerText")
        unnamed = "[...document.querySelectorAll('button, input, img')].filter(x => !(x.innerText || x.alt || x.labels?.length)).length"
        assert await page.js(unnamed) == 0

    browse(work)


def test_a_museum_s_text_is_text(browse: Browse) -> None:
    """A title that is a script is read as one and not run, and no request leaves for another place."""

    async def work(served: Any, browser: Any) -> None:
        page = await browser.open(served.url)
        await page.until(READY)
        await page.until("[...document.images].every(x => x.complete && x.naturalWidth > 0)")
        assert await page.js("document.title") == "Review of release 1.0.0"
        assert "<script>" in await page.js("document.querySelector('#sides').innerText")
        assert await page.js("document.querySelectorAll('main script').length") == 0
        assert await page.js("document.images.length") == 2
        assert await page.js("document.querySelectorAll('.nopicture').length") == 2
        assert len(page.requests) >= 6
        assert [url for url in page.requests if not url.startswith(served.url)] == []
        assert page.complaints == []

    browse(work)


BUTTON = "document.querySelector('#actions button').getBoundingClientRect()"


@pytest.mark.parametrize(("width", "height"), [(1000, 1100), (500, 700), (1000, 300)])
def test_the_buttons_are_in_sight(browse: Browse, width: int, height: int) -> None:
    """Whatever a candidate shows, what decides it is seen without scrolling, and nothing lies over it."""

    async def work(served: Any, browser: Any) -> None:
        page = await browser.open(served.url, width=width, height=height)
        await page.until(READY)
        await page.js("document.querySelector('#sides').style.minHeight = '3000px'")
        assert await page.js("document.documentElement.scrollHeight > innerHeight")
        assert await page.js("scrollY") == 0
        at = f"document.elementFromPoint({BUTTON}.x + 4, ({BUTTON}.top + {BUTTON}.bottom) / 2)"
        assert await page.js(f"{at}?.closest('button')?.innerText") == "Merge m"

    browse(work)


def test_without_pictures_there_is_one_line(browse: Browse, workspace: Path) -> None:
    """Where no example has a picture one line says so; beside pictures an empty place is marked."""

    async def work(served: Any, browser: Any) -> None:
        page = await browser.open(served.url)
        await page.until(READY)
        boxes = "document.querySelectorAll('.nopicture').length"
        line = "!document.querySelector('#pictureless').hidden"
        assert (await page.js(boxes), await page.js(line)) == (2, False)
        await page.js(
            "for (const one of state.all) for (const work of one.works) work.picture = false; show()"
        )
        assert (await page.js(boxes), await page.js(line)) == (0, True)
        assert await page.js("document.images.length") == 0

    browse(work)


def test_ids_are_broken_between_their_parts(browse: Browse) -> None:
    """An id that does not fit goes on behind a sign, and no part of it is torn."""

    async def work(served: Any, browser: Any) -> None:
        page = await browser.open(served.url, width=360)
        await page.until(READY)
        await page.js(
            "for (const one of state.all) { one.subject = 'name:maximiliaan wolfgang hieronymus bartholomeus@1650-1700';"
            " one.works[0].id = 'sample-rijksmuseum:SK-A-1234567-BK-NM-7654321'; } show()"
        )
        parts = "[...document.querySelectorAll('.id span')]"
        assert await page.js(f"{parts}.length") > 10
        assert await page.js(f"{parts}.filter(x => x.getClientRects().length !== 1).length") == 0
        assert (
            await page.js(f"new Set({parts}.map(x => x.getBoundingClientRect().height)).size") < 3
        )
        lines = (
            "new Set([...document.querySelector('figure .id').children].map(x => x.offsetTop)).size"
        )
        assert await page.js(lines) > 1

    browse(work)


def test_the_button_ends_the_server(browse: Browse) -> None:
    """Done stops the server; what is asked of the page after that is answered with what to do."""

    async def work(served: Any, browser: Any) -> None:
        page = await browser.open(served.url)
        await page.until(READY)
        await page.js("document.querySelector('#end').click()")
        await page.until("document.querySelector('#said').innerText.includes('stopped')")
        await served.task
        assert served.task.done()
        with pytest.raises(aiohttp.ClientConnectorError):
            async with aiohttp.ClientSession() as session, session.get(served.url):
                pass

    browse(work)


@pytest.mark.parametrize(
    ("width", "scheme", "paper"),
    [
        (1200, "light", "rgb(253, 252, 249)"),
        (500, "light", "rgb(253, 252, 249)"),
        (1200, "dark", "rgb(25, 24, 22)"),
    ],
)
def test_the_page_fits_and_follows_the_reader(
    browse: Browse, tmp_path: Path, width: int, scheme: str, paper: str
) -> None:
    """Nothing runs past the window's edge, and dark is dark."""

    async def work(served: Any, browser: Any) -> None:
        page = await browser.open(served.url, width=width, scheme=scheme)
        await page.until(READY)
        await page.press("j", "m", "k")
        await page.until("document.querySelectorAll('#done li').length === 1")
        (tmp_path / "page.png").write_bytes(await page.picture())
        assert await page.js("document.documentElement.scrollWidth") <= width
        past = "[...document.querySelectorAll('body *')].filter(x => x.getBoundingClientRect().right > innerWidth + 1).length"
        assert await page.js(past) == 0
        assert await page.js("getComputedStyle(document.body).backgroundColor") == paper

    browse(work)
