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

_PATRONYMIC = re.compile(r"(?<=\w{3})(?:sz|szoon|szon|zoon|szn|sdr|sdochter|dr)$")
_GENERATION: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        number: re.compile(rf"(?:^|[\s,])(?:{pattern})(?=$|[\s,])")
        for number, pattern in {
            "1": r"i|(?:the )?elder|d\. ?a\.|der altere|(?:de|d') ?oude|l'ancien|le vieux|il vecchio"
            r"|sr\.?|senior|the first|pere",
            "2": r"ii|(?:the )?younger|d\. ?j\.|der jungere|de jonge|le jeune|il giovane"
            r"|jr\.?|junior|fils|the second",
            "3": "iii|the third",
            "4": "iv",
            "5": "v(?=$)",
            "6": "vi",
        }.items()
    }
)
"""Number of a generation -> its words, in folded text."""

_GLOSS = re.compile(r"\([^()]*\)")
_BRACKETS = str.maketrans("()[]", "    ")
_TITLES = frozenset(
    [
        "baron",
        "barones",
        "graaf",
        "gravin",
        "count",
        "comte",
        "ridder",
        "jonkheer",
        "sir",
        "lord",
        "dr",
        "prof",
    ]
)
_MASTERS = frozenset(["meester", "meister", "maitre", "maestro"])
_NOT_LETTERS = re.compile(r"[^\w#]+")
_ROMAN = re.compile(r"[IVX]+")


@cache
def name_key(name: str) -> str:
    """Return the key under which the forms of one person's name meet.

    Order, marks, case, particles and patronymic endings do not count; the generation does, and what a
    museum put in brackets to keep two people apart: years, a craft. Another name in brackets does not.

    >>> name_key("Rijn, Rembrandt van") == name_key("Rembrandt van Rijn")
    True
    >>> name_key("Jan Brueghel the Elder"), name_key("Brueghel, Jan (II)")
    ('brueghel jan#1', 'brueghel jan#2')
    >>> name_key("Both, Jan (zilversmid)"), name_key("Guercino (Giovanni Francesco Barbieri)")
    ('both jan@zilversmid', 'guercino')
    """
    apart = ""
    for gloss in _GLOSS.findall(name):
        said = _folded(gloss)
        is_other_name = gloss.casefold() != gloss and not re.search(r"\d{3}", gloss)
        if not is_other_name and said not in _TITLES and not _generation(f" {said} "):
            apart += f"@{'-'.join(said.split())}"
    bare = _folded(_GLOSS.sub(_generation_only, name))
    number = _generation(bare)
    if number:
        bare = _GENERATION[number].sub(" ", bare)
    words = [word for word in _NOT_LETTERS.split(bare.replace("'", " ")) if word]
    kept = [_plain_word(word) for word in words if word not in _PARTICLES] or words
    return " ".join(sorted(set(kept))) + (f"#{number}" if number else "") + apart


def _folded(text: str) -> str:
    """Return a text without case and marks, its brackets and curved apostrophes made plain."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    marks_gone = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(marks_gone.replace("’", "'").translate(_BRACKETS).split())


def _generation_only(gloss: re.Match[str]) -> str:
    """Return a bracket's words where they number a generation, else nothing."""
    return f" {gloss[0]} " if _generation(f" {_folded(gloss[0])} ") else " "


def _generation(text: str) -> str:
    return next((number for number, pattern in _GENERATION.items() if pattern.search(text)), "")


def _plain_word(word: str) -> str:
    return "master" if word in _MASTERS else _PATRONYMIC.sub("s", word)


def natural(name: str) -> str:
    """Return a name in natural order, without capitals throughout.

    >>> [natural(one) for one in ("Rijn, Rembrandt van", "GOGH, Vincent van", "MASTER of Flémalle")]
    ['Rembrandt van Rijn', 'Vincent van Gogh', 'Master of Flémalle']
    >>> [natural(one) for one in ("CRANACH, Lucas the Elder", "Brueghel, Jan (I)", "JORDAENS, Hans III")]
    ['Lucas Cranach the Elder', 'Jan Brueghel (I)', 'Hans Jordaens III']
    """
    words = [_cased(word, is_first=not at) for at, word in enumerate(name.split())]
    text = " ".join(words)
    bare, bracket, gloss = text.partition("(")
    if bare.count(",") not in (1, 2) or _NO_INVERSION.search(bare):
        return text
    family, _, given = bare.partition(",")
    behind = ""
    if (found := _BEHIND.search(given)) is not None:
        behind, given = found[0].strip(" ,"), given[: found.start()]
    return " ".join(" ".join((given.strip(" ,"), family, behind, bracket + gloss)).split())


_NO_INVERSION = re.compile(r"(?i)\b(?:and|en|et|und|co|inc|ltd|sons|master of|meester van)\b")
_BEHIND = re.compile(
    r"(?:,?\s+|^\s*)(?:[IVX]+|the (?:Elder|Younger)|de (?:Oude|Jonge)|(?:Sr|Jr)\.?)\s*$"
)


# A question mark between letters stands for a letter that was lost (the text edition of the WGA).
_SPELLED = re.compile(r"[^\W\d_](?:[^\W\d_]|\?(?=[^\W\d_]))*")


def _cased(word: str, *, is_first: bool = True) -> str:
    """Return a word in capitals with only its first letter so, but for numerals and initials.

    >>> [_cased(word) for word in ("GOGH,", "III", "E.S.", "LE", "DELL'ABATE", "CARRE?O,")]
    ['Gogh,', 'III', 'E.S.', 'Le', "Dell'Abate", 'Carre?o,']
    """
    bare = word.strip(".,()'")
    if not is_first and word.isupper() and bare.casefold() in _PARTICLES:
        return word.casefold()
    if not word.isupper() or _ROMAN.fullmatch(bare) or "." in bare or len(bare) < 2:
        return word
    return _SPELLED.sub(lambda letters: letters[0].capitalize(), word)


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
