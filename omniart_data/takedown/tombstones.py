"""Tombstones: which artworks were taken down and why, in ``decisions/takedown.csv``, made to be reviewed in git."""

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from crawlers.engine.database import disk_error
from omniart_data.decision_files import LONGEST, TOMBSTONES, clean
from schemas.errors import UsageError
from schemas.release import SPLITS

HEADER = ("id", "state", "splits", "pictures", "reason")
DOWN, LIFTED = STATES = ("down", "lifted")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, order=True)
class Tombstone:
    """One artwork that was taken down; a lifted one is kept, for it remembers the artwork's split."""

    id: str
    state: str
    splits: tuple[str, ...]
    """Every split that it was ever given, the last one last: should it return, it goes there again."""
    pictures: tuple[str, ...]
    """SHA-256 of pictures that were its alone, sorted: by them a check finds what came back."""
    reason: str

    @property
    def is_down(self) -> bool:
        """Say whether builds drop it."""
        return self.state == DOWN


def read_tombstones(folder: Path) -> dict[str, Tombstone]:
    """Return all tombstones of a folder of decisions by id; a file that is not there holds none.

    Raises UsageError, which names file and line, for what is no tombstone and for a second one of an artwork.
    """
    path = folder / TOMBSTONES
    found: dict[str, Tombstone] = {}
    for number, cells in _rows(path):
        try:
            one = _parsed(cells)
        except UsageError as wrong:
            raise UsageError(f"{path}:{number}: {wrong}") from None
        if found.setdefault(one.id, one) is not one:
            raise UsageError(f"{path}:{number}: {one.id} has a line already: delete one of them")
    return dict(sorted(found.items()))


def put_tombstone(folder: Path, tombstone: Tombstone) -> None:
    """Write a tombstone, in place of the one that the artwork had; whoever calls holds the workspace."""
    held = read_tombstones(folder)
    cells = _cells(tombstone)
    _parsed(cells)
    if held.get(tombstone.id) != tombstone:
        _write(folder / TOMBSTONES, (held | {tombstone.id: tombstone}).values())


def reasons_of(tombstones: Mapping[str, Tombstone]) -> dict[str, str]:
    """Return why each artwork that is down was taken down."""
    return {one.id: one.reason for one in tombstones.values() if one.is_down}


def with_reason(before: str, reason: str) -> str:
    """Return the reasons of a tombstone with one more: none is ever lost, and the same is not said twice.

    >>> with_reason("the heirs asked", "lifted: settled"), with_reason("asked; lifted", "asked")
    ('the heirs asked; lifted: settled', 'asked; lifted')
    """
    if f"; {reason}; " in f"; {before}; ":
        return before
    return "; ".join(filter(None, (before, reason)))


def split_id(artwork: str) -> tuple[str, str]:
    """Return source and source_id of an artwork's id; raise UsageError where it has not both.

    >>> split_id("wga:../../x:1")
    ('wga', '../../x:1')
    """
    source, colon, source_id = artwork.partition(":")
    if not (source and colon and source_id):
        raise UsageError(f"{artwork!r} is no artwork's id: write SOURCE:ID, such as met:436535")
    return source, source_id


def _parsed(cells: list[str]) -> Tombstone:
    artwork, state, splits, pictures, reason = cells
    split_id(artwork)
    if any(cell != clean(cell) for cell in cells):
        raise UsageError("a cell cannot be written on one line: leave out control characters")
    if state not in STATES:
        raise UsageError(f"the state is {state!r}: only {' and '.join(STATES)} are")
    if wrong := [one for one in splits.split() if one not in SPLITS]:
        raise UsageError(f"{wrong[0]!r} is no split: only {', '.join(SPLITS)} are")
    if wrong := [one for one in pictures.split() if not _SHA256.fullmatch(one)]:
        raise UsageError(f"{wrong[0]!r} is no SHA-256 of a picture")
    if not reason:
        raise UsageError("a tombstone has a reason: write why")
    if len(reason) > LONGEST:
        raise UsageError(f"the reason has more than {LONGEST:,} characters: shorten it")
    held = tuple(sorted(set(pictures.split())))
    return Tombstone(artwork, state, tuple(splits.split()), held, reason)


def _cells(one: Tombstone) -> list[str]:
    return [one.id, one.state, " ".join(one.splits), " ".join(one.pictures), one.reason]


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows below the header, each with the number of its line."""
    for number, line in enumerate(_text(path).removesuffix("\n").split("\n"), 1):
        if number == 1 and not line:
            return
        try:
            (cells,) = csv.reader([line.removesuffix("\r")], strict=True) if line else ([],)
        except (csv.Error, ValueError) as wrong:
            raise UsageError(f"{path}:{number}: no row of a CSV file ({wrong}): mend it") from wrong
        if number == 1:
            if tuple(cells) != HEADER:
                raise UsageError(f"{path}:1: the header must be {','.join(HEADER)}")
        elif len(cells) != len(HEADER):
            cells_there = f"{len(cells)} cells where there are {len(HEADER)}"
            raise UsageError(f"{path}:{number}: {cells_there}: mend it")
        else:
            yield number, cells


def _text(path: Path) -> str:
    try:
        body = path.read_bytes()
        return body.decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise disk_error(path, error) from error
    except UnicodeDecodeError as wrong:
        number = body.count(b"\n", 0, wrong.start) + 1
        raise UsageError(f"{path}:{number}: not UTF-8: save it as that") from wrong


def _write(path: Path, tombstones: Iterable[Tombstone]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(map(_cells, sorted(tombstones)))
    write_whole(path, text.getvalue().encode())


def write_whole(path: Path, body: bytes) -> None:
    """Write a small file under a temporary name, and give it its own once it is on the disk."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise disk_error(path, error) from error
