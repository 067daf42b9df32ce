"""One label for one person, across museums that write the name in different ways."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from omniart_data.normalise.rule import Judged, Rule
from omniart_data.normalise.vocabulary import vocabulary_rows

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "ß": "ss", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"}
)
_PARTICLES = frozenset(
    [
        "van",
        "de",
        "der",
        "den",
        "von",
        "zu",
        "zum",
        "zur",
        "della",
        "del",
        "dei",
        "degli",
        "di",
        "du",
        "des",
        "le",
        "la",
        "les",
        "el",
        "ten",
        "ter",
        "te",
        "het",
        "'t",
        "d",
        "l",
        "da",
        "do",
        "dos",
        "das",
        "y",
        "vom",
        "vander",
        "vande",
        "of",
        "the",
    ]
)
"""Particles that museums leave out or move; the single letters are no initials ("d'", "l'")."""

_PATRONYMIC = re.compile(r"(?<=\w{3})(?:sz|szoon|zoon|szn|sdr|sdochter|dr)$")
_GENERATIONS: Mapping[str, str] = MappingProxyType(
    {
        "1": r"\(?i\)?|(?:the )?elder|d\.? ?ä\.?|der ältere|(?:de|d') ?oude|l'ancien|le vieux|il vecchio|sr\.?|senior|the first|père",
        "2": r"\(?ii\)?|(?:the )?younger|d\.? ?j\.?|der jüngere|de jonge|le jeune|il giovane|jr\.?|junior|fils|the second",
        "3": r"\(?iii\)?|the third",
        "4": r"\(?iv\)?",
        "5": r"\(?v\)?",
        "6": r"\(?vi\)?",
    }
)
_GENERATION = tuple(
    (number, re.compile(rf"(?:^|[\s,])(?:{pattern})(?=$|[\s,])"))
    for number, pattern in _GENERATIONS.items()
)
_LIFE = re.compile(r"\([^()]*\d{3,4}[^()]*\)")
_GLOSS = re.compile(r"\((?!i+v?\)|iv\)|vi?\))[^()]*\)", re.IGNORECASE)
_NOT_LETTERS = re.compile(r"[^\w#]+")
_ROMAN = re.compile(r"\(?[IVX]+\)?,?")


@cache
def name_key(name: str) -> str:
    """Return the key under which the forms of one person's name meet.

    Order, marks, case, particles and patronymic endings do not count; the generation does, at the end,
    and so do years that a museum put behind a name to keep two people apart.

    >>> name_key("Rijn, Rembrandt van") == name_key("Rembrandt van Rijn")
    True
    >>> name_key("Jan Brueghel the Elder"), name_key("Brueghel, Jan (II)")
    ('brueghel jan#1', 'brueghel jan#2')
    >>> name_key("GOGH, Vincent van"), name_key("Albrecht Dürer")
    ('gogh vincent', 'albrecht durer')
    """
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    folded = "".join(char for char in folded if not unicodedata.combining(char))
    life = _LIFE.search(folded)
    suffix = "".join(_NOT_LETTERS.findall("")) + (
        f"@{_NOT_LETTERS.sub('-', life[0]).strip('-')}" if life else ""
    )
    folded = _GLOSS.sub(" ", folded)
    generation = ""
    for number, pattern in _GENERATION:
        if pattern.search(folded):
            generation, folded = f"#{number}", pattern.sub(" ", folded)
            break
    words = [
        word for word in _NOT_LETTERS.split(folded.replace("'", " ").replace("’", " ")) if word
    ]
    kept = [_PATRONYMIC.sub("s", word) for word in words if word not in _PARTICLES] or words
    return " ".join(sorted(set(kept))) + generation + suffix


def natural(name: str) -> str:
    """Return a name in natural order, without capitals throughout.

    >>> [natural(one) for one in ("Rijn, Rembrandt van", "GOGH, Vincent van", "MASTER of Flémalle")]
    ['Rembrandt van Rijn', 'Vincent van Gogh', 'Master of Flémalle']
    >>> [natural(one) for one in ("CRANACH, Lucas the Elder", "Brueghel, Jan (I)", "JORDAENS, Hans III")]
    ['Lucas Cranach the Elder', 'Jan Brueghel (I)', 'Hans Jordaens III']
    """
    words = [_cased(word) for word in " ".join(name.split()).split(" ")]
    text = " ".join(words)
    if text.count(",") not in (1, 2) or _NO_INVERSION.search(text):
        return text
    family, _, given = text.partition(",")
    found = _BEHIND.search(given)
    behind = ""
    if found is not None:
        behind, given = found[0].strip(" ,"), given[: found.start()]
    return " ".join(" ".join((given.strip(" ,"), family, behind)).split())


_NO_INVERSION = re.compile(r"(?i)\b(?:and|en|et|und|co|inc|ltd|sons|master of|meester van)\b")
_BEHIND = re.compile(
    r"(?:,?\s+|^\s*)(?:\(?[IVX]+\)?|the (?:Elder|Younger)|de (?:Oude|Jonge)|(?:Sr|Jr)\.?|\([^()]*\))(?:\s*\([^()]*\))?\s*$"
)


def _cased(word: str) -> str:
    """Return a word in capitals with only its first letter so, but for numerals and initials.

    >>> [_cased(word) for word in ("GOGH,", "III", "E.S.", "LE", "DELL'ABATE", "MÜLLER-BAUER")]
    ['Gogh,', 'III', 'E.S.', 'Le', "Dell'Abate", 'Müller-Bauer']
    """
    if not word.isupper() or _ROMAN.fullmatch(word) or "." in word[:-1] or len(word) < 2:
        return word
    return re.sub(r"[^\W\d_]+", lambda letters: letters[0].capitalize(), word)


@cache
def aliases() -> Mapping[str, str]:
    """Return key of another name -> key of the name it stands for; each such key has one owner."""
    return MappingProxyType({row["alias"]: row["key"] for row in vocabulary_rows("artist_aliases")})


@cache
def person_key(name: str) -> str:
    """Return the key of the person whom a name is known to mean: its own, or what its alias stands for."""
    key = name_key(name)
    return aliases().get(key, key)


def artist_rule(works: Mapping[str, int]) -> Rule:
    """Return the rule that gives each name its person's label; ``works`` counts artworks by name.

    The label is the form with the most artworks, then the one with the most accents and a mixed case,
    then the first of the alphabet: the same for any order of the artworks.
    """
    groups: dict[str, dict[str, int]] = {}
    for name, count in works.items():
        forms = groups.setdefault(person_key(name), {})
        forms[natural(name)] = forms.get(natural(name), 0) + count
    labels = {
        key: min(forms, key=lambda form: _rank(form, forms[form])) for key, forms in groups.items()
    }

    def label(maker: str | None) -> Judged:
        if maker is None:
            return Judged((None,), "no maker of undoubted part")
        key = person_key(maker)
        others = len(groups[key]) - 1
        because = f"key {key!r}" + (f", the most used of {others + 1} forms" if others else "")
        if name_key(maker) != key:
            because += f", artist_aliases.csv: {name_key(maker)} -> {key}"
        return Judged((labels[key],), because)

    return Rule("artist", ("maker",), ("artist",), label)


def _rank(form: str, count: int) -> tuple[int, bool, int, str]:
    accents = sum(not char.isascii() for char in form)
    return -count, form.isupper() or form.islower(), -accents, form
