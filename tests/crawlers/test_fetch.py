"""The polite client, against real servers on loopback under made-up host names."""

import asyncio
import gzip
import shutil
import socket
import ssl
import subprocess
import zlib
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import HOST, JPEG, URL, WALL, Script, get, museum, raw_museum, says

from crawlers.engine.connection import is_unmet, words_of
from crawlers.engine.failures import Failure, plain
from crawlers.engine.fetch import (
    AddressError,
    Fetch,
    FetchConfig,
    ForbiddenError,
    HostDownError,
    RedirectError,
    UnexpectedBodyError,
)
from crawlers.engine.tries import REFUSALS
from crawlers.engine.unpack import TornError, Unpacker
from schemas.errors import SourceError, UsageError


def deflate(body: bytes, bits: int = zlib.MAX_WBITS) -> bytes:
    """Return a body packed by deflate, with a header or bare."""
    packer = zlib.compressobj(wbits=bits)
    return packer.compress(body) + packer.flush()


def unpack(encoding: str, packed: bytes) -> bytes:
    """Return what a whole body unpacks to."""
    unpacker = Unpacker(encoding, 10_000)
    body = unpacker.feed(packed)
    unpacker.end()
    return body


WRAPPINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("deflate", deflate),
    ("deflate", lambda body: deflate(body, -zlib.MAX_WBITS)),
]


def test_an_answer_tells_what_was_asked_and_never_a_port() -> None:
    """An answer holds the made-up address, the body and its type; the host sees its own name and ours."""
    script = Script(says(body=b'{"a": 1}', Content_Type="application/json"))
    answer = get(script, "/objects", params={"q": "a b&c"}, config={"contact": "me@example.org"})

    assert (answer.url, answer.status) == (f"{URL}/objects?q=a%20b%26c", 200)
    assert (answer.body, answer.media_type) == (b'{"a": 1}', "application/json")
    assert answer.fetched.endswith("Z")
    asked = script.requests[0]
    assert asked.raw_path == "/objects?q=a%20b%26c"
    assert asked.headers["Host"] == HOST
    assert asked.headers["User-Agent"].startswith("omniart-data/")
    assert asked.headers["User-Agent"].endswith(" (+me@example.org)")


@pytest.mark.parametrize("status", [404, 410])
def test_that_an_object_is_gone_is_an_answer(status: int) -> None:
    """404 and 410 are asked for once, and make a withdrawn raw record."""
    script = Script(says(status, b'{"message": "ObjectID not found"}'))
    answer = get(script, "/objects/7", expect="json")
    raw = answer.as_raw("met", "7", "met-api")

    assert answer.gone
    assert (raw.withdrawn, raw.url, raw.fetched) == (True, f"{URL}/objects/7", answer.fetched)
    assert len(script.requests) == 1


@pytest.mark.parametrize("status", [403, 408, 429, 500, 503])
def test_what_may_pass_is_tried_again(status: int) -> None:
    """A wall, a hurried host and a broken one are asked again, and the report counts it."""

    async def ask() -> None:
        async with museum(Script(says(status), says(status), says())) as fetch:
            assert (await fetch.get(URL)).status == 200
            report = fetch.report.hosts[HOST]
            assert (report.requests, report.answers, report.retries) == (
                4,
                2,
                2,
            )  # one is robots.txt
            assert report.walls == (1 if status in {403, 429, 503} else 0)
            assert report.statuses == {status: 2}
            assert report.waited_s > 0
            assert report.size_bytes == fetch.report.size_bytes == 2

    asyncio.run(ask())


def test_retries_end() -> None:
    """While others are answered, an address's last retry is its end: one line with address and reason."""
    script = Script(says(500))

    async def serve(request: web.BaseRequest) -> web.Response:
        return await script(request) if request.path == "/bad" else web.Response()

    async def ask() -> None:
        async with museum(serve) as fetch:
            bad = asyncio.create_task(fetch.get(f"{URL}/bad"))
            while not bad.done():
                await fetch.get(f"{URL}/good")
                await asyncio.sleep(0.001)
            with pytest.raises(
                AddressError, match=r"^https://museum.invalid/bad: status 500; ask"
            ) as end:
                await bad
            assert (end.value.url, end.value.reason) == (f"{URL}/bad", "status 500")

    asyncio.run(ask())
    assert len(script.requests) == 4


@pytest.mark.parametrize("status", [400, 401, 405, 451])
def test_what_is_refused_is_not_asked_again(status: int) -> None:
    """Other statuses from 400 to 499 are an error at once, unless the caller allows them."""
    script = Script(says(status))
    with pytest.raises(SourceError, match=f": refused with {status}"):
        get(script)
    assert len(script.requests) == 1
    assert get(script, allow=(status,)).status == status


def test_before_a_wall_everybody_waits() -> None:
    """After a 403 nobody asks this host again until the wall's back-off is over."""
    script = Script(says(403), says())

    async def ask() -> None:
        async with museum(script, wall_backoff_s=0.3) as fetch:
            first = asyncio.create_task(fetch.get(f"{URL}/1"))
            retries = 0
            while not retries:
                await asyncio.sleep(0.01)
                retries = sum(host.retries for host in fetch.report.hosts.values())
            await fetch.get(f"{URL}/2")
            await first

    asyncio.run(ask())
    assert script.times[1] - script.times[0] >= 0.3


def test_one_refused_address_does_not_hold_up_the_others() -> None:
    """Where others are let through, a lasting 403 is about its address, and ends after a few tries."""
    times: dict[str, list[float]] = {}

    async def serve(request: web.BaseRequest) -> web.Response:
        times.setdefault(request.path, []).append(monotonic())
        return web.Response(status=403 if request.path == "/refused" else 200)

    async def ask() -> None:
        async with museum(serve, wall_backoff_s=0.2, backoff_s=0.1) as fetch:
            refused = asyncio.create_task(fetch.get(f"{URL}/refused"))
            while not refused.done():
                await fetch.get(f"{URL}/open")
                await asyncio.sleep(0.01)
            assert isinstance(refused.exception(), ForbiddenError)
            assert fetch.report.hosts[HOST].walls == 1

    asyncio.run(ask())
    assert len(times["/refused"]) == 1 + REFUSALS
    assert len(times["/open"]) > 3


def test_retry_after_is_obeyed() -> None:
    """Retry-After in seconds, and as a date against the host's own clock, is waited for."""
    dated = {
        "Date": "Wed, 21 Oct 2020 07:28:00 GMT",
        "Retry_After": "Wed, 21 Oct 2020 07:28:01 GMT",
    }
    for headers in ({"Retry_After": "1"}, dated):
        script = Script(says(429, **headers), says())
        get(script)
        assert script.times[1] - script.times[0] >= 1.0


def test_a_wait_of_days_ends_the_crawl() -> None:
    """A host that asks to come back tomorrow is not waited for: the error says so at once."""
    script = Script(says(429, Retry_After="86400"))
    with pytest.raises(HostDownError, match="asks to come back in 86400 s"):
        get(script)
    assert len(script.requests) == 1


def test_each_host_has_its_own_rate() -> None:
    """A slow host holds up nobody who asks a quick one."""

    async def ask() -> None:
        rates = {f"www.{HOST}": 3.0}
        async with museum(Script(says()), rates=rates) as fetch:
            await asyncio.gather(fetch.get(URL), fetch.get(f"https://www.{HOST}"))
            began = monotonic()
            slow = asyncio.gather(*(fetch.get(f"https://www.{HOST}/{n}") for n in range(2)))
            await asyncio.gather(*(fetch.get(f"{URL}/{n}") for n in range(20)))
            assert not slow.done()
            await slow
            assert monotonic() - began >= 0.3
            assert list(fetch.report.hosts) == [HOST, f"www.{HOST}"]
            assert fetch.report.requests == 26

    asyncio.run(ask())


def test_get_all_is_in_order_and_bounded() -> None:
    """Answers come in the order of the addresses; no more than `concurrency` are asked for ahead."""
    asked = most = now = 0

    async def serve(request: web.BaseRequest) -> web.Response:
        nonlocal asked, most, now
        asked, now = asked + 1, now + 1
        most = max(most, now)
        await asyncio.sleep(0.002 * (5 - int(request.path[1:]) % 5))
        now -= 1
        return web.Response(body=request.path.encode())

    async def ask() -> None:
        async with museum(serve, concurrency=3) as fetch:
            taken = 0
            async for answer in fetch.get_all(f"{URL}/{n}" for n in range(30)):
                assert answer.body == b"/%d" % taken
                taken += 1
                assert asked <= taken + 3
                await asyncio.sleep(0.003)
            assert taken == 30

    asyncio.run(ask())
    assert most == 3


def test_single_requests_are_bounded_too() -> None:
    """However many callers ask one host at once, no more than `concurrency` requests are in flight."""
    most = now = 0

    async def serve(request: web.BaseRequest) -> web.Response:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return web.Response()

    async def ask() -> None:
        async with museum(serve, concurrency=3) as fetch:
            await asyncio.gather(*(fetch.get(f"{URL}/{n}") for n in range(20)))

    asyncio.run(ask())
    assert most == 3


def test_get_all_leaves_nothing_running() -> None:
    """A caller that stops early, or is stopped by an error, leaves no request under way."""

    async def serve(request: web.BaseRequest) -> web.Response:
        if request.path == "/5":
            return web.Response(status=400)
        await asyncio.sleep(1.0 if int(request.path[1:]) > 5 else 0)
        return web.Response()

    async def others() -> set[str]:
        await asyncio.sleep(0)
        return {t.get_coro().__name__ for t in asyncio.all_tasks()} & {"get", "get_all"}

    async def ask() -> None:
        urls = [f"{URL}/{n}" for n in range(12)]
        async with museum(serve) as fetch:
            async with aclosing(fetch.get_all(urls)) as answers:
                async for _ in answers:
                    break
            assert not await others()
            began = monotonic()
            with pytest.raises(SourceError, match="/5: refused with 400"):
                [answer async for answer in fetch.get_all(urls)]
            assert not await others()
            assert monotonic() - began < 0.9, "the requests under way were waited for"
            assert (await fetch.get(f"{URL}/1")).status == 200

    asyncio.run(ask())


def test_a_cancelled_request_gives_its_place_back() -> None:
    """After requests are cancelled as many as before may be in flight."""

    async def serve(request: web.BaseRequest) -> web.Response:
        await asyncio.sleep(0.5 if request.path == "/slow" else 0)
        return web.Response()

    async def ask() -> None:
        async with museum(serve, concurrency=1) as fetch:
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(fetch.get(f"{URL}/slow"), 0.05)
            assert (await asyncio.wait_for(fetch.get(URL), 2)).status == 200

    asyncio.run(ask())


def test_a_body_has_a_largest_size() -> None:
    """A body above the limit is refused: by its announced length, while it streams, and unpacked."""
    bomb = gzip.compress(bytes(50_000_000))

    async def stream(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        try:
            while True:
                await response.write(bytes(10_000))
        except ConnectionResetError:
            return response

    packed = says(body=bomb, Content_Encoding="gzip")
    config = {"max_body_bytes": 100_000}
    for handler in (Script(says(body=bytes(100_001))), stream, Script(packed)):
        with pytest.raises(SourceError, match="more than 100000 bytes"):
            get(handler, config=config)
    assert get(Script(says(body=bytes(100_000))), config=config).body == bytes(100_000)


def test_a_silent_host_is_given_up() -> None:
    """A host that accepts and says nothing is a failure after the read timeout, and at last an error."""

    async def serve(request: web.BaseRequest) -> web.Response:
        await asyncio.sleep(0.3)
        return web.Response()

    with pytest.raises(HostDownError, match="timed out"):
        get(serve, config={"read_timeout_s": 0.05, "patience_s": 0.1})


def test_a_trickling_body_is_given_up() -> None:
    """A body that keeps coming, and never ends, is a failure after the total timeout."""

    async def serve(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                await response.write(b" ")
                await asyncio.sleep(0.02)
        return response

    with pytest.raises(HostDownError, match="timed out"):
        get(serve, config={"total_timeout_s": 0.1, "patience_s": 0.05})


PACKED = gzip.compress(b'{"objectIDs": [1, 2]}' * 9, mtime=0)


@pytest.mark.parametrize(
    "sent",
    [
        b"Content-Length: 100\r\n\r\n{}",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" + PACKED[:20],
        b"Content-Encoding: gzip\r\n\r\n" + PACKED[:-4],
        b"Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}",
        b'\r\n{"objectIDs": [1, 2',
        b"Content-Length: 0\r\n\r\n",
    ],
)
def test_a_torn_body_is_no_answer(sent: bytes) -> None:
    """A body cut short, packed or not, is asked for again, and ends as the address's own failure."""

    async def ask() -> None:
        async with raw_museum(b"HTTP/1.1 200 OK\r\n" + sent) as fetch:
            with pytest.raises(AddressError):
                await fetch.get(URL, expect="json")
            assert fetch.report.hosts[HOST].requests == 4

    asyncio.run(ask())


@pytest.mark.parametrize("sent", [b"SSH-2.0-OpenSSH_9.2\r\n\r\n", b""])
def test_no_http_is_no_answer(sent: bytes) -> None:
    """A host that hangs up, or speaks another language, is down."""

    async def ask() -> None:
        async with raw_museum(sent) as fetch:
            with pytest.raises(HostDownError):
                await fetch.get(URL)

    asyncio.run(ask())


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.binary(max_size=300), min_size=1, max_size=3), st.sampled_from(WRAPPINGS), st.data()
)
def test_packed_bodies_come_whole_or_not_at_all(
    parts: list[bytes], wrapping: tuple[str, Callable[[bytes], bytes]], data: st.DataObject
) -> None:
    """A packed body unpacks to what it was, however it is cut into pieces; short of its end it is torn."""
    encoding, pack = wrapping
    parts = parts if encoding == "gzip" else parts[:1]
    packed = b"".join(map(pack, parts))
    step = data.draw(st.integers(1, 50))
    unpacker = Unpacker(encoding, 10_000)
    pieces = [packed[n : n + step] for n in range(0, len(packed), step)]

    assert b"".join(map(unpacker.feed, pieces)) == b"".join(parts)
    unpacker.end()
    last = pack(parts[-1])
    short = packed[: len(packed) - data.draw(st.integers(1, len(last) - 1))]
    with pytest.raises(TornError):
        unpack(encoding, short)


def test_no_server_is_a_host_that_is_down() -> None:
    """A refused connection is retried as long as patience lasts, and then an error of one line."""

    async def ask() -> None:
        config = FetchConfig(
            routes={HOST: "http://127.0.0.1:1"},
            default_rate=1e6,
            backoff_s=0.001,
            wall_backoff_s=0.01,
            patience_s=0.05,
        )
        async with Fetch(config) as fetch:
            with pytest.raises(
                HostDownError,
                match=r"museum.invalid: no answer for .*connection refused.*; see network, proxy",
            ) as end:
                await fetch.get(URL)
            assert "\n" not in str(end.value)
            requests = fetch.report.requests
            with pytest.raises(HostDownError):
                await fetch.get(f"{URL}/2")
            assert fetch.report.requests == requests >= 8

    asyncio.run(ask())


def test_a_redirect_within_the_site_is_followed() -> None:
    """A redirect to a sub-domain of the same owner is followed; the answer keeps the address asked."""
    script = Script(says(301, Location=f"https://www.{HOST}/b c"), says(302, Location="d"), says())
    answer = get(script, "/a")

    assert (answer.url, answer.status) == (f"{URL}/a", 200)
    assert [request.raw_path for request in script.requests] == ["/a", "/b%20c", "/d"]
    assert script.requests[1].headers["Host"] == f"www.{HOST}"


@pytest.mark.parametrize(
    "location",
    [
        "https://stranger.invalid/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "https://museum.invalid@stranger.invalid/",
        "//stranger.invalid/",
        "file:///etc/passwd",
        "http://[::1",
        "http://[::::]/",
    ],
)
def test_a_redirect_elsewhere_is_not_followed(location: str) -> None:
    """Strangers, this machine and its network, and other schemes are never redirected to."""
    script = Script(says(302, Location=location), says())
    with pytest.raises(SourceError):
        get(script)
    assert len(script.requests) == 1


def test_a_redirect_to_an_allowed_host_is_followed() -> None:
    """Hosts of the same source under another name are named in the settings."""
    script = Script(says(302, Location="https://stranger.invalid/"), says())
    allowed = {"allowed_redirect_hosts": ("stranger.invalid",)}

    assert get(script, config=allowed).status == 200


WITH_RATES = {"rates": {HOST: 1e6, "stranger.invalid": 1e6}}


@pytest.mark.parametrize(
    ("asked", "to", "config", "requests"),
    [
        (HOST, "stranger.invalid", WITH_RATES, 2),
        (HOST, f"www.{HOST}", WITH_RATES, 1),
        (f"www.{HOST}", HOST, WITH_RATES, 2),
        (HOST, f"www.{HOST}", {**WITH_RATES, "allowed_redirect_hosts": (f"www.{HOST}",)}, 2),
        (HOST, f"www.{HOST}", {}, 2),
        ("a.github.io", "b.github.io", {}, 1),
        ("media.githubusercontent.com", "evil.githubusercontent.com", {}, 1),
    ],
)
def test_a_redirect_leads_to_hosts_of_the_sources_alone(
    asked: str, to: str, config: Any, requests: int
) -> None:
    """From a host with a rate one goes to others with a rate; else within the site, if it has one owner."""
    script = Script(says(302, Location=f"https://{to}/b"), says())

    async def ask() -> None:
        async with museum(script, **config) as fetch:
            base = fetch.config.routes[HOST]
            routes = {asked: base, to: base}
            async with Fetch(replace(fetch.config, routes=routes)) as led:
                if requests == 2:
                    assert (await led.get(f"https://{asked}/a")).status == 200
                else:
                    with pytest.raises(RedirectError, match="redirects to another site"):
                        await led.get(f"https://{asked}/a")

    asyncio.run(ask())
    assert len(script.requests) == requests


@pytest.mark.parametrize(
    "encoding", [b"\xff\xfe", b"br \xe2\x80\xae evil", b"x" * 5000, b"\xc2\x9b31m"]
)
def test_what_a_host_says_is_plain_in_a_reason(encoding: bytes) -> None:
    """Headers stand in reasons as printable ASCII, shortened: no escape, no surrogate, no wall of letters."""

    async def ask() -> None:
        sent = (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: " + encoding + b"\r\nContent-Length: 2\r\n\r\n{}"
        )
        async with raw_museum(sent, retries=0) as fetch:
            with pytest.raises(AddressError, match="packed as") as end:
                await fetch.get(URL)
            for told in (end.value.reason, str(end.value)):
                assert told.isascii()
                assert told.isprintable()
                assert len(told) < 300

    asyncio.run(ask())


@given(st.text(), st.integers(1, 100))
def test_plain_text_is_plain(text: str, most: int) -> None:
    """Whatever somebody wrote becomes printable ASCII of a bounded length, and stays where it is that."""
    shown = plain(text, most)
    assert shown.isascii()
    assert shown.isprintable()
    assert len(shown) <= 10 * most + 3
    if text.isascii() and text.isprintable() and len(text) <= most:
        assert shown == text


def test_an_endless_address_is_told_in_short() -> None:
    """An error's line stays short whatever a record names, and the address is whole beside it."""
    url = "https://museum.invalid:99999/" + "a" * 10_000
    error = AddressError(url, "no host that could be asked")
    assert len(str(error)) < 600
    assert error.url == url


def test_an_allowed_redirect_host_on_loopback_is_not_asked() -> None:
    """Allowing a host by name does not open a private network."""
    script = Script(says(302, Location="https://127.0.0.1:9/"))
    with pytest.raises(SourceError, match="private network"):
        get(script, config={"allowed_redirect_hosts": ("127.0.0.1",)})


def test_redirects_end() -> None:
    """A host that sends one round in circles is an error."""
    script = Script(says(302, Location="/"))
    with pytest.raises(SourceError, match="redirects more than 5 times"):
        get(script)
    assert len(script.requests) == 6


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[::::]/",
        "http://10.0.0.1:8080/",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://localhost./",
        "http://a.localhost/",
        "http://１２７.0.0.1/",
        "ftp://museum.invalid/",
        "https://user:word@museum.invalid/",
        "https://museum.invalid:99999/",
        "https://mus<eum.invalid/",
        "https://museum..invalid/",
        "museum.invalid/a.jpg",
        "https://museum.invalid/\ud800",
        "",
    ],
)
def test_what_a_record_names_is_no_way_into_the_network(url: str) -> None:
    """Private addresses in whatever spelling, and what is no address, are refused without asking."""

    async def ask() -> None:
        async with Fetch(FetchConfig(retries=0, default_rate=1e6)) as fetch:
            with pytest.raises(SourceError, match=r"private network|no http|no address|no host"):
                await fetch.get(url)

    asyncio.run(ask())


def test_a_path_is_encoded_once() -> None:
    """File names as the Met prints them arrive whole, and what is encoded already stays as it is."""
    script = Script(says())
    for path in (
        "/CRDImages/gr/original/RRP Table 68.207 Ret.jpg",
        "/CRDImages/ad/original/61_200_13a–c_O1_sf.jpg",
        "/a/100%.jpg",
        "/a/#1, (2).jpg",
        "/a/b%20c%2Fd.jpg",
    ):
        get(script, path)

    assert [request.raw_path for request in script.requests] == [
        "/CRDImages/gr/original/RRP%20Table%2068.207%20Ret.jpg",
        "/CRDImages/ad/original/61_200_13a%E2%80%93c_O1_sf.jpg",
        "/a/100%25.jpg",
        "/a/%231,%20(2).jpg",
        "/a/b%20c%2Fd.jpg",
    ]


@pytest.mark.parametrize(
    ("expect", "good"),
    [
        ("json", b'\xef\xbb\xbf {"a": [1]}\n'),
        ("json", b"[]"),
        ("xml", b"<?xml version='1.0'?>\n<OAI-PMH><record/></OAI-PMH>"),
        ("image", JPEG),
        ("image", b"\x89PNG\r\n\x1a\n..."),
        ("zip", b"PK\x03\x04..."),
    ],
)
def test_a_wall_in_place_of_a_body_is_tried_again(expect: str, good: bytes) -> None:
    """A page of HTML with status 200 is a failure, and so is no body; the right one after it is the answer."""
    script = Script(says(body=WALL), says(body=b""), says(body=good))
    assert get(script, expect=expect).body == good


@pytest.mark.parametrize("expect", ["json", "xml"])
def test_html_in_place_of_data_is_a_wall(expect: str) -> None:
    """A page of HTML in place of data turns everybody away, and all wait until the host answers."""

    async def ask() -> None:
        async with museum(Script(says(body=WALL)), wall_backoff_s=0.05, patience_s=0.1) as fetch:
            with pytest.raises(HostDownError, match=f"html body in place of {expect}"):
                await fetch.get(URL, expect=expect)
            report = fetch.report.hosts[HOST]
            assert (report.walls, report.pauses) == (1, 0)
            assert report.html > 1

    asyncio.run(ask())


def test_html_in_place_of_a_lone_picture_is_believed_in_the_end() -> None:
    """Hosts say so that they have no such picture: it closes the host, and after few tries it is believed."""
    script = Script(says(body=WALL))

    async def ask() -> None:
        async with museum(script, retries=5) as fetch:
            with pytest.raises(UnexpectedBodyError, match="html in place of image") as end:
                await fetch.get(URL, expect="image")
            assert (end.value.found, end.value.reason) == ("html", "html in place of image")
            assert fetch.report.hosts[HOST].walls == 1

    asyncio.run(ask())
    assert len(script.requests) == 1 + REFUSALS


def test_each_address_has_its_end() -> None:
    """One address's failure is told at its place, whatever it is; the answers around it come all the same."""

    async def serve(request: web.BaseRequest) -> web.Response:
        moved = {"Location": "http://127.0.0.1/"}
        answers = {
            "/3": web.Response(status=400),
            "/5": web.Response(body=b"torn {"),
            "/7": web.Response(status=302, headers=moved),
            "/9": web.Response(status=404),
        }
        return answers.get(request.path) or web.Response(body=b"{}")

    async def ask() -> None:
        urls = [f"{URL}/{n}" for n in range(10)] + ["nonsense\n", "http://10.0.0.1/", f"{URL}/last"]
        async with museum(serve, concurrency=3) as fetch:
            ends = [end async for end in fetch.get_each(urls, expect="json")]
        errors = {n: end for n, end in enumerate(ends) if isinstance(end, AddressError)}
        assert {n: error.reason for n, error in errors.items()} == {
            3: "refused with 400",
            5: "an unreadable body in place of json",
            7: "redirects to another site",
            10: "no http(s) address",
            11: "an address inside a private network",
        }
        assert [error.url for error in errors.values()] == [urls[n] for n in errors]
        assert [end.url for end in ends] == urls
        assert not any("\n" in str(error) for error in errors.values())

    asyncio.run(ask())


def test_a_host_that_is_down_ends_each() -> None:
    """Where the host stays away that is not told address by address: it ends the run."""

    async def ask() -> None:
        async with museum(Script(says(500)), patience_s=0.05) as fetch:
            with pytest.raises(HostDownError):
                [end async for end in fetch.get_each(f"{URL}/{n}" for n in range(99))]

    asyncio.run(ask())


def certificate(folder: Path, *names: str) -> tuple[Path, ssl.SSLContext]:
    """Return a new certificate that vouches for itself, and what a server speaks TLS with by it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not here to make a certificate")
    key, made = folder / "key.pem", folder / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    command += ["-subj", "/CN=a", "-addext", f"subjectAltName={','.join(names)}"]
    command += ["-keyout", str(key), "-out", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    return made, context


def test_tls_trusts_whom_it_should(tmp_path: Path) -> None:
    """A certificate that nobody vouches for ends the host at once, waiting mends nothing; ``ca_file`` vouches."""
    made, context = certificate(tmp_path, "IP:127.0.0.1")

    async def serve(request: web.BaseRequest) -> web.Response:
        return web.Response(body=JPEG)

    async def ask() -> None:
        runner = web.ServerRunner(web.Server(serve))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        base = f"https://127.0.0.1:{runner.addresses[0][1]}"
        config = FetchConfig(routes={HOST: base}, default_rate=1e6)
        try:
            async with Fetch(config) as fetch:
                with pytest.raises(
                    HostDownError,
                    match=r"^museum\.invalid: certificate not trusted \(self.signed certificate\); .* --ca FILE",
                ):
                    await fetch.get(URL)
                assert fetch.report.requests == 1
            async with Fetch(replace(config, ca_file=made)) as fetch:
                assert (await fetch.get(URL, expect="image")).body == JPEG
        finally:
            await runner.cleanup()

    asyncio.run(ask())


class NoNames(AbstractResolver):
    """A machine without DNS."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve nothing."""
        raise OSError(None, "Temporary failure in name resolution")

    async def close(self) -> None:
        """Hold nothing."""


def test_a_name_that_is_not_resolved_is_told_so() -> None:
    """It is no failure of the museum: nobody has heard of the request."""

    async def ask() -> BaseException:
        connector = aiohttp.TCPConnector(resolver=NoNames())
        async with aiohttp.ClientSession(connector=connector) as session:
            with pytest.raises(aiohttp.ClientError) as caught:
                await session.get(URL)
            return caught.value

    error = asyncio.run(ask())
    assert (words_of(error), is_unmet(error)) == ("name not resolved", True)
    failure = Failure(HOST, words_of(error), unmet=is_unmet(error))
    assert (failure.silent, failure.advice) == (True, "see network, proxy, DNS")


def test_a_proxy_that_asks_who_we_are_is_not_the_museum() -> None:
    """What a proxy refuses is told with where to look, and is not held against the museum."""
    with pytest.raises(AddressError, match=r"a proxy asks who we are .*see network, proxy") as end:
        get(Script(says(407)))
    assert not end.value.reached


def test_a_missing_authority_is_named(tmp_path: Path) -> None:
    """A ``ca_file`` that is not there, or holds no certificate, is an error that names it."""
    (tmp_path / "empty.pem").write_text("")

    async def ask(ca_file: Path) -> None:
        async with Fetch(FetchConfig(ca_file=ca_file)):
            pass

    for name in ("none.pem", "empty.pem"):
        with pytest.raises(UsageError, match=name):
            asyncio.run(ask(tmp_path / name))


@pytest.mark.parametrize(
    "wrong",
    [
        {"contact": "me\r\nX-Evil: 1"},
        {"contact": "mé"},
        {"default_rate": 0.0},
        {"rates": {"a": -1.0}},
        {"rates": {"a": float("nan")}},
        {"concurrency": 0},
        {"retries": -1},
        {"patience_s": -1.0},
        {"max_wait_s": float("nan")},
        {"routes": {HOST: "http://10.0.0.1:80"}},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: Any) -> None:
    """A setting that would break every request is named before the first one."""
    with pytest.raises(UsageError):
        FetchConfig(**wrong)


def test_a_closed_client_asks_nobody() -> None:
    """Outside its `async with` a client is a programming error, not a request."""
    with pytest.raises(RuntimeError, match="outside"):
        asyncio.run(Fetch(FetchConfig()).get("https://museum.invalid/"))
