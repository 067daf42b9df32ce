"""Where an artwork was made, from a culture that is named by a place: "India (Gujarat)", "French, Sèvres"."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from omniart_data.normalise.places.names import KINDS, Name, named_place
from omniart_data.normalise.places.told import (
    LONGEST,
    ORIGIN,
    Place,
    Told,
    groups,
    placed,
    readings,
)
from omniart_data.normalise.terms.tables import plain
from omniart_data.normalise.vocabulary import vocabulary_rows

_MADE_IN = re.compile(r".*\bmade in\s+", re.DOTALL)
_BEYOND = re.compile(
    r"[,;\s]*(?:\b(?:possibly|probably|perhaps|assembled)\s+)*\b(?:with|for|after|in the style of)\b.*|;.*",
    re.DOTALL,
)
"""Whom it was made for, what somebody else added, its model, and the people or parts behind a semicolon."""

_ALTERNATIVE = re.compile(r"[,\s]+(or|and)\s+")
_OR_IN_BRACKETS = re.compile(r"\(\s*or\s+")
_WITH_BRACKETS = re.compile(r"([^,()]+?)\s*\(([^()]*)\)")
_HEAD = re.compile(
    r"\s*(?P<doubt>(?:(?:possibly|probably|perhaps|supposedly)\s+)?)"
    r"(?P<head>[^,(.?]+?)\s*(?P<asked>(?:\(\?\)|\?)?)\s*(?=[,(.]|$)[.,]*(?P<rest>.*)",
    re.DOTALL | re.IGNORECASE,
)
_SUPPOSED = re.compile(r"\b(?:supposedly|likely)\b", re.IGNORECASE)
_REALM = re.compile(
    r"\b(?:(?:the|ancient|former)\s+)*(?:region|kingdom|duchy|county|state)\s+(?:of\s+)?(?=[A-Z])",
    re.IGNORECASE,
)
_POINTS = frozenset(
    f"{point}{end}"
    for point in (
        "north",
        "south",
        "east",
        "west",
        "northeast",
        "northwest",
        "southeast",
        "southwest",
    )
    for end in ("", "ern")
) | {"central", "middle eastern"}
_NEAR: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Austria": frozenset({"Czech Republic", "Hungary", "Italy", "Poland", "Slovakia"}),
        "Belgium": frozenset({"France", "Germany", "Netherlands"}),
        "France": frozenset({"Belgium", "Germany", "Italy"}),
        "Germany": frozenset({"Austria", "Czech Republic", "France", "Poland", "Russia"}),
        "Greece": frozenset({"Italy", "Turkey"}),
        "Hungary": frozenset({"Austria", "Croatia", "Romania", "Slovakia"}),
        "India": frozenset({"Bangladesh", "Pakistan"}),
        "Ireland": frozenset({"Northern Ireland"}),
        "Italy": frozenset({"Croatia", "France", "Switzerland"}),
        "Netherlands": frozenset({"Belgium", "Germany"}),
        "United Kingdom": frozenset({"Ireland"}),
    }
)
"""Countries of today in which a nation's towns lie besides its own: "German, Strasbourg", "Hungarian, Holitsch"."""
_ANCIENT_AMERICA = frozenset(
    {"Bolivia", "Chile", "Colombia", "Costa Rica", "Ecuador", "Guatemala", "Honduras", "Mexico"}
    | {"Nicaragua", "Panama", "Peru", "Venezuela"}
)
"""Countries whose regions lend their names to ancient cultures: Colima, Veracruz, Chiriquí."""

_NO_PLACES = frozenset(
    {"ashanti", "atlantic watershed", "benin", "eastern plains", "highlands", "middle eastern"}
    | {"plains", "western desert"}
)
"""Names of peoples, or of regions that several countries have, when they stand as a culture."""


def origin_of(culture: str) -> Told:
    """Return the places that a culture names: an adjective alone is none, and no unknown name behind one is.

    >>> [(p.city, p.region, p.country) for p in origin_of("British, Burslem, Staffordshire").places]
    [('Burslem', 'Staffordshire', 'England')]
    >>> [(p.region, p.country, p.certain) for p in origin_of("India (Bihar or West Bengal)").places]
    [('Bihar', 'India', False), ('West Bengal', 'India', False)]
    >>> [origin_of(words).places for words in ("Greek, Attic", "Chokwe peoples", "Chinese, for French market")]
    [(), (), ()]
    """
    return _origin_of(culture[:LONGEST])


@lru_cache(maxsize=65536)
def _origin_of(culture: str) -> Told:
    line = _BEYOND.sub("", _MADE_IN.sub("", " ".join(culture.split())))
    found: dict[Place, None] = {}
    because: dict[str, None] = {}
    statements = tuple(_statements(line))
    if not statements or not _head(statements[0][0]).is_known:
        statements = ()
    for statement, sure in statements:
        for certain, names in _named(statement):
            place = placed(names, ORIGIN, certain=sure and certain)
            if place is not None:
                found[place] = None
                because.update(dict.fromkeys(name.because for name in names))
    return Told(tuple(found), tuple(because) or (f"{culture[:80]!r} names no place",))


def _statements(line: str) -> Iterator[tuple[str, bool]]:
    """Yield each statement with a nation or a country at its head, and whether it stands without an alternative.

    >>> list(_statements("Italian, Urbino or French, Nevers")), list(_statements("India (Bihar or Bengal)"))
    ([('Italian, Urbino', False), ('French, Nevers', False)], [('India (Bihar or Bengal)', True)])
    """
    pieces = _ALTERNATIVE.split(line)[:15]
    found, sure = [pieces[0]], True
    for word, piece in zip(pieces[1::2], pieces[2::2], strict=False):
        if _begins(piece) and found[-1].count("(") <= found[-1].count(")"):
            found.append(piece)
            sure = sure and word == "and"
        else:
            found[-1] += f" {word} {piece}"
    for statement in found:
        yield statement, sure


def _begins(piece: str) -> bool:
    head = _head(piece)
    return head.adjective is not None or (head.place is not None and head.place.kind == "country")


@dataclass(frozen=True)
class _Head:
    """What stands first in a culture: an adjective, a place, or neither."""

    adjective: str | None
    """The country of a nation's adjective; empty: it has none; None: it is no adjective."""
    place: Name | None
    text: str
    rest: str
    sure: bool

    @property
    def is_known(self) -> bool:
        """Whether it is an adjective or a place: what stands behind a gun or a people is not read."""
        return self.adjective is not None or self.place is not None


def _head(statement: str) -> _Head:
    said = _HEAD.fullmatch(statement)
    if said is None:
        return _Head(None, None, statement, "", sure=True)
    sure = not said["doubt"] and not (said["asked"] and not said["rest"].strip())
    words = plain(said["head"]).split()
    first = next((at for at, word in enumerate(words) if word not in _POINTS), 0)
    adjective = _adjectives().get(" ".join(words[first:]))
    place = named_place(said["head"], "en") if adjective is None else None
    return _Head(adjective, place, said["head"], said["rest"], sure)


@cache
def _adjectives() -> Mapping[str, str]:
    return {row["adjective"]: row["country"] for row in vocabulary_rows("nationalities")}


def _named(statement: str) -> Iterator[tuple[bool, Sequence[Name]]]:
    """Yield certainty and names of each place that a statement may mean."""
    head = _head(statement)
    rest = _unbracketed(head.rest)
    if head.adjective is not None:
        for parts, sure in readings(rest, "en"):
            names = _behind_adjective(parts, head.adjective)
            lands = [name for name in names if name.kind == "country"]
            for land in lands if len(lands) > 1 else [None]:
                yield head.sure and sure, names if land is None else [land]
    elif head.place is not None and _is_origin(head.place, plain(head.text), rest):
        where = f"{rest} {head.text}" if plain(rest) in _POINTS else f"{rest}, {head.text}"
        for parts, sure in readings(where, "en"):
            for names in groups([part for part in parts if plain(part) not in _POINTS], "en"):
                yield head.sure and sure, _once([name for name in names if _is_place(name)])


def _unbracketed(text: str) -> str:
    """Return a text with what stands in brackets before what it lies in, and realms by their names alone.

    >>> _unbracketed(" (Rajasthan, Kota or Bundi [?])"), _unbracketed("Saxony (Zeitz)")
    ('Rajasthan, Kota or Bundi ?', 'Zeitz, Saxony')
    """
    text = text.replace("[", "").replace("]", "").replace("(?)", "?")
    text = _OR_IN_BRACKETS.sub(" or ", _SUPPOSED.sub("possibly", text))
    text = _WITH_BRACKETS.sub(_inside_first, text)
    text = _REALM.sub("", text.replace("(", ",").replace(")", ","))
    return ", ".join(filter(None, (part.strip() for part in text.split(","))))


def _inside_first(found: re.Match[str]) -> str:
    """Return a name behind what stands in brackets, or alone where that is its other name or one of two has it."""
    name, inside = found[1].strip(), found[2]
    one, other = named_place(name, "en"), named_place(inside.strip(), "en")
    same = one is not None and other is not None and one.label == other.label
    return name if same or _ALTERNATIVE.search(name) else f"{inside}, {name}"


def _is_origin(place: Name, text: str, rest: str) -> bool:
    """Return whether a place at a culture's head is where it comes from, and not what a people is named by."""
    if text in _NO_PLACES or not place.label:
        return False
    if place.kind in {"country", "continent"}:
        return True
    if place.kind == "city":
        last = named_place(rest.rpartition(",")[2].strip(), "en")
        return last is not None and last.kind == "country"
    return place.kind == "region" and (bool(rest) or place.country not in _ANCIENT_AMERICA)


def _behind_adjective(parts: Sequence[str], country: str) -> Sequence[Name]:
    """Return what the table knows of the parts behind an adjective, in its nation's country or near it.

    >>> [name.country for name in _behind_adjective(["Worcester", "Boston"], "United States")]
    ['United States', 'United States']
    >>> [name.country for name in _behind_adjective(["Delft", "Seville"], "France")]
    []
    """
    names = []
    for part in parts:
        inside = named_place(part, "en", country) if country else None
        name = inside or named_place(part, "en")
        if name is None or plain(part) in _POINTS or not _is_place(name):
            continue
        if inside or not country or _is_near(name, country):
            names.append(name)
    return _once(names)


def _is_near(name: Name, country: str) -> bool:
    return name.kind == "country" or name.country in {"", *_NEAR.get(country, ())}


def _is_place(name: Name) -> bool:
    """Return whether a name is one of the table's, or a region by its last word: peoples stand here as well."""
    return bool(name.label) and name.kind in KINDS and (name.known or name.label[:1].isupper())


def _once(names: Sequence[Name]) -> Sequence[Name]:
    """Return names without those that say the same again: "Breslau (Wrocław)"."""
    return list({name.label: name for name in names}.values())
