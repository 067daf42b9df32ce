"""Decisions on the disk: one CSV file for each kind, made to be reviewed in git."""

import csv
import fcntl
import io
import os
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from crawlers.engine.database import disk_error
from omniart_data.normalise.decisions import Decision
from schemas.decision import DECISION, KINDS, parse_setting, parse_term
from schemas.errors import UsageError

HEADER = tuple(name for name in DECISION.names if name != "kind")
"""The columns of a file; the kind is its name."""

PAIR_ACTIONS = frozenset({"merge", "keep apart"})
TERM_KINDS = frozenset({"type", "material", "technique"})

TOMBSTONES = "takedown.csv"
"""The file beside them that says what was taken down (``omniart_data.takedown``): not of this form."""

LONGEST = 4000
"""Characters of a cell: a longer one is no line that anybody reviews."""

_UNPRINTED = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of writing: with them a line of a diff reads otherwise than it is."""


@dataclass(frozen=True)
class Put:
    """A decision as its file holds it now, and the one whose place it took."""

    decision: Decision
    replaced: Decision | None = None


def read_decisions(folder: Path) -> tuple[Decision, ...]:
    """Return all decisions of a folder, sorted; a file that is not there holds none.

    Raises UsageError, which names file and line, for what is no decision and for two that contradict each other
    or say the same.
    """
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in KINDS and path.name != TOMBSTONES:
            raise UsageError(f"{path} is no file of decisions: they are {', '.join(KINDS)}.csv")
    return tuple(sorted(one for kind in KINDS for one in _read(path_of(folder, kind), kind)))


def put_decision(folder: Path, decision: Decision) -> Put:
    """Write a decision into its file, in place of an earlier one about the same."""
    new = as_written(decision)
    with _alone(folder):
        held = _read(path_of(folder, new.kind), new.kind)
        earlier = next((one for one in held if about(one) == about(new)), None)
        if earlier != new:
            _write(path_of(folder, new.kind), [*(one for one in held if one != earlier), new])
    return Put(new, earlier)


def take_back(folder: Path, decision: Decision, *, instead: Decision | None = None) -> None:
    """Take a decision out of its file, and put ``instead``, which it had replaced, back there.

    Raises UsageError where the file has another one or none by now.
    """
    path = path_of(folder, decision.kind)
    with _alone(folder):
        held = _read(path, decision.kind)
        if decision not in held:
            raise UsageError(f"{path} does not hold this decision any more: it was changed since")
        left = [one for one in held if one != decision]
        _write(path, left if instead is None else [*left, instead])


def as_written(decision: Decision) -> Decision:
    r"""Return a decision as a file holds it: a pair in order, reason and new name without control characters.

    Raises UsageError for one that no file can hold: names of things are never changed.

    >>> found = as_written(Decision("artist", "merge", "ulan:2", "ulan:1", "one\nman", "e"))
    >>> found.subject, found.object, found.reason
    ('ulan:1', 'ulan:2', 'one man')
    """
    _check_action(decision)
    pair = decision.action in PAIR_ACTIONS
    subject, other = decision.subject, decision.object if pair else clean(decision.object)
    if pair and other and subject > other:
        subject, other = other, subject
    new = replace(
        decision,
        subject=subject,
        object=other,
        reason=clean(decision.reason),
        evidence=clean(decision.evidence),
    )
    _check_cells(new)
    return new


def clean(text: str) -> str:
    r"""Return a text of a person for one line: control characters are blanks, and there are none at its ends.

    >>> clean("same\r\nsitter\u202e ")
    'same  sitter'
    """
    return "".join(" " if _unprinted(one) else one for one in text).strip()


def about(decision: Decision) -> tuple[str, ...]:
    """Return what a decision is about: two of a file about the same are one too many.

    A term's subject is a word of one language; an artwork is set column by column.
    """
    if decision.action in PAIR_ACTIONS:
        return decision.kind, "pair", *sorted((decision.subject, decision.object))
    if decision.action == "set":
        return decision.kind, "set", decision.subject, decision.object.partition("=")[0]
    return decision.kind, "name", decision.subject


def _unprinted(character: str) -> bool:
    return unicodedata.category(character) in _UNPRINTED or character in _TURNING


def _check_action(decision: Decision) -> None:
    if decision.kind not in KINDS:
        raise UsageError(f"{decision.kind!r} is no kind of decision: {', '.join(KINDS)} are")
    if decision.action not in KINDS[decision.kind]:
        known = ", ".join(KINDS[decision.kind])
        raise UsageError(f"{decision.kind} knows no action {decision.action!r}: only {known}")


def _check_cells(decision: Decision) -> None:
    for name in ("subject", "object"):
        cell = getattr(decision, name)
        if cell != clean(cell):
            raise UsageError(
                f"the {name} {cell!r} cannot be written on one line: leave it as it is"
            )
    for name in ("subject", "reason"):
        if not getattr(decision, name):
            raise UsageError(f"a decision has a {name}: give one")
    if bool(decision.object) == (decision.action == "reject"):
        what = (
            "no object"
            if decision.action == "reject"
            else f"an object, {_OBJECTS[decision.action]}"
        )
        raise UsageError(f"{decision.action} takes {what}")
    for name in HEADER:
        if len(getattr(decision, name)) > LONGEST:
            raise UsageError(f"{name} has more than {LONGEST:,} characters: shorten it")
    _check_meaning(decision)


def _check_meaning(decision: Decision) -> None:
    if decision.action in PAIR_ACTIONS and decision.subject == decision.object:
        raise UsageError(f"{decision.action} takes two: {decision.subject} is given twice")
    if decision.action == "set":
        parse_setting(decision.object)
    if decision.kind in TERM_KINDS:
        parse_term(decision.subject)


_OBJECTS = {
    "merge": "the other one's id",
    "keep apart": "the other one's id",
    "rename": "the new name",
    "set": "COLUMN=VALUE",
}


def path_of(folder: Path, kind: str) -> Path:
    """Return the file that holds the decisions of a kind."""
    return folder / f"{kind}.csv"


def _read(path: Path, kind: str) -> list[Decision]:
    """Return the decisions of one file."""
    found: dict[tuple[str, ...], tuple[int, Decision]] = {}
    for number, cells in _rows(path):
        try:
            decision = as_written(Decision(kind, *cells))
        except UsageError as wrong:
            raise UsageError(f"{path}:{number}: {wrong}") from wrong
        line, earlier = found.setdefault(about(decision), (number, decision))
        if line != number:
            same = (earlier.action, earlier.object) == (decision.action, decision.object)
            how = "says again what is in" if same else "contradicts"
            raise UsageError(f"{path}:{number}: {how} line {line}: delete one of them")
    return [decision for _, decision in found.values()]


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows below the header, each with the number of its line."""
    lines = _text(path).split("\n")
    if lines == [""]:
        return
    if lines[-1] == "":
        lines.pop()
    for number, line in enumerate(lines, 1):
        try:
            (cells,) = csv.reader([line.removesuffix("\r")], strict=True) if line else ([],)
        except csv.Error as wrong:
            raise UsageError(f"{path}:{number}: no row of a CSV file ({wrong}): mend it") from wrong
        if number == 1:
            if tuple(cells) != HEADER:
                raise UsageError(f"{path}:1: the header must be {','.join(HEADER)}")
        elif len(cells) != len(HEADER):
            raise UsageError(
                f"{path}:{number}: {len(cells)} cells where there are {len(HEADER)}: mend it"
            )
        else:
            yield number, cells


def _text(path: Path) -> str:
    """Return what a file holds; nothing where there is none."""
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise disk_error(path, error) from error
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        number = body.count(b"\n", 0, wrong.start) + 1
        raise UsageError(f"{path}:{number}: not UTF-8: save it as that") from wrong


def _write(path: Path, decisions: Iterable[Decision]) -> None:
    """Write a file under a temporary name, wait until it is on the disk, and give it its own."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    rows: list[list[str]] = [[getattr(one, name) for name in HEADER] for one in decisions]
    rows.sort(key=_order)
    writer.writerows(rows)
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("wb") as file:
            file.write(text.getvalue().encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise disk_error(path, error) from error


def _order(row: list[str]) -> tuple[str, str, list[str]]:
    """Return by what rows are sorted: what is said of one subject stands together."""
    return row[1], row[2], row


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time change the files of a folder; a renaming is on the disk at the end."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise disk_error(folder, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        os.fsync(handle)
    finally:
        os.close(handle)
