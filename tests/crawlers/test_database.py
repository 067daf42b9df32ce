"""A SQLite file of ours: on the disk when a transaction ends, undone where it breaks, refused in one line."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawlers.engine.database import Database, disk_error
from schemas.errors import StoreError

TABLES = "CREATE TABLE one (number INTEGER PRIMARY KEY); CREATE TABLE two (text TEXT)"


def database(path: Path, *, form: int = 3, owner: int = 77, read_only: bool = False) -> Database:
    """Open a file of two tables."""
    return Database(path, application_id=owner, form=form, tables=TABLES, read_only=read_only)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Database]:
    """Yield an open file."""
    with database(tmp_path / "a.sqlite") as found:
        yield found


def test_a_transaction_is_on_the_disk_when_it_ends(opened: Database) -> None:
    """WAL with every commit synchronised: what was stored outlives the machine's power."""
    assert opened.value("PRAGMA journal_mode") == "wal"
    assert opened.value("PRAGMA synchronous") == 2
    with opened.transaction() as db:
        db.execute("INSERT INTO one VALUES (1)")
    with database(opened.path, read_only=True) as reader:
        assert reader.value("SELECT number FROM one") == 1


def test_a_transaction_that_breaks_leaves_nothing(opened: Database) -> None:
    """Whatever error goes up, nothing of what was done before it stays."""

    def fail(error: type[BaseException]) -> None:
        with opened.transaction() as db:
            db.execute("INSERT INTO one VALUES (1)")
            raise error

    for error in (ValueError, KeyboardInterrupt):
        with pytest.raises(error):
            fail(error)
    assert opened.value("SELECT count(*) FROM one") == 0


def test_a_query_gives_one_value_or_none(opened: Database) -> None:
    """No row is None; what SQLite objects to is a StoreError that names the file."""
    assert opened.value("SELECT number FROM one WHERE number = ?", 7) is None
    with pytest.raises(StoreError, match=r"a\.sqlite cannot be read or written: no such table"):
        opened.value("SELECT * FROM three")


def test_a_file_is_opened_by_who_made_it(tmp_path: Path) -> None:
    """Another program's file and one of another form are told apart, with what to do."""
    path = tmp_path / "a.sqlite"
    database(path).close()
    with pytest.raises(StoreError, match="is no store of ours: name another workspace"):
        database(path, owner=78)
    with pytest.raises(StoreError, match=r"its form is 3, not 4.*crawl again in another workspace"):
        database(path, form=4)
    database(path).close()


def test_two_writers_are_kept_apart(opened: Database) -> None:
    """While one writes, another waits, and then says in one line that the file is in use."""
    with database(opened.path) as other:
        other.connection.execute("PRAGMA busy_timeout = 10")
        busy = pytest.raises(StoreError, match="is in use: wait")
        with opened.transaction(), busy, other.transaction():
            pass
        with other.transaction():
            pass


def test_what_the_system_says_of_a_path_is_one_line(tmp_path: Path) -> None:
    """A full disk, a missing permission and anything else each have their advice."""
    for code, advice in (
        (errno.ENOSPC, "does not fit on the disk: make room and start again"),
        (errno.EROFS, "may not be read or written: see to its permissions"),
        (errno.EIO, "cannot be read or written: Input/output error"),
    ):
        assert (
            str(disk_error(tmp_path, OSError(code, "Input/output error"))) == f"{tmp_path} {advice}"
        )


def test_a_file_that_is_too_large_for_its_limit_is_undone(tmp_path: Path, opened: Database) -> None:
    """Where SQLite may not grow its file further, the transaction is undone, and a smaller one goes on."""
    pages = int(str(opened.value("PRAGMA page_count")))
    opened.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    full = pytest.raises(StoreError, match="does not fit on the disk: make room")
    with full, opened.transaction() as db:
        db.execute("INSERT INTO two VALUES (?)", ("x" * 100_000,))
    with opened.transaction() as db:
        db.execute("INSERT INTO two VALUES ('small')")
    assert opened.value("SELECT count(*) FROM two") == 1
