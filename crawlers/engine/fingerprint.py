"""A perceptual hash: 256 bits that are alike for pictures that look alike, and that can be mirrored.

Each bit is the sign of one of the lowest frequencies of the picture's lightness (a discrete cosine transform, as in
the hash of Zauner 2010, "Implementation and benchmarking of perceptual image hash functions", which keeps 64 of
them). A sign, and not more or less than the median: mirroring a picture then changes exactly the signs of the odd
horizontal frequencies, and the hash of the mirrored picture is known without it. The transform is in whole numbers:
no library's order of additions can change a bit.
"""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

FORM = 1
"""Raised whenever the same picture comes to give another hash: those of an older form are computed anew."""

BITS = 256
KEY_BITS = 64
"""The first bits, of the lowest frequencies: what is searched by. The rest confirms."""

DIGITS = BITS // 4

_SIDE_PX = 64
_DRAFT_PX = 2 * _SIDE_PX  # a JPEG is decoded at no more than it takes for averages of whole pixels
_ONE = 1 << 14  # of a cosine: sums of 64 x 64 levels times two of these stay below 2**48
_LEAST_LEVELS = 1.0
"""Standard deviation of lightness, of 255, below which a picture has no shape to speak of: a blank sheet's hash
would be its grain."""


def _cosines() -> npt.NDArray[np.int64]:
    """Return the transform as whole numbers [frequency, position], exactly even or odd about the middle."""
    k, x = np.arange(_SIDE_PX)[:, None], np.arange(_SIDE_PX // 2)[None, :]
    half = np.rint(_ONE * np.cos(np.pi * (2 * x + 1) * k / (2 * _SIDE_PX))).astype(np.int64)
    return np.concatenate([half, half[:, ::-1] * np.where(k % 2, -1, 1)], axis=1)


def _frequencies() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the horizontal and vertical frequencies of the bits, the lowest first; without the mean (0, 0)."""
    pairs = ((u, v) for u in range(_SIDE_PX) for v in range(_SIDE_PX) if u or v)
    first = sorted(pairs, key=lambda pair: (sum(pair), abs(pair[0] - pair[1]), pair[0]))[:BITS]
    u, v = np.array(first, np.int64).T
    return u, v


_COSINES = _cosines()
_U, _V = _frequencies()
MIRROR = bytes(np.packbits(_U % 2 == 1))
"""The bits that change when a picture is mirrored: the horizontal frequencies that are odd."""


def fingerprint(jpeg: bytes) -> bytes:
    """Return the hash of a JPEG as 32 bytes; empty where the picture has no shape. Raises OSError as Pillow does."""
    with Image.open(io.BytesIO(jpeg)) as image:
        image.draft("L", (_DRAFT_PX, _DRAFT_PX))
        small = image.convert("L").resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BOX)
    levels = np.asarray(small, np.int64)
    if levels.std() < _LEAST_LEVELS:
        return b""
    transformed = _COSINES @ levels @ _COSINES.T
    return bytes(np.packbits(transformed[_V, _U] > 0))


def mirrored(fingerprint: bytes) -> bytes:
    """Return the hash of the mirrored picture.

    >>> mirrored(mirrored(bytes(range(32)))) == bytes(range(32))
    True
    """
    return bytes(a ^ b for a, b in zip(fingerprint, MIRROR, strict=True))
