"""The words and signs of a size text, and what can be told by looking ahead among them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from omniart_data.normalise.sizes.words import UNIT, is_circa, label_of, unit_of

_TOKEN = re.compile(
    rf"""(?P<number>\#)(?:\s*(?P<damaged>_)?\s*(?P<unit>{UNIT})(?![^\W_])\.*)?
    |(?P<break>[;\r\n]+)
    |(?P<open>[(\[])
    |(?P<close>[)\]])
    |(?P<by>(?:x(?=[\s\#(]|[hwdlb][.:\s]|diam|$)|by\b|bij\b|[×_\ufffd*?¿](?=\s*(?:\#|[hwdl]\b))))
    |(?P<to>[-–—]|to\b|tot\b|t/m\b)
    |(?P<comma>[,+&/]|and\b|en\b)
    |(?P<colon>:+)
    |(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*\.?|[ø⌀])
    |(?P<other>\S)""",
    re.VERBOSE,
)

_LONGEST_BRACKET = 60
"""Words of a bracket that are read."""


@dataclass(frozen=True, slots=True)
class Token:
    """A number with its unit, a word, or a sign."""

    kind: str
    text: str = ""
    unit: str = ""
    number: int = -1
    is_attached: bool = False
    """It stands right behind a number: the c of "2c."."""


def tokens_of(shape: str) -> list[Token]:
    """Return the tokens of a shape; each # is a number, counted from 0.

    >>> [(token.kind, token.unit or token.text) for token in tokens_of("H. # in.; (#)")]
    [('word', 'h.'), ('number', 'in'), ('break', ';'), ('open', '('), ('number', '#'), ('close', ')')]
    """
    tokens: list[Token] = []
    number = end = 0
    for found in _TOKEN.finditer(shape.lower()):
        kind = found.lastgroup or ""
        if found["number"]:
            unit = unit_of(found["unit"]) if found["unit"] else ""
            tokens.append(Token("number", "#", "damaged" if found["damaged"] else unit, number))
            number += 1
        else:
            is_behind = bool(tokens) and tokens[-1].kind == "number" and found.start() == end
            tokens.append(Token(kind, found[0], is_attached=is_behind))
        end = found.end()
    return tokens


def is_letter(tokens: Sequence[Token], place: int) -> bool:
    """Return whether a letter begins a line as the name of a part: "b: 22 x 50 cm", "b) 22 x 50 cm", "b. H. 22 cm"."""
    letter = tokens[place].text
    before = tokens[place - 1].kind if place else "break"
    after = tokens[place + 1] if place + 1 < len(tokens) else Token("end")
    is_before_label = after.kind == "word" and label_of(after.text) is not None
    is_behind = after.kind in ("colon", "close") if len(letter) == 1 else is_before_label
    return len(letter.rstrip(".")) == 1 and before in ("break", "comma", "open") and is_behind


def is_lettered(tokens: Sequence[Token]) -> bool:
    """Return whether lines begin with a:, b:, c:, so that b and d are no labels there."""
    letters = (place for place, token in enumerate(tokens) if token.text in ("a", "a."))
    return any(is_letter(tokens, place) for place in letters)


def closing(tokens: Sequence[Token], place: int) -> int:
    """Return where a bracket closes, or where the reader stops to look for that."""
    furthest = min(len(tokens), place + _LONGEST_BRACKET)
    closing = (i for i in range(place + 1, furthest) if tokens[i].kind == "close")
    return next(closing, furthest)


def holds_size(tokens: Sequence[Token]) -> bool:
    """Return whether a number with a unit of length is among tokens."""
    return any(token.kind == "number" and token.unit not in ("", "weight") for token in tokens)


def begins_with_words(tokens: Sequence[Token]) -> bool:
    """Return whether a word that is no label stands before the first number."""
    for token in tokens:
        if token.kind == "number":
            return False
        if token.kind == "word" and label_of(token.text) is None and not is_circa(token.text):
            return True
    return False


def bracket_follows(tokens: Sequence[Token], place: int) -> bool:
    """Return whether a bracket, here or on the next line, says sizes with their units."""
    while place < len(tokens) and tokens[place].kind in ("comma", "break"):
        place += 1
    if place >= len(tokens) or tokens[place].kind != "open":
        return False
    inside = tokens[place + 1 : place + 12]
    return holds_size(inside) and not begins_with_words(inside)
