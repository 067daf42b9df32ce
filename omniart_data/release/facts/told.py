"""What facts are made of, and how a count becomes a table."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from omniart_data.release.rows import count
from schemas.release import LEDGER, NEAR

Numbers = dict[str, dict[str, int | float]]
"""A table of facts: row name to column name to number."""

ALL = "all"

COLUMNS = (
    *("id", "source", "artist", "artist_status", "artwork_types", "coarse_type", "materials"),
    *("techniques", "year", "period", "sizes", "places", "iconclass", "kept_at", "colours"),
    *("rights", "artist_works", "group", "split", "image_status", "image_sha256"),
)
"""Columns of the rows that facts are made of."""


LEAST_IN_TRAIN = 10
"""Works in train that make a type or material a class of a subset, where nobody says otherwise."""


@dataclass(frozen=True)
class Told:
    """What facts are made of: tables as they lie in a release, the records read by source, and the options.

    ``options`` are those of receipt.json, ``version`` is that of the release.
    """

    rows: pa.Table
    dropped: pa.Table
    terms: pa.Table
    labels: pa.Table
    records_read: Mapping[str, int]
    near: pa.Table = field(default_factory=NEAR.empty_table)
    ledger: pa.Table = field(default_factory=LEDGER.empty_table)
    options: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""

    @property
    def min_class(self) -> int:
        """Return how many works in train make a label a class of a subset."""
        return int(self.options.get("min_class", LEAST_IN_TRAIN))

    @property
    def sources(self) -> list[str]:
        """Return all sources, sorted, whether or not an artwork came of them."""
        named = {*self.records_read, *(s for (s,) in count(self.rows, "source"))}
        return sorted(named | {s for (s,) in count(self.dropped, "source")})


Fact = tuple[str, Callable[[Told], Numbers]]
"""The query that gives a fact's numbers, in SQL, and the function that does."""


def crossed(found: Mapping[Any, int], columns: Iterable[str], rows: Iterable[str] = ()) -> Numbers:
    """Return counts by (row, column) pairs of texts as a table: known rows first, columns complete, a sum at the end."""
    columns = list(columns)
    names = dict.fromkeys(
        [*(r for r in rows if any(k[0] == r for k in found)), *(k[0] for k in found)]
    )
    lines: Numbers = {
        name: {column: found.get((name, column), 0) for column in columns} for name in names
    }
    for line in lines.values():
        line[ALL] = sum(line.values())
    return lines


def summed(lines: Numbers, columns: Iterable[str]) -> Numbers:
    """Return a table with a last line that adds its lines up."""
    return {**lines, ALL: {c: sum(line[c] for line in lines.values()) for c in columns}}
