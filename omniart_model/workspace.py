"""What the model sees of a workspace: the pictures that were brought into it, by SHA-256."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from omniart_data.release.manifest import NAME as MANIFEST
from schemas.errors import UsageError

IMAGES = "images"
_FOLDER = re.compile(r"[0-9a-f]{2}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def is_workspace(folder: Path) -> bool:
    """Return whether a folder is a workspace with pictures, and not a release; raise UsageError for neither."""
    if (folder / MANIFEST).exists() or not folder.is_dir():
        return False  # a release, or what opening one will say of it
    if not (folder / IMAGES).is_dir():
        raise UsageError(
            f"{folder} is neither a release ({MANIFEST}) nor a workspace with pictures ({IMAGES}/): "
            "name one of them, or bring pictures into it with `omniart-data build`"
        )
    return True


def picture_path(workspace: Path, sha256: str) -> Path:
    """Return where a workspace keeps a picture."""
    return workspace / IMAGES / sha256[:2] / sha256


def picture_names(workspace: Path) -> Iterator[str]:
    """Yield the SHA-256 of every picture in a workspace, rising; what has another name is none.

    A picture is a file ``images/ab/<sha256>``; the index beside them and half-written files have other names.
    """
    with os.scandir(workspace / IMAGES) as folders:
        firsts = sorted(one.name for one in folders if _FOLDER.fullmatch(one.name) and one.is_dir())
    for first in firsts:
        with os.scandir(workspace / IMAGES / first) as files:
            yield from sorted(
                file.name
                for file in files
                if _SHA256.fullmatch(file.name) and file.name.startswith(first) and file.is_file()
            )
