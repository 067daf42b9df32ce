"""Where a workspace names an artwork or its picture: releases table by table, features, baselines."""

import html
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from omniart_data.release import Release, open_release
from omniart_data.workspace import Version, Workspace
from schemas.errors import ReleaseError

FEATURES = "features"
LEARNT = ("baselines", "trained", "comparisons")
"""Folders of a workspace in which networks and what they answer lie, by version of their release."""

MADE_WITH = "made_with.json"
_OF_VERSION = re.compile(r"\.?(\d+\.\d+\.\d+)(\..*)?")
ARROW = ".arrow"
_IN_ROWS = ["id", "group", "image_sha256"]


@dataclass(frozen=True)
class Named:
    """What is looked for: an artwork's id, and SHA-256 of pictures."""

    id: str
    pictures: Collection[str] = ()

    def is_in(self, text: str) -> bool:
        """Say whether a text names it; a longer id that begins with this one is another.

        >>> Named("met:7").is_in('"met:7"'), Named("met:7").is_in("met:71"), Named("met:7").is_in("x-met:7")
        (True, False, False)
        """
        if any(sha256 in text for sha256 in self.pictures):
            return True
        return self.id in text and bool(self._id.search(text))

    @property
    def _id(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w:./-]){re.escape(self.id)}(?![\w/-]|[.:]\w)")


def releases(workspace: Workspace) -> Iterator[tuple[Version, Release]]:
    """Yield the releases of a workspace, the oldest first."""
    for version in workspace.versions():
        yield version, open_release(workspace.release(".".join(map(str, version))))


def in_tables(release: Release, named: Named) -> list[str]:
    """Return the tables of a release that name something, but for ``dropped``, which has to."""
    found = []
    if any(_texts_name(release.table(columns=_IN_ROWS)[name], named) for name in _IN_ROWS):
        found.append("data")
    for path in sorted(release.manifest.files):
        name = path.removesuffix(".parquet")
        if path == f"{name}.parquet" and "/" not in path and name != "dropped":
            table = release.side_table(name)
            if any(_texts_name(column, named) for column in table.columns):
                found.append(name)
    return found


def in_texts(release: Release, named: Named) -> list[str]:
    """Return the texts of a release (card, changelog, facts ...) that name something."""
    found = []
    for path in sorted(release.manifest.files):
        if not path.endswith(".parquet"):
            try:
                text = (release.folder / path).read_text(encoding="utf-8", errors="replace")
            except OSError as error:
                raise ReleaseError(f"{release.folder / path} cannot be read") from error
            if named.is_in(text) or named.is_in(html.unescape(text)):
                found.append(path)
    return found


def is_dropped(release: Release, source: str, source_id: str) -> bool:
    """Say whether a release has a dropped record of an artwork."""
    dropped = release.side_table("dropped")
    same = pc.and_(pc.equal(dropped["source"], source), pc.equal(dropped["source_id"], source_id))
    return bool(pc.any(same).as_py())


def rows_of(release: Release, artwork: str) -> list[dict[str, Any]]:
    """Return an artwork's row: id, split, picture and its address; none where the release has it not."""
    rows = release.table(columns=["id", "split", "image_sha256", "image_url"])
    return list(rows.filter(pc.equal(rows["id"], artwork)).to_pylist())


def used_by_others(release: Release, artwork: str, column: str) -> set[str]:
    """Return the pictures, or their addresses, that other artworks of a release have."""
    rows = release.table(columns=["id", column])
    others = rows.filter(pc.not_equal(rows["id"], artwork))
    return set(pc.unique(others[column]).to_pylist()) - {None, ""}


def feature_parts(root: Path, pictures: Collection[str]) -> list[Path]:
    """Return the files of features that hold one of some pictures: those that builds read, and the cache's.

    The cache's are Arrow files; those of older versions, and those that builds read, are Parquet.
    """
    folder = root / FEATURES
    parts = [*root.glob("*.parquet"), *folder.rglob("*.parquet"), *folder.rglob(f"*{ARROW}")]
    return list(_holding(parts, lambda part: _has_picture(part, pictures)))


def read_features(part: Path) -> pa.Table:
    """Return a file of features, of either form; raises pa.ArrowException and OSError."""
    if part.suffix != ARROW:
        return pq.read_table(part)
    with pa.memory_map(str(part)) as file:
        return pa.ipc.open_file(file).read_all()


@dataclass(frozen=True)
class Learnt:
    """A folder of what was learnt from a release, relative to the workspace; ``version`` is empty where it names none."""

    folder: str
    version: str


def learnt(root: Path) -> list[Learnt]:
    """Return every folder of what was learnt, sorted: baselines, networks, comparisons, and what broken-off runs have kept.

    ``.1.0.0.answers`` is of 1.0.0 as ``1.0.0`` is. One of another name is of the release that it says it was made with.
    """
    folders = (one for kind in LEARNT if (root / kind).is_dir() for one in (root / kind).iterdir())
    found = (one for one in folders if one.is_dir())
    return sorted(
        (Learnt(one.relative_to(root).as_posix(), _version_of(one)) for one in found),
        key=lambda one: one.folder,
    )


def _version_of(folder: Path) -> str:
    named = _OF_VERSION.fullmatch(folder.name)
    if named:
        return named[1]
    try:
        told = json.loads((folder / MADE_WITH).read_bytes())
    except (OSError, ValueError):
        return ""
    return str(told.get("release", "")) if isinstance(told, dict) else ""


def predictions_naming(root: Path, named: Named) -> list[Path]:
    """Return the tables of what was learnt that name something."""

    def names(path: Path) -> bool:
        table = pq.read_table(path)
        return any(_texts_name(column, named) for column in table.columns)

    tables = (path for kind in LEARNT for path in (root / kind).rglob("*.parquet"))
    return list(_holding(tables, names))


def _holding(paths: Iterable[Path], holds: Callable[[Path], bool]) -> Iterator[Path]:
    for path in sorted(paths):
        try:
            if holds(path):
                yield path
        except (pa.ArrowException, OSError) as damaged:
            raise ReleaseError(
                f"{path} cannot be read: remove it, it can be made again"
            ) from damaged


def _has_picture(part: Path, pictures: Collection[str]) -> bool:
    if not pictures:
        return False
    if part.suffix == ARROW:
        held = read_features(part)["image_sha256"]  # mapped: nothing else is read
    elif "image_sha256" in pq.read_schema(part).names:
        held = pq.read_table(part, columns=["image_sha256"])["image_sha256"]
    else:
        return False
    return bool(pc.any(pc.is_in(held, value_set=pa.array(sorted(pictures), pa.string()))).as_py())


def _texts_name(column: "pa.ChunkedArray[Any]", named: Named) -> bool:
    """Say whether a text anywhere in a column, however deep, names something."""
    for texts in _texts(column):
        for needle in (named.id, *sorted(named.pictures)):
            hits = texts.filter(pc.fill_null(pc.match_substring(texts, needle), False))  # noqa: FBT003
            if any(named.is_in(str(text)) for text in hits.to_pylist()):
                return True
    return False


def _texts(column: Any) -> Iterator[Any]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        yield from _texts(column.cast(kind.value_type))
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        yield column
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _texts(pc.list_flatten(column))
    elif pa.types.is_struct(kind):
        for field in kind:
            yield from _texts(pc.struct_field(column, field.name))


def splits_of(workspace: Workspace, artwork: str) -> tuple[str, ...]:
    """Return every split that an artwork was given, by the ledgers of the releases, the last one last."""
    given: list[str] = []
    for _, release in releases(workspace):
        ledger = release.ledger
        for split in ledger.filter(pc.equal(ledger["id"], artwork))["split"].to_pylist():
            if split not in given[-1:]:
                given.append(str(split))
    return tuple(given)
