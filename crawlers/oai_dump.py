"""Stored OAI-PMH pages, one after the other: from a folder, from a tar (gzipped or not), or a single one.

A tar is read once from front to back and never unpacked to disk; nothing in it is a path to us. Pages
come in the order in which the tar holds them; those of a folder by name, with numbers in their order.
"""

import hashlib
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Self

from crawlers.dump_files import check_readable, file_sha256, open_dump
from crawlers.oai import MAX_PAGE_BYTES
from schemas.errors import SourceError, UsageError

_MAX_HEADER_BYTES = 1 << 20
"""The most that a tar's extended header may hold; names and dates take a few hundred bytes."""
_MAX_MEMBERS = 200_000
"""tarfile remembers each member; the whole museum is 42,000 pages of 20 records."""
_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True)
class StoredPage:
    """One stored page: what to call it in an error, its bytes, and the file that evidence points to.

    ``sha256`` is that of the file on disk, the page's own or the tar's; ``file_name`` is its name.
    """

    name: str
    body: bytes
    file_name: str
    sha256: str


def stored_pages(path: Path) -> Iterator[StoredPage]:
    """Yield the pages that lie under ``path``.

    Raises UsageError for a path that cannot be read, and SourceError for one that holds no pages, for
    a torn archive, and for a member that is a link, or too large to be a page.
    """
    check_readable(path)
    if path.is_dir():
        yield from _folder_pages(path)
    elif _is_tar(path):
        yield from _tar_pages(path)
    else:
        with open_dump(path) as stream:
            body = _read(stream, path.name)
        yield StoredPage(path.name, body, path.name, file_sha256(path))


def natural_order(name: str) -> list[tuple[int, str]]:
    """Return a key by which 2.xml comes before 10.xml.

    >>> sorted(["10.xml", "2.xml", "a.xml"], key=natural_order)
    ['2.xml', '10.xml', 'a.xml']
    """
    parts = enumerate(_NUMBER.split(name))
    return [(int(part), part) if at % 2 else (-1, part) for at, part in parts]


def _is_page(name: str) -> bool:
    """Return whether a name is that of a page; not so the "._" shadows that some systems leave."""
    last = PurePosixPath(name).name
    return last.lower().endswith(".xml") and not last.startswith(".")


def _folder_pages(folder: Path) -> Iterator[StoredPage]:
    names = sorted((one.name for one in folder.iterdir() if _is_page(one.name)), key=natural_order)
    if not names:
        raise SourceError(f"{folder} holds no pages: files whose names end in .xml are wanted")
    for name in names:
        page = folder / name
        check_readable(page)
        try:
            with page.open("rb") as file:
                body = _read(file, str(page))
        except OSError as error:
            raise UsageError(f"{page} cannot be read: {error.strerror}") from error
        yield StoredPage(str(page), body, name, hashlib.sha256(body).hexdigest())


def _read(stream: BinaryIO, name: str) -> bytes:
    body = stream.read(MAX_PAGE_BYTES + 1)
    if len(body) > MAX_PAGE_BYTES:
        raise SourceError(f"{name} is more than {MAX_PAGE_BYTES:,} bytes: no page is so large")
    return body


def _is_tar(path: Path) -> bool:
    """Return whether a file is a tar, by the sum over its first header block."""
    with open_dump(path) as stream:
        block = stream.read(tarfile.BLOCKSIZE)
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


class _Member(tarfile.TarInfo):
    """A member of a tar, refused before any of its bytes are read where it is absurdly large."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Return a member from its header block."""
        member = super().frombuf(buf, encoding, errors)
        plain = member.type in tarfile.REGULAR_TYPES
        if member.size > (MAX_PAGE_BYTES if plain else _MAX_HEADER_BYTES):
            raise SourceError(f"{member.name!r} has {member.size:,} bytes: no page is so large")
        return member


def _tar_pages(path: Path) -> Iterator[StoredPage]:
    sha256 = file_sha256(path)
    members = 0
    found = False
    try:
        with (
            open_dump(path) as stream,
            tarfile.open(fileobj=stream, mode="r|", tarinfo=_Member) as tar,
        ):
            for member in tar:
                members += 1
                if members > _MAX_MEMBERS:
                    raise SourceError(f"{path} has more than {_MAX_MEMBERS:,} members: not read on")
                name = f"{path.name}: {member.name!r}"
                if member.isdir() or not _is_page(member.name):
                    continue
                body = _member_body(tar, member, name)
                found = True
                yield StoredPage(name, body, path.name, sha256)
    except tarfile.TarError as error:
        raise SourceError(f"{path} is torn or no tar ({error}): fetch it again") from error
    if not found:
        raise SourceError(f"{path} holds no pages: members whose names end in .xml are wanted")


def _member_body(tar: tarfile.TarFile, member: tarfile.TarInfo, name: str) -> bytes:
    if not member.isreg() or member.issparse():
        raise SourceError(f"{name} is a link or no ordinary file: not read")
    if member.size > MAX_PAGE_BYTES:
        raise SourceError(f"{name} has {member.size:,} bytes: no page is so large")
    file = tar.extractfile(member)
    if file is None:
        raise SourceError(f"{name} cannot be read: make the tar again, of ordinary files")
    with file:
        return file.read()
