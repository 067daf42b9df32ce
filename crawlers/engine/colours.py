"""The colours of a picture: up to nine, with their shares, the same on every run.

Colours are compared in CIELAB (CIE 15:2018, D65, the 2-degree observer), where equal distances look about
equally far apart; sRGB is that of IEC 61966-2-1. Pixels are added up in whole thousandths, which float64
holds exactly: neither the order of an addition nor the number of threads can change a result. Why it is done
so is told in docs/decisions/0015-colours.md.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from PIL import Image, JpegImagePlugin

from schemas.columns import COLOUR

Bytes: TypeAlias = npt.NDArray[np.uint8]
Floats: TypeAlias = npt.NDArray[np.float64]

FORM = 1
"""Raised whenever the same picture comes to give other colours: those of an older form are computed anew."""

MOST = 9
"""Colours of a picture, at most."""

LONGEST_PX = 64
"""The longest side at which a picture is looked at: hatching and craquelure become the tone that they make."""

NOTICEABLE = 2.3
"""CIE76 distance that is just noticeable (Mahy, Van Eycken & Oosterlinck 1994): nearer colours are one."""

SHARES = 10_000
"""Shares are told in so many parts, rounded down: they never add up to more than one. More than LONGEST_PX
squared, so that a single pixel has a share."""

_CLUSTERS = 24
"""So many are sought, and joined until MOST are left: a small bright patch is found beside many shades of brown."""

_STEPS = 1_000  # of one unit of Lab: distances squared, times pixels, stay below 2**53
_SAME = 1e9  # more than any two clusters can lose
_ROUNDS = 4  # of k-means; of real pictures more of them lose no less, once clusters are joined
_CELL_BITS = 5  # of each of red, green and blue: pixels that are alike so far are moved together
_TO_XYZ = (  # linear sRGB to XYZ, by the primaries and the white of IEC 61966-2-1, which prints four digits
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_WHITE = tuple(sum(row) for row in _TO_XYZ)  # D65 as this matrix has it: greys are neutral
_FROM_XYZ = np.linalg.inv(np.array(_TO_XYZ))
_CORNER = 6 / 29  # CIE 15: below its cube, lightness is linear


def _linear(encoded: Floats) -> Floats:
    """Return sRGB of 0 to 1 as light, by the curve of IEC 61966-2-1."""
    light: Floats = np.where(
        encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4
    )
    return light


_LINEAR = _linear(np.arange(256) / 255)
_PACKED = np.dtype([("rgb", np.uint8, 3), ("share", ">u2")])
_HEX: Bytes = np.frombuffer(bytes(range(256)).hex().encode(), np.uint8).reshape(256, 2)


@dataclass(frozen=True)
class Colour:
    """One colour of a picture: ``hex`` is "#rrggbb", and the rest tells of just that colour.

    ``share`` is its part of the picture, above 0 and at most 1; lightness (0 to 100), a and b are CIELAB.
    """

    hex: str
    share: float
    lightness: float
    a: float
    b: float


def colours_of(pixels: Bytes | Image.Image) -> tuple[Colour, ...]:
    """Return the colours of a picture in sRGB, uint8 [H, W, 3] or of Pillow, the largest share first.

    They are the centres of k-means in CIELAB on the picture at LONGEST_PX, begun from its commonest colour
    and then from what weighs most and is farthest from those before; no chance is in it. Those that cannot be
    told apart are joined, so that a picture of one colour has one, and then those whose difference is missed
    least, until MOST are left. Grey and white are colours too.

    >>> half = np.full((4, 4, 3), 255, np.uint8)
    >>> half[:, :2] = 200, 30, 40
    >>> for one in colours_of(half):
    ...     print(one.hex, one.share, one.lightness, one.a, one.b)
    #c81e28 0.5 43.31 63.3 39.98
    #ffffff 0.5 100.0 0.0 0.0
    """
    return unpack(packed_colours(pixels))


def jpeg_colours(body: bytes) -> bytes:
    """Return the colours of a kept JPEG, packed: of what is kept, whoever asks and whenever.

    It is decoded no larger than needed. Raises OSError for what is no whole JPEG.
    """
    try:
        image = JpegImagePlugin.JpegImageFile(io.BytesIO(body))
        image.draft(None, _fitted(image.size))
        image.load()
    except SyntaxError as error:
        raise OSError(f"no JPEG: {error}") from error
    return packed_colours(image)


def packed_colours(pixels: Bytes | Image.Image) -> bytes:
    """Return the colours of a picture as they are stored; see ``colours_of``."""
    flat = _small(pixels).reshape(-1, 3)
    rgb, weights = _joined(*_clusters(*_cells(flat)))
    shares = weights.astype(np.int64) * SHARES // len(flat)
    order = np.lexsort((rgb[:, 2], rgb[:, 1], rgb[:, 0], -shares))
    packed = np.zeros(len(rgb), _PACKED)
    packed["rgb"], packed["share"] = rgb[order], shares[order]
    return packed.tobytes()


def unpack(packed: bytes) -> tuple[Colour, ...]:
    """Return colours from what is stored of them.

    >>> unpack(bytes.fromhex("ff0000" "2710"))
    (Colour(hex='#ff0000', share=1.0, lightness=53.24, a=80.09, b=67.2),)
    """
    held = np.frombuffer(packed, _PACKED)
    told = _told(held["rgb"]).tolist()
    return tuple(
        Colour(f"#{rgb.tobytes().hex()}", share / SHARES, *lab)
        for rgb, share, lab in zip(held["rgb"], held["share"].tolist(), told, strict=True)
    )


def colour_lists(packed: Sequence[bytes | None]) -> pa.Array:
    """Return a column of lists of COLOUR, from what is stored of each picture; null where that is None.

    >>> colour_lists([None, bytes.fromhex("ff0000" "2710")]).to_pylist()[0] is None
    True
    """
    held = np.frombuffer(b"".join(one for one in packed if one), _PACKED)
    counts = [len(one or b"") // _PACKED.itemsize for one in packed]
    offsets = np.cumsum([0, *counts]).astype(np.int32)
    told = _told(held["rgb"]).astype(np.float32)
    columns = [
        _hex_texts(held["rgb"]),
        pa.array((held["share"] / SHARES).astype(np.float32)),
        *(pa.array(np.ascontiguousarray(one)) for one in told.T),
    ]
    values = pa.StructArray.from_arrays(columns, fields=list(COLOUR))
    absent = pa.array([one is None for one in packed], pa.bool_())
    return pa.ListArray.from_arrays(pa.array(offsets), values, mask=absent)


def to_lab(rgb: Bytes) -> Floats:
    """Return the CIELAB of colours in sRGB, uint8 [..., 3]: float64 [..., 3] of lightness, a and b.

    >>> to_lab(np.array([[255, 0, 0], [0, 0, 255]], np.uint8)).round(2).tolist()
    [[53.24, 80.09, 67.2], [32.3, 79.19, -107.86]]
    """
    return _lab(_LINEAR[rgb])


def _lab(linear: Floats) -> Floats:
    """Return the CIELAB of linear sRGB."""
    red, green, blue = linear[..., 0], linear[..., 1], linear[..., 2]
    x, y, z = (
        _curved((red * row[0] + green * row[1] + blue * row[2]) / white)
        for row, white in zip(_TO_XYZ, _WHITE, strict=True)
    )
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def to_srgb(lab: Floats) -> Bytes:
    """Return the sRGB nearest to colours in CIELAB, channel by channel; what is outside sRGB is clipped.

    >>> to_srgb(np.array([[53.24, 80.09, 67.2], [100, 200, 0]])).tolist()
    [[255, 0, 0], [255, 0, 255]]
    """
    y = (lab[..., 0] + 16) / 116
    curved = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], -1)
    straight = 3 * _CORNER**2 * (curved - 4 / 29)
    xyz = np.where(curved > _CORNER, curved**3, straight) * np.array(_WHITE)
    x, y, z = xyz[..., 0], xyz[..., 1], xyz[..., 2]
    rows = (x * row[0] + y * row[1] + z * row[2] for row in _FROM_XYZ)
    linear: Floats = np.stack([*rows], -1).clip(0, 1)
    encoded: Floats = np.where(
        linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055
    )
    return np.rint(encoded * 255).astype(np.uint8)


def _curved(ratio: Floats) -> Floats:
    return np.where(ratio > _CORNER**3, np.cbrt(ratio), ratio / (3 * _CORNER**2) + 4 / 29)


def _told(rgb: Bytes) -> Floats:
    """Return the CIELAB of colours as it is told: to the hundredth, and without the -0.0 of a grey."""
    return to_lab(rgb).round(2) + 0.0


def _hex_texts(rgb: Bytes) -> pa.Array:
    """Return colours as texts "#rrggbb", without a Python object for each."""
    letters = np.full((len(rgb), 7), ord("#"), np.uint8)
    letters[:, 1:] = _HEX[rgb].reshape(len(rgb), 6)
    offsets = np.arange(len(rgb) + 1, dtype=np.int32) * 7
    return pa.StringArray.from_buffers(len(rgb), pa.py_buffer(offsets), pa.py_buffer(letters))


def _small(pixels: Bytes | Image.Image) -> Bytes:
    """Return a picture as RGB of at most LONGEST_PX, each pixel the mean of what it covers."""
    image = pixels if isinstance(pixels, Image.Image) else _as_image(pixels)
    image = image if image.mode == "RGB" else image.convert("RGB")
    size = _fitted(image.size)
    if size != image.size:
        image = image.resize(size, Image.Resampling.BOX)
    return np.asarray(image)


def _as_image(pixels: Bytes) -> Image.Image:
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise ValueError(f"no picture: {pixels.dtype} {list(pixels.shape)}, not uint8 [H, W, 3]")
    return Image.fromarray(pixels)


def _fitted(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size at which the longest side has at most LONGEST_PX.

    >>> _fitted((512, 300)), _fitted((9000, 1)), _fitted((20, 30))
    ((64, 38), (64, 1), (20, 30))
    """
    longest = max(size)
    if longest <= LONGEST_PX:
        return size
    width, height = (max(1, round(side * LONGEST_PX / longest)) for side in size)
    return width, height


def _cells(rgb: Bytes) -> tuple[Floats, Floats, Floats]:
    """Put pixels that are nearly alike together: the Lab of each cell's mean, its pixels, and Lab times pixels.

    All are whole numbers, of thousandths.
    """
    wide = rgb.astype(np.intp) >> (8 - _CELL_BITS)
    keys = (wide[:, 0] << 2 * _CELL_BITS) | (wide[:, 1] << _CELL_BITS) | wide[:, 2]
    size = 1 << 3 * _CELL_BITS
    counts = np.bincount(keys, minlength=size)
    filled = np.flatnonzero(counts)
    weights = counts[filled].astype(np.float64)
    levels = [np.bincount(keys, rgb[:, n], size)[filled] for n in range(3)]
    means = np.rint(_lab(_linear(np.stack(levels, -1) / weights[:, None] / 255)) * _STEPS)
    return means, weights, means * weights[:, None]


def _clusters(means: Floats, counts: Floats, sums: Floats) -> tuple[Floats, Floats]:
    """Return the pixels of each cluster and the sum of their Lab: k-means from seeds that hang on no chance."""
    centres = _seeds(means, counts)
    placed = np.concatenate([means.T, np.ones((1, len(means)))])
    for _ in range(_ROUNDS):
        # The nearest centre, the first of equals. A cell's own square is the same for all, and is left out.
        labels = (np.c_[-2 * centres, _squares(centres)] @ placed).argmin(axis=0)
        weights = np.bincount(labels, counts).astype(np.float64)
        filled = weights > 0
        weights = weights[filled]
        each = [np.bincount(labels, one)[filled] for one in sums.T]
        totals = np.stack(each, -1).astype(np.float64)
        moved = np.rint(totals / weights[:, None])
        if np.array_equal(moved, centres):
            break
        centres = moved
    return weights, totals


def _seeds(means: Floats, counts: Floats) -> Floats:
    """Return the commonest cell, and then those that add most to the error of the ones before."""
    chosen = [int(counts.argmax())]
    far = _squares(means - means[chosen[0]])
    while len(chosen) < _CLUSTERS:
        worst = int((far * counts).argmax())
        if far[worst] == 0:
            break
        chosen.append(worst)
        far = np.minimum(far, _squares(means - means[worst]))
    return means[chosen]


def _squares(away: Floats) -> Floats:
    squares: Floats = away[..., 0] ** 2 + away[..., 1] ** 2 + away[..., 2] ** 2
    return squares


def _joined(counts: Floats, sums: Floats) -> tuple[Bytes, Floats]:
    """Return at most MOST colours, any two of which can be told apart as they are told, and their pixels."""
    counts, sums = _fewer(counts, sums)
    while True:
        rgb = to_srgb(sums / counts[:, None] / _STEPS)
        lab = to_lab(rgb)
        apart = _squares(lab[:, None] - lab[None])
        np.fill_diagonal(apart, np.inf)
        one, other = divmod(int(apart.argmin()), len(counts))
        if apart[one, other] >= NOTICEABLE**2:
            return rgb, counts
        counts[one] += counts[other]
        sums[one] += sums[other]
        counts, sums = np.delete(counts, other), np.delete(sums, other, axis=0)


def _fewer(counts: Floats, sums: Floats) -> tuple[Floats, Floats]:
    """Join clusters until MOST are left and no two look the same: of too many those whose difference is missed least.

    The loss of k-means goes with the pixels; here it goes with their square root, so that a red seal on a
    print is kept before one more tone of its paper.
    """
    lab = sums / counts[:, None] / _STEPS
    losses = np.stack([_losses(lab, counts, n) for n in range(len(counts))])
    left = len(counts)
    while left > 1:
        one, other = divmod(int(losses.argmin()), len(counts))
        if losses[one, other] >= 0 and left <= MOST:
            break
        counts[one] += counts[other]
        sums[one] += sums[other]
        lab[one] = sums[one] / counts[one] / _STEPS
        counts[other] = 0
        losses[one] = losses[:, one] = _losses(lab, counts, one)
        losses[other] = losses[:, other] = np.inf
        left -= 1
    return counts[counts > 0], sums[counts > 0]


def _losses(lab: Floats, counts: Floats, one: int) -> Floats:
    """Return what is lost where one cluster is joined with each other: less than nothing where they look the same."""
    apart = _squares(lab - lab[one])
    losses: Floats = apart * np.sqrt(counts * counts[one] / (counts + counts[one]))
    losses[apart < NOTICEABLE**2] -= _SAME
    losses[counts == 0] = losses[one] = np.inf
    return losses
