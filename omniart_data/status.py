"""How far the work in a workspace is: a small file while a command runs, the stores and receipts always."""

import json
import logging
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from crawlers.engine.census import Census
from crawlers.engine.database import Database
from crawlers.engine.image_store import APPLICATION_ID, FORMAT, ImageStore
from crawlers.engine.store import Receipt
from crawlers.engine.wanted import utc_now
from omniart_data.run_state import RunState, moment
from omniart_data.workspace import Holder, Workspace
from schemas.errors import StoreError, UsageError

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

    @contextmanager
    def telling(self, command: str) -> Iterator[None]:
        """Leave word of why the block ended, where the disk or a store ended it.

        On a full disk there is room for that: the file that was there before is gone.
        """
        started = utc_now()
        try:
            yield
        except StoreError as error:
            self.show(RunState(command, os.getpid(), started, utc_now(), failure=str(error)))
            raise

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
    picture_reasons: Sequence[tuple[str, str, int]] = ()
    """How many were quarantined, or failed, for each reason."""
    crawled: str = ""
    """The command line of the last crawl; empty: there was none."""
    last: Receipt | None = None
    """The receipt of the last run."""

    @property
    def killed(self) -> bool:
        """Return whether the last command did not get to say that it ended."""
        return self.live is not None and self.holder is None and not self.live.failure

    @property
    def goes_on(self) -> str:
        """Return the command that goes on with what the last one left."""
        told = self.live.command if self.live else ""
        return f"`{told}`" if " " in told else "the same command"

    def crawl_of(self, names: Sequence[str]) -> str:
        """Return the command line that goes on with the crawl of some sources, reached as they were last."""
        words = _words(self.crawled)
        if words[:2] != ["omniart-data", "crawl"]:
            return shlex.join(["omniart-data", "crawl", *names, "--workspace", str(self.workspace)])
        options = [number for number, word in enumerate(words) if word.startswith("-")]
        return shlex.join([*words[:2], *names, *words[min(options, default=len(words)) :]])

    @property
    def sentence(self) -> str:
        """Return in a sentence who works there."""
        if self.holder is not None:
            return f"{self.workspace}: {str(self.holder).removeprefix('another ')} works here"
        if self.live is not None:
            told, at = self.live, moment(self.live.updated)
            how = f"ended at {at}: {told.failure}" if told.failure else f"was killed after {at}"
            name = (_words(told.command)[1:2] or [told.command])[0]
            return (
                f"{self.workspace}: nobody works here; `{name}` (process {told.pid}) {how};"
                f" {self.goes_on} goes on from here"
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
            "picture_reasons": [list(one) for one in self.picture_reasons],
            "last": dict(self.last.report) if self.last else None,
        }


def _words(command: str) -> list[str]:
    """Return the words of a command line; none where it is no line that a shell reads."""
    try:
        return shlex.split(command)
    except ValueError:
        return []


def read_status(place: Workspace) -> Status:
    """Return how far the work in a workspace is, and change nothing; UsageError where there is none."""
    if not place.root.is_dir():
        raise UsageError(f"{place.root} is no workspace: name it with --workspace")
    status = Status(place.root, place.holder(), read_status_file(place.root))
    with place.peek() as (store, images):
        if store is not None:
            names, receipts = store.sources(), store.receipts()
            status = replace(
                status,
                finished=tuple(name for name in names if store.finished(name)),
                censuses={name: store.census(name) for name in names},
                crawled=next(filter(None, map(_crawl_line, receipts)), ""),
                last=next(iter(receipts), None),
            )
        if images is None:
            return status
        return replace(status, pictures=images.counts(), picture_reasons=_picture_reasons(images))


_REASONS = (
    "SELECT status, reason, count(*) FROM outcome WHERE status IN ('quarantined', 'failed')"
    " GROUP BY 1, 2 ORDER BY 1 DESC, 3 DESC, 2"
)


def _picture_reasons(images: ImageStore) -> list[tuple[str, str, int]]:
    """Return how many pictures were quarantined, or failed, for each reason, in all runs."""
    path = images.folder / "index.sqlite"
    with (
        Database(
            path, application_id=APPLICATION_ID, form=FORMAT, tables="", read_only=True
        ) as index,
        index.guarded(),
    ):
        return index.connection.execute(_REASONS).fetchall()


def _crawl_line(receipt: Receipt) -> str:
    """Return the command line of a crawl, empty for that of anything else."""
    command = str(receipt.report["command"])
    return command if command.startswith("omniart-data crawl ") else ""
