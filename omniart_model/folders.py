"""Folders that are whole or not there, and what killed runs leave of them.

A folder is made as ``.NAME.PID`` and takes its name when it is whole. One that it replaces is called
``.NAME.replaced-PID`` meanwhile, and gone only when the new one is in its place.
"""

import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one process at a time make a folder; raise ModelError where another is at it.

    The lock is a file beside the folder, ``.NAME.lock``, and ends with the process, whatever ends it.
    """
    lock = folder.with_name(f".{folder.name}.lock")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        held = _locked(lock)
    except BlockingIOError:
        raise ModelError(
            f"another run is making {folder}: wait for it, or give --out for another folder"
        ) from None
    except OSError as error:
        raise ModelError(f"{folder} cannot be written: {error.strerror}") from error
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(held)


def _locked(lock: Path) -> int:
    """Return an open file that no other process has locked; raises OSError."""
    while True:
        held = os.open(lock, os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(held), lock.stat()):
                return held
        except FileNotFoundError:
            pass  # whoever had it has removed it since it was opened
        except OSError:
            os.close(held)
            raise
        os.close(held)


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
