"""Politeness in time: how often one host is asked, and how long to wait after a failure.

Nothing here looks at a clock or sleeps: the time, in seconds of one clock, is given.
"""

import math
import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

JITTER = 0.25
"""A wait is drawn out by up to this share, so that requests that failed together part company."""
LEAST_JITTER = 0.05
"""And by at least this one: what counts is when the last request arrived there, not when it left here."""

LATE_S = 0.01
"""A turn that is late by no more keeps the timetable; one that is later moves it, and is not made up."""
STEP_S = 5.0
"""How often a rate is raised while all goes well."""
FIRST_STEP = 1.0
"""Requests per second by which a rate is raised as long as no wall was met."""
LATER_STEP = 0.005
"""Share of the rate at which the first wall was met, by which it is raised from then on."""
SETTLED = 10
"""A rate that is looked for is raised by the so manieth part of that after so many walls: it is known."""
PAST = 1.25
"""So far above the rate of the last wall it was no matter of rate, and the search goes on as at first."""
SLOWER = 0.7
"""Of the rate at which a wall was met this share is left."""
LEAST = 1 / 16
"""Of its first rate a host keeps at least this share, however often it turns us away."""
USED = 0.8
"""A rate is raised only where at least this share of it was used: what nobody asked for proves nothing."""


class Pace:
    """One host's rate, and when its next turn comes.

    Turns are evenly spaced, and never more than LATE_S closer together than the rate allows. The rate falls when
    the host turns us away and slowly rises while it does not (additive increase, multiplicative
    decrease), up to the rate that it began with; with ``find``, above it, to see what the host bears.
    """

    def __init__(self, requests_per_second: float, *, find: bool = False) -> None:
        self.rate = requests_per_second
        self._ceiling = math.inf if find else requests_per_second
        self._find, self._walls, self._met = find, 0, math.inf
        self._least = requests_per_second * LEAST
        self._step = FIRST_STEP
        self._next_s = -math.inf
        self._since_s: float | None = None
        self._turns = 0
        self._used = math.inf

    def wait_s(self, now_s: float) -> float:
        """Return the seconds until the next turn, 0 where it has come."""
        return max(0.0, self._next_s - now_s)

    def take(self, now_s: float) -> None:
        """Note that a turn is taken."""
        on_time = now_s - self._next_s <= LATE_S
        self._next_s = (self._next_s if on_time else now_s) + 1.0 / self.rate
        self._turns += 1

    def went_well(self, now_s: float) -> None:
        """Note that an answer came, and raise the rate when it is time."""
        if self._since_s is None:
            self._since_s, self._turns = now_s, 0
        took_s = now_s - self._since_s
        if took_s < STEP_S:
            return
        self._used = self._turns / took_s
        if self._used >= USED * self.rate:
            self.rate = min(self.rate + self._step, self._ceiling)
        if self._find and self.rate > PAST * self._met:
            self._walls, self._met, self._step = 0, math.inf, FIRST_STEP
        self._since_s, self._turns = now_s, 0

    def slow_down(self) -> None:
        """Lower the rate, as the host has turned us away; until all goes well again it stays."""
        met = min(self.rate, self._used / USED)  # what was allowed may never have been asked for
        self.rate = max(met * SLOWER, self._least)
        self._walls = min(self._walls + 1, SETTLED) if self._find else 1
        self._met, self._step = met, met * LATER_STEP / self._walls
        self._since_s, self._used = None, math.inf

    def limit(self, requests_per_second: float) -> None:
        """Never go above a rate that the host itself names."""
        self._ceiling = min(self._ceiling, requests_per_second)
        self.rate = min(self.rate, self._ceiling)
        self._least = min(self._least, self._ceiling)


def back_off_s(first_s: float, attempt: int, *, most_s: float, salt: str) -> float:
    """Return the seconds to wait after failure number ``attempt`` (from 0): twice as long each time.

    The jitter is drawn from ``salt`` rather than from a generator that requests share: which of them
    fails first is luck. It only lengthens a wait, within ``most_s``.
    """
    drawn = zlib.crc32(f"{salt} {attempt}".encode("utf-8", "replace")) / 2**32
    jitter = LEAST_JITTER + (JITTER - LEAST_JITTER) * drawn
    return min(first_s * 2.0 ** min(attempt, 64) * (1.0 + jitter), most_s)


def retry_after_s(value: str | None, date: str | None = None) -> float:
    """Return the seconds that a Retry-After header asks for, 0 where it says nothing sensible.

    It holds seconds or a date; a date is taken against the answer's own Date header, where there is
    one, because the clocks of two machines differ.

    >>> retry_after_s("120")
    120.0
    >>> retry_after_s("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:27:00 GMT")
    60.0
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    until = _http_date(text)
    if until is None:
        return 0.0
    now = _http_date(date or "") or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def _http_date(text: str) -> datetime | None:
    """Return the moment that an HTTP date names; None where it is none."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter: a day of more digits than a number holds
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
