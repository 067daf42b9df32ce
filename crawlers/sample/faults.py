"""How the sample museum may misbehave: which faults there are, which are chosen, and when each falls.

A fault that passes falls on single answers: whether it does is a function of the seed, the address and
how many times that address was asked before, and after three faults in a row an address answers
rightly. So a crawl that asks again always comes to its end. A fault that lasts is chosen by address, and
stays. None of it looks at the clock, and none at what was asked of other addresses.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

from crawlers.sample.wall import Wall
from schemas.errors import UsageError

MOST_IN_A_ROW = 3
"""After so many faults one after the other an address answers rightly once."""
DEFAULT_SHARE = 0.1
"""What a text that names faults and no share means."""

DATA = frozenset({"json", "xml", "oai first", "oai next", "list"})
"""Sorts of answers that are texts for machines. ``oai next`` is a page of a list asked for by token."""
FILES = frozenset({"image", "bulk"})
BODIES = DATA | FILES
ANY = BODIES | {"redirect", "page"}
_OAI = frozenset({"oai first", "oai next"})


@dataclass(frozen=True)
class Fault:
    """One way to misbehave: on which sorts of answers it falls, and whether a patient crawl sees it through.

    ``lasts`` is empty for a fault that passes, "address" for one that stays with the addresses that it
    is chosen for, and "museum" for one of the whole museum. ``mixed`` faults are those of ``all``: a
    crawl that asks again ends with the same records and pictures as if there had been none.
    """

    meaning: str
    sorts: AbstractSet[str]
    mixed: bool = True
    lasts: str = ""


_FAULTS: Mapping[str, Fault] = {
    "403": Fault("one answer is the wall's page with status 403", ANY),
    "429": Fault("status 429 with Retry-After in seconds", ANY),
    "429-date": Fault("status 429 with Retry-After as an HTTP date", ANY),
    "500": Fault("status 500 with a page of HTML", ANY),
    "503": Fault("status 503 without a word on when to come back", ANY),
    "503-after": Fault("status 503 with Retry-After in seconds", ANY),
    "reset": Fault("the connection is reset in the middle of the body", BODIES),
    "slow": Fault("the body trickles in for some seconds", BODIES),
    "truncated": Fault("the body is shorter than its Content-Length", BODIES),
    "torn": Fault("the body ends in the middle, with a Content-Length to suit", DATA | {"bulk"}),
    "html": Fault("a wall's page of HTML with status 200 in place of data or picture", BODIES),
    "empty": Fault("status 200 and nothing in it", BODIES),
    "repeated-token": Fault("an OAI page gives the token again that asked for it", {"oai next"}),
    "expired-token": Fault("a good token is called a bad one: badResumptionToken", {"oai next"}),
    "duplicate-records": Fault("an OAI page repeats the records of the page before", {"oai next"}),
    "empty-page": Fault("an OAI page has its token and no records", _OAI, mixed=False),
    "xml-entities": Fault("an OAI page with a DOCTYPE and entities", _OAI | {"xml"}, mixed=False),
    "slow-list": Fault("a list begins after some seconds", _OAI | {"list"}, mixed=False),
    "huge": Fault("a body without end in sight, and without a Content-Length", BODIES, mixed=False),
    "redirect-private": Fault("302 to an address inside a private network", ANY, mixed=False),
    "redirect-foreign": Fault("302 to another site", ANY, mixed=False),
    "torn-image": Fault(
        "a picture ends in the middle, Content-Length to suit", {"image"}, mixed=False
    ),
    "bomb": Fault("a tiny PNG that claims 60,000 x 60,000 pixels", {"image"}, mixed=False),
    "png": Fault("the right picture as PNG, called JPEG", {"image"}, mixed=False, lasts="address"),
    "placeholder": Fault(
        "the same grey picture in place of many", {"image"}, mixed=False, lasts="address"
    ),
    "vanished": Fault("objects are gone since the list before", ANY, mixed=False, lasts="museum"),
    "restamp": Fault("all OAI datestamps have moved on", ANY, mixed=False, lasts="museum"),
    "robots-html": Fault("robots.txt is a page of HTML", ANY, mixed=False, lasts="museum"),
    "robots-disallow": Fault("robots.txt lets nobody in", ANY, mixed=False, lasts="museum"),
}
FAULTS: Mapping[str, str] = MappingProxyType({name: one.meaning for name, one in _FAULTS.items()})
"""Each fault's name and what it is, in a line."""
MIXED: tuple[str, ...] = tuple(name for name, one in _FAULTS.items() if one.mixed)
"""The faults that ``all`` stands for."""


@dataclass(frozen=True)
class Faults:
    """What is to go wrong; by default nothing.

    ``share`` is that of the answers (of the addresses, for what lasts), 0 to 1. No ``kinds`` and a
    share above 0 are all of ``MIXED``. ``wall`` stands before every host, beside all else.
    """

    share: float = 0.0
    kinds: tuple[str, ...] = ()
    seed: int = 0
    wall: Wall | None = None
    slow_s: float = 1.0
    """How long a slow body or list takes."""
    retry_after_s: int = 1
    huge_bytes: int = 1 << 30

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.kinds if kind not in FAULTS]
        if unknown:
            raise UsageError(
                f"{unknown[0]!r} is no fault; there are all, wall, {', '.join(FAULTS)}"
            )
        if not 0 <= self.share <= 1:
            raise UsageError(f"a share of {self.share} of the answers: it is a number from 0 to 1")
        if self.slow_s < 0 or self.retry_after_s < 0 or self.huge_bytes < 0:
            raise UsageError("slow_s, retry_after_s and huge_bytes are 0 or more")

    @cached_property
    def chosen(self) -> tuple[str, ...]:
        """Return the names of the faults that may fall."""
        return self.kinds or (MIXED if self.share else ())

    @cached_property
    def _passing(self) -> Mapping[str, tuple[str, ...]]:
        passing = [kind for kind in self.chosen if not _FAULTS[kind].lasts]
        return {sort: tuple(k for k in passing if sort in _FAULTS[k].sorts) for sort in ANY}

    def lasting(self, url: str, sort: str) -> str:
        """Return the fault that stays with an address, empty for none."""
        for kind in self.chosen:
            fault = _FAULTS[kind]
            if fault.lasts == "address" and sort in fault.sorts and self.falls_on(kind, url):
                return kind
        return ""

    def falls_on(self, kind: str, name: str) -> bool:
        """Return whether a lasting fault was chosen for an address or an object."""
        return kind in self.chosen and _draw(f"{self.seed} {kind} {name}") < self.share

    def at(self, url: str, sort: str, nth: int) -> str:
        """Return the fault that may pass, of the nth request of an address, from 0; empty for none.

        Three in a row are the most, whoever counts: see ``Ledger``.
        """
        kinds = self._passing.get(sort, ())
        if not kinds or _draw(f"{self.seed} {nth} {url}") >= self.share:
            return ""
        return kinds[int(_draw(f"{self.seed} kind {nth} {url}") * len(kinds))]


def _draw(text: str) -> float:
    """Return a number from 0 to 1 that stays with a text."""
    digest = hashlib.blake2b(text.encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big") / (1 << 56)


@dataclass
class Ledger:
    """How often each address was asked, and which faults have fallen."""

    faults: Faults
    fallen: dict[str, int] = field(default_factory=dict)
    _asked: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Address to requests so far, and faults in a row up to now."""

    def next(self, url: str, sort: str) -> str:
        """Return the fault of the next answer of an address, empty for a right one."""
        kind = self.faults.lasting(url, sort)
        if not kind and self.faults.share:
            nth, row = self._asked.get(url, (0, 0))
            kind = self.faults.at(url, sort, nth) if row < MOST_IN_A_ROW else ""
            self._asked[url] = nth + 1, row + 1 if kind else 0
        if kind:
            self.fallen[kind] = self.fallen.get(kind, 0) + 1
        return kind


_SHARE = re.compile(r"[0-9]*\.?[0-9]+")


def parse_faults(text: str) -> Faults:
    """Return the faults that a text names, separated by commas; UsageError for what is none.

    ``all`` stands for what a patient crawl sees through; ``:0.3`` is the share of the answers; ``wall``
    may give its rate, burst and seconds of quiet; options are given as ``slow_s=0.5``.

    >>> parse_faults("html,500:0.3,wall=9/20/2,seed=4")
    ... # doctest: +NORMALIZE_WHITESPACE
    Faults(share=0.3, kinds=('html', '500'), seed=4, wall=Wall(rate=9.0, burst=20, quiet_s=2.0),
           slow_s=1.0, retry_after_s=1, huge_bytes=1073741824)
    >>> parse_faults("all:0.3").kinds == MIXED, parse_faults("").share, parse_faults("restamp").share
    (True, 0.0, 0.1)
    """
    faults, kinds, shares = Faults(), list[str](), set[float]()
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = part.partition("=")
        if name == "wall":
            faults = replace(faults, wall=_wall(value))
        elif value:
            faults = _with_option(faults, name, value)
        else:
            name, _, share = part.partition(":")
            kinds += MIXED if name == "all" else [name]
            if share:
                shares.add(_share(part, share))
    if len(shares) > 1:
        raise UsageError(f"{text!r} gives two shares: one share holds for all faults together")
    named = tuple(dict.fromkeys(kinds))
    return replace(faults, kinds=named, share=_only(shares, DEFAULT_SHARE if named else 0.0))


def _with_option(faults: Faults, name: str, value: str) -> Faults:
    match name:
        case "seed":
            return replace(faults, seed=_whole(name, value))
        case "slow_s":
            return replace(faults, slow_s=_number(name, value))
        case "retry_after_s":
            return replace(faults, retry_after_s=_whole(name, value))
        case "huge_bytes":
            return replace(faults, huge_bytes=_whole(name, value))
        case _:
            raise UsageError(
                f"{name}={value}: options are seed, slow_s, retry_after_s, huge_bytes and wall"
            )


def _only(shares: Iterable[float], otherwise: float) -> float:
    return next(iter(shares), otherwise)


def _share(part: str, text: str) -> float:
    if not _SHARE.fullmatch(text):
        raise UsageError(f"{part!r}: after the colon stands a share of the answers, 0 to 1")
    return float(text)


def _number(name: str, text: str) -> float:
    if not _SHARE.fullmatch(text):
        raise UsageError(f"{name}={text}: {text!r} is no number")
    return float(text)


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise UsageError(f"{name}={text}: {text!r} is no whole number")
    return int(text)


def _wall(text: str) -> Wall:
    """Read ``10/30/30``: requests a second, burst, seconds of quiet; what is left out is the Met's."""
    wall, parts = Wall(), text.split("/") if text else []
    if len(parts) > 3:
        raise UsageError(f"wall={text}: a wall has a rate, a burst and seconds of quiet: 10/30/30")
    if parts:
        wall = replace(wall, rate=_number("wall", parts[0]))
    if len(parts) > 1:
        wall = replace(wall, burst=_whole("wall", parts[1]))
    if len(parts) > 2:
        wall = replace(wall, quiet_s=_number("wall", parts[2]))
    return wall
