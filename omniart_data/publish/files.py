"""A folder, or an object store through fsspec, as a place to publish to and to fetch from."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import fsspec
from fsspec.callbacks import Callback
from fsspec.implementations.local import LocalFileSystem

from omniart_data.publish.place import Place
from omniart_data.publish.plan import Parcel
from omniart_data.release.manifest import NAME, SEAL, FileEntry, file_entry
from schemas.errors import ReleaseError, UsageError

BLOCK = 1 << 20
PARTS_BYTES = 50 << 20
"""The parts in which s3fs sends a large file, whose MD5s the store's checksum is made of."""
SMALL_BYTES = 64 << 20
"""No manifest is larger: what a store serves under its name is not read without end."""

OBJECT_STORES = frozenset({"abfs", "az", "gcs", "gs", "memory", "s3"})
"""Stores without folders: to make one there would make a bucket, of whatever name was mistyped."""

UNFINISHED = ".unfinished"
"""How the name of a file ends that is being written into a folder."""

Advance = Callable[[int], None]


class Files:
    """Everything below one address; paths are relative to it. All failures are ReleaseError, without secrets."""

    def __init__(self, place: Place) -> None:
        self.place = place
        extra = f"install it with `pip install 'omniart-data[{place.url.partition(':')[0]}]'`"
        try:
            self._fs, root = fsspec.core.url_to_fs(place.url, use_listings_cache=False)
        except ImportError as error:
            raise UsageError(f"{place.shown}: its client is not installed: {extra}") from error
        except ValueError as error:
            raise UsageError(f"{place.shown}: {place.unsecret(str(error))}") from error
        except OSError as error:
            raise ReleaseError(f"{place.shown}: {place.unsecret(str(error))}") from error
        self._root = str(root).rstrip("/")
        self._errors = _errors()

    def small(self, path: str) -> bytes | None:
        """Return a small file; None where there is none."""
        with self._said(path):
            try:
                with self._fs.open(self._at(path), "rb") as file:
                    body: bytes = file.read(SMALL_BYTES + 1)
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return None
        if len(body) > SMALL_BYTES:
            raise ReleaseError(f"{self.place.shown}/{path} is too large to be a manifest")
        return body

    def sizes(self, folder: str) -> dict[str, int]:
        """Return the size of every file below a folder, by its path there."""
        at = self._at(folder)
        with self._said(folder):
            try:
                found = self._fs.find(at, detail=True)
            except FileNotFoundError:
                return {}
        inner = self._fs._strip_protocol(at).rstrip("/")  # noqa: SLF001 - fsspec's own classes share it
        return {
            path.removeprefix(inner).lstrip("/"): int(info["size"] or 0)
            for path, info in sorted(found.items())
            if path != inner
        }

    def folders(self) -> list[str]:
        """Return the names of the folders right below the address."""
        with self._said(""):
            try:
                found = self._fs.ls(self._root or "/", detail=True)
            except (FileNotFoundError, NotADirectoryError):
                return []
        return sorted(
            o["name"].rstrip("/").rpartition("/")[2] for o in found if o["type"] != "file"
        )

    def clear(self, folder: str) -> None:
        """Remove the unfinished files that a broken-off publication left in a folder; stores leave none."""
        if isinstance(self._fs, LocalFileSystem):
            with self._said(folder):
                for left in Path(self._at(folder)).rglob(f".*{UNFINISHED}"):
                    left.unlink()

    def holds(self, path: str, local: Path, entry: FileEntry) -> bool:
        """Say whether a file of the right size there has the right content.

        Where the store tells an MD5, that is compared; everywhere else the file is read and its SHA-256
        taken, as nothing but its bytes proves a file.
        """
        with self._said(path):
            if isinstance(self._fs, LocalFileSystem):
                return file_entry(Path(self._at(path))) == entry
            etag = str(self._fs.info(self._at(path)).get("ETag") or "").strip('"')
            if etag and etag in _etags(local):
                return True
            sha256 = hashlib.sha256()
            for block in self._blocks(path, 0):
                sha256.update(block)
            return sha256.hexdigest() == entry.sha256

    def send(self, path: str, local: Path, advance: Advance) -> None:
        """Put a file there, whole or not at all."""
        at = self._at(path)
        with self._said(path):
            if isinstance(self._fs, LocalFileSystem):
                with local.open("rb") as source:
                    _copy(source, Path(at), advance)
                return
            told = _Told(advance)
            if not OBJECT_STORES.intersection(_protocols(self._fs)):
                self._fs.makedirs(self._fs._parent(at), exist_ok=True)  # noqa: SLF001
            self._fs.put_file(str(local), at, callback=told)
            advance(local.stat().st_size - told.bytes)

    def write(self, path: str, body: bytes) -> None:
        """Put a small file there, whole or not at all."""
        at = self._at(path)
        with self._said(path):
            if isinstance(self._fs, LocalFileSystem):
                _put(Path(at), lambda file: file.write(body))
            else:
                self._fs.pipe_file(at, body)

    def blocks(self, path: str, start: int) -> Iterator[bytes]:
        """Yield a file from a byte on."""
        with self._said(path):
            yield from self._blocks(path, start)

    def _blocks(self, path: str, start: int) -> Iterator[bytes]:
        with self._fs.open(self._at(path), "rb") as file:
            file.seek(start)
            while block := file.read(BLOCK):
                yield block

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}".rstrip("/")

    @contextmanager
    def _said(self, path: str) -> Iterator[None]:
        """Turn what a store raises into one line without secrets."""
        try:
            yield
        except self._errors as error:
            said = self.place.unsecret(str(error)) or type(error).__name__
            raise ReleaseError(
                f"{self.place.shown}/{path}: {said}: run the same command again, it goes on from here"
            ) from error


class _Told(Callback):  # type: ignore[misc]  # fsspec has no types
    """Tells a bar how far one file is."""

    def __init__(self, advance: Advance) -> None:
        super().__init__()
        self.bytes, self._advance = 0, advance

    def relative_update(self, inc: int = 1) -> None:
        self.bytes += inc
        self._advance(inc)


def publish_files(files: Files, parcel: Parcel, advance: Advance) -> int:
    """Send a parcel; return how many files were sent. What is there already, whole, is not sent again.

    The manifest comes after all else and its seal last: readers take only what has both. Raises
    ReleaseError where another one of the name is there, or a file that is not of this one.
    """
    sealed = is_there(files, parcel)
    files.clear(parcel.name)
    there = files.sizes(parcel.name)
    strange = sorted(there.keys() - parcel.files.keys() - {NAME, SEAL})
    if strange:
        where = f"{files.place.shown}/{parcel.name}/{strange[0]}"
        raise ReleaseError(f"{where} is not part of {parcel.name}: remove it, and publish again")
    sent = 0
    for path, entry in parcel.files.items():
        at, local = f"{parcel.name}/{path}", parcel.folder / path
        same_size = there.get(path) == entry.size_bytes
        if same_size and (sealed or files.holds(at, local, entry)):
            advance(entry.size_bytes)
            continue
        files.send(at, local, advance)
        sent += 1
    for name, body in ((NAME, parcel.manifest), (SEAL, parcel.seal)):
        if files.small(f"{parcel.name}/{name}") != body:
            files.write(f"{parcel.name}/{name}", body)
            sent += 1
        advance(len(body))
    return sent


def is_complete(files: Files, parcel: Parcel) -> bool:
    """Say whether nothing of a parcel is missing there; raises as ``is_there`` does."""
    if not is_there(files, parcel):
        return False
    there = files.sizes(parcel.name)
    return all(there.get(path) == entry.size_bytes for path, entry in parcel.files.items())


def is_there(files: Files, parcel: Parcel) -> bool:
    """Say whether a parcel has its manifest and seal there; raise ReleaseError where another one has the name."""
    manifest = files.small(f"{parcel.name}/{NAME}")
    if manifest is not None and manifest != parcel.manifest:
        raise ReleaseError(
            f"{files.place.shown}/{parcel.name} is there and is another one: a published version is "
            "never overwritten; build a new version"
        )
    return manifest is not None and files.small(f"{parcel.name}/{SEAL}") == parcel.seal


def _copy(source: Any, path: Path, advance: Advance) -> None:
    def fill(file: Any) -> None:
        while block := source.read(BLOCK):
            file.write(block)
            advance(len(block))

    _put(path, fill)


def _put(path: Path, fill: Callable[[Any], object]) -> None:
    """Write a local file under a temporary name, bring it to the disk and rename it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}{UNFINISHED}")
    with unfinished.open("wb") as file:
        fill(file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _etags(path: Path) -> set[str]:
    """Return the checksums that an S3 store may tell of a file: sent whole, or in the parts of s3fs."""
    whole, parts = hashlib.md5(usedforsecurity=False), []
    with path.open("rb") as file:
        while part := file.read(PARTS_BYTES):
            whole.update(part)
            parts.append(hashlib.md5(part, usedforsecurity=False).digest())
    joined = hashlib.md5(b"".join(parts), usedforsecurity=False).hexdigest()
    return {whole.hexdigest(), f"{joined}-{len(parts)}"}


def _protocols(store: Any) -> tuple[str, ...]:
    found = store.protocol
    return (found,) if isinstance(found, str) else tuple(found)


def _errors() -> tuple[type[Exception], ...]:
    """Return what stores raise: the clients of S3, Google and Azure have errors that are no OSError."""
    found: list[type[Exception]] = [OSError]
    for module, names in _CLIENT_ERRORS.items():
        with suppress(ImportError):
            client = import_module(module)
            found += [getattr(client, name) for name in names]
    return tuple(found)


_CLIENT_ERRORS = {
    "botocore.exceptions": ("BotoCoreError", "ClientError"),
    "gcsfs.retry": ("HttpError",),
    "azure.core.exceptions": ("AzureError",),
}
"""Module of a store's client, an extra each, to its errors."""
