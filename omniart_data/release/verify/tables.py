"""Whether each table of a release has the columns and the rows that it should, and each picture is in its place."""

import hashlib
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from omniart_data.release.contents import bits
from omniart_data.release.read import ALL_SPLITS, Release
from omniart_data.release.rows import RowDigest, compute
from schemas.artwork import DROPPED, JUDGEMENT, TERM_USE
from schemas.decision import CANDIDATE, FLAGGED, LINK
from schemas.release import EMBEDDED, GROUP, LABEL, LEDGER, NEAR, ROW

SIDE_TABLES = {
    "candidates": CANDIDATE,
    "dropped": DROPPED,
    "flagged": FLAGGED,
    "groups": GROUP,
    "judgements": JUDGEMENT,
    "labels": LABEL,
    "ledger": LEDGER,
    "links": LINK,
    "near": NEAR,
    "terms": TERM_USE,
}
"""The tables beside data/, and their columns."""


def wrong_schemas(release: Release) -> Iterator[str]:
    """Yield a line for each table whose columns or shards are not those of a release."""
    shards = {shard: ROW for split in ALL_SPLITS for shard in release.shards(split)}
    sides = {release.folder / f"{name}.parquet": schema for name, schema in SIDE_TABLES.items()}
    for path, schema in {**shards, **sides}.items():
        if not pq.read_schema(path).equals(schema):
            yield f"{path.name}: its columns are not those of a release"
    for split in ALL_SPLITS:
        names = [shard.name for shard in release.shards(split)]
        if names != [f"{split}-{n:05d}-of-{len(names):05d}.parquet" for n in range(len(names))]:
            yield f"{split}: its shards are not numbered through"
        if not names:
            yield f"{split}: it has no shard"


def wrong_digests(release: Release, bodies: dict[str, bytes]) -> Iterator[str]:
    """Compare row digests, shard by shard and row group by row group; look at each picture's place.

    ``bodies`` is filled with the SHA-256 of each picture that is in the release, by the id of its artwork: the
    pictures are read here and nowhere else.
    """
    for name in (*ALL_SPLITS, *SIDE_TABLES):
        shards = (
            release.shards(name) if name in ALL_SPLITS else [release.folder / f"{name}.parquet"]
        )
        digest = RowDigest()
        for shard in shards:
            with pq.ParquetFile(shard) as file:
                for groups in _groups(file):
                    rows = file.read_row_groups(groups)
                    digest.add(rows)
                    if name in ALL_SPLITS:
                        bodies.update(_bodies(rows))
                        if _misplaced_pictures(rows):
                            yield f"{shard.name}: a picture is there, or is not, against its image_status"
        entry = release.manifest.tables[name]
        if (digest.rows, digest.hex) != (entry.rows, entry.digest):
            yield f"{name}: its rows are not those that the manifest names"


READ_TOGETHER = 64_000_000
"""Bytes of row groups that are read together: a few hundred rows at a time would cost more than their bytes do."""


def _groups(file: pq.ParquetFile) -> Iterator[list[int]]:
    """Yield the numbers of row groups, as many together as fit."""
    together: list[int] = []
    size = 0
    for number in range(file.num_row_groups):
        bytes_of_it = file.metadata.row_group(number).total_byte_size
        if together and size + bytes_of_it > READ_TOGETHER:
            yield together
            together, size = [], 0
        together.append(number)
        size += bytes_of_it
    if together:
        yield together


def _misplaced_pictures(rows: pa.Table) -> bool:
    body = compute.struct_field(rows["image"], "bytes")
    there = bits(compute.greater(compute.binary_length(body), 0))
    inside = bits(compute.equal(rows["image_status"], EMBEDDED))
    null = np.asarray(compute.is_null(rows["image"]), bool)
    return bool((there != inside).any() or (null == inside).any())


def _bodies(rows: pa.Table) -> Iterator[tuple[str, bytes]]:
    held = rows.filter(compute.is_valid(rows["image"]))
    images = compute.struct_field(held["image"], "bytes").to_pylist()
    for name, body in zip(held["id"].to_pylist(), images, strict=True):
        yield name, hashlib.sha256(body or b"").digest()
