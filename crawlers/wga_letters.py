"""Letters that the Web Gallery's text edition has lost, put back where one known word fits.

The edition keeps only letters that cp1250 and cp1252 write alike; any other is a ``?``: DELACROIX, Eug?ne.
The words that have such letters are in ``schemas/vocab/lost_letters.csv``. A word is repaired where exactly
one of them fits, letter by letter, a mark for each lost letter; where several do or none, the mark stays
for somebody to see, as a real question mark does. Raw records keep what the catalogue says.
"""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

_WORD = re.compile(r"(?:[^\W\d_]|\?)*(?:[^\W\d_]\?|\?[^\W\d_])(?:[^\W\d_]|\?)*")
"""Letters and marks, a mark beside a letter at least once: not the mark of "Galatea (?)"."""


class LostLetters:
    """The known words, or whole texts, that have letters which can be lost."""

    def __init__(self, words: Iterable[str]) -> None:
        fitting: dict[str, list[str]] = defaultdict(list)
        for word in {unicodedata.normalize("NFC", one) for one in words}:
            fitting[damaged(word.lower())].append(word)
        self._known: Mapping[str, str] = {
            key: found[0] for key, found in fitting.items() if len(found) == 1
        }
        """By what is left of it, what the only fitting word is."""

    def repair(self, text: str) -> str:
        """Return a text with its lost letters put back, as a whole or else word by word.

        >>> letters = LostLetters(["eugène", "Luchian, Ștefan"])
        >>> letters.repair("DELACROIX, Eug?ne"), letters.repair("LUCHIAN, ?tefan")
        ('DELACROIX, Eugène', 'LUCHIAN, Ștefan')
        >>> letters.repair("The Sorrow of Eugene (?)"), letters.repair("?tefan")
        ('The Sorrow of Eugene (?)', '?tefan')
        """
        if "?" not in text:
            return text
        whole = self._fit(unicodedata.normalize("NFC", text))
        return whole or _WORD.sub(lambda found: self._fit(found[0]) or found[0], text)

    def unknown(self, text: str) -> list[str]:
        """Return the words of a text that have a mark and are not known; some may be real questions.

        >>> LostLetters(["eugène"]).unknown("MILI?EVI?, Eug?ne (?)")
        ['MILI?EVI?']
        """
        return _WORD.findall(self.repair(text)) if "?" in text else []

    def knows(self, word: str) -> bool:
        """Return whether a whole word, in any case, is one of the known ones."""
        lower = word.lower()
        return self._known.get(damaged(lower), "").lower() == lower

    def _fit(self, text: str) -> str:
        """Return the text with the letters of the only word that fits; empty where there is none."""
        lower = text.lower()
        known = self._known.get(damaged(lower))
        if known is None or len(lower) != len(text):
            return ""
        pairs = zip(lower, known.lower(), strict=True)
        if any(sign not in {letter, "?"} for sign, letter in pairs):
            return ""
        return "".join(
            _like(letter, text, at) if sign == "?" else sign
            for at, (sign, letter) in enumerate(zip(text, known, strict=True))
        )


def _like(letter: str, text: str, at: int) -> str:
    """Return a letter as it was written at its place: a capital in a word of capitals."""
    return letter.upper() if _in_capitals(text, at) else letter


def _in_capitals(text: str, at: int) -> bool:
    """Return whether the word around a place in a text is written in capitals."""
    before = re.search(r"(?:[^\W\d_]|\?)*$", text[:at])
    after = re.match(r"(?:[^\W\d_]|\?)*", text[at:])
    word = (before[0] if before else "") + (after[0] if after else "")
    letters = word.replace("?", "")
    return len(letters) > 1 and letters.isupper()


def damaged(text: str) -> str:
    """Return a text as the text edition holds it.

    >>> damaged("Købke, Dürer, Hudeček")
    'K?bke, Dürer, Hude?ek'
    """
    return "".join("?" if _is_lost(sign) else sign for sign in text)


@cache
def _is_lost(sign: str) -> bool:
    if sign.isascii() or not sign.isalpha():
        return False
    both = {sign.encode(encoding, errors="replace") for encoding in ("cp1250", "cp1252")}
    return len(both) > 1 or both == {b"?"}


@cache
def known_letters() -> LostLetters:
    """Return the words of ``schemas/vocab/lost_letters.csv``."""
    text = files("schemas").joinpath("vocab", "lost_letters.csv").read_text(encoding="utf-8")
    return LostLetters(row["word"] for row in csv.DictReader(text.splitlines()))
