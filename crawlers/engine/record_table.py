"""The table of raw records: every statement of every object once, and which of them is the newest."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import zstandard

from schemas.errors import StoreError
from schemas.raw import RawRecord

TABLES = """
CREATE TABLE record (
    source TEXT NOT NULL, source_id TEXT NOT NULL, kind TEXT NOT NULL, sha256 TEXT NOT NULL,
    withdrawn INTEGER NOT NULL, content TEXT, url TEXT NOT NULL, stated TEXT NOT NULL,
    fetched TEXT NOT NULL, received TEXT NOT NULL, supplement INTEGER NOT NULL, became INTEGER NOT NULL, seen INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (source, source_id, kind, sha256, withdrawn)
)
"""
"""``became`` and ``seen`` are ticks of the source's own counter, one for each record received: when a
statement last became its object's newest of its kind, and when it last came. ``received``: when it was
first fetched. ``content`` (see ``schemas.raw``) is known once a statement was compared with another one of different bytes."""

DIGESTED = """
SELECT source, source_id, kind, withdrawn, sha256, stated FROM record ORDER BY 1, 2, 3, 4, 5
"""

_PACKER, _UNPACKER = zstandard.ZstdCompressor(), zstandard.ZstdDecompressor()
"""Bodies are packed one by one (https://datatracker.ietf.org/doc/html/rfc8878), as they are read one by one."""

_NEWEST = """
SELECT sha256, withdrawn, fetched, stated, content FROM record
WHERE source = ? AND source_id = ? AND kind = ?
ORDER BY fetched DESC, stated DESC, seen DESC LIMIT 1
"""
_BODY = """
SELECT body FROM record
WHERE source = ? AND source_id = ? AND kind = ? AND withdrawn = ? AND sha256 = ?
"""
_SET_CONTENT = """
UPDATE record SET content = ?
WHERE source = ? AND source_id = ? AND kind = ? AND withdrawn = ? AND sha256 = ?
"""
_LIKE = """
SELECT sha256 FROM record
WHERE source = ? AND source_id = ? AND kind = ? AND withdrawn = ? AND (content = ? OR sha256 = ?)
"""
_SEE = """
UPDATE record SET stated = max(stated, ?), fetched = max(fetched, ?), seen = ?,
    became = coalesce(?, became)
WHERE source = ? AND source_id = ? AND kind = ? AND withdrawn = ? AND sha256 = ?
"""
"""A statement that a museum returns to becomes its newest again; the body first received stays."""
_PUT = """
INSERT INTO record VALUES (:source, :source_id, :kind, :sha256, :withdrawn, :content, :url, :stated,
    :fetched, :fetched, :supplement, :tick, :tick, :body)
"""

_OF_SOURCE = """
SELECT source, source_id, kind, body, url, stated, fetched, withdrawn, received, sha256
FROM record WHERE source = ? ORDER BY source_id, fetched, stated, seen
"""
_OF_OBJECT = """
SELECT source, source_id, kind, body, url, stated, fetched, withdrawn, received, sha256,
    supplement, became, seen
FROM record WHERE source = ? AND source_id = ? ORDER BY fetched, stated, seen
"""


_PURGE = "DELETE FROM record WHERE source = ? AND source_id = ?"


@dataclass(frozen=True)
class Stored:
    """What one page brought, each record counted once."""

    new: int = 0
    changed: int = 0
    same: int = 0
    """Nothing new: held already, stated anew without a change, or older than what is held."""
    withdrawn: int = 0
    """Gone, and not known to be so before."""

    def __add__(self, other: "Stored") -> "Stored":
        return Stored(
            self.new + other.new,
            self.changed + other.changed,
            self.same + other.same,
            self.withdrawn + other.withdrawn,
        )


SAME = Stored(same=1)


@dataclass(frozen=True)
class Outcome:
    """How one record is counted, and whether its object is gone by the newest statement of its kind."""

    count: Stored
    withdrawn: bool


def put_record(
    db: sqlite3.Connection, record: RawRecord, tick: int, *, supplement: bool
) -> Outcome:
    """Store one record; unless it counts as SAME, it is now the newest of its object and kind."""
    key = (record.source, record.source_id, record.kind)
    held = db.execute(_NEWEST, key).fetchone()
    if held is None:
        _insert(db, record, tick, content=None, supplement=supplement)
        return _first(record)
    if bool(held[1]) == record.withdrawn and _says_the_same(db, record, held):
        _see(db, record, tick, held[0], newest=False)
        return Outcome(SAME, record.withdrawn)
    newest = (record.fetched, record.stated) >= held[2:4]
    like = db.execute(_LIKE, (*key, record.withdrawn, record.content, record.sha256)).fetchone()
    if like is not None:
        _see(db, record, tick, like[0], newest=newest)
    else:
        _insert(db, record, tick, content=record.content, supplement=supplement)
    if not newest or (record.withdrawn and held[1]):
        return Outcome(SAME, bool(held[1]))
    return Outcome(Stored(withdrawn=1) if record.withdrawn else Stored(changed=1), record.withdrawn)


def _first(record: RawRecord) -> Outcome:
    return Outcome(Stored(withdrawn=1) if record.withdrawn else Stored(new=1), record.withdrawn)


def _says_the_same(db: sqlite3.Connection, record: RawRecord, held: tuple[Any, ...]) -> bool:
    """Return whether a record says what the newest one held says, whatever their bytes."""
    sha256, withdrawn, _, _, content = held
    if sha256 == record.sha256:
        return True
    if record.content_of is None:
        return False
    if content is None:
        where = (record.source, record.source_id, record.kind, withdrawn, sha256)
        content = record.content_of(_UNPACKER.decompress(db.execute(_BODY, where).fetchone()[0]))
        db.execute(_SET_CONTENT, (content, *where))
    return bool(content == record.content)


def _see(
    db: sqlite3.Connection, record: RawRecord, tick: int, sha256: str, *, newest: bool
) -> None:
    """Note that a statement that is held came again; ``newest``: it is so again."""
    came = (record.stated, record.fetched, tick, tick if newest else None)
    where = (record.source, record.source_id, record.kind, record.withdrawn, sha256)
    db.execute(_SEE, (*came, *where))


def _insert(
    db: sqlite3.Connection, record: RawRecord, tick: int, *, content: str | None, supplement: bool
) -> None:
    db.execute(
        _PUT,
        {
            "source": record.source,
            "source_id": record.source_id,
            "kind": record.kind,
            "sha256": record.sha256,
            "withdrawn": record.withdrawn,
            "content": content,
            "url": record.url,
            "stated": record.stated,
            "fetched": record.fetched,
            "supplement": supplement,
            "tick": tick,
            "body": _PACKER.compress(record.body),
        },
    )


def all_objects(db: sqlite3.Connection, source: str) -> Iterator[tuple[RawRecord, ...]]:
    """Yield all statements on each object, by rising id, newest last; memory holds one object at a time."""
    rows = map(_record, db.execute(_OF_SOURCE, (source,)))
    for _, statements in groupby(rows, key=attrgetter("source_id")):
        yield tuple(statements)


def valid_of_object(db: sqlite3.Connection, source: str, source_id: str) -> tuple[RawRecord, ...]:
    """Return the newest statement of each kind on one object, newest last.

    Supplements that came before the object itself last changed are left out: they may be about what it
    no longer is.
    """
    rows = [_Row(row) for row in db.execute(_OF_OBJECT, (source, source_id))]
    newest = {row.kind: row for row in rows}
    changed = max((row.became for row in newest.values() if not row.supplement), default=0)
    return tuple(
        row.record
        for row in rows
        if newest[row.kind] is row and (not row.supplement or row.seen > changed)
    )


def purge(db: sqlite3.Connection, source: str, source_id: str) -> int:
    """Delete all statements on one object; return how many there were."""
    return db.execute(_PURGE, (source, source_id)).rowcount


class _Row:
    """One row, unpacked only where its record is asked for."""

    def __init__(self, row: tuple[Any, ...]) -> None:
        self._record, self.kind = row[:-3], row[2]
        self.supplement, self.became, self.seen = row[-3:]

    @property
    def record(self) -> RawRecord:
        return _record(self._record)


def _record(row: tuple[Any, ...]) -> RawRecord:
    source, source_id, kind, packed, url, stated, fetched, withdrawn, received, sha256 = row
    try:
        body = _UNPACKER.decompress(packed)
    except zstandard.ZstdError:
        body = b""
    told = (source, source_id, kind, body, url, stated, fetched, bool(withdrawn))
    raw = RawRecord(*told, received=received)
    if raw.sha256 != sha256:
        raise StoreError(f"the raw store is damaged at {source}:{source_id}: crawl again")
    return raw
