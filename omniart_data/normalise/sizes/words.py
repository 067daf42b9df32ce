"""The words of size texts: units, what a number measures, and how the parts of an object are called."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

HEIGHT, WIDTH, DEPTH, DIAMETER, LENGTH, OTHER = range(6)
"""What a number measures. Length becomes the height, width or depth that is still free; OTHER
(a circumference) has no column."""

METRIC: Mapping[str, float] = MappingProxyType({"mm": 0.1, "cm": 1.0, "cn": 1.0, "m": 100.0})
"""Metric units in centimetres; cn is the Web Gallery's slip for cm."""

IMPERIAL: Mapping[str, float] = MappingProxyType({"in": 2.54, "ft": 30.48})
"""Inches and feet in centimetres."""

_UNITS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("cms", "centimeter", "centimetre", "centimeters", "centimetres"), "cm"),
        **dict.fromkeys(("millimeter", "millimetre", "millimeters", "millimetres"), "mm"),
        **dict.fromkeys(("meter", "metre", "meters", "metres"), "m"),
        **dict.fromkeys(("ins", "inch", "inches", '"', "”", "″", "''"), "in"),
        **dict.fromkeys(("feet", "foot", "'", "′"), "ft"),
    }
)
_WEIGHTS = (
    *("kgs", "kg", "kilograms", "kilogram", "grams", "gram", "gr", "g", "lbs", "lb", "pounds"),
    *("ounces", "oz", "dwt", "troy", "ct", "carats", "ton", "tons"),
)
UNIT = "|".join(
    sorted((*METRIC, *IMPERIAL, *map(re.escape, _UNITS), *_WEIGHTS), key=len, reverse=True)
)
"""All units as one regular expression, the longest first."""

_LABELS: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("h", "ht", "hgt", "height", "high", "tall", "hoogte", "hoog"), HEIGHT),
        **dict.fromkeys(("w", "wd", "width", "wide", "b", "br", "breedte", "breed"), WIDTH),
        **dict.fromkeys(("d", "dp", "depth", "deep", "diepte", "diep"), DEPTH),
        **dict.fromkeys(("th", "thickness", "thick", "dikte", "dik"), DEPTH),
        **dict.fromkeys(
            ("diam", "daim", "dia", "dm", "diameter", "diamater", "diameters"), DIAMETER
        ),
        **dict.fromkeys(("doorsnede", "doorsnee", "middellijn", "ø", "⌀"), DIAMETER),
        **dict.fromkeys(("l", "lgth", "length", "long", "lengte", "lang"), LENGTH),
        **dict.fromkeys(("circumference", "circ", "omtrek", "perimeter", "weight"), OTHER),
        **dict.fromkeys(("wt", "gewicht"), OTHER),
    }
)
AFTER_ONLY = frozenset(
    [
        "high",
        "tall",
        "wide",
        "deep",
        "thick",
        "long",
        "hoog",
        "breed",
        "diep",
        "dik",
        "lang",
    ]  # adjectives
)
"""Labels that stand behind their number."""

_CIRCA = frozenset(
    ["ca", "c", "circa", "approx", "approximately", "approximate", "about", "around", "ongeveer"]
)

PARTS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("geheel", "totaal", "total", "entire", "overal", "whole"), "overall"),
        **dict.fromkeys(("unframed", "without frame", "zonder lijst"), "overall"),
        **dict.fromkeys(("blad", "papier", "paper", "sheets"), "sheet"),
        **dict.fromkeys(("beeld", "beeldmaat", "image sight", "voorstelling"), "image"),
        **dict.fromkeys(("plaat", "plaatrand", "platemark", "plate mark", "moet"), "plate"),
        **dict.fromkeys(("lijst", "framed", "met lijst", "with frame", "in frame"), "frame"),
        **dict.fromkeys(("including frame", "inclusief lijst", "inclusief frame"), "frame"),
        **dict.fromkeys(("outersize", "outer size", "buitenmaat", "buitenwerks"), "outer size"),
        **dict.fromkeys(("dagmaat", "sight size", "sight"), "sight"),
        **dict.fromkeys(("drager", "secundaire drager"), "support"),
        **dict.fromkeys(("voetstuk", "sokkel", "voet", "basis"), "base"),
        **dict.fromkeys(("passe partout", "passe-partout"), "mat"),
        **dict.fromkeys(("montage", "opzetvel", "opzetkarton", "opzetblad"), "mount"),
        **dict.fromkeys(("deksel",), "cover"),
        **dict.fromkeys(("bladzijde", "pagina", "entire page", "pages"), "page"),
        **dict.fromkeys(("schotel",), "saucer"),
        **dict.fromkeys(("kop", "kopje"), "cup"),
        **dict.fromkeys(("doos",), "box"),
        **dict.fromkeys(("elk", "ieder"), "each"),
    }
)
"""Names of parts as museums write them, to the name that they get; any other name stays as it is."""

_EDGE = re.compile(
    r"^(?:(?:of|and|at|from|the|by|is|to|dimensions|measurements)\b[\s.]*)+|[\s,.]+$"
)
_LONGEST_NAME = 80
_NOTES = re.compile(
    r"\b(?:confirmed|approx(?:imate(?:ly)?)?|irregular(?:ly shaped)?|oval|round|circular|"
    r"octagonal|rectangular|twelve-sided|(?:with )?(?:arched|shaped) top|clipped impression|"
    r"trimmed to plate|ca|circa|about|from base|max|maximum|greatest|gr|grootste)\b\.?"
)
_STRIP = re.compile(r"^(?:with|including)\b(.+)\bof$")
_NO_WORD = re.compile(r"[^\w#'.-]+")
_SIGHT_NOTE = re.compile(r"(?<=\w) sight\b")

_ENGAGED = re.compile(r"\b(?:engaged|integral) frames?\b")
_WITHOUT = re.compile(
    r"\b(?:without|excluding|excl|not including|no|zonder|exclusief)\b[\w\s'-]*|\bunframed\b"
)
_MOUNTED = re.compile(
    r"\b(?:fram(?:e|es|ed)|mount(?:s|ed|ing|ings)?|mat|mats|matted|rollers?|crate|storage|lijst|"
    r"(?:with|including) knobs|outer size|slipcase|shadow ?box|glazing)\b"
)
_SUPPORTING = re.compile(r"\b(?:cases?|base|pedestal|socle|plinth|foot|stand)\b")
_FURNITURE = frozenset(["pedestal", "case"])
"""Supports that are objects of their own where nothing else is measured."""

_SAYS_NO_PART = frozenset(["with", "without", "including", "size", "as", "installed", "height"])
"""Words before "overall" that name no part."""

_INCLUDING = frozenset(["with", "including", "on", "overall"])
_RANKS: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("", "support", "object", "work", "book", "album", "volume"), 1),
        **dict.fromkeys(("sheet", "page", "leaf", "folio"), 2),
        **dict.fromkeys(("image", "picture", "painting"), 3),
        "plate": 4,
    }
)
LAST_RANK = 6
ALONE = 7
"""Rank of a support that is the object itself where it is all that is measured: a pedestal."""

NEVER = 9
"""Rank of what is never the object itself: a frame, a mounting, a base."""


def unit_of(written: str) -> str:
    """Return the short form of a unit: mm, cm, m, in, ft; "weight" for weights.

    >>> unit_of("inches"), unit_of("metres"), unit_of("dwt")
    ('in', 'm', 'weight')
    """
    short = _UNITS.get(written, written)
    return short if short in METRIC or short in IMPERIAL else "weight"


def label_of(word: str) -> int | None:
    """Return what a word says that a number measures; None for any other word.

    >>> label_of("breedte") == WIDTH, label_of("sheet")
    (True, None)
    """
    return _LABELS.get(word.rstrip("."))


def is_circa(word: str) -> bool:
    """Return whether a word says "about".

    >>> is_circa("ca."), is_circa("cup")
    (True, False)
    """
    return word.rstrip(".") in _CIRCA


@lru_cache(maxsize=8192)
def part_name(words: str) -> str:
    """Return the name of a part from the museum's words for it; empty where they name none.

    Notes on the shape or on how it was measured are no names. A name that the table does not know
    stays as it is, in small letters.

    >>> part_name("overall (confirmed)"), part_name("oval,"), part_name("beeld")
    ('overall', '', 'image')
    >>> part_name("painted surface"), part_name("dimensions of painting"), part_name("framed")
    ('painted surface', 'painting', 'frame')
    """
    name = " ".join(_NO_WORD.sub(" ", _NOTES.sub(" ", words)).split()).strip(" .-")
    name = _SIGHT_NOTE.sub("", name)
    name = _EDGE.sub("", name).strip(" .-")
    strip = _STRIP.match(name)
    if strip is not None:
        name = strip[1].strip()
    return PARTS.get(name, name)[:_LONGEST_NAME]


@lru_cache(maxsize=8192)
def rank(part: str) -> int:
    """Return how near a part is to the object itself, 0 the nearest, NEVER for frame, mounting and base.

    The order is: overall, unnamed, sheet, image, plate, any other. An engaged frame is of one piece
    with its panel and is no frame here. The "overall" of a part that has a letter or a name is that part's.

    >>> [rank(part) for part in ("overall", "", "sheet", "image", "plate", "cup")]
    [0, 1, 2, 3, 4, 5]
    >>> rank("overall with engaged frame"), rank("overall with mounting") == NEVER
    (0, True)
    >>> [rank(part) for part in ("a overall", "overall b colophons", "left wing overall", "overall bowl")]
    [5, 5, 5, 0]
    """
    itself = _WITHOUT.sub(" ", _ENGAGED.sub(" ", part))
    words = itself.split()
    name = " ".join(words)
    if _MOUNTED.search(itself):
        return NEVER
    if name in _RANKS:
        return _RANKS[name]
    if _SUPPORTING.search(itself):
        alone = ALONE if name in _FURNITURE else NEVER
        return LAST_RANK if _INCLUDING.intersection(words) else alone
    return 0 if "overall" in words and _is_of_the_whole(words) else 5


def _is_of_the_whole(words: list[str]) -> bool:
    """Return whether neither a letter nor a name before "overall" says that it is a part's, nor what it is with."""
    before = words[: words.index("overall")]
    has_letter = any(len(word) == 1 and word.isalpha() for word in words)
    if has_letter or not _SAYS_NO_PART.issuperset(before):
        return False
    return words[-1] == "with" or not {"with", "including"} & {*words}


_UNAVAILABLE = re.compile(
    r"unavailable|not available|no (?:measurements|dimensions)|unrecorded|not recorded|unknown|"
    r"onbekend|geen afmetingen|(?:dimensions|sizes?|measurements?)\s+var(?:y|ies|iable)|"
    r"var(?:ious|iable|ied)\s+(?:dimensions|sizes|measurements)|life-?\s?size|see notes?|\btk\b|\bn/?a\b"
)
_DIGIT = re.compile(r"[0-9¼½¾⅐-⅞]")


def is_unavailable(text: str) -> bool:
    """Return whether a size text says in so many words that no size is given.

    >>> is_unavailable("Dimensions unavailable"), is_unavailable("H. 5 in."), is_unavailable("Oval")
    (True, False, False)
    """
    head = text[:200]
    return not _DIGIT.search(head) and _UNAVAILABLE.search(head.casefold()) is not None
