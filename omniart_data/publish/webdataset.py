"""The extra form of a release: tar files of pictures, each with its row as JSON, as WebDataset reads them.

It holds the works whose picture is in the release, and is made of the release alone: the same release gives
the same bytes. Data card and class index come along, as the credits that licences ask for stand in the card.
"""

import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from omniart_data.publish.plan import Parcel
from omniart_data.release import Release
from omniart_data.release.manifest import as_json, file_entry
from omniart_data.release.read import ALL_SPLITS
from schemas.errors import ReleaseError

TAR_BYTES = 500_000_000
BESIDE = ("README.md", "labels.parquet")
_KINDS = ((b"\xff\xd8", "jpg"), (b"\x89PNG", "png"))


def webdataset_parcel(release: Release, folder: Path, *, tar_bytes: int = TAR_BYTES) -> Parcel:
    """Write a release's pictures as tar files into ``folder``; raise ReleaseError where it has none."""
    pictures = 0
    for split in ALL_SPLITS:
        pictures += _write_split(release, split, folder, tar_bytes)
    if not pictures:
        raise ReleaseError(f"{release.folder} holds no pictures: publish it as Parquet")
    for name in BESIDE:
        shutil.copyfile(release.folder / name, folder / name)
    files = {path.name: file_entry(path) for path in sorted(folder.iterdir())}
    body = as_json(
        {
            "form": 1,
            "version": release.version,
            "release_sha256": release.digest,
            "pictures": pictures,
            "files": {name: vars(entry) for name, entry in files.items()},
        }
    )
    return Parcel(f"omniart-{release.version}-webdataset", folder, files, body)


def sample_key(artwork: str) -> str:
    """Return the name of an artwork's files in a tar: hexadecimal, as ids may hold anything.

    >>> sample_key("met:../7.tar")
    '1050ae8d07eb3f6f2031258656603811'
    """
    return hashlib.sha256(artwork.encode()).hexdigest()[:32]


def _write_split(release: Release, split: str, folder: Path, tar_bytes: int) -> int:
    """Write a split's tar files, none where it has no pictures; return how many pictures they hold."""
    tar: tarfile.TarFile | None = None
    pictures = number = 0
    try:
        for row in _pictured(release, split):
            if tar is not None and tar.offset >= tar_bytes:
                tar.close()
                tar, number = None, number + 1
            if tar is None:
                path = folder / f"{split}-{number:06d}.tar"
                tar = tarfile.open(path, "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115
            body = row.pop("image")["bytes"]
            key = sample_key(row["id"])
            _add(tar, f"{key}.{_kind(body)}", body)
            _add(tar, f"{key}.json", json.dumps(row, sort_keys=True, ensure_ascii=False).encode())
            pictures += 1
    finally:
        if tar is not None:
            tar.close()
    return pictures


def _pictured(release: Release, split: str) -> Iterator[dict[str, Any]]:
    """Yield the rows that have a picture, one row group in memory."""
    for shard in release.shards(split):
        with pq.ParquetFile(shard) as file:
            for group in range(file.num_row_groups):
                rows = file.read_row_group(group).to_pylist()
                yield from (row for row in rows if row["image"] and row["image"]["bytes"])


def _add(tar: tarfile.TarFile, name: str, body: bytes) -> None:
    """Add a file of no owner and no time."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(body), 0o644
    tar.addfile(info, io.BytesIO(body))


def _kind(body: bytes) -> str:
    """Return how the name of a picture ends, by its first bytes."""
    return next((kind for start, kind in _KINDS if body.startswith(start)), "bin")
