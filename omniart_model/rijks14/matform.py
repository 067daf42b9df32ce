"""A MATLAB file, walked through before anything is built of it.

A file of a few bytes can ask for terabytes: by a compressed part that swells, by a matrix whose size is only claimed,
by cells in cells without end. And it can hold objects and functions. The walk looks at tags and sizes alone and
refuses all of that, so that what ``scipy.io.loadmat`` is handed afterwards is as large as it says. The form is that of
"MAT-File Format" (The MathWorks), level 5; level 7.3 is HDF5 and another thing.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from schemas.errors import ModelError

LARGEST_FILE = 512 << 20
"""Bytes of a file at most: the features of the challenge are larger, its ground truth is far smaller."""
LARGEST_PART = 1 << 30
"""Bytes of one variable at most, unpacked."""
DEEPEST = 8
"""Cells in structs in cells: a struct of cells of texts is three deep."""

_HEADER = 128
_MATRIX, _PACKED = 14, 15
_CELL, _STRUCT, _CHAR, _SPARSE = 1, 2, 4, 5
_NUMBERS = range(6, 16)
_LEVEL_5, _LEVEL_7_3 = 0x0100, 0x0200
_HDF5 = b"\x89HDF\r\n\x1a\n"


def check_form(path: Path, *, largest: int = LARGEST_PART) -> None:
    """Raise ModelError unless a file is a level 5 MATLAB file of plain values that are as large as it says."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ModelError(f"{path} has over {LARGEST_FILE >> 20} MB: that is no ground truth")
        body = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    order = _byte_order(body, path)
    try:
        for kind, part in _variables(memoryview(body)[_HEADER:], order, path, largest):
            if kind == _MATRIX:
                _Walk(order, path).matrix(part, 0)
    except (struct.error, IndexError, zlib.error) as error:
        raise _torn(path) from error


def _byte_order(body: bytes, path: Path) -> str:
    """Return "<" or ">", the order of bytes in a file; raise ModelError for another form."""
    version = int.from_bytes(body[124:126], "little" if body[126:128] == b"IM" else "big")
    if body.startswith(_HDF5) or (version == _LEVEL_7_3 and body[126:128] in {b"IM", b"MI"}):
        raise ModelError(
            f"{path} is a MATLAB 7.3 file, which is HDF5: save it in MATLAB or Octave with "
            "`load` and `save -v7`, and give that one"
        )
    if len(body) < _HEADER or body[126:128] not in {b"IM", b"MI"} or version != _LEVEL_5:
        raise ModelError(f"{path} is no MATLAB file of level 5 (.mat, saved with -v6 or -v7)")
    return "<" if body[126:128] == b"IM" else ">"


def _torn(path: Path) -> ModelError:
    return ModelError(f"{path} is torn, or does not hold what it says: download it again")


def _variables(
    body: memoryview, order: str, path: Path, largest: int
) -> Iterator[tuple[int, memoryview]]:
    """Yield the kind and the bytes of each variable, unpacked."""
    while len(body):
        kind, size = struct.unpack_from(f"{order}II", body)
        part, body = body[8 : 8 + size], body[8 + size :]
        if len(part) < size:
            raise _torn(path)
        if kind != _PACKED:
            yield kind, part
            continue
        unpacked = memoryview(_unpacked(part, path, largest))
        inner, size = struct.unpack_from(f"{order}II", unpacked)
        if len(unpacked) < 8 + size:
            raise _torn(path)
        yield inner, unpacked[8 : 8 + size]


def _unpacked(part: memoryview, path: Path, largest: int) -> bytes:
    unpack = zlib.decompressobj()
    body = unpack.decompress(part, largest + 1)
    if len(body) > largest:
        raise ModelError(f"{path}: a variable has over {largest:,} bytes unpacked: refused")
    return body


class _Walk:
    """The way through a variable; what it refuses is a ModelError that names the file."""

    def __init__(self, order: str, path: Path) -> None:
        self.order, self.path = order, path

    def matrix(self, body: memoryview, depth: int) -> None:
        """Look at a matrix and all that is in it; an empty cell has no bytes at all."""
        if not len(body):
            return
        if depth > DEEPEST:
            raise ModelError(f"{self.path}: values in values, {DEEPEST} deep and deeper: refused")
        flags, rest = self._element(body)
        shape, rest = self._element(rest)
        _, rest = self._element(rest)  # the name
        kind = struct.unpack_from(f"{self.order}I", flags)[0] & 0xFF
        sides = struct.unpack_from(f"{self.order}{len(shape) // 4}i", shape)
        claimed = self._cells(kind, sides, len(body))
        if kind == _CELL:
            self._inner(rest, claimed, depth)
        elif kind == _STRUCT:
            length, rest = self._element(rest)
            names, rest = self._element(rest)
            width = max(struct.unpack_from(f"{self.order}i", length)[0], 1)
            fields = len(names) // width
            self._room(claimed * max(fields, 1), len(body))
            self._inner(rest, claimed * fields, depth)

    def _cells(self, kind: int, sides: tuple[int, ...], size: int) -> int:
        """Return how many values a matrix claims to have; raise ModelError for more than its bytes can hold."""
        if kind not in {_CELL, _STRUCT, _CHAR, _SPARSE, *_NUMBERS}:
            raise ModelError(f"{self.path} holds an object or a function: only values are read")
        if len(sides) < 2 or min(sides) < 0:
            raise _torn(self.path)
        if kind == _SPARSE:
            self._room(sides[1], size)  # a count is held for each column
            return 0
        claimed = 1
        for side in sides:
            claimed *= side
        self._room(claimed, size)
        return claimed

    def _room(self, claimed: int, size: int) -> None:
        if claimed > size:  # whatever a value is, it takes a byte
            raise ModelError(f"{self.path}: {claimed:,} values in {size:,} bytes: refused")

    def _inner(self, body: memoryview, count: int, depth: int) -> None:
        for _ in range(count):
            kind, size = struct.unpack_from(f"{self.order}II", body)
            if kind != _MATRIX or len(body) < 8 + size:
                raise _torn(self.path)
            self.matrix(body[8 : 8 + size], depth + 1)
            body = body[8 + size :]

    def _element(self, body: memoryview) -> tuple[memoryview, memoryview]:
        """Return the bytes of the first element, and what comes after it; a short one shares its tag's eight bytes."""
        (tag,) = struct.unpack_from(f"{self.order}I", body)
        if tag >> 16:
            size = tag >> 16
            if size > 4:
                raise _torn(self.path)
            return body[4 : 4 + size], body[8:]
        (size,) = struct.unpack_from(f"{self.order}I", body, 4)
        if len(body) < 8 + size:
            raise _torn(self.path)
        return body[8 : 8 + size], body[8 + -(-size // 8) * 8 :]
