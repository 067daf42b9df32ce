"""Who made it, as far as the museum has no doubt: the rule for the artist's status."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from omniart_data.normalise.artists import name_key
from omniart_data.normalise.names import (
    is_monogrammist,
    is_named_by_works,
    is_no_person,
    is_unknown,
)
from omniart_data.normalise.rule import Judged, Rule
from omniart_data.normalise.terms import plain
from omniart_data.normalise.vocabulary import vocabulary_rows

_IN_NAME_ONLY_FIRST = frozenset(
    {"da", "naar", "nach", "after", "near", "by", "vals", "faux", "fake", "falso"}
)
_NEVER_IN_NAMES = frozenset(
    {
        "master",
        "meester",
        "term",
        "school",
        "scuola",
        "école",
        "schule",
        "miniaturist",
        "icon painter",
    }
)
_NOT_QUALIFIERS = frozenset({"unknown", "undetermined", "notname", "monogram", "manufactory"})
_LIFE = re.compile(
    r"[\s,(]*(?:(?:[A-Z][\w-]+,?\s*)?(?:active|ca\.|late|early|mid|born|died|\d|first|second|third|half|c\.)"
    r"[\w\s.,/()–;?-]*|[A-Z][a-zé-]+(?:ese|ish|an|ch|k|ean)?)[\s),]*"
)
"""A Met suffix that is no qualifier: "Chinese, 18th century", ", 16th century", "Chinese"."""

_OTHER_PARTS = re.compile(
    r"\b(?:design|publish|print|issu|commission|retail|writ|author|translat|edit|compil|marked|woven in|woven at|"
    r"woven under|direct|sold|for the|drawings? by|drawings formerly|portrait of|cover |related|letters|"
    r"copyright|collection|cartoon|original)",
    re.IGNORECASE,
)
_MADE = re.compile(
    r"(?:[\w -]+\s)?(?:\w+ed|etchings?|painting|miniature|engravings?|[\w ]+) by:?|maker|and|artist|watchmaker:?",
    re.IGNORECASE,
)
_DOUBTED = "a question mark stands in the name"
_DOUBT_IN_NAME = re.compile(r"\(\?\)|\?\)|(?:^|\s)\?|^(?![A-ZÀ-Ý]{3}).*\?$")
"""Not "DELACROIX, Eug?ne", where the WGA has lost a letter (wga.md, section 3.1)."""

_LONGEST = 1000
"""Characters of a name or qualifier that are read: no real one is longer, and a hostile one costs no more."""

_DOUBT = re.compile(r"\?|\(\?\)")
_OR = re.compile(r"(?:^|\s)(?:and/)?or(?:\s|$)|/")
_JOINED = re.compile(r"^and\s+")
_DATES_BEHIND = re.compile(r",\s*\d{4}\s*[-–]\s*\d{4}\s*$")
_SCHOOL = re.compile(
    r".+\b(?:school|workshop|werkplaats|atelier|studio|circle|follower)s?$|school of\b.*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Part:
    """What one maker had to do with the object."""

    name: str
    part: str
    """maker, qualified, model (of a copy, or once thought to be the maker), not a person, anonymous, helper (somebody unknown in another role) or other."""
    qualifier: str = ""
    because: str = ""


def attribute(makers: Sequence[Mapping[str, Any]] | None) -> Judged:
    """Name the maker of undoubted part, if there is exactly one; else say why there is none.

    >>> attribute([{"name": "Rembrandt van Rijn", "role": "Artist", "qualifier": ""}]).value
    ('Rembrandt van Rijn', 'named', '')
    >>> attribute([{"name": "Rubens", "role": "Artist", "qualifier": "Workshop of"}]).value
    (None, 'qualified', 'workshop of')
    >>> attribute([{"name": "anoniem", "role": "", "qualifier": ""}]).value
    (None, 'anonymous', '')

    Somebody in doubt beside a named person leaves it open who made what, and so nobody is named; a model
    ("after Rubens") and an attribution that was given up say nothing of who made this object.

    >>> anonymous = {"name": "anoniem", "role": "", "qualifier": ""}
    >>> attribute([anonymous, {"name": "Rijn, Rembrandt van", "role": "", "qualifier": ""}]).value
    (None, 'several', '')
    """
    parts = [
        part_of(maker["name"] or "", maker["role"] or "", maker["qualifier"] or "")
        for maker in makers or ()
        if (maker["name"] or "").strip()
    ]
    because = "; ".join(dict.fromkeys(part.because for part in parts)) or "no maker given"
    accepted = {name_key(part.name): part.name for part in reversed(parts) if part.part == "maker"}
    in_doubt = any(part.part in _IN_DOUBT for part in parts)
    if len(accepted) == 1 and not in_doubt:
        return Judged((next(iter(accepted.values())), "named", ""), because)
    if accepted:
        return Judged((None, "several", ""), because)
    for part, status in _WITHOUT_ARTIST.items():
        for one in parts:
            if one.part == part:
                return Judged((None, status, one.qualifier), because)
    return Judged((None, "none", ""), because)


_IN_DOUBT = frozenset({"qualified", "not a person", "anonymous"})
"""Parts that somebody had in the making, without our knowing who that is."""

_WITHOUT_ARTIST = {
    "qualified": "qualified",
    "model": "qualified",
    "not a person": "not a person",
    "anonymous": "anonymous",
    "helper": "anonymous",
    "other": "other role",
}
"""Part -> status, the first that occurs decides."""


@cache
def part_of(name: str, role: str, qualifier: str) -> Part:
    """Judge one maker by role, then by qualifier, then by what the name itself says.

    >>> part_of("Rubens, Peter Paul", "Sitter", "").part
    'other'
    >>> part_of("Follower of Francesco Guardi", "Artist", "").qualifier
    'follower of'
    >>> part_of("Lucas Cranach the Elder and Workshop", "Artist", "").qualifier
    'and workshop'
    """
    name, qualifier = name[:_LONGEST], qualifier[:_LONGEST]
    name = _JOINED.sub("", _DATES_BEHIND.sub("", " ".join(name.split()))).strip(" ,;")
    if is_unknown(name):
        part = "helper" if _roles().get(plain(role)) == "other" else "anonymous"
        return Part(name, part, "", f"{name!r} names nobody")
    found = _by_role(role) or _in_field(qualifier) or _in_name(name)
    if found is not None:
        return Part(name, *found)
    if plain(role) not in _roles():
        return Part(name, "other", "", f"role {role!r} is not in roles.csv")
    if is_no_person(name):
        return Part(name, "not a person", "", f"{name!r} is no person")
    return Part(name, "maker", "", f"{name!r} made it, without a qualifier")


def _by_role(role: str) -> tuple[str, str, str] | None:
    """Judge a role; None: who has it made the object, or the role is not known."""
    place = _roles().get(plain(role))
    if place == "formerly_attributed":
        return "model", plain(role), f"role {role!r}: an attribution given up"
    return ("other", "", f"role {role!r} is not that of the maker") if place == "other" else None


def _in_field(qualifier: str) -> tuple[str, str, str] | None:
    """Judge a qualifier as the museum gives it in a field of its own; None: it qualifies nothing."""
    words = plain(qualifier).strip(" ,;()")
    if not words and not _DOUBT.search(qualifier):
        return None
    if _DOUBT.search(qualifier):
        return "qualified", qualifier.strip(), "a question mark stands beside the name"
    for term, kind in _qualifiers():
        is_said = re.search(rf"(?<!\w){re.escape(term)}(?!\w)", words) is not None
        if is_said and (kind != "role_primary" or words == term):
            return _classed(kind, term, words)
    if _OTHER_PARTS.search(words):
        return "other", "", f"qualifier {words!r} is not that of the maker"
    says_nothing = _LIFE.fullmatch(qualifier.strip()) or _MADE.fullmatch(words)
    because = f"qualifier {words!r} is not in attribution_terms.csv"
    return None if says_nothing else ("qualified", words, because)


def _classed(kind: str, term: str, words: str) -> tuple[str, str, str] | None:
    because = f"attribution_terms.csv: {term} ({kind})"
    if kind == "role_primary":
        return None
    if kind == "role_publisher":
        return "other", "", because
    return ("model" if kind in _MODELS else "qualified"), words, because


_MODELS = frozenset({"after", "copyist", "formerly_attributed"})


def _in_name(name: str) -> tuple[str, str, str] | None:
    """Judge a qualifier inside a name, at its beginning or its end."""
    if is_monogrammist(name) or is_named_by_works(name):
        return ("qualified", "?", _DOUBTED) if _DOUBT_IN_NAME.search(name) else None
    if _DOUBT_IN_NAME.search(name):
        return "qualified", "?", _DOUBTED
    if _OR.search(name):
        return "qualified", "or", "the name is one of two"
    words = plain(name)
    for term, kind in _qualifiers():
        if term in _NEVER_IN_NAMES or kind in ("role_primary", "role_publisher"):
            continue
        at_end = term not in _IN_NAME_ONLY_FIRST and words.endswith(f" {term}")
        if words.startswith(f"{term} ") or at_end:
            return _classed(kind, term, term)
    if _SCHOOL.fullmatch(name) and not is_no_person(name):
        return "qualified", words.rsplit(" ", 1)[-1], "a school or workshop, no single hand"
    return None


@cache
def _qualifiers() -> tuple[tuple[str, str], ...]:
    """Return (term, class) of the qualifying terms, the longest first."""
    terms = {
        row["term"].casefold(): row["class"]
        for row in vocabulary_rows("attribution_terms")
        if row["class"] not in _NOT_QUALIFIERS and re.search(r"\w", row["term"])
    }
    return tuple(sorted(terms.items(), key=lambda one: (-len(one[0]), one[0])))


@cache
def _roles() -> Mapping[str, str]:
    return {row["role"]: row["part"] for row in vocabulary_rows("roles")}


RULE = Rule("attribution", ("makers",), ("maker", "artist_status", "artist_qualifier"), attribute)
