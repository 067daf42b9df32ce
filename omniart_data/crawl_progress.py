"""How far the crawl of one source is, told by its store rather than kept beside it."""

import time
from collections.abc import Callable

from crawlers.engine.store import SUPPLEMENTS, RawStore
from omniart_data.run_state import Count

LOOK_EVERY_S = 10.0
"""So often the objects that lack further answers are counted; that takes a moment where there are many."""


class CrawlProgress:
    """Moves a counter on with each page of a crawl: its records, then the objects with further answers."""

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
        self._looked_s = 0.0
        state = store.state(name)
        count.begin("records", state.expected, held=state.ticks)

    def __call__(self, records: int) -> None:
        """Take note of a page that is stored."""
        state = self._store.state(self._name)
        if state.stage == SUPPLEMENTS:
            self._look()
        else:
            self._count.expected = state.expected
            self._count.advance(records)

    def _look(self) -> None:
        now_s = self._clock()
        if self._supplementing and now_s < self._looked_s + LOOK_EVERY_S:
            return
        self._looked_s = now_s
        left = sum(self._store.census(self._name).supplements_left.values())
        if not self._supplementing:
            self._supplementing = True
            self._count.begin("objects with further answers", left)
        else:
            self._count.advance(self._left - left)
        self._left = left
