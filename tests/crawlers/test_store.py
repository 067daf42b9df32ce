"""What crawls leave on disk: whole or not there, the same in whatever order, refused in one line."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.engine.source import Page
from crawlers.engine.store import ImageOutcome, ImageStore, RawStore
from schemas.errors import SourceError, StoreError
from schemas.raw import RawRecord

NOBODY = 65534
BODY = b'{"objectID": 1}'


def raw(
    source_id: str = "1",
    body: bytes = BODY,
    *,
    url: str = "",
    stated: str = "",
    fetched: str = "",
    withdrawn: bool = False,
) -> RawRecord:
    """Return a raw record of the source met."""
    return RawRecord("met", source_id, "met-api", body, url, stated, fetched, withdrawn)


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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a file system of one megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk, and not everywhere")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


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
    assert (store.since("wga"), store.image("https://a/b.jpg"), store.sources()) == (None, None, ())


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
        store.put_image("https://a/1.jpg", "ab", "fetched", 3)
        digest = store.digest()
    with RawStore(path) as store:
        assert store.digest() == digest
        assert store.image("https://a/1.jpg") == ImageOutcome("https://a/1.jpg", "ab", "fetched", 3)


def test_the_outcome_of_an_image_replaces_the_one_before(store: RawStore) -> None:
    """A failed image that is had at last is no longer a failed one."""
    store.put_image("https://a/1.jpg", "", "failed", 0)
    store.put_image("https://a/1.jpg", "ab", "fetched", 3)
    assert store.image("https://a/1.jpg") == ImageOutcome("https://a/1.jpg", "ab", "fetched", 3)


def test_a_reader_may_store_outcomes_while_it_reads(store: RawStore) -> None:
    """Images are noted while the records that name them stream by."""
    store.put("met", Page(tuple(raw(str(n)) for n in range(500)), "1"))
    for held in store.records("met"):
        store.put_image(held[0].source_id, "", "gone", 0)
    assert store.image("499") is not None


ids = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
many = st.lists(st.builds(raw, ids, st.binary(max_size=3), stated=ids, url=st.just("u")))


@settings(max_examples=40, deadline=None)
@given(many, st.randoms(use_true_random=False), st.integers(1, 4))
def test_the_digest_does_not_hang_on_order(
    records: list[RawRecord], luck: Random, size: int
) -> None:
    """The same records in another order and other pages, fetched at other times: the same digest."""
    shuffled = luck.sample(records, len(records))
    digests, held = [], []
    for order, fetched, pages in ((records, "2026", 1), (shuffled, "2027", size)):
        with tempfile.TemporaryDirectory() as folder, RawStore(Path(folder) / "a") as store:
            again = [
                raw(r.source_id, r.body, stated=r.stated, url="u", fetched=fetched) for r in order
            ]
            for first in range(0, len(again), pages):
                store.put("met", Page(tuple(again[first : first + pages]), "x"))
            store.finish("met")
            digests.append(store.digest())
            held.append([[r.sha256 for r in one] for one in store.records("met")])
    assert digests[0] == digests[1]
    assert held[0] == held[1]


CHANGES: list[Callable[[RawStore], object]] = [
    lambda s: s.put("met", Page((raw("2"),), "1")),
    lambda s: s.put("met", Page((raw("1", b"other"),), "1")),
    lambda s: s.put("met", Page((raw("1", stated="2026"),), "1")),
    lambda s: s.put("met", Page((), "2")),
    lambda s: s.finish("met"),
    lambda s: s.begin("met", since=date(2026, 1, 1)),
    lambda s: s.put_image("u", "ab", "fetched", 4),
    lambda s: s.put_image("u", "ab", "gone", 3),
    lambda s: s.put_image("v", "ab", "fetched", 3),
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_digest_sees_every_change(
    store: RawStore, change: Callable[[RawStore], object]
) -> None:
    """Whatever a reader could see differently makes another digest."""
    store.put("met", Page((raw("1"),), "1"))
    store.put_image("u", "ab", "fetched", 3)
    before = store.digest()
    change(store)
    assert store.digest() != before


def test_a_store_is_held_by_one_process(tmp_path: Path) -> None:
    """A second run is told that the store is in use, in one line; it may come in afterwards."""
    path = tmp_path / "raw.sqlite"
    code = f"from pathlib import Path\nfrom crawlers.engine.store import RawStore\nRawStore(Path({str(path)!r}))"
    second = [sys.executable, "-c", code]
    with RawStore(path):
        done = subprocess.run(second, capture_output=True, text=True, check=False)
        assert "StoreError" in done.stderr
        assert "is in use" in done.stderr
        with pytest.raises(StoreError, match="is in use"):
            RawStore(path)
    assert subprocess.run(second, check=False).returncode == 0


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
    for path in (text, other, later):
        with pytest.raises(StoreError, match="is no raw store"):
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
    """Another user's folder and store, a folder that cannot be made and an image that cannot be put."""
    for path in (
        folder_of_root / "raw.sqlite",
        folder_of_root / "new.sqlite",
        folder_of_root / "a/b",
    ):
        with pytest.raises(StoreError, match=str(folder_of_root)) as caught:
            RawStore(path)
        assert "\n" not in str(caught.value)
        assert "permission" in str(caught.value)
    with pytest.raises(StoreError, match="see to its permissions"):
        ImageStore(folder_of_root / "images").put(b"picture")


def test_a_file_in_the_way_of_a_folder_is_one_line(tmp_path: Path) -> None:
    """A workspace whose folder is a file cannot hold a store."""
    (tmp_path / "raw").write_text("")
    with pytest.raises(StoreError, match="raw cannot be read or written"):
        RawStore(tmp_path / "raw" / "raw.sqlite")


def test_a_full_disk_loses_nothing_that_was_stored(small_disk: Path) -> None:
    """The page that does not fit is not there at all, those before are; the line says what to do."""
    luck = Random(0)
    path = small_disk / "raw.sqlite"
    stored = 0

    def fill(store: RawStore) -> None:
        nonlocal stored
        for n in range(100):
            page = tuple(raw(f"{n}-{k}", luck.randbytes(4000)) for k in range(10))
            store.put("met", Page(page, str(n)))
            stored += 1

    with RawStore(path) as store:
        with pytest.raises(StoreError, match="does not fit on the disk") as caught:
            fill(store)
        assert "\n" not in str(caught.value)
        assert (store.count("met"), store.cursor("met")) == (10 * stored, str(stored - 1))
    assert stored > 3


def test_an_image_that_does_not_fit_is_not_there(small_disk: Path) -> None:
    """A full disk leaves no half image and no temporary file."""
    images = ImageStore(small_disk)
    with pytest.raises(StoreError, match="does not fit on the disk: make room"):
        images.put(bytes(2_000_000))
    assert [path for path in small_disk.rglob("*") if path.is_file()] == []


def test_images_by_what_they_hold(tmp_path: Path) -> None:
    """An image lies under its SHA-256, once, and comes back as it was."""
    images = ImageStore(tmp_path / "images")
    name = images.put(b"picture")

    assert name == sha256(b"picture").hexdigest()
    assert images.path(name) == tmp_path / "images" / name[:2] / name
    assert name in images
    assert images.read(name) == b"picture"
    assert images.put(b"picture") == name
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [name]


def test_a_damaged_image_is_found_and_mended(tmp_path: Path) -> None:
    """An image that is not what its name says is an error; one cut short is written anew."""
    images = ImageStore(tmp_path)
    name = images.put(b"picture")
    images.path(name).write_bytes(b"pic")
    with pytest.raises(StoreError, match="is damaged"):
        images.read(name)
    images.put(b"picture")
    assert images.read(name) == b"picture"


def test_an_absent_image_is_named(tmp_path: Path) -> None:
    """Reading an image that was never put is an error that says what to do."""
    name = sha256(b"").hexdigest()
    assert name not in ImageStore(tmp_path)
    with pytest.raises(StoreError, match="fetch the images again"):
        ImageStore(tmp_path).read(name)


@pytest.mark.parametrize(
    "name", ["", "ab", "../../etc/passwd", "A" * 64, "0" * 63 + "\n", "0" * 65]
)
def test_a_name_is_no_path(tmp_path: Path, name: str) -> None:
    """Only 64 hexadecimal digits name an image: no text from a record leads out of the folder."""
    images = ImageStore(tmp_path)
    for use in (images.path, images.read, images.__contains__):
        with pytest.raises(ValueError, match="is no SHA-256"):
            use(name)


def test_what_a_killed_run_left_is_swept(tmp_path: Path) -> None:
    """Half-written files of a killed run are deleted, and whole images are not."""
    images = ImageStore(tmp_path)
    name = images.put(b"picture")
    left = images.path(name).with_name(f".{name}.1-2.part")
    left.write_bytes(b"pic")

    assert images.sweep() == 1
    assert not left.exists()
    assert name in images
