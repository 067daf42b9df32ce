"""Bulk files: streamed to disk, gone on with after a break, and given their name only once they are right."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import aiohttp

from crawlers.engine.address import Address
from crawlers.engine.body import kind_of
from crawlers.engine.database import disk_error
from crawlers.engine.failures import AddressError, Failure
from crawlers.engine.fetch_config import FetchConfig
from crawlers.engine.host import Host
from crawlers.engine.wanted import GONE, Answer, Wanted, utc_now
from schemas.errors import StoreError

LFS_POINTER = b"version https://git-lfs.github.com/spec/v1"
"""First line of what Git LFS leaves in place of a file."""
SLOWEST_BYTES_PER_S = 50_000
"""A file may take as long as it takes at this speed before its connection is given up."""
_SHORT = "fewer bytes than announced"
_HEAD_BYTES = 4096
_CHUNK_BYTES = 1 << 20
_RANGE = re.compile(r"bytes ([0-9]+)-[0-9]+/(?:[0-9]+|\*)")


@dataclass(frozen=True)
class Download:
    """A bulk file that is whole and right, and when it was fetched (ISO 8601, UTC)."""

    path: Path
    fetched: str


class Part:
    """What is here of a file so far: its bytes, their SHA-256, and the name that the host gave this version."""

    def __init__(self, folder: Path, sha256: str, size_bytes: int) -> None:
        self.path = folder / sha256
        self.sha256, self.size_bytes = sha256, size_bytes
        self.position = 0
        self.resumed = False
        self._part, self._version = folder / f"{sha256}.part", folder / f"{sha256}.version"
        self._file: BinaryIO | None = None
        self._hash = hashlib.sha256()

    def kept(self) -> Download | None:
        """Return the file where it is here already, whole and right."""
        with self._told():
            if not self.path.is_file() or self.path.stat().st_size != self.size_bytes:
                return None
            with self.path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != self.sha256:
                    return None
            fetched = datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
        return Download(self.path, fetched.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def open(self) -> None:
        """Go on with what an earlier run left."""
        with self._told():
            self._part.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._part.open("ab")
            if self._file.tell() > self.size_bytes:
                self._file.truncate(0)
            with self._part.open("rb") as file:
                while chunk := file.read(_CHUNK_BYTES):
                    self._hash.update(chunk)
                    self.position += len(chunk)
        self.resumed = self.position > 0

    @property
    def version(self) -> str:
        """Return by which ETag or date the host knows what is here; empty where it gave none."""
        with self._told():
            return self._version.read_text("ascii") if self._version.exists() else ""

    def restart(self, version: str = "") -> None:
        """Forget what is here, and note which version comes now."""
        with self._told():
            self._writable().truncate(0)
            self._version.write_text(version, "ascii")
        self.position, self.resumed, self._hash = 0, False, hashlib.sha256()

    def write(self, piece: bytes) -> None:
        """Add what came."""
        with self._told():
            self._writable().write(piece)
        self._hash.update(piece)
        self.position += len(piece)

    @property
    def right(self) -> bool:
        """Return whether the file is whole and as it should be."""
        return self.position == self.size_bytes and self._hash.hexdigest() == self.sha256

    def finish(self) -> Download:
        """Give the file its name, once it is safe on disk."""
        with self._told():
            file = self._writable()
            file.flush()
            os.fsync(file.fileno())
            self.close()
            self._part.replace(self.path)
            self._version.unlink(missing_ok=True)
        return Download(self.path, utc_now())

    def close(self) -> None:
        """Let go of the file; what is there of it stays, for the next run to go on with."""
        if self._file is not None:
            with self._told():
                self._file.close()
            self._file = None

    def _writable(self) -> BinaryIO:
        if self._file is None:
            raise RuntimeError("a Part is written before it is opened")
        return self._file

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell trouble with the disk apart from trouble with the network."""
        try:
            yield
        except OSError as error:
            told = disk_error(self.path, error)
            raise StoreError(f"{told}; what is here is kept, and the download goes on") from error


class BulkFile(Wanted):
    """A file that is written to disk as it comes."""

    may_witness = False

    def __init__(self, asked: Address, config: FetchConfig, part: Part) -> None:
        super().__init__(asked, config, allow=frozenset({206, 416}))
        self._part = part
        self.timeout_s = max(config.total_timeout_s, part.size_bytes / SLOWEST_BYTES_PER_S)

    @property
    def position(self) -> int:
        """Return how many bytes are here."""
        return self._part.position

    def headers(self) -> Mapping[str, str]:
        """Ask for what is missing, so long as the file is still the one that was begun."""
        plain = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if not 0 < self.position < self._part.size_bytes:
            return plain
        version = self._part.version
        only_if = {"If-Range": version} if version else {}
        return {**plain, "Range": f"bytes={self.position}-", **only_if}

    async def take(
        self, response: aiohttp.ClientResponse, host: Host
    ) -> Answer | Failure | AddressError:
        """Write what comes; an answer is a file that is whole and right."""
        if response.status in GONE:
            return AddressError(
                self.asked.url, f"gone ({response.status})", "there is no such file"
            )
        if not self._goes_on(response):
            self._part.restart(_version_of(response) if response.status == 200 else "")
            if response.status != 200:
                reason = _SHORT if response.status == 416 else "another part than asked for"
                return Failure(host.name, reason, "body")
        begun = self.position
        refusal = await self._write(response, host)
        if refusal is not None:
            return refusal
        if self._part.right:
            return self.answer(response, b"")
        cut_short = response.content_length is None  # else it says itself that this is all
        return self._wrong(host, gained=cut_short and self.position > begun)

    def _goes_on(self, response: aiohttp.ClientResponse) -> bool:
        """Return whether an answer brings what follows on that which is here."""
        told = _RANGE.match(response.headers.get("Content-Range", ""))
        return response.status == 206 and told is not None and int(told[1]) == self.position

    async def _write(
        self, response: aiohttp.ClientResponse, host: Host
    ) -> Failure | AddressError | None:
        """Write the body; return what is wrong with its beginning or its length, as soon as it is seen."""
        head = b""
        async for piece in response.content.iter_any():
            host.size_bytes += len(piece)
            if self.position == 0 and len(head) + len(piece) < _HEAD_BYTES:
                head += piece
                continue
            refusal = self._add(head + piece, host)
            if refusal is not None:
                response.close()
                return refusal
            head = b""
        return self._add(head, host)

    def _add(self, piece: bytes, host: Host) -> Failure | AddressError | None:
        if self.position == 0:
            if piece.startswith(LFS_POINTER) and self._part.size_bytes != len(piece):
                reason = "a Git LFS pointer in place of the file"
                return AddressError(self.asked.url, reason, "ask where the file itself is kept")
            if kind_of(piece) == "html":
                host.html += 1
                return Failure(host.name, "html body in place of a file", "wall", found="html")
        if self.position + len(piece) > self._part.size_bytes:
            self._part.restart()
            reason = "more bytes than announced"
            return AddressError(self.asked.url, reason, "take its size and SHA-256 anew")
        self._part.write(piece)
        return None

    def _wrong(self, host: Host, *, gained: bool) -> Failure | AddressError:
        """Say what is wrong with a file at whose end no more comes."""
        if self.position < self._part.size_bytes:
            return Failure(host.name, _SHORT, "body", gained=gained)
        resumed = self._part.resumed
        self._part.restart()
        reason = "another SHA-256 than announced"
        if resumed:  # its beginning may be that of another version
            return Failure(host.name, reason, "body")
        return AddressError(self.asked.url, reason, "take its size and SHA-256 anew")


def _version_of(response: aiohttp.ClientResponse) -> str:
    """Return by what a host would know this version of a file again: a strong ETag, else its date."""
    etag = response.headers.get("ETag", "")
    version = etag if etag.startswith('"') else response.headers.get("Last-Modified", "")
    return version if version.isascii() and version.isprintable() else ""
