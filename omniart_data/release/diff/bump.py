"""Which number of the version a difference raises, and why: as Croissant and TFDS mean it.

MAJOR: what a network learnt, or a score that was measured, does not hold for the new release. MINOR: there is more,
and what was there is as it was. PATCH: the same data, better described.
"""

import re
from collections.abc import Iterator

from omniart_data.release.diff.difference import Bump, Difference
from schemas.errors import UsageError

FIRST = "1.0.0"
"""The version of a release that follows none."""

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_WORK, _LABEL, _COLUMN = "artwork", "label", "column"
_IDS = "artist_id"
"""Says who an artist is and not what a network is asked: another id for the same label is better described."""


def bump_of(change: Difference) -> Bump:
    """Return which number of the version has to rise."""
    return max((level for level, _ in reasons(change)), default=Bump.NONE)


def reasons(change: Difference) -> list[tuple[Bump, str]]:
    """Return all that makes a version rise, the weightiest first."""
    found = [
        *((Bump.MAJOR, line) for line in _told(_breaking(change))),
        *((Bump.MINOR, line) for line in _told(_more(change))),
        *((Bump.PATCH, line) for line in _told(_described(change))),
    ]
    return sorted(found, key=lambda one: -one[0])


def _told(counted: Iterator[tuple[int, str, str]]) -> Iterator[str]:
    """Yield counts in words: how many, of what, and what became of them."""
    return (
        f"{number:,} {what if number == 1 else f'{what}s'} {became}"
        for number, what, became in counted
        if number
    )


def _breaking(change: Difference) -> Iterator[tuple[int, str, str]]:
    targets = [one for name, one in change.labels.items() if name != _IDS]
    yield change.moved.count, _WORK, "moved from split to split"
    yield change.removed.count, _WORK, "removed"
    yield change.left.count, _WORK, "taken out of the splits"
    yield sum(one.relabelled for one in targets), _LABEL, "changed"
    yield sum(one.taken for one in targets), _LABEL, "taken away"
    yield change.artists.by_another.count, _WORK, "by another artist than before"
    yield change.pictures_other.count, _WORK, "with another picture"
    yield change.pictures_gone.count, _WORK, "without a picture any more"
    yield change.rights.stricter, _WORK, "under stricter rights"
    yield change.may_train.stricter, _WORK, "that fewer may train on"
    yield change.classes.renamed.count, _LABEL, "of the class index renamed"
    yield change.classes.removed.count, _LABEL, "gone from the class index"
    yield len(change.columns.removed), _COLUMN, "removed"
    yield len(change.columns.retyped), _COLUMN, "of another type"


def _more(change: Difference) -> Iterator[tuple[int, str, str]]:
    targets = [one for name, one in change.labels.items() if name != _IDS]
    yield change.added.count, _WORK, "added"
    yield change.entered.count, _WORK, "taken into the splits"
    yield sum(one.given for one in targets), _LABEL, "given where there was none"
    yield change.classes.new.count, _LABEL, "new in the class index"
    yield change.pictures_new.count, _WORK, "with a picture at last"
    yield len(change.columns.added), _COLUMN, "added"


def _described(change: Difference) -> Iterator[tuple[int, str, str]]:
    ids = change.labels.get(_IDS)
    yield change.rights.count - change.rights.stricter, _WORK, "under other rights, no stricter"
    yield change.may_train.count - change.may_train.stricter, _WORK, "that more may train on"
    yield ids.turns.count if ids else 0, _WORK, "with another id of the artist"
    yield len(change.described), _COLUMN, "with other words"
    yield len(change.tables), "side table", "with other lines"


def next_version(previous: str, level: Bump) -> str:
    """Return the version after another; where nothing differs, the next patch: no version is given twice.

    >>> [next_version("1.4.2", level) for level in (Bump.PATCH, Bump.MINOR, Bump.MAJOR)]
    ['1.4.3', '1.5.0', '2.0.0']
    """
    major, minor, patch = numbers(previous)
    if level == Bump.MAJOR:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if level == Bump.MINOR else f"{major}.{minor}.{patch + 1}"


def numbers(version: str) -> tuple[int, int, int]:
    """Return a version as three numbers; raise UsageError for any other text."""
    match = _VERSION.fullmatch(version)
    if match is None:
        raise UsageError(f"{version!r} is not a version: it must be three numbers, such as 1.0.0")
    return int(match[1]), int(match[2]), int(match[3])


def version_after(change: Difference | None, asked: str = "") -> str:
    """Return the version of a release by what differs from the one before (None: there is none).

    Raises UsageError where ``asked`` is less than what differs demands, and names the least that will do.
    """
    if asked:
        numbers(asked)
    if change is None:
        return asked or FIRST
    least = next_version(change.old, bump_of(change))
    if asked and numbers(asked) < numbers(least):
        why = "; ".join(line for level, line in reasons(change) if level == bump_of(change))
        raise UsageError(
            f"{asked} is too low for what differs from {change.old} ({why or 'nothing'}): it must be {least} at least"
        )
    return asked or least
