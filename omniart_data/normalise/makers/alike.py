"""Persons whose names are alike: proposed to people for review, and never made one by this module."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations, product
from typing import Any

import pyarrow as pa
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import ratio

from omniart_data.normalise.decisions import Decision
from omniart_data.normalise.makers.decided import staying_order
from omniart_data.normalise.makers.groups import YEARS_APART, life, lives_differ
from omniart_data.normalise.makers.ids import ids_differ
from omniart_data.normalise.makers.name_keys import generation, namesakes, table_ids
from omniart_data.normalise.makers.names import is_named_by_works, is_no_person
from omniart_data.normalise.makers.person import Person, pair_evidence
from omniart_data.normalise.makers.persons import Persons
from schemas.decision import CANDIDATE

LEAST = 80.0
"""Score from which a pair is proposed: of those at 80 to 85 three in four are one person, and no score reaches
99 in 100, which is what it would take to merge without asking (benchmarks/names.py)."""

COMMONEST = 400
"""Names that a word may stand in and still bring them together (vocabulary.md, section 8)."""

_LETTERS = 3
"""Letters of a word that brings names together."""

_LONG = 4
"""Letters of a word that two alike names must share."""

_MOST_WORDS = 12
"""Words of a name that is compared: longer ones are titles and lists of people."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Two persons by their places, and how alike their names are, 0 to 100."""

    one: int
    other: int
    score: float
    is_same_key: bool = False
    """Their names are the same to us; something else kept them apart."""


def candidates(
    persons: Persons,
    decisions: Sequence[Decision] = (),
    examples: Mapping[str, Sequence[str]] | None = None,
) -> pa.Table:
    """Return the pairs of persons that may be one: schema ``CANDIDATE``, kind "artist".

    The first are those of one name whom a missing life, or a table of namesakes, kept apart; then the most alike.
    A pair that was decided, with the evidence that it has now, is not proposed again. ``examples`` holds
    ids of artworks by artist_id.
    """
    decided = {one.evidence for one in decisions if one.kind == "artist"}
    rows: list[tuple[int, dict[str, Any]]] = []
    for found in alike(persons.people):
        both = sorted(
            (persons.people[found.one], persons.people[found.other]),
            key=staying_order,
            reverse=True,
        )
        evidence = pair_evidence(*both)
        ids = sorted(person.id for person in both)
        if evidence not in decided and (ids[0], ids[1]) not in persons.kept_apart:
            row = _row(both[0], both[1], found.score, evidence, examples or {})
            rows.append((_place(found, *both), row))
    rows.sort(key=lambda each: (each[0], -each[1]["score"], each[1]["subject"], each[1]["object"]))
    return pa.Table.from_pylist([row for _, row in rows], schema=CANDIDATE)


def _place(found: Alike, one: Person, other: Person) -> int:
    """Return which pairs come first: one name, then one name but for a generation, then the others."""
    if not found.is_same_key:
        return 2
    return int(one.key != other.key)


def _row(
    subject: Person,
    other: Person,
    score: float,
    evidence: str,
    examples: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """Return one row: the object's id is the one that stays after a merge, as a rule the better known person's."""
    return {
        "kind": "artist",
        "subject": subject.id,
        "object": other.id,
        "subject_label": subject.label,
        "object_label": other.label,
        "score": score,
        "because": _because(subject, other),
        "evidence": evidence,
        "artworks": subject.artworks + other.artworks,
        "examples": [*examples.get(subject.id, ()), *examples.get(other.id, ())],
    }


def _because(one: Person, other: Person) -> str:
    shared = sorted(set(_words(one.key)) & set(_words(other.key)))
    names = "both have " + " ".join(shared)
    if set(_words(one.key)) == set(_words(other.key)):
        names = f"one name, {' '.join(shared)}"
        if one.key in namesakes() or other.key in namesakes():
            names += ", which is in namesakes.csv"
    numbers = {generation(person.key) for person in (one, other)}
    if len(numbers) > 1:
        names += "; one gives no generation"
    lives = [f"{_year(person.born)}–{_year(person.died)}" for person in (one, other)]
    known = all(life != "?–?" for life in lives)
    said = f"lives {lives[0]} and {lives[1]}" if known else "lives are not known on both sides"
    return f"{names}; {said}"


def _year(year: int | None) -> str:
    return "?" if year is None else str(year)


def alike(people: Sequence[Person], *, with_table: bool = True) -> list[Alike]:
    """Return the pairs of persons with alike names that no guard keeps apart, in a fixed order.

    ``with_table=False`` leaves out what the table of aliases knows: to measure by the lists it is made of.
    """
    pairs: dict[tuple[int, int], Alike] = {}
    named = [at for at, person in enumerate(people) if _is_comparable(person)]
    compared = (found for block in _blocks(people, named) for found in _alike_in(people, block))
    for one, other, score in chain(_with_patronymic(people, named), compared):
        if may_be_one(people[one], people[other], with_table=with_table):
            pair = (one, other) if people[one].id < people[other].id else (other, one)
            pairs[pair] = Alike(*pair, score)
    for one, other in _of_one_name(people):
        if not _is_against(people[one], people[other], with_table=with_table):
            pair = (one, other) if people[one].id < people[other].id else (other, one)
            pairs[pair] = Alike(*pair, 100.0, is_same_key=True)
    order = sorted(pairs, key=lambda pair: (people[pair[0]].id, people[pair[1]].id))
    return [pairs[pair] for pair in order]


def _of_one_name(people: Sequence[Person]) -> Iterator[tuple[int, int]]:
    """Yield the pairs whose keys are equal but for the generation; names of one word and notnames too."""
    same: dict[str, list[int]] = {}
    for at, person in enumerate(people):
        if not person.is_rejected and not is_no_person(person.label):
            number = generation(person.key)
            key = person.key.replace(f"#{number}", "", 1) if number else person.key
            same.setdefault(key, []).append(at)
    for places in same.values():
        if 1 < len(places) <= _MOST_NAMESAKES:
            yield from combinations(places, 2)


_MOST_NAMESAKES = 40
"""Persons of one name beyond whom nobody is asked who of them is whom."""


def _is_comparable(person: Person) -> bool:
    """Return whether a name can be compared at all: of several words, a person's, of one owner."""
    words = _words(person.key)
    return (
        1 < len(words) <= _MOST_WORDS
        and "@" not in person.key
        and any(len(word) >= _LONG for word in words)
        and not person.is_rejected
        and person.key not in namesakes()
        and not is_named_by_works(person.label)
        and not is_no_person(person.label)
    )


@lru_cache(maxsize=65536)
def _words(key: str) -> tuple[str, ...]:
    return tuple(key.partition("@")[0].partition("#")[0].split())


def _blocks(people: Sequence[Person], places: Iterable[int]) -> Iterator[list[int]]:
    """Yield the places of persons that share a rare word."""
    blocks: dict[str, list[int]] = {}
    for at in places:
        for word in _words(people[at].key):
            if len(word) >= _LETTERS:
                blocks.setdefault(word, []).append(at)
    for block in blocks.values():
        if 1 < len(block) <= COMMONEST:
            yield block


def _alike_in(people: Sequence[Person], block: Sequence[int]) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs of a block whose names score high enough."""
    names = [" ".join(_words(people[at].key)) for at in block]
    if len(block) < _SMALL:
        for first, name in enumerate(names):
            for second in range(first + 1, len(names)):
                if (score := ratio(name, names[second], score_cutoff=LEAST)) >= LEAST:
                    yield block[first], block[second], score
        return
    scores = process.cdist(names, names, scorer=ratio, score_cutoff=LEAST)
    for first, second in zip(*(scores >= LEAST).nonzero(), strict=True):
        if first < second:
            yield block[int(first)], block[int(second)], float(scores[first, second])


def _with_patronymic(
    people: Sequence[Person], places: Sequence[int]
) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs of whom one has a patronymic and the other, else of one name, has none.

    "Jan Havicksz. Steen" and "Jan Steen" are less alike by their letters than most who are two.
    """
    named: dict[tuple[str, ...], list[int]] = {}
    for at in places:
        named.setdefault(_words(people[at].key), []).append(at)
    for words, many in named.items():
        for word in filter(_is_patronymic, words):
            rest = tuple(one for one in words if one != word)
            if len(rest) > 1 and any(len(one) >= _LONG and not _is_patronymic(one) for one in rest):
                pairs = list(product(many, named.get(rest, ())))
                if len(pairs) <= _MOST_NAMESAKES:
                    yield from ((one, other, LEAST) for one, other in pairs)


def _is_patronymic(word: str) -> bool:
    return word.endswith("s") and len(word) >= _LONG


_SMALL = 16
"""Below so many names a loop is faster than a matrix."""


def may_be_one(one: Person, other: Person, *, with_table: bool = True) -> bool:
    """Return whether nothing speaks against two persons being one (vocabulary.md, section 8).

    >>> caspar = Person("a", "Caspar Luyken", "caspar luyken")
    >>> may_be_one(caspar, Person("b", "Jan Luyken", "jan luyken"))
    False
    >>> may_be_one(caspar, Person("c", "Casper Luyken", "casper luyken"))
    True
    """
    if _is_against(one, other, with_table=with_table):
        return False
    return _words_fit(_words(one.key), _words(other.key))


def _is_against(one: Person, other: Person, *, with_table: bool) -> bool:
    """Return whether generation, life or ids say that two persons are two; what is not said says nothing."""
    numbers = generation(one.key), generation(other.key)
    if all(numbers) and numbers[0] != numbers[1]:
        return True
    if lives_differ(life(one.born, one.died), life(other.born, other.died), YEARS_APART):
        return True
    return with_table and (ids_differ(one.ids, other.ids) or _has_two_owners(one.key, other.key))


def _has_two_owners(one: str, other: str) -> bool:
    """Return whether the table of aliases knows both names, as those of two people."""
    owners = table_ids().get(one), table_ids().get(other)
    return None not in owners and owners[0] != owners[1]


def _words_fit(some: Sequence[str], others: Sequence[str]) -> bool:
    """Return whether two names share a long word, and each further word of the shorter has a partner.

    A word that only the longer name has is an addition: "Jan Steen" and "Jan Havicks Steen" may be one.
    """
    shared = set(some) & set(others)
    if not any(len(word) >= _LONG for word in shared):
        return False
    mine = [word for word in some if word not in shared]
    theirs = [word for word in others if word not in shared]
    if len(mine) > len(theirs):
        mine, theirs = theirs, mine
    if _RELATIVES.intersection(mine + theirs):
        return False
    for word in mine:
        partner = next((one for one in theirs if _is_partner(word, one)), None)
        if partner is None:
            return False
        theirs.remove(partner)
    return True


_RELATIVES = frozenset({"mrs", "mr", "miss", "mme", "madame", "widow", "weduwe", "wife", "frau"})
"""A word of these on one side says that somebody else of the family is meant."""


def _is_partner(one: str, other: str) -> bool:
    """Return whether a word is the other's initial, or a spelling of it; "Hendriks" is Hendrik's son.

    >>> _is_partner("j", "jacob"), _is_partner("gerrit", "gerard"), _is_partner("jan", "hans")
    (True, False, False)
    """
    if one[0] != other[0] or other in (f"{one}s", one.removesuffix("s")):
        return False
    if 1 in (len(one), len(other)):
        return True
    edits = max(1, min(len(one), len(other)) // 4)
    return Levenshtein.distance(one, other, score_cutoff=edits) <= edits
