"""What crawls leave on disk: whole or not there, the same in whatever order, refused in one line."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.engine.census import Census
from crawlers.engine.source import Bulk, Page, Unfetched
from crawlers.engine.store import AGAIN, SUPPLEMENTS, RawStore, Receipt, Stored
from schemas.errors import SourceError, StoreError
from schemas.raw import RawRecord

NOBODY = 65534
BODY = b'{"objectID": 1}'


def raw(
    source_id: str = "1",
    body: bytes = BODY,
    *,
    kind: str = "met-api",
    url: str = "",
    stated: str = "",
    fetched: str = "",
    withdrawn: bool = False,
    content_of: Callable[[bytes], str] | None = None,
) -> RawRecord:
    """Return a raw record of the source met."""
    return RawRecord(
        "met", source_id, kind, body, url, stated, fetched, withdrawn, content_of=content_of
    )


def without_year(body: bytes) -> str:
    """Return what a body says without its last word."""
    return str(body.rsplit(b" ", 1)[0])


def newest(store: RawStore) -> list[bytes]:
    """Return the newest statement on each object."""
    return [held[-1].body for held in store.records("met")]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RawStore]:
    """Yield an empty store."""
    with RawStore(tmp_path / "raw" / "raw.sqlite") as opened:
        yield opened


@pytest.fixture
def folder_of_root() -> Iterator[Path]:
    """Yield a folder that everybody may read and root alone may write; be nobody meanwhile."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with RawStore(folder / "raw.sqlite") as store:
            store.put("met", Page((raw(),), "1"))
        os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(0)


def test_a_page_comes_back_as_it_was(store: RawStore) -> None:
    """Every field of a raw record is kept, and so is the cursor."""
    records = (
        raw("1", b"\x00\xff", url="https://a/1", stated="2020", fetched="2026", withdrawn=True),
        raw("é\x00'", b""),
    )
    store.put("met", Page(records, "é'"))

    assert [*store.records("met")] == [(records[0],), (records[1],)]
    assert (store.cursor("met"), store.finished("met")) == ("é'", False)
    assert (store.count("met"), store.sources()) == (2, ("met",))


def test_an_unknown_source_is_empty(store: RawStore) -> None:
    """Of a source that was never crawled there is nothing, and that is no error."""
    assert [*store.records("wga")] == []
    assert (store.cursor("wga"), store.finished("wga"), store.count("wga")) == ("", False, 0)
    assert (store.since("wga"), store.bulk("wga"), store.sources()) == (None, None, ())
    assert (store.census("wga"), store.unsettled("wga"), store.receipts()) == (Census(), [], ())


def test_storing_a_page_again_changes_nothing(store: RawStore) -> None:
    """A page may be stored twice: a run that was killed after the commit will do so."""
    page = Page((raw("1"), raw("2")), "2")
    store.put("met", page)
    before = store.digest(), [*store.records("met")]
    store.put("met", page)

    assert (store.digest(), [*store.records("met")]) == before


def test_all_statements_of_an_object_are_kept_oldest_first(store: RawStore) -> None:
    """A changed statement joins the earlier ones; one that the museum returns to is the newest again."""
    first = raw("1", b"first", fetched="2026-01-01", stated="2020")
    second = raw("1", b"second", fetched="2026-01-02", stated="2021")
    store.put("met", Page((second,), "a"))
    store.put("met", Page((first,), "b"))
    assert [*store.records("met")] == [(first, second)]

    back = raw("1", b"first", fetched="2026-01-03", stated="2022")
    store.put("met", Page((back,), "c"))
    assert [*store.records("met")] == [(second, back)]
    assert store.count("met") == 1

    store.put("met", Page((first,), "d"))
    assert [*store.records("met")] == [(second, back)], "an old statement does not set it back"


def test_objects_are_told_apart_by_source_and_kind(store: RawStore) -> None:
    """The same number in two sources is two objects; two forms of one object are held side by side."""
    store.put("met", Page((raw("1"), RawRecord("met", "1", "met-csv", BODY)), "a"))
    store.put("wga", Page((RawRecord("wga", "1", "wga-row", BODY),), "b"))

    assert [len(held) for held in store.records("met")] == [2]
    assert [len(held) for held in store.records("wga")] == [1]
    assert store.sources() == ("met", "wga")


def test_a_page_is_stored_wholly_or_not_at_all(store: RawStore) -> None:
    """A record that cannot be stored leaves neither the others of its page nor the cursor."""
    store.put("met", Page((raw("1"),), "1"))
    before = store.digest()
    with pytest.raises(SourceError, match="holds no text"):
        store.put("met", Page((raw("2"), raw("\ud800")), "2"))
    with pytest.raises(ValueError, match="a record of met in a page of wga"):
        store.put("wga", Page((raw("3"),), "3"))

    assert (store.digest(), store.cursor("met"), store.sources()) == (before, "1", ("met",))


def test_an_empty_cursor_keeps_the_one_before(store: RawStore) -> None:
    """After the last page a crawl that is broken off asks for that page again, not for everything."""
    store.put("met", Page((raw("1"),), "1"))
    store.put("met", Page((raw("2"),), ""))
    assert store.cursor("met") == "1"


def test_a_crawl_begins_goes_on_and_finishes(store: RawStore) -> None:
    """Finishing forgets the cursor; beginning anew keeps the records and notes since when."""
    store.put("met", Page((raw("1"),), "1"))
    store.finish("met")
    assert (store.cursor("met"), store.finished("met")) == ("", True)

    store.begin("met", since=date(2026, 1, 2))
    assert (store.cursor("met"), store.finished("met")) == ("", False)
    assert (store.since("met"), store.count("met")) == (date(2026, 1, 2), 1)

    store.put("met", Page((), "2"))
    assert (store.cursor("met"), store.since("met")) == ("2", date(2026, 1, 2))
    store.begin("met")
    assert store.since("met") is None


def test_a_source_may_be_finished_with_nothing(store: RawStore) -> None:
    """A crawl that found nothing is whole as well."""
    store.finish("met")
    assert (store.finished("met"), store.sources()) == (True, ("met",))


def test_a_store_lasts(tmp_path: Path) -> None:
    """What one run stored the next one finds."""
    path = tmp_path / "raw.sqlite"
    with RawStore(path) as store:
        store.put("met", Page((raw(),), "1"))
        digest = store.digest()
    with RawStore(path) as store:
        assert store.digest() == digest


def test_records_may_be_stored_while_they_stream_by(store: RawStore) -> None:
    """Whoever walks over the records may store others meanwhile."""
    store.put("met", Page(tuple(raw(str(n)) for n in range(150)), "1"))
    for held in store.records("met"):
        store.put("met", Page((raw(held[0].source_id, b"more", kind="more"),), "2"))
    assert [len(held) for held in store.records("met")] == [2] * 150


def test_each_record_of_a_page_is_counted_once(store: RawStore) -> None:
    """New, changed, the same, and gone where it was not known to be: together the whole page."""
    store.put("met", Page((raw("1"), raw("2"), raw("3"), raw("4", b"", withdrawn=True)), "1"))
    page = (
        raw("1"),
        raw("2", b"other"),
        raw("3", b"no such object", withdrawn=True),
        raw("4", b"", withdrawn=True),
        raw("5"),
        raw("6", b"", withdrawn=True),
    )
    assert store.put("met", Page(page, "2")) == Stored(new=1, changed=1, same=2, withdrawn=2)
    assert store.put("met", Page(page, "2")) == Stored(same=6)


def test_a_mass_re_stamp_is_no_change(store: RawStore) -> None:
    """Records that are only dated anew add nothing: the body first received stays, its date moves on."""

    def stated(number: int, year: str, fetched: str) -> RawRecord:
        body = f"body {number} of {year}".encode()
        of = without_year
        return raw(str(number), body, stated=year, fetched=fetched, content_of=of)

    first = [stated(number, "2025", "1") for number in range(200)]
    again = [stated(number, "2026", "2") for number in range(200)]
    store.put("met", Page(tuple(first), "1"))
    assert store.put("met", Page(tuple(again), "2")) == Stored(same=200)

    expected = (raw("7", b"body 7 of 2025", stated="2026", fetched="2"),)
    assert [held for held in store.records("met") if held[0].source_id == "7"] == [expected]


def test_a_statement_returned_to_is_the_newest_again(store: RawStore) -> None:
    """A, B, A: the last is a change, adds no row, and is the newest, even within one second."""
    for fetched in ("2026", "2026", "2026"):
        for body in (b"B", b"A", b"B", b"C", b"A"):
            store.put("met", Page((raw("1", body, fetched=fetched),), "1"))
            assert newest(store) == [body]
    assert [len(held) for held in store.records("met")] == [3]


def test_gone_and_back_are_changes_whatever_the_bodies(store: RawStore) -> None:
    """An object that is withdrawn under the body that it had, and comes back, is each time another."""
    store.put("met", Page((raw("1"),), "1"))
    assert store.put("met", Page((raw("1", withdrawn=True),), "2")) == Stored(withdrawn=1)
    assert store.census("met").withdrawn == 1
    assert store.put("met", Page((raw("1"),), "3")) == Stored(changed=1)
    assert not next(iter(store.records("met")))[-1].withdrawn
    assert store.census("met").stored == 1


ids = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
many = st.lists(
    st.builds(
        raw, ids, st.binary(max_size=3), stated=ids, url=st.just("u"), withdrawn=st.booleans()
    )
)


@settings(max_examples=30, deadline=None)
@given(many, st.randoms(use_true_random=False), st.integers(1, 4))
def test_the_digest_does_not_hang_on_order(
    records: list[RawRecord], luck: Random, size: int
) -> None:
    """The same statements in another order and other pages: the same digest, and the same one is newest."""
    dated = [replace(one, fetched=f"2026-{number:04}") for number, one in enumerate(records)]
    digests, held = [], []
    for order, pages in ((dated, 1), (luck.sample(dated, len(dated)), size)):
        with tempfile.TemporaryDirectory() as folder, RawStore(Path(folder) / "a") as store:
            for first in range(0, len(order), pages):
                store.put("met", Page(tuple(order[first : first + pages]), "x"))
            held.append([*store.records("met")])
            store.finish("met")
            digests.append(store.digest())
    assert digests[0] == digests[1]
    assert held[0] == held[1]


@settings(max_examples=30, deadline=None)
@given(many)
def test_the_newest_is_what_was_received_last(records: list[RawRecord]) -> None:
    """However often an object goes back and forth, its newest statement is the last one of the museum."""
    with tempfile.TemporaryDirectory() as folder, RawStore(Path(folder) / "a") as store:
        for number, one in enumerate(records):
            store.put("met", Page((replace(one, fetched=f"{number:05}"),), "x"))
        expected = {one.source_id: (one.body, one.withdrawn) for one in records}
        held = {h[0].source_id: (h[-1].body, h[-1].withdrawn) for h in store.records("met")}
        assert held == expected
        counted = store.census("met")
        gone = sum(withdrawn for _, withdrawn in expected.values())
        assert (counted.named, counted.withdrawn) == (len(expected), gone)
        assert counted.adds_up


CHANGES: list[Callable[[RawStore], object]] = [
    lambda s: s.put("met", Page((raw("2"),), "1")),
    lambda s: s.put("met", Page((raw("1", b"other"),), "1")),
    lambda s: s.put("met", Page((raw("1", stated="2026"),), "1")),
    lambda s: s.put("met", Page((raw("1", withdrawn=True),), "1")),
    lambda s: s.put("met", Page((), "2")),
    lambda s: s.put("met", Page((), "1", named=("2",))),
    lambda s: s.put("met", Page((), "1", unfetched=(Unfetched("2", "torn"),))),
    lambda s: s.put("met", Page((), "1", bulk=Bulk(Path("a.csv"), "ab", "", ""))),
    lambda s: s.enter("met", AGAIN),
    lambda s: s.finish("met"),
    lambda s: s.begin("met", since=date(2026, 1, 1)),
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_digest_sees_every_change(
    store: RawStore, change: Callable[[RawStore], object]
) -> None:
    """Whatever a reader could see differently makes another digest."""
    store.put("met", Page((raw("1"),), "1"))
    before = store.digest()
    change(store)
    assert store.digest() != before


def test_a_bulk_file_moves_with_its_workspace(tmp_path: Path) -> None:
    """The path of a bulk file is kept as seen from the store; a file elsewhere stays where it is."""
    here, there = tmp_path / "here", tmp_path / "there"
    file, elsewhere = here / "raw/bulk/ab", tmp_path / "far/b.csv"
    with RawStore(here / "raw/raw.sqlite") as store:
        store.put("met", Page((), "1", bulk=Bulk(elsewhere, "b", "https://b", "2025")))
        assert store.bulk("met") == Bulk(elsewhere, "b", "https://b", "2025")
        store.put("met", Page((), "1", bulk=Bulk(file, "ab", "https://a", "2026")))
    here.rename(there)
    with RawStore(there / "raw/raw.sqlite") as store:
        assert store.bulk("met") == Bulk(there / "raw/bulk/ab", "ab", "https://a", "2026")


def test_receipts_are_written_over_and_come_newest_first(store: RawStore) -> None:
    """A run may write its receipt again and again; it keeps its place in the order of runs."""
    store.put_receipt("one", {"requests": 1})
    store.put_receipt("two", {"command": "crawl met", "hosts": {"a": [1.5, None]}})
    store.put_receipt("one", {"requests": 2})
    assert store.receipts() == (
        Receipt("two", {"command": "crawl met", "hosts": {"a": [1.5, None]}}),
        Receipt("one", {"requests": 2}),
    )


def test_what_is_asked_for_beside_an_object_waits_for_its_changes(store: RawStore) -> None:
    """An object is due when it is new or changed, not when it is dated anew, nor when it is gone."""
    store.put("met", Page((raw("1", fetched="1"), raw("2", fetched="1")), "1"))
    assert [held[0].source_id for held in store.due("met", "", 9)] == ["1", "2"]
    assert [held[0].source_id for held in store.due("met", "1", 9)] == ["2"]
    store.enter("met", SUPPLEMENTS)
    more = raw("1", b"years", kind="more", fetched="2")
    assert store.put("met", Page((more,), "2")) == Stored(new=1)
    assert store.due("met", "", 9) == []

    store.begin("met")
    store.put("met", Page((raw("1", stated="2026", fetched="3"), raw("2", withdrawn=True)), "1"))
    assert store.due("met", "", 9) == []
    assert store.census("met").named == 2

    store.put("met", Page((raw("1", b"other", fetched="4"),), "2"))
    assert store.due("met", "", 9) == [(raw("1", b"other", fetched="4"),)], (
        "what came before is old"
    )
    store.enter("met", SUPPLEMENTS)
    again = replace(more, fetched="5")
    store.put("met", Page((again,), "1", unfetched=(Unfetched("1", "another failed"),)))
    assert store.due("met", "", 9) == [(raw("1", b"other", fetched="4"), again)]
    assert store.census("met").supplements_left == {"another failed": 1}


def test_a_store_is_read_while_another_process_writes_it(tmp_path: Path) -> None:
    """Readers see whole pages, and nobody waits for anybody."""
    path = tmp_path / "raw.sqlite"
    with RawStore(path) as store:
        store.put("met", Page((raw("1"), raw("2")), "1"))
        command = [sys.executable, "-c", READER, str(path)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as reader:
            assert reader.stdin is not None
            assert reader.stdout is not None
            assert reader.stdout.readline() == "2 1\n"
            store.put("met", Page((raw("3"),), "2"))
            print(file=reader.stdin, flush=True)
            assert reader.stdout.readline() == "3 2\n"
            store.put("met", Page((raw("4"),), "3"))
        assert reader.returncode == 0


READER = """
import sys
from pathlib import Path
from crawlers.engine.store import RawStore
with RawStore(Path(sys.argv[1]), read_only=True) as store:
    print(store.count("met"), store.cursor("met"), flush=True)
    sys.stdin.readline()
    print(store.count("met"), store.cursor("met"), flush=True)
"""


def test_a_reader_writes_nothing(tmp_path: Path) -> None:
    """What is opened to be read cannot be written, and is not made where it is not there."""
    path = tmp_path / "raw.sqlite"
    with pytest.raises(StoreError, match="cannot be opened"):
        RawStore(path, read_only=True)
    assert not path.exists()
    with RawStore(path) as store:
        store.put("met", Page((raw("1"),), "1"))
    with RawStore(path, read_only=True) as reader:
        assert reader.count("met") == 1
        with pytest.raises(StoreError, match="may not be written"):
            reader.put("met", Page((raw("2"),), "2"))


def test_a_store_of_an_older_form_says_what_to_do(tmp_path: Path) -> None:
    """A workspace of version 0.1 is named with both forms and the way out, and left as it is."""
    path = tmp_path / "raw.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE record (source TEXT, body BLOB)")
        db.execute("PRAGMA application_id = 0x4F415257")
        db.execute("PRAGMA user_version = 1")
        db.commit()
    for read_only in (False, True):
        with pytest.raises(
            StoreError, match=r"form is 1, not 2.*: crawl again in another workspace"
        ):
            RawStore(path, read_only=read_only)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT name FROM sqlite_schema").fetchall() == [("record",)]


def test_what_is_no_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    """A file of another kind, another program's database and a later format are named, not touched."""
    text, other, later = tmp_path / "text", tmp_path / "other", tmp_path / "later"
    text.write_bytes(b"these are not the records that you are looking for\n" * 99)
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE holiday (photo BLOB)")
        db.commit()
    RawStore(later).close()
    with closing(sqlite3.connect(later)) as db:
        db.execute("PRAGMA user_version = 99")
    for path, why in ((text, "no store of ours"), (other, "no store of ours"), (later, "99")):
        with pytest.raises(StoreError, match=why):
            RawStore(path)
    assert text.read_bytes().startswith(b"these are not")
    with closing(sqlite3.connect(other)) as db:
        assert db.execute("SELECT name FROM sqlite_schema").fetchall() == [("holiday",)]


def test_damage_is_found(tmp_path: Path) -> None:
    """A body that is not what its SHA-256 says is an error that names the record."""
    path = tmp_path / "raw.sqlite"
    with RawStore(path) as store:
        store.put("met", Page((raw("7"),), "1"))
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE record SET body = x'00'")
        db.commit()
    with RawStore(path) as store, pytest.raises(StoreError, match="damaged at met:7"):
        [*store.records("met")]


def test_a_torn_file_is_found(tmp_path: Path) -> None:
    """A store cut short is an error that says what to do, when it is opened or read."""
    path = tmp_path / "raw.sqlite"
    with RawStore(path) as store:
        store.put("met", Page(tuple(raw(str(n), os.urandom(500)) for n in range(200)), "1"))
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)

    def read() -> None:
        with RawStore(path) as store:
            [*store.records("met")]

    with pytest.raises(StoreError, match="damaged"):
        read()


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    """A store that was closed answers with an error of ours."""
    store = RawStore(tmp_path / "raw.sqlite")
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.cursor("met")


def test_no_permission_is_one_line(folder_of_root: Path) -> None:
    """Another user's folder and store, and a folder that cannot be made."""
    for path in (
        folder_of_root / "raw.sqlite",
        folder_of_root / "new.sqlite",
        folder_of_root / "a/b",
    ):
        with pytest.raises(StoreError, match=str(folder_of_root)) as caught:
            RawStore(path)
        assert "\n" not in str(caught.value)
        assert "permission" in str(caught.value)


def test_a_file_in_the_way_of_a_folder_is_one_line(tmp_path: Path) -> None:
    """A workspace whose folder is a file cannot hold a store."""
    (tmp_path / "raw").write_text("")
    with pytest.raises(StoreError, match="raw cannot be read or written"):
        RawStore(tmp_path / "raw" / "raw.sqlite")


def test_a_full_disk_loses_nothing_that_was_stored(small_disk: Path, tmp_path: Path) -> None:
    """The page that does not fit is not there at all; with room, the same open store goes on to the end."""
    luck = Random(0)
    pages = [
        Page(tuple(raw(f"{n:02}-{k}", luck.randbytes(4000)) for k in range(10)), str(n))
        for n in range(40)
    ]

    def go_on(store: RawStore) -> None:
        for page in pages[int(store.cursor("met") or -1) + 1 :]:
            store.put("met", page)
        store.finish("met")

    with RawStore(small_disk / "raw.sqlite") as store:
        for _ in range(2):
            with pytest.raises(StoreError, match="does not fit on the disk: make room") as caught:
                go_on(store)
            assert "\n" not in str(caught.value)
            stored = int(store.cursor("met")) + 1
            assert store.count("met") == store.census("met").stored == 10 * stored
            assert 3 < stored < 40
        grow = ["mount", "-o", "remount,size=8m", str(small_disk)]
        subprocess.run(grow, check=True)
        go_on(store)
        with RawStore(tmp_path / "calm.sqlite") as calm:
            go_on(calm)
            assert store.digest() == calm.digest()
