"""How far a crawl is follows from its store: also where it goes on, and where further answers are asked for."""

import asyncio
import os
import signal
import threading
from pathlib import Path

import pytest

from crawlers.engine.source import Cost, Page, Source
from crawlers.engine.store import SUPPLEMENTS, RawStore
from omniart_data.cost import estimate
from omniart_data.crawl_progress import LOOK_EVERY_S, CrawlProgress
from omniart_data.run_state import Count, SourceState
from omniart_data.watch import run_stoppable
from schemas.raw import RawRecord


def page(*numbers: int, cursor: str, expected: int | None = None) -> Page:
    """Return a page of records."""
    records = (RawRecord("made", str(n), "made", f"{n}".encode()) for n in numbers)
    return Page(tuple(records), cursor, expected=expected)


def test_what_is_held_counts_as_done(tmp_path: Path) -> None:
    """A crawl that goes on shows what an earlier run has stored, and what its source expects."""
    with RawStore(tmp_path / "raw.sqlite") as store:
        store.put("made", page(1, 2, 3, cursor="3", expected=10), wanting=())
        count = Count("made", clock=lambda: 0.0)
        progress = CrawlProgress("made", store, count)
        assert count.state == SourceState("made", "records", 3, 10)

        store.put("made", page(4, 5, cursor="5"))
        progress(2)

        assert (count.state.done, count.state.expected) == (5, 10)


def test_further_answers_are_counted_by_object(tmp_path: Path) -> None:
    """In the last stage it is objects that count, each with all its answers; they are counted now and then only."""
    now_s = 100.0
    with RawStore(tmp_path / "raw.sqlite") as store:
        store.put("made", page(*range(1, 8), cursor="7"))
        count = Count("made", clock=lambda: 0.0)
        progress = CrawlProgress("made", store, count, clock=lambda: now_s)
        store.enter("made", SUPPLEMENTS)
        progress(0)
        assert count.state == SourceState(
            "made", "objects with further answers (Linked Art)", 0, 7, step="2 of 2"
        )

        store.put("made", Page((), cursor="4"))
        progress(8)
        assert count.state.done == 0
        now_s += LOOK_EVERY_S
        progress(8)

        assert (count.state.done, count.state.expected) == (4, 7)


def test_a_second_step_is_told_in_the_first(tmp_path: Path) -> None:
    """While records come in, that further answers are still to come is said, where objects want some."""
    now_s = 100.0
    with RawStore(tmp_path / "raw.sqlite") as store:
        count = Count("made", clock=lambda: 0.0)
        progress = CrawlProgress("made", store, count, clock=lambda: now_s)
        steps = []
        for number, wanting in ((1, ()), (2, ("2",))):
            store.put("made", page(number, cursor=str(number)), wanting=wanting)
            now_s += LOOK_EVERY_S
            progress(1)
            steps.append(count.state.step)

    assert steps == ["", "1 of 2"]


def test_a_second_step_is_told_at_once(tmp_path: Path) -> None:
    """The first page of a crawl tells it, and so does what an earlier run held."""
    with RawStore(tmp_path / "raw.sqlite") as store:
        begun, gone_on = (Count("made", clock=lambda: 0.0) for _ in range(2))
        progress = CrawlProgress("made", store, begun, clock=lambda: 100.0)
        store.put("made", page(1, cursor="1"), wanting=("1",))
        progress(1)
        CrawlProgress("made", store, gone_on, clock=lambda: 100.0)

    assert (begun.state.step, gone_on.state.step) == ("1 of 2", "1 of 2")


class Priced:
    """As much of a source as an estimate looks at."""

    def __init__(self, cost: Cost) -> None:
        self._cost = cost

    def cost(self) -> Cost:
        """Return what a crawl takes."""
        return self._cost


def test_side_by_side_takes_as_long_as_the_slowest() -> None:
    """Requests and bytes add up, days do not: descriptions of all run together, and then the pictures of all."""
    day = 86_400
    sources: dict[str, Source] = {
        "quick": Priced(Cost(day, 4 * day, 10**9, 1.0, 1.0)),  # type: ignore[dict-item]
        "slow": Priced(Cost(3 * day, day, 2 * 10**9, 1.0, 1.0)),  # type: ignore[dict-item]
    }

    with_images = estimate(sources, images=True, personal=False).splitlines()
    without = estimate(sources, images=False, personal=False).splitlines()

    assert with_images[0].split() == ["source", "requests", "images", "GB", "days"]
    assert with_images[-1].split() == ["in", "all", "345,600", "432,000", "3", "7.0"]
    assert without[-1].split() == ["in", "all", "345,600", "3.0"]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_work_is_cancelled_and_may_end_in_order(stop: signal.Signals) -> None:
    """The first signal cancels the work, which may still give a result; signals mean afterwards what they did."""
    before = signal.getsignal(stop)

    async def work() -> str:
        os.kill(os.getpid(), stop)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            return "in order"
        return "not stopped"

    assert run_stoppable(work) == "in order"
    assert signal.getsignal(stop) == before


def test_work_that_only_stops_is_a_keyboard_interrupt() -> None:
    """Work that does nothing about being cancelled ends as Ctrl-C does."""

    async def work() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(60)

    with pytest.raises(KeyboardInterrupt):
        run_stoppable(work)


def test_work_in_another_thread_needs_no_signals() -> None:
    """Signals belong to the main thread; work that somebody runs in another is simply done."""
    done: list[str] = []

    async def work() -> str:
        return "done"

    thread = threading.Thread(target=lambda: done.append(run_stoppable(work)))
    thread.start()
    thread.join()

    assert done == ["done"]
