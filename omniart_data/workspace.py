"""The workspace: where a maintainer's raw records, images, decisions and releases are kept."""

import fcntl
import json
import os
import re
import shlex
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from crawlers.engine.database import disk_error
from crawlers.engine.image_store import ImageStore
from crawlers.engine.store import RawStore
from schemas.errors import StoreError, UsageError

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")

_TRIES, _TRY_S = 5, 0.05
"""Somebody who asks who holds the lock holds it himself for a moment, and is no reason to give up."""

Version = tuple[int, int, int]


def parse_version(text: str) -> Version:
    """Return a version as three numbers; raise UsageError for any other text.

    >>> parse_version("1.10.0")
    (1, 10, 0)
    """
    match = _VERSION.fullmatch(text)
    if match is None:
        raise UsageError(f"{text!r} is no version: write three numbers, such as 1.0.0")
    return int(match[1]), int(match[2]), int(match[3])


@dataclass(frozen=True)
class Holder:
    """The process that works in a workspace, as it says itself; empty and 0: it does not say."""

    pid: int = 0
    host: str = ""
    command: str = ""
    started: str = ""
    """When it started, ISO 8601 in UTC."""

    def __str__(self) -> str:
        """Return what to call it in a sentence."""
        if not self.pid:
            return "another omniart-data"
        told = [f"pid {self.pid} on {self.host}", f"`{self.command}`" if self.command else ""]
        since = f"since {self._since()}" if self.started else ""
        return f"another omniart-data ({', '.join(filter(None, [*told, since]))})"

    def _since(self) -> str:
        """Return the local time at which it started, with the day where that is not today."""
        started = datetime.fromisoformat(self.started).astimezone()
        today = started.date() == datetime.now(UTC).astimezone().date()
        return started.strftime("%H:%M" if today else "%Y-%m-%d %H:%M")


class Workspace:
    """A folder with ``raw/ images/ decisions/ releases/``, made when it is first opened."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.releases = root / "releases"
        self.decisions = root / "decisions"
        self.downloads = root / "raw" / "bulk"
        self._raw = root / "raw" / "raw.sqlite"
        self._images = root / "images"
        self._lock = root / ".lock"

    @contextmanager
    def opened(self, command: str = "") -> Iterator[tuple[RawStore, ImageStore]]:
        """Open the stores for one process at a time, which is said to run ``command``.

        Raises StoreError, which says who it is, where another process works here.
        """
        with ExitStack() as stack:
            stack.enter_context(self._locked(command))
            store = stack.enter_context(RawStore(self._raw))
            yield store, stack.enter_context(ImageStore(self._images))

    @contextmanager
    def _locked(self, command: str) -> Iterator[None]:
        try:
            for name in ("raw", "images", "decisions", "releases"):
                (self.root / name).mkdir(parents=True, exist_ok=True)
            lock = FileIO(self._lock, "a+")  # what a full disk refused is not tried again
        except OSError as error:
            raise StoreError(
                f"the workspace {self.root} cannot be written: {error.strerror}; choose another with --workspace"
            ) from error
        with lock:
            if not _take(lock):
                raise StoreError(
                    f"{_read_holder(lock)} works in {self.root}: wait for it to end, or see"
                    f" `omniart-data status --workspace {shlex.quote(str(self.root))}`"
                )
            started = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            self._say(lock, Holder(os.getpid(), socket.gethostname(), command, started))
            try:
                yield
            finally:
                with suppress(OSError):  # whoever finds it sees that nobody holds it
                    lock.truncate(0)

    def _say(self, lock: FileIO, holder: Holder) -> None:
        left = json.dumps(asdict(holder)).encode()
        try:
            lock.truncate(0)
            while left:
                left = left[lock.write(left) :]
        except OSError as error:
            raise disk_error(self._lock, error) from error

    def holder(self) -> Holder | None:
        """Return who works here; None: nobody."""
        try:
            with FileIO(self._lock) as lock:
                return None if _take(lock, fcntl.LOCK_SH, tries=1) else _read_holder(lock)
        except OSError:
            return None

    @contextmanager
    def peek(self) -> Iterator[tuple[RawStore | None, ImageStore | None]]:
        """Open the stores to read alone, beside whoever works here; None where there is none yet."""
        with ExitStack() as stack:
            store = images = None
            if self._raw.is_file():
                store = stack.enter_context(RawStore(self._raw, read_only=True))
            if self._images.is_dir() and (self._images / "index.sqlite").is_file():
                images = stack.enter_context(ImageStore(self._images, read_only=True))
            yield store, images

    def versions(self) -> list[Version]:
        """Return the versions of the whole releases here, the oldest first."""
        names = (
            folder.name.removeprefix("omniart-")
            for folder in self.releases.glob("omniart-*")
            if (folder / "manifest.json").is_file()
        )
        return sorted(parse_version(name) for name in names if _VERSION.fullmatch(name))

    def release(self, version: str) -> Path:
        """Return the folder of a release, whether it is there or not."""
        return self.releases / f"omniart-{version}"


def _take(lock: FileIO, how: int = fcntl.LOCK_EX, *, tries: int = _TRIES) -> bool:
    """Take a lock; return whether it could be had."""
    for left in reversed(range(tries)):
        try:
            fcntl.flock(lock, how | fcntl.LOCK_NB)
        except BlockingIOError:
            if left:
                time.sleep(_TRY_S)
        else:
            return True
    return False


def _read_holder(lock: FileIO) -> Holder:
    """Return who holds a lock by what the file says; it may be half written, or say nothing."""
    try:
        lock.seek(0)
        told = json.loads(lock.read().decode(errors="replace"))
        holder = Holder(
            int(told["pid"]), str(told["host"]), str(told["command"]), str(told["started"])
        )
        datetime.fromisoformat(holder.started)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Holder()
    return holder
