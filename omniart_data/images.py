"""Which pictures a release asks for, how they come into the workspace, and what became of each."""

from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from crawlers.engine.store import ImageStore, RawStore
from crawlers.local import Local
from omniart_data.gather import Dump
from omniart_data.release.pictures import Size, UnreadableError, large_pictures, measure
from schemas.release import PICTURE
from schemas.rights import policy

WORKERS = 2
"""Threads that decode; Pillow lets go of Python's lock while it does."""

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
    dumps: Iterable[Dump], images: ImageStore, store: RawStore, progress: Callable[[int], None]
) -> set[str]:
    """Bring the pictures of local collections into the image store; return the references that were there.

    A picture that was there at an earlier build and is so no longer is not used: it may have been taken away
    for a reason.
    """
    images.sweep()
    seen = set()
    for dump in dumps:
        if not isinstance(dump.reader, Local):
            continue
        for reference, body in dump.reader.read_images(dump.path):
            store.put_image(reference, images.put(body), "fetched", len(body))
            seen.add(reference)
            progress(1)
    return seen


@dataclass(frozen=True)
class _Found:
    sha256: str | None
    status: str


def picture_table(
    artworks: pa.Table,
    images: ImageStore,
    store: RawStore,
    *,
    asked: bool,
    personal: bool,
    local: Collection[str],
    progress: Callable[[int], None],
) -> pa.Table:
    """Return one row of PICTURES for each artwork; every picture is decoded once, however many share it.

    ``local`` holds the references of local pictures that are there now.
    """
    columns = artworks.select(["image_url", "rights", "source"]).to_pydict()
    rows = zip(columns["image_url"], columns["rights"], columns["source"], strict=True)
    found = [
        _look_up(url, rights, source, store, images, personal=personal)
        if asked and (not url.startswith(LOCAL) or url in local)
        else _Found(None, "not fetched")
        if asked
        else _Found(None, "not asked for")
        for url, rights, source in rows
    ]
    distinct = sorted({one.sha256 for one in found if one.sha256})
    sizes = dict(zip(distinct, _measure_all(images, distinct, progress), strict=True))
    statuses, widths, heights = [], [], []
    for one in found:
        size = sizes.get(one.sha256 or "")
        statuses.append("unreadable" if one.sha256 and size is None else one.status)
        widths.append(size.width_px if size else None)
        heights.append(size.height_px if size else None)
    return pa.table(
        [artworks["id"], [one.sha256 for one in found], statuses, widths, heights], schema=PICTURES
    )


def _look_up(
    url: str, rights: str, source: str, store: RawStore, images: ImageStore, *, personal: bool
) -> _Found:
    if not url:
        return _Found(None, "none offered")
    allowed = policy(rights, source)
    if not may_fetch(rights, source, personal=personal):
        return _Found(None, "not allowed")
    outcome = store.image(url)
    if outcome is not None and outcome.status == "unreadable":
        return _Found(None, "unreadable")
    if outcome is None or outcome.status != "fetched" or outcome.sha256 not in images:
        return _Found(None, "not fetched")
    return _Found(outcome.sha256, "in release" if allowed.may_pass_on else "kept out")


def _measure_all(
    images: ImageStore, hashes: list[str], progress: Callable[[int], None]
) -> Iterator[Size | None]:
    def one(sha256: str) -> Size | None:
        try:
            return measure(images.read(sha256))
        except UnreadableError:
            return None

    with large_pictures(), ThreadPoolExecutor(WORKERS) as pool:
        for size in pool.map(one, hashes):
            progress(1)
            yield size


def count_pictures(pictures: pa.Table) -> tuple[int, int]:
    """Return how many artworks have their picture at hand, and how many lack one that was offered."""
    counts = {
        row["values"]: row["counts"]
        for row in pc.value_counts(pictures["image_status"]).to_pylist()
    }
    had = counts.get("in release", 0) + counts.get("kept out", 0)
    missing = counts.get("not fetched", 0) + counts.get("unreadable", 0)
    return had, missing
