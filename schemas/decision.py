"""Judgements of people: what is asked of them (a candidate), and what they decided (a decision)."""

import re
from typing import Any

import pyarrow as pa

from schemas.columns import meaning, noun
from schemas.errors import UsageError

DECISION = noun(
    ("kind", pa.string(), "What it is about: artist, type, material, technique, work, or artwork."),
    ("action", pa.string(), "See schemas.decision.ACTIONS."),
    (
        "subject",
        pa.string(),
        "Who or what: an artist's id, LANGUAGE:WORD in small letters (nl:fabeliet), or an artwork's id (source:source_id).",
    ),
    (
        "object",
        pa.string(),
        "The other artist or artwork, the new name or term, or COLUMN=VALUE (see SETTABLE); empty for reject.",
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
    "set": "a column of an artwork has this value, whatever the rules say, and what hangs on it follows",
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
    (
        "subject",
        pa.string(),
        "As in a decision; of a term: the word alone, in the language that its evidence tells.",
    ),
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
    (
        "applied",
        pa.bool_(),
        "Very sure; false: proposed for review, and kept on one side of the splits all the same until decided.",
    ),
)

SETTABLE = {
    "artist": "the label of an artist, or nothing: nobody is to be named",
    "years": "FIRST/LAST or one year, BCE below zero; an end left empty is not known",
    "artwork_types": "types, with semicolons between them",
    "coarse_type": "one of the coarse types (vocab/coarse_types.csv)",
    "materials": "materials, with semicolons between them",
    "techniques": "techniques, with semicolons between them",
}
"""What can be set of an artwork; ids, status, century, period and the like follow from these."""

READ_FOR = {
    "artist": "maker",
    "years": "year_first",
    "materials": "material_terms",
    "techniques": "technique_terms",
    "artwork_types": "type_terms",
    "coarse_type": "type_terms",
}
"""What is set, to the column whose rule reads the museum's words for it: what a decision on the first rests on."""

LISTS = {"artwork_types": "type", "materials": "material", "techniques": "technique"}
"""What is set to a list of terms, and the kind of these."""

LATEST_YEAR = 2100
_YEAR = re.compile(r"-?[1-9][0-9]{0,5}")
_OF_YEARS = ("year_first", "year_last", "year", "century", "period", "circa", "date_precision")


def parse_setting(text: str) -> tuple[str, Any]:
    """Return what is set and its value, which COLUMN=VALUE, the object of the action ``set``, stands for.

    The terms of a list stand between semicolons, and of years come the first and the last. Nothing after the sign
    is null, of a list an empty one. Whether a vocabulary has the terms is not looked at. Raises UsageError for
    what cannot be set.

    >>> parse_setting("materials=oak; oil paint"), parse_setting("artist=")
    (('materials', ['oak', 'oil paint']), ('artist', None))
    >>> parse_setting("years=-450/-440"), parse_setting("years=1650"), parse_setting("years=1650/")
    (('years', (-450, -440)), ('years', (1650, 1650)), ('years', (1650, None)))
    """
    name, sign, value = text.partition("=")
    if not sign:
        raise UsageError(f"{text!r} sets nothing: write COLUMN=VALUE, such as artist=Jan Steen")
    if name not in SETTABLE:
        instead = "write years=FIRST/LAST" if name in _OF_YEARS else f"{', '.join(SETTABLE)} can"
        raise UsageError(f"{name!r} cannot be set: {instead}, and what hangs on it follows")
    if value != value.strip():
        raise UsageError(f"{text!r}: leave no blanks around the value")
    if name in LISTS:
        terms = (term for part in value.split(";") if (term := part.strip()))
        return name, list(dict.fromkeys(terms))
    return name, _years(value) if name == "years" else value or None


def _years(text: str) -> tuple[int | None, int | None]:
    """Return first and last year of FIRST/LAST."""
    ends = text.split("/") if "/" in text else [text, text]
    if len(ends) != 2 or not all(not end or _YEAR.fullmatch(end) for end in ends):
        raise UsageError(
            f"years cannot be {text!r}: write FIRST/LAST or one year, such as 1650/1660, -450 or 1650/"
        )
    first, last = (int(end) if end else None for end in ends)
    if first is not None and last is not None and first > last:
        raise UsageError(f"years cannot be {text!r}: {first} is after {last}")
    if max(first or 0, last or 0) > LATEST_YEAR:
        raise UsageError(f"years cannot be {text!r}: no artwork is of after {LATEST_YEAR}")
    return first, last


def term_subject(language: str, term: str) -> str:
    """Return the subject of a decision on a museum's word.

    >>> term_subject("nl", "fabeliet"), term_subject("", "fabeliet")
    ('nl:fabeliet', ':fabeliet')
    """
    return f"{language}:{term}"


def parse_term(subject: str) -> tuple[str, str]:
    """Return the language and the word that the subject of a decision on a word names.

    >>> parse_term("zh-hans:瓷: 青花"), parse_term(":fabeliet")
    (('zh-hans', '瓷: 青花'), ('', 'fabeliet'))
    """
    language, sign, term = subject.partition(":")
    if not sign or not term:
        raise UsageError(
            f"{subject!r} names no word of a language: write LANGUAGE:WORD, such as nl:fabeliet"
        )
    return language, term
