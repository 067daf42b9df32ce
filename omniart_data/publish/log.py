"""What was published where: ``published.jsonl`` in the workspace, a line for each publication."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from schemas.errors import StoreError

NAME = "published.jsonl"


@dataclass(frozen=True)
class Published:
    """One version at one place; ``dest`` holds no secrets, ``when`` is ISO 8601 in UTC."""

    version: str
    digest: str
    dest: str
    format: str
    when: str


def workspace_of(release: Path) -> Path | None:
    """Return the workspace that a release lies in; None for a release that stands alone."""
    parent = release.resolve().parent
    return parent.parent if parent.name == "releases" else None


def read_published(workspace: Path) -> list[Published]:
    """Return what was published from a workspace, the oldest first; raise StoreError for a torn file."""
    path = workspace / NAME
    if not path.exists():
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [Published(**json.loads(line)) for line in lines if line]
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(f"{path} cannot be read: mend or remove the line that is wrong") from error


def note(workspace: Path, published: Published) -> None:
    """Add a line, unless the same version is noted at the same place already; raise StoreError."""

    def same(one: Published) -> tuple[str, ...]:
        return one.version, one.digest, one.dest, one.format

    if same(published) in map(same, read_published(workspace)):
        return
    path = workspace / NAME
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(published), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}") from error
