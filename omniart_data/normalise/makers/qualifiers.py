"""The words that qualify a maker: what they say of whose hand it is, and where in a text they stand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from omniart_data.normalise.terms.tables import plain
from omniart_data.normalise.vocabulary import vocabulary_rows

CERTAINTY: Mapping[str, str] = MappingProxyType(
    {
        "forgery": "refuted",
        "formerly_attributed": "refuted",
        "copyist": "model",
        "after": "model",
        **dict.fromkeys(
            ("manufactory", "office", "associate", "manner", "style", "school", "circle"), "related"
        ),
        **dict.fromkeys(
            ("follower", "pupil", "assistant", "atelier", "studio", "workshop"), "related"
        ),
        "possibly": "possible",
        "probably": "probable",
        "attributed": "probable",
    }
)
"""Class of a term in attribution_terms.csv -> how sure the named person's own hand is; the farthest first."""

MADE = ("role_primary",)
NOT_MADE = ("role_publisher",)

_ONLY_FIRST = frozenset(
    {"da", "naar", "nach", "after", "near", "by", "vals", "faux", "fake", "falso", "según", "attr."}
)
"""Words that qualify a name only in front of it: "Jan da", "Jan Naar" are names."""

_NEVER_IN_NAMES = frozenset(
    {
        *("master", "meester", "term", "school", "scuola", "école", "schule", "miniaturist"),
        *("icon painter", "kring", "omgeving", "umkreis", "umfeld", "collaborator"),
        *("diverse", "various", "related to"),
    }
)
"""Terms that qualify in a field of their own, and are also parts of names."""


@dataclass(frozen=True)
class Qualifier:
    """A term of attribution_terms.csv that was found."""

    term: str
    kind: str
    """Its class in the table."""

    @property
    def certainty(self) -> str:
        """Return how sure the named person's own hand is."""
        return CERTAINTY.get(self.kind, "")

    @property
    def because(self) -> str:
        """Return the table row that decided."""
        return f"attribution_terms.csv: {self.term} ({self.kind})"


def in_field(words: str) -> Qualifier | None:
    """Return the qualifier in a text that is nothing else; of several the one farthest from the hand.

    >>> in_field("attributed to the workshop of").kind, in_field("posthumous copy after").kind
    ('workshop', 'after')
    >>> in_field("engraved by") is None
    True
    """
    for kinds, pattern in _somewhere():
        if (found := pattern.search(words)) is not None:
            return Qualifier(found[0], kinds[found[0]])
    kind = _terms().get(words, "")
    return Qualifier(words, kind) if kind in (*MADE, *NOT_MADE) else None


def is_not_made(words: str) -> Qualifier | None:
    """Return the term in a text that says that somebody published, sold or paid for the object."""
    kinds, pattern = _not_made()
    found = pattern.search(words)
    return None if found is None else Qualifier(found[0], kinds[found[0]])


def in_name(name: str) -> tuple[Qualifier, str] | None:
    """Return the qualifier before or behind a name, and the name without it.

    >>> in_name("Follower of Francesco Guardi")[1], in_name("Cranach atelier")[1]
    ('Francesco Guardi', 'Cranach')
    >>> [in_name(one)[1] for one in ("Rembrandt & workshop", "Giotto (seguace)", "Harunobu-school", "Schule Dürer")]
    ['Rembrandt', 'Giotto', 'Harunobu', 'Dürer']
    """
    return _beside(name) or apart(name) or _noun_first(name) or _compound(name)


def apart(name: str) -> tuple[Qualifier, str] | None:
    """Return the qualifier that a bracket, a comma or an "and" keeps apart from the name before it.

    >>> apart("MASTER of Flémalle and his workshop")[1], apart("Master of the Fontainebleau School")
    ('MASTER of Flémalle', None)
    """
    for sign, pattern in _APART:
        if sign in name and (found := pattern.fullmatch(name)) is not None:
            words = plain(found[2])
            kind = _terms().get(words) or _nouns().get(words, "")
            if kind in CERTAINTY and kind != "manufactory" and words not in _ALSO_NAMES:
                return Qualifier(words, kind), found[1].strip(" ,;")
    return None


_IN_BRACKETS = re.compile(r"(.*\S)\s*[(]([^()]{3,40})[)]")
_BEHIND_COMMA = re.compile(r"([^,]*(?:,[^,]*)?\S)\s*,\s*([^\s,][^,]{2,40})")
_AND = r"(?:and|&|en|und|et|e|y|with|met|mit|avec|con)"
_HIS = r"(?:his|her|zijn|haar|seiner?|ihrer?|son|sa|ses|la sua|il suo|su)"
_AND_WITH = re.compile(rf"(.*[^\s,]),?\s+{_AND}\s+(?:{_HIS}\s+)?(\S+)")
_APART = (("(", _IN_BRACKETS), (",", _BEHIND_COMMA), (" ", _AND_WITH))
_ALSO_NAMES = frozenset({"art", "type", "near", "and", "given"})
"""Words that are also names: "Buchwald, Art"."""


def _beside(name: str) -> tuple[Qualifier, str] | None:
    """Return a term of the table that stands before or behind a name."""
    words = plain(name).split(" ")
    given = name.split()
    before, behind = _around()
    for many in range(min(_MOST_WORDS, len(words) - 1), 0, -1):
        if (term := " ".join(words[:many])) in before:
            return Qualifier(term, _terms()[term]), " ".join(given[many:]).strip(" ,;")
        if (term := " ".join(words[-many:])) in behind:
            return Qualifier(term, _terms()[term]), _POSSESSIVE.sub(
                "", " ".join(given[:-many]).strip(" ,;")
            )
    return None


_POSSESSIVE = re.compile(rf"(?:['’]s|,?\s+{_AND}(?:\s+{_HIS})?)$")
_MOST_WORDS = 6
"""Words of the longest term that stands beside a name."""


def _noun_first(name: str) -> tuple[Qualifier, str] | None:
    """Return a noun that stands before a name without "of": "Umkreis Dürer"."""
    noun, _, rest = name.partition(" ")
    kind = _nouns().get(plain(noun), "") if rest[:1].isupper() else ""
    return (Qualifier(plain(noun), kind), rest.strip(" ,;")) if kind in _HANDS else None


_HANDS = frozenset(
    {"circle", "school", "follower", "pupil", "workshop", "manner", "copyist", "assistant"}
)
"""Classes whose nouns stand before a name without "of"; "Studio X" and "Art X" are names."""


def _compound(name: str) -> tuple[Qualifier, str] | None:
    """Return a noun that is joined to a name: "Harunobu-school", "Dürerschule"."""
    found = (_HYPHENED if "-" in name else _ONE_WORD).fullmatch(name)
    if found is None:
        return None
    kind = _nouns().get(plain(found[2]), "")
    is_hand = kind in _HANDS or kind in ("atelier", "studio")
    return (Qualifier(plain(found[2]), kind), found[1].strip()) if is_hand else None


_HYPHENED = re.compile(r"(.*\w)\s?-\s?([^\W\d_]+)")
_ONE_WORD = re.compile(
    r"([^\W\d_]{4,})(schule|schüler|werkstatt|umkreis|nachfolger|nachfolge|leerling|navolger|werkplaats)"
)


@cache
def _nouns() -> Mapping[str, str]:
    """Return the noun of each term that ends in "of", in whatever language, and its class: "seguace", "Umkreis".

    >>> [_nouns()[one] for one in ("seguace", "umkreis", "cercle", "taller", "attributed", "school", "followers")]
    ['follower', 'circle', 'circle', 'workshop', 'attributed', 'school', 'follower']
    """
    rank = {kind: at for at, kind in enumerate(CERTAINTY)}
    found: dict[str, str] = {}
    for term, kind in sorted(_terms().items()):
        noun = _OF.sub("", term)
        if kind not in rank or " " in noun or len(noun) < 3:
            continue
        for one in (noun, f"{noun}s"):
            if one not in found or rank[kind] < rank[found[one]]:
                found[one] = kind
    return MappingProxyType(found)


_OF = re.compile(r"\s(?:of|van|rond|von|des|di|de|del|to|aan|a|à|an|from|after|naar|da|d'après)$")


@cache
def _terms() -> Mapping[str, str]:
    """Return term -> class; of a term with two classes the one farther from the hand."""
    rank = {kind: at for at, kind in enumerate(CERTAINTY)}
    found: dict[str, str] = {}
    for row in vocabulary_rows("attribution_terms"):
        term, kind = plain(row["term"]), row["class"]
        is_word = re.search(r"\w", term) is not None
        if is_word and (kind in rank or kind in (*MADE, *NOT_MADE)):
            known = found.get(term)
            if known is None or rank.get(kind, 99) < rank.get(known, 99):
                found[term] = kind
    return MappingProxyType(found)


@cache
def _somewhere() -> tuple[tuple[Mapping[str, str], re.Pattern[str]], ...]:
    """Return for each degree of certainty, the farthest from the hand first, its terms and their pattern."""
    degrees = dict.fromkeys(CERTAINTY.values())
    return tuple(
        _pattern({term: kind for term, kind in _terms().items() if CERTAINTY.get(kind) == degree})
        for degree in degrees
    )


@cache
def _not_made() -> tuple[Mapping[str, str], re.Pattern[str]]:
    return _pattern({term: kind for term, kind in _terms().items() if kind in NOT_MADE})


def _pattern(kinds: Mapping[str, str]) -> tuple[Mapping[str, str], re.Pattern[str]]:
    return kinds, re.compile(rf"(?<!\w)(?:{_either(kinds)})(?!\w)")


def _either(terms: Mapping[str, str]) -> str:
    return "|".join(map(re.escape, sorted(terms, key=lambda term: (-len(term), term))))


@cache
def _around() -> tuple[frozenset[str], frozenset[str]]:
    """Return the terms that qualify before a name, and those that do so behind it."""
    terms = {
        term
        for term, kind in _terms().items()
        if kind in CERTAINTY and kind != "manufactory" and term not in _NEVER_IN_NAMES
    }
    return frozenset(terms), frozenset(terms - _ONLY_FIRST)
