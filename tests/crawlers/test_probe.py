"""Ten records of a source, every promise checked: what a probe finds, and what it makes of what it finds."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from math import comb
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from made_source import HOST, KIND, Made, Museum, hasty, museum_of

from crawlers.engine.fetch import Fetch
from crawlers.engine.fetch_config import FetchConfig
from crawlers.engine.picture import RefusedPictureError
from crawlers.engine.probe import FEW, REACHABLE, TIME, Check, Verdict, judge, probe, render
from crawlers.engine.source import Page, Promise, Source
from crawlers.sample import SAMPLE_SOURCES, sample_museum
from schemas.raw import RawRecord
from schemas.record import Record


def look(museum: Museum, source: Source, **more: Any) -> dict[str, Check]:
    """Probe a made museum, and return what was found by name; a verdict is good where each check is."""

    async def run() -> Verdict:
        async with museum.served() as fetch:
            return await probe(source, fetch, **more)

    verdict = asyncio.run(run())
    assert verdict.ok is all(check.ok is not False for check in verdict.checks)
    assert verdict.source == source.name
    return {check.name: check for check in verdict.checks}


def test_a_museum_that_keeps_its_promises_is_good() -> None:
    """Each thing is looked at once, in the order in which a crawl would meet it."""
    museum = museum_of(range(1, 31))
    museum.pictures = True
    found = look(museum, Made(names=False, richer=True), decode=lambda body: f"{len(body)} bytes")
    assert {name: check.ok for name, check in found.items()} == {
        "reachable": True,
        "list": None,
        "records": True,
        "supplements": True,
        "fields": True,
        "promise: title": True,
        "next page": True,
        "image": True,
    }
    assert found["image"].found == "https://museum.invalid/image/1.jpg: 4 bytes"


def test_of_a_list_ten_are_asked_for_from_all_over_it() -> None:
    """A list is read, and no more than ten of its objects are asked for, one by one."""
    museum = museum_of(range(100, 400))
    found = look(museum, Made(page_size=100))
    asked = [int(path.removeprefix("/object/")) for path in museum.asked if "object" in path]
    assert sorted(asked) == [100, 130, 160, 190, 220, 250, 280, 310, 340, 370]
    assert found["list"].found == "300 records, it says"
    assert found["records"].found == "10 came, 0 of them withdrawn"
    assert (found["next page"].ok, found["image"].ok) == (None, False)


def test_what_does_not_come_and_what_cannot_be_read_is_named() -> None:
    """An unreadable record is told with its field, one that does not come with its reason."""

    class Dropped(Made):
        async def crawl_ids(self, fetch: Fetch, ids: Sequence[str]) -> AsyncIterator[Page]:
            async for page in super().crawl_ids(fetch, ids):
                yield page
            yield Page((RawRecord("made", "x", KIND, b'{"id": "x"}'),), "")

    found = look(museum_of(range(1, 6), torn={"/object/2"}), Dropped())
    assert found["records"].ok is True
    assert "1 did not, such as 2: an unreadable body in place of json" in found["records"].found
    assert (found["fields"].ok, found["fields"].found) == (
        True,
        "4 of 5 can be read; made:x: title is None",
    )


@pytest.mark.parametrize(("failing", "ok"), [(1, True), (2, True), (3, False)])
@pytest.mark.parametrize("status", [500, 401])
def test_a_few_objects_that_fail_condemn_no_museum(failing: int, status: int, *, ok: bool) -> None:
    """Of ten, two may fail for a moment; more is a museum that does not do as it says."""
    paths = {f"/object/{10 + n}" for n in range(failing)}
    museum = museum_of(range(10, 20), refuses=lambda path: status * (path in paths))
    found = look(museum, Made())["records"]

    assert (found.ok, f"{failing} did not" in found.found) == (ok, True)


@pytest.mark.parametrize(("failing", "ok"), [(1, True), (3, False)])
def test_a_few_supplements_that_fail_condemn_no_museum(failing: int, *, ok: bool) -> None:
    """A further answer of one object may fail as its record may."""
    paths = {f"/years/{10 + n}" for n in range(failing)}
    museum = museum_of(range(10, 20), refuses=lambda path: 401 * (path in paths))

    assert look(museum, Made(richer=True))["supplements"].ok is ok


@pytest.mark.parametrize(("failing", "ok"), [(2, True), (3, False)])
def test_one_picture_of_three_is_enough(failing: int, *, ok: bool) -> None:
    """A picture that fails is one picture: three objects' are tried, and the first failure is told."""
    paths = {f"/image/{10 + 2 * n}.jpg" for n in range(failing)}
    museum = museum_of(range(10, 20), refuses=lambda path: 401 * (path in paths), pictures=True)
    found = look(museum, Made())["image"]

    assert found.ok is ok
    assert ("/image/14.jpg: 4 bytes" if ok else "/image/10.jpg: refused with 401") in found.found


@pytest.mark.parametrize("max_wait_s", [1.0, 600.0])
def test_a_host_that_wants_to_be_left_alone_breaks_no_promise(max_wait_s: float) -> None:
    """Whether it is waited for or not, the probe is not finished, and all that was looked at is good."""

    class Closed(Museum):
        async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
            if "image" in request.path:
                return web.Response(status=429, headers={"Retry-After": "90"})
            return await super().answer(request)

    museum = Closed({str(n): "Title" for n in range(10)})

    async def run() -> Verdict:
        async with museum.served(max_wait_s=max_wait_s) as fetch:
            return await probe(Made(), fetch, within_s=0.5)

    verdict = asyncio.run(run())
    (wrong,) = verdict.wrong
    assert wrong.name == TIME
    assert wrong.found.startswith("not finished")
    assert (verdict.outcome, verdict.begun) == ("not reached", True)
    assert render(verdict)[0] == "made: NOT FINISHED, which says nothing about the museum"


@pytest.mark.parametrize(("least", "ok"), [(1.0, False), (0.5, True)])
def test_a_promise_is_kept_by_enough_records(least: float, *, ok: bool) -> None:
    """The share that keeps it is told; withdrawn records promise nothing."""

    @dataclass
    class Even(Made):
        def promises(self) -> Sequence[Promise]:
            return (Promise("even", lambda record: int(record.source_id) % 2 == 0, least),)

    museum = museum_of(range(1, 7))
    museum.objects["1"] = None
    found = look(museum, Even())["promise: even"]
    assert found.ok is ok
    assert found.found.startswith("3 of 5")


@dataclass
class Circling(Made):
    """A source whose pages are all the same, or whose second one is missing."""

    pages: tuple[tuple[str, str], ...] = ()
    expected: int | None = None
    closed: list[str] = field(default_factory=list)

    async def crawl(
        self, fetch: Fetch, *, since: date | None = None, cursor: str = ""
    ) -> AsyncIterator[Page]:
        """Yield pages of one record, from the one after ``cursor``."""
        known = {told: number for number, (_, told) in enumerate(self.pages, 1)} | {"": 0}
        try:
            for source_id, told in self.pages[known[cursor] :]:
                raw = RawRecord("made", source_id, KIND, b'{"title": "One"}')
                yield Page((raw,), told, expected=self.expected)
        finally:
            self.closed.append(cursor)


@pytest.mark.parametrize(
    ("pages", "expected", "ok", "found"),
    [
        ((("1", "a"), ("2", "b")), 9, True, "1 of its 1 records are others"),
        ((("1", "a"), ("1", "b")), 9, False, "0 of its 1 records are others"),
        ((("1", "a"),), 9, False, "there is none after 1 records"),
        ((("1", "a"),), 1, None, "there is none"),
        ((("1", ""),), None, None, "the first page is the last"),
    ],
)
def test_the_cursor_leads_to_another_page(
    pages: tuple[tuple[str, str], ...],
    expected: int | None,
    ok: bool | None,  # noqa: FBT001
    found: str,
) -> None:
    """A second page that is the first again, or is missing before the end, is no second page."""
    source = Circling(pages=pages, expected=expected)
    check = look(museum_of(()), source)["next page"]
    assert (check.ok, check.found) == (ok, found)
    assert source.closed == ["", "a"][: len(source.closed)]
    assert source.closed, "the source is at rest afterwards"


def test_a_picture_that_is_none_is_told() -> None:
    """What the decoder refuses is told with its address."""

    def refuse(body: bytes) -> str:
        raise RefusedPictureError("truncated", f"after {len(body)} bytes")

    museum = museum_of(range(1, 31))
    museum.pictures = True
    check = look(museum, Made(), decode=refuse)["image"]
    assert check.ok is False
    assert "/image/1.jpg: truncated" in check.found


def test_what_is_not_reached_is_told_and_ends_the_probe() -> None:
    """A list that is torn, and one that robots.txt closes, are both said in the museum's own words."""
    found = look(museum_of(range(9), torn={"/list"}), Made())
    assert [*found] == ["reachable"]
    assert "in place of json" in found["reachable"].found

    museum = museum_of(range(9))
    museum.robots = b"User-agent: *\nDisallow: /list"
    found = look(museum, Made())
    assert (found["reachable"].ok, "robots.txt" in found["reachable"].found) == (False, True)
    assert museum.asked == []


@contextmanager
def nobody() -> Iterator[str]:
    """Yield an address of this machine at which connections are refused."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def verdict_on(fetching: FetchConfig, **more: Any) -> Verdict:
    """Probe the made museum as it is reached by a client."""

    async def run() -> Verdict:
        async with Fetch(fetching) as fetch:
            return await probe(Made(), fetch, **more)

    return asyncio.run(run())


def test_without_a_network_a_probe_ends_soon_and_blames_no_museum() -> None:
    """Where every request found nobody, the host and the cause are told long before the time is over."""
    with nobody() as base:
        refused = replace(
            hasty(base), patience_s=600.0, backoff_s=0.05, wall_backoff_s=600.0, retries=5
        )
        verdict = verdict_on(refused, unmet_s=0.2, within_s=60)

    assert (verdict.outcome, verdict.begun, verdict.ok) == ("not reached", False, False)
    told = f"{HOST}: connection refused; see network, proxy, DNS"
    assert verdict.checks == (Check(REACHABLE, ok=False, found=told, reached=False),)
    assert render(verdict)[0] == "made: NOT REACHED, which says nothing about the museum"


def test_a_host_that_gives_up_patience_is_not_reached() -> None:
    """It is said so as well where the patience is shorter than the probe."""
    with nobody() as base:
        verdict = verdict_on(replace(hasty(base), patience_s=0.02))

    assert (verdict.outcome, verdict.begun) == ("not reached", False)
    assert "connection refused" in verdict.checks[0].found
    assert verdict.checks[0].found.endswith("; see network, proxy, DNS")


def test_a_museum_that_turns_everybody_away_is_not_reached() -> None:
    """A wall before the first answer says nothing of the promises; how often it was met is told."""

    class Walled(Museum):
        async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
            return web.Response(status=429)

    async def run() -> Verdict:
        async with Walled({}).served(wall_backoff_s=0.05, patience_s=600.0) as fetch:
            return await probe(Made(), fetch, within_s=0.5, unmet_s=0.1)

    verdict = asyncio.run(run())
    assert (verdict.outcome, verdict.begun) == ("not reached", False)
    (check,) = verdict.checks
    assert re.fullmatch(
        rf"{HOST}: turned us away \(429, \d+ times\); start again later", check.found
    )


def test_a_silent_museum_is_not_reached() -> None:
    """A host that takes the connection and says nothing at all is named."""

    class Silent(Museum):
        async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
            await asyncio.sleep(30)
            return web.Response()

    async def run() -> Verdict:
        async with Silent({}).served() as fetch:
            return await probe(Made(), fetch, within_s=0.3, unmet_s=0.1)

    verdict = asyncio.run(run())
    assert (verdict.outcome, verdict.begun) == ("not reached", False)
    assert verdict.checks[0].found == f"{HOST}: no answer in 0.3 s; start again later"


def test_pictures_that_do_not_come_for_the_network_break_no_promise() -> None:
    """A host of pictures that is down leaves the probe unfinished; a broken promise beside it still counts."""

    @dataclass
    class Elsewhere(Made):
        least: float = 0.5

        def promises(self) -> Sequence[Promise]:
            return (Promise("none", lambda _: self.least < 1, self.least),)

        def read(self, raws: Sequence[RawRecord]) -> Record:
            url = f"https://away.invalid/{raws[-1].source_id}.jpg"
            return replace(super().read(raws), images=(url,))

    async def run(source: Source) -> Verdict:
        async with museum_of(range(10)).served(patience_s=0.02) as fetch:
            routes = {**fetch.config.routes, "away.invalid": base}
            async with Fetch(replace(fetch.config, routes=routes)) as asking:
                return await probe(source, asking)

    with nobody() as base:
        verdict = asyncio.run(run(Elsewhere()))
        assert asyncio.run(run(Elsewhere(least=1.0))).outcome == "changed"
    assert (verdict.outcome, verdict.begun) == ("not reached", True)
    assert "away.invalid: no answer for" in verdict.unreached[0].found
    assert "connection refused" in verdict.unreached[0].found


@given(st.sampled_from([0.5, 0.6, 0.7, 0.8, 0.9, 1.0]), st.integers(1, 40), st.data())
def test_a_good_museum_fails_by_no_chance_and_a_vanished_field_always(
    least: float, of: int, data: st.DataObject
) -> None:
    """What is kept as promised is good, none of five or more is broken, and one record more is never worse."""
    verdicts = [judge(least, kept, of) for kept in range(of + 1)]
    worth = {False: 0, None: 1, True: 2}
    assert [worth[one] for one in verdicts] == sorted(worth[one] for one in verdicts)
    kept = data.draw(st.integers(0, of))
    assert (verdicts[kept] is True) is (kept >= least * of)
    if of >= FEW:
        assert verdicts[0] is False
    if least < 1:
        chance = sum(
            comb(of, n) * least**n * (1 - least) ** (of - n)
            for n, ok in enumerate(verdicts)
            if ok is False
        )
        assert chance <= max(0.001, (1 - least) ** of)


def test_a_share_that_is_missed_by_little_is_weak() -> None:
    """Five of ten where eight would be well are told, and condemn no museum; two of ten do."""

    @dataclass
    class Some(Made):
        most: int = 0

        def promises(self) -> Sequence[Promise]:
            return (Promise("low", lambda record: int(record.source_id) < self.most, 0.8),)

    weak = look(museum_of(range(10, 20)), Some(most=15))["promise: low"]
    assert weak.ok is None
    assert weak.found == "5 of 10, 80% or more is well: weak, and may be chance"
    assert look(museum_of(range(10, 20)), Some(most=12))["promise: low"].ok is False


def test_an_empty_museum_is_no_good_one() -> None:
    """Neither records nor a list is nothing to crawl."""
    found = look(museum_of(()), Made())
    assert (found["list"].ok, found["records"].ok, found["fields"].ok) == (False, False, False)


def test_a_probe_ends_in_its_time() -> None:
    """What was found until then stands in the verdict, beside the word that the rest was not looked at."""

    class Slow(Made):
        async def crawl_ids(self, fetch: Fetch, ids: Sequence[str]) -> AsyncIterator[Page]:
            await asyncio.Event().wait()
            yield Page((), "")

    found = look(museum_of(range(9)), Slow(), within_s=0.2)
    assert [*found] == ["reachable", "list", "time"]
    assert found["time"].found == "not finished in 0.2 s: the rest was not looked at"


def test_a_verdict_is_told_in_columns() -> None:
    """Every line names one check; the first says what all of them come to."""
    checks = (Check("list", ok=True, found="7"), Check("records", ok=False, found="0"))
    lines = render(Verdict("met", (*checks, Check("image", ok=None, found="-"))))
    assert lines == [
        "met: NOT AS PROMISED",
        "  ok  list     7",
        "  NO  records  0",
        "  --  image    -",
    ]


def test_the_sample_museums_keep_their_promises() -> None:
    """Each of the three protocols is probed to a good verdict, in few requests."""
    with sample_museum(works=240) as museum:

        async def run(source: Source) -> Verdict:
            async with Fetch(FetchConfig(routes=museum.routes, default_rate=1e5)) as fetch:
                return await probe(source, fetch)

        for name, source in SAMPLE_SOURCES.items():
            verdict = asyncio.run(run(source))
            assert verdict.ok, "\n".join(render(verdict))
            image = next(one for one in verdict.checks if one.name == "image")
            assert image.ok is (None if name == "sample-wga" else True), (
                "WGA's are not for everybody"
            )
