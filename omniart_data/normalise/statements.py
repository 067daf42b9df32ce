"""What a museum said of one object, at several times: the newest statement holds, the others are accounted for."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.normalise.distinct import Codes, Column, codes_of, combined, one_array
from schemas.artwork import DROPPED
from schemas.columns import EVIDENCE
from schemas.record import RECORD

_NO = pa.scalar(value=False)


@dataclass(frozen=True)
class Statements:
    """The records that hold, one an object and sorted by id; and the rows dropped for them."""

    records: pa.Table
    """Schema ``RECORD``, and the columns ``id`` and ``evidence`` (a list, newest first) instead of one."""
    dropped: pa.Table


def newest_statements(records: pa.Table) -> Statements:
    """Keep the newest statement about each (source, source_id).

    Each statement's date is its ``stated``, or ``received`` where the source gives none. Where all of an
    object's statements have a date the later one is newer, then the higher ``precedence``; where one has
    none, ``precedence`` comes first, since a live answer is younger than a bulk file that does not date
    its rows (Met: the API is newer than the CSV). What is still equal is decided by evidence (SHA-256,
    number), which says nothing of time but is the same on every run.
    A withdrawn newest statement drops the object as well: its older statements are superseded by it.
    """
    ordered, objects = _newest_first(records)
    ids = pc.binary_join_element_wise(ordered["source"], ordered["source_id"], ":")
    ordered = ordered.append_column("id", ids)
    is_first = np.ones(ordered.num_rows, dtype=bool)
    is_first[1:] = objects[1:] != objects[:-1]
    first = np.flatnonzero(is_first)
    withdrawn = one_array(ordered["withdrawn"]).fill_null(_NO).to_numpy(zero_copy_only=False)
    holds = is_first & ~withdrawn
    newest = first[np.cumsum(is_first) - 1] if len(first) else first
    older = np.flatnonzero(~is_first)
    superseded = _superseded(ordered.take(pa.array(older)), ordered.take(pa.array(newest[older])))
    gone = _withdrawn(ordered.filter(pa.array(is_first & withdrawn)))
    evidence = _evidence_lists(ordered, first)
    kept = ordered.take(pa.array(first)).drop_columns(["evidence"])
    kept = kept.append_column("evidence", evidence).filter(pa.array(holds[first]))
    return Statements(kept, pa.concat_tables([superseded, gone]).combine_chunks())


def _newest_first(records: pa.Table) -> tuple[pa.Table, Codes]:
    """Return the records sorted by id and newest first, and a number for each row's object."""
    table = records.select(RECORD.names).cast(RECORD).combine_chunks()
    arrays = [one_array(table[name]) for name in ("source", "source_id")]
    objects = combined([codes_of(array) for array in arrays], table.num_rows)
    stated = pc.fill_null(table["stated"], "")
    stated = pc.if_else(pc.equal(stated, ""), pc.fill_null(table["received"], ""), stated)
    undated = np.zeros(int(objects.max(initial=-1)) + 1, dtype=bool)
    undated[objects[pc.equal(stated, "").to_numpy()]] = True
    keys = pa.table(
        {
            "source": table["source"],
            "source_id": table["source_id"],
            "stated": pc.if_else(pa.array(undated[objects]), "", stated),
            "precedence": table["precedence"],
            "own": stated,
            "sha256": pc.struct_field(table["evidence"], "sha256"),
            "number": pc.struct_field(table["evidence"], "number"),
        }
    )
    order = pc.sort_indices(
        keys,
        sort_keys=[
            ("source", "ascending"),
            ("source_id", "ascending"),
            ("stated", "descending"),
            ("precedence", "descending"),
            ("own", "descending"),
            ("sha256", "descending"),
            ("number", "descending"),
        ],
    )
    return table.take(order), objects[order.to_numpy()]


def _evidence_lists(ordered: pa.Table, first: "np.ndarray[Any, Any]") -> Column:
    """Return for each object all its evidence, newest first; ``first`` holds its first row, [objects].

    What a statement was read from besides stands behind its own raw record.
    """
    own, besides = one_array(ordered["evidence"]), one_array(ordered["supplements"])
    counts = pc.fill_null(pc.list_value_length(besides), 0).to_numpy(zero_copy_only=False) + 1
    starts = np.append(0, np.cumsum(counts, dtype=np.int64))
    hashes = besides.flatten()
    zeros = pa.repeat(pa.scalar(0, pa.int64()), len(hashes))
    further = pa.StructArray.from_arrays([hashes, zeros], fields=list(EVIDENCE))
    order = np.empty(starts[-1], dtype=np.int64)
    is_own = np.zeros(starts[-1], dtype=bool)
    is_own[starts[:-1]] = True
    order[is_own] = np.arange(len(own))
    order[~is_own] = len(own) + np.arange(len(hashes))
    flat = pa.concat_arrays([own, further]).take(pa.array(order))
    offsets = starts[np.append(first, ordered.num_rows)].astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), flat)


def _superseded(older: pa.Table, newest: pa.Table) -> pa.Table:
    """Return a dropped row for each older statement, whose reason names the one that holds."""
    stated = pc.fill_null(newest["stated"], "")
    of = pc.if_else(
        pc.equal(stated, ""), "without a date", pc.binary_join_element_wise("of", stated, " ")
    )
    evidence = newest["evidence"]
    reason = pc.binary_join_element_wise(
        "a newer statement",
        of,
        "holds: evidence",
        pc.fill_null(pc.struct_field(evidence, "sha256"), ""),
        "number",
        pc.cast(pc.fill_null(pc.struct_field(evidence, "number"), 0), pa.string()),
        " ",
    )
    return _dropped(older, "superseded", reason)


def _withdrawn(gone: pa.Table) -> pa.Table:
    """Return a dropped row for each object whose newest statement says that it is gone."""
    stated = pc.fill_null(gone["stated"], "")
    reason = pc.if_else(
        pc.equal(stated, ""),
        "the source says that the object is gone",
        pc.binary_join_element_wise("the source says on", stated, "that the object is gone", " "),
    )
    return _dropped(gone, "withdrawn", reason)


def _dropped(rows: pa.Table, rule: str, reason: Column) -> pa.Table:
    columns = {
        "source": rows["source"],
        "source_id": rows["source_id"],
        "rule": pa.repeat(rule, rows.num_rows),
        "reason": reason,
        "evidence": rows["evidence"],
    }
    return pa.table(columns, schema=DROPPED)
