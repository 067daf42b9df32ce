"""The census: what became of every id that a source named."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crawlers.engine.source import Unfetched

TABLES = """
CREATE TABLE census (
    source TEXT NOT NULL, source_id TEXT NOT NULL, crawl INTEGER NOT NULL, outcome TEXT NOT NULL,
    reason TEXT NOT NULL, settled INTEGER NOT NULL,
    PRIMARY KEY (source, source_id)
) WITHOUT ROWID;
CREATE INDEX census_left ON census (source, source_id) WHERE outcome IN ('', 'unfetched')
"""
"""``crawl``: the number of the crawl in which the source last named the id (0: in none, it is known from
elsewhere); ``settled``: that in which its outcome was last told; ``outcome``: see OUTCOMES."""

UNSETTLED, STORED, WITHDRAWN, UNFETCHED = OUTCOMES = ("", "stored", "withdrawn", "unfetched")

NEARLY_ALL = 0.99
"""Which share of the records that a source says there are must be named at least."""

_NAME = """
INSERT INTO census VALUES (:source, :id, :crawl, '', '', 0)
ON CONFLICT DO UPDATE SET crawl = :crawl, outcome = iif(:whole, '', outcome), reason = iif(:whole, '', reason)
WHERE crawl < :crawl
"""
"""In a crawl of everything each id on the list is to be answered anew; in one of changes, a known one stands."""

_IN_BULK = """
INSERT INTO census VALUES (:source, :id, iif(:listed, 0, :crawl), 'stored', '', iif(:listed, 0, :crawl))
ON CONFLICT DO UPDATE SET
    outcome = 'stored', reason = '', crawl = iif(:listed, crawl, :crawl),
    settled = iif(:listed AND crawl < :crawl, settled, :crawl)
WHERE settled < :crawl AND NOT (:listed AND crawl < :crawl AND outcome = 'withdrawn')
"""
"""Beside a list of ids, a bulk file describes but does not name: an id that the list lacks is yet to be
asked after, unless it was found withdrawn before."""

_SETTLE = """
INSERT INTO census VALUES (:source, :id, :named, :outcome, :reason, :crawl)
ON CONFLICT DO UPDATE SET
    crawl = max(crawl, :named), outcome = :outcome, reason = :reason, settled = :crawl
"""
_FAIL = """
INSERT INTO census VALUES (:source, :id, :named, 'unfetched', coalesce(nullif(:reason, ''), :none), :crawl)
ON CONFLICT DO UPDATE SET
    crawl = max(crawl, :named), outcome = 'unfetched', settled = :crawl,
    reason = coalesce(nullif(:reason, ''), nullif(reason, ''), :none)
WHERE settled < :crawl OR outcome IN ('', 'unfetched')
"""
"""What was had in this crawl is not lost by failing to be had again; no reason leaves the one before."""
NO_ANSWER = "no answer"

_LEFT = """
SELECT source_id FROM census
WHERE source = ? AND source_id > ? AND outcome IN ('', 'unfetched') ORDER BY source_id LIMIT ?
"""
_VANISHED = """
SELECT source_id FROM census
WHERE source = ? AND source_id > ? AND outcome = 'stored' AND crawl < ? AND settled < ?
ORDER BY source_id LIMIT ?
"""
_HELD = """
SELECT source_id FROM census WHERE source = ? AND outcome = 'stored' ORDER BY crawl DESC, source_id LIMIT ?
"""
_COUNTS = """
SELECT outcome, reason, count(*), sum(crawl = ?) FROM census WHERE source = ? GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Census:
    """Every id that a source has named so far, in this crawl or an earlier one, by what became of it."""

    named: int = 0
    stored: int = 0
    withdrawn: int = 0
    unfetched: Mapping[str, int] = field(default_factory=dict)
    """By the reason for which they could not be had."""
    unsettled: int = 0
    """Named, and not answered yet: none once a crawl has come to its end."""
    listed: int = 0
    """Of all, those that the present (or last) crawl named."""
    expected: int | None = None
    """How many the source says there are for that crawl to name; None: it says nothing."""
    supplements_left: Mapping[str, int] = field(default_factory=dict)
    """Objects that lack a further answer of theirs, by the reason (empty: not asked for yet)."""

    @property
    def adds_up(self) -> bool:
        """Return whether every id that was named is stored, withdrawn, or unfetched for a reason."""
        told = self.stored + self.withdrawn + sum(self.unfetched.values())
        return self.named == told and "" not in self.unfetched

    @property
    def as_expected(self) -> bool:
        """Return whether the crawl named as many as the source says there are, where it says so."""
        return self.expected is None or self.expected == self.listed

    @property
    def short(self) -> bool:
        """Return whether the crawl named so few that it is not whole; a small difference may be the source's.

        Whether an OAI-PMH service counts deleted headers, for one, is not known.
        """
        return self.expected is not None and self.listed < self.expected * NEARLY_ALL

    @property
    def left(self) -> int:
        """Return how many ids there is still something to ask for."""
        return self.unsettled + sum(self.unfetched.values()) + sum(self.supplements_left.values())


class Ledger:
    """The table behind the census, of one source and in one crawl; used inside a transaction."""

    def __init__(
        self, db: sqlite3.Connection, source: str, *, crawl: int, whole: bool, names: bool
    ) -> None:
        self._db = db
        self._common: dict[str, str | int] = {
            "source": source,
            "crawl": crawl,
            "whole": whole,
            "listed": False,
        }
        self._named = crawl if names else 0

    def name(self, ids: Iterable[str]) -> bool:
        """Note the ids of a list, streaming; return whether there was one."""
        seen = _Seen(ids)
        self._db.executemany(_NAME, ({**self._common, "id": one} for one in seen))
        return seen.any

    def in_bulk(self, ids: Iterable[str], *, listed: bool) -> None:
        """Note the ids that a bulk file describes; ``listed``: this crawl has a list of ids besides."""
        rows = ({**self._common, "listed": listed, "id": one} for one in ids)
        self._db.executemany(_IN_BULK, rows)

    def settle(self, outcomes: Iterable[tuple[str, bool]]) -> None:
        """Note ids that were answered, each with whether its object is withdrawn."""
        rows = (
            self._row(one, WITHDRAWN if withdrawn else STORED, "") for one, withdrawn in outcomes
        )
        self._db.executemany(_SETTLE, rows)

    def fail(self, unfetched: Iterable[Unfetched]) -> None:
        """Note ids that could not be had, and why; with an empty reason, for the reason known before."""
        rows = (self._row(one.source_id, UNFETCHED, one.reason) for one in unfetched)
        self._db.executemany(_FAIL, rows)

    def _row(self, source_id: str, outcome: str, reason: str) -> dict[str, str | int]:
        row = self._common | {"id": source_id, "outcome": outcome, "reason": reason}
        row |= {"named": self._named, "none": NO_ANSWER}
        return row


class _Seen:
    """Ids as they pass by, and whether there was any."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids, self.any = iter(ids), False

    def __iter__(self) -> "_Seen":
        return self

    def __next__(self) -> str:
        found = next(self._ids)
        self.any = True
        return found


def left(db: sqlite3.Connection, source: str, after: str, limit: int) -> list[str]:
    """Return ids that were named and never settled, or could not be had, by rising id."""
    return [row[0] for row in db.execute(_LEFT, (source, after, limit))]


def vanished(db: sqlite3.Connection, source: str, crawl: int, after: str, limit: int) -> list[str]:
    """Return ids that are held and that this crawl neither named nor asked after, by rising id."""
    return [row[0] for row in db.execute(_VANISHED, (source, after, crawl, crawl, limit))]


def held(db: sqlite3.Connection, source: str, limit: int) -> list[str]:
    """Return some ids that are stored, those first that the source named last."""
    return [row[0] for row in db.execute(_HELD, (source, limit))]


def count(
    db: sqlite3.Connection,
    source: str,
    crawl: int,
    expected: int | None,
    supplements_left: Mapping[str, int],
) -> Census:
    """Return the census of a source."""
    totals = dict.fromkeys(OUTCOMES, 0)
    unfetched: dict[str, int] = {}
    listed = 0
    for outcome, reason, number, of_crawl in db.execute(_COUNTS, (crawl, source)):
        totals[outcome] += number
        listed += of_crawl
        if outcome == UNFETCHED:
            unfetched[reason] = number
    return Census(
        sum(totals.values()),
        totals[STORED],
        totals[WITHDRAWN],
        unfetched,
        totals[UNSETTLED],
        listed,
        expected,
        supplements_left,
    )
