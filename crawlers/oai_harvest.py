"""A harvest over OAI-PMH, window by window of datestamps, from which nothing drops out unnoticed.

A window is a calendar month: a place in the list that has expired costs the window, not the harvest. It is
as large as it is (a museum that publishes all of itself anew has one window that holds everything). The
first window of a whole harvest has no beginning and the last one no end, so that no datestamp is outside.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from crawlers import oai
from crawlers.engine.failures import HostDownError
from crawlers.oai import Identity, OaiError, OaiPage
from schemas.errors import SourceError

if TYPE_CHECKING:
    from crawlers.engine.fetch import Answer, Fetch

log = logging.getLogger(__name__)

EXPIRED = "badResumptionToken"
PAGE_TRIES = 5
"""How often a page is asked for that comes torn, or does not lead on."""
RESTARTS = 3
"""How often in a row a window is begun again without getting further than before."""
EMPTY_PAGES = 10
"""How many pages in a row may hold no records and still lead on: some servers filter after they cut."""

NEARLY_ALL = 0.99
"""Which share of a window's records must come at least, or the window is asked for a second time."""

OLDEST = date(2000, 1, 1)
"""No window begins earlier, as OAI-PMH does not: what claims an older datestamp is in the first window."""
OVERLAP = timedelta(days=1)
"""How far changes are asked for again: a museum's day may be over later than ours."""

_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Place:
    """Where a harvest stands: the cursor, written as JSON.

    ``first`` and ``until`` are the window, both included, empty where it is open; ``token`` leads to its
    next page (empty: the first). ``pages`` and ``records`` count what came of the window since it was
    last begun, ``begun`` how often that was. ``size`` is how many records the service said the window
    has, ``expected`` how many the whole harvest; below zero: it did not say.
    """

    first: str = ""
    until: str = ""
    token: str = ""
    pages: int = 0
    records: int = 0
    begun: int = 1
    size: int = -1
    expected: int = -1

    @property
    def text(self) -> str:
        """Return the cursor."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @property
    def window(self) -> str:
        """Return how to call the window in a message."""
        return f"{self.first[:10] or 'the beginning'} to {self.until[:10] or 'now'}"

    @classmethod
    def parse(cls, cursor: str) -> "Place | None":
        """Return the place that a cursor stands for; None for what is none of ours.

        >>> Place.parse(Place(first="2026-01-01", token="x", expected=7).text).token
        'x'
        >>> Place.parse("MXx8") is None, Place.parse('{"first": 1}') is None
        (True, True)
        """
        try:
            said = json.loads(cursor)
        except (ValueError, RecursionError):
            return None
        form = asdict(cls())
        if not isinstance(said, dict) or said.keys() != form.keys():
            return None
        if any(type(said[name]) is not type(value) for name, value in form.items()):
            return None
        days = [said[name] for name in ("first", "until") if said[name]]
        return cls(**said) if all(map(oai.day_of, days)) else None


@dataclass(frozen=True)
class Harvested:
    """One page of a harvest, and the cursor of the next; empty: it was the last."""

    answer: "Answer"
    page: OaiPage
    cursor: str
    expected: int | None


class _WrongWayError(SourceError):
    """A page does not lead on as it should.

    ``way``: ``back`` to where we were, ``out`` of the list too early, or ``past`` records that it lacks.
    """

    def __init__(self, said: str, way: str) -> None:
        super().__init__(said)
        self.way = way


async def harvest(
    fetch: "Fetch", base_url: str, *, prefix: str, since: date | None = None, cursor: str = ""
) -> AsyncGenerator[Harvested]:
    """Yield the pages of all records, or of those stamped since a day before ``since``.

    Windows without records give no page, but for the last.

    A page that is torn, or no OAI-PMH, or empty, or leads back, or ends the list long before its end, is
    asked for again. An expired token begins its window anew, and so does, once, a page that stays wrong:
    records that come twice do no harm. Raises SourceError, which names page and window, where nothing
    helps. A window that stays short of what the service said of it is taken as it is, with a warning, if
    nearly all came; if not it is an error, and the cursor before it begins the window again.
    """
    service = _Service(fetch, base_url, prefix)
    identity = await service.identity()
    place = Place.parse(cursor)
    if place is None:
        if cursor:
            log.warning("%s: the cursor %.40r is not ours: from the beginning", base_url, cursor)
        place = await service.beginning(identity, since)
    walk = _Walk(place)
    expected = place.expected if place.expected >= 0 else None
    while True:
        try:
            answer, page = await service.page(walk)
        except OaiError as error:
            walk.begin_expired(error)
            continue
        except _WrongWayError as error:
            walk.go_wrong(error)
            continue
        if short := walk.shortage(page):
            yield Harvested(answer, page, walk.anew.text, expected)
            raise short
        following = walk.after(page, identity)
        if page.records or following is None:
            yield Harvested(answer, page, following.text if following else "", expected)
        if following is None:
            return
        walk.go(following)


async def ask(
    fetch: "Fetch",
    base_url: str,
    params: Mapping[str, str],
    read: "Callable[[Answer], _Read]",
    name: str,
) -> "tuple[Answer, _Read]":
    """Return an answer and what ``read`` makes of it; ask again where it comes torn.

    ``fetch`` tries again what its status or its first bytes show to be wrong; what only reading shows
    (half a page under status 200) is asked again here, and so is what would cost a window: a server in
    trouble calls a token expired, too.
    """
    tries = 0
    while True:
        tries += 1
        answer = await fetch.get(base_url, params, expect="xml")
        if answer.gone:
            raise SourceError(f"{base_url} is gone ({answer.status}): see the museum's own pages")
        try:
            return answer, read(answer)
        except (OaiError, _WrongWayError) as error:
            lasting = isinstance(error, OaiError) and error.code != EXPIRED
            if lasting or tries == PAGE_TRIES:
                raise
            told: SourceError = error
        except SourceError as error:
            if tries == PAGE_TRIES:
                raise SourceError(f"{name} failed {tries} times, last: {error}") from error
            told = error
        log.warning("%s: %s; try %d of %d", name, told, tries + 1, PAGE_TRIES)
        await asyncio.sleep(fetch.config.backoff_s * (2 ** (tries - 2) if tries > 1 else 0))


class _Service:
    """One OAI-PMH service, asked for records of one prefix."""

    def __init__(self, fetch: "Fetch", base_url: str, prefix: str) -> None:
        self._fetch, self._base_url, self._prefix = fetch, base_url, prefix

    async def identity(self) -> Identity:
        """Return what the service says of itself."""
        params = {"verb": "Identify"}
        _, told = await self._ask(params, lambda got: oai.parse_identity(got.body, got.url))
        return told

    async def beginning(self, identity: Identity, since: date | None) -> Place:
        """Return the first place of a new harvest; SourceError where the prefix is not offered."""
        params = {"verb": "ListMetadataFormats"}
        _, offered = await self._ask(params, lambda got: oai.parse_prefixes(got.body, got.url))
        if self._prefix not in offered:
            raise SourceError(
                f"{self._base_url} offers no {self._prefix!r}, but {', '.join(offered) or 'nothing'}:"
                " a newer version of this program may read that"
            )
        place = _window(since - OVERLAP if since else None, identity)
        return replace(place, expected=await self._size(place.first))

    async def _size(self, first: str) -> int:
        """Return how many records the harvest will bring, by one list without end; -1: not said.

        The sizes of the windows would say so only at the end, and count twice what is stamped anew
        meanwhile.
        """
        params = {"verb": "ListIdentifiers", "metadataPrefix": self._prefix}
        if first:
            params["from"] = first
        try:
            _, page = await self._ask(params, lambda got: oai.parse_page(got.body, got.url))
        except HostDownError:
            raise
        except SourceError as error:
            log.info("how many records there are is not said: %s", error)
            return -1
        if page.size is None:
            return -1 if page.token else len(page.records)
        return page.size

    async def page(self, walk: "_Walk") -> "tuple[Answer, OaiPage]":
        """Return the page at a place. A request that follows carries verb and token alone."""
        place = walk.place
        params = {"verb": "ListRecords"}
        if place.token:
            params["resumptionToken"] = place.token
        else:
            params["metadataPrefix"] = self._prefix
            dates = {"from": place.first, "until": place.until}
            params |= {name: day for name, day in dates.items() if day}

        def read(answer: "Answer") -> OaiPage:
            return walk.checked(oai.parse_page(answer.body, answer.url), answer.url)

        return await self._ask(params, read, walk.name)

    async def _ask(
        self, params: Mapping[str, str], read: "Callable[[Answer], _Read]", name: str = ""
    ) -> "tuple[Answer, _Read]":
        return await ask(self._fetch, self._base_url, params, read, name or params["verb"])


class _Walk:
    """The walk through windows: where it is, and what this run has seen of the present one."""

    def __init__(self, place: Place) -> None:
        self.enter(place)

    def enter(self, place: Place) -> None:
        """Go to a window, of which nothing has been seen yet in this run."""
        self.place = place
        self._tokens: set[str] = set()
        self._furthest = place.pages
        self._expired = self._wrong = self._empty = 0
        self._is_empty_believed = False

    def go(self, place: Place) -> None:
        """Go to the next page, of this window or of another."""
        if place.token:
            self.place = place
        else:
            self.enter(place)

    @property
    def name(self) -> str:
        """Return what to call the page that is asked for."""
        return f"page {self.place.pages + 1} of the window {self.place.window}"

    def checked(self, page: OaiPage, url: str) -> OaiPage:
        """Return a page that may be gone on from; raise SourceError for one to be asked for again."""
        if page.token and (page.token == self.place.token or page.token in self._tokens):
            raise _WrongWayError(f"{url} leads back to token {page.token!r}", "back")
        if page.matched and not page.records and not self._is_empty_believed:
            raise _WrongWayError(
                f"{url} holds no records, and does not say that there are none", "past"
            )
        records, size = self._counted(page)
        is_early = records < size * NEARLY_ALL or (self.place.token and not page.matched)
        if not page.token and is_early and self._wrong < 2:
            whole = f"{size:,}" if size >= 0 else "more"
            raise _WrongWayError(f"{url} ends the list at {records:,} of {whole} records", "out")
        return page

    def _counted(self, page: OaiPage) -> tuple[int, int]:
        """Return how many records of the window there are with this page, and are to be (-1: not said)."""
        size = self.place.size if page.size is None else page.size
        return self.place.records + len(page.records), size

    def begin_expired(self, error: OaiError) -> None:
        """Begin the window again as its token has expired; raise SourceError where that gets no further."""
        if error.code != EXPIRED:
            raise error
        if self.place.pages > self._furthest:
            self._expired = 0
        self._furthest = max(self._furthest, self.place.pages)
        self._expired += 1
        if self._expired > RESTARTS:
            raise SourceError(
                f"{self.name}: {error}; {RESTARTS} new beginnings got no further: try later"
            )
        self._begin_again(error)

    def go_wrong(self, error: _WrongWayError) -> None:
        """Begin the window again, once, as a page stays wrong; SourceError where it leads back again.

        A list that ends early a second time has ended: ``shortage`` says what that means. A page that stays
        empty is believed at once, for a few pages.
        """
        if error.way == "past":
            log.warning("%s: %s, %d times: believed", self.name, error, PAGE_TRIES)
            self._is_empty_believed = True
            return
        self._wrong += 1
        if self._wrong == 1:
            self._begin_again(error)
        elif error.way == "back":
            raise SourceError(f"{self.name}: {error}, from the beginning as well: try later")

    def _begin_again(self, error: SourceError) -> None:
        log.warning("%s: %s; the window is begun again", self.name, error)
        self._tokens.clear()
        self._empty = 0
        self.place = self.anew

    @property
    def anew(self) -> Place:
        """Return the beginning of the window, for another time."""
        return replace(self.place, token="", pages=0, records=0, begun=self.place.begun + 1)

    def shortage(self, page: OaiPage) -> SourceError | None:
        """Return what to say where a window ends with a page and lacks more than a few of its records.

        Few may be lacking: the size may be an estimate, or count what was deleted.
        """
        records, size = self._counted(page)
        if page.token or records >= size * NEARLY_ALL:
            return None
        return SourceError(
            f"the window {self.place.window} holds {size:,} records, the service says, and ended twice"
            f" with {records:,}: start again later, and that window is begun anew"
        )

    def after(self, page: OaiPage, identity: Identity) -> Place | None:
        """Return the place after a page; None after the last."""
        self._is_empty_believed = False
        place = self.place
        records, size = self._counted(page)
        if page.token and self._leads_on(page, records, size):
            self._tokens.add(place.token)
            pages = place.pages + 1
            return replace(place, token=page.token, pages=pages, records=records, size=size)
        if records < size:
            log.warning(
                "the window %s held %d records, and the museum spoke of %d: a later crawl from the"
                " beginning asks for what it left out",
                place.window,
                records,
                size,
            )
        if not place.until:
            return None
        day = date.fromisoformat(place.until[:10]) + timedelta(days=1)
        return replace(_window(day, identity), expected=place.expected)

    def _leads_on(self, page: OaiPage, records: int, size: int) -> bool:
        """Return whether to follow a token: from an empty page a few times in a row."""
        if page.records:
            self._empty = 0
            return True
        self._empty += 1
        if self._empty <= EMPTY_PAGES:
            return True
        if size > records:
            raise SourceError(
                f"{self.name}: {self._empty} pages without records, and only {records:,} of {size:,}"
                " came: try later"
            )
        log.warning("%s: %d pages without records: taken for the end", self.name, self._empty)
        return False


def _window(first: date | None, identity: Identity) -> Place:
    """Return the window that begins on a day (None: the first of all), to the end of its month.

    >>> day = date(2026, 3, 9)
    >>> _window(date(2026, 1, 31), Identity(None, seconds=True, today=day)).window
    '2026-01-31 to 2026-01-31'
    >>> _window(None, Identity(date(2025, 2, 7), seconds=False, today=day))
    Place(first='', until='2025-02-28', token='', pages=0, records=0, begun=1, size=-1, expected=-1)
    >>> _window(None, Identity(None, seconds=True, today=day)).window
    'the beginning to now'
    """
    today = identity.today or datetime.now(UTC).date()
    month = first or max(identity.earliest or today, OLDEST)
    start = f"{first}T00:00:00Z" if identity.seconds else f"{first}"
    if (month.year, month.month) >= (today.year, today.month):
        return Place(start if first else "")
    last = date(month.year + month.month // 12, month.month % 12 + 1, 1) - timedelta(days=1)
    return Place(start if first else "", f"{last}T23:59:59Z" if identity.seconds else f"{last}")
