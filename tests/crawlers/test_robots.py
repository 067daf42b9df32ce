"""robots.txt: asked for once, before all else, and obeyed."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import HOST, URL, WALL, Script, museum, says

from crawlers.engine.fetch import AddressError, HostDownError, HostState, RedirectError
from crawlers.engine.robots import MOST_BYTES, Robots
from crawlers.engine.tries import REFUSALS

PRIVATE = b"User-agent: *\nDisallow: /private/\nAllow: /private/but-open\n"


def crawl(handler: Any, *paths: str, **more: Any) -> tuple[list[Any], dict[str, Any]]:
    """Return the ends of some paths at a museum whose robots.txt the handler serves, and the receipt."""

    async def ask() -> tuple[list[Any], dict[str, Any]]:
        async with museum(handler, robots=None, **more) as fetch:
            ends = [end async for end in fetch.get_each([URL + path for path in paths])]
            return ends, dict(fetch.report.hosts)

    return asyncio.run(ask())


def serving(robots: Callable[[], web.Response]) -> tuple[Script, Script, Any]:
    """Return scripts for robots.txt and for all else, and the handler that follows them."""
    first, rest = Script(robots), Script(says())

    async def serve(request: web.BaseRequest) -> web.Response:
        return await (first if request.path == "/robots.txt" else rest)(request)

    return first, rest, serve


def test_it_is_asked_for_once_and_first() -> None:
    """However many are asked for at once, the first request of a host is its robots.txt, and no second one is."""
    first, rest, serve = serving(says(body=PRIVATE))
    ends, hosts = crawl(serve, *(f"/{n}" for n in range(20)), concurrency=8)

    assert [end.status for end in ends] == [200] * 20
    assert len(first.requests) == 1
    assert first.times[0] < min(rest.times)
    assert first.requests[0].headers["User-Agent"].startswith("omniart-data/")
    assert hosts[HOST].requests == 21


def test_what_it_forbids_is_not_asked_for() -> None:
    """A forbidden address is an error that says so, and nobody is asked; the rest is had."""
    _, rest, serve = serving(says(body=PRIVATE))
    ends, _ = crawl(serve, "/private/a", "/private/but-open", "/b")

    assert isinstance(ends[0], AddressError)
    assert str(ends[0]) == f"{URL}/private/a: forbidden by robots.txt; not asked"
    assert [end.status for end in ends[1:]] == [200, 200]
    assert rest.paths == ["/private/but-open", "/b"]


def test_our_own_name_is_heard() -> None:
    """Rules for omniart-data count for us, and take the place of those for everybody."""
    body = b"User-agent: *\nDisallow: /\n\nUser-agent: omniart-data\nDisallow: /a\n"
    ends, _ = crawl(serving(says(body=body))[2], "/a", "/b")

    assert isinstance(ends[0], AddressError)
    assert ends[1].status == 200


def test_a_redirect_is_no_way_around_it() -> None:
    """An address that leads to a forbidden one, of this host or another of its site, ends there."""

    async def serve(request: web.BaseRequest) -> web.Response:
        if request.path == "/robots.txt":
            theirs = request.headers["Host"] == f"www.{HOST}"
            return web.Response(
                body=b"User-agent: *\nDisallow: /" + (b"" if theirs else b"private")
            )
        to = {"/a": "/private", "/b": f"https://www.{HOST}/open"}.get(request.path)
        assert to is not None, request.path
        return web.Response(status=302, headers={"Location": to})

    ends, hosts = crawl(serve, "/a", "/b")

    assert [type(end) for end in ends] == [RedirectError, RedirectError]
    assert {end.reason for end in ends} == {"redirects to forbidden by robots.txt"}
    assert (hosts[HOST].requests, hosts[f"www.{HOST}"].requests) == (3, 1)


@pytest.mark.parametrize("status", [400, 401, 404, 410, 451])
def test_where_there_is_none_all_is_allowed(status: int) -> None:
    """A host that refuses its robots.txt has none (RFC 9309), and is asked for it once."""
    first, _, serve = serving(says(status, PRIVATE))
    ends, _ = crawl(serve, "/private/a")

    assert ends[0].status == 200
    assert len(first.requests) == 1


def test_a_page_in_its_place_is_none() -> None:
    """HTML in place of robots.txt, a redirect to strangers and nonsense hold no rules."""
    strange = says(302, Location="https://stranger.invalid/robots.txt")
    for robots in (
        says(body=WALL + b"\nUser-agent: *\nDisallow: /"),
        strange,
        says(body=b"\xff\x00 "),
    ):
        ends, _ = crawl(serving(robots)[2], "/private/a")
        assert ends[0].status == 200


def test_a_redirect_of_it_is_followed() -> None:
    """A robots.txt that lies elsewhere on the site counts."""

    async def serve(request: web.BaseRequest) -> web.Response:
        if request.path == "/robots.txt":
            return web.Response(status=301, headers={"Location": "/rules.txt"})
        return web.Response(body=PRIVATE)

    ends, _ = crawl(serve, "/private/a", "/b")
    assert isinstance(ends[0], AddressError)
    assert ends[1].status == 200


def test_a_wall_before_it_is_believed_in_the_end() -> None:
    """A lasting 403 for robots.txt alone is waited for some times, and then it counts as none."""
    first, _, serve = serving(says(403))
    ends, hosts = crawl(serve, "/private/a", patience_s=60)

    assert ends[0].status == 200
    assert len(first.requests) == 1 + REFUSALS
    assert hosts[HOST].waited_s >= 0.02 + 0.04


def test_a_host_that_cannot_say_is_not_asked() -> None:
    """While robots.txt gets a 500, or no answer, nothing else is asked for (RFC 9309)."""
    first, rest, serve = serving(says(500))
    with pytest.raises(HostDownError):
        crawl(serve, "/a", patience_s=0.05)
    assert first.requests
    assert not rest.requests


def test_a_crawl_delay_is_kept() -> None:
    """A delay that the host asks for lowers its rate, also where a rate is looked for."""
    _, rest, serve = serving(says(body=b"User-agent: *\nCrawl-delay: 0.2"))
    began = monotonic()
    crawl(serve, "/a", "/b", "/c", default_rate=1000.0, find_rate=True)

    assert rest.times[2] - rest.times[0] >= 0.4 - 0.05
    assert monotonic() - began >= 0.4


@pytest.mark.parametrize("delay", ["3601", "1e300"])
def test_a_delay_that_nobody_would_wait_ends_the_host(delay: str) -> None:
    """A host that wants more than an hour between two requests is given up at once, in words that say why."""
    _, rest, serve = serving(says(body=b"User-agent: *\nCrawl-delay: " + delay.encode()))
    with pytest.raises(
        HostDownError, match=r"^museum\.invalid: robots\.txt asks for \d+ s between two"
    ):
        crawl(serve, "/a")
    assert not rest.requests


def test_a_long_delay_is_told() -> None:
    """Who waits for a long Crawl-delay sees that, and how much longer; where nobody waits nothing is told."""
    _, _, serve = serving(says(body=b"User-agent: *\nCrawl-delay: 600"))

    async def ask() -> tuple[HostState, HostState]:
        async with museum(serve, robots=None) as fetch:
            await fetch.get(URL)
            asked = asyncio.create_task(fetch.get(URL))
            async with asyncio.timeout(10):
                while not (fetch.states() and fetch.states()[0].waiting):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            state = fetch.states()[0]
            asked.cancel()
            await asyncio.wait([asked])
            return state, fetch.states()[0]

    state, after = asyncio.run(ask())
    assert state.waiting in {
        f"robots.txt asks for 600 s between two: {left} s left" for left in range(585, 601)
    }
    assert 585 < state.waiting_s <= 600
    assert (after.waiting, after.waiting_s) == ("", 0)


def test_it_is_read_so_far_and_no_further() -> None:
    """Of a robots.txt without end half a megabyte is read, and its rules count."""

    async def serve(request: web.BaseRequest) -> web.StreamResponse:
        if request.path != "/robots.txt":
            return web.Response()
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(PRIVATE)
        try:
            while True:
                await response.write(b"# and so on\n" * 1000)
        except ConnectionError:
            return response

    ends, hosts = crawl(serve, "/private/a", "/b")
    assert isinstance(ends[0], AddressError)
    assert ends[1].status == 200
    assert hosts[HOST].size_bytes <= MOST_BYTES


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text("Us-agent:*Dilow/Crdy 0.1\n-#$").map(str.encode))
def test_any_bytes_are_rules_or_none(body: bytes) -> None:
    """Whatever a robots.txt holds, an address is allowed or not, and the delay is 0 or above."""
    robots = Robots(body)
    assert robots.allows(f"{URL}/a?b=c%20d") in {True, False}
    assert robots.delay_s >= 0
