"""A date text cut into the words of the date grammar."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

_PARTS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "early": (0, 1 / 3),
        "mid": (1 / 3, 2 / 3),
        "late": (2 / 3, 1),
        "1 half": (0, 1 / 2),
        "2 half": (1 / 2, 1),
        "1 quarter": (0, 1 / 4),
        "2 quarter": (1 / 4, 1 / 2),
        "3 quarter": (1 / 2, 3 / 4),
        "4 quarter": (3 / 4, 1),
        "1 third": (0, 1 / 3),
        "2 third": (1 / 3, 2 / 3),
        "3 third": (2 / 3, 1),
    }
)
"""Which part of a century a word names: thirds for early, mid, late (the Met's majority form)."""

_ORDINAL_WORDS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
_ORDINALS = {word: number for number, word in enumerate(_ORDINAL_WORDS, 1)} | {
    "twenty-first": 21,
    "eerste": 1,
    "tweede": 2,
    "derde": 3,
    "vierde": 4,
    "laatste": 4,
    "erste": 1,
    "ersten": 1,
    "erstes": 1,
    "zweite": 2,
    "zweiten": 2,
    "zweites": 2,
    "drittes": 3,
    "dritten": 3,
    "viertes": 4,
    "première": 1,
    "seconde": 2,
    "deuxième": 2,
    "prima": 1,
    "seconda": 2,
    "primo": 1,
    "secondo": 2,
    "last": 4,
}

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "part": r"early|vroege?|begin|beginning|frühe[sn]?|anfang|début|inizio|inizi"
        r"|mid(?:dle)?|midden|mitte|milieu|metà"
        r"|late[rs]?(?=[\s-]+(?:\d|centur|[a-z-]+(?:th|st|nd|rd)\b))|eind(?:e)?|ende|fin|fine|end",
        "fraction": r"half|helft|hälfte|moitié|quarter|kwart|viertel|quart|quarto|third(?=\s+of)|tiers",
        "century": r"cent(?:ury|uries|uty|ruy|\.)?|cenutry|c(?=\.?\s*$)|eeuw|eeuwen|jahrhunderts?|jhdt?s?|jhs?|siècles?"
        r"|sec(?:olo|oli)?|century's",
        "millennium": r"mill?enn?ium|mill?enn?ia|jahrtausend|millénaire",
        "bce": r"b\.?\s?c\.?(?:\s?e\.?)?|v(?:oor|or)?\.?\s?chr(?:istus|\.)?|av(?:ant)?\.?\s?j\.?-?c\.?|a\.\s?c\.",
        "ce": r"a\.?\s?d\.?|c\.?\s?e\.?|n(?:a|ach)?\.?\s?chr(?:istus|\.)?|ap(?:rès)?\.?\s?j\.?-?c\.?|d\.\s?c\.",
        "open": r"(?:or|and|of|en|und|oder|ou|o|e)\s+(?:later|after|thereafter|jünger|später|spätere?|na|plus tard)(?=\s*(?:$|[,;)]))"
        r"|onwards?|present",
        "until": r"(?:or|and|of|en)\s+(?:earlier|eerder|vroeger|before)(?=\s*(?:$|[,;)]))",
        "not after": r"(?:in|or|on)\s+(?:of|or)\s+(?:voor|before)|no later than|not later than|niet na|by|until|till|uiterlijk|tot en met",
        "not before": r"(?:in|or|on)\s+(?:of|or)\s+(?:na|after)|not before|niet voor|since|from(?=\s+\d+\s*$)|vanaf|begun|began|dopo il|ab",
        "before": r"before|prior to|pre|voor|vóór|vor|avant|prima del?|ante",
        "after": r"after|post|na|nach|après|dopo|na de",
        "circa": r"ca|circa|c|cca|about|around|approximately|um|gegen|vers|verso|environ|omstreeks|ongeveer|rond|wohl",
        "between": r"between|tussen|zwischen|entre|tra|fra|from|van|von",
        "to": r"to|through|tot|bis|à|al|until|t/m|thru",
        "or": r"or|of(?=\s+(?:ca\.?\s*)?\d)|oder|ou|o|and|en|und|et|&",
    }
)
"""Word class -> pattern, in the order in which they are tried."""

_TOKEN = re.compile(
    r"(?P<hijri>a\.?\s?h\.?\s*\d+(?:\s*-\s*\d+)?)"
    r"|(?P<iso>\d{4}-\d{2}-\d{2}(?!\d))"
    r"|(?P<decade>\d{1,3}0(?:'?s|er|'s)\b|(?:jaren|années|anni|années)\s+\d{3}0)"
    r"|(?P<ordinal>\d{1,2}\s?(?:t?th|st|nd|rd|ste|de|e|ère|er|ème|è|º|°)(?![^\W\d_])|\d{1,2}\.(?=\s*(?:j|h|v|m)))"
    r"|(?P<roman>[ivx]+(?:e|ème)?(?=\s+(?:sec|siècle|secolo|eeuw|jh|cent)))"
    r"|(?P<number>\d+)"
    + "".join(
        rf"|(?P<w{place}>(?<![^\W\d_])(?:{pattern})(?![^\W\d_]))"
        for place, pattern in enumerate(_WORDS.values())
    )
    + r"|(?P<dash>-+)|(?P<slash>/)|(?P<stop>[;,:()])|(?P<word>[^\W\d_]+)|(?P<doubt>[?~±])|(?P<other>.)",
)
_MONTH = re.compile(
    r"(?:jan|feb|mar|apr|may|mei|jun|jul|aug|sep|oct|okt|nov|dec|mrt|spring|summer|autumn|fall|winter)"
)


_MEANINGLESS = ("hijri", "other")
_LONGEST_YEAR = 5
_LONGEST_MONTH = 10


@dataclass(frozen=True)
class Word:
    """One word of the grammar: its class, its number, and the text of a number as it was written."""

    kind: str
    number: float = 0
    text: str = ""
    until: float = 0
    """For a part of a century: the end of the part, ``number`` being its begin."""


@cache
def date_words(text: str) -> tuple[Word, ...]:
    """Return the words of a date text that the grammar knows, in order; the others are left out.

    >>> [(word.kind, word.number) for word in date_words("ca. 1630-35")]
    [('circa', 0), ('year', 1630), ('dash', 0), ('year', 35)]
    """
    return tuple(_signed(list(_classified(_clean(text)))))


def _clean(text: str) -> str:
    """Bring dashes, blanks and case to one form; drop brackets and damaged characters."""
    for dash in "‐‑‒–—―−\ufffd":
        text = text.replace(dash, "-")
    text = re.sub(r"[\[\]<>\"“”]", " ", text.replace("ca/", "ca ").replace("(?)", " ? "))
    text = re.sub(r"(?<!\d)(\d{1,2}),(\d{3})(?!\d)", r"\1\2", text)
    text = re.sub(r"(?<=\d)(?:-ste|-de)\b|(?<=[a-z])(?=\d)", " ", " ".join(text.casefold().split()))
    text = re.sub(r"\bsec(?:olo|\.)?\s+([ivx]+)\b", r"\1 sec", text)
    text = re.sub(r"\bmid-to-late\b", "mid to late", text)
    return re.sub(r"\b(mid|early|late)-(?=[a-z\d])", r"\1 ", text)


def _classified(text: str) -> Iterator[Word]:
    names = list(_WORDS)
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or "other"
        if kind.startswith("w") and kind[1:].isdigit():
            kind = names[int(kind[1:])]
        kind = "circa" if kind == "doubt" else kind
        word = _word(kind, found[0])
        if word is not None:
            yield word


def _word(kind: str, text: str) -> Word | None:
    """Return the word of a token, or None for one that means nothing to the grammar."""
    if kind in _MEANINGLESS:
        return None
    if kind in ("iso", "decade", "ordinal", "number"):
        return _number(kind, text)
    if kind == "roman":
        return Word("ordinal", _roman(text))
    if kind == "part":
        return _part(text)
    if kind == "word":
        return _ordinal_or_month(text)
    return Word(kind, text=text)


def _number(kind: str, text: str) -> Word | None:
    digits = "".join(char for char in text if char.isascii() and char.isdigit())
    if not 0 < len(digits) <= _LONGEST_YEAR and kind != "iso":
        return None
    if kind == "iso":
        return Word("year", int(text[:4]), text[:4])
    if kind == "number":
        return Word("year", int(digits), digits)
    if kind == "decade" and digits.endswith("00"):
        return Word("hundred", int(digits) // 100 + 1)
    return Word(kind, int(digits))


def _ordinal_or_month(text: str) -> Word | None:
    if text in _ORDINALS:
        return Word("ordinal", _ORDINALS[text], text)
    return Word("month") if _MONTH.match(text) and len(text) < _LONGEST_MONTH else None


def _part(text: str) -> Word:
    starts = {"e": "late", "f": "late", "m": "mid", "l": "late"}
    early = text.startswith(("ear", "vro", "beg", "frü", "anf", "déb", "ini"))
    name = "early" if early else starts[text[0]]
    return Word("part", *_PARTS[name][:1], text, _PARTS[name][1])


def fraction(ordinal: float, text: str, *, is_last: bool) -> tuple[float, float]:
    """Return which part of a century "first half", "laatste kwart", "second third" is, as (begin, end)."""
    parts = 2 if text[:2] in ("ha", "he", "hä", "mo") else 3 if text[0] == "t" else 4
    place = parts if is_last else min(int(ordinal), parts)
    return (place - 1) / parts, place / parts


def _roman(text: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10}[char] for char in text if char in "ivx"]
    return sum(-one if one < max(values[place:]) else one for place, one in enumerate(values))


def _signed(words: list[Word]) -> Iterator[Word]:
    """Make a dash a sign where it cannot join two years: "-500 - -200", "-300--200"."""
    before, place = "dash", 0
    while place < len(words):
        word = words[place]
        following = words[place + 1] if place + 1 < len(words) else Word("end")
        is_dash = word.kind == "dash" and following.kind == "year"
        if is_dash and before in ("dash", "circa", "after", "before"):
            yield Word("year", -following.number, f"-{following.text}")
            before, place = "year", place + 2
        elif is_dash and len(word.text) > 1:
            yield word
            yield Word("year", -following.number, f"-{following.text}")
            before, place = "year", place + 2
        else:
            yield word
            before, place = word.kind, place + 1
