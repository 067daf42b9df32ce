"""Pictures by the SHA-256 of what the museum served, and how the fetching of each address ended.

A file is named by its original and holds what was prepared of it (``crawlers.engine.picture``). Beside the
files, ``index.sqlite`` says what the originals were, which address gave which of them, and what each
of them looks like.
"""

import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import astuple, dataclass
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from crawlers.engine.database import Database, disk_error
from crawlers.engine.look import Look, look_at
from crawlers.engine.look_table import LookTable
from crawlers.engine.picture import MAX_PIXELS, Original, Prepared, fits_now
from schemas.errors import StoreError

APPLICATION_ID = 0x4F41_5049  # "OAPI": how the index says whose it is
FORMAT = 1

STATUSES: Mapping[str, str] = MappingProxyType(
    {
        "fetched": "the picture is in the image store",
        "gone": "the host says that there is no such picture",
        "quarantined": "what the host serves is no picture that can be used; the reason says why",
        "failed": "it could not be had this time, and is asked for again next time",
    }
)
PLACEHOLDER = "placeholder"
"""How the reason begins for which a picture that many addresses share is quarantined."""

_TABLES = """
CREATE TABLE picture (
    sha256 TEXT PRIMARY KEY, size_bytes INTEGER NOT NULL, form TEXT NOT NULL, mode TEXT NOT NULL,
    width_px INTEGER NOT NULL, height_px INTEGER NOT NULL, note TEXT NOT NULL,
    kept_sha256 TEXT NOT NULL, kept_size_bytes INTEGER NOT NULL,
    kept_width_px INTEGER NOT NULL, kept_height_px INTEGER NOT NULL, kept_for_px INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE outcome (
    url TEXT PRIMARY KEY, sha256 TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    run INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX outcome_by_picture ON outcome (sha256);
CREATE INDEX outcome_by_run ON outcome (run, status, reason)
"""

_ASKED_TOGETHER = 500  # SQLite takes 999 arguments at least

_PICTURE = "SELECT size_bytes, form, mode, width_px, height_px, note FROM picture WHERE sha256 = ?"
_KEPT = (
    "SELECT kept_sha256, kept_size_bytes, kept_width_px, kept_height_px, kept_for_px"
    " FROM picture WHERE sha256 = ?"
)
_FOUND = """
SELECT url, sha256, status, reason, size_bytes, form, mode, width_px, height_px
FROM outcome LEFT JOIN picture USING (sha256) WHERE url IN ({marks})
"""
_SETTLED = """
SELECT status, reason, sha256, kept_size_bytes, kept_for_px, max(width_px, height_px)
FROM outcome LEFT JOIN picture USING (sha256) WHERE url = ?
"""
_SHARED = (
    "SELECT sha256, count(*) FROM outcome WHERE sha256 <> '' GROUP BY sha256 HAVING count(*) >= ?"
)
_SET_ASIDE = """
UPDATE outcome SET status = 'quarantined', reason = ?2
WHERE sha256 = ?1 AND status IN ('fetched', 'quarantined') AND reason <> ?2
"""
_TAKE_BACK = """
UPDATE outcome SET status = 'fetched', reason = '' WHERE reason LIKE ?2 || ':%' AND sha256 IN (
    SELECT sha256 FROM outcome WHERE sha256 <> '' GROUP BY sha256 HAVING count(*) < ?1
)
"""
_DIGESTED = (  # not the looks: they follow from what is kept
    "SELECT * FROM picture ORDER BY 1",
    "SELECT url, sha256, status, reason FROM outcome ORDER BY 1",
)


@dataclass(frozen=True)
class ImageOutcome:
    """How the fetching of one image ended."""

    url: str
    sha256: str
    """Of the picture as served; empty where there is none."""
    status: str
    """One of STATUSES."""
    reason: str = ""
    """Why it is quarantined or failed: a few words, then perhaps a colon and particulars."""


@dataclass(frozen=True)
class Kept:
    """What the store keeps of a picture: the prepared JPEG, and the longest side it was made for."""

    sha256: str
    size_bytes: int
    width_px: int
    height_px: int
    for_px: int


@dataclass(frozen=True)
class Staged:
    """A prepared picture that lies on the disk under a temporary name."""

    path: Path
    original: Original
    kept: Kept
    note: str
    look: bytes = b""
    """Packed; empty: nobody has looked."""


class ImageStore:
    """Pictures in ``ab/abcd...``, whole or not there at all, and ``index.sqlite``.

    ``read_only`` makes nothing, and may be used beside a run that writes; without an index it then gives
    the bytes alone. A store belongs to the thread that opened it, but for ``stage``.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.folder = folder
        self._numbers = count()
        self._run = 0
        self._index: Database | None = None
        self._looks: LookTable | None = None
        path = folder / "index.sqlite"
        if not read_only or path.is_file():
            self._index = Database(
                path,
                application_id=APPLICATION_ID,
                form=FORMAT,
                tables=_TABLES,
                read_only=read_only,
            )
            self._looks = LookTable(self._index, read_only=read_only)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index; only bytes can be asked for afterwards."""
        if self._index is not None:
            self._index.close()
            self._index = self._looks = None

    def path(self, sha256: str) -> Path:
        """Return where a picture lies, or would; raise ValueError for what is no SHA-256."""
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise ValueError(f"{sha256!r} is no SHA-256")
        return self.folder / sha256[:2] / sha256

    def __contains__(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def put(self, prepared: Prepared) -> str:
        """Store a picture, and return its original's SHA-256."""
        self.put_all([self.stage(prepared)], [])
        return prepared.original.sha256

    def stage(self, prepared: Prepared) -> Staged:
        """Write a picture under a temporary name, for ``put_all`` to give it its own; any thread may."""
        original, body = prepared.original, prepared.body
        final = self.path(original.sha256)
        path = final.with_name(f".{final.name}.{os.getpid()}-{next(self._numbers)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                _write_through(path, body)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise disk_error(final, error) from error
        kept = Kept(
            hashlib.sha256(body).hexdigest(),
            len(body),
            prepared.width_px,
            prepared.height_px,
            prepared.for_px,
        )
        return Staged(path, original, kept, prepared.note, prepared.look)

    def put_outcomes(self, outcomes: Sequence[ImageOutcome]) -> None:
        """Store how addresses ended, in place of what was stored of them before; one transaction."""
        self.put_all([], outcomes)

    def put_all(
        self,
        staged: Sequence[Staged],
        outcomes: Sequence[ImageOutcome],
        *,
        placeholder_urls: int = 0,
    ) -> None:
        """Store pictures and how addresses ended, in one transaction.

        A picture that is held already for as large a side or a larger one stays as it is. From
        ``placeholder_urls`` addresses on (0: never) those that share a picture are quarantined, the
        earlier ones too.
        """
        rows = [(*astuple(one), self._run) for one in outcomes]
        with self._opened().transaction() as connection:
            for one in staged:
                self._settle(connection, one)
            connection.executemany("INSERT OR REPLACE INTO outcome VALUES (?, ?, ?, ?, ?)", rows)
            if placeholder_urls:
                touched = {one.sha256 for one in outcomes if one.sha256}
                _set_aside(connection, _shared(connection, touched, placeholder_urls))

    def _settle(self, connection: sqlite3.Connection, staged: Staged) -> None:
        """Give a staged picture its name, unless what is held is as good."""
        original = staged.original
        row = connection.execute(_KEPT, (original.sha256,)).fetchone()
        final = self.path(original.sha256)
        try:
            if (
                row
                and Kept(*row).for_px >= staged.kept.for_px
                and _size(final) == Kept(*row).size_bytes
            ):
                staged.path.unlink(missing_ok=True)
                return
            staged.path.replace(final)
        except OSError as error:
            raise disk_error(final, error) from error
        connection.execute(
            "INSERT OR REPLACE INTO picture VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*astuple(original), staged.note, *astuple(staged.kept)),
        )
        if staged.look and self._looks is not None:
            self._looks.put(connection, {original.sha256: staged.look})

    def read(self, sha256: str) -> bytes:
        """Return what is kept of a picture; raise StoreError where it is absent or not as it was written."""
        path = self.path(sha256)
        try:
            body = path.read_bytes()
        except FileNotFoundError as error:
            raise StoreError(f"{path} is not there: fetch the images again") from error
        except OSError as error:
            raise disk_error(path, error) from error
        kept = self.kept(sha256) if self._index else None
        if kept and hashlib.sha256(body).hexdigest() != kept.sha256:
            raise StoreError(f"{path} is damaged: delete it and fetch the images again")
        return body

    def original(self, sha256: str) -> Original | None:
        """Return what a picture was as served; None: the index does not know it."""
        row = self._row(_PICTURE, sha256)
        return Original(sha256, *row[:-1]) if row else None

    def note(self, sha256: str) -> str:
        """Return what was out of order with a picture that could be used nevertheless; mostly empty."""
        row = self._row(_PICTURE, sha256)
        return str(row[-1]) if row else ""

    def kept(self, sha256: str) -> Kept | None:
        """Return what is kept of a picture; None: the index does not know it."""
        row = self._row(_KEPT, sha256)
        return Kept(*row) if row else None

    def look(self, sha256: str) -> Look:
        """Return what a picture that is kept looks like; raise StoreError as ``read``."""
        return self.looks([sha256])[sha256]

    def looks(self, hashes: Iterable[str], pool: Executor | None = None) -> Mapping[str, Look]:
        """Return what pictures look like.

        Those of which it is not stored are looked at, in the pool, and it is stored where the index may be written.
        Their JPEGs are held meanwhile: ask for some hundreds at a time. Raises StoreError as ``read`` does.
        """
        wanted = list(dict.fromkeys(hashes))
        held = self._looks.held(wanted) if self._looks else {}
        missing = [sha256 for sha256 in wanted if sha256 not in held]
        if missing:
            found = self._look(missing, pool)
            if self._looks is not None:
                self._looks.put_found(found)
            held |= found
        return {sha256: Look.unpacked(packed) for sha256, packed in held.items()}

    def _look(self, hashes: Sequence[str], pool: Executor | None) -> dict[str, bytes]:
        """Return what pictures look like, packed, from the JPEGs that are kept of them."""
        bodies = [self.read(sha256) for sha256 in hashes]
        looking = iter((pool.map if pool else map)(look_at, bodies))
        found = {}
        for sha256 in hashes:
            try:
                found[sha256] = next(looking)
            except OSError as error:
                raise StoreError(
                    f"{self.path(sha256)} is no picture: delete it and fetch the images again"
                ) from error
        return found

    def outcome(self, url: str) -> ImageOutcome | None:
        """Return how the fetching of an image ended; None: it was never asked for."""
        row = self._row("SELECT url, sha256, status, reason FROM outcome WHERE url = ?", url)
        return ImageOutcome(*row) if row else None

    def found(self, urls: Iterable[str]) -> Mapping[str, tuple[ImageOutcome, Original | None]]:
        """Return of those addresses that were asked for how that ended, and what the picture was as served."""
        wanted = list(dict.fromkeys(urls))
        found = {}
        for first in range(0, len(wanted), _ASKED_TOGETHER):
            some = wanted[first : first + _ASKED_TOGETHER]
            for row in self._rows(_FOUND.format(marks=",".join("?" * len(some))), *some):
                original = None if row[4] is None else Original(row[1], *row[4:])
                found[row[0]] = ImageOutcome(*row[:4]), original
        return found

    def is_settled(
        self, url: str, max_px: int, *, max_pixels: int = MAX_PIXELS, update: bool = False
    ) -> bool:
        """Return whether an address needs no asking: its end is final, its picture there and large enough.

        Large enough is one that was kept for ``max_px``, or whole. A file of another size than was
        written is not there. One that had too many pixels is asked for again where ``max_pixels`` now
        allows them. With ``update`` no end is final but a picture that is there.
        """
        row = self._row(_SETTLED, url)
        if row is None or row[0] == "failed":
            return False
        status, reason, sha256, size_bytes, for_px, longest_px = row
        if status != "fetched":
            return not (update or fits_now(reason, max_pixels))
        if for_px is None or (for_px < max_px and longest_px > for_px):
            return False
        return _size(self.path(sha256)) == int(size_bytes)

    def asked_in(self, url: str) -> int:
        """Return the number of the last run in which an address came to an end; 0: in none."""
        row = self._row("SELECT run FROM outcome WHERE url = ?", url)
        return int(row[0]) if row else 0

    def fetched_below(self, prefix: str, limit: int) -> list[str]:
        """Return some addresses that begin so, and whose picture was fetched."""
        query = "SELECT url FROM outcome WHERE url >= ? AND url < ? AND status = 'fetched' LIMIT ?"
        return [row[0] for row in self._rows(query, prefix, f"{prefix}\U0010ffff", limit)]

    def counts(self) -> Mapping[str, int]:
        """Return how many addresses ended in each of STATUSES."""
        found = self._rows("SELECT status, count(*) FROM outcome GROUP BY status")
        return dict.fromkeys(STATUSES, 0) | dict(found)

    def begin_run(self, *, placeholder_urls: int = 0) -> None:
        """Count what is stored from now on as one run; look again at which pictures are placeholders."""
        index = self._opened()
        self._run = int(str(index.value("SELECT coalesce(max(run), 0) + 1 FROM outcome")))
        if placeholder_urls:
            with index.transaction() as connection:
                connection.execute(_TAKE_BACK, (placeholder_urls, PLACEHOLDER))
                shared = connection.execute(_SHARED, (placeholder_urls,)).fetchall()
                _set_aside(connection, dict(shared))

    def run_counts(self) -> Sequence[tuple[str, str, int]]:
        """Return how many addresses of this run ended in each status, for each reason."""
        query = (
            "SELECT status, reason, count(*) FROM outcome WHERE run = ? GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return self._rows(query, self._run)

    def run_notes(self) -> Mapping[str, int]:
        """Return how many pictures fetched in this run have each note."""
        query = (
            "SELECT note, count(*) FROM outcome JOIN picture USING (sha256)"
            " WHERE run = ? AND status = 'fetched' AND note <> '' GROUP BY 1 ORDER BY 1"
        )
        return dict(self._rows(query, self._run))

    def digest(self) -> str:
        """Return the SHA-256 of all that the index holds, in whatever order it came."""
        sha256 = hashlib.sha256()
        with self._opened().guarded():
            for query in _DIGESTED:
                for row in self._opened().connection.execute(query):
                    sha256.update(json.dumps(row).encode() + b"\n")
                sha256.update(b"\n")
        return sha256.hexdigest()

    def addresses(self, sha256: str) -> list[str]:
        """Return the addresses that gave a picture, sorted."""
        query = "SELECT url FROM outcome WHERE sha256 = ? ORDER BY 1"
        return [row[0] for row in self._rows(query, sha256)]

    def mentions(self, sha256: str) -> list[str]:
        """Return what is held of a picture: its file, half-written ones, tables of the index."""
        tables = [
            table
            for table in self._tables_of_pictures()
            if self._row(f"SELECT 1 FROM {table} WHERE sha256 = ?", sha256)  # noqa: S608 - our own names
        ]
        return [*(path.name for path in self.files(sha256)), *tables]

    def purge(self, sha256: str) -> int:
        """Delete a picture and all that the index says of it so that no byte stays; return the files deleted.

        How its addresses ended is forgotten: asked for, they would be fetched again.
        """
        files = self.files(sha256)
        for path in files:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise disk_error(path, error) from error
        with self._opened().transaction() as connection:
            for table in self._tables_of_pictures():
                connection.execute(f"DELETE FROM {table} WHERE sha256 = ?", (sha256,))  # noqa: S608
        self._opened().scrub()
        return len(files)

    def forget(self, urls: Iterable[str]) -> int:
        """Delete how some addresses ended so that none of them stays in the index; return how many there were."""
        with self._opened().transaction() as connection:
            gone = sum(
                connection.execute("DELETE FROM outcome WHERE url = ?", (url,)).rowcount
                for url in urls
            )
        self._opened().scrub()
        return gone

    def files(self, sha256: str) -> list[Path]:
        """Return the files that hold a picture, half-written ones among them."""
        final = self.path(sha256)
        return sorted(
            path for path in (final, *final.parent.glob(f".{sha256}.*")) if path.is_file()
        )

    def _tables_of_pictures(self) -> list[str]:
        """Return the tables that name pictures, those that an earlier version of ours made among them."""
        query = (
            "SELECT m.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c"
            " WHERE m.type = 'table' AND c.name = 'sha256' ORDER BY 1"
        )
        return [row[0] for row in self._rows(query)]

    def sweep(self) -> int:
        """Delete what a killed run left half written, and return the number; for the one owner alone."""
        left = list(self.folder.glob("[0-9a-f][0-9a-f]/.*.part"))
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _opened(self) -> Database:
        if self._index is None:
            raise StoreError(f"{self.folder / 'index.sqlite'} is not there: fetch the images again")
        return self._index

    def _row(self, query: str, *arguments: str) -> tuple[Any, ...] | None:
        """Return the first row that a query gives."""
        row: tuple[Any, ...] | None
        with self._opened().guarded():
            row = self._opened().connection.execute(query, arguments).fetchone()
        return row

    def _rows(self, query: str, *arguments: str | int) -> list[tuple[Any, ...]]:
        with self._opened().guarded():
            return self._opened().connection.execute(query, arguments).fetchall()


def _write_through(path: Path, body: bytes) -> None:
    """Write a file, and wait until it is on the disk: its name comes later."""
    with path.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _size(path: Path) -> int | None:
    """Return a file's bytes; None: it is not there."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _shared(
    connection: sqlite3.Connection, hashes: Iterable[str], at_least: int
) -> Mapping[str, int]:
    """Return those of some pictures that so many addresses give, each with the number."""
    query = "SELECT count(*) FROM outcome WHERE sha256 = ?"
    found = {sha256: connection.execute(query, (sha256,)).fetchone()[0] for sha256 in hashes}
    return {sha256: addresses for sha256, addresses in found.items() if addresses >= at_least}


def _set_aside(connection: sqlite3.Connection, shared: Mapping[str, int]) -> None:
    """Quarantine every address of the pictures that too many addresses share."""
    for sha256, addresses in shared.items():
        reason = f"{PLACEHOLDER}: same picture at {addresses} addresses"
        connection.execute(_SET_ASIDE, (sha256, reason))
