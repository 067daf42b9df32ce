"""Bring a published release back: into a folder of another name, every byte checked, then one rename."""

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from omniart_data.publish.files import Advance, Files
from omniart_data.publish.hub import Hub
from omniart_data.publish.place import Place
from omniart_data.publish.plan import read_files
from omniart_data.publish.web import Web
from omniart_data.release import verify_release
from omniart_data.release.manifest import NAME, SEAL, FileEntry, file_entry, read_manifest
from schemas.errors import ReleaseError, StoreError

PART = ".part"
"""How the name of a file ends that is still coming; ``SAFE_PATH`` and the manifest decide what it becomes."""

_RELEASE = re.compile(r"omniart-((?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2})")
_TAG = re.compile(r"v((?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2})")


class Origin(Protocol):
    """One version at a place, as it is read from there."""

    def small(self, path: str) -> bytes | None:
        """Return a small file; None where there is none."""
        ...

    def bring(self, path: str, entry: FileEntry, folder: Path, advance: Advance) -> None:
        """Bring one file into a folder, whole and as the manifest says; raise ReleaseError."""
        ...

    def versions(self) -> list[str]:
        """Return the versions there are, where the place can tell."""
        ...


class Streamed:
    """A version in a folder, a store or on the web: read piece by piece, going on where an earlier try ended."""

    def __init__(self, files: Files | Web, name: str) -> None:
        self._files, self._name = files, name

    def small(self, path: str) -> bytes | None:
        """Return a small file; None where there is none."""
        return self._files.small(f"{self._name}/{path}")

    def bring(self, path: str, entry: FileEntry, folder: Path, advance: Advance) -> None:
        """Bring one file, hashed while it comes; what came of a wrong one is not kept."""
        part = folder / f"{path}{PART}"
        part.parent.mkdir(parents=True, exist_ok=True)
        start = part.stat().st_size if part.exists() else 0
        if start > entry.size_bytes:
            part.unlink()
            start = 0
        sha256 = hashlib.sha256()
        with part.open("a+b") as file:
            file.seek(0)
            while block := file.read(1 << 20):
                sha256.update(block)
            advance(start)
            got = start
            if start < entry.size_bytes:
                for block in self._files.blocks(f"{self._name}/{path}", start):
                    got += len(block)
                    if got > entry.size_bytes:
                        break  # whoever sends without end is not listened to
                    file.write(block)
                    sha256.update(block)
                    advance(len(block))
            file.flush()
            os.fsync(file.fileno())
        if got < entry.size_bytes:
            raise ReleaseError(
                f"{path} ended after {got:,} of {entry.size_bytes:,} bytes: run the same command again"
            )
        if got > entry.size_bytes or sha256.hexdigest() != entry.sha256:
            part.unlink()
            raise ReleaseError(
                f"{path} is not what {NAME} says: run the same command again, or ask who publishes it"
            )
        part.replace(folder / path)

    def versions(self) -> list[str]:
        """Return the versions that have a seal there, the oldest first."""
        names = (found for name in self._files.folders() if (found := _RELEASE.fullmatch(name)))
        return _sorted(n[1] for n in names if self._files.small(f"{n[0]}/{SEAL}") is not None)


class OnHub:
    """A version on the hub, by its tag."""

    def __init__(self, hub: Hub, version: str) -> None:
        self._hub, self._tag = hub, f"v{version}"

    def small(self, path: str) -> bytes | None:
        """Return a small file; None where there is none."""
        return self._hub.small(self._tag, path)

    def bring(self, path: str, entry: FileEntry, folder: Path, advance: Advance) -> None:
        """Bring one file by the hub's own client, and check it."""
        try:
            found = self._hub.bring(self._tag, path, folder)
        except FileNotFoundError as error:
            raise ReleaseError(f"{path} is named by {NAME} and is not there") from error
        if file_entry(found) != entry:
            found.unlink()
            raise ReleaseError(
                f"{path} is not what {NAME} says: run the same command again, or ask who publishes it"
            )
        advance(entry.size_bytes)

    def versions(self) -> list[str]:
        """Return the versions that have a tag, the oldest first."""
        return _sorted(found[1] for tag in self._hub.tags() if (found := _TAG.fullmatch(tag)))


def origin(place: Place, version: str) -> Origin:
    """Return a version at a place, whether it is there or not."""
    if place.kind == "hub":
        return OnHub(Hub(place), version)
    files = Web(place) if place.kind == "web" else Files(place)
    return Streamed(files, f"omniart-{version}")


def read_offer(source: Origin, place: Place, version: str) -> tuple[bytes, bytes]:
    """Return manifest and seal of a version; raise ReleaseError, naming what there is, where it is not whole."""
    manifest, seal = source.small(NAME), source.small(SEAL)
    if manifest is None or seal is None:
        there = ", ".join(source.versions())
        known = f"there are {there}" if there else "no version was found there"
        raise ReleaseError(f"{place.shown} has no whole release {version}: {known}")
    return manifest, seal


def fetch_release(
    source: Origin,
    offer: tuple[bytes, bytes],
    version: str,
    folder: Path,
    bar: Callable[[int], None] = lambda _: None,
) -> bool:
    """Bring a release into ``folder``; return False where it is there already. Raises ReleaseError, StoreError.

    Until every file has its SHA-256 and every promise is kept, it lies beside it as ``.NAME.fetching``, and a
    second call goes on from there.
    """
    files = read_files(*offer)
    if os.path.lexists(folder):
        if read_manifest(folder).to_bytes() == offer[0]:
            for failure in verify_release(folder).failures:
                raise ReleaseError(
                    f"{folder} is there and is damaged: {failure}: remove it, and fetch again"
                )
            return False
        raise ReleaseError(
            f"{folder} is there and is another release: give --out for another folder"
        )
    unfinished = folder.with_name(f".{folder.name}.fetching")
    try:
        unfinished.mkdir(parents=True, exist_ok=True)
        with _alone(unfinished):
            _bring_all(source, files, unfinished, bar)
            _settle(unfinished, files, offer, version)
            unfinished.rename(folder)
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror or error}") from error
    return True


def _bring_all(
    source: Origin, files: Mapping[str, FileEntry], folder: Path, advance: Advance
) -> None:
    for path, entry in files.items():
        if (folder / path).is_file() and file_entry(folder / path) == entry:
            advance(entry.size_bytes)
        else:
            source.bring(path, entry, folder, advance)


def _settle(
    folder: Path, files: Mapping[str, FileEntry], offer: tuple[bytes, bytes], version: str
) -> None:
    """Remove what is no part of the release, seal the folder and verify it."""
    shutil.rmtree(folder / ".cache", ignore_errors=True)  # the hub's client keeps its notes there
    for path in sorted(folder.rglob("*"), reverse=True):
        if not path.is_dir() and path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, body in zip((NAME, SEAL), offer, strict=True):
        (folder / name).write_bytes(body)
    failures = verify_release(folder).failures
    if not failures and read_manifest(folder).version != version:
        failures = (f"it is release {read_manifest(folder).version}, not {version}",)
    if failures:
        raise ReleaseError(
            f"what was fetched is not a sound release, {failures[0]}: it stays in {folder}, and "
            "`omniart-data verify` tells all"
        )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time bring files into a folder."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise StoreError(f"another process is fetching into {folder}: wait for it to end") from None
    finally:
        os.close(opened)


def _sorted(versions: Iterator[str]) -> list[str]:
    return sorted(versions, key=lambda version: tuple(map(int, version.split("."))))
