"""Hosts that fail: who loses a try by it, who waits, who is told, and when a host is given up."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest
import yarl
from loopback import HOST, URL, WALL, Script, museum, says, simulate

from crawlers.engine.address import Address
from crawlers.engine.failures import Failure
from crawlers.engine.fetch import (
    AddressError,
    Answer,
    Fetch,
    FetchConfig,
    ForbiddenError,
    HostDownError,
    HostState,
    UnexpectedBodyError,
)
from crawlers.engine.gate import BREAK_AFTER, Gate
from crawlers.engine.host import Host
from crawlers.engine.pace import Pace
from crawlers.engine.robots import PATH
from crawlers.engine.wanted import Wanted

Says = Callable[[str, float], int]
"""What a simulated host answers to a path at a time: a status, 0 for no connection, 299 for HTML."""


class Simulated(Fetch):
    """A client whose requests are answered by a function, after a tenth of a second or as ``slow_s`` says."""

    def __init__(self, says: Says, **more: Any) -> None:
        super().__init__(FetchConfig(**{"default_rate": 10.0, **more}))
        self.says = says
        self.sent: list[tuple[str, float]] = []
        self.slow_s: dict[str, float] = {}

    async def _send(self, to: Address, url: yarl.URL, wanted: Wanted, host: Host) -> Any:
        """Answer as the function says; robots.txt is there unless nobody is let in."""
        now_s = asyncio.get_running_loop().time()
        self.sent.append((to.target, now_s))
        await asyncio.sleep(self.slow_s.get(to.target, 0.1))
        status = self.says(to.target, now_s)
        if status in {200, 404}:
            return Answer(wanted.asked.url, status, b"", "", "")
        if status == 400:
            return AddressError(wanted.asked.url, "refused with 400")
        if status == 299:
            reason = "html body in place of image"
            return Failure(to.host, reason, "wall", found="html", page=True)
        if not status:
            return Failure(to.host, "no connection")
        kind = "wall" if status in {403, 429, 503} else "host"
        return Failure(to.host, f"status {status}", kind, status)  # type: ignore[arg-type]

    def times(self, path: str) -> list[float]:
        """Return when a path was asked for."""
        return [now_s for target, now_s in self.sent if target == path]


def run(fetch: Simulated, ask: Callable[[], Awaitable[Any]]) -> Any:
    """Return what a coroutine of a simulated client gives."""

    async def main() -> Any:
        return await ask()

    return simulate(main())


async def each(fetch: Fetch, count: int, expect: str = "") -> list[Answer | AddressError]:
    """Return the end of so many addresses."""
    urls = (f"{URL}/{n}" for n in range(count))
    return [end async for end in fetch.get_each(urls, expect=expect)]


def test_an_outage_costs_nobody_a_try(caplog: pytest.LogCaptureFixture) -> None:
    """Five hours without an answer are waited for; then all comes, however few retries there are."""
    began = 1010.0  # the simulated clock starts at 1000

    def says(path: str, now_s: float) -> int:
        return 0 if 0 < now_s - began < 5 * 3600 else 200

    fetch = Simulated(says, retries=1)
    ends = run(fetch, lambda: each(fetch, 200))

    assert all(isinstance(end, Answer) for end in ends)
    report = fetch.report.hosts[HOST]
    assert (report.pauses, report.walls) == (1, 0)
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    outage = [now_s for _, now_s in fetch.sent if began < now_s < began + 5 * 3600]
    assert len(outage) < 60
    assert 10 < len(warnings) <= len(outage)
    assert (
        warnings[0]
        .getMessage()
        .startswith(f"{HOST}: paused after 9 failures (no connection); it is")
    )
    pauses = [after - before for before, after in pairwise(outage) if after - before > 30]
    assert pauses[0] < 40
    assert all(longer >= 1.5 * before or longer >= 900 for before, longer in pairwise(pauses))
    assert max(pauses) < 910


def test_patience_ends() -> None:
    """A host that stays away for longer is given up, and nobody asks it again in this run."""
    fetch = Simulated(lambda path, _: 404 if path == PATH else 500, patience_s=3600.0)

    async def ask() -> list[float]:
        time = asyncio.get_running_loop().time
        began = time()
        with pytest.raises(
            HostDownError,
            match=r"no answer for 1\.\d h \(last: status 500 at https://museum\.invalid/\d\); start again later",
        ):
            await each(fetch, 9)
        took = time() - began
        asked = len(fetch.sent)
        with pytest.raises(HostDownError) as end:
            await fetch.get(f"{URL}/later")
        assert (end.value.host, len(fetch.sent)) == (HOST, asked)
        return [took]

    took = run(fetch, ask)
    assert 3600 <= took[0] < 3600 + 1000


@pytest.mark.parametrize(
    ("patience_s", "told"),
    [(3600.0, r"given up at \d\d:\d\d"), (48 * 3600.0, r"given up after 48\.0 h more")],
)
def test_a_warning_says_why_and_when_patience_ends(
    patience_s: float, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever reads it knows the cause, when the host is asked again, and when it is given up."""
    fetch = Simulated(lambda path, _: 404 if path == PATH else 500, patience_s=patience_s)

    async def ask() -> None:
        asked = asyncio.create_task(each(fetch, 20))
        await asyncio.sleep(120)
        asked.cancel()

    run(fetch, ask)
    warnings = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
    assert re.fullmatch(
        rf"{HOST}: paused after \d+ failures \(status 500\); it is asked again in \d+ s, and {told}",
        warnings[0],
    )


def test_one_request_tries_a_closed_host() -> None:
    """While nobody is let through one request asks, and all others wait for how it goes."""
    began: list[float] = []

    def says(path: str, now_s: float) -> int:
        began.append(now_s)
        return 0 if now_s - began[0] < 600 and path != PATH else 200

    fetch = Simulated(says, concurrency=8)
    run(fetch, lambda: each(fetch, 40))
    late = [now_s for _, now_s in fetch.sent if 20 < now_s - began[0] < 600]

    assert len(late) >= 3
    assert all(after - before > 30 for before, after in pairwise(late))


def test_a_broken_off_trial_lets_another_try() -> None:
    """A request that is cancelled while it tries a closed host does not keep it closed."""
    fetch = Simulated(lambda path, _: 403 if path == "/walled" and len(fetch.sent) < 4 else 200)

    async def ask() -> None:
        walled = asyncio.create_task(fetch.get(f"{URL}/walled"))
        await asyncio.sleep(1)
        state = fetch.states()[0]
        assert state.waiting.startswith("wall (403): ")
        await asyncio.sleep(state.waiting_s + 0.05)
        assert len(fetch.times("/walled")) == 2
        assert fetch.states()[0].waiting == "wall (403): one request tries"
        walled.cancel()
        assert (await asyncio.wait_for(fetch.get(f"{URL}/other"), 5)).status == 200

    run(fetch, ask)


@pytest.mark.parametrize(("status", "error"), [(403, ForbiddenError), (299, UnexpectedBodyError)])
def test_refused_pictures_do_not_stop_a_host_for_long(status: int, error: type) -> None:
    """Where one picture in ten may not be had, the others come at the host's pace, after a wait or two."""
    fetch = Simulated(
        lambda path, _: status if path.endswith("7") else 200, default_rate=10.0, concurrency=8
    )

    async def ask() -> float:
        began = asyncio.get_running_loop().time()
        ends = await each(fetch, 2000, "image")
        forbidden = [n for n, end in enumerate(ends) if isinstance(end, error)]
        assert forbidden == [n for n in range(2000) if n % 10 == 7]
        return asyncio.get_running_loop().time() - began

    took = run(fetch, ask)
    assert fetch.report.hosts[HOST].walls <= 5
    assert took < 900


@pytest.mark.parametrize(("status", "error"), [(403, ForbiddenError), (299, UnexpectedBodyError)])
def test_a_last_refused_picture_has_its_end(status: int, error: type) -> None:
    """A refusal of one picture is believed though nothing else is asked for meanwhile, and costs minutes only."""
    fetch = Simulated(lambda path, _: status if path in {"/3", "/6"} else 200, concurrency=1)

    async def ask() -> tuple[list[bool], float]:
        began = asyncio.get_running_loop().time()
        ends = await each(fetch, 7, "image")
        return [isinstance(end, error) for end in ends], asyncio.get_running_loop().time() - began

    forbidden, took = run(fetch, ask)
    assert forbidden == [False, False, False, True, False, False, True]
    assert took < 500


@pytest.mark.parametrize("status", [403, 299])
def test_a_wall_is_never_taken_for_refusals(status: int) -> None:
    """Where every picture gets a refusal for half an hour that is the host: at most one of them is lost by it."""
    began: list[float] = []

    def says(path: str, now_s: float) -> int:
        began.append(now_s)
        return status if 5 < now_s - began[0] < 1800 else 200

    for concurrency in (1, 4):
        began.clear()
        fetch = Simulated(says, concurrency=concurrency)
        ends = run(fetch, lambda fetch=fetch: each(fetch, 100, "image"))
        assert sum(isinstance(end, AddressError) for end in ends) <= (concurrency == 1)
        walled = [now_s for _, now_s in fetch.sent if 5 < now_s - began[0] < 1800]
        assert len(walled) < 15


def test_after_refusals_a_wall_is_still_a_wall() -> None:
    """A host that has refused single pictures and then turns everybody away is left alone as well."""
    began: list[float] = []

    def says(path: str, now_s: float) -> int:
        began.append(now_s)
        if 200 < now_s - began[0] < 400:
            return 403
        return 403 if path.endswith("7") and path != PATH else 200

    fetch = Simulated(says, default_rate=5.0)
    ends = run(fetch, lambda: each(fetch, 1500, "image"))

    lost = [n for n, end in enumerate(ends) if isinstance(end, AddressError) and n % 10 != 7]
    assert not lost
    assert len([now_s for _, now_s in fetch.sent if 200 < now_s - began[0] < 400]) < 4 * BREAK_AFTER


def test_what_is_gone_or_refused_is_an_answer_of_the_host() -> None:
    """404 and 400 say that the host is well, however many of them come in a row."""
    fetch = Simulated(lambda path, _: 400 if path.endswith("1") else 404)
    ends = run(fetch, lambda: each(fetch, 100))

    assert len(ends) == 100
    assert fetch.report.hosts[HOST].pauses == fetch.report.hosts[HOST].walls == 0


def test_other_hosts_go_on() -> None:
    """A host that is down holds up nobody who asks another."""
    fetch = Simulated(lambda path, _: 0 if path == "/down" else 200)

    async def ask() -> None:
        down = asyncio.create_task(fetch.get("https://down.invalid/down"))
        await asyncio.sleep(400)
        time = asyncio.get_running_loop().time
        began = time()
        await each(fetch, 20)
        assert time() - began < 5
        states = {state.host: state for state in fetch.states()}
        assert re.fullmatch(
            r"paused after \d+ failures \(no connection\): asked again in \d+ s",
            states["down.invalid"].waiting,
        )
        assert states["down.invalid"].waiting_s > 0
        assert (states[HOST].waiting, states[HOST].waiting_s) == ("", 0)
        assert 5 < states[HOST].speed <= 11
        down.cancel()

    run(fetch, ask)


def test_a_state_says_what_is_waited_for() -> None:
    """While a wall is waited for a state says so in words, with the seconds left."""

    async def ask() -> HostState:
        async with museum(Script(says(403, WALL)), wall_backoff_s=30.0) as fetch:
            asked = asyncio.create_task(fetch.get(URL))
            async with asyncio.timeout(10):
                while not (fetch.states() and fetch.states()[0].waiting):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            asked.cancel()
            return fetch.states()[0]

    state = asyncio.run(ask())
    assert state.waiting in {f"wall (403): {seconds} s left" for seconds in range(29, 38)}
    assert 29 < state.waiting_s < 38
    assert (state.host, state.requests, state.answers) == (HOST, 2, 1)


def test_requests_wait_without_tasks_of_their_own() -> None:
    """However many addresses are still to come, no more tasks than `concurrency` wait before a wall."""
    fetch = Simulated(lambda path, _: 200 if path == PATH else 403, concurrency=4)

    async def ask() -> int:
        crawl = asyncio.create_task(each(fetch, 100_000))
        await asyncio.sleep(100)
        most = len(asyncio.all_tasks())
        crawl.cancel()
        return most

    assert run(fetch, ask) <= 4 + 2


def test_html_in_place_of_every_picture_is_a_wall() -> None:
    """It closes the host at once, for 30 s and more, lowers the rate, and costs no picture."""
    fetch = Simulated(lambda path, now_s: 299 if 1010 < now_s < 1400 and path != PATH else 200)
    ends = run(fetch, lambda: each(fetch, 300, "image"))

    report = fetch.report.hosts[HOST]
    assert (report.walls, report.pauses) == (1, 0)
    assert all(isinstance(end, Answer) for end in ends)
    walled = [now_s for _, now_s in fetch.sent if 1010 < now_s < 1400]
    met = [now_s for now_s in walled if now_s < walled[0] + 10]
    assert len(met) <= fetch.config.concurrency
    assert all(after - before >= 30 for before, after in pairwise(walled[len(met) - 1 :]))
    after = [now_s for _, now_s in fetch.sent if now_s > 1400]
    assert after[20] - after[0] > 20 / 9


def test_a_refused_picture_opens_no_wall_of_others() -> None:
    """While a wall that others met is waited for, one picture's end as refused lets nobody ask sooner."""
    walled: list[float] = []

    def says(path: str, now_s: float) -> int:
        if path == "/secret":
            return 403
        if walled and now_s < walled[-1] + 29:
            walled.append(now_s)
            return 403
        if path in {"/w1", "/w2"} and len(walled) < 2:
            walled.append(now_s)
            return 403
        return 200

    fetch = Simulated(says, default_rate=5.0)
    fetch.slow_s["/secret"] = 1.5

    async def ask(path: str, at_s: float) -> Answer | AddressError:
        await asyncio.sleep(at_s)
        try:
            return await fetch.get(URL + path, expect="image")
        except AddressError as error:
            return error

    async def all_of_them() -> Any:
        await ask("/a0", 0)
        fetch._host(
            HOST
        ).gate.expect_refusals()  # as after one picture that was refused for its rights
        paths = {"/secret": 0, "/a1": 2.2, "/a2": 2.6, "/w1": 4.3, "/w2": 4.35, "/b": 6.0}
        return await asyncio.gather(*(ask(path, at_s) for path, at_s in paths.items()))

    ends = run(fetch, all_of_them)
    assert [isinstance(end, Answer) for end in ends] == [False, *[True] * 5]
    assert isinstance(ends[0], ForbiddenError)
    times = [now_s for _, now_s in fetch.sent]
    assert max(after - before for before, after in pairwise(times)) >= 30
    assert len(walled) == 2


def gate(first_s: float = 30.0) -> Gate:
    """Return the open gate of a host."""
    return Gate(HOST, Pace(1e6), first_s=first_s, most_s=3600.0, patience_s=1e9, seed=0)


REFUSED = Failure(HOST, "status 403", "wall", 403)
TOLD = Failure(HOST, "status 429", "wall", 429, retry_after_s=300.0)


@pytest.mark.parametrize(
    ("first", "others", "least_s"),
    [
        ([("/a", REFUSED)], [], 30.0),
        ([("/a", REFUSED)] * 4, [], 30.0),
        ([("/b", REFUSED)], [], 30.0),
        ([("/b", REFUSED)] * 3, [], 120.0),
        ([("/a", REFUSED)], [("/b", REFUSED)], 30.0),
        ([("/a", REFUSED)], [("/b", TOLD)], 300.0),
        ([("/a", TOLD)], [], 300.0),
        ([("/b", REFUSED), ("/a", REFUSED), ("/a", REFUSED)], [], 120.0),
    ],
)
def test_only_who_closed_a_gate_is_excused(
    first: list[tuple[str, Failure]], others: list[tuple[str, Failure]], least_s: float
) -> None:
    """An address that is given up as refused ends what it closed alone, after a first quiet; nothing else."""
    shut, now_s = gate(), 0.0
    late = [shut.take(now_s) for _ in others]
    for address, failure in first:
        now_s += shut.wait_s(now_s) or 0.0
        turn = shut.take(now_s)
        shut.failed(turn, now_s, failure, address=address, own=False)
    for turn, (address, failure) in zip(late, others, strict=True):
        shut.failed(turn, now_s, failure, address=address, own=False)
    shut.excuse("/a")

    wait_s = shut.wait_s(now_s)
    assert wait_s is not None
    assert least_s <= wait_s <= 1.25 * least_s


def test_a_trial_opens_no_gate_that_another_request_closed_meanwhile() -> None:
    """An answer that asks for quiet, and comes while the trial is under way, or right after it, is heeded."""
    for during in (True, False):
        shut = gate()
        shut.has_witness = True
        late = shut.take(0.0)
        for n in range(BREAK_AFTER):  # after which what was answered last tries at once
            shut.failed(shut.take(1.0 + n), 1.0 + n, Failure(HOST, "none"), address="/", own=False)
        trial = shut.take(9.0)
        if during:
            shut.failed(late, 9.1, TOLD, address="/late", own=False)
        shut.passed(trial, 9.2)
        if not during:
            shut.failed(late, 9.3, TOLD, address="/late", own=False)

        assert trial.trial
        wait_s = shut.wait_s(9.3)
        assert wait_s is not None
        assert wait_s > 299
