"""How alike two titles are in two languages: word by word, as far as a lexicon and the names in them tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz

from omniart_data.normalise.vocabulary import vocabulary_rows
from omniart_data.normalise.works.titles import is_generic, title_key

MOST_WORDS = 40
"""Words of a title that are compared."""

NAME = 4
"""Letters that a name, or a word that a lexicon does not know, must have to be known again in another spelling."""

SPELT_ALIKE = 82.0
"""How alike two such words are (0 to 100, rapidfuzz's ratio): Adriaensz and Adriaansz, Wtenbogaert."""

LIGHT, PLAIN, TELLING = 0.25, 1.0, 1.5
"""What a word weighs that fits thousands (portrait, landscape, man), one that is known, and one that is not: a name."""

OF_LITTLE = 0.6
"""What a likeness counts that lies in words alone that fit thousands (Portrait of a Man, Portrait of an Old Man), or
where one of both is a sketch.
"""

SPELT = 0.98
"""How alike two titles are at most of which a word is spelt otherwise: Cornelis Bicker and Cornelia Bicker are two."""

_SKETCHES = frozenset({"sketch", "study"})


@dataclass(frozen=True)
class Told:
    """How alike two titles are, and by what."""

    alike: float
    """0 to 1: the mean of the share of the shorter title that is in the other, and that of both, by weight of words.

    1: they say the same. Of a museum's long title the Web Gallery's is often a part.
    """
    rare: bool
    """A word in both is no common one: mostly a name."""


@lru_cache(maxsize=65536)
def told(one: str, other: str) -> Told:
    """Return how alike two title keys are, word by word, whatever the languages.

    >>> corpses = told(title_key("The Corpses of the De Witt Brothers"), title_key("De lijken van de gebroeders De Witt"))
    >>> corpses.alike, corpses.rare
    (1.0, True)
    >>> told(title_key("Self-Portrait"), title_key("Zelfportret"))
    Told(alike=1.0, rare=False)
    >>> told(title_key("The Love Letter"), title_key("Het melkmeisje"))
    Told(alike=0.0, rare=False)
    """
    mine, yours = (dict.fromkeys(words_of(key)) for key in sorted((one, other)))
    common = mine.keys() & yours.keys()
    pairs = [(word, word) for word in mine if word in common]
    spelt = _spelt_alike(
        [word for word in mine if word not in common],
        [word for word in yours if word not in common],
    )
    pairs += spelt
    shared = sum(min(_weight(a), _weight(b)) for a, b in pairs)
    weights = [sum(map(_weight, words)) for words in (mine, yours)]
    if not shared:
        return Told(0.0, rare=False)
    alike = (min(1.0, shared / min(weights)) + min(1.0, 2 * shared / sum(weights))) / 2
    if alike < 1 and all(_weight(word) == LIGHT for word, _ in pairs):
        alike *= OF_LITTLE
    if _SKETCHES.isdisjoint(mine) != _SKETCHES.isdisjoint(yours):
        alike *= OF_LITTLE
    if spelt:
        alike = min(alike, SPELT)
    return Told(alike, rare=any(_weight(a) == _weight(b) == TELLING for a, b in pairs))


@lru_cache(maxsize=65536)
def words_of(key: str) -> tuple[str, ...]:
    """Return a title key's words in English as far as the lexicon knows them; the others as they are.

    >>> words_of(title_key("Boerenkermis met zittende vrouw te Haarlem"))
    ('peasant', 'kermi', 'seated', 'woman', 'haarlem')
    """
    found: list[str] = []
    for word in key.split()[:MOST_WORDS]:
        known = _known(word)
        found += [word] if known is None else known
    return tuple(found)


@lru_cache(maxsize=65536)
def _known(word: str) -> tuple[str, ...] | None:
    """Return what a word means; None where neither it, nor its stem, nor its halves are known."""
    lexicon = _lexicon()
    for stem in (word, *_stems(word)):
        if stem in lexicon:
            return lexicon[stem]
    for cut in range(3, len(word) - 2):
        head, tail = word[:cut], word[cut:]
        for first in (head, head.removesuffix("s"), *_stems(head)):
            if len(first) > 2 and lexicon.get(first) and lexicon.get(tail):
                return lexicon[first] + lexicon[tail]
    return None


def _stems(word: str) -> list[str]:
    """Return what a Dutch word may be an inflection of: bomen has its own row, vrouwen and oude need none.

    >>> _stems("mannen")
    ['mann', 'man', 'manne']
    """
    stems = []
    for ending in ("en", "e"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word.removesuffix(ending)
            stems += [stem, stem[:-1]] if stem[-1] == stem[-2] else [stem]
    return [*stems, word[:-1]] if word.endswith("n") else stems


@cache
def _lexicon() -> Mapping[str, tuple[str, ...]]:
    """Return words by title key: those of titles, then Dutch names of places."""
    found: dict[str, tuple[str, ...]] = {}
    for row in vocabulary_rows("title_words"):
        found.setdefault(title_key(row["word"]), tuple(title_key(row["means"]).split()))
    for key, means in list(found.items()):  # what is said to mean "party" means what "party" means
        found[key] = tuple(one for word in means for one in found.setdefault(word, (word,)))
    for row in vocabulary_rows("places"):
        if row["language"] == "nl" and row["name"].isalpha() and len(row["name"]) > NAME:
            found.setdefault(title_key(row["name"]), tuple(title_key(row["label"]).split()))
    return found


@lru_cache(maxsize=65536)
def _weight(word: str) -> float:
    if is_generic(word):
        return LIGHT
    return PLAIN if word in _lexicon() else TELLING


def _spelt_alike(mine: list[str], yours: list[str]) -> list[tuple[str, str]]:
    """Return pairs of long words that begin alike and may be spellings of one."""
    pairs = []
    for word in mine:
        alike = [
            (fuzz.ratio(word, other), other)
            for other in yours
            if word[0] == other[0] and min(len(word), len(other)) >= NAME
        ]
        best = max(alike, default=(0.0, ""))
        if best[0] >= SPELT_ALIKE:
            pairs.append((word, best[1]))
            yours = [other for other in yours if other != best[1]]
    return pairs
