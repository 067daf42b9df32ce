"""Where a command may write: never into a release or a finished baseline, nor over what it reads, nor, unasked, over a file.

Checked before any work is done, so that an hour's work does not end with what could have been said at once.
"""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from omniart_data.release.manifest import SEAL
from omniart_model.manifest import MANIFEST
from schemas.errors import ModelError, UsageError


def check_file(path: Path, option: str, *, replace: bool, reads: Sequence[Path] = ()) -> None:
    """Raise unless a file may be written; ``reads`` are the files that it is made from, never written over.

    UsageError for what is not written to, or not without ``replace``; ModelError where it cannot be.
    """
    other = f"give {option} for another file"
    _check_unsealed(path.parent, f"{path} lies in", option)
    if any(os.path.realpath(path) == os.path.realpath(one) for one in reads):
        raise UsageError(f"{path} is what is read: {other}")
    if os.path.lexists(path):
        if not path.is_file():
            raise UsageError(f"{path} is there and is no file: {other}")
        if not replace:
            raise UsageError(f"{path} is there already: {other}, or --replace")
    _check_writable(path, path.parent)


def check_folders(out: Path, workspace: Path) -> None:
    """Raise unless the folder ``out`` may be made, and features kept in ``workspace``; as ``check_file`` does.

    What ``out`` itself holds is for the command to judge, which may go on with it or replace it.
    """
    check_workspace(workspace)
    parent = Path(os.path.realpath(out)).parent
    _check_unsealed(parent, f"{out} lies in", "--out")
    _check_writable(out, parent)


def check_workspace(workspace: Path) -> None:
    """Raise UsageError for a workspace in a release or a baseline: features are kept in it."""
    _check_unsealed(workspace, f"the workspace {workspace} is or lies in", "--workspace")


def _check_unsealed(folder: Path, what: str, option: str) -> None:
    """Raise UsageError where a folder, or one that it is in, is sealed: a manifest names all that is in it."""
    real = Path(os.path.realpath(folder))
    for one in (real, *real.parents):
        if all(os.path.lexists(one / name) for name in (MANIFEST, SEAL)):
            raise UsageError(
                f"{what} {one}, a finished release or baseline, which is never written to: "
                f"give {option} for another place"
            )


def _check_writable(path: Path, parent: Path) -> None:
    """Raise ModelError unless something can be made where a path will be; nothing is left there."""
    there = Path(os.path.realpath(parent))
    while not os.path.lexists(there):
        there = there.parent
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        raise ModelError(f"{path} cannot be written: {error.strerror}") from error
