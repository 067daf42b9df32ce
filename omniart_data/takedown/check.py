"""What still names an artwork that was taken down, wherever a workspace keeps anything."""

from collections.abc import Iterator
from dataclasses import dataclass

from crawlers.engine.image_store import ImageStore
from crawlers.engine.store import RawStore
from omniart_data.release import Release
from omniart_data.takedown import traces
from omniart_data.takedown.journal import read_journal
from omniart_data.takedown.purge import decisions_about
from omniart_data.takedown.tombstones import Tombstone, split_id
from omniart_data.workspace import Workspace

SHOWS_DROPPED = frozenset({"report.html"})
"""Texts of a release that show dropped records by their ids."""


@dataclass(frozen=True)
class Left:
    """One thing that names the artwork; ``allowed``: it is meant to."""

    where: str
    what: str
    allowed: bool = False

    def line(self) -> str:
        """Return it as a line of text."""
        return f"{'kept' if self.allowed else 'left'}: {self.where}: {self.what}"


def left_of(
    workspace: Workspace,
    stone: Tombstone,
    stores: tuple[RawStore | None, ImageStore | None],
    bulk: tuple[str, ...] = (),
) -> list[Left]:
    """Return all that names an artwork or a picture that was its alone; sound where all of it is allowed."""
    named = traces.Named(stone.id, stone.pictures)
    found = [Left("decisions/takedown.csv", "its tombstone", allowed=True)]
    found += [
        Left(name, "the bulk file may hold it; builds drop it", allowed=True) for name in bulk
    ]
    found += _in_stores(stone, stores)
    for _, release in traces.releases(workspace):
        found += _in_release(release, named)
    found += _in_folders(workspace, stone, named)
    return found


def _in_stores(
    stone: Tombstone, stores: tuple[RawStore | None, ImageStore | None]
) -> Iterator[Left]:
    store, images = stores
    if store is not None:
        for table, rows in store.mentions(*split_id(stone.id)).items():
            yield Left("raw store", f"{rows} rows of {table}")
    for sha256 in stone.pictures if images is not None else ():
        if images is not None and (held := images.mentions(sha256)):
            yield Left("image store", f"{sha256} in {', '.join(held)}")


def _in_release(release: Release, named: traces.Named) -> Iterator[Left]:
    name = f"release {release.version}"
    if traces.is_dropped(release, *split_id(named.id)):
        yield Left(name, "dropped.parquet accounts for it", allowed=True)
    for table in traces.in_tables(release, named):
        yield Left(name, f"{table} names it")
    for text in traces.in_texts(release, named):
        shown = text in SHOWS_DROPPED
        yield Left(name, f"{text} {'shows that it was dropped' if shown else 'names it'}", shown)


def _in_folders(workspace: Workspace, stone: Tombstone, named: traces.Named) -> Iterator[Left]:
    root = workspace.root
    for part in traces.feature_parts(root, stone.pictures):
        yield Left(part.relative_to(root).as_posix(), "has features of its picture")
    for decision in decisions_about(workspace.decisions, stone.id):
        yield Left("decisions", f"{decision}")
    for table in traces.predictions_naming(root, named):
        yield Left(table.relative_to(root).as_posix(), "names it: remove that baseline")
    here = {".".join(map(str, version)) for version in workspace.versions()}
    for one in traces.learnt(root):
        if one.version not in here:
            whose = (
                f"{one.version}, which is gone"
                if one.version
                else "a release that it does not name"
            )
            yield Left(one.folder, f"learnt from {whose}: train anew, and remove it")
    if read_journal(root) is not None:
        yield Left("takedown.json", "a takedown was broken off: run the same command again")
