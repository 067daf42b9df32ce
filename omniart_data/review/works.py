"""The artworks that a page shows beside a candidate, and their pictures: from the release, or from the workspace."""

import io
import logging
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from PIL import Image

from crawlers.engine.image_store import ImageStore
from omniart_data.release.read import ALL_SPLITS, IMAGE, Release
from schemas.errors import ReleaseError, StoreError
from schemas.release import EMBEDDED

log = logging.getLogger(__name__)

COLUMNS = (
    "id",
    "title",
    "institution",
    "object_number",
    "artist",
    "artist_id",
    "makers",
    "date_text",
    "year_first",
    "year_last",
    "medium_as_given",
    "types_as_given",
    "image_sha256",
    "image_status",
)

JPEG = b"\xff\xd8\xff"
"""How every JPEG begins."""

_HELD = 64
"""Pictures that are kept in memory: those of a few candidates before and after."""


class Works:
    """Some artworks of a release, read once; a picture is read when it is asked for."""

    def __init__(self, release: Release, ids: Collection[str], store: ImageStore | None) -> None:
        self._store = store
        self._rows: dict[str, dict[str, Any]] = {}
        self._shards: dict[str, Path] = {}
        self._pictures: OrderedDict[str, bytes] = OrderedDict()
        wanted = pa.array(sorted(ids), pa.string())
        for shard in _shards(release):
            with _undamaged(release):
                rows = pq.read_table(
                    shard, columns=list(COLUMNS), filters=pc.field("id").isin(wanted)
                ).to_pylist()
            self._rows.update({row["id"]: row for row in rows})
            self._shards.update({row["id"]: shard for row in rows})
        self._release = release

    def __contains__(self, artwork: str) -> bool:
        return artwork in self._rows

    def row(self, artwork: str) -> Mapping[str, Any] | None:
        """Return what the release says of an artwork; None where it lacks it."""
        return self._rows.get(artwork)

    def has_picture(self, artwork: str) -> bool:
        """Return whether there is a picture to be shown, as far as the tables tell."""
        row = self._rows[artwork]
        sha256 = row["image_sha256"] or ""
        return row["image_status"] == EMBEDDED or (
            bool(sha256) and self._store is not None and sha256 in self._store
        )

    def picture(self, artwork: str) -> bytes:
        """Return the picture of an artwork as JPEG, and a grey one where there is none that can be shown."""
        held = self._pictures.get(artwork)
        if held is None:
            found = self._embedded(artwork) or self._stored(artwork)
            held = found if found.startswith(JPEG) else placeholder()
            self._pictures[artwork] = held
            if len(self._pictures) > _HELD:
                self._pictures.popitem(last=False)
        return held

    def _embedded(self, artwork: str) -> bytes:
        if self._rows[artwork]["image_status"] != EMBEDDED:
            return b""
        with _undamaged(self._release), pq.ParquetFile(self._shards[artwork]) as file:
            for group in _groups(file, artwork):
                rows = file.read_row_group(group, columns=["id", IMAGE])
                place = pc.index(rows["id"], artwork).as_py()
                if place >= 0:
                    image = rows[IMAGE][place].as_py() or {}
                    return image.get("bytes") or b""
        return b""

    def _stored(self, artwork: str) -> bytes:
        sha256 = self._rows[artwork]["image_sha256"] or ""
        if self._store is None or not self.has_picture(artwork):
            return b""
        try:
            return self._store.read(sha256)
        except StoreError as error:
            log.warning("%s", error)
            return b""


def rows_of(release: Release, ids: Sequence[str], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return some columns of some artworks of a release, sorted by id."""
    wanted = pc.field("id").isin(pa.array(ids, pa.string()))
    found: list[dict[str, Any]] = []
    for shard in _shards(release):
        with _undamaged(release):
            found += pq.read_table(shard, columns=list(columns), filters=wanted).to_pylist()
    return sorted(found, key=lambda row: str(row["id"]))


@cache
def placeholder() -> bytes:
    """Return the picture that stands for one that is not there."""
    body = io.BytesIO()
    Image.new("RGB", (120, 90), (150, 150, 150)).save(body, "JPEG")
    return body.getvalue()


def _shards(release: Release) -> Iterator[Path]:
    for split in ALL_SPLITS:
        yield from release.shards(split)


def _groups(file: pq.ParquetFile, artwork: str) -> Iterator[int]:
    """Yield the row groups that may hold an artwork: rows are sorted by id, and Parquet notes the ends."""
    place = file.schema_arrow.get_field_index("id")
    for group in range(file.num_row_groups):
        ends = file.metadata.row_group(group).column(place).statistics
        if ends is None or not ends.has_min_max or ends.min <= artwork <= ends.max:
            yield group


@contextmanager
def _undamaged(release: Release) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as wrong:
        raise ReleaseError(
            f"{release.folder} is damaged: run `omniart-data verify {release.folder}`"
        ) from wrong
