"""What the columns of a file of predictions are: found by their names, and judged by what the file says of itself.

Nothing is read here. A few bytes of Parquet can stand for gigabytes: only what is asked for is to be read, texts as
dictionaries, each once however often it occurs, and of no more bytes than as many texts can have.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import types

from omniart_model.shortened import shortened
from schemas.errors import ModelError

SCORED = pa.list_(pa.struct([pa.field("label", pa.string()), pa.field("score", pa.float32())]))

LONGEST = 1_000
"""Bytes of the longest text, id or label, that is read."""

_SLACK = 1 << 20  # bytes that a column takes beside its values: headers of pages
_WIDEST = 32  # bytes of the widest number
_ONE_BY_ONE = {"DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"}  # Arrow makes no dictionary of these
_NUMBERS = {"BOOLEAN", "INT32", "INT64", "FLOAT", "DOUBLE"}
_TEXT = (
    types.is_string,
    types.is_large_string,
    types.is_string_view,
    types.is_binary,
    types.is_large_binary,
    types.is_binary_view,
)
_NUMBER = (types.is_integer, types.is_floating, types.is_decimal, types.is_boolean)
_LIST = (types.is_list, types.is_large_list, types.is_fixed_size_list)


def leaves_of(file: pq.ParquetFile, name: str, wanted: pa.DataType, path: Path) -> tuple[str, ...]:
    """Return what is to be read of a column, as paths; raise ModelError for one that is not of the type ``wanted``.

    A list is one of structs that have a ``label`` and a ``score``, once each: whatever else is in them is not read.
    """
    found = file.schema_arrow.field(name).type
    parts = [one for one in map(file.schema.column, range(len(file.schema))) if _is_of(one, name)]
    if not _fits(found, wanted) or not all(_is_stored(part) for part in parts):
        raise ModelError(f"{path}: {name} is {shortened(str(found))}, not {wanted}")
    return tuple(part.path for part in parts)


def _is_of(leaf: Any, name: str) -> bool:
    """Return whether a leaf of the file is what is read of a column: the column itself, or its labels and scores."""
    path = str(leaf.path)
    return path == name or (path.startswith(f"{name}.") and path.endswith((".label", ".score")))


def is_text(path: str) -> bool:
    """Return whether a leaf that is read holds texts."""
    return path == "id" or path.endswith(".label")


def _is_stored(leaf: Any) -> bool:
    """Return whether a leaf is stored as texts or numbers are: numbers of any length are none."""
    if is_text(leaf.path):
        return bool(leaf.physical_type == "BYTE_ARRAY")
    fixed = leaf.physical_type == "FIXED_LEN_BYTE_ARRAY" and leaf.length <= _WIDEST
    return fixed or leaf.physical_type in _NUMBERS


def _fits(found: pa.DataType, wanted: pa.DataType) -> bool:
    if wanted == SCORED:
        return _is_scored(found)
    return _is_one(found, _TEXT if types.is_string(wanted) else _NUMBER)


def _is_scored(found: pa.DataType) -> bool:
    pair = found.value_type if any(one(found) for one in _LIST) else None
    if pair is None or not types.is_struct(pair):
        return False
    return all(
        len(pair.get_all_field_indices(name)) == 1 and _is_one(pair.field(name).type, kinds)
        for name, kinds in (("label", _TEXT), ("score", _NUMBER))
    )


def _is_one(found: pa.DataType, kinds: Sequence[Any]) -> bool:
    inner = found.value_type if types.is_dictionary(found) else found
    return any(one(inner) for one in kinds)


def values_of(metadata: pq.FileMetaData, leaf: str, path: Path) -> int:
    """Return how many values a leaf has, as the file says of itself; raise ModelError for what is not to be read.

    That are more bytes than as many values can have, and texts in an encoding of which no dictionary can be made.
    """
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    columns = [group.column(at) for group in groups for at in range(group.num_columns)]
    chunks = [one for one in columns if one.path_in_schema == leaf]
    values: int = sum(one.num_values for one in chunks)
    size = sum(one.total_uncompressed_size for one in chunks)
    if size > values * (LONGEST + 8) + _SLACK:
        raise ModelError(
            f"{path}: {leaf} takes {size:,} bytes for {values:,} values: a text has {LONGEST:,} bytes at most"
        )
    unread = {str(code) for one in chunks for code in one.encodings} & _ONE_BY_ONE
    if unread and is_text(leaf):
        raise ModelError(
            f"{path}: {leaf} is encoded as {min(unread)}: write texts plain or by dictionary (Parquet version 1)"
        )
    return values
