"""What a museum said of one object, at several times: the newest statement holds, the others are accounted for."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.normalise.distinct import Column, codes_of, combined, first_rows
from omniart_data.normalise.held import Held, Rows, texts_or_empty
from schemas.artwork import DROPPED
from schemas.columns import EVIDENCE
from schemas.record import RECORD

_NO = pa.scalar(value=False)


@dataclass(frozen=True)
class Statements:
    """Which of the records hold, one an object and sorted by id; and the rows dropped for them."""

    held: Held
    rows: Rows
    """The place of each record that holds, [objects]."""
    ids: Column
    """source:source_id of each, [objects]."""
    evidence: Column
    """All evidence of each object, the newest first: list<EVIDENCE>, [objects]."""
    dropped: pa.Table

    @property
    def records(self) -> pa.Table:
        """Return the records that hold: RECORD with ``id``, and ``evidence`` as the whole list."""
        columns = {name: self.held.column(name, self.rows) for name in RECORD.names}
        return pa.table(columns | {"id": self.ids, "evidence": self.evidence})


def newest_statements(records: pa.Table | Iterable[pa.RecordBatch] | Held) -> Statements:
    """Keep the newest statement about each (source, source_id).

    Each statement's date is its ``stated``, or ``received`` where the source gives none. Where all of an
    object's statements have a date the later one is newer, then the higher ``precedence``; where one has
    none, ``precedence`` comes first, since a live answer is younger than a bulk file that does not date
    its rows (Met: the API is newer than the CSV). What is still equal is decided by evidence (SHA-256,
    number), which says nothing of time but is the same on every run.
    A withdrawn newest statement drops the object as well: its older statements are superseded by it.
    """
    held = records if isinstance(records, Held) else Held(records)
    ids, objects = _objects(held)
    order = _newest_first(held, objects)
    is_first = np.ones(held.rows, dtype=bool)
    is_first[1:] = objects[order][1:] != objects[order][:-1]
    first = np.flatnonzero(is_first)
    gone = held.coded("withdrawn")
    withdrawn = pc.fill_null(gone.values, _NO).to_numpy(zero_copy_only=False)[gone.codes[order]]
    newest = first[np.cumsum(is_first) - 1] if len(first) else first
    older = np.flatnonzero(~is_first)
    superseded = _superseded(held, order[older], order[newest[older]])
    lost = _withdrawn(held, order[is_first & withdrawn])
    holds = np.flatnonzero(~withdrawn[first])
    evidence = _evidence_lists(held, order, first)
    return Statements(
        held,
        order[first[holds]],
        ids.take(pa.array(holds)),
        evidence.take(pa.array(holds)) if len(holds) < len(first) else evidence,
        pa.concat_tables([superseded, lost]).combine_chunks(),
    )


def _objects(held: Held) -> tuple[Column, npt.NDArray[np.int64]]:
    """Return the ids of all objects, sorted, and for each row the place of its object among them."""
    own = [held.coded("source").codes, codes_of(held.column("source_id"))]
    objects = combined(own, held.rows)
    some = first_rows(objects)
    named = [held.column(name, some) for name in ("source", "source_id")]
    ids = pc.binary_join_element_wise(*named, ":")
    order = pc.sort_indices(ids)
    rank = np.empty(len(some), dtype=np.int64)
    rank[order.to_numpy()] = np.arange(len(some))
    return ids.take(order), rank[objects]


def _newest_first(held: Held, objects: npt.NDArray[np.int64]) -> Rows:
    """Return all rows by object, the newest first; only rows of objects with several are compared."""
    several = np.flatnonzero(np.bincount(objects)[objects] > 1)
    place = np.zeros(held.rows, dtype=np.int64)
    place[several[_compared(held, objects[several], several)]] = np.arange(len(several))
    return np.lexsort((place, objects))


def _compared(held: Held, objects: npt.NDArray[np.int64], rows: Rows) -> Rows:
    """Return the order of some rows from new to old, within each object."""
    stated, received = (texts_or_empty(held.column(n, rows)) for n in ("stated", "received"))
    own = pc.if_else(pc.equal(stated, ""), received, stated)
    undated = np.zeros(int(objects.max(initial=-1)) + 1, dtype=bool)
    undated[objects[pc.equal(own, "").to_numpy(zero_copy_only=False)]] = True
    evidence = held.column("evidence", rows)
    keys = pa.table(
        {
            "object": objects,
            "stated": pc.if_else(pa.array(undated[objects]), "", own),
            "precedence": held.column("precedence", rows),
            "own": own,
            "sha256": pc.struct_field(evidence, "sha256"),
            "number": pc.struct_field(evidence, "number"),
        }
    )
    falling = [(name, "descending") for name in keys.column_names[1:]]
    order: Rows = pc.sort_indices(keys, sort_keys=[("object", "ascending"), *falling]).to_numpy()
    return order


def _evidence_lists(held: Held, order: Rows, first: Rows) -> Column:
    """Return for each object all its evidence, newest first; ``first`` holds its first row in ``order``.

    What a statement was read from besides stands behind its own raw record.
    """
    own, besides = held.column("evidence", order), held.column("supplements", order)
    counts = pc.fill_null(pc.list_value_length(besides), 0).to_numpy(zero_copy_only=False) + 1
    starts = np.append(0, np.cumsum(counts, dtype=np.int64))
    hashes = besides.flatten()
    flat = own
    if len(hashes):
        zeros = pa.repeat(pa.scalar(0, pa.int64()), len(hashes))
        further = pa.StructArray.from_arrays([hashes, zeros], fields=list(EVIDENCE))
        places = np.empty(starts[-1], dtype=np.int64)
        is_own = np.zeros(starts[-1], dtype=bool)
        is_own[starts[:-1]] = True
        places[is_own] = np.arange(len(own))
        places[~is_own] = len(own) + np.arange(len(hashes))
        flat = pa.concat_arrays([own, further]).take(pa.array(places))
    offsets = starts[np.append(first, held.rows)].astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), flat)


def _superseded(held: Held, older: Rows, newest: Rows) -> pa.Table:
    """Return a dropped row for each older statement, whose reason names the one that holds."""
    stated = texts_or_empty(held.column("stated", newest))
    of = pc.if_else(
        pc.equal(stated, ""), "without a date", pc.binary_join_element_wise("of", stated, " ")
    )
    evidence = held.column("evidence", newest)
    reason = pc.binary_join_element_wise(
        "a newer statement",
        of,
        "holds: evidence",
        texts_or_empty(pc.struct_field(evidence, "sha256")),
        "number",
        pc.cast(pc.fill_null(pc.struct_field(evidence, "number"), 0), pa.string()),
        " ",
    )
    return _dropped(held, older, "superseded", reason)


def _withdrawn(held: Held, gone: Rows) -> pa.Table:
    """Return a dropped row for each object whose newest statement says that it is gone."""
    stated = texts_or_empty(held.column("stated", gone))
    reason = pc.if_else(
        pc.equal(stated, ""),
        "the source says that the object is gone",
        pc.binary_join_element_wise("the source says on", stated, "that the object is gone", " "),
    )
    return _dropped(held, gone, "withdrawn", reason)


def _dropped(held: Held, rows: Rows, rule: str, reason: Column) -> pa.Table:
    columns = {
        "source": held.column("source", rows),
        "source_id": held.column("source_id", rows),
        "rule": pa.repeat(rule, len(rows)),
        "reason": reason,
        "evidence": held.column("evidence", rows),
    }
    return pa.table(columns, schema=DROPPED)
