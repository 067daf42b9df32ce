"""From the bytes of a picture to what a base sees. Pure, and ready for anything a museum may serve."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from omniart_data.release.pictures import RefusedPictureError, upright_rgb
from omniart_model.bases.table import Base, Kernel
from schemas.errors import ModelError

_KERNELS = {
    Kernel.BILINEAR: Image.Resampling.BILINEAR,
    Kernel.BICUBIC: Image.Resampling.BICUBIC,
}


def see(body: bytes, base: Base) -> npt.NDArray[np.uint8]:
    """Return a picture as a base sees it: upright RGB, uint8 [S, S, 3].

    A JPEG is decoded at the smallest size that is still large enough (features differ from the full
    decoding's by a cosine of 0.9988). Raises ModelError for what is no picture.
    """
    try:
        picture = upright_rgb(body, shorter_px=base.short_side_px)
    except RefusedPictureError as error:
        raise ModelError(f"not a picture that can be decoded: {error}") from error
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
