"""Who is who among all makers of undoubted part: one person, one id and one label, across museums."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import count
from types import MappingProxyType
from typing import Any

from omniart_data.normalise.decisions import Decision, Flagged
from omniart_data.normalise.makers.decided import settle
from omniart_data.normalise.makers.groups import Form, Group, Stated, forms_of, groups_of, stated
from omniart_data.normalise.makers.ids import id_order, name_id
from omniart_data.normalise.makers.name_keys import (
    english_notname,
    form_rank,
    is_english_master,
    is_foreign_master,
    name_key,
    namesakes,
    natural,
    person_key,
)
from omniart_data.normalise.makers.person import Person
from omniart_data.normalise.rule import Judged, Rule

_UNKNOWN = "an artist that no table of makers holds"

_AS_PUBLISHED = "called as in the previous release"

NOTHING_PUBLISHED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Persons:
    """All persons, and who is meant by each maker."""

    people: tuple[Person, ...]
    """Sorted by id."""
    meant: Mapping[Stated, int]
    """What a maker says of who it is -> place in ``people``."""
    flagged: tuple[Flagged, ...] = ()
    kept_apart: frozenset[tuple[str, str]] = frozenset()
    """Pairs of ids, the lesser first, of whom a decision says that they are two."""

    def rule(self) -> Rule:
        """Return the rule that gives each maker the person's label and id."""
        return Rule("artist", ("maker",), ("artist", "artist_id"), self.judge)

    def judge(self, maker: Mapping[str, Any] | None) -> Judged:
        """Return the label and the id of who is meant by a maker, and why that is so."""
        if maker is None:
            return Judged((None, None), "no maker of undoubted part")
        said = stated(maker)
        place = self.meant.get(said)
        if place is None:
            return Judged((natural(said[0]), name_id(name_key(said[0]), None, None)), _UNKNOWN)
        person = self.people[place]
        because = _because(said, person)
        return Judged((None, None) if person.is_rejected else (person.label, person.id), because)


def persons_of(
    makers: Sequence[tuple[Mapping[str, Any], int]],
    decisions: Sequence[Decision] = (),
    published: Mapping[str, str] = NOTHING_PUBLISHED,
) -> Persons:
    """Return who is who among makers, each given with the number of its artworks.

    Ids that museums give come first, then the names' keys where a key has one owner, then what people
    decided. The order of the makers does not matter. ``published`` is artist_id -> label in the previous release:
    who was in it keeps id and label, whatever the counts are now, and nobody else gets that label.

    >>> makers = [
    ...     ({"name": "Rijn, Rembrandt van", "born": None, "died": None, "ids": []}, 3),
    ...     ({"name": "REMBRANDT Harmenszoon van Rijn", "born": 1606, "died": 1669, "ids": []}, 2),
    ... ]
    >>> rule = persons_of(makers).rule()
    >>> [rule.judge(maker).value for maker, _ in makers]
    [('Rembrandt van Rijn', 'ulan:500011051'), ('Rembrandt van Rijn', 'ulan:500011051')]
    """
    groups = groups_of(forms_of(makers))
    ids = _ids(groups, published)
    people = [_person(group, one) for group, one in zip(groups, ids, strict=True)]
    taken = frozenset(ids)
    settled = settle([_as_published(one, published, taken) for one in people], decisions)
    apart = _labelled_apart(settled.people, published)
    order = sorted(range(len(apart)), key=lambda at: apart[at].id)
    place = {at: new for new, at in enumerate(order)}
    meant = {
        form.said: place[settled.became[at]]
        for at, group in enumerate(groups)
        for form in group.forms
    }
    people_by_id = tuple(apart[at] for at in order)
    return Persons(people_by_id, meant, settled.flagged, settled.kept_apart)


def _person(group: Group, one: str) -> Person:
    known = group.known
    born, died = group.lived
    return Person(
        id=one,
        label=_label(group),
        key=group.centre.key,
        born=born,
        died=died,
        artworks=group.works,
        ids=tuple(sorted(known, key=id_order)) if known else (),
        forms=len({form.said[0] for form in group.forms}) if len(group.forms) > 1 else 1,
        note=group.note,
        lives=group.lives,
        former=tuple(sorted({_alone(form) for form in group.forms} - {one})),
    )


def _as_published(person: Person, published: Mapping[str, str], taken: AbstractSet[str]) -> Person:
    """Give a person the label of the previous release, under this id or one that it had when less was known."""
    others = sorted({*person.ids, *person.former} - {person.id} - taken)
    label = next((published[one] for one in (person.id, *others) if one in published), "")
    if label in ("", person.label):
        return replace(person, published_as=label)
    note = "; ".join(filter(None, (person.note, _AS_PUBLISHED)))
    return replace(person, label=label, published_as=label, note=note)


def _label(group: Group) -> str:
    """Return the form of a person's name that most artworks have, in natural order.

    This holds for who is new: afterwards the label stays. Of notnames the English form goes before others.
    """
    if len(group.forms) == 1:
        return english_notname(natural(group.centre.said[0]))
    counts: dict[str, int] = {}
    for form in group.forms:
        label = english_notname(natural(form.said[0]))
        counts[label] = counts.get(label, 0) + form.works
    if any(is_english_master(label) for label in counts):
        counts = {label: many for label, many in counts.items() if not is_foreign_master(label)}
    return min(counts, key=lambda form: form_rank(form, counts[form]))


def _labelled_apart(people: Sequence[Person], published: Mapping[str, str]) -> list[Person]:
    """Give no two persons one label: who had it keeps it, else the best known has it; others add years or a number.

    The label of somebody who is not here now stays theirs.
    """
    owner = _owners(people, published)
    order = sorted(
        range(len(people)),
        key=lambda at: (owner.get(people[at].label) != at, -people[at].artworks, people[at].id),
    )
    taken: set[str] = set()
    done = list(people)
    for at in order:
        person = people[at]
        if person.is_rejected:
            continue
        label = next(
            one for one in _ways_to_say(person) if one not in taken and owner.get(one, at) == at
        )
        taken.add(label)
        done[at] = person if label == person.label else replace(person, label=label)
    return done


def _owners(people: Sequence[Person], published: Mapping[str, str]) -> dict[str, int]:
    """Return each published label -> the place of who had it; less than 0: nobody here."""
    by_id = sorted(range(len(people)), key=lambda at: people[at].id)
    place = {one: at for at in by_id for one in (*people[at].former, *people[at].ids)}
    place |= {person.id: at for at, person in enumerate(people)}
    return {label: place.get(one, -1) for one, label in published.items()}


def _ways_to_say(person: Person) -> Iterator[str]:
    """Yield a person's label, then with the years, then with numbers."""
    yield person.label
    if (person.born, person.died) != (None, None):
        years = "–".join("" if year is None else str(year) for year in (person.born, person.died))
        yield f"{person.label} ({years})"
    yield from (f"{person.label} ({number})" for number in count(2))


def _ids(groups: Sequence[Group], published: Mapping[str, str]) -> list[str]:
    """Return an id for each person, no two the same; of how many artworks somebody is makes no difference.

    Who was published under an id that a form of theirs has alone keeps it, so that a museum that comes to tell a
    life, or another one, changes no id.
    """
    taken: set[str] = set()
    ids = [""] * len(groups)
    for at in sorted(range(len(groups)), key=lambda at: _fixed_order(groups[at])):
        known = groups[at].known
        best = min(known, key=id_order) if known else ""
        ids[at] = "" if best in taken else best
        taken.add(best)
    nameless = sorted(
        (at for at, one in enumerate(ids) if not one), key=lambda at: _fixed_order(groups[at])
    )
    for at in nameless:  # before anybody takes an id that a form of theirs has alone
        own = _name_id(groups[at], taken)
        ids[at] = own if own in published else ""
        taken.add(ids[at])
    for at in (at for at in nameless if not ids[at]):
        kept = (_alone(form) for form in groups[at].forms)
        ids[at] = min((one for one in kept if one in published and one not in taken), default="")
        taken.add(ids[at])
    for at in (at for at in nameless if not ids[at]):
        ids[at] = _name_id(groups[at], taken)
        taken.add(ids[at])
    return ids


def _fixed_order(group: Group) -> tuple[bool, tuple[Any, ...]]:
    """Return the place of a person among others by what is said of it: ids in the record, then life, then name."""
    born, died = group.lived
    names = min(form.said[0] for form in group.forms)
    ids = min(form.said[3] for form in group.forms)
    return not group.ids, (born is None, born or 0, died is None, died or 0, names, ids)


def _alone(form: Form) -> str:
    """Return the id that a form has whose museum gives none, and whom nobody else is joined to.

    Who has the name of several people and no life is known by the name as it is written.
    """
    if form.born is None and form.died is None and form.key in namesakes():
        written = " ".join(form.said[0][:_LONGEST].split())
        return f"{name_id(form.key, None, None)} ({written})"
    return name_id(form.key, form.born, form.died)


_LONGEST = 200
"""Characters of a name that stand in an id."""


def _name_id(group: Group, taken: Collection[str]) -> str:
    """Return an id made of a name and a life."""
    first = min(group.forms, key=lambda form: form.said[0])
    one = _alone(first) if group.lived == (None, None) else name_id(first.key, *group.lived)
    numbers = (f"{one} ({number})" for number in count(2))
    return one if one not in taken else next(each for each in numbers if each not in taken)


def _because(said: Stated, person: Person) -> str:
    """Return why a maker is a person: by which id, key, table row or decision."""
    own, meant = name_key(said[0]), person_key(said[0])
    parts = [f"key {own!r}"]
    if own != meant:
        parts.append(f"artist_aliases.csv: {own} -> {meant}")
    if meant != person.key:
        parts.append(f"the same as {person.key!r}")
    if person.ids:
        parts.append(f"known as {', '.join(person.ids)}")
    if person.forms > 1:
        parts.append(f"one of {person.forms} forms")
    return ", ".join(parts) + (f"; {person.note}" if person.note else "")
