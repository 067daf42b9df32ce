"""Who was ever given which split: lines are only ever added, and the last one of an artwork holds."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from omniart_data.release.rows import compute, order
from schemas.release import LEDGER, SPLITS


def current(ledger: pa.Table) -> pa.Table:
    """Return the line of each artwork that holds: its last one."""
    ids = ledger["id"].combine_chunks()
    if not len(ids):
        return ledger
    last = np.append(np.asarray(compute.not_equal(ids[:-1], ids[1:]), bool), True)
    return ledger.filter(pa.array(last))


def extend_ledger(previous: pa.Table | None, splits: pa.Table, version: str) -> pa.Table:
    """Return the ledger, by id and then in the order in which lines came: what was, and what this version gives.

    An artwork that is gone or has lost its artist keeps its line, and gets its split back when it returns. One that
    was moved has one line more.
    """
    given = splits.filter(compute.is_in(splits["split"], value_set=pa.array(SPLITS)))
    since = pa.repeat(pa.scalar(version), given.num_rows)
    new = pa.Table.from_arrays([given["id"], given["split"], since], schema=LEDGER)
    if previous is None:
        return order(new, "id")
    held = current(previous)
    where = compute.index_in(new["id"], value_set=held["id"].combine_chunks())
    same = compute.fill_null(compute.equal(held["split"].take(where), new["split"]), False)  # noqa: FBT003
    added = new.filter(compute.invert(same))
    joined = pa.concat_tables([previous.cast(LEDGER), added])
    places = joined.append_column("place", pa.array(np.arange(joined.num_rows)))
    return order(places, "id", "place").select(LEDGER.names)


def moved(ledger: pa.Table, version: str) -> pa.Table:
    """Return (id, from, to) of the artworks that a version moved from one split to another, by id."""
    columns = {name: ledger[name].combine_chunks() for name in LEDGER.names}
    number = ledger.num_rows
    again = np.zeros(number, bool)
    if number > 1:
        again[1:] = np.asarray(compute.equal(columns["id"][1:], columns["id"][:-1]), bool)
    now = again & np.asarray(compute.equal(columns["since"], version), bool)
    places = np.flatnonzero(now)
    was = columns["split"].take(pa.array(places - 1))
    there = [columns["id"].take(pa.array(places)), was, columns["split"].take(pa.array(places))]
    return pa.Table.from_arrays(there, names=["id", "from", "to"])


def wrong_lines(ledger: pa.Table) -> Iterator[str]:
    """Yield what no ledger may hold: lines of an artwork that are apart, or that change nothing."""
    ids = ledger["id"].combine_chunks()
    if not ids.equals(order(ledger, "id")["id"].combine_chunks()):
        yield "ledger.parquet is not sorted by id"
    again = {
        name: np.asarray(compute.equal(column[1:], column[:-1]), bool)
        for name, column in zip(
            LEDGER.names, (c.combine_chunks() for c in ledger.columns), strict=True
        )
    }
    if (again["id"] & (again["split"] | again["since"])).any():
        yield "ledger.parquet names an artwork twice, and it was not moved"


def broken_promises(old: pa.Table, new: pa.Table, withdrawn: pa.Array) -> Iterator[str]:
    """Yield what a ledger has lost or changed of an earlier one's lines, but for the artworks that were taken down."""
    stays = old.filter(compute.invert(compute.is_in(old["id"], value_set=withdrawn)))
    lines = [
        compute.binary_join_element_wise(*(table[name] for name in LEDGER.names), "\n")
        for table in (stays, new)
    ]
    there = compute.is_in(lines[0], value_set=lines[1].combine_chunks())
    lost = stays.filter(compute.invert(there))
    if lost.num_rows:
        first = lost["id"][0].as_py()
        yield f"{lost.num_rows} lines of the ledger before are not in ledger.parquet; the first: {first}"
