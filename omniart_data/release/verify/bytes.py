"""Whether each byte of a release is as its manifest says."""

from collections.abc import Iterator
from pathlib import Path

from omniart_data.release.manifest import Manifest, file_entry, wrong_files


def wrong_bytes(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Yield a line for each file that is missing, added, unreadable, or not as the manifest says."""
    wrong = wrong_files(folder, manifest)
    yield from wrong.values()
    for path, entry in manifest.files.items():
        if path in wrong:
            continue
        try:
            found = file_entry(folder / path)
        except OSError as refused:
            yield f"{path}: cannot be read: {refused.strerror}"
            continue
        if found != entry:
            yield f"{path}: its SHA-256 is {found.sha256}, not {entry.sha256}"
