"""Folders that are whole or not there, and what killed runs leave of them.

A folder is made as ``.NAME.PID`` and takes its name when it is whole. One that it replaces is called
``.NAME.replaced-PID`` meanwhile, and gone only when the new one is in its place.
"""

import logging
import os
import shutil
from pathlib import Path

from omniart_data.release.leftovers import leftovers, remove_leftovers
from schemas.errors import ModelError

log = logging.getLogger(__name__)


def unfinished_prefix(folder: Path) -> str:
    """Return the name, short of the process's number, under which a folder is made."""
    return f".{folder.name}."


def replaced_prefix(folder: Path) -> str:
    """Return the name, short of the process's number, of a folder that is being replaced."""
    return f".{folder.name}.replaced-"


def put_in_place(unfinished: Path, folder: Path) -> None:
    """Give a finished folder its name, and only then delete the one that had it. Raises OSError.

    Where the new folder cannot take the name, the old one gets it back.
    """
    if not folder.exists():
        unfinished.rename(folder)
        return
    replaced = folder.with_name(f"{replaced_prefix(folder)}{os.getpid()}")
    folder.rename(replaced)
    try:
        unfinished.rename(folder)
    except OSError:
        replaced.rename(folder)
        raise
    shutil.rmtree(replaced)


def clear_up(folder: Path) -> None:
    """Undo what killed runs left half done beside a folder; a run that still lives keeps its own.

    A folder that was put aside for one that never came gets its name back. Raises ModelError.
    """
    try:
        for replaced in leftovers(folder.parent, replaced_prefix(folder)):
            if not folder.exists():
                log.warning("%s is put back: a run that was to replace it was broken off", folder)
                replaced.rename(folder)
        remove_leftovers(folder.parent, replaced_prefix(folder))
        remove_leftovers(folder.parent, unfinished_prefix(folder))
    except OSError as error:
        raise ModelError(
            f"{error.filename}, left by a run that was broken off, cannot be removed: {error.strerror}"
        ) from error
