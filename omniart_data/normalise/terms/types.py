"""What an artwork is: the rule for artwork types."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from omniart_data.normalise.rule import Judged, Rule, TermUse
from omniart_data.normalise.terms.tables import (
    NOTHING_DECIDED,
    Decided,
    Found,
    as_decided,
    by_ending,
    look_up,
    plain,
    translated,
    without_brackets,
)

_VAGUE = frozenset({"graphic art", "fragment", "work on paper", "album", "design"})
"""Types that say so little that what the medium implies is said beside them."""

_ONLY_A_MATERIAL = frozenset(
    {
        *("metal", "metals", "glass", "wood", "woods", "stone", "stones", "silver", "gold"),
        *("bronze", "brass", "copper", "iron", "lead", "pewter", "tin", "ivory", "bone"),
        *("horn", "shell", "jade", "amber", "leather", "lacquer", "wax", "plaster", "paper"),
        *("hardstone", "gilt bronze", "gold and silver", "gold and platinum", "bone/ivory"),
        *("ivory/bone",),
    }
)
"""Classifications that name a material and no kind of object: they are a type only where nothing else is named
(docs/decisions/0011-types.md)."""

_LONGEST = 1000
"""Characters of a type text that are read."""

_AFTER_THE_NOUN = re.compile(
    r"\s*(?:[,;:(\[|]|\b(?:of|with|for|from|in|on|showing|depicting)\b).*$"
)
_HEDGES = re.compile(r"\(\?\)|\?|\b(?:possibly|probably|perhaps|mogelijk|waarschijnlijk)\b")
_FRAGMENT = re.compile(
    r"^(?:fragments? (?:of|from) (?:an? |the )?)|\s+(?:fragments?|sherds?|shards?)$"
)
_PATH = re.compile(r"[^\W\d_][\w /]*(?:-[^\W\d_][\w &/]*)+")


def translate_types(
    types: Sequence[Mapping[str, str]] | None,
    implied: Sequence[str] | None,
    *,
    decided: Decided = NOTHING_DECIDED,
) -> Judged:
    """Name what an artwork is, in the museum's order; where it does not say, as the medium implies.

    Classification and object name are both types, but a classification that only names a material is none
    beside an object name.

    >>> translate_types([{"text": "Paintings", "language": "en"}], []).value
    (['painting'],)
    >>> translate_types([], ["painting"]).value
    (['painting'],)
    >>> translate_types([{"text": one, "language": "en"} for one in ("Metal", "Andiron")], []).value
    (['andiron'],)
    """
    given = _given(types, decided)
    told = any(found.label and term not in _ONLY_A_MATERIAL for term, _, found in given)
    labels: dict[str, None] = {}
    uses: list[TermUse] = []
    because: dict[str, None] = {}
    known = False
    for term, language, found in given:
        says_nothing = told and term in _ONLY_A_MATERIAL
        label = "" if says_nothing else found.label
        uses.append(TermUse("type", term, language, found.how, label))
        because[f"{term}: only a material, beside a type" if says_nothing else found.because] = None
        if label:
            labels[label] = None
            known = known or not (
                found.how == "unmatched" or label in _VAGUE or term in _ONLY_A_MATERIAL
            )
    for label in () if known else implied or ():
        if label not in labels:
            labels[label] = None
            uses.append(TermUse("type", label, "en", "implied", label))
            because[f"implied_types.csv: the medium implies {label}"] = None
    return Judged((list(labels),), "; ".join(because) or "no type given", tuple(uses))


def _given(
    types: Sequence[Mapping[str, str]] | None, decided: Decided
) -> list[tuple[str, str, Found]]:
    """Return each term of the texts, its language, and what it became."""
    return [
        (term, language, as_decided(found, term, language, decided))
        for text in types or ()
        for language in (text["language"] or "",)
        for term, found in type_terms(text["text"] or "", language)
    ]


@lru_cache(maxsize=65536)
def type_terms(text: str, language: str) -> tuple[tuple[str, Found], ...]:
    """Return what a text names: as a whole, as a path, its noun without what follows, or by its ending.

    >>> [found.label for _, found in type_terms("Ceramics-Pottery", "en")]
    ['ceramic', 'pottery']
    >>> [found.label for _, found in type_terms("Kylix fragment; lipped inside", "en")]
    ['kylix']
    >>> [found.label for _, found in type_terms("huwelijkspenning", "nl")]
    ['marriage medal']
    """
    if "|" in text:  # an older table of the Met holds several classifications in one text
        named = (type_terms(part, language) for part in text[:_LONGEST].split("|"))
        return tuple(dict.fromkeys(one for several in named for one in several))
    given = plain(_HEDGES.sub(" ", text[:_LONGEST]))
    if not given:
        return ()
    for form in (given, _noun(given)):
        found = look_up(form, "type", language) or look_up(
            _FRAGMENT.sub("", form), "type", language
        )
        if found is not None:
            return ((given, found),)
    if language != "nl":
        parts = _parts(given, language)
        if parts:
            return parts
    for form in (_noun(given), given):
        found = _as_material(form, language) or by_ending(form, "type", language)
        if found is not None:
            return ((given, found),)
    return ((given, translated(_noun(given), "type", language)),)


def _noun(term: str) -> str:
    """Return a term up to its first comma, bracket or preposition, without "fragment"."""
    noun = _AFTER_THE_NOUN.sub("", _FRAGMENT.sub("", without_brackets(term))).strip()
    return _FRAGMENT.sub("", noun) or term


def _parts(term: str, language: str) -> tuple[tuple[str, Found], ...]:
    """Return the terms of a path ("Textiles-Embroidered") or of "X and Y", if all are known."""
    cut = (
        term.split("-") if _PATH.fullmatch(term) else re.split(r"\s+(?:and|or|&)\s+|/", _noun(term))
    )
    if len(cut) < 2:
        return ()
    known = []
    for part in cut:
        form = _FRAGMENT.sub("", part.strip())
        found = look_up(form, "type", language) or by_ending(form, "type", language)
        if found is not None:
            known.append((form, found))
    return tuple(known) if len(known) == len(cut) or _PATH.fullmatch(term) else ()


def _as_material(term: str, language: str) -> Found | None:
    """Return a material's name where a museum gives it as a type ("Bronzes")."""
    found = look_up(term, "material", language)
    if found is None or not found.label:
        return None
    return Found(found.label, "type", found.how, f"{found.because}, given as a type")


RULE = Rule("types", ("types", "implied_types"), ("type_terms",), translate_types)
