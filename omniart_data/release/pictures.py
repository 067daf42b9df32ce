"""From the bytes of a picture to what a release or a network sees of it: pure functions, whoever calls them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from PIL import Image

from crawlers.engine.colours import colour_lists
from crawlers.engine.look import Look
from crawlers.engine.picture import RefusedPictureError, large_pictures, prepare
from crawlers.engine.picture import upright_rgb as _upright_rgb

__all__ = [
    "Kept",
    "RefusedPictureError",
    "for_release",
    "keep",
    "large_pictures",
    "look_columns",
    "upright_rgb",
]


def for_release(body: bytes, *, max_px: int) -> bytes:
    """Return what a release holds of a picture: a JPEG of at most ``max_px``; raise RefusedPictureError.

    An upright sRGB or grey JPEG that is small enough passes untouched. Everything else is turned upright,
    made sRGB, and saved anew at quality 90 without metadata: see ``crawlers.engine.picture.prepare``.
    """
    return prepare(body, max_px=max_px).body


def upright_rgb(body: bytes, *, shorter_px: int = 0) -> Image.Image:
    """Return a picture upright and as RGB, in sRGB; raise RefusedPictureError.

    A JPEG is decoded at the smallest of its sizes whose shorter side has ``shorter_px`` (0: at full size).
    """
    return _upright_rgb(body, shorter_px=shorter_px)


@dataclass(frozen=True)
class Kept:
    """A picture as a workspace keeps it, and what a release tells of it."""

    body: bytes
    """A JPEG, upright and in sRGB."""
    width_px: int
    """Of the original, upright; so is ``height_px``."""
    height_px: int
    look: bytes
    """Colours and perceptual hash, packed, for ``look_columns``."""


def keep(body: bytes, *, max_px: int) -> Kept:
    """Return what is kept of a picture, at most ``max_px`` long; raise RefusedPictureError for what is none."""
    made = prepare(body, max_px=max_px)
    return Kept(made.body, made.original.width_px, made.original.height_px, made.look)


def look_columns(looks: Sequence[bytes | None]) -> dict[str, "pa.Array[Any]"]:
    """Return the columns ``colours`` and ``perceptual_hash`` of a release; None: no picture at hand."""
    seen = [None if look is None else Look.unpacked(look) for look in looks]
    return {
        "colours": colour_lists([one.packed_colours if one else None for one in seen]),
        "perceptual_hash": pa.array(
            [one.perceptual_hash if one else None for one in seen], pa.string()
        ),
    }
