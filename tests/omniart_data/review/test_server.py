"""The server answers its own page alone: whoever lacks the token, or comes from elsewhere, gets nothing."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from omniart_data.decision_files import put_decision, read_decisions
from omniart_data.normalise.decisions import Decision
from omniart_data.review.server import HEADERS, LARGEST_BODY, TOKEN_HEADER

Review = Callable[..., None]
MERGE = {"number": 0, "action": "merge", "new": "", "reason": "one man"}


def told(served: Any, **changed: str | None) -> dict[str, str]:
    """Return the headers of a good POST, less or with others where that is said."""
    good = {TOKEN_HEADER: served.token, "Origin": served.base, "Content-Type": "application/json"}
    return {name: value for name, value in (good | changed).items() if value is not None}


def asking(
    work: Callable[[Any, aiohttp.ClientSession], Coroutine[Any, Any, None]],
) -> Callable[[Any], Coroutine[Any, Any, None]]:
    """Return work on a review that is handed a client of its own."""

    async def run(served: Any) -> None:
        async with aiohttp.ClientSession() as client:
            await work(served, client)

    return run


async def status(client: aiohttp.ClientSession, method: str, url: str, **given: Any) -> int:
    """Return the status of one request, whose answer always has the headers of all."""
    async with client.request(method, url, allow_redirects=False, **given) as answer:
        await answer.read()
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        return answer.status


async def raw_status(served: Any, path: str) -> int:
    """Return the status of a GET whose path goes out as it is: clients tidy it up."""
    host, _, port = served.base.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    sent = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
    writer.write(sent.encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return int(answer.split()[1])


def test_without_the_token_there_is_nothing(review: Review, workspace: Path) -> None:
    """Every path, pictures and what is not there included, is 403 without the token, and for a wrong one."""

    async def work(served: Any, client: aiohttp.ClientSession) -> None:
        for path in ("", "page.js", "page.css", "icon.svg", "candidates", "picture/met:1", "none"):
            good = await status(client, "GET", served.url + path)
            assert good == (404 if path == "none" else 200)
            for token in ("", "wrong/", f"{served.token}x/", f"{served.token[:-1]}/", "é/"):
                assert await status(client, "GET", f"{served.base}/{token}{path}") == 403
        wrong = f"{served.base}/wrong/decide"
        assert await status(client, "POST", wrong, json=MERGE, headers=told(served)) == 403
        assert not read_decisions(workspace / "decisions")

    review(asking(work))


def test_a_foreign_page_cannot_decide(review: Review, workspace: Path) -> None:
    """A POST is taken from our own page alone: its origin, the token in a header, JSON."""

    async def work(served: Any, client: aiohttp.ClientSession) -> None:
        url, body = served.url + "decide", json.dumps(MERGE)
        port = served.base.rpartition(":")[2]
        refused: tuple[dict[str, str | None], ...] = (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": None},
            {"Origin": "http://127.0.0.1"},
            {"Origin": f"https://127.0.0.1:{port}"},
            {"Origin": f"http://127.0.0.1:{port}.evil.example"},
            {TOKEN_HEADER: None},
            {TOKEN_HEADER: "wrong"},
            {"Content-Type": "text/plain"},
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        for changed in refused:
            headers = told(served, **changed)
            assert await status(client, "POST", url, data=body, headers=headers) == 403, changed
        for path in ("undo", "done"):
            headers = told(served, Origin="https://evil.example")
            assert (
                await status(client, "POST", served.url + path, data="{}", headers=headers) == 403
            )
        assert (
            await status(client, "OPTIONS", url, headers={"Origin": "https://evil.example"}) == 403
        )
        assert await status(client, "GET", url) == 405
        assert not read_decisions(workspace / "decisions")
        assert not served.task.done()

        assert await status(client, "POST", url, data=body, headers=told(served)) == 200
        assert [one.reason for one in read_decisions(workspace / "decisions")] == ["one man"]

    review(asking(work))


def test_another_host_s_name_leads_nowhere(review: Review) -> None:
    """A name that was made to lead to loopback is refused; localhost is no other host."""

    async def work(served: Any, client: aiohttp.ClientSession) -> None:
        port = served.base.rpartition(":")[2]
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port}0", ""):
            assert await status(client, "GET", served.url, headers={"Host": host}) == 403, host
        there = {"Host": f"localhost:{port}"}
        assert await status(client, "GET", served.url, headers=there) == 200
        origin = told(served, Origin=f"http://localhost:{port}") | there
        url = served.url + "decide"
        assert await status(client, "POST", url, json=MERGE, headers=origin) == 200

    review(asking(work))


def test_pictures(review: Review) -> None:
    """A picture is that of a shown artwork, as JPEG; a grey one where there is none, 404 for anything else."""

    async def work(served: Any, client: aiohttp.ClientSession) -> None:
        seen = {}
        for artwork in ("met:1", "met:2", "met:3", "met:4"):
            async with client.get(f"{served.url}picture/{artwork}") as answer:
                assert answer.headers["Content-Type"] == "image/jpeg"
                seen[artwork] = await answer.read()
        assert (
            hashlib.sha256(seen["met:1"]).hexdigest() == served.works.row("met:1")["image_sha256"]
        )
        assert (
            hashlib.sha256(seen["met:3"]).hexdigest() == served.works.row("met:3")["image_sha256"]
        )
        assert seen["met:2"] == seen["met:4"] != seen["met:1"]
        assert seen["met:4"].startswith(b"\xff\xd8\xff")
        for name in (
            "met:99",
            "../page.js",
            "..%2fpage.js",
            "%2e%2e/%2e%2e/etc/passwd",
            "met:1%00",
        ):
            assert await raw_status(served, f"/{served.token}/picture/{name}") == 404, name
        assert await raw_status(served, f"/{served.token}/picture/met%3A1") == 200
        for path in ("*", "//", "/../../etc/passwd", f"/x/../{served.token}/"):
            assert await raw_status(served, path) in {400, 403}, path

    review(asking(work))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "no JSON object"),
        ("[1]", "no JSON object"),
        ("{" * 9_000, "no JSON object"),
        ('{"number": "0"}', "number is no number"),
        ('{"number": 99, "action": "merge"}', "no such candidate"),
        ('{"number": 0, "action": 7}', "action is no text"),
        ('{"number": 0, "action": "rename", "new": "X"}', "'rename' is not open for this artist"),
        ('{"number": 3, "action": "rename", "new": " "}', "rename takes an object"),
        ('{"number": 3, "action": "merge"}', "'merge' is not open for this material"),
        (
            '{"number": 3, "action": "rename", "new": "porcelein"}',
            "no vocabulary knows the material 'porcelein': did you mean 'porcelain'?",
        ),
        ('{"number": 3, "action": "rename", "new": "xx", "is_new": 1}', "no vocabulary knows"),
    ],
)
def test_what_makes_no_decision(review: Review, workspace: Path, body: str, said: str) -> None:
    """A request that cannot be done is 400 with the reason, and writes nothing."""

    async def work(served: Any, client: aiohttp.ClientSession) -> None:
        async with client.post(served.url + "decide", data=body, headers=told(served)) as answer:
            assert answer.status == 400
            assert said in (await answer.json())["error"]
        assert not list((workspace / "decisions").glob("*"))

    review(asking(work))


def test_a_large_body_is_not_read(review: Review) -> None:
    """What is larger than any decision is 413."""

    async def work(served: Any, client: aiohttp.ClientSession) -> None:
        body = b" " * (LARGEST_BODY + 1)
        assert (
            await status(client, "POST", served.url + "undo", data=body, headers=told(served))
            == 413
        )

    review(asking(work))


def test_a_sitting(review: Review, workspace: Path) -> None:
    """What was decided before comes back on undo; twice, and what another has changed since, are errors."""
    folder = workspace / "decisions"
    earlier = Decision(
        "artist", "keep apart", "name:havick steen -1679", "ulan:500115493", "no", "old"
    )
    put_decision(folder, earlier)

    async def work(served: Any, client: aiohttp.ClientSession) -> None:
        async def post(path: str, **body: Any) -> tuple[int, Any]:
            async with client.post(served.url + path, json=body, headers=told(served)) as answer:
                return answer.status, await answer.json()

        assert (await post("decide", **MERGE))[0] == 200
        assert (await post("decide", **MERGE))[0] == 400
        assert [one.action for one in read_decisions(folder)] == ["merge"]
        assert await post("undo") == (200, {"number": 0})
        assert read_decisions(folder) == (earlier,)
        assert (await post("undo"))[0] == 400

        asked = {"number": 4, "action": "rename", "new": "a\nb", "reason": " \t "}
        assert (await post("decide", **asked))[1]["unknown"] is True
        done = await post("decide", **asked, is_new=True)
        assert done[1]["object"] == "a b"
        assert done[1]["reason"] == "the English term for it"
        (folder / "material.csv").unlink()
        assert "was changed since" in (await post("undo", number=4))[1]["error"]
        (folder / "material.csv").write_text("torn")
        assert (
            "material.csv:1: the header"
            in (await post("decide", number=3, action="reject"))[1]["error"]
        )

    review(asking(work))


def test_done_ends_it(review: Review) -> None:
    """The button of the page ends the server."""

    async def work(served: Any, client: aiohttp.ClientSession) -> None:
        url = served.url + "done"
        assert await status(client, "POST", url, data="{}", headers=told(served)) == 200
        await served.task

    review(asking(work))


def test_a_forgotten_server_ends(review: Review) -> None:
    """A server that nobody asks ends by itself, and not while somebody does."""

    async def work(served: Any, client: aiohttp.ClientSession) -> None:
        for _ in range(5):
            assert await status(client, "GET", served.url) == 200
            await asyncio.sleep(0.25)
        await served.task

    review(asking(work), idle_s=1.0)
