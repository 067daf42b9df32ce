"""What a release changed since the one before: artists, splits and decisions, for its changelog."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniart_data.release.rows import compute, order
from schemas.release import SPLITS

COLUMNS = ("id", "artist", "artist_id", "split")
"""Columns of the rows of both releases that are compared."""

NAMED = 5
"""Artists whom a line names."""

Mask = npt.NDArray[np.bool_]


def changes(
    before: pa.Table, rows: pa.Table, decisions: Mapping[str, int], drift: Mapping[str, Any]
) -> Iterator[str]:
    """Yield a line for each kind of change in the artworks that both have, then what was decided and accepted.

    ``before`` and ``rows`` have ``COLUMNS``; ``decisions`` and ``drift`` are those of the receipt.
    """
    both = _joined(before, rows)
    old, new = both["old artist_id"], both["artist_id"]
    moved_id = _bits(compute.not_equal(old, new))
    lives = _bits(compute.is_in(old, value_set=compute.unique(rows["artist_id"])))
    was = _bits(compute.is_in(new, value_set=compute.unique(before["artist_id"])))
    renamed = _bits(compute.equal(old, new)) & _bits(
        compute.not_equal(both["old artist"], both["artist"])
    )
    yield from _artists(both, renamed, "renamed", ("old artist", "artist"))
    yield from _artists(
        both, moved_id & ~lives & was, "merged into another", ("old artist", "artist")
    )
    yield from _artists(
        both, moved_id & ~lives & ~was, "given another id", ("old artist_id", "artist_id")
    )
    yield from _works(moved_id & lives, "by another artist than before")
    yield from _works(_valid(old) & ~_valid(new), "have lost their artist")
    yield from _works(~_valid(old) & _valid(new), "have got an artist")
    sides = pa.array(SPLITS)
    in_both = _bits(compute.is_in(both["old split"], value_set=sides)) & _bits(
        compute.is_in(both["split"], value_set=sides)
    )
    yield from _works(
        in_both & _bits(compute.not_equal(both["old split"], both["split"])),
        "have changed their split",
    )
    yield from decided(decisions, drift)


def decided(decisions: Mapping[str, int], drift: Mapping[str, Any]) -> Iterator[str]:
    """Yield what people decided, and whether they accepted that more of the museums' words are unmatched."""
    if any(decisions.values()):
        yield f"decisions: {decisions['applied']:,} applied, {decisions['flagged']:,} not applied (flagged.parquet)"
    if drift.get("accepted"):
        yield f"more unmatched words were accepted: {'; '.join(drift['accepted'])}"


def _joined(before: pa.Table, rows: pa.Table) -> pa.Table:
    """Return the artworks that both have, sorted by id, with both their columns."""
    where = compute.index_in(rows["id"], value_set=before["id"].combine_chunks())
    there = compute.is_valid(where)
    old = before.select(COLUMNS).take(where.filter(there).combine_chunks())
    old = old.rename_columns([f"old {name}" for name in COLUMNS])
    new = rows.select(COLUMNS).filter(there)
    columns = [*new.columns, *old.columns]
    return order(pa.Table.from_arrays(columns, names=[*COLUMNS, *old.column_names]), "id")


def _artists(both: pa.Table, chosen: Mask, what: str, names: tuple[str, str]) -> Iterator[str]:
    """Yield how many artists something became of, with the first few."""
    was, now = names
    columns = list(dict.fromkeys([*names, "old artist_id"]))
    pairs = both.filter(pa.array(chosen)).group_by(columns).aggregate([])
    if not pairs.num_rows:
        return
    number = len(compute.unique(pairs["old artist_id"]))
    first = order(pairs, was, now).slice(0, NAMED).to_pylist()
    named = [f"{_line(one[was])} -> {_line(one[now])}" for one in first]
    more = ", ..." if pairs.num_rows > NAMED else ""
    yield f"{number:,} {'artists' if number > 1 else 'artist'} {what}: {', '.join(named)}{more}"


def _works(chosen: Mask, what: str) -> Iterator[str]:
    if chosen.any():
        yield f"{int(chosen.sum()):,} artworks {what}"


def _line(text: str) -> str:
    """Return a name that stays within its line of Markdown."""
    return " ".join(text.split()).replace("<", "&lt;")


def _bits(chosen: Any) -> Mask:
    return np.asarray(compute.fill_null(chosen, False), bool)  # noqa: FBT003


def _valid(column: Any) -> Mask:
    return np.asarray(compute.is_valid(column), bool)
