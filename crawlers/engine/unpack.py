"""Unpacks a body that came packed, and notices where it ends too early or grows too large."""

import zlib

from crawlers.engine.failures import plain

ENCODINGS = "gzip, deflate"
"""What we tell hosts that we can unpack."""
_AUTO = 32 + zlib.MAX_WBITS
_WHOLE = frozenset({"", "identity"})


class TornError(Exception):
    """A packed body is broken or ends too early."""


class LargeError(Exception):
    """A body is larger than allowed."""


class Unpacker:
    """Takes a body piece by piece; at most ``most_bytes`` are ever unpacked.

    aiohttp's own unpacking takes a gzip body that was cut short for a whole one.
    """

    def __init__(self, encoding: str, most_bytes: int) -> None:
        self._encoding = encoding.strip().lower()
        if self._encoding not in _WHOLE | {"gzip", "x-gzip", "deflate"}:
            raise TornError(f"packed as {plain(encoding)}, which nobody asked for")
        self._most_bytes = most_bytes
        self._size_bytes = 0
        self._packed: zlib._Decompress | None = None
        self._ended = False

    def feed(self, piece: bytes) -> bytes:
        """Return what a piece unpacks to; raise TornError or LargeError."""
        if self._encoding not in _WHOLE:
            piece = self._unpack(piece)
        self._size_bytes += len(piece)
        if self._size_bytes > self._most_bytes:
            raise LargeError
        return piece

    def _unpack(self, piece: bytes) -> bytes:
        out = []
        room = self._most_bytes - self._size_bytes + 1
        while piece and room > 0:
            if self._packed is None or self._packed.eof:  # gzip may have several members
                self._packed = zlib.decompressobj(self._bits(piece[0]))
            try:
                out.append(self._packed.decompress(piece, room))
            except zlib.error as error:
                raise TornError(str(error)) from error
            room -= len(out[-1])
            piece = self._packed.unconsumed_tail or self._packed.unused_data
        return b"".join(out)

    def _bits(self, first: int) -> int:
        """Return zlib's word for the form; some hosts mean bare deflate (without its header) by deflate."""
        bare = self._encoding == "deflate" and first & 0x0F != 8
        return -zlib.MAX_WBITS if bare else _AUTO

    def end(self) -> None:
        """Raise TornError where more should have come."""
        if self._packed is not None and not self._packed.eof:
            raise TornError("packed body cut short")
