"""What a maker's name says of itself: unknown, a nationality, a firm, initials, or a person."""

import re
from functools import cache

from omniart_data.normalise.terms import plain
from omniart_data.normalise.vocabulary import vocabulary_rows

_WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*\.?")
_UNKNOWN_FIRST = re.compile(
    r"(?:un(?:known|identified|recorded|attributed|named)|anonym\w*|anoniem\w*|anon\.|onbekende?|unbekannte?r?"
    r"|inconnue?|anonimo|ignoto|sconosciuto|desconocido|various|nomen nescio|n\.\s?n\.|not identified)(?!\w)",
    re.IGNORECASE,
)
_TRADE = (
    r"(?:painters?|artists?|sculptors?|masters?|makers?|miniaturists?|engravers?|draftsm[ae]n|draughtsm[ae]n|"
    r"potters?|weavers?|goldsmiths?|silversmiths?|craftsm[ae]n|photographers?|printmakers?|school|workshops?|"
    r"schilders?|meesters?|kunstenaars?|glass painters?|icon painters?|architects?|carvers?|etchers?|limners?|"
    r"calligraphers?|illuminators?|hands?)"
)
_NO_PERSON = re.compile(
    r"(?:MINIATURIST|MOSAIC ARTIST|(?:GOTHIC|ROMANESQUE|RENAISSANCE|BAROQUE)\s+[A-Z ]+),?\s+\w+|MINIATURIST"
)
"""The WGA's makers that are no persons, as "MINIATURIST, French" (wga.md, section 4)."""

_TRAILING = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|,[^()]*)\s*$")
_NOTNAME = re.compile(r"(?:the\s+)?(?:master|meester|meister|ma[iî]tre|maestro)\b", re.IGNORECASE)
_MONOGRAM = re.compile(r"(?:pseudo[- ])?monogra\w*\b|initials?\b", re.IGNORECASE)
_TOGETHER = re.compile(r"\s(?:and|&|en|und|et)\s")
"""Between two names that are given as one: partners, a family of makers."""

_GROUP = re.compile(r"(?:group|class|related to)\b[\s:]", re.IGNORECASE)
_FIRM = re.compile(
    r"(?:&|\b(?:and|en|et|und))\s*(?:co|cie|comp|zoon|zonen|sons?|fils|söhne|sohn|company|compagnie|brothers|bros)\b"
    r"|\b(?:company|compagnie|co\.|inc\b|ltd\b|limited|gmbh|corporation|manufact[ou]\w*|factory"
    r"|fabriek|\w+fabriek|works\b|pottery\b|porcelain\b|potteries|foundry|glasshouse|drukkerij|uitgeverij"
    r"|plateelbakkerij|pijpenfabriek|gieterij|\w+gieterij|firma|maison|atelier|ateliers|press\b|museum|institut\w*|bureau|academi\w*"
    r"|society|association|guild|gilde|vereniging|maatschappij|n\.v\.|brothers|gebroeders|gebr\.|frères|gebrüder"
    r"|studios?\b|department|office|bank\b|verlag|manufaktur|fabrik|opificio|arazzeria|manifattura|hofweberei)",
    re.IGNORECASE,
)


@cache
def is_unknown(name: str) -> bool:
    """Return whether a name only says that the maker is not known, or of what nation or trade.

    >>> [is_unknown(one) for one in ("anoniem", "Anonymous, Italian, 16th century", "French Painter")]
    [True, True, True]
    >>> [is_unknown(one) for one in ("UNKNOWN MASTER, Italian", "North Italian Painter", "Moche artist(s)")]
    [True, True, True]
    >>> [is_unknown(one) for one in ("Berlin Painter", "MASTER of Flémalle", "Various Artist Jones")]
    [False, False, True]
    """
    name = name.strip()
    if not re.search(r"[^\W\d_]", name):
        return True
    if _UNKNOWN_FIRST.match(name) or _NO_PERSON.fullmatch(name):
        return True
    bare = _without_time_and_nation(name)
    if bare.casefold() in _unknown_terms():
        return True
    return _is_nation_and_trade(bare)


@cache
def is_named_by_works(name: str) -> bool:
    """Return whether a name is one that scholars gave to a hand: "Master of Flémalle".

    >>> is_named_by_works("Meester van de Virgo inter Virgines"), is_named_by_works("Masterson, Ann")
    (True, False)
    """
    return _NOTNAME.match(name) is not None


@cache
def is_monogrammist(name: str) -> bool:
    """Return whether a name stands for a monogram."""
    return _MONOGRAM.match(name) is not None


@cache
def is_no_person(name: str) -> bool:
    """Return whether a name is a firm's, a group's, a monogrammist's, or initials only.

    >>> [is_no_person(one) for one in ("Monogrammist AC", "Allen & Ginter", "A.B.", "De Grieksche A")]
    [True, True, True, True]
    >>> [is_no_person(one) for one in ("MASTER E.S.", "Jan Steen", "J. Houbraken", "El Greco")]
    [False, False, False, False]
    """
    if is_named_by_works(name):
        return False
    if is_monogrammist(name) or _GROUP.match(name) or _FIRM.search(name):
        return True
    bare = re.sub(r"[(\[].*", "", name)
    if _TOGETHER.search(bare) or plain(bare) in _firms():
        return True
    words = _WORD.findall(bare)
    return bool(words) and all(_is_initials(word) for word in words)


def _without_time_and_nation(name: str) -> str:
    """Return "Painter" of "Painter (Florentine), 16th century", and "POTTER, Paulus" as it is."""
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
    if found is None:
        return all(word.casefold() in _adjectives() for word in _WORD.findall(said)) and bool(said)
    before = _WORD.findall(found[1])
    if not before:
        return True
    if said.endswith(("artist", "artists")) and "Artist" not in said:
        return True  # "Akan artist": a person's name does not end in a common noun
    connecting = {
        "or",
        "and",
        "north",
        "south",
        "northern",
        "southern",
        "east",
        "west",
        "possibly",
        "probably",
    }
    return all(word.casefold() in _adjectives() | connecting for word in before)


@cache
def _adjectives() -> frozenset[str]:
    return frozenset(row["adjective"] for row in vocabulary_rows("nationalities"))


@cache
def _firms() -> frozenset[str]:
    return frozenset(row["name"] for row in vocabulary_rows("firms"))


@cache
def _unknown_terms() -> frozenset[str]:
    rows = vocabulary_rows("attribution_terms")
    return frozenset(
        row["term"].casefold() for row in rows if row["class"] in ("unknown", "undetermined")
    )
