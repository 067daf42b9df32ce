"""The workspace: where a maintainer's raw records, images, decisions and releases are kept."""

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawlers.engine.store import ImageStore, RawStore
from schemas.errors import StoreError, UsageError

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")

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


class Workspace:
    """A folder with ``raw/ images/ decisions/ releases/``, made when it is first opened."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.releases = root / "releases"

    @contextmanager
    def opened(self) -> Iterator[tuple[RawStore, ImageStore]]:
        """Open the stores for one process at a time; raise StoreError where that is not possible."""
        try:
            for name in ("raw", "images", "decisions", "releases"):
                (self.root / name).mkdir(parents=True, exist_ok=True)
            lock = (self.root / ".lock").open("w")
        except OSError as error:
            raise StoreError(
                f"the workspace {self.root} cannot be written: {error.strerror}; choose another with --workspace"
            ) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StoreError(
                    f"another omniart-data works in {self.root}: wait for it to end"
                ) from None
            with RawStore(self.root / "raw" / "raw.sqlite") as store:
                yield store, ImageStore(self.root / "images")

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
