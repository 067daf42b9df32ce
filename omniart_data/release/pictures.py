"""From the bytes of a picture to what a release or a network sees of it: pure functions, whoever calls them.

A picture is decoded whole before it is believed: a torn file opens well and fails only at its end. Only the
formats that museums serve are opened at all; Pillow knows others, and one of them starts a program.
"""

import contextlib
import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "TIFF", "GIF", "WEBP", "BMP", "JPEG2000")

MAX_PIXELS = 64_000_000
"""Of a picture that can only be decoded at full size; with its conversions it takes about 1 GB. A JPEG is decoded
smaller, and may have what Pillow allows: 179 million, above the largest originals of the museums (178)."""

JPEG_QUALITY = 90

_ORIENTATION = 0x0112  # the EXIF tag
_LYING = frozenset({5, 6, 7, 8})  # orientations in which width and height change places

# What Pillow's decoders are seen to raise for broken bytes, beside its own errors.
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    RuntimeError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


class UnreadableError(Exception):
    """These bytes are no picture that can be decoded; the text says why."""


@dataclass(frozen=True)
class Size:
    """Width and height of a picture as a person sees it: upright, in pixels."""

    width_px: int
    height_px: int


@contextlib.contextmanager
def large_pictures() -> Iterator[None]:
    """Let large pictures and torn metadata pass without a warning meanwhile, in all threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
        yield


def _open(body: bytes, shorter_px: int) -> tuple[Image.Image, Size]:
    """Decode a picture whole, a JPEG not larger than needed; return it as it lies, and its full size as it lies."""
    try:
        image: Image.Image = Image.open(io.BytesIO(body), formats=FORMATS)
        size = Size(*image.size)
        if shorter_px:
            image.draft(None, (shorter_px, shorter_px))
        if image.size == (size.width_px, size.height_px) and image.format != "JPEG":
            _check_pixels(size)
        image.load()
    except _BROKEN as error:
        raise UnreadableError(str(error) or type(error).__name__) from error
    return image, size


def _check_pixels(size: Size) -> None:
    if size.width_px * size.height_px > MAX_PIXELS:
        raise UnreadableError(f"{size.width_px} x {size.height_px} pixels are too many")


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; a picture whose EXIF is torn stays as it lies: 1."""
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except _BROKEN:
        return 1
    return found if found in range(1, 9) else 1


def measure(body: bytes) -> Size:
    """Decode a whole picture and return its upright size; raise UnreadableError."""
    image, size = _open(body, shorter_px=1)
    lies = _orientation(image) in _LYING
    return Size(size.height_px, size.width_px) if lies else size


def upright_rgb(body: bytes, *, shorter_px: int = 0) -> Image.Image:
    """Return a picture upright and as RGB; raise UnreadableError.

    A JPEG is decoded at the smallest of its sizes whose shorter side has ``shorter_px`` (0: at full size).
    Transparency is laid on white, more than 8 bits of grey are scaled, colour profiles are not applied.
    """
    image, _ = _open(body, shorter_px)
    try:
        return _to_rgb(image if _orientation(image) == 1 else ImageOps.exif_transpose(image))
    except _BROKEN as error:
        raise UnreadableError(str(error) or type(error).__name__) from error


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):  # 16 or 32 bits: convert() would clip all to white
        values = np.asarray(image, np.float32)
        high = 65535.0 if image.mode.startswith("I") else max(float(values.max(initial=0)), 1.0)
        grey = np.clip(np.nan_to_num(values) / high * 255, 0, 255).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        white = Image.new("RGB", coloured.size, "white")
        white.paste(coloured, mask=coloured.getchannel("A"))
        return white
    return image.convert("RGB")


def for_release(body: bytes, *, max_px: int) -> bytes:
    """Return what a release holds of a picture: the bytes as served, or a JPEG of at most ``max_px``.

    An upright RGB or grey JPEG that is small enough passes untouched, so that its SHA-256 stays that of the
    source. Everything else is turned upright, made RGB, and saved anew at quality 90 without metadata.
    """
    image, size = _open(body, shorter_px=1)
    longer, shorter = max(size.width_px, size.height_px), min(size.width_px, size.height_px)
    plain = image.format == "JPEG" and image.mode in {"RGB", "L"} and _orientation(image) == 1
    if plain and longer <= max_px:
        return body
    # Twice what is needed: the rest of the way goes by a better filter than the decoder's.
    picture = upright_rgb(body, shorter_px=max(1, 2 * shorter * max_px // longer))
    picture.thumbnail((max_px, max_px), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
