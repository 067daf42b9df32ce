"""A medium text cut into the words for materials and techniques that it names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from omniart_data.normalise.terms.stems import singular, stem
from omniart_data.normalise.terms.tables import (
    Found,
    by_ending,
    composites,
    exact,
    look_up,
    plain,
    without_brackets,
)
from omniart_data.normalise.vocabulary import vocabulary_rows

_CONNECTING: Mapping[str, str] = MappingProxyType(
    {
        "en": "on|and|with|or|in|over|under|of|by|from|to|onto|into|between|also|plus|on top of",
        "nl": "op|en|met|of|in|over|van|uit|door|onder|naar",
    }
)
"""Words between two materials, by language (the rules of vocabulary.md, section 2)."""

_SUPPORT = frozenset({"on", "onto", "op"})
_ORIGIN = frozenset({"from"})
_HEDGES = re.compile(
    r"\b(?:possibly|probably|perhaps|apparently|partly|partially|mostly|mainly|chiefly|originally|"
    r"remains?|traces?|touches?|some|a few|additions?|details?|modern|restored|restorations?|other|"
    r"mogelijk|waarschijnlijk|deels|gedeeltelijk|resten|sporen|a|an|the|de|het|een|its|both|all)\b"
    r"|\(\?\)|\?"
)
_CERAMIC = re.compile(r"glaze|glazing|stonepaste|enamel|faience|underglaze|painted")
_COLOUR = re.compile(r"\bturquoise\b")
"""The stone, but on ceramics and in paint a colour."""
_LABEL = re.compile(r"^[^,:;.]{1,40}:\s+")
_SIZE = re.compile(
    r"(?<!\w)(?:[\d.,/½¼¾⅛⅜⅝⅞]+\s*(?:[x×_]|by)\s*)*[\d.,/½¼¾⅛⅜⅝⅞]+\s*(?:cm|mm|in\.|inch(?:es)?)(?!\w)"
)
_DIGIT = re.compile(r"[\d½¼¾⅛⅜⅝⅞]")
_LETTER = re.compile(r"[^\W\d_]")
_LINES = re.compile(r"[;\r\n]+|\.\s+")
_EDGES = " .\t\"'`*{}[]()!|“”‘’-–_="
_KEPT_TOGETHER = "\x00"


@dataclass(frozen=True)
class Piece:
    """One word or phrase of a medium text, and whether the text puts it under the others ("on")."""

    text: str
    is_support: bool = False


@lru_cache(maxsize=65536)
def pieces(text: str, language: str = "en") -> tuple[Piece, ...]:
    """Return the phrases of a medium text between its commas and connecting words.

    Brackets are glosses or part labels ("(a, b)"), "Case:" is a part; both go, as do hedges and sizes.
    Terms that hold a connecting word ("pen and ink") stay whole; what a print was made "from"
    is no part of it.

    >>> [piece.text for piece in pieces("Case: gilt brass; (a, b) silk, probably wool")]
    ['gilt brass', 'silk', 'wool']
    >>> [(piece.text, piece.is_support) for piece in pieces("Oil on canvas, transferred from wood")]
    [('oil', False), ('canvas', True), ('transferred from wood', False)]
    >>> [piece.text for piece in pieces("krijt en inkt op papier", "nl")]
    ['krijt', 'inkt', 'papier']
    """
    spoken = language if language in _CONNECTING else "en"
    found: dict[Piece, None] = {}
    text = text[:_LONGEST]
    if "turquoise" in text and _CERAMIC.search(text):
        text = _COLOUR.sub(" ", text)
    for line in _LINES.split(text):
        part = without_brackets(plain(line))
        if ":" in part:
            part = _LABEL.sub("", part)
        if _DIGIT.search(part):
            part = _SIZE.sub(" ", part)
        part = _HEDGES.sub(" ", part)
        for piece in _between(_protected(plain(part), spoken), spoken):
            found[piece] = None
    return tuple(found)


_LONGEST = 4000
"""Characters of a medium text that are read; the longest real one of 143,469 has some hundreds."""


@lru_cache(maxsize=65536)
def resolved(piece: str, kind: str, language: str) -> tuple[Found, ...]:
    """Return what a phrase names: the whole as a term, of ``kind`` first; else each term within it.

    A phrase that names an artwork type ("hanging scroll") says so with that kind.

    >>> [(found.label, found.how) for found in resolved("quaint limestone", "material", "en")]
    [('limestone', 'head')]
    >>> [found.label for found in resolved("ebonized walnut", "material", "en")]
    ['ebonizing', 'walnut']
    >>> [found.label for found in resolved("gilt bronze", "material", "en")]
    ['bronze', 'gold', 'gilding']
    >>> resolved("etching", "material", "en")[0].kind
    'technique'
    """
    kinds = (kind, "technique" if kind == "material" else "material")
    several = composites().get(piece, ())
    if several and kind == "material":
        return several
    for one in (*kinds, "type"):
        found = look_up(piece, one, language)
        if found is not None:
            return (found,)
    if several:  # a museum's list of techniques may hold such a word too ("kleurenlithografie")
        return several
    within = _within(piece, kinds, language)
    if within:
        return within
    for one in (*kinds, "type"):
        found = by_ending(piece, one, language)
        if found is not None:
            return (found,)
    label = singular(piece) if language == "en" else piece
    return (Found(label, kind, "unmatched", "no row in terms.csv: kept as given"),)


def _within(piece: str, kinds: tuple[str, ...], language: str) -> tuple[Found, ...]:
    """Return the terms of a phrase from left to right, the longest first; "head" if words are left over."""
    words = piece.split(" ")
    found: list[Found] = []
    left_over, start = False, 0
    while start < len(words):
        for end in range(min(len(words), start + _reach(words[start])), start, -1):
            terms = _terms(" ".join(words[start:end]), kinds, language)
            if terms:
                found += terms
                start = end
                break
        else:
            made = _how_it_was_made(words[start], kinds, language)
            found += made
            left_over = True
            start += 1
    if not any(term.label for term in found):
        return () if left_over else tuple(found)
    found = [term for term in found if term.label]
    if not left_over:
        return tuple(found)
    return tuple(
        Found(term.label, term.kind, "head", f"{term.because}, within the phrase") for term in found
    )


@lru_cache(maxsize=65536)
def _terms(part: str, kinds: tuple[str, ...], language: str) -> tuple[Found, ...]:
    """Return what words within a phrase name: a row with these very words first, then one of their stem.

    >>> [found.label for found in _terms("glazed", ("material", "technique"), "en")]
    ['glaze', 'glazing']
    """
    several = composites().get(part, ()) if kinds[0] == "material" else ()
    if several:
        return several
    for find in (exact, look_up):
        for kind in kinds:
            found = find(part, kind, language)
            if found is not None:
                return (found,)
    return ()


def _how_it_was_made(word: str, kinds: tuple[str, ...], language: str) -> tuple[Found, ...]:
    """Return the technique that a compound participle ends in.

    >>> [found.label for found in _how_it_was_made("chisel-carved", ("material", "technique"), "en")]
    ['carving']
    """
    _, hyphen, last = word.rpartition("-")
    if not hyphen or language == "nl" or not last.endswith(("ed", "blown", "cut", "woven")):
        return ()
    return tuple(one for one in _terms(last, kinds, language) if one.kind == "technique")


def longest_term() -> int:
    """Return the number of words in the longest term of the tables; longer phrases are not looked for."""
    return max(_longest_by_first_word().values())


def _reach(word: str) -> int:
    """Return how many words the longest term has that begins with a word, or with a form of it."""
    first = word.replace("-", " ").split(" ", 1)[0]
    reach = _longest_by_first_word()
    return max(reach.get(first, 0), reach.get(stem(first), 0), 1)


@cache
def _longest_by_first_word() -> Mapping[str, int]:
    """Return the first word of each term, as it stands and by its stem -> words in the longest such term.

    A hyphen parts words here, since a term may be written without it.
    """
    longest: dict[str, int] = {}
    for name in ("terms", "aat_materials", "composites"):
        for row in vocabulary_rows(name):
            for term in (row["term"], row.get("label", "")):
                words = term.replace("-", " ").split()
                for first in {words[0], stem(words[0])} if words else ():
                    longest[first] = max(longest.get(first, 0), len(words))
    return MappingProxyType(longest)


def _between(text: str, language: str) -> list[Piece]:
    """Return what stands between separators; a connecting word says what follows it."""
    cut = _separators(language).split(text)
    found, support, origin = [], False, False
    for place, word in enumerate(cut):
        if place % 2:
            support, origin = (word in _SUPPORT, word in _ORIGIN) if word else (False, False)
            continue
        piece = word.replace(_KEPT_TOGETHER, " ").strip(_EDGES)
        if _LETTER.search(piece) and not origin:
            found.append(Piece(piece, support))
    return found


@cache
def _separators(language: str) -> re.Pattern[str]:
    return re.compile(
        rf"\s*[,/&+]\s*|(?:^|(?<=[\s,/&+]))({_CONNECTING[language]})(?=\s|$)",
    )


def _protected(text: str, language: str) -> str:
    """Tie together the words of terms that hold a connecting word."""
    pattern = _holding_connecting_words(language)
    return pattern.sub(lambda found: found[0].replace(" ", _KEPT_TOGETHER), text)


@cache
def _holding_connecting_words(language: str) -> re.Pattern[str]:
    holds = re.compile(rf" (?:{_CONNECTING[language]}) |,")
    terms = {
        row["term"]
        for row in vocabulary_rows("terms")
        if row["language"] == language and row["kind"] != "type" and holds.search(row["term"])
    }
    for term, parts in composites().items():
        if not parts:
            terms.discard(term)
        elif holds.search(term):
            terms.add(term)
    longest_first = sorted(terms, key=lambda term: (-len(term), term))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})\b")
