"""One host as it is being asked: its gate, its free places, and the counts for its receipt."""

import asyncio
import logging
from collections import Counter, deque
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crawlers.engine.failures import AddressError, Failure, HostDownError
from crawlers.engine.fetch_config import FetchConfig
from crawlers.engine.gate import Closing, Gate, Turn, duration
from crawlers.engine.pace import Pace
from crawlers.engine.receipt import HostReport, HostState
from crawlers.engine.tries import Tries

if TYPE_CHECKING:
    from crawlers.engine.wanted import Wanted

log = logging.getLogger(__name__)

TELL_FROM_S = 10.0
"""A wait before a wall is told from this length on; shorter ones are for tests."""
TELL_TIME_S = 60.0, 86400.0
"""When a host is given up is told as a time of day where that is in so many seconds, else as a wait."""
SPEED_OVER_S = 10.0
_SECOND = 1.0


class Host:
    """Gives requests their turns, and takes note of how each of them went."""

    def __init__(self, name: str, config: FetchConfig) -> None:
        pace = Pace(config.rate(name), find=config.find_rate)
        self.name = name
        self.gate = Gate(
            name,
            pace,
            first_s=config.wall_backoff_s,
            most_s=config.max_wait_s,
            patience_s=config.patience_s,
            seed=config.seed,
        )
        self.places = asyncio.Semaphore(config.concurrency)
        self.requests = self.answers = self.size_bytes = self.html = self.retries = 0
        self.waited_s = 0.0
        self.statuses: Counter[int] = Counter()
        self._peak_per_s = 0
        self._sent = deque[float]()
        self._answered = deque[float]()
        self._began_s = 0.0
        self._turns = asyncio.Lock()  # gives turns in the order in which they are asked for
        self._judged = asyncio.Event()  # set while no trial is under way
        self._witness: Wanted | None = None
        self.questioning = asyncio.Lock()
        self._failing: Failure | None = None  # the last one, while nothing else came since
        self._met = False
        self._longest_delay_s = config.max_wait_s
        self._delay_s = 0.0

    @property
    def witness(self) -> "Wanted | None":
        """What was answered last, to be asked again where it is in doubt whether the host is well."""
        return self._witness

    @witness.setter
    def witness(self, answered: "Wanted") -> None:
        self._witness, self.gate.has_witness = answered, True

    async def turn(self) -> Turn:
        """Wait for a turn and take it; raise HostDownError where the host is given up."""
        time = asyncio.get_running_loop().time
        began_s = time()
        async with self._turns:
            while True:
                self.gate.check()
                now_s = time()
                wait_s = self.gate.wait_s(now_s)
                if wait_s is None:
                    await self._judged.wait()
                elif wait_s > 0:  # the gate may close while we sleep
                    await asyncio.sleep(wait_s)
                else:
                    break
            turn = self.gate.take(now_s)
            if turn.trial:
                self._judged.clear()
        self.waited_s += now_s - began_s
        self._count(now_s)
        return turn

    def _count(self, now_s: float) -> None:
        self.requests += 1
        self._began_s = self._began_s or now_s
        _forget(self._sent, now_s - _SECOND)
        self._sent.append(now_s)
        self._peak_per_s = max(self._peak_per_s, len(self._sent))

    def judge(self, turn: Turn, outcome: object, tries: Tries) -> None:
        """Note how a request went; an outcome of None is one that was broken off."""
        now_s = asyncio.get_running_loop().time()
        match outcome:
            case None:
                self.gate.give_back(turn)
            case HostDownError():
                self.gate.give_up(outcome.reason, outcome.advice)
            case Failure() if not outcome.gained:
                self._failing, self._met = outcome, self._met or not outcome.unmet
                open_s = self.gate.closing is None  # else it may have met what closed the gate
                own = open_s and tries.failures > 0 and self.gate.passed_since(tries.last_s)
                closing = self.gate.failed(turn, now_s, outcome, address=tries.url, own=own)
                tries.note(outcome, now_s, own=own, closed=self.gate.closing is not None)
                if closing is not None:
                    self._tell(closing, now_s)
            case _:
                self._passed(turn, now_s, tries)
                if isinstance(outcome, Failure):
                    tries.note_gain(now_s)
        if turn.trial:
            self._judged.set()

    def _passed(self, turn: Turn, now_s: float, tries: Tries) -> None:
        self._failing, self._met = None, True
        self.gate.passed(turn, now_s)
        _forget(self._answered, now_s - SPEED_OVER_S)
        self._answered.append(now_s)
        if tries.refusals:
            self.gate.expect_walls()

    def _tell(self, closing: Closing, now_s: float) -> None:
        """Say that nobody asks this host for a while."""
        wait_s = closing.until_s - now_s
        if wait_s <= 0:
            log.info("%s: %s; what it answered last is asked again", self.name, closing.words)
            return
        level = logging.INFO if closing.wall and wait_s < TELL_FROM_S else logging.WARNING
        log.log(
            level,
            "%s: %s; it is asked again in %.0f s, and given up %s",
            self.name,
            closing.words,
            wait_s,
            _when(self.gate.patience_left_s(now_s)),
        )

    @property
    def unmet(self) -> bool:
        """Return whether requests failed here, and none so far has found anybody to hear it."""
        return self._failing is not None and not self._met

    @property
    def trouble(self) -> str:
        """Return why nothing comes from here now, with what to do; empty where the last request was answered."""
        failure = self._failing
        if failure is None:
            return ""
        why = failure.reason
        if failure.kind == "wall":
            count = self.gate.in_a_row
            why = f"turned us away ({failure.word}, {count} time{'s' if count > 1 else ''})"
        return f"{self.name}: {why}; {failure.advice}"

    def end(self, error: AddressError, tries: Tries) -> None:
        """Note that an address is given up, so that others need not wait for it."""
        if tries.refused:
            self.gate.expect_refusals()
            self.gate.excuse(tries.url)
        log.info("%s", error)

    def keep_delay(self, delay_s: float) -> None:
        """Leave as long between two requests as robots.txt asks for; HostDownError where nobody would wait it."""
        if delay_s > self._longest_delay_s:
            reason = f"robots.txt asks for {delay_s:.0f} s between two requests"
            self.gate.give_up(reason, "ask the museum whether it may be crawled, or leave it out")
            self.gate.check()
        self._delay_s = delay_s
        if delay_s > 0:
            self.gate.pace.limit(1.0 / delay_s)
        if delay_s >= TELL_FROM_S:
            log.warning("%s: robots.txt asks for %.0f s between two requests", self.name, delay_s)

    def state(self, now_s: float) -> HostState:
        """Return how the host is doing."""
        waiting, waiting_s = self._waiting(now_s)
        _forget(self._answered, now_s - SPEED_OVER_S)
        over_s = min(SPEED_OVER_S, max(_SECOND, now_s - self._began_s))
        return HostState(
            self.name,
            self.requests,
            self.answers,
            self.size_bytes,
            self.gate.pace.rate,
            len(self._answered) / over_s,
            waiting,
            waiting_s,
        )

    def _waiting(self, now_s: float) -> tuple[str, float]:
        """Return what is waited for, in words, and how much longer."""
        closing = self.gate.closing
        if closing is not None:
            return closing.tell(now_s), max(0.0, closing.until_s - now_s)
        left_s = self.gate.pace.wait_s(now_s)
        if self._delay_s >= TELL_FROM_S and left_s > 0 and self._turns.locked():
            return (
                f"robots.txt asks for {self._delay_s:.0f} s between two: {left_s:.0f} s left",
                left_s,
            )
        return "", 0.0

    def report(self) -> HostReport:
        """Return what was asked so far, and how it went."""
        return HostReport(
            self.requests,
            self.answers,
            self.size_bytes,
            self._peak_per_s,
            dict(sorted(self.statuses.items())),
            self.html,
            self.retries,
            self.gate.walls,
            self.gate.pauses,
            self.waited_s,
        )


def _when(in_s: float) -> str:
    """Return in words when something is that is so many seconds ahead, in local time."""
    least_s, most_s = TELL_TIME_S
    if not least_s <= in_s <= most_s:
        return f"after {duration(in_s)} more"
    return f"at {datetime.now(UTC).astimezone() + timedelta(seconds=in_s):%H:%M}"


def _forget(moments: deque[float], before_s: float) -> None:
    while moments and moments[0] <= before_s:
        moments.popleft()
