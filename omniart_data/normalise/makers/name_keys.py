"""The key of a name: the forms in which museums write one person's name meet under it."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType

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

_NO_NAMES = frozenset({"the", "of", "sir", "dame"})
"""Words that are no part of anybody's name."""

_LEFT_OUT = _PARTICLES | _NO_NAMES
"""Words that do not count in a key, as long as two others are left."""

_PATRONYMIC = re.compile(r"(?<=\w{3})(?:sz|szoon|szon|zoon|szn|sdr|sdochter|dr)$")
_GENERATIONS: Mapping[str, str] = MappingProxyType(
    {
        "1": r"i|(?:the )?elder|d\. ?a\.|der altere|(?:de|d') ?oude|l'ancien|le vieux|il vecchio"
        r"|sr\.?|senior|the first|pere",
        "2": r"ii|(?:the )?younger|d\. ?j\.|der jungere|de jonge|le jeune|il giovane"
        r"|jr\.?|junior|fils|the second",
        "3": "iii|the third",
        "4": "iv",
        "5": "v(?=$)",
        "6": "vi",
    }
)
"""Number of a generation -> its words, in folded text."""

_GENERATION = re.compile(
    r"(?:^|(?<=[\s,]))(?:"
    + "|".join(f"(?P<g{number}>{words})" for number, words in _GENERATIONS.items())
    + r")(?=$|[\s,])"
)
_GLOSS = re.compile(r"\([^()]*\)")
_CALLED = re.compile(
    r"(?i)(?<=\w),?\s+(?:called|known as|dit|dite|detto|detta|genaamd|bijgenaamd|genannt|llamado)\s+[^,()]*(?=$|[,(])"
)
"""Another name behind the name: "Jean Antoine Constantin, called Constantin d'Aix"."""

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
_MASTERS = frozenset(["meester", "meister", "maitre", "maestro", "master"])
_NOT_LETTERS = re.compile(r"[^\w#]+")
_ELIDED = re.compile(r"(?<!\w)[dl]'(?=\w)")
_ROMAN = re.compile(r"[IVX]+")


_LONGEST = 1000
"""Characters of a name that are read: no real one is longer."""


@lru_cache(maxsize=65536)
def name_key(name: str) -> str:
    """Return the key under which the forms of one person's name meet.

    Order, marks, case, particles and patronymic endings do not count; the generation does, and what a
    museum put in brackets to keep two people apart: years, a craft. Another name in brackets does not. What
    is a particle in one language is a syllable in another: a name of two words keeps both.

    >>> name_key("Rijn, Rembrandt van") == name_key("Rembrandt van Rijn")
    True
    >>> name_key("Jan Brueghel the Elder"), name_key("Brueghel, Jan (II)")
    ('brueghel jan#1', 'brueghel jan#2')
    >>> name_key("Both, Jan (zilversmid)"), name_key("Guercino (Giovanni Francesco Barbieri)")
    ('both jan@zilversmid', 'guercino')
    >>> name_key("Li Di"), name_key("LE BRUN"), name_key("Gheyn, Jacques de")
    ('di li', 'brun le', 'gheyn jacques')
    """
    apart, name = "", _without_other_name(name[:_LONGEST])
    for gloss in _GLOSS.findall(name) if "(" in name else ():
        said = _folded(gloss)
        is_other_name = gloss.casefold() != gloss and not re.search(r"\d{3}", gloss)
        if not is_other_name and said not in _TITLES and not _generation(f" {said} "):
            apart += f"@{'-'.join(said.split())}"
    bare = _folded(_GLOSS.sub(_generation_only, name))
    number = _generation(bare)
    if number:
        bare = _GENERATION.sub(" ", bare)
    words = [word for word in _NOT_LETTERS.split(_ELIDED.sub(" ", bare)) if word]
    kept = [_plain_word(word) for word in words if word not in _LEFT_OUT]
    if len(kept) < _LEAST_WORDS:
        kept = [_plain_word(word) for word in words if word not in _NO_NAMES] or words
    return " ".join(sorted(set(kept))) + (f"#{number}" if number else "") + apart


_LEAST_WORDS = 2
"""Words below which a key keeps the particles too: "Li Di" and "Li Da" are two painters."""


def _without_other_name(name: str) -> str:
    """Return a name without the other name behind "called", unless nothing but "Master" stands before that."""
    own = _CALLED.sub("", name)
    return name if own.strip().casefold() in _MASTERS else own


def _folded(text: str) -> str:
    """Return a text without case and marks, its brackets and curved apostrophes made plain."""
    marks_gone = text.casefold()
    if not marks_gone.isascii():
        decomposed = unicodedata.normalize("NFKD", marks_gone.translate(_LETTERS))
        marks_gone = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(marks_gone.replace("’", "'").translate(_BRACKETS).split())


def _generation_only(gloss: re.Match[str]) -> str:
    """Return a bracket's words where they number a generation, else nothing."""
    return f" {gloss[0]} " if _generation(f" {_folded(gloss[0])} ") else " "


def _generation(text: str) -> str:
    return min((str(found.lastgroup)[1:] for found in _GENERATION.finditer(text)), default="")


def _plain_word(word: str) -> str:
    return "master" if word in _MASTERS else _PATRONYMIC.sub("s", word)


def natural(name: str) -> str:
    """Return a name in natural order, without capitals throughout where it begins with a word in capitals.

    >>> [natural(one) for one in ("Rijn, Rembrandt van", "GOGH, Vincent van", "MASTER of Flémalle")]
    ['Rembrandt van Rijn', 'Vincent van Gogh', 'Master of Flémalle']
    >>> [natural(one) for one in ("CRANACH, Lucas the Elder", "Brueghel, Jan (I)", "JORDAENS, Hans III")]
    ['Lucas Cranach the Elder', 'Jan Brueghel (I)', 'Hans Jordaens III']
    >>> natural("Constantin, Jean Antoine, called Constantin d'Aix")
    "Jean Antoine Constantin, called Constantin d'Aix"
    """
    words = name[:_LONGEST].split()
    if (
        words and words[0].isupper()
    ):  # the Web Gallery's capitals; elsewhere they are initials: "Master LC"
        words = [_cased(word, is_first=not at) for at, word in enumerate(words)]
    text = " ".join(words)
    bare, bracket, gloss = text.partition("(")
    if "," not in bare:
        return text
    if (said := _SAID_BEHIND.search(bare)) is not None:
        return f"{natural(bare[: said.start()])}{said[0].rstrip()} {bracket}{gloss}".strip()
    if bare.count(",") not in (1, 2) or _NO_INVERSION.search(bare):
        return text
    family, _, given = bare.partition(",")
    behind = ""
    if (found := _BEHIND.search(given)) is not None:
        behind, given = found[0].strip(" ,"), given[: found.start()]
    return " ".join(" ".join((given.strip(" ,"), family, behind, bracket + gloss)).split())


_SAID_BEHIND = re.compile(
    r"(?<=\w)[.)]?,\s+(?:called|known as|dit|dite|detto|detta|genaamd|bijgenaamd|genannt|llamado|comte|conte|count"
    r"|baron|barón|marquis|marchese|vicomte|viscount|duc|duke|earl|lord|graaf|graf|freiherr|ridder|chevalier)\s(?=\S).*$"
)
"""What stays behind a name that is turned round: "Turpin de Crissé, Lancelot, comte de ..."."""

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
def table_ids() -> Mapping[str, str]:
    """Return key of a name -> the one id that ``artist_aliases.csv`` knows its person by."""
    found: dict[str, set[str]] = {}
    for row in vocabulary_rows("artist_aliases"):
        if row["id"]:
            found.setdefault(row["key"], set()).add(row["id"])
    return MappingProxyType({key: min(ids) for key, ids in found.items() if len(ids) == 1})


@cache
def namesakes() -> frozenset[str]:
    """Return the keys that several people are known to share: alone they make nobody the same."""
    return frozenset(row["key"] for row in vocabulary_rows("namesakes"))


def generation(key: str) -> str:
    """Return the generation that a key ends in: "1" of "brueghel jan#1"; empty: none."""
    return key.partition("#")[2].partition("@")[0]


@lru_cache(maxsize=65536)
def person_key(name: str) -> str:
    """Return the key of the person whom a name is known to mean: its own, or what its alias stands for.

    An alias that is known without a particle only does not stand for a name that has one.

    >>> person_key("Jakob Backer"), person_key("BACKER, Jakob de")
    ('adriaens backer jacob', 'backer jakob')
    """
    key = name_key(name)
    meant = aliases().get(key, key)
    return key if meant != key and key in _bare_aliases() and _has_particle(name) else meant


@cache
def _bare_aliases() -> frozenset[str]:
    rows = vocabulary_rows("artist_aliases")
    return frozenset(row["alias"] for row in rows if row["particle"] == "no")


def _has_particle(name: str) -> bool:
    """Return whether a name has "de", "van" and the like, outside its brackets; a "meester van" is a "master of"."""
    words = _NOT_LETTERS.split(_folded(_GLOSS.sub(" ", name[:_LONGEST])))
    if words[0] in _MASTERS:
        return False
    return any(word in _PARTICLES and word not in _NO_PARTICLES for word in words)


_NO_PARTICLES = frozenset({"the", "of", "d", "l", "y"})
"""Words of ``_PARTICLES`` that tell no two people apart: "the Elder", "d. J."."""


def is_foreign_master(form: str) -> bool:
    """Return whether a notname is in another language than English, that of all labels.

    >>> is_foreign_master("Meester van Delft"), is_foreign_master("Master of Delft"), is_foreign_master("Maestro")
    (True, False, False)
    """
    first, *others = form.casefold().split(None, 1) or [""]
    return bool(others) and _folded(first) in _MASTERS - {"master"}


def is_english_master(form: str) -> bool:
    """Return whether a form is a notname in English."""
    return form.casefold().startswith("master of ")


def english_notname(form: str) -> str:
    """Return a notname from a place, or a year, in English, that of all labels; longer ones as the museum writes them.

    >>> english_notname("Meester van Delft"), english_notname("Meester van Antwerpen (I)")
    ('Master of Delft', 'Master of Antwerp (I)')
    >>> english_notname("Meester van de Virgo inter Virgines")
    'Meester van de Virgo inter Virgines'
    """
    found = _NOTNAME.fullmatch(form)
    if found is None or not (found[1][0].isupper() or found[1].isdecimal()):
        return form
    return f"Master of {_cities().get(found[1].casefold(), found[1])}{found[2]}"


_NOTNAME = re.compile(
    r"(?i:meester van|meister von|ma[iî]tre de|maestro di) (\w[\w-]*)((?: \([IV]+\))?)"
)


@cache
def _cities() -> Mapping[str, str]:
    """Return name of a city, in small letters -> its English name; no name that means several places."""
    found: dict[str, set[str]] = {}
    for row in vocabulary_rows("places"):
        if row["kind"] == "city" and row["language"] != "en":
            found.setdefault(row["name"], set()).add(row["label"])
    return MappingProxyType({name: min(all_) for name, all_ in found.items() if len(all_) == 1})


def form_rank(form: str, count: int) -> tuple[int, bool, int, str]:
    """Return the order of a person's forms: most artworks, then mixed case, then accents, then the alphabet."""
    accents = sum(not char.isascii() for char in form)
    return -count, form.isupper() or form.islower(), -accents, form
