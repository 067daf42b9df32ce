"""A run goes on whoever looks at it, and however they go away."""

import asyncio
import io
import os
from collections.abc import Callable, Mapping
from typing import TextIO

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.engine.receipt import HostState
from omniart_data.forecast import Forecast
from omniart_data.progress import View
from omniart_data.run_state import RunState, SourceState
from omniart_data.watch import Watch

HOST = "museum.invalid"


class Page:
    """A view on a stream: a line for each moment."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.moments = 0

    def show(self, state: RunState) -> None:
        """Write a line."""
        self.moments += 1
        self.out.write(f"{state.command}\n")
        self.out.flush()

    def close(self) -> None:
        """Write the last line."""
        self.out.write("end\n")
        self.out.flush()


def broken_pipe() -> TextIO:
    """Return a pipe at whose other end nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    return open(writer, "w", encoding="utf-8", closefd=False)  # it cannot be flushed


def closed() -> TextIO:
    """Return a stream that is closed."""
    stream = broken_pipe()
    stream.close()
    return stream


async def watched(*views: View) -> bytes:
    """Ask a museum on loopback for something while views look on, and return the answer."""

    async def serve(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=b"answer")

    runner = web.ServerRunner(web.Server(serve))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        watch = Watch("crawl", views, every_s=0.001)
        async with Fetch(FetchConfig(default_rate=1e6, routes={HOST: base})) as fetch:
            async with watch.over(fetch):
                answer = await fetch.get(f"https://{HOST}/")
                await asyncio.sleep(0.02)
            return answer.body
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("stream", [broken_pipe, closed])
def test_a_view_that_fails_is_dropped(stream: Callable[[], TextIO]) -> None:
    """A view that nobody sees any more is shown nothing further; the others are, and the run has its result."""
    log = io.StringIO()
    torn, whole = Page(stream()), Page(log)

    answer = asyncio.run(watched(torn, whole))

    assert answer == b"answer"
    assert torn.moments == 1
    assert whole.moments > 1
    assert log.getvalue().endswith("crawl\nend\n")


def host(name: str, answers: int, speed: float = 2.0) -> HostState:
    """Return a host that has answered so often."""
    return HostState(name, answers, answers, 0, 3.0, speed, "", 0.0)


def source(name: str, done: int, expected: int | None, ended: str = "") -> SourceState:
    """Return how much of a source is done."""
    return SourceState(name, "records", done, expected, None, ended)


def test_pages_to_come_are_estimated() -> None:
    """Where a page holds 50 records, 10,000 records to come are 200 requests; a host of its own is one by one."""
    forecast = Forecast()
    forecast.source("rijksmuseum", ["data.rijksmuseum.nl", "iiif.micr.io"])
    forecast.source("met", [HOST, "media.invalid"])

    def left(pages: int) -> Mapping[str, int]:
        return forecast.left(
            [source("rijksmuseum", 50 * pages, 50 * pages + 10_000), source("met", pages, 99)],
            [host("data.rijksmuseum.nl", 3 + pages), host(HOST, pages), host("media.invalid", 2)],
        )

    assert left(0) == left(1) == {}
    assert left(3) == left(3) == {"data.rijksmuseum.nl": 200, HOST: 96}


def test_nothing_is_foretold_that_nobody_knows() -> None:
    """A source that does not say how much there is, and one that has ended, foretell nothing."""
    forecast = Forecast()
    forecast.source("met", [HOST])
    for answers in (1, 5, 9):
        hosts = [host(HOST, answers)]
        assert forecast.left([source("met", answers, None)], hosts) == {}
    assert forecast.left([source("met", 9, 9)], [host(HOST, 12)]) == {}
    assert forecast.left([source("met", 9, 20, "done")], [host(HOST, 9)]) == {}


@given(total=st.integers(0, 10**6), answers=st.integers(0, 10**6), failed=st.integers(0, 10**6))
def test_addresses_are_counted(total: int, answers: int, failed: int) -> None:
    """Of pictures there are never more to come than addresses that are not done with; at the end there are none."""
    forecast = Forecast()
    forecast.addresses("pictures", {HOST: total})
    done = min(answers + failed, total)

    left = forecast.left([source("pictures", done, total)], [host(HOST, answers), host("other", 1)])

    assert left == {HOST: min(max(total - answers, 0), total - done)}


def test_time_left_follows_from_the_speed() -> None:
    """What is left, at the speed of the last seconds, is the time left; at no speed nobody knows."""
    quick, still = host(HOST, 5, 4.0), host("still", 5, 0.0)
    state = RunState("crawl", 7, "", "", (), (quick, still), {HOST: 20, "still": 20})

    assert state.host_left_s(quick) == 5.0
    assert state.host_left_s(still) is None
    assert state.host_left_s(host("other", 1)) is None
