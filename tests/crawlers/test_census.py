"""The census: each id that a source named, by list, by bulk file or by record, and what became of it."""

import tracemalloc
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from crawlers.engine.census import Census
from crawlers.engine.source import Bulk, Page, Unfetched
from crawlers.engine.store import AGAIN, VANISHED, RawStore
from schemas.errors import SourceError
from schemas.raw import RawRecord

BULK = Bulk(Path("bulk.csv"), "ab", "https://museum.invalid/bulk.csv", "2026")
DAY = date(2026, 1, 2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RawStore]:
    """Yield an empty store."""
    with RawStore(tmp_path / "raw.sqlite") as opened:
        yield opened


def raws(*ids: int | str, withdrawn: bool = False) -> tuple[RawRecord, ...]:
    """Return a record of each id."""
    return tuple(RawRecord("met", str(one), "met-api", b"", withdrawn=withdrawn) for one in ids)


def texts(*ids: int) -> Iterator[str]:
    """Return ids as they stand in a list."""
    return map(str, ids)


def test_a_list_is_settled_by_bulk_file_records_and_failures(store: RawStore) -> None:
    """Each way in which an id is settled is counted, and what is left is unsettled."""
    store.put("met", Page((), "a", named=texts(*range(1, 9)), in_bulk=texts(1, 2, 3), expected=8))
    store.put("met", Page(raws(4), "b", (Unfetched("5", "torn"), Unfetched("6", "torn"))))
    store.put("met", Page(raws(7, withdrawn=True), "c"))
    census = store.census("met")
    due = {"": 1}
    assert census == Census(8, 4, 1, {"torn": 2}, 1, 8, 8, supplements_left=due)
    assert not census.adds_up
    assert store.unsettled("met") == ["5", "6", "8"]
    assert (store.unsettled("met", "5", 1), store.unsettled("met", "8")) == (["6"], [])

    store.put("met", Page(raws(5, 6, 8), "d"))
    assert store.census("met").adds_up
    assert store.unsettled("met") == []


def test_a_record_stands_however_else_its_id_is_told_of(store: RawStore) -> None:
    """An id that was answered in this crawl is not lost by a failure, a list or a bulk file after it."""
    store.put("met", Page(raws(1) + raws(2, withdrawn=True), "a"))
    store.put("met", Page((), "b", (Unfetched("1", "torn"),), named=texts(1, 2), in_bulk=texts(2)))
    census = store.census("met")
    assert (census.stored, census.withdrawn, census.unfetched, census.unsettled) == (1, 1, {}, 0)


def test_a_failure_without_a_reason_has_one(store: RawStore) -> None:
    """Nothing is unfetched for no reason: that of before stands, or that there was no answer."""
    store.put("met", Page((), "a", (Unfetched("1", ""), Unfetched("2", "torn")), named=("3",)))
    store.put("met", Page((), "b", (Unfetched("2", ""), Unfetched("3", ""))))
    assert store.census("met").unfetched == {"no answer": 2, "torn": 1}


def test_a_whole_crawl_asks_for_everything_on_its_list_anew(store: RawStore) -> None:
    """What was stored before is unsettled until this crawl has its answer; in one of changes it stands."""
    store.put("met", Page(raws(1, 2), "a", named=texts(1, 2)))
    store.finish("met")
    store.begin("met", since=DAY)
    store.put("met", Page((), "a", named=texts(1, 2, 3)))
    assert store.unsettled("met") == ["3"]
    store.put("met", Page(raws(3), "b"))

    store.begin("met")
    store.put("met", Page((), "a", named=texts(1, 2, 3)))
    assert store.unsettled("met") == ["1", "2", "3"]
    assert store.census("met").listed == 3
    store.put("met", Page(raws(1), "b"))
    store.put("met", Page((), "a", named=texts(1, 2, 3)))
    assert store.unsettled("met") == ["2", "3"], "a list that comes again unsettles nothing"


def test_what_is_held_and_not_named_has_vanished(store: RawStore) -> None:
    """Each is told once a crawl: an answer, or a failure, settles it; what is withdrawn is not missed."""
    store.put("met", Page(raws(1, 2, 3, 4) + raws(5, withdrawn=True), "a"))
    assert store.vanished("met") == []
    store.begin("met")
    store.put("met", Page(raws(2), "a"))
    store.enter("met", VANISHED)
    assert store.vanished("met") == ["1", "3", "4"]
    assert (store.vanished("met", "1", 1), store.census("met").listed) == (["3"], 1)

    store.put("met", Page(raws(1) + raws(3, withdrawn=True), "", (Unfetched("4", "torn"),)))
    assert store.vanished("met") == []
    census = store.census("met")
    assert (census.named, census.stored, census.withdrawn, census.listed) == (5, 2, 2, 1)
    assert store.unsettled("met") == ["4"]

    store.begin("met")
    assert store.vanished("met") == ["1", "2"]


def test_what_only_the_bulk_file_has_is_asked_after(store: RawStore) -> None:
    """Beside a list, a bulk file names nothing: what the list lacks counts as held, and as vanished, until answered."""
    page = Page((), "a", named=("1", "2"), in_bulk=("1", "2", "3", "4"), bulk=BULK)
    store.put("met", page)
    census = store.census("met")
    assert (census.named, census.stored, census.listed) == (4, 4, 2)
    assert store.vanished("met") == ["3", "4"]
    store.enter("met", VANISHED)
    store.put("met", Page(raws(3) + raws(4, withdrawn=True), ""))
    assert store.vanished("met") == []

    store.begin("met")
    store.put("met", page)
    assert store.vanished("met") == ["3"], "what is known to be gone is not asked after again"
    assert (store.census("met").stored, store.census("met").withdrawn) == (3, 1)

    store.begin("met")
    store.put("met", Page((), "a", named=texts(1, 2, 4), in_bulk=texts(1, 2, 3, 4)))
    assert store.census("met").withdrawn == 0, "the list has it back"


def test_a_bulk_file_alone_names_what_it_holds(store: RawStore) -> None:
    """A source without a list says by its bulk file what there is."""
    store.put("met", Page((), "a", in_bulk=texts(1, 2, 3), bulk=BULK))
    census = store.census("met")
    assert (census.named, census.stored, census.listed, store.vanished("met")) == (3, 3, 3, [])
    store.begin("met")
    store.put("met", Page((), "a", in_bulk=texts(1, 3), bulk=BULK))
    assert store.vanished("met") == ["2"]


def test_a_second_pass_names_nothing(store: RawStore) -> None:
    """What is asked for by its id is not thereby on the source's list."""
    store.put("met", Page(raws(1), "a", (Unfetched("2", "torn"),)))
    store.begin("met")
    store.put("met", Page(raws(1), "a"))
    store.enter("met", AGAIN)
    store.put("met", Page(raws(2), ""))
    assert store.census("met").listed == 1
    assert store.vanished("met") == []


@pytest.mark.parametrize(
    ("census", "adds_up", "as_expected"),
    [
        (Census(), True, True),
        (Census(3, 1, 1, {"torn": 1}, listed=3, expected=3), True, True),
        (Census(3, 1, 1, unsettled=1, listed=2, expected=3), False, False),
        (Census(3, 1, 1, {"": 1}, listed=3), False, True),
        (Census(2, 2, 1), False, True),
    ],
)
def test_a_census_adds_up_when_all_is_accounted_for(
    census: Census, *, adds_up: bool, as_expected: bool
) -> None:
    """Stored, withdrawn and unfetched for a reason make up all that was named; nothing else does."""
    assert (census.adds_up, census.as_expected) == (adds_up, as_expected)


@pytest.mark.parametrize(
    ("listed", "expected", "short"),
    [(99, 100, False), (98, 100, True), (101, 100, False), (0, 0, False), (0, None, False)],
)
def test_a_census_is_short_by_more_than_one_in_a_hundred(
    listed: int, expected: int | None, *, short: bool
) -> None:
    """A small difference, or more than was said, is no lack."""
    assert Census(listed=listed, expected=expected).short is short


def test_a_long_list_leaves_memory_flat(store: RawStore) -> None:
    """A list is stored as it streams by: no copy of it is ever in memory."""
    count = 50_000
    page = Page((), "a", named=map(str, range(count)), in_bulk=map(str, range(0, count, 2)))
    tracemalloc.start()
    try:
        store.put("met", page)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()
    census = store.census("met")
    assert (census.named, census.stored, census.unsettled) == (count, count // 2, count // 2)


def test_a_list_that_breaks_off_leaves_nothing(store: RawStore) -> None:
    """A source that fails while its list streams by has stored neither ids nor cursor."""

    def torn() -> Iterator[str]:
        yield from ("1", "2")
        raise SourceError("the list is torn")

    store.put("met", Page(raws(1), "a"))
    before = store.digest()
    with pytest.raises(SourceError, match="torn"):
        store.put("met", Page(raws(2), "b", named=torn()))
    assert store.digest() == before
