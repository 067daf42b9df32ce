"""How far the work in a workspace is: a small file while a command runs, the stores and receipts always."""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from crawlers.engine.census import Census
from crawlers.engine.store import Receipt
from omniart_data.run_state import RunState
from omniart_data.workspace import Holder, Workspace
from schemas.errors import UsageError

log = logging.getLogger(__name__)

FILE_NAME = ".status.json"


class StatusFile:
    """Tells other terminals how far the command is; a view like any other, and gone when it ends.

    That it cannot be written (a full disk) is no reason to end a crawl.
    """

    def __init__(self, workspace: Path) -> None:
        self.path = workspace / FILE_NAME

    def show(self, state: RunState) -> None:
        """Write this moment in place of the one before, whole or not at all."""
        temporary = self.path.with_name(f"{FILE_NAME}.part")
        try:
            temporary.write_text(json.dumps(state.to_json()), encoding="utf-8")
            temporary.replace(self.path)
        except OSError as error:
            log.info("%s cannot be written: %s", self.path, error.strerror)

    def close(self) -> None:
        """Take the file away."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            log.info("%s cannot be deleted: %s", self.path, error.strerror)


def read_status_file(workspace: Path) -> RunState | None:
    """Return what a command wrote last; None where there is no such file, or none of this version."""
    try:
        told = json.loads((workspace / FILE_NAME).read_text(encoding="utf-8"))
        return RunState.from_json(told)
    except (OSError, ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True)
class Status:
    """What is known of a workspace at one moment."""

    workspace: Path
    holder: Holder | None = None
    """Who works in it; None: nobody."""
    live: RunState | None = None
    """What the command that works there, or one that was killed, told last."""
    finished: tuple[str, ...] = ()
    """The sources whose last crawl came to its end."""
    censuses: Mapping[str, Census] = field(default_factory=dict)
    pictures: Mapping[str, int] = field(default_factory=dict)
    last: Receipt | None = None
    """The receipt of the last run."""

    @property
    def killed(self) -> bool:
        """Return whether the last command did not get to say that it ended."""
        return self.live is not None and self.holder is None

    @property
    def sentence(self) -> str:
        """Return in a sentence who works there."""
        if self.holder is not None:
            return f"{self.workspace}: {str(self.holder).removeprefix('another ')} works here"
        if self.live is not None:
            return (
                f"{self.workspace}: nobody works here; `{self.live.command}` (process {self.live.pid}) was"
                f" killed after {self.live.updated}: the same command goes on"
            )
        return f"{self.workspace}: nobody works here"

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "workspace": str(self.workspace),
            "holder": asdict(self.holder) if self.holder else None,
            "killed": self.killed,
            "live": self.live.to_json() if self.live else None,
            "finished": list(self.finished),
            "census": {name: asdict(one) for name, one in self.censuses.items()},
            "pictures": dict(self.pictures),
            "last": dict(self.last.report) if self.last else None,
        }


def read_status(place: Workspace) -> Status:
    """Return how far the work in a workspace is, and change nothing; UsageError where there is none."""
    if not place.root.is_dir():
        raise UsageError(f"{place.root} is no workspace: name it with --workspace")
    status = Status(place.root, place.holder(), read_status_file(place.root))
    with place.peek() as (store, images):
        if store is not None:
            names = store.sources()
            status = replace(
                status,
                finished=tuple(name for name in names if store.finished(name)),
                censuses={name: store.census(name) for name in names},
                last=next(iter(store.receipts()), None),
            )
        return replace(status, pictures=images.counts()) if images is not None else status
