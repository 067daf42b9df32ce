"""The challenge's pictures, brought into a workspace: each under its SHA-256, upright and no larger than asked for."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from tqdm import tqdm

from omniart_data.release.contents import PICTURES
from omniart_data.release.pictures import (
    Kept,
    RefusedPictureError,
    keep,
    large_pictures,
    look_columns,
)
from omniart_model.files import digest, write_whole
from omniart_model.rijks14.archive import files_of
from omniart_model.workspace import picture_path
from schemas.errors import ModelError
from schemas.release import EMBEDDED

ENDINGS = (".jpg", ".jpeg")
LARGEST = 256 << 20
"""Bytes of a picture at most."""

_WORKERS = 2
_AHEAD = 16
"""Pictures decoded ahead of the one that is written: what is held in memory."""


@dataclass(frozen=True)
class Brought:
    """What is told of one picture; one that cannot be decoded has no SHA-256."""

    sha256: str | None = None
    width_px: int | None = None
    height_px: int | None = None
    look: bytes | None = None


def bring_pictures(
    sources: Sequence[Path], wanted: Collection[str], workspace: Path, *, max_px: int
) -> dict[str, Brought]:
    """Bring the wanted pictures of folders, tars and zips into a workspace; return what there is, by name.

    A picture that was brought before is decoded again, and its file is left where it is the same. Raises ModelError.
    """
    found: dict[str, Brought] = {}
    bodies = files_of(sources, ENDINGS, LARGEST, wanted)
    with (
        large_pictures(),
        ThreadPoolExecutor(_WORKERS) as pool,
        tqdm(total=len(wanted), unit="picture", desc="pictures", disable=None) as bar,
    ):
        for stem, sha256, kept in _kept(bodies, pool, max_px):
            bar.update()
            if kept is None:
                found[stem] = Brought()
                continue
            _write(picture_path(workspace, sha256), kept.body)
            found[stem] = Brought(sha256, kept.width_px, kept.height_px, kept.look)
    return found


def picture_of(workspace: Path, sha256: str) -> tuple[bytes, str]:
    """Return a picture that was brought, and a file name for it."""
    path = picture_path(workspace, sha256)
    try:
        return path.read_bytes(), f"{sha256}.jpg"
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error


def picture_rows(
    ids: Sequence[str], brought: Sequence[Brought | None], statuses: Sequence[str]
) -> pa.Table:
    """Return one row of ``PICTURES`` for each artwork; only of pictures that may be kept anything is told."""
    shown = [
        one if one is not None and status in {EMBEDDED, "kept out"} else Brought()
        for one, status in zip(brought, statuses, strict=True)
    ]
    columns: Mapping[str, object] = {
        "id": list(ids),
        "image_sha256": [one.sha256 for one in shown],
        "image_status": list(statuses),
        "width_px": [one.width_px for one in shown],
        "height_px": [one.height_px for one in shown],
        **look_columns([one.look for one in shown]),
    }
    return pa.table({name: columns[name] for name in PICTURES.names}, schema=PICTURES)


def _write(path: Path, body: bytes) -> None:
    if not path.is_file() or path.read_bytes() != body:
        write_whole(path, body)


def _kept(
    bodies: Iterator[tuple[str, bytes]], pool: ThreadPoolExecutor, max_px: int
) -> Iterator[tuple[str, str, Kept | None]]:
    """Yield name, SHA-256 as served, and what is kept, in order; None: no picture that can be used."""
    ahead: deque[tuple[str, str, Future[Kept | None]]] = deque()
    for stem, body in bodies:
        ahead.append((stem, digest(body), pool.submit(_prepared, body, max_px)))
        if len(ahead) > _AHEAD:
            name, sha256, kept = ahead.popleft()
            yield name, sha256, kept.result()
    for name, sha256, kept in ahead:
        yield name, sha256, kept.result()


def _prepared(body: bytes, max_px: int) -> Kept | None:
    try:
        return keep(body, max_px=max_px)
    except RefusedPictureError:
        return None
