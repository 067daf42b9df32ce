"""How far the crawl of one source is, told by its store rather than kept beside it."""

import time
from collections.abc import Callable

from crawlers.engine.store import SUPPLEMENTS, RawStore
from omniart_data.run_state import Count

LOOK_EVERY_S = 10.0
"""So often the objects that lack further answers are counted; that takes a moment where there are many."""


class CrawlProgress:
    """Moves a counter on with each page of a crawl: its records, then the objects with further answers.

    That a source has two steps is seen from objects that wait for further answers.
    """

    def __init__(
        self,
        name: str,
        store: RawStore,
        count: Count,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._store, self._count, self._clock = name, store, count, clock
        self._supplementing = False
        self._left = 0
        self._looked_s: float | None = None
        state = store.state(name)
        count.begin("records", state.expected, held=state.ticks)
        if state.ticks:
            self._look_ahead()

    def __call__(self, records: int) -> None:
        """Take note of a page that is stored."""
        state = self._store.state(self._name)
        if state.stage == SUPPLEMENTS:
            self._look()
        else:
            self._count.expected = state.expected
            self._count.advance(records)
            self._look_ahead()

    def _look_ahead(self) -> None:
        """Find out whether a second step is to come."""
        if not self._count.step and self._may_look() and self._waiting():
            self._count.step = "1 of 2"

    def _may_look(self) -> bool:
        now_s = self._clock()
        if self._looked_s is not None and now_s < self._looked_s + LOOK_EVERY_S:
            return False
        self._looked_s = now_s
        return True

    def _waiting(self) -> int:
        return sum(self._store.census(self._name).supplements_left.values())

    def _look(self) -> None:
        if not self._may_look() and self._supplementing:
            return
        left = self._waiting()
        if not self._supplementing:
            self._supplementing = True
            self._count.begin("objects with further answers (Linked Art)", left, step="2 of 2")
        else:
            self._count.advance(self._left - left)
        self._left = left
