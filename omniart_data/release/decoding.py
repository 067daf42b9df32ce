"""Whether every picture in a release can be decoded to its end, and is the one that its row tells of."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from crawlers.engine.fingerprint import fingerprint
from omniart_data.release.pictures import RefusedPictureError, large_pictures, upright_rgb
from omniart_data.release.read import ALL_SPLITS, Release

WORKERS = 2
"""Threads that decode; Pillow lets go of Python's lock while it does."""
_TOGETHER = 256
_OFF_BITS = 64
"""The hash is that of what the workspace keeps; a release may hold it smaller, and so a few bits off."""


def undecodable(release: Release, advance: Callable[[int], None] = lambda _: None) -> Iterator[str]:
    """Yield a line for each picture that cannot be decoded or has another shape; ``advance`` is told how many were seen."""
    with large_pictures(), ThreadPoolExecutor(WORKERS) as pool:
        for split in ALL_SPLITS:
            rows = release.table(
                split, columns=["width_px", "height_px", "perceptual_hash"]
            ).to_pylist()
            held = (
                (name, body, told["width_px"] or 0, told["height_px"] or 0, told["perceptual_hash"])
                for (name, _, body), told in zip(release.pictures(split), rows, strict=True)
                if body is not None
            )
            while some := list(islice(held, _TOGETHER)):
                names, *columns = zip(*some, strict=True)
                for name, wrong in zip(names, pool.map(_wrong, *columns), strict=True):
                    if wrong:
                        yield f"{name}: its picture {wrong}"
                advance(len(some))


def _wrong(body: bytes, width_px: int, height_px: int, perceptual_hash: str | None) -> str:
    """Return what is wrong with a picture whose original has these sides and this hash; empty: nothing.

    It may be smaller than its original, of the same shape: each side is off by less than one pixel.
    """
    try:
        width, height = upright_rgb(body).size
    except RefusedPictureError as error:
        return f"cannot be decoded: {error}"
    off = abs(width * height_px - height * width_px)
    if width > width_px or height > height_px or off > width_px + height_px:
        return f"is {width} x {height} px, which is no smaller form of {width_px} x {height_px}"
    if perceptual_hash is not None:
        found = fingerprint(body)
        bits = int.from_bytes(found, "big") ^ int(perceptual_hash, 16)
        if not found or bits.bit_count() > _OFF_BITS:
            return "looks unlike its perceptual_hash"
    return ""
