"""Where an artwork is kept now: the rule that tells the institution from the city."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from omniart_data.normalise.places.names import named_place
from omniart_data.normalise.rule import Judged, Rule
from omniart_data.normalise.terms.tables import plain
from omniart_data.normalise.vocabulary import vocabulary_rows

PRIVATE = "private collection"

_LONGEST = 300
"""Characters of a text that are read: real ones have fewer than 120."""

_CODE = r"(?:[A-Z]{1,4}[-. ]?)?[0-9][0-9A-Z.-]*"
_ROOM = re.compile(rf"(?:(?i:gallery|room|zaal|galerij)\s+)?{_CODE}(?:[,;/ ]+{_CODE})*")
"""A gallery's number ("774") or a room's code ("HG-2.31"): it says where in the institution."""

_PRIVATE = re.compile(
    r"(?:private collections?|particuliere collectie|privécollectie)\b", re.IGNORECASE
)
_NOWHERE = re.compile(
    r"(?:present |current )?(?:whereabouts|location) (?:is )?(?:unknown|not known)\b"
    r"|(?:unknown|not known|onbekend|verblijfplaats onbekend|[-?]*)$"
    r"|(?:formerly|destroyed|lost|stolen|missing)\b|.*\((?:destroyed|lost|stolen|missing)\b"
)
"""What says that an artwork is gone, or that nobody knows where it is."""

_STATE = re.compile(r"[A-Z]\.?[A-Z]\.?")
_CITY_STATES = frozenset({"Luxembourg", "Monaco", "San Marino", "Singapore", "Vatican City"})


def keep(location: str | None, institution: str | None) -> Judged:
    """Give the institution that keeps an artwork and its city, from where it is kept, else from the museum.

    >>> keep("Galleria Palatina (Palazzo Pitti), Florence", "").value
    ('Galleria Palatina (Palazzo Pitti)', 'Florence')
    >>> keep("774", "Metropolitan Museum of Art, New York").value
    ('Metropolitan Museum of Art', 'New York')
    >>> keep("Private collection", "").value, keep("", "Rijksmuseum").value
    (('private collection', ''), ('Rijksmuseum', 'Amsterdam'))
    """
    where, museum = (location or "")[:_LONGEST], institution or ""
    if where.strip() and not _ROOM.fullmatch(where.strip()):
        return _judged(where, "the location")
    return _judged(museum, "the institution")


def _judged(text: str, column: str) -> Judged:
    at, city, why = kept(text)
    return Judged((at, city), f"{column}: {why}" if text.strip() else "no location given")


def kept(text: str) -> tuple[str, str, str]:
    """Return institution, city, and what decided; the city is as given, and never a country or a state.

    >>> kept("Sterling and Francine Clark Art Institute, Williamstown, Massachusetts, USA")[:2]
    ('Sterling and Francine Clark Art Institute', 'Williamstown')
    >>> kept("Private collection, Paris")[:2], kept("Whereabouts unknown")[:2]
    (('private collection', 'Paris'), ('', ''))
    >>> kept("Museum of Fine Arts, Boston, MA")[:2], kept("Chatsworth House, Derbyshire")[:2]
    (('Museum of Fine Arts', 'Boston'), ('Chatsworth House', ''))
    """
    return _kept(text[:_LONGEST])


@lru_cache(maxsize=65536)
def _kept(text: str) -> tuple[str, str, str]:
    parts = _parts(text)
    if not parts or _NOWHERE.match(plain(text)):
        return "", "", f"{text[:80]!r} is nowhere that is known"
    if _PRIVATE.match(parts[0]):
        return PRIVATE, _city(parts[1:]), "a private collection"
    while len(parts) > 2 and (_is_wide(parts[-1]) or _STATE.fullmatch(parts[-1])):
        parts = parts[:-1]
    if len(parts) > 1 and not _is_wide(parts[-1]):
        return ", ".join(parts[:-1]), parts[-1], "the city stands behind the last comma"
    at = parts[0] if len(parts) > 1 else ", ".join(parts)
    row = _institutions().get(plain(at))
    if row is not None:
        return (
            at,
            row["city"],
            f"institutions.csv: {row['name']} ({row['source']}) -> {row['city']}",
        )
    return at, "", "it names no city"


def _city(parts: Sequence[str]) -> str:
    """Return the first part that is a city: a private collection may stand with a country alone."""
    return next((part for part in parts if not _is_wide(part)), "")


def _parts(text: str) -> list[str]:
    """Return what stands between commas outside brackets.

    >>> _parts("Musée des Beaux-Arts (formerly Hôtel, Rue X), Lille ")
    ['Musée des Beaux-Arts (formerly Hôtel, Rue X)', 'Lille']
    """
    parts, depth = [""], 0
    for char in text:
        depth = max(0, depth + (char == "(") - (char == ")"))
        if char == "," and not depth:
            parts.append("")
        else:
            parts[-1] += char
    squeezed = (" ".join(part.split()) for part in parts)
    return [part for part in squeezed if part]


def _is_wide(part: str) -> bool:
    """Return whether a part is a country or a region that is no city too.

    >>> [_is_wide(part) for part in ("Massachusetts", "USA", "Vatican", "Utrecht", "Luxembourg")]
    [True, True, False, False, False]
    """
    found = named_place(part, "en")
    if found is not None and found.label in _CITY_STATES:
        return False
    return found is not None and found.kind in {"country", "region", "continent"}


@cache
def _institutions() -> Mapping[str, Mapping[str, str]]:
    return {row["name"]: row for row in vocabulary_rows("institutions")}


RULE = Rule("location", ("location", "institution"), ("kept_at", "kept_in"), keep)
