"""A SQLite file that says whose it is, is written whole or not at all, and fails in one plain line."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from schemas.errors import StoreError

_ADVICE = {
    sqlite3.SQLITE_BUSY: "is in use: wait until the other run has ended",
    sqlite3.SQLITE_LOCKED: "is in use: wait until the other run has ended",
    sqlite3.SQLITE_PERM: "may not be written: see to its permissions",
    sqlite3.SQLITE_READONLY: "may not be written: see to the permissions of file and folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: see that the folder is there and may be written",
    sqlite3.SQLITE_FULL: "does not fit on the disk: make room and start again, nothing stored is lost",
    sqlite3.SQLITE_IOERR: "cannot be read or written: see whether the disk is full or failing",
    sqlite3.SQLITE_CORRUPT: "is damaged: move it away and crawl again",
    sqlite3.SQLITE_NOTADB: "is no store of ours: move it away and crawl again",
}
_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_NOT_ALLOWED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def disk_error(path: Path, error: OSError) -> StoreError:
    """Return the one-line error for what the operating system says of a path."""
    if error.errno in _DISK_FULL:
        return StoreError(f"{path} does not fit on the disk: make room and start again")
    if error.errno in _NOT_ALLOWED:
        return StoreError(f"{path} may not be read or written: see to its permissions")
    return StoreError(f"{path} cannot be read or written: {error.strerror or error}")


def _may_write(path: Path) -> bool:
    """Return whether we may write a file or folder; asked beforehand, as SQLite gives odd reasons."""
    effective = os.access in os.supports_effective_ids
    return os.access(path, os.R_OK | os.W_OK, effective_ids=effective)


class Database:
    """One SQLite file in WAL mode: one writer (the workspace's lock sees to that), readers beside it.

    Every transaction is on the disk when it ends. ``read_only`` opens what another process may be
    writing at the same time, and makes nothing; a file that is not there is then a StoreError.
    """

    def __init__(
        self, path: Path, *, application_id: int, form: int, tables: str, read_only: bool = False
    ) -> None:
        self.path = path
        self._owner = (application_id, form)
        if not read_only:
            self._make_folder()
        mode = "ro" if read_only else "rwc"
        with self.guarded():
            uri = f"{path.absolute().as_uri()}?mode={mode}"
            self.connection = sqlite3.connect(uri, uri=True, timeout=5.0, isolation_level=None)
        try:
            self._open(tables, read_only=read_only)
        except BaseException:
            self.connection.close()
            raise

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk_error(self.path.parent, error) from error
        for needed in (self.path.parent, self.path):
            if needed.exists() and not _may_write(needed):
                raise disk_error(needed, PermissionError(errno.EACCES, "no permission"))

    def _open(self, tables: str, *, read_only: bool) -> None:
        with self.guarded():
            if read_only:
                self._check_owner()
                return
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = FULL")
            with self.transaction():
                if self._is_new():
                    self._make(tables)
                self._check_owner()

    def _is_new(self) -> bool:
        return not self.value("SELECT count(*) FROM sqlite_schema") and self._marks() == (0, 0)

    def _make(self, tables: str) -> None:
        for statement in tables.split(";"):
            self.connection.execute(statement)
        application_id, form = self._owner
        self.connection.execute(f"PRAGMA application_id = {application_id}")
        self.connection.execute(f"PRAGMA user_version = {form}")

    def _marks(self) -> tuple[object, object]:
        return self.value("PRAGMA application_id"), self.value("PRAGMA user_version")

    def _check_owner(self) -> None:
        (found_id, found_form), (application_id, form) = self._marks(), self._owner
        if found_id != application_id:
            raise StoreError(f"{self.path} is no store of ours: name another workspace")
        if found_form != form:
            raise StoreError(
                f"{self.path} was written by another version of omniart-data (its form is {found_form},"
                f" not {form}): crawl again in another workspace, or go on with that version"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; nothing can be asked of it afterwards."""
        with self.guarded():
            self.connection.close()

    def value(self, query: str, *arguments: str | int) -> object:
        """Return the one value that a query gives; None where it gives no row."""
        with self.guarded():
            row = self.connection.execute(query, arguments).fetchone()
        return row[0] if row else None

    def scrub(self) -> None:
        """Leave no byte of what was deleted, in the file or beside it; raise StoreError while somebody reads.

        A deleted row stays in free pages and in the write-ahead log: both are written anew
        (https://www.sqlite.org/lang_vacuum.html). It takes room for a second copy of the file.
        """
        with self.guarded():
            self.connection.execute("VACUUM")
            (busy, _, _) = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreError(f"{self.path} is being read: end that, and run the same command again")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do what is done inside wholly or not at all."""
        with self.guarded():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn what SQLite says into one line that says what to do next."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            advice = _ADVICE.get(code, f"cannot be read or written: {error}")
            raise StoreError(f"{self.path} {advice}") from error
