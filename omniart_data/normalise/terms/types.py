"""What an artwork is: the rule for artwork types."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from omniart_data.normalise.rule import Judged, Rule, TermUse
from omniart_data.normalise.terms.tables import (
    NOTHING_DECIDED,
    Decided,
    Found,
    as_decided,
    by_ending,
    composites,
    look_up,
    plain,
    translated,
    without_brackets,
)

_VAGUE = frozenset({"graphic art", "work on paper", "album", "design"})
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

Terms: TypeAlias = tuple[tuple[str, Found], ...]
"""Terms of a text, each with what it became."""

_LONGEST = 1000
"""Characters of a type text that are read."""

_AFTER_THE_NOUN = re.compile(
    r"\s*(?:[,;:(\[|]|\b(?:of|with|for|from|in|on|showing|depicting)\b).*$"
)
_PUNCTUATION = re.compile(r"\s*[,;:(\[|].*$")
_HEDGES = re.compile(r"\(\?\)|\?|\b(?:possibly|probably|perhaps|mogelijk|waarschijnlijk)\b")
_FRAGMENT = re.compile(
    r"^(?:(fragments?) (?:of|from) (?:an? |the )?)|,?\s+(fragments?|sherds?|shards?)$"
)
_ACCOMPANIED = re.compile(
    r"\s+(?:with|and|&)\s+(?:an? |its )?(?=(?:covers?|lids?|stands?|trays?|saucers?|cases?)(?:\s|$))"
)
"""A bowl with cover is a bowl and a cover."""
_STEP = re.compile(r"(?<=[^\W\d_])-(?=[A-Z])|(?<=phone)-")
"""Between the steps of a path, which begin with a capital ("Ceramics-Pottery") or follow a family of musical
instruments; the hyphen of "Banister-back chair" is none."""


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
        for term, found in type_terms((text["text"] or "")[:_LONGEST], language)
    ]


@lru_cache(maxsize=65536)
def type_terms(text: str, language: str) -> Terms:
    """Return what a text names: as a whole, as a path, its noun without what follows, or by its ending.

    >>> [found.label for _, found in type_terms("Ceramics-Pottery", "en")]
    ['ceramic', 'pottery']
    >>> [found.label for _, found in type_terms("Aerophone-Whistle Flute-whistle", "en")]
    ['aerophone', 'whistle flute', 'whistle']
    >>> [found.label for _, found in type_terms("Kylix fragment; lipped inside", "en")]
    ['kylix', 'fragment']
    >>> [found.label for _, found in type_terms("Bowl with cover", "en")]
    ['bowl', 'cover']
    >>> [found.label for _, found in type_terms("Swan-back chair", "en")]
    ['chair']
    >>> [found.label for _, found in type_terms("huwelijkspenning", "nl")]
    ['marriage medal']
    """
    if "|" in text:  # an older table of the Met holds several classifications in one text
        named = (type_terms(part, language) for part in text[:_LONGEST].split("|"))
        return tuple(dict.fromkeys(one for several in named for one in several))
    said = _HEDGES.sub(" ", text[:_LONGEST])
    given = plain(said)
    if not given:
        return ()
    for read in (_whole, _of_a_fragment, _accompanied, _by_its_noun, _by_its_steps):
        known = read(given, said, language)
        if known:
            return known
    for form in (_noun(given), given):
        found = _as_material(form, language) or by_ending(form, "type", language)
        if found is not None:
            return ((given, found),)
    return ((given, translated(_noun(given), "type", language)),)


def _whole(given: str, _: str, language: str) -> Terms:
    """Return what the tables say of the whole text: one thing, or the several that composites.csv names."""
    several = composites().get(given, ())
    if several and all(part.kind == "type" for part in several):
        return tuple((given, part) for part in several)
    found = look_up(given, "type", language)
    return ((given, found),) if found is not None else ()


def _of_a_fragment(given: str, _: str, language: str) -> Terms:
    """Return what a fragment is of, and that it is one; both stand for the one text."""
    rest, piece = _broken(given)
    told = look_up(piece, "type", "en") if rest else None
    if told is None:
        return ()
    return (*((given, found) for _, found in type_terms(rest, language)), (given, told))


def _accompanied(given: str, _: str, language: str) -> Terms:
    """Return the parts of "bowl with cover", if all are known."""
    return _all_known(_ACCOMPANIED.split(_before(_PUNCTUATION, given)), language)


def _by_its_noun(given: str, _: str, language: str) -> Terms:
    found = look_up(_noun(given), "type", language)
    return ((given, found),) if found is not None else ()


def _by_its_steps(given: str, said: str, language: str) -> Terms:
    """Return the known steps of a path ("Aerophone-Whistle Flute-whistle"), or the parts of "X and Y" if all are known."""
    if language == "nl":
        return ()
    steps = _STEP.split(said.strip())
    if len(steps) > 1:
        return tuple(one for step in steps for one in _step(step, language))
    return _all_known(_BETWEEN.split(_noun(given)), language)


def _step(step: str, language: str) -> Terms:
    """Return what a step of a path names; its own hyphens may part two names ("Whistle Flute-whistle")."""
    return _whole(plain(step), "", language) or (
        _all_known(step.split("-"), language) or _known((step,), language)
    )


_BETWEEN = re.compile(r"\s+(?:and|or|&)\s+|/")


def _broken(term: str) -> tuple[str, str]:
    """Return what a fragment is of, and the word that says that it is one; empty texts: it is none.

    >>> _broken("kylix fragments, lipped inside"), _broken("sherd"), _broken("fragment of a bowl")
    (('kylix', 'fragments'), ('', ''), ('bowl', 'fragment'))
    """
    for form in (term, _before(_AFTER_THE_NOUN, term)):
        told = _FRAGMENT.search(form)
        rest = _FRAGMENT.sub("", form).strip() if told else ""
        if told and rest:
            return rest, told[1] or told[2]
    return "", ""


def _before(what: re.Pattern[str], term: str) -> str:
    return what.sub("", without_brackets(term)).strip()


def _noun(term: str) -> str:
    """Return a term up to its first comma, bracket or preposition."""
    return _before(_AFTER_THE_NOUN, term) or term


def _all_known(parts: Sequence[str], language: str) -> Terms:
    """Return what the parts of "X and Y" name, if there are several and all are known."""
    known = _known(parts, language) if len(parts) > 1 else ()
    return known if len(known) == len(parts) else ()


def _known(parts: Sequence[str], language: str) -> Terms:
    known = []
    for part in map(plain, parts):
        found = look_up(part, "type", language) or by_ending(part, "type", language)
        if found is not None:
            known.append((part, found))
    return tuple(known)


def _as_material(term: str, language: str) -> Found | None:
    """Return a material's name where a museum gives it as a type ("Bronzes")."""
    found = look_up(term, "material", language)
    if found is None or not found.label:
        return None
    return Found(found.label, "type", found.how, f"{found.because}, given as a type")


RULE = Rule("types", ("types", "implied_types"), ("type_terms",), translate_types)
