"""What a picture looks like: its colours and its perceptual hash, told together of the JPEG that is kept."""

from dataclasses import dataclass

from crawlers.engine import colours, fingerprint
from crawlers.engine.colours import Colour, jpeg_colours, unpack
from crawlers.engine.fingerprint import BITS
from crawlers.engine.fingerprint import fingerprint as jpeg_fingerprint

FORM = 100 * colours.FORM + fingerprint.FORM
"""Another number whenever one of the two comes to be another: what was told before is told anew."""


@dataclass(frozen=True)
class Look:
    """Both of a picture, as they are kept."""

    packed_colours: bytes
    """As ``crawlers.engine.colours`` packs them."""
    fingerprint: bytes
    """32 bytes; empty: the picture has no shape."""

    def packed(self) -> bytes:
        """Return both in one.

        >>> Look.unpacked(Look(b"abc", bytes(32)).packed()) == Look(b"abc", bytes(32))
        True
        """
        return bytes([len(self.fingerprint)]) + self.fingerprint + self.packed_colours

    @staticmethod
    def unpacked(packed: bytes) -> "Look":
        """Return what was packed; raise ValueError for what was not."""
        size = packed[0] if packed else -1
        if size not in {0, BITS // 8}:
            raise ValueError("not a packed look")
        return Look(packed[1 + size :], packed[1 : 1 + size])

    @property
    def colours(self) -> tuple[Colour, ...]:
        """Return the colours, the largest share first."""
        return unpack(self.packed_colours)

    @property
    def perceptual_hash(self) -> str | None:
        """Return the hash as hexadecimal digits; None: the picture has no shape."""
        return self.fingerprint.hex() or None


def look_at(jpeg: bytes) -> bytes:
    """Return what a JPEG looks like, packed; raise OSError where it is none that can be decoded."""
    return Look(jpeg_colours(jpeg), jpeg_fingerprint(jpeg)).packed()
