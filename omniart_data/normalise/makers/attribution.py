"""Who made it, as far as the museum has no doubt; and whoever it names in some doubt, with the doubt."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from typing import Any

from omniart_data.normalise.makers import qualifiers
from omniart_data.normalise.makers.groups import stated
from omniart_data.normalise.makers.name_keys import natural, person_key
from omniart_data.normalise.makers.names import (
    are_persons,
    is_monogrammist,
    is_named_by_works,
    is_no_person,
    is_unknown,
)
from omniart_data.normalise.makers.qualifiers import Qualifier
from omniart_data.normalise.rule import Judged, Rule
from omniart_data.normalise.terms.tables import plain
from omniart_data.normalise.vocabulary import vocabulary_rows

_LIFE = re.compile(
    r"[\s,(]*(?:(?:[A-Z][\w-]+,?\s*\(?)?(?:active|ca\.|late|early|mid|born|died|\d|first|second|third|half|c\.)"
    r"[\w\s.,/()–;?-]*|[A-Z][a-zé-]+(?:ese|ish|an|ch|k|ean)?)[\s),]*"
)
"""A Met suffix that is no qualifier: "Chinese, 18th century", ", 16th century", "Chinese"."""

_OTHER_PARTS = re.compile(
    r"\b(?:design|publish|print|issu|commission|retail|writ|author|translat|edit|compil|woven in|woven at|"
    r"woven under|direct|sold|for the|drawings? by|drawings formerly|portrait of|cover |letters|"
    r"copyright|collection|cartoon|original|owned by|testimonial|introduction|person in)",
    re.IGNORECASE,
)
_MADE = re.compile(
    r"(?:[\w -]+\s)?(?:\w+ed|etchings?|painting|miniature|engravings?|[\w ]+) by:?|maker|and|artist|(?:watchmaker|calligrapher):?",
    re.IGNORECASE,
)
_PRODUCED = re.compile(r"\bmanufactured\b")
"""Said of a firm that carried out what somebody designed or modelled: it takes nothing from that person."""

_MODEL = re.compile(r"(?:after|naar|nach|d'après|intermediary)\b", re.IGNORECASE)
"""Roles such as "after painting by": who has it made the model, and not the object."""

_KIN_BEHIND = re.compile(
    r"^,\s*(?:student|pupil|son|daughter|brother|sister|nephew|wife|grandson|leerling|zoon|dochter) (?:of|van) .+",
    re.IGNORECASE,
)
"""A Met suffix that says who the maker was: ", student of Bhagwan"."""

_KIN_FIRST = re.compile(
    r"(?:the\s+|a\s+)?(?:son|daughter|brother|sister|nephew|widow|wife|zoon|dochter|broer|zuster|sohn|tochter|fils|fille)"
    r"\s+(?:of|van|von|de)\s+(?=\S)(.*)",
    re.IGNORECASE,
)
"""Somebody known only by a relative: "son of Isaac Luttichuys"."""

_MARK = re.compile(r"\s*\(?\?\)?$")
_DOUBT_IN_NAME = re.compile(r"\(\?\)|\?\)|(?:^|\s)\?|^(?![A-ZÀ-Ý]{3}).*\?$")
"""Not "DELACROIX, Eug?ne", where the WGA has lost a letter (wga.md, section 3.1)."""

_LONGEST_NAME, _LONGEST_ROLE, _LONGEST_QUALIFIER = 300, 100, 600
"""Characters that are read, and kept as a cache's key: the longest real ones have 122, 20 and 357."""

_MOST = 200
"""Makers of one object that are read; the longest real list has 51."""

_DOUBT = re.compile(r"\?|\(\?\)")
_ONE_OF_TWO = re.compile(r"(?:^|[\s;])(?:and/)?or(?:[\s;]|$)")
_OR = re.compile(r"(?:^|\s)(?:(?:and/)?or|oder|ofwel|ou)(?:\s|$)|/")
_OR_DUTCH = re.compile(r",\s*[^\s,]+ of [^\s,]+(?: (?:van|de|der|den|ter|ten|von))+$")
"""Two given names and one family: "Doetechum, Johannes of Lucas van"; not "Wright of Derby, Joseph"."""

_GLOSS = re.compile(r"\([^()]*\)")
_GUESSED = re.compile(
    r"\s*\((?:(?:possibly|probably|perhaps|identified|mogelijk|waarschijnlijk|active)\b[^()]*|[^()?]*\w[^()?]*\?)\)$"
)
_ACTIVE = re.compile(r"(?:active|werkzaam|ca\.|\d)", re.IGNORECASE)

_JOINED = re.compile(r"^and\s+")
_DATES_BEHIND = re.compile(r",\s*\d{4}\s*[-–]\s*\d{4}\s*$")
_SCHOOL = re.compile(
    r"(.+?)(?:'s|’s)?\s+\(?\b(?:school|workshop|werkplaats|atelier|studio|circle|follower)s?\)?$|school of\b(.*)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Part:
    """What one maker had to do with the object."""

    name: str
    part: str
    """maker, several (persons in one name), qualified, model (of a copy, or once thought to be the maker), not a person, firm (that manufactured it), anonymous, helper (somebody unknown in another role) or other."""
    qualifier: str = ""
    because: str = ""
    certainty: str = ""
    """See ``schemas.artwork.ARTIST_CERTAINTY``."""
    admits: bool = False
    """A switch may let somebody so qualified pass for the artist: attributed to, probably."""
    is_person: bool = True
    """The name is one person's, and no firm's."""


def attribute(
    makers: Sequence[Mapping[str, Any]] | None, *, admit_attributed: bool = False
) -> Judged:
    """Name the maker of undoubted part, if there is exactly one; else say why there is none.

    The value is the maker as the museum names them, the status, and whoever decides it in some doubt: the
    museum's qualifier, how certain the hand is, and the name.

    >>> made, *said = attribute([{"name": "Rijn, Rembrandt van", "role": "", "qualifier": ""}]).value
    >>> made["name"], said
    ('Rijn, Rembrandt van', ['named', '', 'certain', None])
    >>> attribute([{"name": "Rubens", "role": "Artist", "qualifier": "Workshop of"}]).value
    (None, 'qualified', 'workshop of', 'related', 'Rubens')
    >>> attribute([{"name": "anoniem", "role": "", "qualifier": ""}]).value
    (None, 'anonymous', '', '', None)

    Somebody in doubt beside a named person leaves it open who made what, and so nobody is named; a model
    ("after Rubens") and an attribution that was given up say nothing of who made this object. Of a print
    the artist is who cut or etched it, not who drew it. ``admit_attributed`` lets "attributed to" and
    "probably" pass for the artist, with the qualifier kept.
    """
    told = _aligned([one for one in (makers or ())[:_MOST] if (one["name"] or "").strip()])
    parts = [part_of(one["name"] or "", one["role"] or "", one["qualifier"] or "") for one in told]
    if admit_attributed:
        parts = [replace(one, part="maker") if one.admits else one for one in parts]
    because = "; ".join(dict.fromkeys(part.because for part in parts)) or "no maker given"
    parts, of_prints = _printmakers(told, parts)
    because += of_prints
    accepted: dict[str, list[int]] = {}
    for at, part in enumerate(parts):
        if part.part == "maker":
            accepted.setdefault(person_key(part.name), []).append(at)
    if len(accepted) == 1 and not any(part.part in _IN_DOUBT for part in parts):
        (places,) = accepted.values()
        part = parts[min(places, key=lambda at: (parts[at].certainty == "certain", at))]
        made = _maker([told[at] for at in places], part.name)
        return Judged((made, "named", part.qualifier, part.certainty, None), because)
    if accepted or any(part.part == "several" for part in parts):
        return Judged((None, "several", "", "", None), because)
    for kind, status in _WITHOUT_ARTIST.items():
        for part in parts:
            if part.part == kind:
                return Judged((None, status, *_said(part)), because)
    return Judged((None, "none", "", "", None), because)


def _said(part: Part) -> tuple[str, str, str | None]:
    """Return the qualifier, the certainty and the person of a part that is no undoubted maker's."""
    is_told = bool(part.certainty and part.name and part.is_person)
    is_person = is_told and not is_unknown(part.name)
    return part.qualifier, part.certainty, natural(part.name) if is_person else None


def _maker(told: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    """Return one maker of several mentions of one person: all ids, and the first life that is told."""
    first = told[0]
    lives = [stated(one)[1:3] for one in told]
    return {
        "name": name,
        "role": first["role"] or "",
        "qualifier": first["qualifier"] or "",
        "born": next((born for born, _ in lives if born is not None), None),
        "died": next((died for _, died in lives if died is not None), None),
        "ids": list(dict.fromkeys(id_ for one in told for id_ in stated(one)[3])),
    }


_IN_DOUBT = frozenset({"several", "qualified", "not a person", "anonymous"})
"""Parts that somebody had in the making, without our knowing who that is, or which of several."""

_WITHOUT_ARTIST = {
    "qualified": "qualified",
    "not a person": "not a person",
    "model": "qualified",
    "firm": "not a person",
    "anonymous": "anonymous",
    "helper": "anonymous",
    "other": "other role",
}
"""Part -> status, the first that occurs decides."""


def _aligned(makers: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return makers with the prefixes of a print's list put where they belong.

    The Met's older file leaves out empty entries, so that "After a painting by|After a drawing by" stands
    with all three of engraver, painter and draughtsman. Where the entries are all "after", and as many
    as the makers who are no printmakers, it is these whose they are; else, where they are as many as those
    called artists, beside a maker or a manufactory, they are the artists'.
    """
    lists = {one["qualifier"] or "" for one in makers}
    entries = next(iter(lists), "").partition("; ")[0].split("|")
    if len(lists) != 1 or not all(_is_model(entry) for entry in entries):
        return list(makers)
    not_cut = [one for one in makers if _place(one["role"] or "") != "printmaker"]
    artists = [one for one in makers if plain((one["role"] or "")[:_LONGEST_ROLE]) == "artist"]
    for models in (not_cut, artists):
        if len(models) == len(entries) < len(makers):
            of = dict(zip(map(id, models), entries, strict=True))
            return [{**one, "qualifier": of.get(id(one), "")} for one in makers]
    return list(makers)


def _is_model(entry: str) -> bool:
    found = qualifiers.in_field(plain(entry[:_LONGEST_QUALIFIER]))
    return found is not None and found.certainty == "model"


def _printmakers(
    makers: Sequence[Mapping[str, Any]], parts: Sequence[Part]
) -> tuple[list[Part], str]:
    """Set aside who only drew or painted what one printmaker has cut or etched."""
    kinds = [(_place(one["role"] or "") or "") for one in makers]
    cut = {
        person_key(part.name)
        for part, kind in zip(parts, kinds, strict=True)
        if kind == "printmaker" and part.part == "maker"
    }
    if len(cut) != 1:
        return list(parts), ""
    drawn = [
        kind == "draftsman"
        and part.part in ("maker", *_IN_DOUBT)
        and person_key(part.name) not in cut
        for part, kind in zip(parts, kinds, strict=True)
    ]
    kept = [
        replace(part, part="model") if is_drawn else part
        for part, is_drawn in zip(parts, drawn, strict=True)
    ]
    return kept, "; the printmaker made it, who drew it did not" if any(drawn) else ""


def part_of(name: str, role: str, qualifier: str) -> Part:
    """Judge one maker by role, then by qualifier, then by what the name itself says.

    >>> part_of("Rubens, Peter Paul", "Sitter", "").part
    'other'
    >>> part_of("Follower of Francesco Guardi", "Artist", "").qualifier
    'follower of'
    >>> part_of("Lucas Cranach the Elder and Workshop", "Artist", "").name
    'Lucas Cranach the Elder'
    >>> part_of("Master of the Béguins, Flemish, active 1650–60 (possibly Abraham Willemsens)", "", "").name
    'Master of the Béguins'
    """
    return _part_of(name[:_LONGEST_NAME], role[:_LONGEST_ROLE], qualifier[:_LONGEST_QUALIFIER])


@lru_cache(maxsize=65536)
def _part_of(name: str, role: str, qualifier: str) -> Part:
    name = _JOINED.sub("", _DATES_BEHIND.sub("", " ".join(name.split()))).strip(" ,;")
    if is_named_by_works(name):
        name = _hand(name)
    if is_unknown(name):
        is_helper = _place(role) == "other" or _MODEL.match(role) is not None
        part = "helper" if is_helper else "anonymous"
        return Part(name, part, "", f"{name!r} names nobody")
    are_several = are_persons(name, are_artists=plain(role) in _ARTISTS)
    found = _by_role(name, role) or _in_field(name, qualifier) or _in_name(name)
    if found is not None:
        is_one = not (_place(role) == "firm" or is_no_person(found.name) or are_persons(found.name))
        return found if is_one else replace(found, admits=False, is_person=False)
    if _place(role) is None:
        return Part(name, "other", "", f"role {role!r} is not in roles.csv")
    if _place(role) == "firm" or (not are_several and is_no_person(name)):
        return Part(name, "not a person", "", f"{name!r} is no person")
    if are_several:
        return Part(name, "several", "", f"{name!r} names several persons")
    return Part(name, "maker", "", f"{name!r} made it, without a qualifier", "certain")


def _hand(name: str) -> str:
    """Return the name that scholars gave to a hand without when, where and who it may have been: these are guessed.

    >>> _hand("Master of Sierentz, French, active 1450 (Jean Hirtz?)"), _hand("Meester van Gouda (II)")
    ('Master of Sierentz', 'Meester van Gouda (II)')
    """
    name = _GUESSED.sub("", name)
    while "," in name:
        before, _, behind = name.rpartition(",")
        is_nation = all(is_unknown(one) for one in behind.split(" or "))
        if not (is_nation or _ACTIVE.match(behind.strip())):
            break
        name = before.rstrip()
    return name


_ARTISTS = frozenset({"artist", "painter", "schilder"})
"""Roles that no firm has."""


def _by_role(name: str, role: str) -> Part | None:
    """Judge a role; None: who has it made the object, or the role is not known."""
    words = plain(role)
    place = _place(role)
    if place == "formerly_attributed":
        because = f"role {role!r}: an attribution given up"
        return Part(name, "model", words, because, "refuted")
    if place == "other":
        return Part(name, "other", "", f"role {role!r} is not that of the maker")
    if place is None and _MODEL.match(words):
        return Part(name, "model", words, f"role {role!r} is that of a model", "model")
    found = qualifiers.in_field(words) if words and place is None else None
    return _classed(name, found, words) if found is not None else None


def _in_field(name: str, qualifier: str) -> Part | None:
    """Judge a qualifier as the museum gives it in a field of its own; None: it qualifies nothing."""
    said = "; ".join(part for part in qualifier.split("; ") if not _is_aside(part))
    words = plain(said).strip(" ,;")
    if words.count("(") != words.count(")") or re.fullmatch(r"\([^()]*\)", words):
        words = words.strip(" ,;()")
    found = qualifiers.in_field(words) if words else None
    if _DOUBT.search(said) and (found is None or found.kind in ("attributed", "probably")):
        because = "a question mark stands beside the name"
        return Part(name, "qualified", said.strip(), because, "possible")
    if not words:
        return None
    if found is not None and found.certainty:
        return _classed(name, found, words)
    not_made = qualifiers.is_not_made(words) or _OTHER_PARTS.search(words)
    if not_made and not (found and found.kind in qualifiers.MADE):
        named = f"qualifier {words!r} is not that of the maker"
        because = not_made.because if isinstance(not_made, Qualifier) else named
        is_firm = _PRODUCED.search(words) is not None and is_no_person(name)
        return Part(name, "firm" if is_firm else "other", "", because)
    says_nothing = found or _LIFE.fullmatch(said.strip()) or _MADE.fullmatch(words)
    because = f"qualifier {words!r} is not in attribution_terms.csv"
    return None if says_nothing else Part(name, "qualified", words, because, "possible")


def _is_aside(part: str) -> bool:
    """Return whether a part of a qualifier only says whose kin the maker was, or where it was made: ", Paris"."""
    is_place = _PLACE_BEHIND.fullmatch(part) is not None
    return _KIN_BEHIND.match(part) is not None or (
        is_place and qualifiers.in_field(plain(part).strip(" ,")) is None
    )


_PLACE_BEHIND = re.compile(r",\s*(?:at his\s+)?[A-ZÀ-Ý][\w'’-]+(?:\s[A-ZÀ-Ý][\w'’-]+){0,2}")


def _classed(name: str, found: Qualifier, words: str) -> Part | None:
    """Return the part of somebody whom a term of the table qualifies; None: it says that they made it."""
    if found.kind in qualifiers.MADE:
        return None
    if found.kind in qualifiers.NOT_MADE:
        return Part(name, "other", "", found.because)
    certainty = found.certainty
    if certainty == "probable" and _ONE_OF_TWO.search(words):
        certainty = "possible"
    part = "model" if certainty in ("model", "refuted") else "qualified"
    return Part(name, part, words, found.because, certainty, admits=certainty == "probable")


def _in_name(name: str) -> Part | None:
    """Judge a qualifier inside a name, at its beginning or its end."""
    if _DOUBT_IN_NAME.search(name):
        bare = _MARK.sub("", name)
        return Part(bare, "qualified", "?", "a question mark stands in the name", "possible")
    if is_monogrammist(name):
        return None
    if is_named_by_works(name):
        found = qualifiers.apart(name)
        return None if found is None else _classed(found[1], found[0], found[0].term)
    if _OR.search(_GLOSS.sub("", name)) or (" of " in name and _OR_DUTCH.search(name)):
        return Part("", "qualified", "or", "the name is one of two", "possible")
    return _beside_name(name) or _school(name)


def _beside_name(name: str) -> Part | None:
    """Judge a relative's name, and a term of the table beside a name."""
    if (kin := _KIN_FIRST.fullmatch(name)) is not None:
        said = plain(name[: kin.start(1)])
        return Part(kin[1], "qualified", said, f"{name!r} is known by a relative only", "related")
    found = qualifiers.in_name(name)
    return None if found is None else _classed(found[1], found[0], found[0].term)


def _school(name: str) -> Part | None:
    """Judge a school or a workshop that is called after somebody."""
    of = _SCHOOL.fullmatch(name)
    if of is None or is_no_person(name):
        return None
    said = plain(name).rsplit(" ", 1)[-1].strip("()")
    because = "a school or workshop, no single hand"
    return Part((of[1] or of[2] or "").strip(), "qualified", said, because, "related")


def _place(role: str) -> str | None:
    """Return the part that roles.csv gives a role; None: it has none."""
    return _place_of(role[:_LONGEST_ROLE])


@lru_cache(maxsize=4096)
def _place_of(role: str) -> str | None:
    return _roles().get(plain(role))


@cache
def _roles() -> Mapping[str, str]:
    return {row["role"]: row["part"] for row in vocabulary_rows("roles")}


def attribution_rule(*, admit_attributed: bool = False) -> Rule:
    """Return the rule for the maker of undoubted part; the switch lets "attributed to" pass for it."""
    judge = partial(attribute, admit_attributed=True) if admit_attributed else attribute
    return Rule("attribution", ("makers",), _WRITES, judge)


_WRITES = ("maker", "artist_status", "artist_qualifier", "artist_certainty", "qualified_artist")

RULE = attribution_rule()
