"""A release as its readers see it."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from omniart_data.release.manifest import Manifest, check_files, read_manifest
from schemas.errors import ReleaseError
from schemas.release import ROW, SPLITS, UNATTRIBUTED

IMAGE = "image"
ALL_SPLITS = (*SPLITS, UNATTRIBUTED)
META_NAMES = [name for name in ROW.names if name != IMAGE]


def open_release(folder: Path) -> "Release":
    """Open a release after checking that it is whole: manifest, seal, and the size of every file.

    Raises ReleaseError for a folder that is none, a part of one, or has a file missing, added or of
    another size. ``verify_release`` reads every byte besides.
    """
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    return Release(folder, manifest)


@dataclass(frozen=True)
class Release:
    """An opened release; tables are read when they are asked for."""

    folder: Path
    manifest: Manifest

    @property
    def version(self) -> str:
        """Return the version, X.Y.Z."""
        return self.manifest.version

    @property
    def version_numbers(self) -> tuple[int, ...]:
        """Return the version as numbers, which compare as versions do."""
        return tuple(map(int, self.version.split(".")))

    @property
    def digest(self) -> str:
        """Return the release's id: the SHA-256 of manifest.json."""
        return self.manifest.digest

    @property
    def is_sample(self) -> bool:
        """Say whether works of the sample museum are in it, which are invented."""
        return any(source.startswith("sample-") for source in self.receipt["records_read"])

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Return facts.json: fact to ``{"query": ..., "rows": {row: {column: number}}}``."""
        return self._json("facts.json")

    @cached_property
    def receipt(self) -> dict[str, Any]:
        """Return receipt.json: what the release was made of, and with what."""
        return self._json("receipt.json")

    @property
    def labels(self) -> pa.Table:
        """Return the class index (``schemas.release.LABEL``), by task and number."""
        return self.side_table("labels")

    @property
    def ledger(self) -> pa.Table:
        """Return which artwork was given which split, ever (``schemas.release.LEDGER``)."""
        return self.side_table("ledger")

    def table(self, *splits: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the rows of the named splits in turn, each sorted by id; of all four where none is named.

        Without ``columns`` all but ``image``, which is read only when it is asked for.
        """
        wanted = META_NAMES if columns is None else list(columns)
        unknown = [name for name in wanted if name not in ROW.names]
        if unknown:
            raise ReleaseError(f"a release has no column {unknown[0]!r}")
        shards = [shard for split in splits or ALL_SPLITS for shard in self.shards(split)]
        return pa.concat_tables(self._columns(shard, wanted) for shard in shards)

    def pictures(self, split: str) -> Iterator[tuple[str, str, bytes | None]]:
        """Yield (id, image_sha256, bytes) in the order of ``table(split)``, one row group in memory.

        ``image_sha256`` is "" where no picture was at hand, the bytes None where the release has none.
        """
        for shard in self.shards(split):
            with self._undamaged(shard):
                file = pq.ParquetFile(shard, page_checksum_verification=True)
            with file:
                for group in range(file.num_row_groups):
                    with self._undamaged(shard):
                        rows = file.read_row_group(group, columns=["id", "image_sha256", IMAGE])
                        held = rows.to_pylist()
                    for row in held:
                        image = row[IMAGE]
                        yield row["id"], row["image_sha256"] or "", image and image["bytes"]

    def to_pandas(self) -> pd.DataFrame:
        """Return all rows without pictures as a data frame, in the order of ``table()``."""
        frame: pd.DataFrame = self.table().to_pandas()
        return frame

    def shards(self, split: str) -> list[Path]:
        """Return the Parquet files of a split, in order."""
        if split not in ALL_SPLITS:
            raise ReleaseError(f"there is no split {split!r}: {', '.join(ALL_SPLITS)}")
        names = (p for p in self.manifest.files if p.startswith(f"data/{split}-"))
        return [self.folder / name for name in sorted(names)]

    def side_table(self, name: str) -> pa.Table:
        """Return one of the tables beside data/: labels, dropped, judgements, terms, ledger, groups."""
        return self._columns(self.folder / f"{name}.parquet", None)

    def _columns(self, path: Path, columns: list[str] | None) -> pa.Table:
        with self._undamaged(path):
            table = pq.read_table(path, columns=columns, page_checksum_verification=True)
            if columns is not None:
                table = table.select(columns)
        return table

    def _json(self, name: str) -> dict[str, Any]:
        with self._undamaged(self.folder / name):
            body = (self.folder / name).read_bytes()
            if hashlib.sha256(body).hexdigest() != self.manifest.files[name].sha256:
                raise ValueError(f"{name} is not the one that the manifest names")
            found: dict[str, Any] = json.loads(body)
        return found

    @contextmanager
    def _undamaged(self, path: Path) -> Iterator[None]:
        """Raise ReleaseError where a file of the release cannot be read as what it is."""
        try:
            yield
        except (pa.ArrowException, OSError, ValueError, KeyError) as wrong:
            raise ReleaseError(
                f"{path} is damaged: run `omniart-data verify {self.folder}`"
            ) from wrong
