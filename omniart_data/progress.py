"""Progress on stderr: live bars for people at a terminal, a line a minute in logs, never a word on stdout."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TextIO

from crawlers.engine.receipt import HostState
from omniart_data.printing import printable
from omniart_data.run_state import RunState, SourceState, duration

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress_bar import ProgressBar
    from rich.table import Table

BAR_WIDTH = 10
"""So that a line fits 80 columns, the longest host's name and all."""
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
    sources = [
        f"{one.name}: {_joined(f'{step(one)}: {done(one)}' if step(one) else done(one), ending(one))}"
        for one in state.sources
    ]
    hosts = [
        f"{one.host}: {_joined(pace(one), traffic(one), outlook(one, state))}"
        for one in state.hosts
    ]
    return [printable(line) for line in sources + hosts]


def view() -> View:
    """Return what suits stderr: a live table for a terminal, lines for everything else."""
    return Terminal() if sys.stderr.isatty() else Lines(sys.stderr)


class Terminal:
    """A live table on a terminal: a bar for each source, and one for each host that it is asked at."""

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
    """Return a run as a table: a line for each source, then one for each host they are asked at."""
    from rich.table import Table  # noqa: PLC0415 - a terminal alone needs it
    from rich.text import Text  # noqa: PLC0415

    def text(said: str) -> Text:  # what stands in brackets is no markup, whoever says it
        return Text(printable(said))

    table = Table.grid(padding=(0, 1), expand=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, width=BAR_WIDTH)
    for source in state.sources:
        shown = _bar(source.done, source.expected) if source.expected else ""
        short = replace(source, unit=source.unit.partition(" with ")[0])  # a line has 80 columns
        name = _joined(source.name, step(source))
        table.add_row(text(name), shown, text(done(short)), text(ending(source)))
    if state.sources and state.hosts:
        table.add_row()
    for host in state.hosts:
        size = "" if host.waiting else megabytes(host)  # the reason needs the room
        said = (_joined(pace(host), size), outlook(host, state))
        table.add_row(text(host.host), _host_bar(host, state), *map(text, said))
    return table


def _bar(done: int, total: int | None) -> "ProgressBar":
    from rich.progress_bar import ProgressBar  # noqa: PLC0415 - a terminal alone needs it

    return ProgressBar(total=total, completed=min(done, total or 0), width=BAR_WIDTH)


def _host_bar(host: HostState, state: RunState) -> "ProgressBar | str":
    """Return a host's bar: without an end where nobody knows it, and none where nothing is going on."""
    left = state.left.get(host.host)
    if left is not None:
        return _bar(host.answers, host.answers + left)
    under_way = host.speed > 0 or host.waiting
    return _bar(0, None) if under_way and not state.over else ""


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
        self._out.write(f"{printable(line)}\n")
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


def step(source: SourceState) -> str:
    """Return which step of a source is under way, where it has several."""
    return f"step {source.step}" if source.step and not source.ended else ""


def ending(source: SourceState) -> str:
    """Return how a source ended, or how much time it has left; empty where nobody knows."""
    if source.ended:
        return source.ended
    return f"{duration(source.left_s)} left" if source.left_s else ""


def pace(host: HostState) -> str:
    """Return how fast a host is asked, and how fast it may be at most now."""
    return f"{host.speed:.1f}/s of {host.rate:g}/s"


def outlook(host: HostState, state: RunState) -> str:
    """Return why a host keeps us waiting, or how much time it has left; empty where nobody knows."""
    if host.waiting:
        return host.waiting
    left_s = state.host_left_s(host)
    return f"{duration(left_s)} left" if left_s else ""


def traffic(host: HostState) -> str:
    """Return what was asked of a host so far."""
    return f"{host.requests:,} requests, {megabytes(host)}"


def megabytes(host: HostState) -> str:
    """Return how much a host has answered so far."""
    return f"{host.size_bytes / 1e6:,.1f} MB"
