"""How far a run is, as values: what a terminal shows, a log is told and ``status`` reads in another terminal."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from crawlers.engine.receipt import HostState


@dataclass(frozen=True)
class SourceState:
    """How much of one source, or of the pictures, is done."""

    name: str
    unit: str
    done: int = 0
    expected: int | None = None
    """None: the source has not said how much there will be."""
    left_s: float | None = None
    """At the speed of this run so far; None: nobody can say yet."""
    ended: str = ""
    """How it ended; empty: it goes on."""
    step: str = ""
    """Which part of the whole is counted, such as ``1 of 2``; empty: there is one."""


@dataclass(frozen=True)
class RunState:
    """One moment of a run."""

    command: str
    """The command line that goes on with it, or the name of the command alone."""
    pid: int
    started: str
    updated: str
    sources: tuple[SourceState, ...] = ()
    hosts: tuple[HostState, ...] = ()
    left: Mapping[str, int] = field(default_factory=dict)
    """Requests to come by host, counted or estimated; not where nobody knows."""
    failure: str = ""
    """Why the command ended, where that was told; it goes on no more."""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    @property
    def over(self) -> bool:
        """Return whether all has ended."""
        return bool(self.sources) and all(one.ended for one in self.sources)

    def host_left_s(self, host: HostState) -> float | None:
        """Return the seconds until a host has answered what is to come, at its speed now; None: nobody knows."""
        left = self.left.get(host.host)
        return left / host.speed if left is not None and host.speed > 0 else None

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Return what ``to_json`` told; raise TypeError or KeyError for anything else."""
        parts = dict(told)
        parts["sources"] = tuple(SourceState(**one) for one in told["sources"])
        parts["hosts"] = tuple(HostState(**one) for one in told["hosts"])
        return cls(**parts)


class Count:
    """Counts what is done of one source while it goes, and says how long the rest will take."""

    def __init__(self, name: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._clock = clock
        self.begin("records")

    def begin(
        self, unit: str, expected: int | None = None, *, held: int = 0, step: str = ""
    ) -> None:
        """Begin to count something; what an earlier run ``held`` is done, and says nothing of the speed."""
        self.unit, self.expected, self.step = unit, expected, step
        self._began_s = self._clock()
        self._held, self._done = held, 0
        self._ended = ""

    def advance(self, count: int) -> None:
        """Say that so much more is done."""
        self._done += count

    def end(self, how: str) -> None:
        """Say that it has ended, and how."""
        self._ended = how

    @property
    def state(self) -> SourceState:
        """Return how far it is now."""
        done = self._held + self._done
        return SourceState(
            self.name,
            self.unit,
            done,
            self.expected,
            self._left_s(done),
            self._ended,
            self.step,
        )

    def _left_s(self, done: int) -> float | None:
        if self.expected is None or self._ended or not self._done:
            return None
        per_s = self._done / max(self._clock() - self._began_s, 1e-6)
        return max(self.expected - done, 0) / per_s


def moment(told: str) -> str:
    """Return a moment (ISO 8601) as local time, with the day where that is not today; other text as it is.

    >>> moment("long ago")
    'long ago'
    """
    try:
        at = datetime.fromisoformat(told).astimezone()
    except ValueError:
        return told
    today = at.date() == datetime.now(UTC).astimezone().date()
    return at.strftime("%H:%M" if today else "%Y-%m-%d %H:%M")


def duration(seconds: float) -> str:
    """Return a time span in the two units that matter.

    >>> duration(9.4), duration(75), duration(7260), duration(200_000)
    ('9 s', '1 min 15 s', '2 h 1 min', '2 d 7 h')
    """
    whole = round(seconds)
    for unit_s, unit, part_s, part in (
        (86_400, "d", 3600, "h"),
        (3600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if whole >= unit_s:
            return f"{whole // unit_s} {unit} {whole % unit_s // part_s} {part}"
    return f"{whole} s"
