"""A medium text cut into its phrases: what stands between its commas and connecting words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from omniart_data.normalise.terms.tables import composites, plain
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
_HEDGES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        language: re.compile(rf"(?<![\w-])(?:{words})(?![\w-])|\(\?\)|\?")
        for language, words in {
            "en": "possibly|probably|perhaps|apparently|partly|partially|mostly|mainly|chiefly|"
            "originally|remains?|traces?|touches?|remnants?|some|a few|additions?|details?|modern|"
            "restored|restorations?|other|a|an|the|its|both|all",
            "nl": "mogelijk|waarschijnlijk|deels|gedeeltelijk|resten|sporen|de|het|een",
        }.items()
    }
)
"""Words of doubt, of how much, and articles, by language; never within "coco-de-mer"."""
_CERAMIC = re.compile(r"glaze|glazing|stonepaste|enamel|faience|underglaze|painted")
_COLOUR = re.compile(r"\bturquoise\b")
"""The stone, but on ceramics and in paint a colour."""
_LABEL = re.compile(r"^(?:[^,:;.]{1,40}:|[a-z]\))\s+")
_GLOSS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_DEEPEST = 5
"""Brackets within brackets that are read."""
_OPEN_GLOSS = re.compile(r"(?<=\w)[ \t]*[(\[].*$", re.MULTILINE)
_QUOTES = re.compile(r"[\"“”]")
_MEASURE = re.compile(
    r"(?<!\w)(?:[\d.,/½¼¾⅛⅜⅝⅞]+\s*(?:[x×_]|by)\s*)*[\d.,/½¼¾⅛⅜⅝⅞]+\s*(?:cm|mm|in\.|inch(?:es)?)(?!\w)"
    r"|(?<!\w)\d+\s*(?:hr|hour|min|minute|sec|second)s?(?!\w)"
    r"|(?<!\w)\d+(?:[-–]\d+)?\s+(?:[a-z]{1,12}\s+)?per\s+(?:sq(?:uare)?\s*)?(?:cm|inch|in)?(?!\w)"
    r"|(?<!\w)[\d.]+\s*%"
)
"""Sizes, running times, threads or knots per inch, shares of an alloy."""
_DIGIT = re.compile(r"[\d½¼¾⅛⅜⅝⅞]")
_LETTER = re.compile(r"[^\W\d_]")
_LINES = re.compile(r"[;\r\n]+|\.\s+")
_EDGES = " .:\t\"'`*{}[]()!|“”‘’-–_="
_KEPT_TOGETHER = "\x00"


@dataclass(frozen=True)
class Piece:
    """One word or phrase of a medium text, and whether the text puts it under the others ("on")."""

    text: str
    is_support: bool = False


@lru_cache(maxsize=16384)
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
    text = _without_glosses(text[:_LONGEST])
    if "turquoise" in text and _CERAMIC.search(text):
        text = _COLOUR.sub(" ", text)
    for line in _LINES.split(text):
        part = plain(line)
        if ":" in part or ")" in part:
            part = _LABEL.sub("", part)
        if _DIGIT.search(part):
            part = _MEASURE.sub(" ", part)
        part = _HEDGES["en"].sub(" ", part)
        if language != "en":
            part = _HEDGES["nl"].sub(" ", part)
        for piece in _between(_protected(plain(part), spoken), spoken):
            found[piece] = None
    return tuple(found)


def _without_glosses(text: str) -> str:
    """Return a text without what stands in brackets, which may hold any separator.

    Quotation marks go too, and apostrophes become plain ones.

    >>> _without_glosses("Glaze (Hizen ware; Arita), ink (from cat. 12")
    'Glaze  , ink'
    """
    text = _QUOTES.sub(" ", text).replace("’", "'")
    if "(" not in text and "[" not in text:
        return text
    for _ in range(_DEEPEST):
        before, text = text, _GLOSS.sub(" ", text)
        if before == text:
            break
    return _OPEN_GLOSS.sub("", text)


_LONGEST = 4000
"""Characters of a medium text that are read; the longest real one of 143,469 has some hundreds."""


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
        rf"\s*[,/&+:]\s*|\s[-–—]\s|(?:^|(?<=[\s,/&+:])|(?<=-)(?=and\s))({_CONNECTING[language]})(?=[\s,/&+:.]|$)",
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
