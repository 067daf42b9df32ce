"""Judgements of people: what is asked of them (a candidate), and what they decided (a decision)."""

import re
from typing import Any

import pyarrow as pa

from schemas.artwork import ARTIST_STATUS, ARTWORK, DATE_PRECISION
from schemas.columns import meaning, noun
from schemas.errors import UsageError

DECISION = noun(
    ("kind", pa.string(), "What it is about: artist, type, material, technique, work, or artwork."),
    ("action", pa.string(), "See schemas.decision.ACTIONS."),
    (
        "subject",
        pa.string(),
        "Who or what: an artist's id, a term in small letters, or an artwork's id (source:source_id).",
    ),
    (
        "object",
        pa.string(),
        "The other artist or artwork, the new name or term, or COLUMN=VALUE (see parse_setting); empty for reject.",
    ),
    ("reason", pa.string(), "Why, in a sentence."),
    (
        "evidence",
        pa.string(),
        "SHA-256 of what the decision rests on, as it was then; where it differs now nothing is applied.",
    ),
)

ACTIONS = {
    "merge": "subject is the same as object: artists under one id, works in one group",
    "keep apart": "subject is not the same as object, and they are not proposed again",
    "rename": "subject is called object: an artist's label, the English term for a museum's word",
    "reject": "subject is none: no person, or a word that says nothing",
    "set": "a column of an artwork has this value, whatever the rules say",
}
"""Values of ``action``."""

KINDS: dict[str, tuple[str, ...]] = {
    "artist": ("merge", "keep apart", "rename", "reject"),
    "type": ("rename", "reject"),
    "material": ("rename", "reject"),
    "technique": ("rename", "reject"),
    "work": ("merge", "keep apart"),
    "artwork": ("set",),
}
"""Kind to the actions that it knows; each kind is a file, decisions/KIND.csv."""

CANDIDATE = noun(
    ("kind", pa.string(), "artist, type, material, technique or work."),
    ("subject", pa.string(), "As in a decision."),
    (
        "object",
        pa.string(),
        "As in a decision; of a term: the known term that it may be a slip for, or empty.",
    ),
    ("subject_label", pa.string(), "What people call the subject: a name, a term, a title."),
    ("object_label", pa.string(), "What people call the object."),
    ("score", pa.float32(), "How alike they are, 0 to 100; 0 for terms without a near one."),
    ("because", pa.string(), "What speaks for it."),
    ("evidence", pa.string(), "SHA-256 of what a decision on it would rest on."),
    ("artworks", pa.int64(), "How many artworks it concerns."),
    ("examples", pa.list_(pa.string()), "Ids of a few of them, the subject's first."),
)

FLAGGED = noun(
    *((column.name, column.type, meaning(column)) for column in DECISION),
    (
        "why",
        pa.string(),
        "Why it was not applied: its evidence has changed, or nothing here is its subject.",
    ),
)

LINK = noun(
    ("a", pa.string(), "An artwork."),
    ("b", pa.string(), "Another artwork, of greater id."),
    ("because", pa.string(), "The evidence: same inventory number, artist and title, picture ..."),
    ("score", pa.float32(), "How sure it is that both are one work, 0 to 100."),
    ("applied", pa.bool_(), "Both are one group for the splits; false: proposed for review."),
)

READ_FOR = {
    "materials": "material_terms",
    "techniques": "technique_terms",
    "artwork_types": "type_terms",
    "coarse_type": "type_terms",
}
"""Column to the one whose rule reads the museum's words for it: what a decision on the first rests on."""

_VALUES = {"artist_status": ARTIST_STATUS, "date_precision": DATE_PRECISION}
"""Columns whose values are a closed list."""

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def parse_setting(text: str) -> tuple[str, Any]:
    """Return column and value that COLUMN=VALUE, the object of the action ``set``, stands for.

    The value is plain text; the terms of a list stand between semicolons. Nothing after the sign is null, of a
    list an empty one. Raises UsageError for a column or a value that an artwork cannot have.

    >>> parse_setting("materials=oak; oil paint"), parse_setting("year_first=-450"), parse_setting("artist=")
    (('materials', ['oak', 'oil paint']), ('year_first', -450), ('artist', None))
    """
    name, sign, value = text.partition("=")
    if not sign:
        raise UsageError(f"{text!r} sets nothing: write COLUMN=VALUE, such as artist=Jan Steen")
    if name not in ARTWORK.names:
        raise UsageError(f"an artwork has no column {name!r}: see docs/columns.md")
    kind = ARTWORK.field(name).type
    if kind == pa.list_(pa.string()):
        return name, [term for part in value.split(";") if (term := part.strip())]
    if pa.types.is_nested(kind):
        raise UsageError(f"{name} cannot be set: only single values and lists of terms can")
    if not value:
        return name, None
    if value != value.strip():
        raise UsageError(f"{text!r}: leave no blanks around the value")
    if name in _VALUES and value not in _VALUES[name]:
        raise UsageError(f"{name} cannot be {value!r}: it is one of {', '.join(_VALUES[name])}")
    return name, _value(name, kind, value)


def _value(name: str, kind: pa.DataType, text: str) -> Any:
    """Return a text as a value of a column's type."""
    value: Any = text
    if pa.types.is_boolean(kind):
        value = {"true": True, "false": False}.get(text, text)
    elif not pa.types.is_string(kind):
        found = _NUMBER.fullmatch(text[:_LONGEST_NUMBER])
        if found is not None and (not found[1] or pa.types.is_floating(kind)):
            value = float(text) if pa.types.is_floating(kind) else int(text)
    try:
        pa.scalar(value, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        raise UsageError(f"{name} cannot be {text!r}: it is {kind}") from None
    return value


_LONGEST_NUMBER = 40
"""Characters of a number that are read at most."""
