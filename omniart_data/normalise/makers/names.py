"""What a maker's name says of itself: unknown, a nationality, a firm, initials, or a person."""

import re
from functools import cache, lru_cache

from omniart_data.normalise.makers.joined import is_joined, names_several
from omniart_data.normalise.makers.name_keys import natural
from omniart_data.normalise.terms.tables import plain
from omniart_data.normalise.vocabulary import vocabulary_rows

_LONGEST = 300
"""Characters of a name that are read, and kept as a cache's key: the longest real one has 122."""

_WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*\.?")
_UNKNOWN_FIRST = re.compile(
    r"(?:un(?:known|identified|recorded|attributed|named)|anonym\w*|anoniem\w*|anon\.|onbekende?|unbekannte?r?"
    r"|inconnue?|anonimo|anónimo|ignot[oa]|ignotus|sconosciut[oa]|desconocid[oa]|various|diverse|verschillende|nomen nescio|n\.\s?n\.|not identified)(?!\w)",
    re.IGNORECASE,
)
_TRADES = frozenset(
    f"{trade}{ending}"
    for endings, trades in (
        (
            ("", "s"),
            (
                "painter artist sculptor master maker miniaturist engraver potter weaver goldsmith silversmith photographer "
                "printmaker school workshop architect carver etcher limner calligrapher illuminator hand lithographer "
                "woodcutter draughtsperson ceramist jeweler jeweller enameler enameller schilder meester kunstenaar "
                "vervaardiger prentmaker tekenaar beeldhouwer graveur peintre artiste sculpteur photographe dessinateur"
            ),
        ),
        (
            ("",),
            (
                "draftsman draftsmen draughtsman draughtsmen craftsman craftsmen fotograaf fotografen maler meister künstler "
                "zeichner bildhauer stecher fotograf pittore pittori artista artisti scultore scultori incisore incisori "
                "pintor pintores escultor escultores grabador grabadores"
            ),
        ),
    )
    for trade in trades.split()
    for ending in endings
)
"""What makers are called by their trade."""

_TRADE = (
    rf"(?:(?:glass |icon )?(?:{'|'.join(sorted(_TRADES, key=lambda word: (-len(word), word)))}))"
)
_NO_PERSON = re.compile(
    r"(?:MINIATURIST|MOSAIC ARTIST|(?:GOTHIC|ROMANESQUE|RENAISSANCE|BAROQUE)\s+[A-Z ]+),?\s+\w+|MINIATURIST"
)
"""The WGA's makers that are no persons, as "MINIATURIST, French" (wga.md, section 4)."""

_TRAILING = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|,[^()]*)\s*$")
_CENTURY_BEHIND = re.compile(
    r"(?:\s+(?:early|mid|late|laatste|eerste|tweede|derde|vierde|begin|eind|midden|kwart|helft|van|de"
    r"|first|second|third|last|quarter|half|of|the)){0,6}\s+\d{1,2}(?:st|nd|rd|th|e)[\s-](?:century|eeuw)$",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"\d{1,2}(?:st|nd|rd|th|e)")
_NOTNAME = re.compile(r"(?:the\s+)?(?:master|meester|meister|ma[iî]tre|maestro)\b", re.IGNORECASE)
_MONOGRAM = re.compile(r"(?:[^\W\d_]+[- ]|[^\W\d_]+ )?monogra\w*\b|initials?\b", re.IGNORECASE)
_FAMILY_NAME = re.compile(
    r"(?:Bureau|Bank|Press|Compagnie|Company|Frères|Maison|Office|Fonderie|Mint|Shop|Center), [A-Z]\w*"
)
"""Words of firms that are also names of families: "Bureau, Paul"."""

_ACRONYM = re.compile(r"[A-Z]{2,4}|[B-DF-HJ-NP-TV-Z]{2,6}")
"""Initials without full stops: "ANP", "PV". The Web Gallery's names in capitals are longer."""

_GROUP = re.compile(r"(?:group|class|related to)\b[\s:]", re.IGNORECASE)
_PARTNERS = re.compile(
    r"(?:&|\b(?:and|en|et|und))\s*"
    r"(?:co|cie|comp|zoon|zonen|sons?|fils|söhne|sohn|company|compagnie|brothers|bros)\b",
    re.IGNORECASE,
)
_PEOPLE = re.compile(r"\w+ volk", re.IGNORECASE)
"""A people: "Salor volk"."""

_HEIRS = re.compile(r"(?:^|,\s*)(?:de |the )?(?:erven|heirs)\b", re.IGNORECASE)
"""Who carried on somebody's shop: "erven F. Bohn"; "van Erven" is a family."""


def is_unknown(name: str) -> bool:
    """Return whether a name only says that the maker is not known, or of what nation or trade.

    >>> [is_unknown(one) for one in ("anoniem", "Anonymous, Italian, 16th century", "French Painter")]
    [True, True, True]
    >>> [is_unknown(one) for one in ("UNKNOWN MASTER, Italian", "North Italian Painter", "Moche artist(s)")]
    [True, True, True]
    >>> [is_unknown(one) for one in ("Berlin Painter", "MASTER of Flémalle", "Various Artist Jones")]
    [False, False, True]
    >>> is_unknown("early 19th century painter"), is_unknown("Beierse School laatste kwart 15e eeuw")
    (True, True)
    """
    return _is_unknown(name[:_LONGEST].strip())


@lru_cache(maxsize=65536)
def _is_unknown(name: str) -> bool:
    if not re.search(r"[^\W\d_]", name):
        return True
    if _UNKNOWN_FIRST.match(name) or _NO_PERSON.fullmatch(name):
        return True
    bare = _without_time_and_nation(name)
    folded = bare.casefold()
    if folded in _unknown_terms():
        return True
    words = _WORD.findall(folded)
    is_said = any(word in _TRADES for word in words) or folded.endswith(("artist(s)", "painter(s)"))
    return (is_said or all(word in _adjectives() for word in words)) and _is_nation_and_trade(bare)


def is_named_by_works(name: str) -> bool:
    """Return whether a name is one that scholars gave to a hand: "Master of Flémalle".

    >>> is_named_by_works("Meester van de Virgo inter Virgines"), is_named_by_works("Masterson, Ann")
    (True, False)
    """
    return _NOTNAME.match(name) is not None


def is_monogrammist(name: str) -> bool:
    """Return whether a name stands for a monogram."""
    return _MONOGRAM.match(name) is not None


def is_no_person(name: str) -> bool:
    """Return whether a name is a firm's, a group's, a monogrammist's, or initials only.

    >>> [is_no_person(one) for one in ("Monogrammist AC", "Allen & Ginter", "A.B.", "De Grieksche A")]
    [True, True, True, True]
    >>> [is_no_person(one) for one in ("MASTER E.S.", "Jan Steen", "J. Houbraken", "El Greco")]
    [False, False, False, False]
    >>> is_no_person("Curtis and Dunning"), is_no_person("Jan Steen and Frans Hals")
    (True, False)
    """
    return _is_no_person(name[:_LONGEST])


@lru_cache(maxsize=65536)
def _is_no_person(name: str) -> bool:
    if is_named_by_works(name):
        return False
    if is_monogrammist(name) or _GROUP.match(name):
        return True
    if _is_firm(name) or (is_joined(name) and not names_several(name)):
        return True
    bare = re.sub(r"[(\[].*", "", name)
    if plain(bare) in _firms() or plain(natural(bare)) in _firms():
        return True
    if _ACRONYM.fullmatch(bare.strip()):
        return True
    words = _WORD.findall(bare)
    return bool(words) and all(_is_initials(word) for word in words)


def are_persons(name: str, *, are_artists: bool = False) -> bool:
    """Return whether a name is of several persons, none of them a firm: they may share a family's name.

    ``are_artists`` says that whoever is named is so in an artist's role: two single names are then no firm's.

    >>> [are_persons(one) for one in ("Beek, Antonie en Pieter van der", "LE NAIN brothers", "Atterbury & Co.")]
    [True, False, False]
    >>> are_persons("Shiva and Dayal"), are_persons("Shiva and Dayal", are_artists=True)
    (False, True)
    """
    name = name[:_LONGEST]
    if not is_joined(name) or is_named_by_works(name) or is_monogrammist(name):
        return False
    return names_several(name, are_artists=are_artists) and not _is_firm(name)


def _is_firm(name: str) -> bool:
    """Return whether a word of a name is one of firms, families, offices or peoples."""
    if _FAMILY_NAME.match(name):
        return False
    folded = name.casefold()
    words, endings, beginnings, phrases = _firm_words()
    for word in _TOKEN.findall(folded):
        if word in words or word.endswith(endings) or word.startswith(beginnings):
            return True
    if any(phrase in folded for phrase in phrases) or _PEOPLE.fullmatch(name):
        return True
    if _HEIRS.search(name) is not None:
        return True
    return _PARTNERS.search(name) is not None


_TOKEN = re.compile(r"[^\W_]+(?:\.[^\W_]+)*\.?")


def _without_time_and_nation(name: str) -> str:
    """Return "Painter" of "Painter (Florentine), 16th century", and "POTTER, Paulus" as it is."""
    if name.endswith(("century", "eeuw")):
        name = _CENTURY_BEHIND.sub("", name)
    if not any(sign in name for sign in ",(["):
        return name
    while (found := _TRAILING.search(name)) is not None and found.start() > 0:
        words = _WORD.findall(found[0])
        is_said = bool(re.search(r"\d|[(\[]", found[0])) or all(
            word.casefold() in _adjectives() for word in words
        )
        if not is_said:
            break
        name = name[: found.start()]
    return name


def _is_initials(word: str) -> bool:
    letters = word.replace(".", "").replace("-", "")
    return len(letters) <= 1 or (
        "." in word and all(len(one) <= 1 for one in re.split(r"[.\-]", word))
    )


def _is_nation_and_trade(name: str) -> bool:
    """Return whether a name is made of nationalities and, or only, a trade: "French Painter"."""
    said = re.sub(r"\(s\)$|[?]", "", re.sub(r"\(.*?\)\s*", "", name)).strip()
    found = re.fullmatch(rf"(.*?)\s*\b{_TRADE}", said, re.IGNORECASE)
    if found is None and (behind := re.fullmatch(rf"{_TRADE}\s+(.+)", said, re.IGNORECASE)):
        return all(word.casefold() in _adjectives() for word in _WORD.findall(behind[1]))
    if found is None:
        return all(word.casefold() in _adjectives() for word in _WORD.findall(said)) and bool(said)
    before = _WORD.findall(found[1])
    if not before:
        return True
    if said.endswith(("artist", "artists")) and "Artist" not in said:
        return True  # "Akan artist": a person's name does not end in a common noun
    known = _adjectives() | _CONNECTING
    return all(word.casefold() in known or _ORDINAL.fullmatch(word) for word in before)


_CONNECTING = frozenset(
    {
        *("or", "and", "possibly", "probably", "early", "mid", "late", "century", "eeuw"),
        *("north", "south", "northern", "southern", "east", "west"),
    }
)
"""Words that stand beside a nationality or a time where only these are told."""


@cache
def _adjectives() -> frozenset[str]:
    return frozenset(row["adjective"] for row in vocabulary_rows("nationalities"))


@cache
def _firms() -> frozenset[str]:
    return frozenset(_of_form("name"))


def _of_form(form: str) -> tuple[str, ...]:
    return tuple(row["name"] for row in vocabulary_rows("firms") if row["form"] == form)


@cache
def _firm_words() -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the words, endings and beginnings of words, and phrases that only names of firms have."""
    words = frozenset(_of_form("word"))
    return words, _of_form("ending"), _of_form("beginning"), _of_form("phrase")


@cache
def _unknown_terms() -> frozenset[str]:
    rows = vocabulary_rows("attribution_terms")
    return frozenset(
        row["term"].casefold() for row in rows if row["class"] in ("unknown", "undetermined")
    )
