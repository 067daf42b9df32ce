"""Watches a run once a second, and ends it cleanly where somebody asks for that."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from types import FrameType
from typing import Any, TypeVar

from crawlers.engine.fetch import Fetch
from crawlers.engine.wanted import utc_now
from omniart_data.forecast import Forecast
from omniart_data.progress import View
from omniart_data.run_state import Count, RunState

log = logging.getLogger(__name__)

EVERY_S = 1.0

T = TypeVar("T")


class Watch:
    """Tells each view once a second how far a run is."""

    def __init__(
        self, command: str, views: Sequence[View] = (), *, every_s: float = EVERY_S
    ) -> None:
        self.command, self.started = command, utc_now()
        self._views, self._every_s = list(views), every_s
        self._counts: list[Count] = []
        self._forecast = Forecast()

    def count(self, name: str, hosts: Collection[str] | None = None) -> Count:
        """Return a new counter that is shown from now on, of what is asked for at these hosts."""
        counter = Count(name)
        if hosts is not None:
            self._forecast.source(name, hosts)
        self._counts.append(counter)
        return counter

    def expect(self, name: str, addresses: Mapping[str, int]) -> None:
        """Say how many addresses there are to ask for at each host, of what a counter of that name counts."""
        self._forecast.addresses(name, addresses)

    def state(self, fetch: Fetch) -> RunState:
        """Return this moment of the run."""
        sources = tuple(counter.state for counter in self._counts)
        hosts = tuple(fetch.states())
        left = self._forecast.left(sources, hosts)
        return RunState(self.command, os.getpid(), self.started, utc_now(), sources, hosts, left)

    @asynccontextmanager
    async def over(self, fetch: Fetch) -> AsyncIterator[None]:
        """Show what is done with ``fetch`` until the end of the block."""
        ticking = asyncio.create_task(self._tick(fetch))
        try:
            yield
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
            self._show(fetch)
            for view in tuple(self._views):
                self._or_drop(view, view.close)

    async def _tick(self, fetch: Fetch) -> None:
        while True:
            self._show(fetch)
            await asyncio.sleep(self._every_s)

    def _show(self, fetch: Fetch) -> None:
        state = self.state(fetch)
        for view in tuple(self._views):
            self._or_drop(view, partial(view.show, state))

    def _or_drop(self, view: View, told: Callable[[], None]) -> None:
        """Tell a view something, and leave it alone from then on where nobody hears it any more.

        A closed terminal and a broken pipe are no reason to end a crawl, or to lose how it ended.
        """
        try:
            told()
        except (OSError, ValueError) as error:  # a ValueError: the stream is closed already
            log.info("%s shows no more: %s", type(view).__name__, error)
            self._views.remove(view)


STOPS = (signal.SIGINT, signal.SIGTERM)


def run_stoppable(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run asynchronous work, which Ctrl-C or SIGTERM cancels so that it can end cleanly.

    The second signal ends the program at once, whatever it does: the stores bear that. ``work`` is
    cancelled like any task, and may end with a result nevertheless; otherwise it is a KeyboardInterrupt.
    """
    if threading.current_thread() is not threading.main_thread():
        return asyncio.run(work())  # signals are the main thread's affair
    before = {stop: signal.getsignal(stop) for stop in STOPS}

    async def cancellable() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - inside a coroutine there is one

        def stop(_number: int, _frame: FrameType | None) -> None:
            for one in STOPS:
                signal.signal(one, signal.SIG_DFL)
            loop.call_soon_threadsafe(task.cancel)

        for one in STOPS:
            signal.signal(one, stop)
        return await work()

    try:
        return asyncio.run(cancellable())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        for stop, handler in before.items():
            signal.signal(stop, handler)
