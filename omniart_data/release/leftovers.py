"""What runs that were killed left behind: ``PREFIX`` and the number of the process that is dead."""

import logging
import os
import shutil
from pathlib import Path

log = logging.getLogger(__name__)


def leftovers(parent: Path, prefix: str) -> list[Path]:
    """Return what lies in ``parent`` as ``PREFIXnumber``, where no other process of that number lives.

    The own number counts as dead: a run in a container has the number of the one before it.
    """
    found: list[tuple[int, Path]] = []
    for path in sorted(parent.iterdir()) if parent.is_dir() else ():
        number = path.name.removeprefix(prefix)
        if path.name == f"{prefix}{number}" and number.isascii() and number.isdigit():
            found.append((int(number), path))
    own = os.getpid()
    return [path for number, path in found if number == own or not _lives(number)]


def remove_leftovers(parent: Path, prefix: str) -> None:
    """Remove the folders that killed runs left; a run that still lives keeps its own. Raises OSError."""
    for left in leftovers(parent, prefix):
        log.info("removing %s, left by a run that was broken off", left)
        shutil.rmtree(left)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
