"""Features of many pictures as one file: a Parquet table sorted by SHA-256, which others read.

``omniart-data build --features`` finds near-duplicates by it. A cache holds its pictures in the order in which
they were seen, and two million of them are 10 GB: they are dealt out to 256 files by the first two digits of
their SHA-256, and each of those is then sorted by itself, so that memory holds one of them at a time.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from omniart_data.release.leftovers import remove_leftovers
from omniart_model.bases.table import View
from omniart_model.features.cache import Halves
from omniart_model.folders import unfinished_prefix
from schemas.errors import ModelError

COLUMNS = {View.ORIGINAL.value: "features"}
"""Columns that are not called as their view is: the picture as it hangs."""

ROWS_TOGETHER = 8_192
"""Rows in a row group: 42 MB of EfficientNet-Lite0's features."""

_DIGEST_BYTES = 32
_SHA256 = re.compile(r"[0-9a-f]{64}")

Entries = npt.NDArray[np.void]


class Vectors(Protocol):
    """Features of pictures, as a cache holds them: a key, views of some length, and parts in any order."""

    @property
    def key(self) -> dict[str, str]:
        """Return what the features hang on, besides the picture."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the V views, in their order."""
        ...

    @property
    def shape(self) -> tuple[int, int]:
        """Return (V, F)."""
        ...

    def parts(self) -> Iterator[tuple[list[str], Halves]]:
        """Yield SHA-256 and features, float16 [N, V, F]."""
        ...


def write_features(cache: Vectors, sha256s: Iterable[str], path: Path) -> int:
    """Write the features of these pictures, as far as the cache has them, to a file; return how many it has.

    Columns: ``image_sha256``, and float16 [F] as little-endian bytes, one for each view: ``features`` and ``mirrored``,
    unless the base was given others; a build wants these two. The schema's metadata is the cache's key. The same features give the same bytes, whatever the cache's parts are; of a picture
    that is in two parts (seen by two processes at once) the first part's are taken. The file is whole or not there;
    what a killed run left beside it is removed. Raises ModelError.
    """
    room = path.with_name(f"{unfinished_prefix(path)}{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(path.parent, unfinished_prefix(path))
        room.mkdir()
        _deal_out(cache, sha256s, room)
        rows = _write_sorted(cache, room, room / "whole")
        (room / "whole").replace(path)
    except OSError as error:
        raise ModelError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return rows


def _entry(cache: Vectors) -> np.dtype[np.void]:
    """Return the form of one picture in a dealt-out file."""
    return np.dtype([("sha256", f"V{_DIGEST_BYTES}"), ("views", "<f2", cache.shape)])


def _deal_out(cache: Vectors, wanted: Iterable[str], room: Path) -> None:
    """Put each wanted picture, once, into the file of its first two digits."""
    left = {sha256 for sha256 in wanted if _SHA256.fullmatch(sha256)}  # two digits name a file
    files: dict[str, BinaryIO] = {}
    try:
        for sha256s, features in cache.parts():
            rows = [row for row, sha256 in enumerate(sha256s) if sha256 in left]
            if not rows:
                continue
            left.difference_update(sha256s)
            entries = _entries(cache, [sha256s[row] for row in rows], features[rows])
            firsts = np.array([sha256s[row][:2] for row in rows])
            for first in np.unique(firsts):
                if first not in files:
                    files[first] = (room / str(first)).open("wb")
                files[first].write(entries[firsts == first].tobytes())
    finally:
        for file in files.values():
            file.close()


def _entries(cache: Vectors, sha256s: list[str], features: Halves) -> Entries:
    entries = np.zeros(len(sha256s), _entry(cache))
    digests = np.frombuffer(bytes.fromhex("".join(sha256s)), f"V{_DIGEST_BYTES}")
    entries["sha256"], entries["views"] = digests, features
    return entries


def _write_sorted(cache: Vectors, room: Path, path: Path) -> int:
    """Write the dealt-out pictures as one table; return its rows."""
    kind = pa.binary(2 * cache.shape[1])
    views = [(COLUMNS.get(name, name), kind) for name in cache.columns]
    schema = pa.schema([("image_sha256", pa.string()), *views], metadata=cache.key)
    rows = 0
    with path.open("wb") as file:
        with pq.ParquetWriter(
            file,
            schema,
            compression="none",  # features do not compress
            use_dictionary=False,
            write_statistics=["image_sha256"],
        ) as writer:
            for entries in _in_groups(cache, room):
                writer.write_table(_table(entries, schema), row_group_size=ROWS_TOGETHER)
                rows += len(entries)
        file.flush()
        os.fsync(file.fileno())
    return rows


def _in_groups(cache: Vectors, room: Path) -> Iterator[Entries]:
    """Yield all pictures by rising SHA-256, so many at a time as a row group has."""
    waiting: list[Entries] = []
    for path in sorted(room.glob("[0-9a-f][0-9a-f]")):
        entries = np.fromfile(path, _entry(cache))
        path.unlink()
        names = [one.tobytes() for one in entries["sha256"]]
        waiting.append(entries[sorted(range(len(names)), key=names.__getitem__)])
        if sum(map(len, waiting)) >= ROWS_TOGETHER:
            held = np.concatenate(waiting)
            whole = len(held) // ROWS_TOGETHER * ROWS_TOGETHER
            yield from np.split(held[:whole], whole // ROWS_TOGETHER)
            waiting = [held[whole:].copy()]
    if sum(map(len, waiting)):
        yield np.concatenate(waiting)


def _table(entries: Entries, schema: pa.Schema) -> pa.Table:
    names = [one.tobytes().hex() for one in entries["sha256"]]
    columns = [
        pa.Array.from_buffers(
            schema.field(name).type,
            len(entries),
            [None, pa.py_buffer(np.ascontiguousarray(entries["views"][:, view]).tobytes())],
        )
        for view, name in enumerate(schema.names[1:])
    ]
    return pa.table([pa.array(names, pa.string()), *columns], schema=schema)
