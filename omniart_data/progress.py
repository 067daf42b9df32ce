"""Progress on stderr: live bars for people at a terminal, a line a minute in logs, never a word on stdout."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TextIO

from crawlers.engine.receipt import HostState
from omniart_data.run_state import RunState, SourceState, duration

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

LINE_EVERY_S = 60.0
"""So often a log is told how far a run is: four days make 5,760 lines a source."""
TOLD_FROM_S = 5.0
"""A host's wait of this length is told to a log; shorter ones are everyday."""


class View(Protocol):
    """Shows a run to somebody."""

    def show(self, state: RunState) -> None:
        """Show this moment of it."""
        ...

    def close(self) -> None:
        """Show no more."""
        ...


@contextmanager
def bar(label: str, unit: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show a bar while the block runs, and give it the function that moves it on by so many units.

    Only on a terminal: in pipes and logs nothing is said.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - a terminal alone needs it
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task(label, total=total)
        yield lambda count: shown.update(task, advance=count)


def live_lines(state: RunState) -> list[str]:
    """Return how far a run is: a line for each source, then one for each host it is asked at."""
    sources = [f"{one.name}: {_joined(done(one), ending(one))}" for one in state.sources]
    hosts = [f"{one.host}: {_joined(pace(one), traffic(one), one.waiting)}" for one in state.hosts]
    return sources + hosts


def view() -> View:
    """Return what suits stderr: a live table for a terminal, lines for everything else."""
    return Terminal() if sys.stderr.isatty() else Lines(sys.stderr)


class Terminal:
    """A live table on a terminal: a bar for each source, a line for each host."""

    def __init__(self, console: "Console | None" = None) -> None:
        from rich.console import Console  # noqa: PLC0415 - a terminal alone needs it
        from rich.live import Live  # noqa: PLC0415

        shown = console or Console(stderr=True)
        self._live = Live(console=shown, auto_refresh=False, redirect_stdout=False)

    def show(self, state: RunState) -> None:
        """Draw this moment in place of the one before."""
        if not self._live.is_started:
            self._live.start()
        self._live.update(live_table(state), refresh=True)

    def close(self) -> None:
        """Leave the last moment on the terminal."""
        self._live.stop()


def live_table(state: RunState) -> "Table":
    """Return a run as a table of four columns, sources first, then the hosts they are asked at."""
    from rich.progress_bar import ProgressBar  # noqa: PLC0415 - a terminal alone needs it
    from rich.table import Table  # noqa: PLC0415

    table = Table.grid(padding=(0, 2), expand=False)
    for source in state.sources:
        total = source.expected or None
        progress = ProgressBar(total=total, completed=min(source.done, total or 0), width=24)
        table.add_row(source.name, progress if total else "", done(source), ending(source))
    for host in state.hosts:
        table.add_row(host.host, pace(host), traffic(host), host.waiting)
    return table


class Lines:
    """Lines for a log: once a minute how far it is, and at once when a host begins or ends to keep us waiting."""

    def __init__(self, out: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._out, self._clock = out, clock
        self._next_s = clock() + LINE_EVERY_S
        self._waiting: set[str] = set()

    def show(self, state: RunState) -> None:
        """Write what is new; mostly nothing."""
        for host in state.hosts:
            self._tell_wait(host)
        if self._clock() < self._next_s:
            return
        self._next_s = self._clock() + LINE_EVERY_S
        going_on = replace(state, sources=tuple(one for one in state.sources if not one.ended))
        for line in live_lines(going_on):
            self._say(line)

    def close(self) -> None:
        """Say nothing more."""

    def _tell_wait(self, host: HostState) -> None:
        if host.waiting_s >= TOLD_FROM_S and host.host not in self._waiting:
            self._waiting.add(host.host)
            self._say(f"{host.host}: {host.waiting}")
        elif not host.waiting and host.host in self._waiting:
            self._waiting.remove(host.host)
            self._say(f"{host.host}: goes on")

    def _say(self, line: str) -> None:
        self._out.write(f"{line}\n")
        self._out.flush()


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def done(source: SourceState) -> str:
    """Return how much of a source is done.

    >>> done(SourceState("met", "records", 1200, 501_731)), done(SourceState("wga", "records", 7))
    ('1,200 of 501,731 records', '7 records')
    """
    of = f" of {source.expected:,}" if source.expected is not None else ""
    return f"{source.done:,}{of} {source.unit}"


def ending(source: SourceState) -> str:
    """Return how a source ended, or how much time it has left; empty where nobody knows."""
    if source.ended:
        return source.ended
    return f"{duration(source.left_s)} left" if source.left_s is not None else ""


def pace(host: HostState) -> str:
    """Return how fast a host is asked, and how fast it may be at most now."""
    return f"{host.speed:.1f}/s of {host.rate:g}/s"


def traffic(host: HostState) -> str:
    """Return what was asked of a host so far."""
    return f"{host.requests:,} requests, {host.size_bytes / 1e6:,.1f} MB"
