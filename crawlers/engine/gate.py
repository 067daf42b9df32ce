"""Whether a host may be asked now: closed before a wall and while it is down, and then tried by one request.

Nothing here looks at a clock or sleeps: the time, in seconds of one clock, is given.
"""

import math
from dataclasses import dataclass, replace

from crawlers.engine.failures import Failure, HostDownError
from crawlers.engine.pace import Pace, back_off_s

BREAK_AFTER = 8
"""Failures in a row, of whatever kind, after which a host is left alone for a while."""
LONGEST_S = 900.0
"""A host that failed is asked again at least so often, unless it asks for more quiet itself."""


@dataclass(frozen=True)
class Turn:
    """The leave to send one request, and when it was given."""

    at_s: float
    trial: bool = False
    """It is the one request that tries a closed host."""


@dataclass(frozen=True)
class Closing:
    """Why a host is closed, and until when."""

    words: str
    until_s: float
    wall: bool
    address: str = ""
    """The one address whose refusal closed it; empty where others had a part in it, or the host's own word."""

    def tell(self, now_s: float) -> str:
        """Say what is waited for.

        >>> Closing("wall (403)", 58.0, wall=True).tell(30.0)
        'wall (403): 28 s left'
        >>> Closing("paused after 8 failures (timed out)", 120.0, wall=False).tell(0.0)
        'paused after 8 failures (timed out): asked again in 120 s'
        """
        left_s = self.until_s - now_s
        if left_s <= 0:
            return f"{self.words}: one request tries"
        return f"{self.words}: " + (
            f"{left_s:.0f} s left" if self.wall else f"asked again in {left_s:.0f} s"
        )


class Gate:
    """Lets requests to one host through at its pace, and none while it is closed.

    A wall closes it at once, and so do many failures in a row. Then all is quiet for ``first_s``, after
    which one request tries; where that fails as well the quiet is twice as long. Requests that were
    under way when it closed are part of the same wall. After ``patience_s`` without an answer the host is
    given up.
    """

    def __init__(
        self, host: str, pace: Pace, *, first_s: float, most_s: float, patience_s: float, seed: int
    ) -> None:
        self.host, self.pace = host, pace
        self._first_s, self._most_s, self._patience_s = first_s, most_s, patience_s
        self._salt = f"{seed} {host}"
        self.closing: Closing | None = None
        self.has_witness = False
        """Something is known that the host answered, and can be asked again to see whether it is well."""
        self.walls = self.pauses = 0
        self._down: tuple[str, str] | None = None
        self._closings = 0  # in a row, without an answer between them
        self._closed_s = self._passed_s = self._failing_s = -math.inf
        self._trial = False  # it is under way
        self._row = 0
        self._failing: set[str] = set()  # two addresses at most
        self._tolerance = 1

    def check(self) -> None:
        """Raise HostDownError where the host is given up."""
        if self._down is not None:
            raise HostDownError(self.host, *self._down)

    def wait_s(self, now_s: float) -> float | None:
        """Return the seconds until somebody may be let through; None: once the trial is judged."""
        if self.closing is None:
            return self.pace.wait_s(now_s)
        return None if self._trial else max(0.0, self.closing.until_s - now_s)

    def take(self, now_s: float) -> Turn:
        """Let one request through."""
        self._trial = self.closing is not None
        self.pace.take(now_s)
        return Turn(now_s, self._trial)

    def give_back(self, turn: Turn) -> None:
        """Note that a request was broken off, so that another one may try."""
        self._trial = self._trial and not turn.trial

    def passed(self, turn: Turn, now_s: float) -> None:
        """Note an answer, and open the gate if it is that to the trial."""
        if self.closing is not None and not turn.trial:
            return  # it was sent before the gate closed, and says nothing about now
        if self.closing is not None and self.closing.until_s > now_s:
            self._trial = False  # another request was turned away while this one tried
            return
        self.pace.went_well(now_s)
        self._passed_s = max(self._passed_s, turn.at_s)
        self._row, self._closings = 0, 0
        self._failing.clear()
        self.closing, self._trial = None, False

    def failed(
        self, turn: Turn, now_s: float, failure: Failure, *, address: str, own: bool
    ) -> Closing | None:
        """Note a failure, and return why the gate is closed now, if it closes by it.

        ``own``: others were let through since this address failed before, so that it is about the
        address. Raises nothing: see ``check``.
        """
        if failure.retry_after_s > self._most_s:
            reason = f"asks to come back in {failure.retry_after_s:.0f} s"
            self.give_up(reason, "start again then")
            return None
        heard = self.closing is None and failure.stated  # however late its answer comes
        if not turn.trial and turn.at_s <= self._closed_s and not heard:
            if self.closing is not None and failure.kind == "wall":
                self._lengthen(now_s, failure)
            return None
        if not self._row:
            self._failing_s = now_s
        self._row += 1
        if len(self._failing) < 2:
            self._failing.add(address)
        if turn.trial or self._row >= BREAK_AFTER or self._is_wall(failure, own=own):
            return self._close(now_s, failure, address)
        return None

    def _is_wall(self, failure: Failure, *, own: bool) -> bool:
        if failure.stated:
            return True
        if failure.kind != "wall" or own:
            return False
        return not failure.refusal or self._row >= self._tolerance

    def _wait_s(self, failure: Failure) -> float:
        doubtful = self.has_witness and failure.kind != "wall"
        if doubtful and not self._closings:
            return 0.0  # it may be these addresses alone: the witness says so at once
        return max(self._quiet_s(self._closings - doubtful), failure.retry_after_s)

    def _quiet_s(self, times: int) -> float:
        longest_s = min(LONGEST_S, self._most_s)
        return back_off_s(self._first_s, times, most_s=longest_s, salt=self._salt)

    def _close(self, now_s: float, failure: Failure, address: str) -> Closing:
        by_others = self.closing is not None and self.closing.address != address
        alone = failure.refusal and self._failing == {address} and not by_others
        if self.closing is None:
            if failure.kind == "wall":
                self.pace.slow_down()
                self.walls += 1
            elif not self.has_witness:
                self.pauses += 1
        elif self.has_witness and self._closings == 1 and failure.kind != "wall":
            self.pauses += 1
        if now_s - self._failing_s >= self._patience_s:
            away = duration(now_s - self._failing_s)
            reason = f"no answer for {away} (last: {failure.reason} at {address})"
            self.give_up(reason, failure.advice)
        self._closed_s, self._trial = now_s, False
        wall = failure.kind == "wall"
        paused = f"paused after {self._row} failures ({failure.reason})"
        words = f"wall ({failure.word})" if wall else paused
        self.closing = Closing(words, now_s + self._wait_s(failure), wall, address if alone else "")
        self._closings += 1
        return self.closing

    def _lengthen(self, now_s: float, failure: Failure) -> None:
        """Count the quiet from this answer on: it belongs to the wall that closed the gate."""
        if self.closing is not None:
            self._closings -= 1
            until_s = max(self.closing.until_s, now_s + self._wait_s(failure))
            self._closings += 1
            self.closing = replace(self.closing, until_s=until_s, address="")

    def give_up(self, reason: str, advice: str = "start again later") -> None:
        """Leave the host alone for the rest of this run."""
        self._down = (reason, advice)
        self._trial = False

    def passed_since(self, when_s: float) -> bool:
        """Return whether a request that was sent after a moment was answered."""
        return self._passed_s > when_s

    def patience_left_s(self, now_s: float) -> float:
        """Return for how much longer a host that does not answer is asked again."""
        return (
            max(0.0, self._patience_s - (now_s - self._failing_s))
            if self._row
            else self._patience_s
        )

    @property
    def in_a_row(self) -> int:
        """Return how many requests failed since the last answer."""
        return self._row

    @property
    def alone(self) -> bool:
        """Return whether one address is all that failed since the last answer."""
        return len(self._failing) < 2

    @property
    def refusing(self) -> bool:
        """Return whether a refusal here has been about an address before, and not about everybody since."""
        return self._tolerance > 1

    def excuse(self, address: str) -> None:
        """Let another request try after the first quiet: this address is given up as refused for itself.

        Only what it closed alone: a wall that another request met, or a wait that the host asked for, stays.
        """
        if self.closing is not None and self.closing.address == address:
            until_s = min(self.closing.until_s, self._closed_s + self._quiet_s(0))
            self.closing = replace(self.closing, until_s=until_s)

    def expect_refusals(self) -> None:
        """Note that this host's refusal was about an address: the next time it takes one more to be a wall."""
        self._tolerance = min(self._tolerance + 1, BREAK_AFTER)

    def expect_walls(self) -> None:
        """Note that what was refused passed later: here a refusal is a wall."""
        self._tolerance = 1


def duration(seconds: float) -> str:
    """Return a time in words.

    >>> duration(21600), duration(90), duration(2)
    ('6.0 h', '2 min', '2 s')
    """
    if seconds >= 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"
