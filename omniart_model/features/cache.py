"""Features on disk: what a base once said of a picture is not asked again.

``features/<base>-<key>/<part>.arrow``; the key is over everything that the features hang on, so a cache can be shared
by releases and is never wrong, only incomplete. A part is an Arrow file without compression: the pictures' SHA-256, and
all views of each as one binary of fixed size, with its sum, by which rot on the disk is seen: ``features.part``. It is
mapped into memory and copied once, into the answer, so that reading back takes about as long as reading the file's
bytes. (A Parquet list of halffloat takes fifteen times as long.)
Parts of older versions, .parquet, had other keys: they are not read, and their features are made again.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniart_data.release.leftovers import leftovers
from omniart_data.release.rows import compute
from omniart_model.bases.table import Base
from omniart_model.features.part import Halves, Part, is_finite, read_part, write_part
from schemas.errors import ModelError

__all__ = ["SUFFIX", "FeatureCache", "Halves"]

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
        return {sha256 for part in self._parts() for sha256 in part.names.to_pylist()}

    def add(self, sha256s: Sequence[str], features: Halves) -> None:
        """Store the features, float16 [N, V, F], of some pictures as one part, whole or not at all.

        Raises ModelError where it cannot be written, and for features that are not finite numbers: no network learns
        from those. Two runs at once write parts of their own, or the same one.
        """
        if not sha256s:
            return
        self._check_finite(sha256s, features)
        name = hashlib.sha256("".join(sha256s).encode()).hexdigest()[:16]
        unfinished = self.folder / f".{name}{_UNFINISHED}{os.getpid()}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_part(unfinished, sha256s, features, self.key)
            unfinished.replace(self.folder / f"{name}{SUFFIX}")
        except OSError as error:
            raise ModelError(f"{self.folder} cannot be written: {error.strerror}") from error
        finally:
            unfinished.unlink(missing_ok=True)

    def read(self, sha256s: Sequence[str]) -> tuple[Halves, npt.NDArray[np.bool_]]:
        """Return the features of pictures, float16 [N, V, F], and which of them are here, bool [N].

        Each part is passed over once, in the order in which it lies on the disk; beside the answer little is allocated.
        Raises ModelError for a part that is damaged (see ``omniart_model.features.part``).
        """
        wanted = pa.array(sha256s, pa.string())
        features = np.zeros((len(wanted), *self.shape), np.float16)
        found = np.zeros(len(wanted), np.bool_)
        for part in self._parts():
            at = np.asarray(
                compute.fill_null(compute.index_in(wanted, value_set=part.names), -1), np.int64
            )
            here = np.flatnonzero(at >= 0)
            here = here[np.argsort(at[here], kind="stable")]
            for start in range(0, len(here), _TOGETHER):
                rows = here[start : start + _TOGETHER]
                features[rows] = part.rows(at[rows])
            found[here] = True
        return features, found

    def parts(self) -> Iterator[tuple[list[str], Halves]]:
        """Yield the SHA-256 and the features, float16 [N, V, F], of the pictures of each part; raises ModelError."""
        for part in self._parts():
            yield part.names.to_pylist(), part.rows(np.arange(len(part.names)))

    def clear_up(self) -> None:
        """Remove what killed runs left half written; a run that still lives keeps its own."""
        for name in {
            path.name.rpartition(".")[0] for path in self.folder.glob(f".*{_UNFINISHED}*")
        }:
            for left in leftovers(self.folder, f"{name}."):
                left.unlink(missing_ok=True)

    def _parts(self) -> Iterator[Part]:
        for path in sorted(self.folder.glob(f"[!.]*{SUFFIX}")):
            yield read_part(path, self.key, self.shape)

    def _check_finite(self, sha256s: Sequence[str], features: Halves) -> None:
        if not is_finite(features):
            row = next(row for row, one in enumerate(features) if not is_finite(one))
            raise ModelError(
                f"{self.base.name} gives features of the picture {sha256s[row]} that are not finite numbers: "
                "give its weights again with --weights FILE, or choose another --base"
            )
