"""What pictures look like, kept in the image store's index: told once, and told anew when it comes to be another."""

import sqlite3
from collections.abc import Mapping, Sequence

from crawlers.engine.database import Database
from crawlers.engine.look import FORM

_TABLE = """
CREATE TABLE IF NOT EXISTS look (
    sha256 TEXT PRIMARY KEY, kept_sha256 TEXT NOT NULL, form INTEGER NOT NULL, packed BLOB NOT NULL
) WITHOUT ROWID
"""
"""Beside the tables of the index's format, not one of them: a store made before has none, and is none the worse. A
row tells of the JPEG that it names and was made by ``look.FORM``; one of another is as if it were not there."""
_THERE = "SELECT count(*) FROM sqlite_schema WHERE name = 'look'"
_HELD = """
SELECT sha256, packed FROM picture JOIN look USING (sha256, kept_sha256)
WHERE look.form = {form} AND sha256 IN ({marks})
"""
_PUT = "INSERT OR REPLACE INTO look SELECT sha256, kept_sha256, ?, ? FROM picture WHERE sha256 = ?"
_ASKED_TOGETHER = 500  # SQLite takes 999 arguments at least


class LookTable:
    """The looks, packed (``crawlers.engine.look``), of the pictures that an index knows."""

    def __init__(self, index: Database, *, read_only: bool) -> None:
        self._index, self._writes = index, not read_only
        self._is_there = bool(index.value(_THERE))
        if self._writes and not self._is_there:
            with index.transaction() as connection:
                connection.execute(_TABLE)
            self._is_there = True

    def held(self, wanted: Sequence[str]) -> dict[str, bytes]:
        """Return the looks that are stored of some pictures, by SHA-256."""
        held: dict[str, bytes] = {}
        for first in range(0, len(wanted) if self._is_there else 0, _ASKED_TOGETHER):
            some = wanted[first : first + _ASKED_TOGETHER]
            query = _HELD.format(form=FORM, marks=",".join("?" * len(some)))
            with self._index.guarded():
                held.update(self._index.connection.execute(query, some).fetchall())
        return held

    def put(self, connection: sqlite3.Connection, looks: Mapping[str, bytes]) -> None:
        """Store looks within a transaction; of a picture that the index does not know nothing is stored."""
        rows = [(FORM, packed, sha256) for sha256, packed in looks.items()]
        connection.executemany(_PUT, rows)

    def put_found(self, looks: Mapping[str, bytes]) -> None:
        """Store looks that were found by looking, where the index may be written."""
        if self._writes:
            with self._index.transaction() as connection:
                self.put(connection, looks)
