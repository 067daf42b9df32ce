"""How a rate is found, and kept to, behind a wall like the Met's; the clock is simulated."""

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
import yarl
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import HOST, URL, simulate

from crawlers.engine.address import Address
from crawlers.engine.failures import Failure
from crawlers.engine.fetch import Answer, Fetch, FetchConfig, HostReport
from crawlers.engine.host import Host
from crawlers.engine.pace import LATE_S, Pace
from crawlers.engine.wanted import Wanted
from crawlers.sample.wall import Gate as Wall
from crawlers.sample.wall import Wall as Bricks


@dataclass
class Behind:
    """What came of asking for many addresses behind a wall."""

    report: HostReport
    seconds: float
    had: int
    closed: int
    sent: list[float] = field(default_factory=list)


class Walled(Fetch):
    """A client whose requests go to a simulated wall in place of a server."""

    def __init__(self, config: FetchConfig, wall: Wall, latency_s: float) -> None:
        super().__init__(config)
        self.wall, self.latency_s = wall, latency_s
        self.sent: list[float] = []

    async def _send(self, to: Address, url: yarl.URL, wanted: Wanted, host: Host) -> Any:
        """Answer as the wall does, some time later."""
        time = asyncio.get_running_loop().time
        self.sent.append(time())
        await asyncio.sleep(self.latency_s / 2)
        passes = self.wall.lets_through(time())
        await asyncio.sleep(self.latency_s / 2)
        if passes:
            return Answer(wanted.asked.url, 200, b"", "", "")
        host.statuses[403] += 1
        return Failure(to.host, "status 403", "wall", 403)


def ask(
    count: int,
    *,
    bricks: Bricks | None = None,
    latency_s: float = 0.1,
    expect: str = "image",
    **more: Any,
) -> Behind:
    """Ask for so many addresses behind a wall like the Met's."""

    async def run() -> Behind:
        loop = asyncio.get_running_loop()
        wall = Wall(bricks or Bricks())
        config = FetchConfig(**{"routes": {HOST: "http://127.0.0.1:1"}, **more})
        fetch = Walled(config, wall, latency_s)
        began = loop.time()
        answers = fetch.get_each((f"{URL}/{n}" for n in range(count)), expect=expect)
        had = sum([isinstance(answer, Answer) async for answer in answers])
        took = loop.time() - began
        return Behind(fetch.report.hosts[HOST], took, had, wall.closed, fetch.sent)

    return simulate(run())


@pytest.mark.parametrize("concurrency", [2, 4, 16])
@pytest.mark.parametrize("latency_s", [0.02, 0.1])
def test_a_rate_is_found(concurrency: int, latency_s: float) -> None:
    """From 3/s, 3,000 requests behind the Met's wall all come home well before 2 N / 10 s, over few walls."""
    found = ask(
        3000, default_rate=3.0, find_rate=True, concurrency=concurrency, latency_s=latency_s
    )

    assert found.had == 3000
    assert found.seconds < 480
    assert found.closed == found.report.walls <= 3
    assert found.report.statuses[403] <= found.closed * concurrency


def test_a_rate_below_the_wall_meets_none() -> None:
    """At 9/s behind a wall of 10/s requests are evenly spaced, take N/9 s, and are never turned away."""
    kept = ask(3000, default_rate=9.0)

    assert (kept.had, kept.closed, kept.report.walls, kept.report.statuses) == (3000, 0, 0, {})
    assert 3000 / 9 <= kept.seconds <= 1.01 * 3000 / 9 + 1
    assert kept.report.peak_per_s <= 10
    gaps = [after - before for before, after in pairwise(kept.sent)]
    assert min(gaps) >= 1 / 9 - 1e-6


def test_a_rate_above_the_wall_falls_below_it() -> None:
    """A fixed rate that is too high for a host is a ceiling only: it falls, and rises slowly."""
    kept = ask(3000, default_rate=20.0)

    assert kept.had == 3000
    assert kept.closed == kept.report.walls <= 8
    assert kept.report.peak_per_s <= 21


def test_before_a_wall_all_is_quiet() -> None:
    """Once a wall is met nothing is sent for 30 s at least, and then one request tries alone."""
    found = ask(1200, default_rate=12.0, latency_s=0.3, concurrency=8)

    quiet = [(before, after) for before, after in pairwise(found.sent) if after - before > 5]
    assert len(quiet) == found.closed == found.report.walls > 0
    for before, after in quiet:
        assert after - before >= 30
        assert min(other - after for other in found.sent if other > after) >= 0.3


def test_requests_under_way_meet_one_wall() -> None:
    """Each 403 is counted by its status, and all of one closing as one wall."""
    found = ask(
        60, bricks=Bricks(rate=1, burst=20), default_rate=100.0, latency_s=1.0, concurrency=30
    )

    assert found.had == 60
    assert found.report.statuses[403] >= 10
    assert found.report.walls < found.report.statuses[403] / 2


def test_a_longer_ban_is_waited_for() -> None:
    """Where 30 s of quiet are not enough the quiet grows, and nothing is lost."""
    found = ask(100, bricks=Bricks(rate=5, burst=10, quiet_s=100), default_rate=8.0)

    assert found.had == 100
    assert found.report.walls == found.closed


def test_what_nobody_asks_for_raises_no_rate() -> None:
    """A rate that the requests do not use proves nothing, and stays."""
    found = ask(200, default_rate=3.0, find_rate=True, concurrency=1, latency_s=2.0)

    assert found.closed == 0
    assert found.report.peak_per_s == 1


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 3), min_size=2, max_size=60), st.floats(0.1, 200))
def test_turns_are_never_closer_than_the_rate(asked: list[float], rate: float) -> None:
    """However unevenly turns are asked for, no two are closer than the rate allows, but for LATE_S."""
    pace, now_s, taken = Pace(rate), 0.0, []
    for pause_s in asked:
        now_s += pause_s
        now_s += pace.wait_s(now_s)
        pace.take(now_s)
        taken.append(now_s)

    gaps = [after - before for before, after in pairwise(taken)]
    assert min(gaps) >= 1 / rate - LATE_S - 1e-9
    assert taken[-1] - taken[0] >= (len(taken) - 1) / rate - LATE_S - 1e-6


def test_a_late_turn_keeps_the_timetable() -> None:
    """Turns that are a little late each do not add up, and a long rest is not made up in a burst."""
    pace = Pace(10.0)
    for turn in range(100):
        now_s = turn * 0.1 + 0.005
        assert pace.wait_s(now_s) == pytest.approx(0, abs=1e-9)
        pace.take(now_s)
    pace.take(100.0)
    assert pace.wait_s(100.0) == pytest.approx(0.1)
    pace.take(100.1)
    assert pace.wait_s(100.1) == pytest.approx(0.1)


def test_a_host_may_ask_for_less() -> None:
    """A rate that the host itself names is never gone above, even where a rate is looked for."""
    pace = Pace(5.0, find=True)
    pace.limit(0.5)
    now_s = 0.0
    for _ in range(200):
        now_s += pace.wait_s(now_s)
        pace.take(now_s)
        pace.went_well(now_s)
    assert pace.rate == 0.5
    pace.slow_down()
    assert 0 < pace.rate < 0.5


def test_a_wall_that_was_no_matter_of_rate_is_got_over() -> None:
    """A host that turns us away once, early and by chance, is still found to bear more, within the hour."""
    pace, now_s = Pace(3.0, find=True), 0.0
    pace.slow_down()
    slow = pace.rate
    while now_s < 3600:
        now_s += pace.wait_s(now_s)
        pace.take(now_s)
        pace.went_well(now_s)
        if now_s < 60:
            assert pace.rate <= slow + 0.2
    assert pace.rate > 20


def test_a_rate_never_vanishes() -> None:
    """However often a host turns us away, a sixteenth of the first rate is left."""
    pace = Pace(8.0)
    for _ in range(100):
        pace.slow_down()
    assert pace.rate == 0.5
