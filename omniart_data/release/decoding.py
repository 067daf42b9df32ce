"""Whether every picture in a release can be decoded to its end."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from omniart_data.release.pictures import RefusedPictureError, large_pictures, upright_rgb
from omniart_data.release.read import ALL_SPLITS, Release

WORKERS = 2
"""Threads that decode; Pillow lets go of Python's lock while it does."""
_TOGETHER = 256


def undecodable(release: Release, advance: Callable[[int], None] = lambda _: None) -> Iterator[str]:
    """Yield a line for each picture that cannot be decoded; ``advance`` is told how many were looked at."""
    with large_pictures(), ThreadPoolExecutor(WORKERS) as pool:
        for split in ALL_SPLITS:
            bodies = ((name, body) for name, _, body in release.pictures(split) if body is not None)
            while some := list(islice(bodies, _TOGETHER)):
                for (name, _), why in zip(
                    some, pool.map(_why_not, (b for _, b in some)), strict=True
                ):
                    if why:
                        yield f"{name}: its picture cannot be decoded: {why}"
                advance(len(some))


def _why_not(body: bytes) -> str:
    """Return why a picture cannot be decoded; empty: it can."""
    try:
        upright_rgb(body)
    except RefusedPictureError as error:
        return str(error)
    return ""
