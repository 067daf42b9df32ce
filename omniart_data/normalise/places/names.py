"""One name of a place looked up in ``schemas/vocab/places.csv``: its English name, its kind, its country."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from types import MappingProxyType

from omniart_data.normalise.terms.tables import plain
from omniart_data.normalise.vocabulary import vocabulary_rows

KINDS = ("city", "region", "country", "continent")

_BRACKETED = re.compile(r"([^()]+?)\s*\(([^()]*)\)")
_COMPASS = re.compile(
    r"(?P<where>(?:north|south)-?(?:east|west)(?:ern)?|(?:north|south|east|west)(?:ern)?|central|middle"
    r"|noord(?:oost|west)?|zuid(?:oost|west)?|oost|west|midden|centraal)"
    r"(?:\s+|-)(?P<name>\S.*)"
)
_ENGLISH = {"noord": "north", "zuid": "south", "oost": "east", "midden": "central"}
_REGION = re.compile(
    r"(?:\b(?:county|province|region|district|department|prefecture|valley|island|islands|archipelago|coast"
    r"|desert|mountains|hills|plains|highlands|peninsula|lakes?|river|delta|area|state|oasis|basin|steppes"
    r"|territory|lands|plateau|shire|savanna)|provincie|gebied|streek|eiland|eilanden|kust|rivier|dal)$"
    r"|^plantage\s"
)
_SITE = re.compile(
    r"(?:straat|plein|gracht|weg|kade|kerk|kathedraal|brug|poort|toren|sluis|vaart|markt|paleis|school|hospitaal"
    r"|ziekenhuis|theater|museum|tuin|laan|\b(?:street|avenue|square|palace|castle|church|cathedral|theatre|hotel))$"
    r"|^(?:slot|kasteel|huis|paleis|abdij|klooster|kerk|dom|hôtel|rue|palais|palazzo|château|castle|hof|fort"
    r"|grand hotel|synagoge|théâtre|theatre|teatro|église|museum|musée|villa)\b"
)
"""A street or a building: no place of its own, and never a city."""

_BRITAIN = ("England", "Scotland", "Wales")
WIDER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Great Britain": _BRITAIN,
        "United Kingdom": (*_BRITAIN, "Northern Ireland", "Great Britain"),
        "Dutch East Indies": ("Indonesia",),
    }
)
"""Countries that hold what the table puts into others: museums write England, and at times its union."""

_CITY_WORDS = frozenset({"stad", "plaats", "city", "town"})
_REGION_WORDS = frozenset(
    {"provincie", "regio", "gebied", "streek", "eiland", "staat", "rivier"}
    | {"province", "region", "island", "state", "river"}
)


@dataclass(frozen=True)
class Name:
    """What a name stands for."""

    label: str
    """The English name; empty where the table says that the words name no place ("unknown")."""
    kind: str
    """One of ``KINDS``; "site": a street or a building; empty: nothing tells."""
    country: str
    """The country that it lies in, where the table says so; a country's own name."""
    because: str
    known: bool = True


def unknown(name: str) -> Name:
    """Return a name that no table knows, as it was given, with its kind where its last word tells it.

    >>> [unknown(name).kind for name in ("Berks County", "Kalverstraat", "Hitchcocksville")]
    ['region', 'site', '']
    """
    given = plain(name)
    kind = "region" if _REGION.search(given) else "site" if _SITE.search(given) else ""
    return Name(name, kind, "", f"{name!r} is not in places.csv", known=False)


@lru_cache(maxsize=65536)
def named_place(name: str, language: str, country: str = "") -> Name | None:
    """Return what the table says of a name, of it without brackets, or of what lies in its north.

    ``country`` is the one that the museum names beside it. A row of another country is not this
    place: Berlin in Suriname is no Berlin. Where several countries have the name and none is given, it is in none.

    >>> named_place("Antwerpen (stad)", "nl").label
    'Antwerp'
    >>> named_place("Berlijn", "nl").country, named_place("Berlijn", "nl", "Peru")
    ('Germany', None)
    >>> named_place("Bristol", "en").country, named_place("Bristol", "en", "United States").country
    ('', 'United States')
    >>> named_place("Noord-Frankrijk", "nl").label, named_place("Eastern Iran", "en").kind
    ('Northern France', 'region')
    """
    given = plain(name)
    found = _row(given, language, country)
    if found is not None:
        return found
    bracketed = _BRACKETED.fullmatch(given)
    if bracketed is not None:
        return _with_bracket(bracketed[1], bracketed[2], language, country)
    return _by_compass(given, language, country)


def _with_bracket(name: str, said: str, language: str, country: str) -> Name | None:
    """Return what a name is with what stands in brackets: a word for its kind, or what it lies in."""
    around = _row(said, language, country)
    inside = around.country if around is not None else ""
    found = _row(name, language, inside or country)
    if found is None:
        return None
    if said in _CITY_WORDS and found.kind != "city":
        return replace(found, kind="city", country="")
    return replace(found, kind="region") if said in _REGION_WORDS else found


def _by_compass(name: str, language: str, country: str) -> Name | None:
    """Return a part of a country or region, named by where it lies: "Midden-Perzië"."""
    found = _COMPASS.fullmatch(name)
    whole = _row(found["name"], language, country) if found else None
    if found is None or whole is None or whole.kind not in {"country", "region"}:
        return None
    label = f"{_direction(found['where'])} {whole.label}"
    return Name(label, "region", whole.country, f"{whole.because}, and the part of it")


def _direction(word: str) -> str:
    """Return a direction as an English adjective.

    >>> _direction("zuidwest"), _direction("northern"), _direction("midden")
    ('Southwestern', 'Northern', 'Central')
    """
    word = word.removesuffix("ern").replace("-", "")
    for dutch, english in _ENGLISH.items():
        word = word.replace(dutch, english)
    if word in {"central", "centraal", "middle"}:
        return "Middle" if word == "middle" else "Central"
    return f"{word}ern".capitalize()


def _row(name: str, language: str, country: str) -> Name | None:
    table = _table()
    spoken = ("nl", "en") if language == "nl" else ("en", "nl")
    rows = [table.get((one, name), ()) for one in spoken]
    if not country:
        return _one_of(rows[0] or rows[1])
    within = {country, "", *WIDER.get(country, ())}
    fitting = [row for found in rows for row in found if row.country in within]
    inside = [row for row in fitting if row.country]
    return next(iter(inside or fitting), None)


def _one_of(rows: tuple[Name, ...]) -> Name | None:
    """Return the only row, or what several rows share: a name that two countries have is in neither.

    What may be a country is one, where nothing stands beside it: Georgia, Lebanon. What may be a region is one
    rather than the town that was named after it: Attica, Norfolk.
    """
    country = next((row for row in rows if row.kind == "country"), None)
    if country is not None:
        return country
    if len({(row.label, row.country) for row in rows}) < 2:
        return rows[0] if rows else None
    widest = next((row for row in rows if row.kind == "region"), rows[0])
    return replace(widest, country="", because=f"{widest.because}, one of several")


@cache
def _table() -> Mapping[tuple[str, str], tuple[Name, ...]]:
    """Return (language, name) -> rows; an English label is a name of itself, by the row that has it as its name."""
    rows: dict[tuple[str, str], tuple[Name, ...]] = {}
    named: dict[tuple[str, str, str], Name] = {}
    for (language, name), found in _said():
        rows[language, name] = (*rows.get((language, name), ()), found)
        told = (found.label, found.kind, found.country)
        if found.label and (told not in named or name == plain(found.label)):
            named[told] = found
    for (label, _, country), found in named.items():
        key = ("en", plain(label))
        if all(row.country != country for row in rows.get(key, ())):
            rows[key] = (*rows.get(key, ()), _as_label(found))
    return MappingProxyType(rows)


def _as_label(found: Name) -> Name:
    """Return a name with the reason that it is a label, where no row has the label as its name."""
    if found.because.startswith(f"places.csv: {plain(found.label)} ("):
        return found
    lies_in = found.country if found.country != found.label else ""
    what = ", ".join(filter(None, (found.kind, lies_in)))
    return replace(found, because=f"places.csv: {found.label} is a label ({what})")


def _said() -> Iterator[tuple[tuple[str, str], Name]]:
    for row in vocabulary_rows("places"):
        label, kind = row["label"], row["kind"]
        country = label if kind == "country" else row["country"]
        what = ", ".join(filter(None, (kind, row["country"], row["source"])))
        because = f"places.csv: {row['name']} ({what}) -> {label or 'says nothing'}"
        yield (row["language"], row["name"]), Name(label, kind, country, because)
