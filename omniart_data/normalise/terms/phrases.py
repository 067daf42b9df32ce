"""A phrase of a medium text: the materials and techniques that it names, as a whole or word by word."""

from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from omniart_data.normalise.terms.qualifiers import (
    ADDS,
    LIKENS,
    is_count,
    names_a_part,
    qualifies,
    stands,
)
from omniart_data.normalise.terms.stems import singular, stem
from omniart_data.normalise.terms.tables import Found, by_ending, composites, exact, look_up
from omniart_data.normalise.vocabulary import vocabulary_rows


@lru_cache(maxsize=65536)
def resolved(piece: str, kind: str, language: str) -> tuple[Found, ...]:
    """Return what a phrase names: the whole as a term, of ``kind`` first; else each term within it.

    A phrase that names an artwork type ("hanging scroll") says so with that kind.

    >>> [(found.label, found.how) for found in resolved("quaint limestone", "material", "en")]
    [('limestone', 'head')]
    >>> [found.label for found in resolved("ebonized walnut", "material", "en")]
    ['ebonizing', 'walnut']
    >>> [found.label for found in resolved("gilt bronze", "material", "en")]
    ['bronze', 'gold', 'gilding']
    >>> resolved("etching", "material", "en")[0].kind
    'technique'
    """
    kinds = (kind, "technique" if kind == "material" else "material")
    several = composites().get(piece, ())
    if several and kind == "material":
        return several
    for one in (*kinds, "type"):
        found = look_up(piece, one, language)
        if found is not None:
            return (found,)
    if several:  # a museum's list of techniques may hold such a word too ("kleurenlithografie")
        return several
    within = _within(piece, kinds, language)
    if within:
        return within
    for one in (*kinds, "type"):
        found = by_ending(piece, one, language)
        if found is not None:
            return (found,)
    label = singular(piece) if language == "en" else piece
    return (Found(label, kind, "unmatched", "no row in terms.csv: kept as given"),)


def _within(piece: str, kinds: tuple[str, ...], language: str) -> tuple[Found, ...]:
    """Return the terms of a phrase from left to right, the longest first; "head" if words are left over.

    A qualifying word is not left over where a term that names something follows it, nor the name of a part
    where one stands before it: "fine white wool" is known word by word. A label is given by a row alone.

    >>> [(one.label, one.how) for one in _within("machine net", ("material", "technique"), "en")]
    [('net', 'table')]
    >>> [(one.label, one.how) for one in _within("net machine", ("material", "technique"), "en")]
    [('net', 'head')]
    """
    words = piece.split(" ")
    found: list[Found] = []
    left_over, is_waiting, start = False, False, 0
    while start < len(words):
        for end in range(min(len(words), start + _reach(words[start])), start, -1):
            terms = _terms(" ".join(words[start:end]), kinds, language)
            if terms:
                start = end
                break
        else:
            word = words[start]
            start += 1
            if language != "nl" and qualifies(word):
                is_waiting = True
                continue
            terms = _by_parts(word, kinds, language)
            if not terms or terms[-1].how == "head":
                is_part = names_a_part(singular(word)) and any(one.label for one in found)
                left_over = left_over or language == "nl" or not is_part
        found += terms
        is_waiting = is_waiting and not any(term.label for term in terms)
    left_over = left_over or is_waiting
    if not any(term.label for term in found):
        return () if left_over else tuple(found)
    found = [term for term in found if term.label]
    if not left_over:
        return tuple(found)
    return tuple(
        Found(term.label, term.kind, "head", f"{term.because}, within the phrase") for term in found
    )


@lru_cache(maxsize=16384)
def _terms(part: str, kinds: tuple[str, ...], language: str) -> tuple[Found, ...]:
    """Return what words within a phrase name: a row with these very words first, then one of their stem.

    >>> [found.label for found in _terms("glazed", ("material", "technique"), "en")]
    ['glaze', 'glazing']
    """
    several = composites().get(part, ()) if kinds[0] == "material" else ()
    if several:
        return several
    for find in (exact, look_up):
        for kind in kinds:
            found = find(part, kind, language)
            if found is not None:
                return (found,)
    one = exact(singular(part), "material", language) if part.endswith("s") else None
    return (one,) if one is not None and not one.label else ()


def _by_parts(word: str, kinds: tuple[str, ...], language: str) -> tuple[Found, ...]:
    """Return what a hyphenated word names, "head" where a part of it is not known; nothing: it names nothing.

    Its last part decides what the others are: of "linen-covered" the linen is on the work, of "wood-fired" the
    wood is not, and "silver-toned" and "non-lead" say nothing. Numbers say nothing either.

    >>> def labels(word):
    ...     found = _by_parts(word, ("material", "technique"), "en")
    ...     return [(one.label, one.how) for one in found]
    >>> labels("chisel-carved"), labels("linen-covered"), labels("wood-fired")
    ([('carving', 'table')], [('linen', 'table')], [('firing', 'head')])
    >>> labels("gilt-zorbel"), labels("half-pearls")
    ([], [('pearl', 'table')])
    >>> labels("silver-toned"), labels("18th"), labels("zorbel-arch")
    ([('', 'table')], [('', 'table')], [])
    """
    if is_count(word):
        return (Found("", kinds[0], "table", "a number: says nothing"),)
    *before, last = word.split("-")
    if not before or language == "nl" or not all(before):
        return ()
    where = stands(last)
    if LIKENS in where or before[0] == "non":
        return (Found("", kinds[0], "table", f"{word}: only like it, says nothing"),)
    parts = [_terms(part, kinds, language) for part in before]
    are_known = all(
        terms or qualifies(part) or is_count(part)
        for part, terms in zip(before, parts, strict=True)
    )
    made = _made(last, kinds, language)
    if not last.endswith(_PARTICIPLE) and any(map(_only_materials, parts)):  # "glass-green"
        made = tuple(one for one in made if not one.label)
    named = [one for terms in parts for one in terms if one.label]
    if ADDS in where:
        made = (*named, *made)
    elif any(map(_only_materials, parts)):
        are_known = False
    else:  # the tool is no process: "chisel" is none of its own
        processes = [part for part in before if exact(part, "technique", language)]
        made = (*(one for part in processes for one in _terms(part, kinds, language)), *made)
    told = tuple(one for one in made if one.label) or made[:1]
    if are_known:
        return told
    if not last.endswith(_PARTICIPLE):
        return ()
    return tuple(Found(one.label, one.kind, "head", one.because) for one in told if one.label)


def _made(last: str, kinds: tuple[str, ...], language: str) -> tuple[Found, ...]:
    """Return what the last part of a hyphenated word says: a participle a process, another word a material."""
    made = _terms(last, kinds, language)
    if last in composites():
        return made
    wanted = "technique" if last.endswith(_PARTICIPLE) else "material"
    return tuple(one for one in made if one.kind == wanted or not one.label)


def _only_materials(terms: tuple[Found, ...]) -> bool:
    return any(one.label for one in terms) and all(one.kind == "material" for one in terms)


_PARTICIPLE = ("ed", "blown", "cut", "woven")
"""Endings of the words that say how something was made."""


def longest_term() -> int:
    """Return the number of words in the longest term of the tables; longer phrases are not looked for."""
    return max(_longest_by_first_word().values())


def _reach(word: str) -> int:
    """Return how many words the longest term has that begins with a word, or with a form of it."""
    first = word.replace("-", " ").split(" ", 1)[0]
    reach = _longest_by_first_word()
    return max(reach.get(first, 0), reach.get(stem(first), 0), 1)


@cache
def _longest_by_first_word() -> Mapping[str, int]:
    """Return the first word of each term, as it stands and by its stem -> words in the longest such term.

    A hyphen parts words here, since a term may be written without it.
    """
    longest: dict[str, int] = {}
    for name in ("terms", "aat_materials", "composites"):
        for row in vocabulary_rows(name):
            for term in (row["term"], row.get("label", "")):
                words = term.replace("-", " ").split()
                for first in {words[0], stem(words[0])} if words else ():
                    longest[first] = max(longest.get(first, 0), len(words))
    return MappingProxyType(longest)
