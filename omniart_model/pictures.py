"""From the bytes of a picture to what a base sees. Pure, and ready for anything a museum may serve."""

import contextlib
import io
import struct
import warnings
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from omniart_model.bases import Base, Kernel
from schemas.errors import ModelError

_KERNELS = {
    Kernel.BILINEAR: Image.Resampling.BILINEAR,
    Kernel.BICUBIC: Image.Resampling.BICUBIC,
}
_WHITE = (255, 255, 255, 255)
_BROKEN = (
    OSError,  # truncated
    SyntaxError,  # Pillow's word for a broken PNG
    ValueError,
    struct.error,
    EOFError,
    UnidentifiedImageError,
    Image.DecompressionBombError,  # above Pillow's cap of 179 megapixels
)


@contextlib.contextmanager
def large_pictures() -> Iterator[None]:
    """Let pictures of 89 to 179 megapixels pass without a warning; larger ones stay an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        yield


def see(body: bytes, base: Base) -> npt.NDArray[np.uint8]:
    """Return a picture as a base sees it: upright RGB, uint8 [S, S, 3].

    A JPEG is decoded at the smallest size that is still large enough (features differ from the full
    decoding's by a cosine of 0.9988); transparency is laid on white; colour profiles are not applied.
    Raises ModelError for what is no picture.
    """
    try:
        with Image.open(io.BytesIO(body)) as opened:
            opened.draft(None, (base.short_side_px, base.short_side_px))
            picture = _to_rgb(_upright(opened))
    except _BROKEN as error:
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


def _upright(picture: Image.Image) -> Image.Image:
    """Return a picture turned as its EXIF data say; torn EXIF data turn nothing."""
    picture.load()
    try:
        return ImageOps.exif_transpose(picture)
    except _BROKEN:
        return picture


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith(("I", "F")):  # 16 or 32 bits: convert() would clip all to white
        values = np.asarray(picture, np.float32)
        high = 65535.0 if picture.mode.startswith("I") else max(float(values.max(initial=0)), 1.0)
        grey = np.clip(values / high * 255, 0, 255).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    if picture.has_transparency_data:
        coloured = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", coloured.size, _WHITE), coloured).convert(
            "RGB"
        )
    return picture.convert("RGB")
