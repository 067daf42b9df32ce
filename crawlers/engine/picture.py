"""From the bytes that a museum served to the picture that is kept of them: pure functions, whoever calls them.

A picture is decoded whole before it is believed: a torn file opens well and fails only at its end. What it is
is told by its bytes, never by its name. Only the forms that museums serve are opened at all; Pillow knows
others, and one of them starts a program.
"""

import contextlib
import hashlib
import io
import re
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageCms, ImageFile

from crawlers.engine.body import kind_of
from crawlers.engine.jpeg_parts import MetadataError, bytes_after_end
from crawlers.engine.look import look_at

FORMS = ("JPEG", "PNG", "TIFF", "GIF", "WEBP", "BMP", "JPEG2000")

MAX_PX = 512
"""The longest side of what is kept, where nobody asks for another."""

MAX_PIXELS = 250_000_000
"""The most that an original may have; the largest of the museums (the Night Watch) has 178 million."""

WHOLE_SHARE = 4
"""A picture of another form than JPEG may have a quarter as many: it is decoded at full size, at up to 4 bytes
a pixel and as much again for each conversion, about 1 GB at MAX_PIXELS. A JPEG is decoded at down to an eighth
of its sides; a progressive one takes 6 bytes a pixel meanwhile, 1.5 GB at MAX_PIXELS."""

PLAIN_BYTES_PER_PIXEL, PLAIN_SPARE_BYTES = 4, 64_000
"""A JPEG of more bytes than both make for its pixels holds something else than its picture. Noise at quality 100
takes about 3 bytes a pixel."""
PLAIN_BYTES_AFTER = 32
"""So many bytes after its end (a line break, padding) are no reason to change a picture."""

JPEG_QUALITY = 90

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "empty": "no bytes at all",
        "html": "a page in place of a picture",
        "not an image": "nothing that begins like a picture of a form that museums serve",
        "truncated": "a picture whose end is missing",
        "damaged": "a picture that cannot be decoded to its end",
        "too many pixels": "its head claims more pixels than are decoded: max_megapixels of them, and a"
        " quarter of that where it is no JPEG",
    }
)
PROFILE_NOT_APPLIED = "colour profile not applied: it is damaged, or is one for other colours"

_LARGE_PIXELS = 32_000_000
_one_large = threading.Lock()
"""Large pictures are decoded one at a time, so that memory holds one of them however many threads there are."""

_JPEG_MOST_PX = 65_500  # of a side, by the encoder's own limit
_GAP = 4 / 3
"""A JPEG is decoded at the smallest of its sizes that is larger by this than wanted: the rest of the way by a
better filter than the decoder's, so that the whole is about as good as averaging all pixels, at half the time."""
_FILTER, _REDUCING_GAP = Image.Resampling.BICUBIC, 1.25
"""Down to 1.25 times the size by averaging whole pixels, the rest by cubic convolution: half the time of the filter
alone, and nearer to it (44 dB on photographs) than averaging all the way is (42 dB)."""

_CLAIMED = re.compile(r"too many pixels: ([0-9]+) x ([0-9]+) as ([A-Z0-9]+),")
_ORIENTATION = 0x0112  # the EXIF tag
_LYING = frozenset({5, 6, 7, 8})  # orientations in which width and height change places
_GREY = frozenset({"1", "L", "LA", "La", "I", "F"})  # and I;16 in its kinds
_SPACES = {
    "RGB": "RGB",
    "GRAY": "L",
    "CMYK": "CMYK",
    "Lab": "LAB",
}  # a profile's colours to Pillow's mode
_SAME = 3  # grey levels by which a profile may differ from sRGB and still be one

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


class RefusedPictureError(Exception):
    """These bytes are no picture that can be used: ``reason`` is one of REASONS."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail

    @property
    def noted(self) -> str:
        """Return the reason as a store keeps it: with how many pixels, as another run may allow them."""
        return str(self) if self.reason == "too many pixels" else self.reason


@dataclass(frozen=True)
class Original:
    """What a picture was as served; width and height as a person sees it: upright.

    ``form`` is one of FORMS, ``mode`` Pillow's word for its colours, with ";16" where there are 16 bits of each.
    """

    sha256: str
    size_bytes: int
    form: str
    mode: str
    width_px: int
    height_px: int


@dataclass(frozen=True)
class Prepared:
    """A picture as it is kept: a JPEG, upright and sRGB, and what it was made from."""

    body: bytes
    width_px: int
    height_px: int
    for_px: int
    """The longest side that was asked for."""
    original: Original
    note: str = ""
    """What was out of order with a picture that can be used nevertheless."""
    look: bytes = b""
    """What the picture that is kept looks like, packed (``crawlers.engine.look``); empty: nobody has looked."""


@contextlib.contextmanager
def large_pictures() -> Iterator[None]:
    """Let large pictures and torn metadata pass without a warning meanwhile, in all threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
        yield


def prepare(body: bytes, *, max_px: int = MAX_PX, max_pixels: int = MAX_PIXELS) -> Prepared:
    """Return what is kept of a picture; raise RefusedPictureError for what is none.

    It is the first page of its file, upright as EXIF says (a tag that is stale cannot be told from a true
    one), in sRGB by its colour profile, with transparency laid on white and 16 bits scaled to 8; its longest
    side has at most ``max_px``, and it is never enlarged; a JPEG of quality 90 without metadata, grey where
    the original is. A JPEG that is all of this already passes untouched, byte for byte, if it holds a picture
    and nothing else: no EXIF, no comment, no other file after its end. Its look is that of what is kept,
    decoded again, so that a store without them can tell them later. The same bytes give the same picture.
    """
    image = _open(body, max_pixels)
    lying, mode, form = image.size, _mode(image), _form(image)
    plain = max(lying) <= max_px and _is_plain(image) and _is_bare(body, image)
    kept = lying if plain else _fitted(lying, min(max_px, _JPEG_MOST_PX))
    with _in_turn(lying), _refusing(body, form):
        image.draft(None, (1, 1) if plain else _with_gap(kept))
        image.load()
        orientation = _orientation(image)
        turned = orientation in _LYING
        size = lying[::-1] if turned else lying
        original = Original(hashlib.sha256(body).hexdigest(), len(body), form, mode, *size)
        if plain:
            return Prepared(body, *kept, max_px, original, look=look_at(body))
        flat = _flat(image)
        if flat.size != kept:
            flat = flat.resize(kept, _FILTER, reducing_gap=_REDUCING_GAP)
        picture, note = _to_srgb(flat, image.info.get("icc_profile"))
        picture = _turned(picture, orientation)
        made = _encoded(picture)
        return Prepared(made, *picture.size, max_px, original, note, look_at(made))


def upright_rgb(body: bytes, *, shorter_px: int = 0, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """Return a picture as ``prepare`` sees it, as RGB and not scaled; raise RefusedPictureError.

    A JPEG is decoded at the smallest of its sizes whose shorter side has ``shorter_px`` (0: at full size).
    """
    image = _open(body, max_pixels)
    with _in_turn(image.size), _refusing(body, _form(image)):
        if shorter_px:
            image.draft(None, (shorter_px, shorter_px))
        image.load()
        picture, _ = _to_srgb(_flat(image), image.info.get("icc_profile"))
        return _turned(picture, _orientation(image)).convert("RGB")


def _open(body: bytes, max_pixels: int) -> ImageFile.ImageFile:
    """Read the head of a picture, and refuse by it what is none, or is too large.

    Pillow's own ``open`` has one limit of pixels for the whole program; ours is an argument.
    """
    Image.init()
    for form in FORMS:
        factory, accepts = Image.OPEN[form]
        if accepts is None or accepts(body[:16]) is not True:
            continue
        with _refusing(body, form):
            image = factory(io.BytesIO(body), "")
        _check_pixels(image, form, max_pixels)
        return image
    if not body:
        raise RefusedPictureError("empty")
    if kind_of(body) == "html":
        raise RefusedPictureError("html")
    raise RefusedPictureError("not an image", repr(body[:16]))


def _check_pixels(image: Image.Image, form: str, max_pixels: int) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise RefusedPictureError("damaged", f"{width} x {height}")
    most = most_pixels(form, max_pixels)
    if width * height > most:
        detail = f"{width} x {height} as {form}, at most {most} are decoded"
        raise RefusedPictureError("too many pixels", detail)


def most_pixels(form: str, max_pixels: int) -> int:
    """Return how many pixels a picture of a form may have, where a JPEG may have ``max_pixels``.

    >>> most_pixels("JPEG", MAX_PIXELS), most_pixels("PNG", MAX_PIXELS)
    (250000000, 62500000)
    """
    return max_pixels if form == "JPEG" else max_pixels // WHOLE_SHARE


def fits_now(told: str, max_pixels: int) -> bool:
    """Return whether a picture that was refused for its pixels would be taken now; ``told``: by which words.

    >>> told = str(RefusedPictureError("too many pixels", "20000 x 20000 as JPEG, at most ..."))
    >>> fits_now(told, 399_999_999), fits_now(told, 400_000_000)
    (False, True)
    """
    claimed = _CLAIMED.match(told)
    if claimed is None:
        return told.startswith("too many pixels")  # of how many is not told
    width, height, form = claimed.groups()
    return int(width) * int(height) <= most_pixels(form, max_pixels)


@contextlib.contextmanager
def _refusing(body: bytes, form: str) -> Iterator[None]:
    """Turn what a decoder says of broken bytes into a refusal."""
    try:
        yield
    except _BROKEN as error:
        words = " ".join(str(error).split()) or type(error).__name__
        torn = (
            _ends_early(body, form) or "truncated" in words.lower() or isinstance(error, EOFError)
        )
        raise RefusedPictureError("truncated" if torn else "damaged", words) from error


def _ends_early(body: bytes, form: str) -> bool:
    """Return whether a file that cannot be decoded lacks its end, as far as its form tells."""
    if form == "JPEG":
        return not body.endswith(b"\xff\xd9")
    return form == "WEBP" and len(body) < int.from_bytes(body[4:8], "little") + 8


@contextlib.contextmanager
def _in_turn(size: tuple[int, int]) -> Iterator[None]:
    with _one_large if size[0] * size[1] > _LARGE_PIXELS else contextlib.nullcontext():
        yield


def _form(image: Image.Image) -> str:
    """Return one of FORMS; a JPEG that holds further pictures (MPO) is a JPEG by its first."""
    return "JPEG" if image.format == "MPO" else str(image.format)


def _mode(image: ImageFile.ImageFile) -> str:
    """Return the colours of an original, before it is decoded: Pillow takes the upper 8 of 16 bits of RGB."""
    wide = any(";16" in str(tile.args) for tile in image.tile) and ";16" not in image.mode
    return f"{image.mode};16" if wide else image.mode


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; a picture whose EXIF is torn stays as it lies: 1."""
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except _BROKEN:
        return 1
    return found if found in range(1, 9) else 1


def _is_plain(image: Image.Image) -> bool:
    """Return whether a picture is a JPEG that needs no change but perhaps of its size."""
    if image.format != "JPEG" or image.mode not in {"RGB", "L"} or _orientation(image) != 1:
        return False
    profile = image.info.get("icc_profile")
    if not profile:
        return True
    colours = _colours(profile, image.mode)
    return colours.transform is None and not colours.note


def _is_bare(body: bytes, image: Image.Image) -> bool:
    """Return whether a JPEG's file holds its picture and little else: a release passes it on as it is."""
    width, height = image.size
    if len(body) > PLAIN_BYTES_PER_PIXEL * width * height + PLAIN_SPARE_BYTES:
        return False
    try:
        after = bytes_after_end(body, with_profile=bool(image.info.get("icc_profile")))
    except MetadataError:
        return False
    return after <= PLAIN_BYTES_AFTER


def _fitted(size: tuple[int, int], max_px: int) -> tuple[int, int]:
    """Return the size at which the longest side has at most ``max_px``.

    >>> _fitted((2649, 161), 512), _fitted((300, 200), 512), _fitted((9000, 1), 512)
    ((512, 31), (300, 200), (512, 1))
    """
    longest = max(size)
    if longest <= max_px:
        return size
    width, height = (max(1, round(side * max_px / longest)) for side in size)
    return width, height


def _with_gap(size: tuple[int, int]) -> tuple[int, int]:
    return int(size[0] * _GAP), int(size[1] * _GAP)


def _flat(image: Image.Image) -> Image.Image:
    """Return a picture as L, RGB, CMYK or LAB of 8 bits, without transparency; colours as they are."""
    if image.mode.startswith(("I", "F")):
        return _eight_bits(image)
    if image.has_transparency_data:
        coloured = image.convert("LA" if image.mode in _GREY else "RGBA")
        white = Image.new(coloured.mode[:-1], coloured.size, "white")
        white.paste(coloured.convert(white.mode), mask=coloured.getchannel("A"))
        return white
    if image.mode in {"L", "RGB", "CMYK", "LAB"}:
        return image
    return image.convert("L" if image.mode in _GREY else "RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale 16 or 32 bits of grey: Pillow's conversion would clip all to white."""
    values = np.asarray(image, np.float32)
    high = 65535.0 if image.mode.startswith("I") else max(float(values.max(initial=0)), 1.0)
    grey = np.clip(np.nan_to_num(values) / high * 255 + 0.5, 0, 255).astype(np.uint8)
    return Image.fromarray(grey)


@dataclass(frozen=True)
class _Colours:
    """How a picture of one mode comes from its profile's colours to sRGB."""

    mode: str
    """In which the transform takes the picture."""
    transform: ImageCms.ImageCmsTransform | None
    """None: its colours are those of sRGB."""
    note: str = ""


@lru_cache(maxsize=16)
def _colours(profile: bytes, mode: str) -> _Colours:
    """Return how a colour profile is applied; one that cannot be is as none, with a note.

    Colours beyond sRGB are clipped, and black stays black (relative colorimetric with black point
    compensation, as Photoshop does). A grey picture may have an RGB profile; many programs write so.
    """
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        takes = _SPACES.get(opened.profile.xcolor_space.strip(), "")
        if takes != mode and (takes, mode) != ("RGB", "L"):
            return _Colours(mode, None, PROFILE_NOT_APPLIED)
        transform = ImageCms.buildTransform(
            opened,
            ImageCms.createProfile("sRGB"),
            takes,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        same = takes in {"RGB", "L"} and _keeps(transform, takes)
    except (ImageCms.PyCMSError, *_BROKEN):
        return _Colours(mode, None, PROFILE_NOT_APPLIED)
    return _Colours(takes, None if same else transform)


def _keeps(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Return whether a transform leaves colours as they are, tried on greys and on a cube of colours."""
    if mode == "RGB":
        steps = np.arange(0, 256, 15).astype(np.uint8)
        cube = np.stack(np.meshgrid(steps, steps, steps), -1)
        image = Image.fromarray(cube.reshape(1, -1, 3))
    else:
        image = Image.fromarray(np.arange(256).astype(np.uint8).reshape(1, -1))
    seen = ImageCms.applyTransform(image, transform)
    if seen is None:
        return False
    wanted = np.asarray(image.convert("RGB"), np.int16)
    return int(np.abs(np.asarray(seen, np.int16) - wanted).max()) <= _SAME


def _to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, str]:
    """Return a flat picture as L or RGB in sRGB, and what was out of order with its profile."""
    colours = _colours(profile, image.mode) if profile else _Colours(image.mode, None)
    if colours.transform is None:
        return (image if image.mode in {"L", "RGB"} else image.convert("RGB")), colours.note
    seen = ImageCms.applyTransform(image.convert(colours.mode), colours.transform)
    if seen is None:
        raise ValueError("the colour profile gave no picture")
    return (seen.convert("L") if image.mode == "L" else seen), ""


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _encoded(image: Image.Image) -> bytes:
    out = io.BytesIO()
    bare = image.copy()
    bare.info = {}  # a comment would be written along
    bare.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
