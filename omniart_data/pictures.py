"""From the bytes of a picture to its row in a release: a pure function, whoever calls it.

A picture is decoded whole before it is believed: a torn file opens well and fails only at its end.
"""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

MAX_PIXELS = 200_000_000
"""A decoded picture of this size takes 600 MB; the largest originals of the three museums have 178 million."""

JPEG_QUALITY = 90

_ORIENTATION = 0x0112  # the EXIF tag
_LYING = frozenset({5, 6, 7, 8})  # orientations in which width and height change places

# Pillow only warns between its limit and twice its limit; a file that asks for more is not a picture to us.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
# Its EXIF is the only thing torn about such a picture, and we ask it for the orientation alone.
warnings.filterwarnings("ignore", message="Corrupt EXIF data", category=UserWarning)


class UnreadableError(Exception):
    """These bytes are no picture that can be decoded; the text says why."""


@dataclass(frozen=True)
class Size:
    """Width and height of a picture as a person sees it: upright, in pixels."""

    width_px: int
    height_px: int


def _open(body: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(body))
        image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableError(str(error)) from error
    except Image.DecompressionBombWarning as error:
        raise UnreadableError(str(error)) from error
    return image


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; a picture whose EXIF is torn stays as it lies: 1."""
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError):
        return 1
    return found if found in range(1, 9) else 1


def measure(body: bytes) -> Size:
    """Decode a whole picture and return its upright size; raise UnreadableError."""
    image = _open(body)
    width, height = image.size
    return Size(height, width) if _orientation(image) in _LYING else Size(width, height)


def to_rgb(image: Image.Image) -> Image.Image:
    """Return a picture as RGB: transparency laid on white, 16-bit grey scaled and not cut off."""
    if image.mode.startswith("I;16") or image.mode == "I":
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        laid = image.convert("RGBA")
        white = Image.new("RGBA", laid.size, "white")
        return Image.alpha_composite(white, laid).convert("RGB")
    return image.convert("RGB")


def for_release(body: bytes, *, max_px: int) -> bytes:
    """Return what a release holds of a picture: the bytes as served, or a JPEG of at most ``max_px``.

    An upright RGB or grey JPEG that is small enough passes untouched, so that its SHA-256 stays that of the
    source. Everything else is turned upright, made RGB, and saved anew at quality 90 without metadata.
    """
    image = _open(body)
    orientation = _orientation(image)
    plain = image.format == "JPEG" and image.mode in {"RGB", "L"} and orientation == 1
    if plain and max(image.size) <= max_px:
        return body
    picture = to_rgb(image if orientation == 1 else ImageOps.exif_transpose(image))
    picture.thumbnail((max_px, max_px), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
