"""Watches a run once a second, and ends it cleanly where somebody asks for that."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any, TypeVar

from crawlers.engine.fetch import Fetch
from omniart_data.progress import View
from omniart_data.run_state import Count, RunState, utc_now

EVERY_S = 1.0

T = TypeVar("T")


class Watch:
    """Tells each view once a second how far a run is."""

    def __init__(
        self, command: str, views: Sequence[View] = (), *, every_s: float = EVERY_S
    ) -> None:
        self.command, self.started = command, utc_now()
        self._views, self._every_s = views, every_s
        self._counts: list[Count] = []

    def count(self, name: str) -> Count:
        """Return a new counter that is shown from now on."""
        counter = Count(name)
        self._counts.append(counter)
        return counter

    def state(self, fetch: Fetch) -> RunState:
        """Return this moment of the run."""
        sources = tuple(counter.state for counter in self._counts)
        return RunState(
            self.command, os.getpid(), self.started, utc_now(), sources, tuple(fetch.states())
        )

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
            for view in self._views:
                view.close()

    async def _tick(self, fetch: Fetch) -> None:
        while True:
            self._show(fetch)
            await asyncio.sleep(self._every_s)

    def _show(self, fetch: Fetch) -> None:
        state = self.state(fetch)
        for view in self._views:
            view.show(state)


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
