"""What crawls leave on disk: raw records in one SQLite file, images by SHA-256 in a folder."""

import errno
import hashlib
import json
import os
import re
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Self

from crawlers.engine.source import Page
from schemas.errors import SourceError, StoreError
from schemas.raw import RawRecord

APPLICATION_ID = 0x4F41_5257  # "OARW": how the file says whose it is
FORMAT = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS record (
    source TEXT NOT NULL, source_id TEXT NOT NULL, kind TEXT NOT NULL, sha256 TEXT NOT NULL,
    url TEXT NOT NULL, stated TEXT NOT NULL, fetched TEXT NOT NULL, withdrawn INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (source, source_id, kind, sha256)
);
CREATE TABLE IF NOT EXISTS crawl (
    source TEXT PRIMARY KEY, cursor TEXT NOT NULL, finished INTEGER NOT NULL, since TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS image (
    url TEXT PRIMARY KEY, sha256 TEXT NOT NULL, status TEXT NOT NULL, size_bytes INTEGER NOT NULL
);
"""

_PUT_RECORD = """
INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET stated = max(stated, excluded.stated), fetched = max(fetched, excluded.fetched)
"""
"""A statement that a museum returns to becomes its newest again."""

_RECORDS = """
SELECT source, source_id, kind, body, url, stated, fetched, withdrawn, sha256 FROM record
WHERE source = ? ORDER BY source_id, fetched, stated, kind, sha256
"""

_DIGESTED = (
    "SELECT source, source_id, kind, sha256, url, stated, withdrawn FROM record ORDER BY 1, 2, 3, 4",
    "SELECT source, cursor, finished, since FROM crawl ORDER BY 1",
    "SELECT url, sha256, status, size_bytes FROM image ORDER BY 1",
)

_ADVICE = {
    sqlite3.SQLITE_BUSY: "is in use: wait until the other run has ended",
    sqlite3.SQLITE_LOCKED: "is in use: wait until the other run has ended",
    sqlite3.SQLITE_PERM: "may not be written: see to its permissions",
    sqlite3.SQLITE_READONLY: "may not be written: see to the permissions of file and folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: see that the folder is there and may be written",
    sqlite3.SQLITE_FULL: "does not fit on the disk: make room and start again, nothing stored is lost",
    sqlite3.SQLITE_IOERR: "cannot be read or written: see whether the disk is full or failing",
    sqlite3.SQLITE_CORRUPT: "is damaged: move it away and crawl again",
    sqlite3.SQLITE_NOTADB: "is no raw store: move it away and crawl again",
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


@dataclass(frozen=True)
class ImageOutcome:
    """How the fetching of one image ended: see ``crawlers.engine.images`` for ``status``."""

    url: str
    sha256: str
    """Of the picture as served; empty where there is none."""
    status: str
    size_bytes: int


class RawStore:
    """Raw records, how far each crawl has come, and the outcome of each image, in one SQLite file.

    Held by one process at a time; every method is one transaction, and raises StoreError where the
    disk, a permission or another run is in the way.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk_error(path.parent, error) from error
        for needed in (path.parent, path):
            if needed.exists() and not _may_write(needed):
                raise disk_error(needed, PermissionError(errno.EACCES, "no permission"))
        with self._guarded():
            self._db = sqlite3.connect(path, timeout=1.0, isolation_level=None)
        try:
            self._open()
        except StoreError:
            self._db.close()
            raise

    def _open(self) -> None:
        """Take the file for this process alone, and make its tables where it is new."""
        with self._guarded():
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            with self._transaction():
                owner = self._value("PRAGMA application_id"), self._value("PRAGMA user_version")
                if owner == (0, 0) and not self._value("SELECT count(*) FROM sqlite_schema"):
                    for statement in _TABLES.split(";"):
                        self._db.execute(statement)
                    self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                    self._db.execute(f"PRAGMA user_version = {FORMAT}")
                elif owner != (APPLICATION_ID, FORMAT):
                    raise StoreError(
                        f"{self.path} is no raw store of this version: name another workspace"
                    )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; the store cannot be used afterwards."""
        with self._guarded():
            self._db.close()

    def put(self, source: str, page: Page) -> None:
        """Store a page and its cursor in one transaction; storing it again changes nothing.

        An empty cursor is the last page's. The one before it is then kept, so that a crawl that is
        broken off before ``finish`` asks for its last page again, and not for everything.
        """
        try:
            rows = [_row(source, record) for record in page.records]
            with self._transaction():
                self._db.executemany(_PUT_RECORD, rows)
                self._db.execute(
                    "INSERT INTO crawl VALUES (?, ?, 0, '') ON CONFLICT DO UPDATE SET finished = 0,"
                    " cursor = coalesce(nullif(excluded.cursor, ''), cursor)",
                    (source, page.cursor),
                )
        except UnicodeEncodeError as error:
            raise SourceError(f"{source}: an id or address holds no text: {error}") from error

    def cursor(self, source: str) -> str:
        """Return where a crawl of a source goes on; empty: at its beginning."""
        return str(self._value("SELECT cursor FROM crawl WHERE source = ?", source) or "")

    def begin(self, source: str, *, since: date | None = None) -> None:
        """Start a new crawl of a source, of what changed ``since``; what is stored of it stays."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO crawl VALUES (?, '', 0, ?)",
                (source, since.isoformat() if since else ""),
            )

    def since(self, source: str) -> date | None:
        """Return from which day on the present crawl of a source takes changes; None: everything."""
        found = self._value("SELECT since FROM crawl WHERE source = ?", source)
        return date.fromisoformat(str(found)) if found else None

    def finish(self, source: str) -> None:
        """Note that the crawl of a source is whole."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO crawl VALUES (?, '', 1, '')"
                " ON CONFLICT DO UPDATE SET cursor = '', finished = 1",
                (source,),
            )

    def finished(self, source: str) -> bool:
        """Return whether the last crawl of a source came to its end."""
        return bool(self._value("SELECT finished FROM crawl WHERE source = ?", source))

    def records(self, source: str) -> Iterator[tuple[RawRecord, ...]]:
        """Yield all that is held of each object, by id (as text), the newest statement last.

        Withdrawn ones are among them. Memory holds one object at a time.
        """
        with self._guarded():
            rows = map(self._record, self._db.execute(_RECORDS, (source,)))
            for _, statements in groupby(rows, key=attrgetter("source_id")):
                yield tuple(statements)

    def count(self, source: str) -> int:
        """Return how many objects of a source something is held of."""
        query = "SELECT count(DISTINCT source_id) FROM record WHERE source = ?"
        return int(str(self._value(query, source)))

    def sources(self) -> tuple[str, ...]:
        """Return the sources of which something is held, or a crawl was begun, by name."""
        query = "SELECT source FROM record UNION SELECT source FROM crawl ORDER BY 1"
        with self._guarded():
            return tuple(row[0] for row in self._db.execute(query))

    def digest(self) -> str:
        """Return the SHA-256 of all that is held but the times of fetching, in whatever order it came."""
        sha256 = hashlib.sha256()
        with self._guarded():
            for query in _DIGESTED:
                for row in self._db.execute(query):
                    sha256.update(json.dumps(row).encode() + b"\n")
                sha256.update(b"\n")
        return sha256.hexdigest()

    def put_image(self, url: str, sha256: str, status: str, size_bytes: int) -> None:
        """Store how the fetching of an image ended, in place of what was stored before."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO image VALUES (?, ?, ?, ?)",
                (url, sha256, status, size_bytes),
            )

    def image(self, url: str) -> ImageOutcome | None:
        """Return how the fetching of an image ended; None: it was never asked for."""
        with self._guarded():
            row = self._db.execute("SELECT * FROM image WHERE url = ?", (url,)).fetchone()
        return ImageOutcome(*row) if row else None

    def _record(self, row: tuple[str, str, str, bytes, str, str, str, int, str]) -> RawRecord:
        source, source_id, kind, packed, url, stated, fetched, withdrawn, sha256 = row
        try:
            body = zlib.decompress(packed)
        except zlib.error:
            body = b""
        raw = RawRecord(source, source_id, kind, body, url, stated, fetched, bool(withdrawn))
        if raw.sha256 != sha256:
            raise StoreError(f"{self.path} is damaged at {source}:{source_id}: crawl again")
        return raw

    def _value(self, query: str, *arguments: str) -> object:
        """Return the one value that a query gives; None where it gives no row."""
        with self._guarded():
            row = self._db.execute(query, arguments).fetchone()
        return row[0] if row else None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Do what is done inside wholly or not at all."""
        with self._guarded():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Turn what SQLite says into one line that says what to do next."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            advice = _ADVICE.get(code, f"cannot be read or written: {error}")
            raise StoreError(f"{self.path} {advice}") from error


def _row(source: str, record: RawRecord) -> tuple[str | bytes | bool, ...]:
    if record.source != source:
        raise ValueError(f"a record of {record.source} in a page of {source}")
    return (
        source,
        record.source_id,
        record.kind,
        record.sha256,
        record.url,
        record.stated,
        record.fetched,
        record.withdrawn,
        zlib.compress(record.body),
    )


class ImageStore:
    """Images by the SHA-256 of their bytes: ``ab/abcd...``, whole or not there at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Return where an image lies, or would; raise ValueError for what is no SHA-256."""
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise ValueError(f"{sha256!r} is no SHA-256")
        return self.folder / sha256[:2] / sha256

    def put(self, body: bytes) -> str:
        """Store an image, unless it is there already, and return its SHA-256."""
        sha256 = hashlib.sha256(body).hexdigest()
        path = self.path(sha256)
        temporary = path.with_name(f".{sha256}.{os.getpid()}-{threading.get_ident()}.part")
        try:
            if path.is_file() and path.stat().st_size == len(body):
                return sha256
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                temporary.write_bytes(body)
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise disk_error(path, error) from error
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return an image's bytes; raise StoreError where they are absent or not those of its name."""
        path = self.path(sha256)
        try:
            body = path.read_bytes()
        except FileNotFoundError as error:
            raise StoreError(f"{path} is not there: fetch the images again") from error
        except OSError as error:
            raise disk_error(path, error) from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise StoreError(f"{path} is damaged: delete it and fetch the images again")
        return body

    def sweep(self) -> int:
        """Delete what a killed run left half written, and return the number; for the one owner alone."""
        left = list(self.folder.glob("[0-9a-f][0-9a-f]/.*.part"))
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def __contains__(self, sha256: str) -> bool:
        return self.path(sha256).is_file()
