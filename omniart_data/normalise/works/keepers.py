"""When two places of keeping are one: the name of an institution and its city, apart."""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_SMALL_WORDS = """
    a das de der die el het il la le les of the
"""
_SMALL = frozenset(_SMALL_WORDS.split())
_NOBODY_WORDS = """
    collectie collection collections destroyed formerly location locations lost onbekend owned particuliere
    private privately unknown various verblijfplaats whereabouts
"""
_NOBODY = frozenset(_NOBODY_WORDS.split())
"""Words of a place of keeping that names no place."""


@lru_cache(maxsize=65536)
def keeper_key(kept_at: str, kept_in: str, institution: str) -> tuple[str, str]:
    """Return an institution and its city as they are compared; empty where no institution is named.

    The artwork's ``kept_at`` and ``kept_in`` count; the ``institution`` of its source stands in where there is none.
    What follows the last comma of a name is a city, as the Web Gallery and the Met write it.

    >>> keeper_key("", "", "The Metropolitan Museum of Art, New York")
    ('metropolitan museum art', 'new york')
    >>> keeper_key("Musée du Louvre", "Paris", ""), keeper_key("Private collection", "", "")
    (('musee du louvre', 'paris'), ('', ''))
    """
    name, _, city = (kept_at.strip() or institution.strip())[:300].rpartition(",")
    if not name:
        name, city = city, ""
    elif kept_in and _words(city) != _words(kept_in):
        name, city = f"{name} {city}", ""
    key = " ".join(word for word in _words(name) if word not in _SMALL)
    if set(_words(name)) <= _NOBODY:
        return "", ""
    return key, " ".join(_words(kept_in or city))


def _words(text: str) -> list[str]:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(one for one in letters if not unicodedata.combining(one)))
