"""The manifest: what a release consists of, byte by byte and row by row. Its SHA-256 is the release's id."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import ReleaseError

NAME = "manifest.json"
SEAL = "manifest.sha256"
"""One line, as ``sha256sum`` writes it: the release's id and the manifest's name."""

FORM = 3
"""Version of the layout of a release: its files and their columns."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PATH = re.compile(r"(data/)?[A-Za-z0-9][A-Za-z0-9._-]*")
"""Names that a release's files may have: no way out of its folder."""


@dataclass(frozen=True)
class FileEntry:
    """One file of a release."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class TableEntry:
    """The rows of one table, over all its shards; ``digest`` is that of ``rows.RowDigest``."""

    rows: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    """All files of a release but the manifest and its seal, by path; all tables by name."""

    version: str
    files: Mapping[str, FileEntry]
    tables: Mapping[str, TableEntry]
    form: int = FORM

    def to_bytes(self) -> bytes:
        """Return the manifest as JSON, keys sorted."""
        body = {
            "form": self.form,
            "version": self.version,
            "files": {path: vars(entry) for path, entry in self.files.items()},
            "tables": {name: vars(entry) for name, entry in self.tables.items()},
        }
        return as_json(body)

    @property
    def digest(self) -> str:
        """Return the release's id."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def as_json(body: object, *, sort_keys: bool = True) -> bytes:
    """Return a value as the JSON that a release's files are written in."""
    return (json.dumps(body, indent=1, sort_keys=sort_keys, ensure_ascii=False) + "\n").encode()


def read_manifest(folder: Path) -> Manifest:
    """Return a folder's manifest, checked against its seal; raises ReleaseError."""
    if not folder.is_dir():
        raise ReleaseError(f"{folder}: there is no such folder")
    if not (folder / NAME).is_file():
        raise ReleaseError(f"{folder}: not a release, or a part of one: it has no {NAME}")
    try:
        body = (folder / NAME).read_bytes()
        seal = (folder / SEAL).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as wrong:
        raise ReleaseError(f"{folder}: {SEAL} is missing or cannot be read") from wrong
    if seal != seal_of(body):
        raise ReleaseError(f"{folder}: {NAME} is not the one that {SEAL} names")
    try:
        return _parsed(body)
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise ReleaseError(f"{folder}: {NAME} is not a manifest: {wrong}") from wrong


def seal_of(manifest: bytes) -> str:
    """Return what ``manifest.sha256`` must hold."""
    return f"{hashlib.sha256(manifest).hexdigest()}  {NAME}\n"


def _parsed(body: bytes) -> Manifest:
    found = json.loads(body)
    if found["form"] != FORM:
        raise ValueError(
            f"form {found['form']!r} of a release, and this version reads form {FORM}:"
            " build again, into another workspace"
        )
    files = {p: FileEntry(int(e["size_bytes"]), e["sha256"]) for p, e in found["files"].items()}
    tables = {n: TableEntry(int(e["rows"]), e["digest"]) for n, e in found["tables"].items()}
    for path, entry in files.items():
        if not _PATH.fullmatch(path) or not _SHA256.fullmatch(entry.sha256):
            raise ValueError(f"a file {path!r}")
    return Manifest(str(found["version"]), files, tables)


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raise ReleaseError unless the folder holds the manifest's files, of their sizes, and no others."""
    for wrong in wrong_files(folder, manifest).values():
        raise ReleaseError(f"{folder}: {wrong}")


def wrong_files(folder: Path, manifest: Manifest) -> dict[str, str]:
    """Return what is wrong with a folder's files as a look from outside tells, by path."""
    there = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
    wrong = dict.fromkeys(
        there - manifest.files.keys() - {NAME, SEAL}, "is not part of the release"
    )
    for path, entry in manifest.files.items():
        if path not in there:
            wrong[path] = "is missing"
        elif (folder / path).is_symlink():
            wrong[path] = "is a link; a release holds its files itself"
        elif (size := (folder / path).lstat().st_size) != entry.size_bytes:
            wrong[path] = f"has {size:,} bytes, not {entry.size_bytes:,}"
    return {path: f"{path} {wrong[path]}" for path in sorted(wrong)}


def file_entry(path: Path) -> FileEntry:
    """Return a file's size and SHA-256, read once and in pieces."""
    with path.open("rb") as body:
        sha256 = hashlib.file_digest(body, "sha256").hexdigest()
        return FileEntry(body.tell(), sha256)
