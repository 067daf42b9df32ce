"""A takedown under way, and which releases it gives another version: written before anything is touched, gone at the end."""

import json
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path

from crawlers.engine.database import disk_error
from omniart_data.takedown.tombstones import write_whole
from omniart_data.workspace import Version, parse_version
from schemas.errors import StoreError, UsageError

NAME = "takedown.json"


@dataclass(frozen=True)
class Step:
    """One release that becomes another version; ``digest`` is its id."""

    old: str
    digest: str
    new: str


@dataclass(frozen=True)
class Journal:
    """A takedown under way."""

    id: str
    steps: tuple[Step, ...]


def new_steps(old: list[tuple[str, str]], newest: Version) -> tuple[Step, ...]:
    """Return a step for each (version, id) from the oldest on; the new versions are above the newest.

    That an artwork is gone makes each of them MAJOR.

    >>> [step.new for step in new_steps([("1.0.0", "a"), ("1.1.0", "b")], (1, 2, 0))]
    ['2.0.0', '3.0.0']
    """
    numbered = enumerate(old, newest[0] + 1)
    return tuple(Step(version, digest, f"{major}.0.0") for major, (version, digest) in numbered)


def write_journal(root: Path, journal: Journal) -> None:
    """Write down what is about to be done."""
    write_whole(root / NAME, (json.dumps(asdict(journal), indent=1) + "\n").encode())


def read_journal(root: Path) -> Journal | None:
    """Return the takedown that was broken off in a workspace; None: there is none. Raises StoreError."""
    path = root / NAME
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        steps = tuple(Step(one["old"], one["digest"], one["new"]) for one in told["steps"])
        for step in steps:  # they become names of folders
            parse_version(step.old)
            parse_version(step.new)
        return Journal(str(told["id"]), steps)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise disk_error(path, error) from error
    except (ValueError, KeyError, TypeError, UsageError) as wrong:
        raise StoreError(
            f"{path} is damaged: remove it, and take the artwork down again"
        ) from wrong


def remove_journal(root: Path) -> None:
    """Note that the takedown is whole."""
    try:
        (root / NAME).unlink(missing_ok=True)
    except OSError as error:
        raise disk_error(root / NAME, error) from error


def check_finished(root: Path, artwork: str = "") -> None:
    """Raise UsageError where a takedown of another artwork was broken off: what it was to remove is there yet."""
    journal = read_journal(root)
    if journal is not None and journal.id != artwork:
        again = shlex.join(["omniart-data", "takedown", journal.id, "--workspace", str(root)])
        raise UsageError(f"the takedown of {journal.id} was broken off: finish it with `{again}`")
