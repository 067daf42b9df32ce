"""Who is who among all makers of undoubted part: one person, one id and one label, across museums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from omniart_data.normalise.decisions import Decision, Flagged
from omniart_data.normalise.makers.decided import settle
from omniart_data.normalise.makers.groups import Group, Stated, forms_of, groups_of, stated
from omniart_data.normalise.makers.ids import id_order
from omniart_data.normalise.makers.name_keys import form_rank, name_key, natural, person_key
from omniart_data.normalise.makers.person import Person
from omniart_data.normalise.rule import Judged, Rule

_UNKNOWN = "an artist that no table of makers holds"


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
            return Judged((natural(said[0]), f"name:{name_key(said[0])}"), _UNKNOWN)
        person = self.people[place]
        because = _because(said, person)
        return Judged((None, None) if person.is_rejected else (person.label, person.id), because)


def persons_of(
    makers: Sequence[tuple[Mapping[str, Any], int]], decisions: Sequence[Decision] = ()
) -> Persons:
    """Return who is who among makers, each given with the number of its artworks.

    Ids that museums give come first, then the names' keys where a key has one owner, then what people
    decided. The order of the makers does not matter.
    """
    groups = groups_of(forms_of(makers))
    people = [_person(group, one) for group, one in zip(groups, _ids(groups), strict=True)]
    settled = settle(people, decisions)
    apart = _labelled_apart(settled.people)
    order = sorted(range(len(apart)), key=lambda at: apart[at].id)
    place = {at: new for new, at in enumerate(order)}
    meant = {
        form.said: place[settled.became[at]]
        for at, group in enumerate(groups)
        for form in group.forms
    }
    people_by_id = tuple(apart[at] for at in order)
    return Persons(people_by_id, meant, settled.flagged, settled.kept_apart)


def artist_rule(
    makers: Sequence[tuple[Mapping[str, Any], int]], decisions: Sequence[Decision] = ()
) -> tuple[Rule, tuple[Flagged, ...]]:
    """Return the rule that gives makers their person's label and id, and the decisions that it cannot follow.

    >>> makers = [
    ...     ({"name": "Rijn, Rembrandt van", "born": None, "died": None, "ids": []}, 3),
    ...     ({"name": "REMBRANDT Harmenszoon van Rijn", "born": 1606, "died": 1669, "ids": []}, 2),
    ... ]
    >>> rule, _ = artist_rule(makers)
    >>> [rule.judge(maker).value for maker, _ in makers]
    [('Rembrandt van Rijn', 'ulan:500011051'), ('Rembrandt van Rijn', 'ulan:500011051')]
    """
    persons = persons_of(makers, decisions)
    return persons.rule(), persons.flagged


def _person(group: Group, one: str) -> Person:
    known = group.known
    return Person(
        id=one,
        label=_label(group),
        key=group.centre.key,
        born=group.born,
        died=group.died,
        artworks=group.works,
        ids=tuple(sorted(known, key=id_order)) if known else (),
        forms=len({form.said[0] for form in group.forms}) if len(group.forms) > 1 else 1,
        note=group.note,
    )


def _label(group: Group) -> str:
    """Return the form of a person's name that most artworks have, in natural order."""
    if len(group.forms) == 1:
        return natural(group.centre.said[0])
    counts: dict[str, int] = {}
    for form in group.forms:
        label = natural(form.said[0])
        counts[label] = counts.get(label, 0) + form.works
    return min(counts, key=lambda form: form_rank(form, counts[form]))


def _labelled_apart(people: Sequence[Person]) -> list[Person]:
    """Give no two persons one label: of those with one name the best known keeps it, others add years or a number."""
    order = sorted(range(len(people)), key=lambda at: (-people[at].artworks, people[at].id))
    taken: set[str] = set()
    done = list(people)
    for at in order:
        person = people[at]
        years = "–".join("" if year is None else str(year) for year in (person.born, person.died))
        label, number = person.label, 1
        if label in taken and years != "–":
            label = f"{person.label} ({years})"
        while label in taken:
            number += 1
            label = f"{person.label} ({number})"
        taken.add(label)
        done[at] = person if label == person.label else replace(person, label=label)
    return done


def _ids(groups: Sequence[Group]) -> list[str]:
    """Return an id for each person, no two the same: of two with one id the better known one has it."""
    taken: set[str] = set()
    ids = []
    for group in groups:
        known = group.known
        best = min(known, key=id_order) if known else ""
        ids.append("" if best in taken else best)
        taken.add(best)
    nameless: dict[str, list[int]] = {}
    for at, group in enumerate(groups):
        if not ids[at]:
            nameless.setdefault(group.centre.key, []).append(at)
    for key, places in nameless.items():
        for at in sorted(places, key=lambda at: groups[at].centre.rank[1:]):
            ids[at] = _name_id(key, groups[at], taken, is_shared=len(places) > 1)
            taken.add(ids[at])
    return ids


def _name_id(key: str, group: Group, taken: set[str], *, is_shared: bool) -> str:
    """Return an id made of a name, and of the life where several persons have the name."""
    one = f"name:{key}"
    if is_shared and (group.born is not None or group.died is not None):
        years = ("" if year is None else str(year) for year in (group.born, group.died))
        one = f"{one} {'-'.join(years)}"
    number, free = 1, one
    while free in taken:
        number += 1
        free = f"{one} ({number})"
    return free


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
