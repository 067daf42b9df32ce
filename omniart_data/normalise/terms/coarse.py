"""Which of about twenty coarse types an artwork is: by its function, before its material."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType

from omniart_data.normalise.rule import Judged, Rule
from omniart_data.normalise.terms.stems import singular
from omniart_data.normalise.terms.tables import compound_head
from omniart_data.normalise.vocabulary import vocabulary_rows

COARSE_TYPES = (
    *("painting", "drawing", "print", "photograph", "sculpture", "book", "document", "vessel"),
    *("furniture", "furnishing", "measuring instrument", "textile", "costume", "jewelry"),
    *("arms or armor", "coin or medal", "musical instrument", "tool", "ceremonial object"),
    *("architectural element", "toy or game", "ceramic or glass"),
)
"""The coarse types; "ceramic or glass" only where no use is told."""

_NO_USE_TOLD = "ceramic or glass"
_WIDE = frozenset(
    {
        *("painting", "drawing", "print", "photograph", "sculpture", "furniture", "textile"),
        *("vessel", "container", "vase", "metalwork", "woodwork", "document", "book"),
        *("costume", "jewelry", "instrument", "tool", "accessory", "ornament", "object"),
        *("clothing", "tableware", "plaque", "relief", "figure", "decorative object"),
        *("ritual object", "natural substance", "arms and armor", "equipment"),
        *("musical instrument", "furniture hardware", "graphic art", "work on paper"),
        *("implement", "architectural element", "architecture", "manuscript", "codex"),
    }
)
"""What classifications say of whole departments: any narrower name of the same artwork decides before it."""

_OF_A_WORK = frozenset(
    {
        *("page", "sheet", "leaf", "folio", "cover", "lid", "handle", "base", "stand"),
        *("fragment", "part", "piece", "set", "copy", "model", "design", "forgery"),
        *("reproduction", "inscription", "label", "portrait", "emblem", "genre", "frame"),
        *("stem", "foot", "head", "neck", "miniature", "triptych", "diptych", "panel"),
        *("vignette", "case", "title page", "frontispiece", "text sheet", "album leaf"),
        *("book illustration", "album", "manuscript folio", "history print"),
        *("design drawing", "ornament", "copy after a print", "copy after a drawing"),
    }
)
"""What says which part or stage of a work it is: its own kind, where a museum names it, decides before it."""

_AFTER_THE_NOUN = re.compile(r"\s*(?:[,;:(]|\b(?:of|with|for|from|in|on|or|and)\b).*$")


def coarse(types: Sequence[str] | None, implied: Sequence[str] | None = None) -> Judged:
    """Say which coarse type an artwork is; of several types the most specific decides.

    Names of departments and of parts of a work say least, then "ceramic or glass"; of equals the last
    decides, since the object name stands after the classification. Where no type tells one (a fragment), what
    the medium implies does. A row without a coarse type ("box") says that none of them fits.

    >>> coarse(["ceramic", "sugar bowl"]).value, coarse(["furniture", "clock"]).value
    (('vessel',), ('measuring instrument',))
    >>> coarse(["zorble bowl"]).because
    'zorble bowl: by its last word, coarse_types.csv: bowl -> vessel'
    >>> coarse(["fragment"], ["textile"]).value, coarse(["ceramic", "box"]).value, coarse([]).value
    (('textile',), (None,), (None,))
    """
    best = _best(types) or _best(implied)
    if best is None:
        return Judged((None,), "no type that coarse_types.csv knows" if types else "no type")
    return Judged((best[0] or None,), best[1])


def _best(types: Sequence[str] | None) -> tuple[str, str] | None:
    """Return the coarse type that the most specific of the types says, and how."""
    best: tuple[int, str, str] | None = None
    for label in types or ():
        found = _coarse_of(label)
        if found is None:
            continue
        rank = _rank(label, found[0])
        if best is None or rank >= best[0]:
            best = (rank, *found)
    return best[1:] if best is not None else None


def _rank(label: str, found: str) -> int:
    if found == _NO_USE_TOLD:
        return 0
    if label in _OF_A_WORK:
        return 1
    return 2 if label in _WIDE else 3


@lru_cache(maxsize=65536)
def _coarse_of(label: str) -> tuple[str, str] | None:
    """Return a label's coarse type and how it was found: its row, or that of the last words it ends in."""
    known = coarse_types()
    if label in known:
        return known[label], f"coarse_types.csv: {label} -> {known[label] or 'none of them'}"
    noun = _AFTER_THE_NOUN.sub("", label[:_LONGEST]).strip() or label[:_LONGEST]
    words = noun.split(" ")
    for start in range(len(words)):
        ending = singular(" ".join(words[start:]))
        if ending in known:
            says = known[ending] or "none of them"
            how = f"{label}: by its last word, coarse_types.csv: {ending} -> {says}"
            return known[ending], how
    head = compound_head(words[-1], "type")
    if head is None or head.label not in known:
        return None
    return known[head.label], f"{label}: {head.because} -> {known[head.label]}"


_LONGEST = 200
"""Characters of a label that are read."""


@cache
def coarse_types() -> Mapping[str, str]:
    """Return type label -> coarse type; an empty text: none of them fits."""
    return MappingProxyType({row["term"]: row["coarse"] for row in vocabulary_rows("coarse_types")})


RULE = Rule("coarse type", ("artwork_types", "implied_types"), ("coarse_type",), coarse)
