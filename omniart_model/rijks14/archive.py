"""Files by name, from a folder, a tar or a zip, or several of them; nothing is unpacked to disk by a name of theirs."""

import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from lzma import LZMAError
from pathlib import Path
from typing import IO

from omniart_model.rijks14.groundtruth import stem_of
from schemas.errors import ModelError, UsageError

MOST_FILES = 1_000_000
"""Files of an archive at most: the challenge has 112,039 pictures."""

_BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, LZMAError, EOFError, RuntimeError)


Read = Callable[[], bytes]
"""Reads a file of an archive; called before the next one is asked for, or not at all."""


def files_of(
    sources: Sequence[Path],
    endings: Sequence[str],
    largest: int,
    wanted: Collection[str] | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Yield (name without folders and ending, bytes) of each file with one of some endings, source after source.

    Where names are ``wanted`` only these are read. A folder is read by name, with all folders in it, and an archive in
    its own order. Links are not followed. Raises UsageError for a source that is not there, ModelError for one that is
    torn, for a file of more than ``largest`` bytes, a path-like name, or a name that comes twice.
    """
    for stem, read in _all(sources, tuple(endings), largest):
        if wanted is None or stem in wanted:
            yield stem, read()


def names_of(sources: Sequence[Path], endings: Sequence[str]) -> list[str]:
    """Return the names of all files with one of some endings, sorted; none of them is read."""
    return sorted(stem for stem, _ in _all(sources, tuple(endings), 0))


def _all(
    sources: Sequence[Path], endings: tuple[str, ...], largest: int
) -> Iterator[tuple[str, Read]]:
    seen: set[str] = set()
    for source in sources:
        with _telling(source):
            for name, read in _kind_of(source)(source, endings, largest):
                stem = stem_of(name, str(source))
                if stem in seen:
                    raise ModelError(f"{source}: {stem} comes twice")
                if len(seen) >= MOST_FILES:
                    raise ModelError(f"{source} holds over {MOST_FILES:,} files: refused")
                seen.add(stem)
                yield stem, read


@contextmanager
def _telling(source: Path) -> Iterator[None]:
    """Tell of a source that cannot be read in one line."""
    try:
        yield
    except _BROKEN as error:
        raise ModelError(f"{source} is torn, or neither a tar nor a zip: {error}") from error
    except OSError as error:
        raise ModelError(f"{source} cannot be read: {error.strerror or error}") from error


def _kind_of(source: Path) -> Callable[[Path, tuple[str, ...], int], Iterator[tuple[str, Read]]]:
    if source.is_dir():
        return _of_folder
    if not source.is_file():
        raise UsageError(f"{source} is not there: name a folder, a .tar (.gz, .bz2, .xz) or a .zip")
    return _of_zip if zipfile.is_zipfile(source) else _of_tar


def _of_folder(source: Path, endings: tuple[str, ...], largest: int) -> Iterator[tuple[str, Read]]:
    for folder, folders, names in os.walk(source):
        folders.sort()
        for name in sorted(names):
            path = Path(folder) / name
            if (
                name.lower().endswith(endings)
                and not name.startswith(".")
                and not path.is_symlink()
            ):
                yield name, partial(_whole, path.open, largest, name)


def _of_tar(source: Path, endings: tuple[str, ...], largest: int) -> Iterator[tuple[str, Read]]:
    with tarfile.open(source, "r|*") as archive:  # one way: a packed one is unpacked once
        for member in archive:
            if member.isreg() and member.name.lower().endswith(endings):
                yield (
                    member.name,
                    partial(_whole, partial(_open, archive, member), largest, member.name),
                )


def _of_zip(source: Path, endings: tuple[str, ...], largest: int) -> Iterator[tuple[str, Read]]:
    with zipfile.ZipFile(source) as archive:
        for member in archive.infolist():
            if not member.is_dir() and member.filename.lower().endswith(endings):
                name = member.filename
                yield name, partial(_whole, partial(_open_in_zip, archive, member), largest, name)


def _open(archive: tarfile.TarFile, member: tarfile.TarInfo, _: str = "rb") -> IO[bytes]:
    held = archive.extractfile(member)
    if held is None:
        raise tarfile.ReadError(f"{member.name} is no file")
    return held


def _open_in_zip(archive: zipfile.ZipFile, member: zipfile.ZipInfo, _: str = "rb") -> IO[bytes]:
    return archive.open(member)


def _whole(opened: Callable[[str], IO[bytes]], largest: int, name: str) -> bytes:
    """Return a file's bytes, whatever size its header claims; raise ModelError for too many."""
    with opened("rb") as held:
        body = held.read(largest + 1)
    if len(body) > largest:
        raise ModelError(f"{name[:200]!r} has over {largest:,} bytes: refused")
    return body
