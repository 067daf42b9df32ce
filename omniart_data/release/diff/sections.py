"""A difference as tables with a heading each: what its text and its page both show."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from omniart_data.release.diff.bump import bump_of, reasons
from omniart_data.release.diff.difference import Bump, Difference, Impact, Turns, Works

WHY_SHOWN = 3
"""Reasons that the one line of a bump names."""


@dataclass(frozen=True)
class Section:
    """A table: the first row is its head. ``more``: rows that are left out."""

    heading: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int = 0


def bump_line(change: Difference) -> str:
    """Return in one line which number of the version rises, and why."""
    level = bump_of(change)
    if level == Bump.NONE:
        return f"{change.old} -> {change.new}: nothing differs"
    why = [line for of, line in reasons(change) if of == level]
    cut = [*why[:WHY_SHOWN], *(["..."] if len(why) > WHY_SHOWN else [])]
    return f"{change.old} -> {change.new}: {level.name} ({'; '.join(cut)})"


def sections(change: Difference) -> list[Section]:
    """Return what differs as tables; those that would be empty are left out."""
    rows = tuple(
        (name, f"{works.count:,}", counted(works.by), ", ".join(works.examples))
        for name, works in _works(change)
        if works.count
    )
    parts = [
        Section("Artworks", ("what", "works", "of which", "for example"), rows),
        Section("Moved from split to split", *_turns(change.moved)),
        _labels(change),
        *(Section(f"Column {name}", *_turns(one.turns)) for name, one in change.labels.items()),
        Section("Rights", *_turns(change.rights)),
        Section("Column may_train", *_turns(change.may_train)),
        Section("Artists", ("what", "number", "for example"), tuple(_artists(change))),
        Section("Class index", ("what", "labels", "for example"), tuple(_classes(change))),
        *_impacts(change),
        Section("Columns", ("what", "column"), tuple(_columns(change))),
        Section("Described otherwise", ("what", "works"), tuple(_described(change))),
    ]
    return [one for one in parts if one.rows]


def _works(change: Difference) -> Iterator[tuple[str, Works]]:
    yield "added", change.added
    yield "removed", change.removed
    yield "moved from split to split", Works(change.moved.count)
    yield "came into the splits", change.entered
    yield "left the splits", change.left
    yield "other picture", change.pictures_other
    yield "picture gone", change.pictures_gone
    yield "picture new", change.pictures_new
    yield "rights changed", Works(change.rights.count, _stricter(change.rights))
    yield "may_train changed", Works(change.may_train.count, _stricter(change.may_train))


def _stricter(turns: Turns) -> dict[str, int]:
    return {"stricter": turns.stricter} if turns.stricter else {}


def counted(by: Mapping[str, int]) -> str:
    """Return counts by name in one line.

    >>> counted({"train": 1200, "test": 0})
    'train 1,200'
    """
    return ", ".join(f"{name} {number:,}" for name, number in by.items() if number)


def _turns(turns: Turns) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], int]:
    rows = (
        (one.was or "(none)", one.now or "(none)", f"{one.count:,}", ", ".join(one.examples))
        for one in turns.listed
    )
    return ("was", "is", "works", "for example"), tuple(rows), turns.pairs - len(turns.listed)


def _labels(change: Difference) -> Section:
    head = ("column", "relabelled", "given where there was none", "taken away")
    rows = (
        (name, f"{one.relabelled:,}", f"{one.given:,}", f"{one.taken:,}")
        for name, one in change.labels.items()
        if one.turns.count
    )
    return Section("Labels", head, tuple(rows))


def _artists(change: Difference) -> Iterator[tuple[str, ...]]:
    artists = change.artists
    for what, one in (
        ("renamed", artists.renamed),
        ("merged into another", artists.merged),
        ("given another id", artists.given_another_id),
    ):
        if one.count:
            yield what, f"{one.count:,}", ", ".join(one.examples)
    if artists.by_another.count:
        works = artists.by_another
        yield "works by another than before", f"{works.count:,}", ", ".join(works.examples)


def _classes(change: Difference) -> Iterator[tuple[str, ...]]:
    classes = change.classes
    for what, one in (
        ("new", classes.new),
        ("retired", classes.retired),
        ("with works again", classes.returned),
        ("renamed", classes.renamed),
        ("removed from the index", classes.removed),
    ):
        if one.count:
            yield what, f"{one.count:,}", ", ".join(one.examples)


def _impacts(change: Difference) -> Iterator[Section]:
    for task, impacts in change.impact.items():
        rows = tuple(_impact(one) for one in impacts.listed)
        head = ("class", *(impacts.listed[0].was if impacts.listed else ()))
        yield Section(f"Classes of {task}", head, rows, impacts.classes - len(rows))


def _impact(one: Impact) -> tuple[str, ...]:
    cells = (
        f"{one.was[split]:,}" if not change else f"{one.was[split]:,} -> {one.now[split]:,}"
        for split, change in one.change.items()
    )
    return (one.label, *cells)


def _columns(change: Difference) -> Iterator[tuple[str, ...]]:
    columns = change.columns
    for what, names in (
        ("added", columns.added),
        ("removed", columns.removed),
        ("of another type", columns.retyped),
    ):
        yield from ((what, name) for name in names)


def _described(change: Difference) -> Iterator[tuple[str, ...]]:
    yield from ((f"column {name}", f"{number:,}") for name, number in change.described.items())
    yield from ((f"{name}.parquet", "") for name in change.tables)
