"""The manifest of a baseline: its files byte by byte, sealed as a release's is, and written last.

``manifest.json`` names the release that the baseline is of and every other file, with size and SHA-256;
``manifest.sha256`` is one line, as ``sha256sum`` writes it. Who copies a baseline can check it without knowing
what is in it.
"""

import re
from pathlib import Path
from typing import Any

from omniart_data.release.manifest import NAME, SEAL, file_entry, seal_of
from omniart_model.files import as_json, read_json, write_whole
from schemas.errors import ModelError

MANIFEST = NAME
FORM = 1
"""Version of the manifest's form."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""Names that a baseline's files may have: no way out of its folder."""


def write_manifest(folder: Path, version: str, digest: str) -> None:
    """Write the manifest of a finished baseline of a release, and the seal after it; raises ModelError."""
    files = {
        path.name: vars(file_entry(path))
        for path in sorted(folder.iterdir())
        if path.name not in {MANIFEST, SEAL}
    }
    body = as_json(
        {"form": FORM, "release": {"version": version, "digest": digest}, "files": files}
    )
    write_whole(folder / MANIFEST, body)
    write_whole(folder / SEAL, seal_of(body).encode("ascii"))


def check_manifest(folder: Path) -> None:
    """Raise ModelError unless each file of a baseline is the one that its sealed manifest names.

    A file that the manifest does not name is left alone.
    """
    files = _sealed_files(folder)
    for name, entry in files.items():
        path = folder / name
        if not _NAME.fullmatch(name) or path.is_symlink():
            raise ModelError(f"{folder / MANIFEST} names {name!r}, which is no file of a baseline")
        try:
            found = vars(file_entry(path))
        except OSError as error:
            raise ModelError(f"{path} cannot be read: {error.strerror}") from error
        if found != entry:
            raise ModelError(
                f"{path} is not the file that {MANIFEST} names: bring the baseline again, or train again"
            )


def _sealed_files(folder: Path) -> dict[str, Any]:
    """Return a manifest's files by name, once the manifest is the one that its seal names."""
    manifest = read_json(folder / MANIFEST)
    if manifest.get("form") != FORM:
        raise ModelError(
            f"{folder / MANIFEST} is of form {manifest.get('form')!r}, not {FORM}: train again"
        )
    try:
        seal = (folder / SEAL).read_bytes()
        body = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise ModelError(f"{error.filename} cannot be read: {error.strerror}") from error
    if seal != seal_of(body).encode("ascii"):
        raise ModelError(f"{folder / MANIFEST} is not the one that {SEAL} names: train again")
    files = manifest.get("files")
    if not isinstance(files, dict):
        raise ModelError(f"{folder / MANIFEST} names no files")
    return files
