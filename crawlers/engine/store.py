"""What crawls leave on disk: raw records, how far each crawl is and what became of every id, in one SQLite file."""

import hashlib
import json
import sqlite3
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

from crawlers.engine import census, record_table
from crawlers.engine.census import Census, Ledger
from crawlers.engine.database import Database
from crawlers.engine.record_table import SAME, Outcome, Stored, put_record
from crawlers.engine.source import Bulk, Page
from schemas.errors import SourceError
from schemas.raw import RawRecord

__all__ = ["Census", "CrawlState", "RawStore", "Receipt", "Stored"]

APPLICATION_ID = 0x4F41_5257  # "OARW": how the file says whose it is
FORMAT = 2

PAGES, AGAIN, VANISHED, SUPPLEMENTS, FINISHED = STAGES = (
    "pages",
    "again",
    "vanished",
    "supplements",
    "finished",
)
"""What a crawl goes through, each with a cursor of its own: see ``crawlers.engine.run``."""

_TABLES = f"""
{record_table.TABLES};
CREATE TABLE crawl (
    source TEXT PRIMARY KEY, number INTEGER NOT NULL, since TEXT NOT NULL, stage TEXT NOT NULL,
    cursor TEXT NOT NULL, listed INTEGER NOT NULL, expected INTEGER, ticks INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE due (
    source TEXT NOT NULL, source_id TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (source, source_id)
) WITHOUT ROWID;
CREATE TABLE bulk (
    source TEXT PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT NOT NULL, url TEXT NOT NULL,
    fetched TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE receipt (number INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, report TEXT NOT NULL);
{census.TABLES}
"""
"""``due`` are the objects whose supplements are to be looked at; the reason says why that failed."""

_BEGIN = """
INSERT INTO crawl VALUES (:source, 1, :since, 'pages', '', 0, NULL, 0)
ON CONFLICT DO UPDATE SET
    number = number + 1, since = :since, stage = 'pages', cursor = '', listed = 0, expected = NULL
"""
_STATE = "SELECT number, since, stage, cursor, listed, expected, ticks FROM crawl WHERE source = ?"
_ADVANCE = """
UPDATE crawl SET stage = :stage, cursor = coalesce(nullif(:cursor, ''), cursor), listed = :listed,
    expected = coalesce(:expected, expected), ticks = :ticks
WHERE source = :source
"""

_DUE = "SELECT source_id FROM due WHERE source = ? AND source_id > ? ORDER BY source_id LIMIT ?"
_PUT_DUE = "INSERT INTO due VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET reason = excluded.reason"
_NOT_DUE = "DELETE FROM due WHERE source = ? AND source_id = ?"
_DUE_DONE = "DELETE FROM due WHERE source = ? AND source_id > ? AND source_id <= ?"
_DUE_REASONS = "SELECT reason, count(*) FROM due WHERE source = ? GROUP BY 1 ORDER BY 1"

_COMPLETE = """
SELECT DISTINCT source_id FROM record
WHERE source = ?1 AND supplement AND NOT withdrawn
    AND source_id NOT IN (SELECT source_id FROM due WHERE source = ?1)
LIMIT ?2
"""
_SUPPLEMENTS = "SELECT DISTINCT kind FROM record WHERE source = ? AND source_id = ? AND supplement"

_HELD_IN = ("record", "census", "due")
"""The tables that name objects."""

_DIGESTED = (
    record_table.DIGESTED,
    "SELECT source, cursor, stage, since FROM crawl ORDER BY 1",
    "SELECT source, source_id, outcome FROM census ORDER BY 1, 2",
    "SELECT source, source_id FROM due ORDER BY 1, 2",
    "SELECT source, sha256 FROM bulk ORDER BY 1",
)


@dataclass(frozen=True)
class CrawlState:
    """How far the crawl of a source is; ``number`` 0: none was begun."""

    number: int = 0
    since: date | None = None
    stage: str = PAGES
    cursor: str = ""
    listed: bool = False
    """A page of it carried the ids of a list."""
    expected: int | None = None
    ticks: int = 0


@dataclass(frozen=True)
class Receipt:
    """What a run noted of itself, under the name of the run."""

    run: str
    report: Mapping[str, Any]


class RawStore:
    """Raw records, how far each crawl has come, the census, bulk files and receipts, in one SQLite file.

    One process writes (the workspace's lock sees to that) while others may read, with ``read_only``.
    Every method is one transaction, on the disk when it returns; it raises StoreError where the disk
    or a permission is in the way.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._db = Database(
            path, application_id=APPLICATION_ID, form=FORMAT, tables=_TABLES, read_only=read_only
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; the store cannot be used afterwards."""
        self._db.close()

    def put(self, source: str, page: Page, *, wanting: Container[str] | None = None) -> Stored:
        """Store a page, what it says of ids and its cursor in one transaction; again, it changes nothing.

        ``wanting`` holds the ids of the objects that want supplements; None: any may.
        What stage the crawl is in (``enter``) says what the records are: objects, or in the last stage
        supplements, whose cursor tells up to which object they are complete. An empty cursor keeps the
        one before, so that a crawl that is broken off before its end asks for its last page again, and
        not for everything.
        """
        try:
            with self._db.transaction() as db:
                state = self._begun(db, source)
                if state.stage == SUPPLEMENTS:
                    stored, listed = self._put_supplements(db, source, page, state), state.listed
                else:
                    stored, listed = self._put_objects(db, source, page, state, wanting)
                self._advance(db, source, page, state, listed=listed)
        except UnicodeEncodeError as error:
            raise SourceError(f"{source}: an id or address holds no text: {error}") from error
        return stored

    def _begun(self, db: sqlite3.Connection, source: str) -> CrawlState:
        state = self.state(source)
        if not state.number:
            db.execute(_BEGIN, {"source": source, "since": ""})
            return self.state(source)
        return state

    def _put_objects(
        self,
        db: sqlite3.Connection,
        source: str,
        page: Page,
        state: CrawlState,
        wanting: Container[str] | None,
    ) -> tuple[Stored, bool]:
        """Store records and note what a page says of ids; return whether this crawl has a list of them."""
        ledger = Ledger(
            db,
            source,
            crawl=state.number,
            whole=state.since is None,
            names=state.stage in {PAGES, FINISHED},
        )
        listed = ledger.name(page.named) or state.listed
        ledger.in_bulk(page.in_bulk, listed=listed)
        ledger.fail(page.unfetched)
        if page.bulk is not None:
            self._put_bulk(db, source, page.bulk)
        outcomes = _put_records(db, source, page, state)
        told = zip(page.records, outcomes, strict=True)
        ledger.settle((record.source_id, outcome.withdrawn) for record, outcome in told)
        for record, outcome in zip(page.records, outcomes, strict=True):
            if outcome.count != SAME:
                wants = wanting is None or record.source_id in wanting
                _put_due(
                    db, record, wants=wants and not record.withdrawn, new=outcome.count.new > 0
                )
        return _sum(outcomes), listed

    def _put_supplements(
        self, db: sqlite3.Connection, source: str, page: Page, state: CrawlState
    ) -> Stored:
        """Store supplements; those of all objects up to the cursor are held now, but for the unfetched."""
        outcomes = _put_records(db, source, page, state)
        db.execute(_DUE_DONE, (source, state.cursor, page.cursor))
        failed = ((source, one.source_id, one.reason) for one in page.unfetched)
        db.executemany(_PUT_DUE, failed)
        return _sum(outcomes)

    def _advance(
        self, db: sqlite3.Connection, source: str, page: Page, state: CrawlState, *, listed: bool
    ) -> None:
        told = {
            "source": source,
            "stage": PAGES if state.stage == FINISHED else state.stage,
            "cursor": page.cursor,
            "listed": listed,
            "expected": page.expected,
            "ticks": state.ticks + len(page.records),
        }
        db.execute(_ADVANCE, told)

    def _put_bulk(self, db: sqlite3.Connection, source: str, bulk: Bulk) -> None:
        """Keep a bulk file's path as seen from the store's folder, so that a workspace may be moved."""
        folder, path = self.path.parent.resolve(), bulk.path.resolve()
        kept = path.relative_to(folder) if path.is_relative_to(folder) else path
        row = (source, kept.as_posix(), bulk.sha256, bulk.url, bulk.fetched)
        db.execute("INSERT OR REPLACE INTO bulk VALUES (?, ?, ?, ?, ?)", row)

    def bulk(self, source: str) -> Bulk | None:
        """Return the bulk file that holds a source's records, where there is one."""
        query = "SELECT path, sha256, url, fetched FROM bulk WHERE source = ?"
        row = self._row(query, source)
        return Bulk(self.path.parent / row[0], *row[1:]) if row else None

    def state(self, source: str) -> CrawlState:
        """Return how far the crawl of a source is."""
        row = self._row(_STATE, source)
        if row is None:
            return CrawlState()
        number, since, stage, cursor, listed, expected, ticks = row
        day = date.fromisoformat(since) if since else None
        return CrawlState(number, day, stage, cursor, bool(listed), expected, ticks)

    def cursor(self, source: str) -> str:
        """Return where a crawl of a source goes on in its stage; empty: at the beginning."""
        return self.state(source).cursor

    def since(self, source: str) -> date | None:
        """Return from which day on the present crawl of a source takes changes; None: everything."""
        return self.state(source).since

    def finished(self, source: str) -> bool:
        """Return whether the last crawl of a source came to its end."""
        return self.state(source).stage == FINISHED

    def begin(self, source: str, *, since: date | None = None) -> None:
        """Start a new crawl of a source, of what changed ``since``; what is stored of it stays."""
        told = {"source": source, "since": since.isoformat() if since else ""}
        with self._db.transaction() as db:
            db.execute(_BEGIN, told)

    def enter(self, source: str, stage: str) -> None:
        """Go over to another stage of the crawl, at its beginning."""
        if stage not in STAGES:
            raise ValueError(f"{stage!r} is no stage of a crawl")
        with self._db.transaction() as db:
            self._begun(db, source)
            told = (stage, source)
            db.execute("UPDATE crawl SET stage = ?, cursor = '' WHERE source = ?", told)

    def finish(self, source: str) -> None:
        """Note that the crawl of a source is whole."""
        self.enter(source, FINISHED)

    def records(self, source: str) -> Iterator[tuple[RawRecord, ...]]:
        """Yield all that is held of each object, by id (as text), the newest statement last.

        Withdrawn ones and supplements are among them. Memory holds one object at a time.
        """
        with self._db.guarded():
            yield from record_table.all_objects(self._db.connection, source)

    def due(self, source: str, after: str, limit: int) -> list[tuple[RawRecord, ...]]:
        """Return what is held of objects whose supplements are to be looked at, by rising id.

        The newest of each kind, newest last; without the supplements that came before the object itself
        last changed, so that they are asked for again.
        """
        with self._db.guarded():
            db = self._db.connection
            ids = [row[0] for row in db.execute(_DUE, (source, after, limit))]
            return [record_table.valid_of_object(db, source, one) for one in ids]

    def complete(self, source: str, limit: int) -> list[tuple[RawRecord, ...]]:
        """Return some objects whose supplements are held, without these."""
        with self._db.guarded():
            db = self._db.connection
            objects = []
            for (one,) in db.execute(_COMPLETE, (source, limit)).fetchall():
                kinds = {row[0] for row in db.execute(_SUPPLEMENTS, (source, one))}
                raws = record_table.valid_of_object(db, source, one)
                objects.append(tuple(raw for raw in raws if raw.kind not in kinds))
            return [raws for raws in objects if raws]

    def statements(self, source: str, source_id: str) -> tuple[RawRecord, ...]:
        """Return the newest statement of each kind on one object, newest last; none where it is not held."""
        with self._db.guarded():
            return record_table.valid_of_object(self._db.connection, source, source_id)

    def mentions(self, source: str, source_id: str) -> Mapping[str, int]:
        """Return the tables that name an object, each with the number of rows that do."""
        with self._db.guarded():
            db, found = self._db.connection, {}
            for table in _HELD_IN:
                query = f"SELECT count(*) FROM {table} WHERE source = ? AND source_id = ?"  # noqa: S608 - our own names
                found[table] = int(db.execute(query, (source, source_id)).fetchone()[0])
        return {table: rows for table, rows in found.items() if rows}

    def ids(self, source: str) -> list[str]:
        """Return the ids of all objects of a source of which something is held, sorted."""
        query = "SELECT DISTINCT source_id FROM record WHERE source = ? ORDER BY 1"
        with self._db.guarded():
            return [row[0] for row in self._db.connection.execute(query, (source,))]

    def purge(self, source: str, source_id: str) -> int:
        """Delete all that is held of one object so that no byte of it stays; return how many statements it was.

        The census and what is due forget it too. Only a later crawl can bring it back. A purge that was
        broken off is done by the same call again.
        """
        with self._db.transaction() as db:
            statements = record_table.purge(db, source, source_id)
            db.execute("DELETE FROM census WHERE source = ? AND source_id = ?", (source, source_id))
            db.execute(_NOT_DUE, (source, source_id))
        self._db.scrub()
        return statements

    def count(self, source: str) -> int:
        """Return how many objects of a source something is held of."""
        query = "SELECT count(DISTINCT source_id) FROM record WHERE source = ?"
        return int(str(self._db.value(query, source)))

    def sources(self) -> tuple[str, ...]:
        """Return the sources of which something is held, or a crawl was begun, by name."""
        with self._db.guarded():
            rows = self._db.connection.execute("SELECT source FROM crawl ORDER BY 1")
            return tuple(row[0] for row in rows)

    def unsettled(self, source: str, after: str = "", limit: int = 100) -> list[str]:
        """Return ids that were named and never settled, or could not be had, by rising id."""
        with self._db.guarded():
            return census.left(self._db.connection, source, after, limit)

    def vanished(self, source: str, after: str = "", limit: int = 100) -> list[str]:
        """Return ids that are held, and that the present crawl neither named nor asked after."""
        number = self.state(source).number
        with self._db.guarded():
            return census.vanished(self._db.connection, source, number, after, limit)

    def held(self, source: str, limit: int) -> list[str]:
        """Return some ids that are stored, those first that the source named last."""
        with self._db.guarded():
            return census.held(self._db.connection, source, limit)

    def census(self, source: str) -> Census:
        """Return what became of every id that a source named so far."""
        state = self.state(source)
        with self._db.guarded():
            db = self._db.connection
            due = dict(db.execute(_DUE_REASONS, (source,)).fetchall())
            return census.count(db, source, state.number, state.expected, due)

    def put_receipt(self, run: str, report: Mapping[str, Any]) -> None:
        """Store what a run notes of itself (JSON), in place of what it noted before."""
        with self._db.transaction() as db:
            db.execute(
                "INSERT INTO receipt (run, report) VALUES (?, ?)"
                " ON CONFLICT (run) DO UPDATE SET report = excluded.report",
                (run, json.dumps(report)),
            )

    def receipts(self) -> tuple[Receipt, ...]:
        """Return the receipts of all runs, the newest run first."""
        with self._db.guarded():
            query = "SELECT run, report FROM receipt ORDER BY number DESC"
            rows = self._db.connection.execute(query).fetchall()
        return tuple(Receipt(run, json.loads(report)) for run, report in rows)

    def digest(self) -> str:
        """Return the SHA-256 of all that is held, in whatever order it came.

        Without what two crawls of the same museum differ in: when it was fetched, by which way (a
        record stands on pages of many addresses), and why something could not be had.
        """
        sha256 = hashlib.sha256()
        with self._db.guarded():
            for query in _DIGESTED:
                for row in self._db.connection.execute(query):
                    sha256.update(json.dumps(row).encode() + b"\n")
                sha256.update(b"\n")
        return sha256.hexdigest()

    def _row(self, query: str, source: str) -> tuple[Any, ...] | None:
        with self._db.guarded():
            row: tuple[Any, ...] | None = self._db.connection.execute(query, (source,)).fetchone()
        return row


def _put_records(
    db: sqlite3.Connection, source: str, page: Page, state: CrawlState
) -> list[Outcome]:
    outcomes = []
    for tick, record in enumerate(page.records, state.ticks + 1):
        if record.source != source:
            raise ValueError(f"a record of {record.source} in a page of {source}")
        outcomes.append(put_record(db, record, tick, supplement=state.stage == SUPPLEMENTS))
    return outcomes


def _sum(outcomes: Iterable[Outcome]) -> Stored:
    return sum((outcome.count for outcome in outcomes), Stored())


def _put_due(db: sqlite3.Connection, record: RawRecord, *, wants: bool, new: bool) -> None:
    """Have the supplements of an object looked at, as it is another now, or no longer."""
    if wants:
        db.execute(_PUT_DUE, (record.source, record.source_id, ""))
    elif not new:
        db.execute(_NOT_DUE, (record.source, record.source_id))
