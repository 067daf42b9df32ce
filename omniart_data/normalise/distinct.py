"""Equal values get equal numbers: what lets a rule see each distinct value once, however many rows hold it."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Column: TypeAlias = Any
"""A pyarrow Array (or ChunkedArray where said); the stubs know too little of either to be of help."""

Codes: TypeAlias = npt.NDArray[np.int32]
"""One number a row, [rows], from 0 without gaps, in the order of first appearance."""


def codes_of(array: Column) -> Codes:
    """Return a number for each value, the same for two rows exactly if their values are equal.

    Nulls count as a value, floats by their bits. Lists and structs are numbered through what they hold,
    without making a Python object of any row: the cost is a few passes over Arrow buffers.

    >>> codes_of(pa.array([["a"], [], None, ["a"]])).tolist()
    [0, 1, 2, 0]
    """
    if pa.types.is_null(array.type):
        return np.zeros(len(array), dtype=np.int32)
    if pa.types.is_struct(array.type):
        return _struct_codes(array)
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        return _list_codes(array)
    return _encoded(array)


def combined(columns: list[Codes], rows: int) -> Codes:
    """Return a number for each distinct combination of numbers in a row.

    >>> combined([np.array([0, 0, 1]), np.array([0, 1, 0])], rows=3).tolist()
    [0, 1, 2]
    """
    if not columns:
        return np.zeros(rows, dtype=np.int32)
    so_far = columns[0]
    for column in columns[1:]:
        width = int(column.max(initial=0)) + 1
        pair = so_far.astype(np.int64) * width + column
        so_far = _encoded(pa.array(pair))
    return so_far


def first_rows(codes: Codes) -> npt.NDArray[np.int64]:
    """Return the first row of each code, [distinct values].

    >>> first_rows(np.array([0, 1, 0, 2])).tolist()
    [0, 1, 3]
    """
    first = np.zeros(int(codes.max(initial=-1)) + 1, dtype=np.int64)
    rows = np.arange(len(codes), dtype=np.int64)
    first[codes[::-1]] = rows[::-1]  # of equal codes the last assignment stays: the first row
    return first


def one_array(column: Column) -> Column:
    """Return a chunked column as one array."""
    if column.num_chunks == 0:
        return pa.array([], type=column.type)
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)


def _encoded(array: Column) -> Codes:
    encoded = pc.dictionary_encode(array, null_encoding="encode")
    codes: Codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    return codes


def _struct_codes(array: Column) -> Codes:
    columns = [codes_of(child) for child in array.flatten()]  # a null struct has null children here
    if array.null_count:
        columns.append(array.is_null().to_numpy(zero_copy_only=False).astype(np.int32))
    return combined(columns, len(array))


def _list_codes(array: Column) -> Codes:
    """Return a number for each list, by the bytes of its elements' numbers."""
    elements = np.ascontiguousarray(codes_of(array.flatten()))  # leaves out what null lists hide
    lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False)
    offsets = np.zeros(len(array) + 1, dtype=np.int64)
    np.cumsum(lengths.astype(np.int64) * elements.itemsize, out=offsets[1:])
    valid = array.is_valid().buffers()[1] if array.null_count else None
    as_bytes = pa.Array.from_buffers(
        pa.large_binary(),
        len(array),
        [valid, pa.py_buffer(offsets), pa.py_buffer(elements)],
    )
    return _encoded(as_bytes)
