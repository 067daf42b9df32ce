"""One side of a comparison: a release on the disk, or the tables of one that is about to be written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from omniart_data.release.read import ALL_SPLITS, Release
from schemas.errors import ReleaseError
from schemas.release import ROW

COMPARED = (
    *("labels", "dropped", "judgements", "terms", "groups"),
    *("candidates", "links", "flagged", "near"),
)
"""The tables beside data/ that are compared. The ledger is not: it only says what splits and versions say."""


@dataclass(frozen=True)
class Side:
    """What is compared; columns and tables are read when they are asked for, so that one is held at a time.

    ``columns`` gives for ``data`` and each side table the type of each column. ``column`` gives a column of the
    artworks, all in one order; ``table`` a side table. ``image_px`` is the size to which embedded pictures were
    brought: with another, each of them is another picture.
    """

    version: str
    columns: Mapping[str, Mapping[str, str]]
    column: Callable[[str], "pa.ChunkedArray[Any]"]
    table: Callable[[str], pa.Table]
    image_px: object = None


def side_of(release: Release) -> Side:
    """Return a release as one side of a comparison."""
    shards = [shard for split in ALL_SPLITS for shard in release.shards(split)]
    names = {"data": shards[0], **{n: release.folder / f"{n}.parquet" for n in COMPARED}}
    try:
        columns = {name: _types(pq.read_schema(path)) for name, path in names.items()}
    except (pa.ArrowException, OSError) as wrong:
        raise ReleaseError(
            f"{release.folder} is damaged: run `omniart-data verify {release.folder}`"
        ) from wrong
    return Side(
        release.version,
        columns,
        lambda name: release.table(columns=[name])[name],
        release.side_table,
        release.receipt["options"].get("image_px"),
    )


def side_of_tables(
    rows: pa.Table, tables: Mapping[str, pa.Table], *, version: str = "", image_px: object = None
) -> Side:
    """Return tables as one side: ``rows`` are the artworks without their pictures (``contents.META``)."""
    columns = {"data": _types(ROW), **{name: _types(tables[name].schema) for name in COMPARED}}
    return Side(version, columns, lambda name: rows[name], lambda name: tables[name], image_px)


def _types(schema: pa.Schema) -> dict[str, str]:
    return {column.name: type_name(column.type) for column in schema}


def type_name(kind: pa.DataType) -> str:
    """Return a type as text, without the name that a list's elements have: Parquet gives them another.

    >>> type_name(pa.list_(pa.struct([pa.field("a", pa.int32())])))
    'list<struct<a: int32>>'
    """
    if pa.types.is_list(kind):
        return f"list<{type_name(kind.value_type)}>"
    if pa.types.is_struct(kind):
        fields = (kind.field(number) for number in range(kind.num_fields))
        return f"struct<{', '.join(f'{one.name}: {type_name(one.type)}' for one in fields)}>"
    return str(kind)
