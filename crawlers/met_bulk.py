"""MetObjects.csv as the museum offers it: a Git LFS pointer, and the file that this stands for.

The repository (https://github.com/metmuseum/openaccess) holds a pointer of three lines, with size and
SHA-256 of a file that lies elsewhere; both are taken from it, as the museum may publish a new file in any
week. The file names no image and says nothing of measurements: see ``ids_of`` for what it settles.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from crawlers.dump_files import LFS_MAGIC
from crawlers.met_dump import public_flags
from schemas.errors import SourceError

Numbers = npt.NDArray[np.uint32]
"""Object numbers, rising and each once: half a million take 2 MB."""

POINTER_URL = "https://raw.githubusercontent.com/metmuseum/openaccess/master/MetObjects.csv"
FILE_URL = "https://media.githubusercontent.com/media/metmuseum/openaccess/master/MetObjects.csv"

MAX_BYTES = 4 << 30
"""The largest file that a pointer may stand for; the museum's is 318 MB."""

_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n"
    rb"oid sha256:(?P<sha256>[0-9a-f]{64})\n"
    rb"size (?P<size>[1-9][0-9]{0,18})\n?"
)


@dataclass(frozen=True)
class Pointer:
    """What a pointer says of its file."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class BulkIds:
    """The numbers of all objects in a bulk file, and of those that it says are in the public domain."""

    held: Numbers
    public: Numbers


def parse_pointer(body: bytes, url: str) -> Pointer:
    r"""Return what a Git LFS pointer says; raise SourceError for anything else, and say what it is.

    >>> text = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 317650992\n"
    >>> parse_pointer(text % (b"de" * 32), "").size_bytes
    317650992
    """
    found = _POINTER.fullmatch(body)
    if found is None:
        raise SourceError(f"{url} gives {_what(body)} in place of a Git LFS pointer")
    size_bytes = int(found["size"])
    if size_bytes > MAX_BYTES:
        raise SourceError(f"{url} points to {size_bytes:,} bytes: MetObjects.csv is no such file")
    return Pointer(found["sha256"].decode(), size_bytes)


def _what(body: bytes) -> str:
    """Return what a body is that is no pointer, as far as its beginning tells."""
    head = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:200]
    if head.startswith(LFS_MAGIC):
        return "a pointer of another form"
    if head.startswith(b"<"):
        return "a web page"
    if head.startswith((b"Object Number,", b'"Object Number",')):
        return "MetObjects.csv itself, whose size and sum nobody then states,"
    return "something else"


def ids_of(path: Path) -> BulkIds:
    """Return which objects a bulk file holds, by one pass in flat memory.

    Raises SourceError where it is no sound MetObjects.csv.
    """
    held, public = [np.empty(0, np.uint32)], [np.empty(0, np.uint32)]
    for numbers, flags in public_flags(path):
        held.append(numbers)
        public.append(numbers[flags])
    return BulkIds(np.unique(np.concatenate(held)), np.unique(np.concatenate(public)))
