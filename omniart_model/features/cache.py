"""Features on disk: what a base once said of a picture is not asked again.

``features/<base>-<key>/<part>.arrow``; the key is over everything that the features hang on, so a cache can be shared
by releases and is never wrong, only incomplete. A part is an Arrow file without compression: the pictures' SHA-256, and
all views of each as one binary of fixed size. It is mapped into memory and copied once, into the answer, so that
reading back takes about as long as reading the file's bytes. (A Parquet list of halffloat takes fifteen times as long.)
Parts of older versions, .parquet, had other keys: they are not read, and their features are made again.
"""

import hashlib
import json
import mmap
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniart_data.release.leftovers import leftovers
from omniart_data.release.rows import compute
from omniart_model.bases.table import Base
from schemas.errors import ModelError

Halves = npt.NDArray[np.float16]
SUFFIX = ".arrow"
_UNFINISHED = ".unfinished."
_TOGETHER = 256  # rows that are copied at a time: what lies between stays in the processor's cache


@dataclass(frozen=True)
class FeatureCache:
    """The features of one base with one file of weights; parts are only ever added."""

    root: Path
    base: Base
    weights_sha256: str

    @property
    def key(self) -> dict[str, str]:
        """Return what the features hang on, besides the picture."""
        return self.base.key | {"weights_sha256": self.weights_sha256}

    @property
    def shape(self) -> tuple[int, int]:
        """Return how many views of a picture there are, and of how many features: (V, F)."""
        return len(self.base.views), self.base.features

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the views, in their order."""
        return tuple(self.base.views)

    @property
    def folder(self) -> Path:
        """Return the folder of this base's parts."""
        digest = hashlib.sha256(json.dumps(self.key, sort_keys=True).encode()).hexdigest()
        name = re.sub(r"[^\w.-]", "_", self.base.name).strip(".")
        return self.root / "features" / f"{name}-{digest[:12]}"

    def held(self) -> set[str]:
        """Return the SHA-256 of every picture whose features are here."""
        return {sha256 for part in self._parts() for sha256 in self._read(part)[0].to_pylist()}

    def add(self, sha256s: Sequence[str], features: Halves) -> None:
        """Store the features, float16 [N, V, F], of some pictures as one part, whole or not at all.

        Raises ModelError where it cannot be written. Two runs at once write parts of their own, or the same one.
        """
        if not sha256s:
            return
        rows = pa.py_buffer(np.ascontiguousarray(features, "<f2"))
        column = pa.Array.from_buffers(self._schema.field(1).type, len(sha256s), [None, rows])
        batch = pa.record_batch([pa.array(sha256s, pa.string()), column], schema=self._schema)
        name = hashlib.sha256("".join(sha256s).encode()).hexdigest()[:16]
        unfinished = self.folder / f".{name}{_UNFINISHED}{os.getpid()}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                with pa.ipc.new_file(file, self._schema) as writer:
                    writer.write_batch(batch)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self.folder / f"{name}{SUFFIX}")
        except OSError as error:
            raise ModelError(f"{self.folder} cannot be written: {error.strerror}") from error
        finally:
            unfinished.unlink(missing_ok=True)

    def read(self, sha256s: Sequence[str]) -> tuple[Halves, npt.NDArray[np.bool_]]:
        """Return the features of pictures, float16 [N, V, F], and which of them are here, bool [N].

        Each part is passed over once, in the order in which it lies on the disk; only the answer is allocated.
        """
        wanted = pa.array(sha256s, pa.string())
        features = np.zeros((len(wanted), *self.shape), np.float16)
        found = np.zeros(len(wanted), np.bool_)
        for part in self._parts():
            names, held = self._read(part)
            at = np.asarray(
                compute.fill_null(compute.index_in(wanted, value_set=names), -1), np.int64
            )
            here = np.flatnonzero(at >= 0)
            here = here[np.argsort(at[here], kind="stable")]
            for start in range(0, len(here), _TOGETHER):
                rows = here[start : start + _TOGETHER]
                features[rows] = held[at[rows]]
            found[here] = True
        return features, found

    def parts(self) -> Iterator[tuple[list[str], Halves]]:
        """Yield the SHA-256 and the features, float16 [N, V, F], of the pictures of each part."""
        for part in self._parts():
            names, held = self._read(part)
            yield names.to_pylist(), held

    def clear_up(self) -> None:
        """Remove what killed runs left half written; a run that still lives keeps its own."""
        for name in {
            path.name.rpartition(".")[0] for path in self.folder.glob(f".*{_UNFINISHED}*")
        }:
            for left in leftovers(self.folder, f"{name}."):
                left.unlink(missing_ok=True)

    @property
    def _schema(self) -> pa.Schema:
        views, features = self.shape
        fields = [
            pa.field("image_sha256", pa.string(), nullable=False),
            pa.field("features", pa.binary(2 * views * features), nullable=False),
        ]
        return pa.schema(fields, metadata=self.key)

    def _parts(self) -> list[Path]:
        return sorted(self.folder.glob(f"[!.]*{SUFFIX}"))

    def _read(self, part: Path) -> "tuple[pa.Array[Any], Halves]":
        """Return a part's SHA-256 and its features, float16 [N, V, F], mapped and not copied."""
        try:
            table = pa.ipc.open_file(pa.BufferReader(_mapped(part))).read_all()
            if not table.schema.equals(self._schema, check_metadata=True):
                raise ModelError(f"{part} holds features of another form: remove it")
            names, column = (one.combine_chunks() for one in table.columns)
            names.validate(full=True)
        except (pa.ArrowException, OSError, ValueError) as error:  # no bytes cannot be mapped
            raise ModelError(f"{part} is damaged: remove it, and it will be made again") from error
        held = np.frombuffer(memoryview(column.buffers()[1] or b""), "<f2")
        start, rows = column.offset, len(column)
        return names, held.reshape(-1, *self.shape)[start : start + rows]


def _mapped(path: Path) -> pa.Buffer:
    """Return the bytes of a file, which come from the disk when they are looked at, in large pieces as in a reading."""
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if hasattr(mmap, "MADV_SEQUENTIAL"):
        mapped.madvise(mmap.MADV_SEQUENTIAL)
    return pa.py_buffer(mapped)
