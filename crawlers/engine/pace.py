"""Politeness in time: one host's turns, and how long to wait after a failure."""

import asyncio
import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic

JITTER = 0.25
"""A wait is drawn out by up to this share, so that requests that failed together part company."""


class Pace:
    """Gives out turns at one host, never closer together than its rate allows, first come first served."""

    def __init__(self, requests_per_second: float) -> None:
        self._interval_s = 1.0 / requests_per_second
        self._next = 0.0
        self._turns = asyncio.Lock()

    async def turn(self) -> float:
        """Wait for the next turn and return the seconds that it took to come."""
        began = monotonic()
        async with self._turns:
            now = monotonic()
            while now < self._next:  # a pause may be called while we sleep
                await asyncio.sleep(self._next - now)
                now = monotonic()
            self._next = now + self._interval_s
        return now - began

    def pause(self, wait_s: float) -> None:
        """Give nobody a turn for a while: a wall opens only when all traffic stops."""
        self._next = max(self._next, monotonic() + wait_s)


def back_off_s(first_s: float, attempt: int, *, most_s: float, salt: str) -> float:
    """Return the seconds to wait after failure number ``attempt`` (from 0): twice as long each time.

    The jitter is drawn from ``salt`` rather than from a generator that requests share: which of them
    fails first is luck. It only lengthens a wait, within ``most_s``.
    """
    drawn = zlib.crc32(f"{salt} {attempt}".encode("utf-8", "replace")) / 2**32
    return min(first_s * 2.0**attempt * (1.0 + JITTER * drawn), most_s)


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
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
