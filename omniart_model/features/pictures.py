"""From the bytes of a picture to what a base sees. Pure, and ready for anything a museum may serve."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from omniart_data.release.pictures import RefusedPictureError, upright_rgb
from omniart_model.bases.table import Base, Kernel, View
from schemas.errors import ModelError

Seen = npt.NDArray[np.uint8]

MOST_DEGREES = 15.0
"""How far a picture is turned at most, to either side."""

_KERNELS = {
    Kernel.BILINEAR: Image.Resampling.BILINEAR,
    Kernel.BICUBIC: Image.Resampling.BICUBIC,
}


def see(body: bytes, base: Base) -> Seen:
    """Return a picture as a base sees it: upright RGB, uint8 [S, S, 3].

    A JPEG is decoded at the smallest size that is still large enough (features differ from the full
    decoding's by a cosine of 0.9988). Raises ModelError for what is no picture.
    """
    try:
        picture = upright_rgb(body, shorter_px=base.short_side_px)
    except RefusedPictureError as error:
        raise ModelError(_why_refused(error)) from error
    short = min(picture.size)
    size = tuple(
        max(round(side * base.short_side_px / short), base.size_px) for side in picture.size
    )
    left, top = ((side - base.size_px) / 2 for side in size)
    factor_x, factor_y = (was / now for was, now in zip(picture.size, size, strict=True))
    middle = (
        left * factor_x,
        top * factor_y,
        (left + base.size_px) * factor_x,
        (top + base.size_px) * factor_y,
    )  # only the square that is seen is computed: a 16:1 panorama costs no more than a square
    seen = picture.resize((base.size_px, base.size_px), _KERNELS[base.kernel], box=middle)
    return np.asarray(seen)


def _why_refused(error: RefusedPictureError) -> str:
    """Return what is wrong with a picture; of one that is too large what to do, with numbers that can be read."""
    if error.reason != "too many pixels":
        return f"not a picture that can be decoded: {error}"
    detail = re.sub(r"\d{4,}", lambda found: f"{int(found[0]):,}", error.detail)
    return (
        f"too large: {detail.replace(' are decoded', ' pixels are decoded')}: make it smaller first"
    )


def see_views(body: bytes, sha256: str, base: Base) -> Seen:
    """Return all of a picture that a base's views are made of, uint8 [K, S, S, 3]: upright, and turned if need be.

    ``sha256`` is the picture's. The mirror image is made where the base is. Raises ModelError as ``see`` does.
    """
    upright = see(body, base)
    if View.TURNED not in base.views:
        return upright[None]
    return np.stack([upright, turned(upright, angle(sha256))])


def pictures_seen(views: Sequence[View]) -> int:
    """Return K, how many pictures these views are made of."""
    return 2 if View.TURNED in views else 1


def angle(sha256: str) -> float:
    """Return the angle that a picture is turned by, in degrees: chance by its SHA-256, the same in every run.

    >>> round(angle("8" + 63 * "0"), 6), angle(64 * "0")
    (0.0, -15.0)
    """
    return MOST_DEGREES * (int(sha256[:8], 16) / (1 << 31) - 1)


def turned(seen: Seen, degrees: float) -> Seen:
    """Return a square turned about its middle, uint8 [S, S, 3]; its corners are filled by reflection."""
    size = len(seen)
    margin = size // 4  # at 15 degrees a corner comes from 0.12 of a side outside
    wide = np.pad(seen, ((margin, margin), (margin, margin), (0, 0)), mode="reflect")
    picture = Image.fromarray(wide).rotate(degrees, Image.Resampling.BICUBIC)
    return np.asarray(picture.crop((margin, margin, margin + size, margin + size)))
