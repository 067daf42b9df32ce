"""Whole columns: counting, spreading lists over rows, and a digest that no order of rows can change."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

compute: Any = pyarrow.compute
"""Arrow's kernels. Untyped on purpose: the stubs describe other signatures than the library has."""

BATCH_ROWS = 65_536
"""Rows whose canonical bytes are held at a time: about 150 MB for the rows of a release."""


def spread(table: pa.Table, keys: Sequence[str], column: str) -> pa.Table:
    """Return one row for each element of a list column, as ``value``, beside the keys of its row.

    >>> table = pa.table({"id": ["a", "b"], "terms": [["x", "y"], []]})
    >>> spread(table, ["id"], "terms").to_pylist()
    [{'id': 'a', 'value': 'x'}, {'id': 'a', 'value': 'y'}]
    """
    lists = table[column].combine_chunks()
    taken = table.select(list(keys)).take(compute.list_parent_indices(lists))
    return taken.append_column("value", compute.list_flatten(lists))


def count(table: pa.Table, *keys: str) -> dict[tuple[str, ...], int]:
    """Return how many rows hold each combination of texts in the key columns; null counts as "".

    >>> count(pa.table({"a": ["x", None, "x"]}), "a")
    {('',): 1, ('x',): 2}
    """
    counted = table.select(list(keys)).group_by(list(keys)).aggregate([([], "count_all")])
    texts = [[text or "" for text in counted[key].to_pylist()] for key in keys]
    numbers = counted["count_all"].to_pylist()
    return dict(sorted(zip(zip(*texts, strict=True), numbers, strict=True)))


def order(table: pa.Table, *keys: str) -> pa.Table:
    """Return the table with its rows in the order of the key columns; nulls last."""
    return table.take(compute.sort_indices(table, sort_keys=[(key, "ascending") for key in keys]))


def first_of_each(column: "pa.ChunkedArray[Any]") -> npt.NDArray[np.int64]:
    """Return for each row the number of the first row that has the same value; there may be no nulls.

    >>> first_of_each(pa.chunked_array([["x", "y"], ["x"]])).tolist()
    [0, 1, 0]
    """
    codes = np.asarray(compute.index_in(column, value_set=compute.unique(column)), np.int64)
    _, first, which = np.unique(codes, return_index=True, return_inverse=True)
    return np.asarray(first[which], np.int64)


def batches(table: pa.Table, rows: int = BATCH_ROWS) -> Iterator[pa.Table]:
    """Yield a table in slices of so many rows, in its order."""
    for start in range(0, table.num_rows, rows):
        yield table.slice(start, rows)


@dataclass
class RowDigest:
    """The sum, modulo 2**256, of the SHA-256 of each row's canonical bytes.

    The canonical bytes stand on the values alone, not on how Arrow or Parquet lay them out: so it
    survives another version of pyarrow, other row groups and other shards. A sum, and not an
    exclusive or, so that a row which occurs twice does not vanish.

    >>> one, other = RowDigest(), RowDigest()
    >>> one.add(pa.table({"a": [1, None]}))
    >>> other.add(pa.table({"a": [None, 1]}))
    >>> one == other, one.rows
    (True, 2)
    """

    rows: int = 0
    total: int = 0

    def add(self, table: pa.Table) -> None:
        """Count the rows of a table in."""
        for batch in batches(table):
            for row in canonical_rows(batch):
                self.total += int.from_bytes(hashlib.sha256(row).digest(), "big")
        self.total %= 1 << 256
        self.rows += table.num_rows

    @property
    def hex(self) -> str:
        """Return the sum as 64 hexadecimal digits."""
        return f"{self.total:064x}"


def canonical_rows(table: pa.Table) -> Iterable[bytes]:
    """Return the canonical bytes of each row: its columns in order, each with its length in front."""
    columns = [_framed(_canonical(column.combine_chunks())) for column in table.columns]
    joined: list[bytes] = compute.binary_join_element_wise(*columns, b"").to_pylist()
    return joined


def _canonical(array: Any) -> Any:
    """Return each value as bytes: "n" for null, else "v" and what the value's type makes of it."""
    tagged = compute.binary_join_element_wise(b"v", compute.fill_null(_payload(array), b""), b"")
    return compute.if_else(array.is_valid(), tagged, pa.scalar(b"n", pa.binary()))


def _payload(array: Any) -> Any:
    kind = array.type
    if pa.types.is_struct(kind):
        return compute.binary_join_element_wise(
            *(_framed(_canonical(c)) for c in array.flatten()), b""
        )
    if pa.types.is_list(kind):
        elements = _framed(_canonical(array.flatten()))
        lengths = compute.fill_null(array.value_lengths(), 0).to_numpy()
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        return compute.binary_join(
            pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), elements), b""
        )
    if pa.types.is_string(kind):
        return array.cast(pa.binary())
    if pa.types.is_binary(kind):  # pictures: their hash stands for them
        return pa.array(
            [None if v is None else hashlib.sha256(v).digest() for v in array.to_pylist()],
            pa.binary(),
        )
    if pa.types.is_floating(kind):  # by bits: a printed float hangs on who prints it
        bits = compute.fill_null(array.cast(pa.float64()), 0.0).to_numpy().view(np.int64)
        return pa.array(bits).cast(pa.string()).cast(pa.binary())
    return array.cast(pa.string()).cast(pa.binary())


def _framed(array: Any) -> Any:
    """Put each value's length in front of it, so that no two lists of values join to the same bytes."""
    lengths = compute.binary_length(array).cast(pa.string()).cast(pa.binary())
    return compute.binary_join_element_wise(lengths, array, b":")
