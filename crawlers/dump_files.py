"""Bulk files as they lie on disk: opened once, plain or gzipped, and never trusted.

What a file is, is told by its first bytes and not by its name. A compressed file that unpacks to
absurdly more than it holds is refused while it is read, so that a bomb costs neither memory nor disk.
"""

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from schemas.errors import SourceError, UsageError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP_MAGIC = b"\x1f\x8b"
"""First two bytes of every gzip member (RFC 1952, section 2.3.1)."""

LFS_MAGIC = b"version https://git-lfs.github.com/spec/"
"""How every Git LFS pointer begins: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md."""

MAX_BYTES = 64 << 30
"""The most bytes read from one file: far above any museum's whole catalogue (the Rijksmuseum's: 9 GB)."""

MAX_RATIO = 200
"""The most that a sound file shrinks: catalogues 5 to 40 times, a gzip bomb about 1,000 times."""

RATIO_FROM_BYTES = 256 << 20
"""Below this a file may shrink as it likes: it can do no harm."""

_BUFFER_BYTES = 1 << 20


def check_readable(path: Path) -> None:
    """Raise UsageError unless ``path`` is a file with bytes in it, or a folder with entries, that may be read."""
    try:
        if path.is_dir():
            empty = next(path.iterdir(), None) is None
        elif not path.exists():
            raise UsageError(f"{path} is not there: give the path of a file or folder that is")
        elif not path.is_file():
            raise UsageError(f"{path} is neither a file nor a folder")
        else:
            with path.open("rb") as file:
                empty = not file.read(1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"{path} cannot be read: {reason}") from error
    if empty:
        raise UsageError(f"{path} is empty: fetch it again, or leave it out")


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file as it lies on disk, compressed or not; UsageError where it cannot be read."""
    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is no file: a file is wanted here")
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise UsageError(f"{path} is not there: give the path of a file that is") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


@contextmanager
def open_dump(path: Path) -> Iterator[BinaryIO]:
    """Give a binary stream of a file's bytes, unpacked where it is gzipped.

    Raises UsageError for a path that is missing, empty or unreadable, and SourceError for a Git LFS
    pointer; while it is read, SourceError for a torn or damaged archive and for one that unpacks to
    more than ``MAX_BYTES``, or to ``MAX_RATIO`` times its size.
    """
    check_readable(path)
    if path.is_dir():
        raise UsageError(f"{path} is no file: a file is wanted here")
    with path.open("rb") as file:
        head = file.read(len(LFS_MAGIC))
        file.seek(0)
        if head.startswith(LFS_MAGIC):
            raise SourceError(
                f"{path} is a Git LFS pointer and not the file that it stands for: run "
                "'git lfs pull' in its repository, or download the file by its direct address"
            )
        most = MAX_BYTES
        inner: BinaryIO = file
        if head.startswith(GZIP_MAGIC):
            most = min(MAX_BYTES, max(RATIO_FROM_BYTES, MAX_RATIO * path.stat().st_size))
            inner = cast("BinaryIO", gzip.GzipFile(fileobj=file, mode="rb"))
        with io.BufferedReader(_Guarded(inner, path, most), _BUFFER_BYTES) as stream:
            yield stream


class _Guarded(io.RawIOBase):
    """A stream that says in one line what is wrong with its file, and stops at ``most`` bytes."""

    def __init__(self, inner: BinaryIO, path: Path, most: int) -> None:
        self._inner, self._path, self._most = inner, path, most
        self._read = 0

    def readable(self) -> bool:
        """Return True: it is there to be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill ``buffer`` and return how many bytes that took; 0 at the end."""
        view = memoryview(buffer).cast("B")
        try:
            chunk = self._inner.read(len(view))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise SourceError(
                f"{self._path} is a damaged or cut-off gzip file ({error}): fetch it again"
            ) from error
        except OSError as error:
            raise SourceError(f"{self._path} cannot be read on: {error.strerror}") from error
        self._read += len(chunk)
        if self._read > self._most:
            raise SourceError(
                f"{self._path} unpacks to more than {self._most:,} bytes: no museum's file does"
            )
        view[: len(chunk)] = chunk
        return len(chunk)
