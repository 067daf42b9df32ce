"""Which pictures a release asks for, how they come into the workspace, and what became of each."""

import hashlib
import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from crawlers.engine.colours import colour_lists
from crawlers.engine.image_store import ImageOutcome, ImageStore, Staged
from crawlers.engine.picture import (
    MAX_PIXELS,
    MAX_PX,
    Original,
    RefusedPictureError,
    large_pictures,
    prepare,
)
from crawlers.local import Local
from omniart_data.gather import Dump
from omniart_data.release.pictures import for_release
from schemas.release import EMBEDDED, PICTURE
from schemas.rights import policy

log = logging.getLogger(__name__)

WORKERS = 2
"""Threads that decode; Pillow lets go of Python's lock while it does."""

WRITTEN_TOGETHER = 100
"""Pictures of a local collection whose outcomes are one transaction."""

LOOKED_UP_TOGETHER = 512
"""Artworks whose pictures are looked up at a time; as many kept JPEGs are held where no colours are stored."""

LOCAL = "local:"
"""How references to the pictures of local collections begin."""

PICTURES = pa.schema([pa.field("id", pa.string()), *[f for f in PICTURE if f.name != "image"]])
"""What is known of each artwork's picture; the bytes stay in the image store."""


def may_fetch(rights: str, source: str, *, personal: bool) -> bool:
    """Return whether a picture may be brought into the workspace."""
    allowed = policy(rights, source).may_fetch
    return allowed == "yes" or (allowed == "personal" and personal)


def wanted(artworks: pa.Table, *, personal: bool) -> list[str]:
    """Return the addresses of the pictures that may be fetched, each once, in the artworks' order."""
    columns = artworks.select(["image_url", "rights", "source"]).to_pydict()
    rows = zip(columns["image_url"], columns["rights"], columns["source"], strict=True)
    return list(
        dict.fromkeys(
            url
            for url, rights, source in rows
            if url and may_fetch(rights, source, personal=personal)
        )
    )


def import_local(
    dumps: Iterable[Dump],
    images: ImageStore,
    progress: Callable[[int], None],
    *,
    max_px: int = MAX_PX,
    max_pixels: int = MAX_PIXELS,
) -> set[str]:
    """Bring the pictures of local collections into the image store; return the references that were there.

    They are prepared like fetched ones; what is no picture is quarantined. A picture that was there at an
    earlier build and is so no longer is not used: it may have been taken away for a reason.
    """
    images.sweep()
    seen = set()
    with large_pictures(), ThreadPoolExecutor(WORKERS) as pool:
        importing = _Import(images, pool, max_px, max_pixels)
        for dump in dumps:
            if isinstance(dump.reader, Local):
                for reference, body in dump.reader.read_images(dump.path):
                    importing.add(reference, body)
                    seen.add(reference)
                    progress(1)
        importing.finish()
    return seen


class _Import:
    """Pictures on their way into the store: a few are prepared at a time, many written together."""

    def __init__(self, images: ImageStore, pool: Executor, max_px: int, max_pixels: int) -> None:
        self._images, self._pool = images, pool
        self._max_px, self._max_pixels = max_px, max_pixels
        self._waiting: deque[tuple[str, Future[Staged]]] = deque()
        self._staged: list[Staged] = []
        self._outcomes: list[ImageOutcome] = []

    def add(self, reference: str, body: bytes) -> None:
        """Take a picture, unless it is held as it is."""
        held = self._images.outcome(reference)
        if (
            held is not None
            and held.sha256 == hashlib.sha256(body).hexdigest()
            and self._images.is_settled(reference, self._max_px, max_pixels=self._max_pixels)
        ):
            return
        self._waiting.append((reference, self._pool.submit(self._stage, body)))
        if len(self._waiting) > 2 * WORKERS:
            self._take()

    def finish(self) -> None:
        """Wait for all that was taken, and write it."""
        while self._waiting:
            self._take()
        self._write()

    def _stage(self, body: bytes) -> Staged:
        prepared = prepare(body, max_px=self._max_px, max_pixels=self._max_pixels)
        return self._images.stage(prepared)

    def _take(self) -> None:
        """Note how the first that waits has ended."""
        reference, future = self._waiting.popleft()
        try:
            staged = future.result()
        except RefusedPictureError as error:
            log.info("%s: %s", reference, error)
            self._outcomes.append(ImageOutcome(reference, "", "quarantined", error.noted))
        else:
            self._staged.append(staged)
            outcome = ImageOutcome(reference, staged.original.sha256, "fetched")
            self._outcomes.append(outcome)
        if len(self._outcomes) >= WRITTEN_TOGETHER:
            self._write()

    def _write(self) -> None:
        self._images.put_all(self._staged, self._outcomes)
        self._staged, self._outcomes = [], []


Held: TypeAlias = Mapping[str, tuple[ImageOutcome, Original | None]]
"""How addresses ended, as ``ImageStore.found`` tells."""


@dataclass(frozen=True)
class _Found:
    status: str
    sha256: str | None = None
    width_px: int | None = None
    height_px: int | None = None


def picture_table(
    artworks: pa.Table,
    images: ImageStore,
    *,
    asked: bool,
    personal: bool,
    local: Collection[str],
) -> pa.Table:
    """Return one row of PICTURES for each artwork, as the index of the image store has it.

    ``local`` holds the references of local pictures that are there now. Colours and hash are told of every
    picture at hand, also of one that is kept out of releases: what a picture looks like is a fact about it. One
    that nobody has looked at is looked at now, once.
    """
    chosen = artworks.select(["id", "image_url", "rights", "source"])
    with large_pictures(), ThreadPoolExecutor(WORKERS) as pool:
        batches = []
        for some in chosen.to_batches(max_chunksize=LOOKED_UP_TOGETHER):
            urls, rights, sources = (column.to_pylist() for column in some.columns[1:])
            held = images.found(urls) if asked else {}
            found = [
                _look_up(*row, images, held, personal=personal)
                if asked and (not row[0].startswith(LOCAL) or row[0] in local)
                else _Found("not fetched" if asked else "not asked for")
                for row in zip(urls, rights, sources, strict=True)
            ]
            batches.append(_batch(some["id"], found, images, pool))
    return pa.Table.from_batches(batches, PICTURES)


def _batch(
    ids: pa.Array, found: Sequence[_Found], images: ImageStore, pool: Executor
) -> pa.RecordBatch:
    """Return rows of PICTURES for what was found of some artworks' pictures."""
    looks = images.looks((one.sha256 for one in found if one.sha256), pool)
    seen = [looks.get(one.sha256 or "") for one in found]
    columns = {
        "id": ids,
        "image_sha256": [one.sha256 for one in found],
        "image_status": [one.status for one in found],
        "width_px": [one.width_px for one in found],
        "height_px": [one.height_px for one in found],
        "perceptual_hash": [one.perceptual_hash if one else None for one in seen],
        "colours": colour_lists([one.packed_colours if one else None for one in seen]),
    }
    return pa.record_batch([columns[name] for name in PICTURES.names], schema=PICTURES)


def _look_up(
    url: str, rights: str, source: str, images: ImageStore, held: Held, *, personal: bool
) -> _Found:
    if not url:
        return _Found("none offered")
    if not may_fetch(rights, source, personal=personal):
        return _Found("not allowed")
    outcome, original = held.get(url, (None, None))
    if outcome is not None and outcome.status == "quarantined":
        return _Found("unreadable")
    if outcome is None or original is None or outcome.status != "fetched":
        return _Found("not fetched")
    if outcome.sha256 not in images:
        return _Found("not fetched")
    status = "in release" if policy(rights, source).may_pass_on else "kept out"
    return _Found(status, outcome.sha256, original.width_px, original.height_px)


def release_picture(images: ImageStore, sha256: str, *, max_px: int) -> bytes:
    """Return what a release holds of a picture: what is kept, scaled down where that is too large.

    Raises StoreError where it is not as it was written.
    """
    body, kept = images.read(sha256), images.kept(sha256)
    if kept is not None and max(kept.width_px, kept.height_px) <= max_px:
        return body
    with large_pictures():
        return for_release(body, max_px=max_px)


def warn_of_smaller(pictures: pa.Table, images: ImageStore, *, max_px: int) -> int:
    """Say once how many pictures of a release are kept smaller than it wants them; return the number."""
    inside = pictures.filter(pc.equal(pictures["image_status"], EMBEDDED))
    hashes = set(inside["image_sha256"].to_pylist())
    smaller = sum(_is_smaller(images, sha256, max_px) for sha256 in hashes)
    if smaller:
        log.warning(
            "%d pictures are kept smaller than %d px: `omniart-data images --image-px %d` fetches larger ones",
            smaller,
            max_px,
            max_px,
        )
    return smaller


def _is_smaller(images: ImageStore, sha256: str, max_px: int) -> bool:
    original, kept = images.original(sha256), images.kept(sha256)
    if original is None or kept is None:
        return False
    return kept.for_px < min(max_px, max(original.width_px, original.height_px))


def count_pictures(pictures: pa.Table) -> tuple[int, int]:
    """Return how many artworks have their picture at hand, and how many lack one that was offered."""
    counts = {
        row["values"]: row["counts"]
        for row in pc.value_counts(pictures["image_status"]).to_pylist()
    }
    had = counts.get("in release", 0) + counts.get("kept out", 0)
    missing = counts.get("not fetched", 0) + counts.get("unreadable", 0)
    return had, missing
