"""What one text of a museum tells of places: role, doubt, alternatives, and what lies in what."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import chain

from omniart_data.normalise.places.names import Name, named_place, unknown
from omniart_data.normalise.terms.tables import plain
from omniart_data.normalise.vocabulary import vocabulary_rows

ORIGIN = "made"
"""The role of a place that is given without a word: a record's places are those that it comes from."""

LONGEST = 500
"""Characters of a text that are read: the longest real one has 117."""

_LONGEST_LANGUAGE = 35
"""Characters of a language tag that are read: BCP 47 asks for room for so many."""

_MOST = 8
"""Places that one text is taken for at most, and parts of one that are read."""

_HOW = re.compile(r"([^:,]{1,80}):\s+(.+)", re.DOTALL)
_AFTER_COLON = re.compile(r":.*$", re.DOTALL)
_DOUBT = re.compile(
    r"\(\s*\?\s*\)|\?|\b(?:possibly|probably|perhaps|presumably|said to be|mogelijk|waarschijnlijk)\b",
    re.IGNORECASE,
)
_NEAR = re.compile(r"^(?:near|nabij|bij|vicinity of|omgeving van)\s+", re.IGNORECASE)
_LEADING = re.compile(r"^(?:(?:present-day|now|modern|ancient|from|in|te|uit)\s+)+", re.IGNORECASE)
_OR_IN_BRACKETS = re.compile(r"\(\s*or\s+([^()]*)\)")
_LAST_OF_A_LIST = re.compile(r"^(?:or|of)\s+", re.IGNORECASE)
_OR = re.compile(r"\s+or\s+|\s*/\s*", re.IGNORECASE)
_OR_DUTCH = re.compile(r"\s+of\s+|\s*/\s*", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|en|&)\s+", re.IGNORECASE)
_BRACKETED = re.compile(r"([^()]+?)\s*\(([^()]+)\)")
_BARE_DIRECTION = re.compile(
    r"(?:north|south|east|west|central)(?:-?(?:east|west))?(?:ern)?"
    r"|(?:noord|zuid|oost|west)(?:oost|west)?elijke|centrale",
    re.IGNORECASE,
)
_VICINITY = re.compile(r"^(?:its |the )?(?:vicinity|environs|surroundings)$", re.IGNORECASE)
_DIG = re.compile(r"\b(?:excavations?|expedition)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+|RM0001\.\S+|[-\d.,;\s?]*")


@dataclass(frozen=True)
class Place:
    """A place and what it is to the artwork; see ``schemas.columns.PLACE``."""

    role: str
    city: str
    region: str
    country: str
    certain: bool


@dataclass(frozen=True)
class Told:
    """What one text tells: its places, why, and the names that no table knows."""

    places: tuple[Place, ...]
    because: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    loose: tuple[Place, ...] = ()
    """Places that are a name alone which no table knows: cities only where a country stands in the same row."""


def places_of(text: str, language: str) -> Told:
    """Return what a text of a museum tells of places; of a long one its first characters are read.

    A name that no table knows is a city only beside a country. Alone it may be a people, a region or a house:
    it is in the reason, and gives no place.

    >>> [(p.city, p.country, p.certain) for p in places_of("Herat or Mashhad", "en").places]
    [('Herat', 'Afghanistan', False), ('Mashhad', 'Iran', False)]
    >>> places_of("Depicted: Straatsburg (Frankrijk)", "nl").places
    (Place(role='depicted', city='Strasbourg', region='', country='France', certain=True),)
    >>> places_of("onbekend", "nl").places, places_of("Hitchcocksburg", "en").places
    ((), ())
    """
    return _places_of(text[:LONGEST], language[:_LONGEST_LANGUAGE])


@lru_cache(maxsize=65536)
def _places_of(text: str, language: str) -> Told:
    found: dict[Place, None] = {}
    loose: dict[Place, None] = {}
    names: list[Name] = []
    for role, certain, where in _statements(_first_line(text)):
        for named, sure in _read(where, language):
            names += named
            place = placed(named, role, certain=certain and sure)
            if place is not None:
                found[place] = None
            elif _is_loose(named):
                loose[Place(role, named[0].label, "", "", certain and sure)] = None
    because = dict.fromkeys(name.because for name in names)
    missing = tuple(dict.fromkeys(name.label for name in names if not name.known))
    return Told(tuple(found), tuple(because) or _nothing(text), missing, tuple(loose))


def _read(where: str, language: str) -> list[tuple[list[Name], bool]]:
    """Return the names of each place that a text may mean; what contradicts the table only where its country has no other.

    "Alaska or British Columbia, United States or Canada" tells of no Alaska in Canada.

    >>> named = _read("Alaska or British Columbia, United States or Canada", "en")
    >>> [[name.label for name in names] for names, _ in named]
    [['Alaska', 'United States'], ['British Columbia', 'Canada']]
    """
    told = [
        (names, sure)
        for parts, sure in readings(where, language)
        for names in groups(parts, language)
    ]
    fitting = [one for one in told if not _contradicts(one[0], language)]
    countries = {name.country for names, _ in fitting for name in names}
    others = [one for one in told if countries.isdisjoint(name.country for name in one[0])]
    return [one for one in told if one in fitting or one in others] if len(told) > 1 else told


def _contradicts(names: Sequence[Name], language: str) -> bool:
    """Return whether the table has a name, but not in the country that stands beside it here."""
    return any(not name.known and named_place(name.label, language) is not None for name in names)


def _is_loose(names: Sequence[Name]) -> bool:
    return len(names) == 1 and not names[0].known and not names[0].kind and bool(names[0].label)


def _nothing(text: str) -> tuple[str, ...]:
    return (f"{text[:80]!r} names no place",) if text.strip() else ()


def _first_line(text: str) -> str:
    r"""Return the first line that is no address, number or coordinate: OAI-PMH of 2020 gives all in one text.

    >>> _first_line("Java\n      Java\n      RM0001.THESAU.29132\n      ?")
    'Java'
    """
    lines = (line.strip() for line in text.splitlines())
    return next((line for line in lines if not _ADDRESS.fullmatch(line)), "")


def _statements(line: str) -> Iterator[tuple[str, bool, str]]:
    """Yield role, certainty and place of each statement; parallel lists stand with bars between.

    Where the museum says "From" and names the excavation, it was found there.

    >>> list(_statements("Probably made in|Found: Ecuador|Peru"))
    [('made', False, 'Ecuador'), ('found', True, 'Peru')]
    """
    said = _HOW.fullmatch(line)
    hows = [_role(how) for how in said[1].split("|")] if said else []
    if said is None or None in hows:
        hows, where = [], line
    else:
        where = said[2]
    entries = _parallel(where)[:_MOST]
    for at, entry in enumerate(entries):
        how = hows[at] if len(hows) == len(entries) else hows[0] if len(hows) == 1 else None
        role, certain = how or (ORIGIN if not hows else "other", not hows)
        dug_up = role == ORIGIN and _DIG.search(entry) is not None
        yield "found" if dug_up else role, certain, entry


def _parallel(where: str) -> list[str]:
    """Return the entries of a list with bars, put together where each part has as many.

    >>> _parallel("Northern Iran, Iran"), _parallel("Thebes|Rome, Egypt|Italy")
    (['Northern Iran, Iran'], ['Thebes, Egypt', 'Rome, Italy'])
    """
    if "|" not in where:
        return [where]
    columns = [column.split("|") for column in where.split(",")]
    if len({len(column) for column in columns}) == 1:
        return [", ".join(map(str.strip, entry)) for entry in zip(*columns, strict=True)]
    return list(dict.fromkeys(entry.strip() for column in columns for entry in column))


def _role(how: str) -> tuple[str, bool] | None:
    """Return the role and the certainty of a museum's word for how; None: it is no such word.

    >>> _role("Possibly made in"), _role("Attributed to"), _role("Antwerp")
    (('made', False), ('made', False), None)
    """
    doubted = _DOUBT.search(how) is not None
    row = _roles().get(plain(_DOUBT.sub(" ", how)))
    return None if row is None else (row[0], row[1] and not doubted)


@cache
def _roles() -> Mapping[str, tuple[str, bool]]:
    rows = vocabulary_rows("place_roles")
    return {row["words"]: (row["role"], row["certain"] == "yes") for row in rows}


@dataclass
class _Reading:
    """One way to read a text that says "or": its parts, from the narrow to the wide."""

    parts: list[str] = field(default_factory=list)
    sure: bool = True


def readings(where: str, language: str) -> Iterator[tuple[list[str], bool]]:
    """Yield the parts of each place that a text may mean, and whether it means it for sure.

    >>> list(readings("Lake Garda, Egypt or Iran (?)", "en"))
    [(['Lake Garda', 'Egypt'], False), (['Lake Garda', 'Iran'], False)]
    """
    where = _OR_IN_BRACKETS.sub(r" or \1", where)
    found = [_Reading()]
    for part in _parts(where)[:_MOST]:
        options, sure = _options(part, language)
        found = [
            _Reading([*one.parts, *([option] if option else [])], one.sure and sure)
            for one in found
            for option in options
        ][:_MOST]
    for one in found:
        yield one.parts, one.sure


def _parts(where: str) -> list[str]:
    """Return what stands between commas and semicolons outside brackets.

    >>> _parts("Asyut (Assiut, Siut; Lykopolis), Egypt")
    ['Asyut (Assiut, Siut; Lykopolis)', 'Egypt']
    """
    parts, depth = [""], 0
    for char in where:
        depth = max(0, depth + (char == "(") - (char == ")"))
        if char in ",;" and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts if part.strip()]


def _options(part: str, language: str) -> tuple[list[str], bool]:
    """Return what a part may mean, and whether it is said without doubt.

    >>> _options("Northern or Central India", "en")
    (['Northern India', 'Central India'], False)
    >>> _options("Egypt and Sudan", "en"), _options("probably Isfahan", "en")
    ((['Egypt', 'Sudan'], True), (['Isfahan'], False))
    >>> _options("Noordelijke of Zuidelijke Nederlanden", "nl"), _options("Noord- en Zuid-Holland", "nl")
    ((['Noordelijke Nederlanden', 'Zuidelijke Nederlanden'], False), (['Noord-Holland', 'Zuid-Holland'], True))
    """
    listed = _LAST_OF_A_LIST.sub("", part)
    bare = _tidy(_DOUBT.sub(" ", listed))
    sure = listed == part and _DOUBT.search(part) is None
    if named_place(bare, language) is not None:
        return [bare], sure
    near = _NEAR.sub("", bare)
    sure = sure and near == bare
    if _is_no_name(near):
        return [""], sure
    if named_place(near, language) is not None:
        return [near], sure
    separator = _OR_DUTCH if language == "nl" else _OR
    options = [_tidy(option) for option in separator.split(near)]
    options = [option for option in options if option and not _VICINITY.match(option)]
    if len(options) > 1:
        return _with_nouns(options, language), False
    both = _with_nouns([_tidy(option) for option in _AND.split(near)], language)
    if len(both) > 1 and all(named_place(option, language) for option in both):
        return both, sure
    return options or [""], sure


def _tidy(option: str) -> str:
    return " ".join(_LEADING.sub("", option.strip()).split())


def _is_no_name(text: str) -> bool:
    """Return whether a part is no name of a place: a dig, a year, a sign."""
    return not any(char.isalpha() for char in text) or _DIG.search(text) is not None


def _with_nouns(options: list[str], language: str) -> list[str]:
    """Return options in which half a name has the noun of the last: "eastern or central Togo", "Noord- of Zuid-Holland".

    A direction never stands alone; any other word gets the noun if it is no place without it and one with it.

    >>> _with_nouns(["Kleine", "Grote Antillen"], "nl"), _with_nouns(["Delft", "Den Haag"], "nl")
    (['Kleine Antillen', 'Grote Antillen'], ['Delft', 'Den Haag'])
    """
    found = []
    for one in options:
        _, sign, noun = options[-1].partition("-" if one.endswith("-") else " ")
        whole = f"{one.removesuffix('-')}{sign}{noun}"
        is_half = one.endswith("-") or _BARE_DIRECTION.fullmatch(one) is not None
        if sign and one != options[-1] and (is_half or _is_named_by(one, whole, language)):
            found.append(whole)
        else:
            found.append(one)
    return found


def _is_named_by(half: str, whole: str, language: str) -> bool:
    is_whole = named_place(whole, language) is not None
    return is_whole and named_place(half, language) is None


def groups(parts: Sequence[str], language: str) -> list[list[Name]]:
    """Return the names of each place in a text, read from the wide end: another country is another place.

    "Egypt, Iran, Syria" are three places, and the Georgia before "United States" is none of its own. What stands
    behind the last country ("Iran, Luristan") lies in it.
    """
    told: list[list[str]] = []
    countries: list[str] = []
    behind: list[str] = []
    unfolded = chain.from_iterable(_unfolded(part, language) for part in parts)
    for part in reversed(tuple(unfolded)):
        country = countries[-1] if countries else ""
        inside = country and named_place(part, language, country) is not None
        found = None if inside else _named_country(part, language)
        if found is not None:
            countries.append(found.label)
            told.append([part])
        else:
            (told[-1] if told else behind).append(part)
    if not told:
        return [_names(reversed(behind), language, "")]
    told[0] = [*told[0][:1], *behind, *told[0][1:]]
    named = zip(told, countries, strict=True)
    return [_names(reversed(group), language, country) for group, country in named][::-1]


def _unfolded(part: str, language: str) -> Sequence[str]:
    """Return a part, or a name that no table knows and the known place in brackets behind it.

    >>> _unfolded("Kerkplein (Paramaribo)", "nl"), _unfolded("Antwerpen (stad)", "nl")
    (('Kerkplein', 'Paramaribo'), ('Antwerpen (stad)',))
    """
    bracketed = _BRACKETED.fullmatch(part)
    if bracketed is None or named_place(part, language) is not None:
        return (part,)
    inside = named_place(bracketed[2], language)
    return (part,) if inside is None else (bracketed[1], bracketed[2])


def _names(parts: Iterable[str], language: str, country: str) -> list[Name]:
    return [named_place(part, language, country) or unknown(_shown(part)) for part in parts]


def _named_country(part: str, language: str) -> Name | None:
    found = named_place(part, language)
    return found if found is not None and found.kind == "country" else None


def _shown(part: str) -> str:
    """Return a name that no table knows without what a publisher's address adds: "Antwerp: n.d."."""
    return " ".join((_AFTER_COLON.sub("", part) or part).split())


def placed(names: Sequence[Name], role: str, *, certain: bool) -> Place | None:
    """Return the place that names from the narrow to the wide stand for; None: they name none.

    The first city of the table is the city; what no table knows is one where there is no other and the country
    is known. What is narrower than a known city (a tomb, a street) is left to the museum's words.
    """
    cities = [name for name in names if name.kind == "city"]
    regions = [name.label for name in names if name.kind in {"region", "continent"}]
    country = next((name.country for name in names if name.kind == "country"), "")
    if not country:
        country = _shared([name.country for name in names if name.known and name.label])
    loose = [name.label for name in names if not name.kind and name.label] if country else []
    city = cities[0].label if cities else loose[0] if loose else ""
    regions = [*(name.label for name in cities[1:]), *([] if cities else loose[1:]), *regions]
    region = ", ".join(dict.fromkeys(one for one in regions if one))
    if not (city or region or country):
        return None
    return Place(role, city, region, country, certain)


def _shared(countries: Sequence[str]) -> str:
    """Return the one country that the table puts these names into; empty where it names several or none."""
    told = set(countries) - {""}
    return told.pop() if len(told) == 1 else ""
