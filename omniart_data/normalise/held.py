"""Records held in memory as their distinct values: a museum's words repeat, and each is kept once.

What many records share (a medium, a maker, a right) costs four bytes a row; only ids, titles and addresses, which are
each record's own, are kept row by row. Batches are taken in one by one, so that their maker can let go of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.normalise.distinct import Codes, Column, codes_of, first_rows
from schemas.columns import EVIDENCE
from schemas.record import RECORD

Rows = npt.NDArray[np.int64]
"""Places of rows, in the order in which they are wanted."""

OWN = frozenset({"source_id", "object_number", "url", "titles", "images", "supplements"})
"""Columns that hardly two records share."""

BATCH_ROWS = 65_536
_SHA256, _NUMBER = "evidence.sha256", "evidence.number"


@dataclass(frozen=True)
class Coded:
    """A column as its distinct values, and for each row the place of its value among them."""

    codes: Codes
    """[rows]"""
    values: Column
    """[distinct]; equal values occur once."""

    def column(self, rows: Rows | None = None) -> Column:
        """Return the column itself, or some of its rows in their order."""
        return self.values.take(pa.array(self.codes if rows is None else self.codes[rows]))

    def with_value(self, where: npt.NDArray[np.bool_], value: object) -> "Coded":
        """Return a column in which the rows where it is asked for, [rows], have one value.

        >>> coded(pa.array(["b", "a", "b"])).with_value(np.array([True, False, False]), None).column().to_pylist()
        [None, 'a', 'b']
        """
        values = pa.concat_arrays([self.values, pa.array([value], self.values.type)])
        codes = np.where(where, len(self.values), self.codes).astype(np.int32)
        return Coded(codes, values)

    def at(self, rows: Rows) -> "Coded":
        """Return the same for some rows, in their order; values that none of them has are left out."""
        chosen = self.codes[rows]
        codes = codes_of(pa.array(chosen))
        return Coded(codes, self.values.take(pa.array(chosen[first_rows(codes)])))


def coded(column: Column) -> Coded:
    """Return a column as its distinct values, in the order in which they appear.

    >>> coded(pa.array(["b", "a", "b"])).codes.tolist()
    [0, 1, 0]
    """
    codes = codes_of(column)
    return Coded(codes, column.take(pa.array(first_rows(codes))))


class Held:
    """Records, column by column."""

    def __init__(self, records: pa.Table | Iterable[pa.RecordBatch]) -> None:
        """Take in records of schema ``RECORD``; their batches are let go of one by one."""
        own: dict[str, list[Column]] = {name: [] for name in (*sorted(OWN), _NUMBER)}
        shared: dict[str, list[Coded]] = {
            name: [] for name in (*RECORD.names, _SHA256) if name not in OWN | {"evidence"}
        }
        self.rows = 0
        for batch in _batches(records):
            self.rows += batch.num_rows
            columns = {name: batch.column(name) for name in RECORD.names}
            columns[_SHA256], columns[_NUMBER] = columns.pop("evidence").flatten()
            for name, chunks in own.items():
                chunks.append(columns[name])
            for name, distinct in shared.items():
                distinct.append(coded(columns[name]))
        self._own = {name: _joined(own.pop(name), _type(name)) for name in list(own)}
        self._shared = {name: _joined_codes(shared.pop(name), _type(name)) for name in list(shared)}

    def coded(self, name: str) -> Coded:
        """Return a column as its distinct values."""
        return self._shared[name] if name in self._shared else coded(self._own[name])

    def column(self, name: str, rows: Rows | None = None) -> Column:
        """Return a column, or some of its rows in their order."""
        if name == "evidence":
            parts = [self.column(part, rows) for part in (_SHA256, _NUMBER)]
            return pa.StructArray.from_arrays(parts, fields=list(EVIDENCE))
        if name in self._shared:
            return self._shared[name].column(rows)
        own = self._own[name]
        return own if rows is None else own.take(pa.array(rows))

    def let_go(self, name: str) -> None:
        """Forget a column that nobody will ask for again."""
        for columns in (self._own, self._shared):
            columns.pop(name, None)


def _type(name: str) -> pa.DataType:
    if name in (_SHA256, _NUMBER):
        return EVIDENCE.field(name.partition(".")[2]).type
    return RECORD.field(name).type


def _batches(records: pa.Table | Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield batches of exactly the schema ``RECORD``."""
    if isinstance(records, pa.Table):
        yield from records.select(RECORD.names).cast(RECORD).to_batches(max_chunksize=BATCH_ROWS)
        return
    for batch in records:
        yield batch.select(RECORD.names).cast(RECORD)


def _joined(chunks: list[Column], kind: pa.DataType) -> Column:
    """Return chunks as one array, and let go of them."""
    whole = pa.concat_arrays(chunks) if chunks else pa.array([], type=kind)
    chunks.clear()
    return whole


def _joined_codes(chunks: list[Coded], kind: pa.DataType) -> Coded:
    """Return the coded chunks of one column as one: values that several chunks hold are kept once."""
    values = _joined([chunk.values for chunk in chunks], kind)
    whole = coded(values)
    codes = np.empty(sum(len(chunk.codes) for chunk in chunks), np.int32)
    row = value = 0
    for chunk in chunks:
        place = whole.codes[value : value + len(chunk.values)]
        codes[row : row + len(chunk.codes)] = place[chunk.codes]
        row, value = row + len(chunk.codes), value + len(chunk.values)
    chunks.clear()
    return Coded(codes, whole.values)


def texts_or_empty(column: Column) -> Column:
    """Return a column of texts with an empty one where there is none."""
    return pc.fill_null(column, "")
