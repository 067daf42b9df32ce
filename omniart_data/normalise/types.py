"""What an artwork is: the rule for artwork types."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from omniart_data.normalise.rule import Judged, Rule, TermUse
from omniart_data.normalise.terms import (
    Found,
    by_ending,
    look_up,
    plain,
    translated,
    without_brackets,
)

_VAGUE = frozenset({"graphic art", "fragment", "work on paper", "album", "design"})
"""Types that say so little that what the medium implies is said beside them."""

_AFTER_THE_NOUN = re.compile(
    r"\s*(?:[,;:(\[|]|\b(?:of|with|for|from|in|on|showing|depicting)\b).*$"
)
_HEDGES = re.compile(r"\(\?\)|\?|\b(?:possibly|probably|perhaps|mogelijk|waarschijnlijk)\b")
_FRAGMENT = re.compile(
    r"^(?:fragments? (?:of|from) (?:an? |the )?)|\s+(?:fragments?|sherds?|shards?)$"
)
_PATH = re.compile(r"[^\W\d_][\w ]*(?:-[^\W\d_][\w &]*)+")


def translate_types(
    types: Sequence[Mapping[str, str]] | None, implied: Sequence[str] | None
) -> Judged:
    """Name what an artwork is, in the museum's order; where it does not say, as the medium implies.

    >>> translate_types([{"text": "Paintings", "language": "en"}], []).value
    (['painting'],)
    >>> translate_types([], ["painting"]).value
    (['painting'],)
    """
    labels: dict[str, None] = {}
    uses: list[TermUse] = []
    because: dict[str, None] = {}
    known = False
    for text in types or ():
        words, language = text["text"] or "", text["language"] or ""
        for term, found in type_terms(words, language):
            uses.append(TermUse("type", term, language, found.how, found.label))
            because[found.because] = None
            if found.label:
                labels[found.label] = None
                known = known or (found.how != "unmatched" and found.label not in _VAGUE)
    for label in () if known else implied or ():
        if label not in labels:
            labels[label] = None
            uses.append(TermUse("type", label, "en", "implied", label))
            because[f"implied_types.csv: the medium implies {label}"] = None
    return Judged((list(labels),), "; ".join(because) or "no type given", tuple(uses))


@cache
def type_terms(text: str, language: str) -> tuple[tuple[str, Found], ...]:
    """Return what a text names: as a whole, as a path, its noun without what follows, or by its ending.

    >>> [found.label for _, found in type_terms("Ceramics-Pottery", "en")]
    ['pottery']
    >>> [found.label for _, found in type_terms("Kylix fragment; lipped inside", "en")]
    ['kylix']
    >>> [found.label for _, found in type_terms("huwelijkspenning", "nl")]
    ['marriage medal']
    """
    given = plain(_HEDGES.sub(" ", text))
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
        found = by_ending(form, "type", language) or _as_material(form, language)
        if found is not None:
            return ((given, found),)
    return ((given, translated(given, "type", language)),)


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


RULE = Rule("types", ("types", "implied_types"), ("artwork_types",), translate_types)
