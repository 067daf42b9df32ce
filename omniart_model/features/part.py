"""One part of a feature cache: an Arrow file that is mapped into memory, and a sum for each row of it.

Disks forget. Each row's features have their sum beside them, as whole numbers of eight bytes modulo 2**64, and whatever is
read is summed again where it is copied: any one flipped bit, a torn page and a page of zeros are seen, and rows that
changed places. It costs a seventh of the copying, as what is summed lies in the processor's cache anyway; CRC-32 would
take as long as reading itself, and SHA-256 several times that. Against who writes here on purpose no sum helps, as they would write
the sum too. What is not a finite number is never written, and so need not be looked for in what has its sum.
Parts that were written before there were sums are read as well: their numbers must at least be finite.
"""

import math
import mmap
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniart_model.labels import Integers
from schemas.errors import ModelError

Halves = npt.NDArray[np.float16]
Sums = npt.NDArray[np.uint64]

_SIGN, _INFINITE = 0x8000, 0x7C00  # bits of a float16


@dataclass(frozen=True)
class Part:
    """A part that was opened: SHA-256 [N], features, float16 [N, V, F], mapped, and sums [N], None in an old one."""

    path: Path
    names: "pa.Array[Any]"
    held: Halves
    sums: Sums | None

    def rows(self, at: Integers) -> Halves:
        """Return a copy of some rows, as they were written; raises ModelError for what is no longer."""
        copied: Halves = self.held[at]
        if self.sums is not None:
            if not np.array_equal(sums_of(copied), self.sums[at]):
                raise damaged(self.path)
        elif not is_finite(copied):
            raise ModelError(
                f"{self.path} holds features that are not finite numbers: remove it, and it will be made again"
            )
        return copied


def damaged(path: Path) -> ModelError:
    """Return the error of a part that is not what was written."""
    return ModelError(f"{path} is damaged: remove it, and it will be made again")


def sums_of(features: Halves) -> Sums:
    """Return each row's sum, modulo 2**64, of features [N, V, F] taken as whole numbers of eight bytes, or as many as go."""
    row_bytes = 2 * math.prod(features.shape[1:])
    words = np.ascontiguousarray(features, "<f2").reshape(len(features), row_bytes // 2)
    words = words.view(f"<u{math.gcd(row_bytes, 8)}")
    sums: Sums = np.add.reduce(words, axis=1, dtype=np.uint64)
    return sums


def is_finite(features: Halves) -> bool:
    """Return whether all of them are: by their bits, four times as quick as ``np.isfinite`` of float16."""
    bits = np.ascontiguousarray(features).view(np.uint16)
    return not bits.size or int((bits & ~np.uint16(_SIGN)).max()) < _INFINITE


def write_part(
    path: Path, sha256s: Sequence[str], features: Halves, key: Mapping[str, str]
) -> None:
    """Write features, float16 [N, V, F], to a file that is not there yet; raises OSError."""
    schema = _schema(key, features.shape[1:])
    rows = pa.py_buffer(np.ascontiguousarray(features, "<f2"))
    column = pa.Array.from_buffers(schema.field("features").type, len(sha256s), [None, rows])
    columns = [pa.array(sha256s, pa.string()), column, pa.array(sums_of(features), pa.uint64())]
    with path.open("wb") as file:
        with pa.ipc.new_file(file, schema) as writer:
            writer.write_batch(pa.record_batch(columns, schema=schema))
        file.flush()
        os.fsync(file.fileno())


def read_part(path: Path, key: Mapping[str, str], shape: tuple[int, int]) -> Part:
    """Return a part of the features of this key and shape (V, F); raises ModelError for what is none."""
    schema = _schema(key, shape)
    try:
        table = pa.ipc.open_file(pa.BufferReader(_mapped(path))).read_all()
        summed = table.schema.equals(schema, check_metadata=True)
        if not summed and not table.schema.equals(schema.remove(2), check_metadata=True):
            raise ModelError(f"{path} holds features of another form: remove it")
        names, column, *sums = (one.combine_chunks() for one in table.columns)
        names.validate(full=True)
        held = np.frombuffer(memoryview(column.buffers()[1] or b""), "<f2").reshape(-1, *shape)
    except (pa.ArrowException, OSError, ValueError) as error:  # no bytes cannot be mapped
        raise damaged(path) from error
    held = held[column.offset : column.offset + len(column)]
    return Part(path, names, held, np.asarray(sums[0]) if sums else None)


def _schema(key: Mapping[str, str], shape: Sequence[int]) -> pa.Schema:
    fields = [
        pa.field("image_sha256", pa.string(), nullable=False),
        pa.field("features", pa.binary(2 * math.prod(shape)), nullable=False),
        pa.field("sum", pa.uint64(), nullable=False),
    ]
    return pa.schema(fields, metadata=dict(key))


def _mapped(path: Path) -> pa.Buffer:
    """Return the bytes of a file, which come from the disk when they are looked at, in large pieces as in a reading."""
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if hasattr(mmap, "MADV_SEQUENTIAL"):
        mapped.madvise(mmap.MADV_SEQUENTIAL)
    return pa.py_buffer(mapped)
