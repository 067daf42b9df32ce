"""Ten records of a source, and every promise of it checked on them: the first thing to run on a live museum."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from itertools import chain
from math import comb
from typing import Literal, TypeVar, cast

from crawlers.engine.failures import AddressError, ForbiddenError, HostDownError
from crawlers.engine.fetch import Fetch
from crawlers.engine.iiif import ask_picture
from crawlers.engine.picture import RefusedPictureError
from crawlers.engine.source import Page, Promise, Source, Unfetched
from crawlers.engine.supplements import ask_supplements
from schemas.errors import OmniartError, RecordError
from schemas.raw import RawRecord, newest_of_each_kind
from schemas.record import Record
from schemas.rights import policy

RECORDS = 10
WITHIN_S = 60.0
UNMET_S = 15.0
"""A probe that has found nobody to hear it until then ends: there is no network, or no such host."""
LEAST = 0.8
"""Which share of the objects asked for must come, and be read: of ten, two may fail for a moment."""
PICTURES = 3
"""How many pictures are tried before it is said that there are none to be had."""
REACHABLE = "reachable"
TIME = "time"
"""The check that fails where a probe came to no end: it says nothing of the source's promises."""
CHANCE = 0.001
"""A share is called broken where a museum that just keeps it shows so few records as rarely as this.

Of ten records fewer than eight keep a share of 0.8 once in three probes of a museum that keeps it exactly; three
or fewer do once in 1,200. By this a share of 0.9 is broken with four or fewer, of 0.8 with three, of 0.7 with one,
of 0.5 with none. What lies between is weak: to be looked at, and no verdict.
"""
FEW = 5
"""Of so many records none at all is a field that has vanished, and one is an exception to what holds for all."""
_LISTS = 3
"""Pages that may go by before the first record: a list of ids, a pointer to a bulk file."""
_LOOK_AGAIN_S = 0.25
_SHOWN = 3
"""Unreadable records that are named one by one."""

Decode = Callable[[bytes], str]
"""Says what a picture is; raises RefusedPictureError for what is none."""
_One = TypeVar("_One")


Outcome = Literal["good", "changed", "not reached"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. ``ok`` is None where there was nothing to look at, or too little to judge by.

    ``reached`` is False where it is the network, a wall or the time that kept it from being looked at.
    """

    name: str
    ok: bool | None
    found: str
    reached: bool = True


@dataclass(frozen=True)
class Verdict:
    """What a probe found, in the order in which it looked."""

    source: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Return whether nothing that was looked at is wrong."""
        return not self.wrong

    @property
    def wrong(self) -> tuple[Check, ...]:
        """Return what is wrong."""
        return tuple(check for check in self.checks if check.ok is False)

    @property
    def broken(self) -> tuple[Check, ...]:
        """Return what is not as the source promised."""
        return tuple(check for check in self.wrong if check.reached)

    @property
    def unreached(self) -> tuple[Check, ...]:
        """Return what could not be looked at."""
        return tuple(check for check in self.wrong if not check.reached)

    @property
    def outcome(self) -> Outcome:
        """Return what it comes to; "not reached" says nothing about the museum."""
        if self.broken:
            return "changed"
        return "not reached" if self.unreached else "good"

    @property
    def begun(self) -> bool:
        """Return whether the museum itself was reached, whatever came between later."""
        return all(check.name != REACHABLE for check in self.unreached)


def render(verdict: Verdict) -> list[str]:
    """Return a verdict as lines of text, in columns.

    >>> for line in render(Verdict("met", (Check("list", True, "7 ids"), Check("image", None, "none is open")))):
    ...     print(line)
    met: good
      ok  list   7 ids
      --  image  none is open
    """
    width = max((len(check.name) for check in verdict.checks), default=0)
    marks = {True: "ok", False: "NO", None: "--"}
    lines = [
        f"  {marks[check.ok]}  {check.name:{width}}  {check.found}" for check in verdict.checks
    ]
    return [f"{verdict.source}: {_told(verdict)}", *lines]


def _told(verdict: Verdict) -> str:
    if verdict.outcome == "not reached":
        what = "NOT FINISHED" if verdict.begun else "NOT REACHED"
        return f"{what}, which says nothing about the museum"
    return {"good": "good", "changed": "NOT AS PROMISED"}[verdict.outcome]


async def probe(
    source: Source,
    fetch: Fetch,
    *,
    records: int = RECORDS,
    decode: Decode | None = None,
    within_s: float = WITHIN_S,
    unmet_s: float = UNMET_S,
) -> Verdict:
    """Ask for some records and check all that their source promises; the verdict comes within a minute.

    It looks at the list or the first page, reads the records with their supplements, checks the source's
    promises on them, follows the cursor to a second page, and decodes one picture. What fails is told in
    the verdict, and what was found until then stands in it; only an error of ours is raised. A host that
    wants to be left alone for longer, once it was reached, ends it as one that is slow does. Where nobody was
    found to hear a request it ends after ``unmet_s``. A ``fetch`` without a folder for downloads leaves bulk
    files alone.
    """
    run = _Probe(source, fetch, records, decode)
    try:
        async with asyncio.timeout(within_s) as limit:
            with _ended_unmet(fetch, limit, unmet_s):
                await run.run()
    except TimeoutError:
        run.note_time(within_s)
    except HostDownError as error:
        if run.checks:
            run.note(TIME, ok=False, found=f"not finished: {error}", reached=False)
        else:
            run.note(run.at, ok=False, found=str(error), reached=False)
    except AddressError as error:
        turned_away = run.at == REACHABLE and isinstance(error, ForbiddenError)
        run.note(run.at, ok=False, found=str(error), reached=error.reached and not turned_away)
    except OmniartError as error:
        run.note(run.at, ok=False, found=str(error))
    return Verdict(source.name, tuple(run.checks))


@contextmanager
def _ended_unmet(fetch: Fetch, limit: asyncio.Timeout, unmet_s: float) -> Iterator[None]:
    """End the time limit early where all that was asked by then has found nobody."""
    loop = asyncio.get_running_loop()

    def look() -> None:
        if fetch.unmet:
            limit.reschedule(loop.time())
        else:
            timers.append(loop.call_later(_LOOK_AGAIN_S, look))

    timers = deque([loop.call_later(unmet_s, look)], maxlen=1)
    try:
        yield
    finally:
        timers[0].cancel()


class _Probe:
    """One probe: what it has found so far, and what it is looking at."""

    def __init__(self, source: Source, fetch: Fetch, most: int, decode: Decode | None) -> None:
        self._source, self._fetch, self._most, self._decode = source, fetch, most, decode
        self.checks: list[Check] = []
        self.at = REACHABLE

    def note(self, name: str, *, ok: bool | None, found: str, reached: bool = True) -> None:
        self.checks.append(Check(name, ok, found, reached))

    def note_time(self, within_s: float) -> None:
        """Say that the time is over, and what kept us: a museum of which nothing came was not reached."""
        hosts = self._fetch.report.hosts
        why = "; ".join(self._fetch.troubles())
        if self.checks or any(host.answers for host in hosts.values()):
            found = f"not finished in {within_s:g} s: the rest was not looked at"
            found += f"; {why}" if why else ""
            self.note(TIME, ok=False, found=found, reached=False)
            return
        why = why or f"{', '.join(hosts)}: no answer in {within_s:g} s; start again later"
        self.note(self.at, ok=False, found=why, reached=False)

    async def run(self) -> None:
        first = await self._first()
        self.at = "records"
        raws = await self._records(first)
        read = await self._read(raws)
        self._promises([record for record in read if not record.withdrawn])
        self.at = "next page"
        await self._next(first)
        self.at = "image"
        await self._image(read)

    async def _first(self) -> "_First":
        """Take pages until there are records, or a list of ids to ask for."""
        first = _First()

        def look(page: Page) -> bool:
            first.take(page)
            return bool(first.records or first.ids)

        await _walk(self._source.crawl(self._fetch), look, _LISTS)
        hosts = ", ".join(self._fetch.report.hosts)
        self.note(REACHABLE, ok=True, found=f"{hosts}; robots.txt lets us")
        size = first.expected if first.expected is not None else len(first.ids) or None
        if not (first.records or first.ids):
            self.note("list", ok=False, found="its first pages hold no record and no list")
        elif size is None:
            self.note("list", ok=None, found="it does not say how many records there are")
        else:
            self.note("list", ok=size > 0, found=f"{size:,} records, it says")
        return first

    async def _records(self, first: "_First") -> list[RawRecord]:
        """Return some records, from all over the page or the list."""
        records, unfetched = first.records, first.unfetched
        if not records and first.ids:
            wanted = _spread(first.ids, self._most)
            asked = _First()
            await _walk(self._source.crawl_ids(self._fetch, wanted), asked.take)
            records, unfetched = asked.records, asked.unfetched
        came = len(records)
        records = _spread(records, self._most)
        gone = sum(record.withdrawn for record in records)
        found = f"{len(records)} came, {gone} of them withdrawn"
        if unfetched:
            found += f"; {len(unfetched)} did not, such as {unfetched[0].source_id}: {unfetched[0].reason}"
        asked_for = came + len(unfetched)
        self.note("records", ok=bool(records) and came >= LEAST * asked_for, found=found)
        return records

    async def _read(self, raws: Sequence[RawRecord]) -> list[Record]:
        """Read the records, each together with its supplements."""
        self.at = "supplements"
        held = {raw.source_id: [raw] for raw in raws}
        asked = await ask_supplements(self._source, self._fetch, held)
        for raw in asked.records:
            held[raw.source_id].append(raw)
        if asked.unfetched:
            one = asked.unfetched[0]
            found = (
                f"{len(asked.unfetched)} objects lack one, such as {one.source_id}: {one.reason}"
            )
            ok = len(asked.unfetched) <= (1 - LEAST) * len(held)
            self.note("supplements", ok=ok, found=found)
        elif asked.records:
            self.note("supplements", ok=True, found=f"{len(asked.records)} came")
        else:
            self.note("supplements", ok=None, found="none is wanted")
        return self._read_all(held)

    def _read_all(self, held: Mapping[str, Sequence[RawRecord]]) -> list[Record]:
        read: list[Record] = []
        unreadable: list[RecordError] = []
        for raws in held.values():
            try:
                read.append(self._source.read(newest_of_each_kind(raws)))
            except RecordError as error:
                unreadable.append(error)
        found = f"{len(read)} of {len(held)} can be read"
        told = chain([found], map(str, unreadable[:_SHOWN]))
        ok = bool(read) and len(read) >= LEAST * len(held)
        self.note("fields", ok=ok, found="; ".join(told))
        return read

    def _promises(self, records: Sequence[Record]) -> None:
        for promise in self._source.promises():
            name = f"promise: {promise.name}"
            if not records:
                self.note(name, ok=None, found="no record to look at")
                continue
            kept = sum(promise.holds(record) for record in records)
            ok = judge(promise.least, kept, len(records))
            self.note(name, ok=ok, found=_kept(promise, kept, len(records), weak=ok is None))

    async def _next(self, first: "_First") -> None:
        """Go on from the cursor of the first page, as a crawl that was broken off would."""
        if not first.records:
            self.note(
                "next page", ok=None, found="the list is whole; each record is asked for by its id"
            )
            return
        if not first.cursor:
            self.note("next page", ok=None, found="the first page is the last")
            return
        known = {record.source_id for record in first.records}
        following = _First()

        def look(page: Page) -> bool:
            following.take(page)
            return bool(following.records)

        await _walk(self._source.crawl(self._fetch, cursor=first.cursor), look, _LISTS)
        if following.records:
            other = {record.source_id for record in following.records} - known
            found = f"{len(other)} of its {len(following.records)} records are others"
            ok = bool(other) and following.cursor != first.cursor
            self.note("next page", ok=ok, found=found)
            return
        whole = first.expected is None or first.expected <= len(known)
        found = "there is none" if whole else f"there is none after {len(known)} records"
        self.note("next page", ok=None if whole else False, found=found)

    async def _image(self, records: Sequence[Record]) -> None:
        """Fetch a picture that everybody may use, and decode it; the first failure is told if none comes."""
        urls = [url for record in records for url in _open_images(record)[:1]][:PICTURES]
        if not urls:
            found = "none of these records has one that everybody may use"
            self.note("image", ok=None, found=found)
            return
        looks: list[Check] = []
        for url in urls:
            looks.append(await self._look_at(url))
            if looks[-1].ok:
                break
        self.checks.append(max(looks, key=lambda look: (look.ok is True, look.reached)))

    async def _look_at(self, url: str) -> Check:
        """Return whether an address gives a picture, and what was found there."""
        try:
            answer = await ask_picture(self._fetch, url)
            if answer.gone:
                return Check("image", ok=False, found=f"{url} is gone")
            what = self._decode(answer.body) if self._decode else f"{len(answer.body):,} bytes"
        except AddressError as error:
            return Check("image", ok=False, found=str(error), reached=error.reached)
        except RefusedPictureError as error:
            return Check("image", ok=False, found=f"{url}: {error}")
        return Check("image", ok=True, found=f"{url}: {what}")


class _First:
    """What the first pages hold, taken together."""

    def __init__(self) -> None:
        self.records: list[RawRecord] = []
        self.unfetched: list[Unfetched] = []
        self.ids: list[str] = []
        self.expected: int | None = None
        self.cursor = ""

    def take(self, page: Page) -> None:
        self.records += page.records
        self.unfetched += page.unfetched
        self.ids += page.named
        self.expected = page.expected if page.expected is not None else self.expected
        self.cursor = page.cursor


async def _walk(
    pages: AsyncIterator[Page], look: Callable[[Page], object], most: int | None = None
) -> None:
    """Show pages until one was enough, at most so many; their source is at rest afterwards."""
    number = 0
    async with aclosing(cast("AsyncGenerator[Page]", pages)) as told:
        async for page in told:
            number += 1
            if look(page) or number == most:
                return


def _spread(all_of_it: Sequence[_One], most: int) -> list[_One]:
    """Return some of many, from all over them.

    >>> _spread("abcdefgh", 3)
    ['a', 'c', 'f']
    """
    count = len(all_of_it)
    return (
        [all_of_it[number * count // most] for number in range(most)]
        if count > most
        else list(all_of_it)
    )


def _open_images(record: Record) -> Sequence[str]:
    return record.images if policy(record.rights, record.source).may_fetch == "yes" else ()


def judge(least: float, kept: int, of: int) -> bool | None:
    """Return whether so many of some records keep a promise; None: it is weak, and may be chance.

    What holds for all records may have one exception among five or more. See CHANCE for shares.

    >>> [judge(0.8, kept, 10) for kept in (10, 8, 7, 4, 3, 0)]
    [True, True, None, None, False, False]
    >>> [judge(1.0, kept, 10) for kept in (10, 9, 8)], judge(0.5, 1, 10), judge(0.5, 0, 10)
    ([True, None, False], None, False)
    """
    if kept >= least * of:
        return True
    if least >= 1:
        return None if of >= FEW and of - kept == 1 else False
    vanished = kept == 0 and of >= FEW
    return False if vanished or _as_few(least, kept, of) < CHANCE else None


def _as_few(least: float, kept: int, of: int) -> float:
    """Return how likely so few, or fewer, are among some records where just this share of all keeps a promise."""
    return sum(comb(of, n) * least**n * (1 - least) ** (of - n) for n in range(kept + 1))


def _kept(promise: Promise, kept: int, of: int, *, weak: bool) -> str:
    least = "" if promise.least >= 1 else f", {promise.least:.0%} or more is well"
    return f"{kept} of {of}{least}{': weak, and may be chance' if weak else ''}"
