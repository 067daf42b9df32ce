"""What people decided of persons: merge, keep apart, rename, reject; followed while their evidence holds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from omniart_data.normalise.decisions import Decision, Flagged, evidence_of, of_kind
from omniart_data.normalise.makers.ids import KINDS, bare_name_id, id_order, kind_of
from omniart_data.normalise.makers.person import Life, Person

CHANGED = "its evidence has changed: look again, and decide anew"


@dataclass(frozen=True)
class Settled:
    """Persons after decisions."""

    people: tuple[Person, ...]
    became: tuple[int, ...]
    """Place of each person before -> place after."""
    flagged: tuple[Flagged, ...]
    kept_apart: frozenset[tuple[str, str]]
    """Pairs of ids, the lesser first, of whom a decision says that they are two."""


def settle(people: Sequence[Person], decisions: Sequence[Decision]) -> Settled:
    """Follow the decisions on artists, in no order that matters; what cannot be followed is flagged.

    A decision holds for a person as it was before other decisions, or as these have left it, while the life that it
    rests on is among those that the museums give; an id of a name that lacks the life, or has another, is read too.
    """
    work = _Bench(people)
    asked = of_kind(decisions, "artist")
    pairs = [one for one in asked if one.action in ("merge", "keep apart")]
    apart = [one for one in pairs if one.action == "keep apart"]
    later = work.keep_apart(apart)
    waiting = work.merge([one for one in pairs if one.action == "merge"])
    work.flag([*work.keep_apart(later), *waiting])
    work.name([one for one in asked if one.action in ("rename", "reject")])
    return work.settled()


class _Bench:
    """Persons while decisions are followed: which have become one, and what was said of them."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._people = people
        self._place = {person.id: at for at, person in enumerate(people)}
        self._named: dict[str, list[int]] = {}
        for at, person in enumerate(people):
            if person.id.startswith("name:"):
                self._named.setdefault(bare_name_id(person.id), []).append(at)
        self._root = list(range(len(people)))
        self._members: dict[int, list[int]] = {}
        self._whole: dict[int, Person] = {}
        self._apart: list[tuple[int, ...]] = []
        self._flagged: list[Flagged] = []

    def keep_apart(self, decisions: Sequence[Decision]) -> list[Decision]:
        """Note who stays apart, and return the decisions that do not hold as the persons are now."""
        return [one for one in decisions if not self._is_kept(one)]

    def merge(self, decisions: Sequence[Decision]) -> list[Decision]:
        """Make persons one, as what one merge leaves may be what another rests on; return what does not hold."""
        waiting = list(decisions)
        is_changed = True
        while is_changed:
            undone = [one for one in waiting if not self._is_merged(one)]
            is_changed = len(undone) < len(waiting)
            waiting = undone
        return waiting

    def flag(self, decisions: Sequence[Decision]) -> None:
        """Say of decisions on two persons why they were not followed."""
        for one in decisions:
            self._flag(one, self._trouble(one))

    def name(self, decisions: Sequence[Decision]) -> None:
        """Rename and reject; of two decisions on one person the first in their order is followed."""
        done: set[int] = set()
        for one in sorted(decisions, key=lambda one: (one.action != "reject", one)):
            places = self._places(one.subject)
            meant = self._one_of([(at,) for at in places if self._rests_on(one, at)], one.subject)
            if not places:
                self._flag(one, f"no artist has the id {one.subject}")
            elif meant is None:
                self._flag(one, CHANGED)
            elif (at := self._find(meant[0])) in done:
                self._flag(one, "another decision on this artist comes first")
            else:
                done.add(at)
                self._rename(at, one)

    def settled(self) -> Settled:
        """Return what has become of the persons."""
        roots = sorted(set(self._root))
        place = {root: at for at, root in enumerate(roots)}
        people = tuple(self._now(root) for root in roots)
        became = tuple(place[self._find(at)] for at in range(len(self._people)))
        pairs = {
            tuple(sorted(people[place[self._find(at)]].id for at in pair)) for pair in self._apart
        }
        apart = frozenset((pair[0], pair[1]) for pair in pairs)
        return Settled(people, became, tuple(sorted(self._flagged)), apart)

    def _find(self, at: int) -> int:
        return self._root[at]

    def _now(self, root: int) -> Person:
        return self._whole.get(root, self._people[root])

    def _places(self, one: str) -> list[int]:
        """Return who may be meant by an id: who has it, then those with the name that it is made of."""
        own = [self._place[one]] if one in self._place else []
        return list(dict.fromkeys([*own, *self._named.get(bare_name_id(one), ())]))

    def _lives(self, at: int) -> list[Life]:
        """Return the lives that a decision on a person may rest on: before other decisions, and as these left it."""
        both = self._people[at], self._now(self._find(at))
        said = (life for person in both for life in ((person.born, person.died), *person.lives))
        return list(dict.fromkeys(said))

    def _rests_on(self, decision: Decision, at: int) -> bool:
        return any(
            decision.evidence == evidence_of("artist", decision.subject, *life)
            for life in self._lives(at)
        )

    def _pair(self, decision: Decision) -> tuple[int, ...] | None:
        """Return the places of the two whom a decision is about, if it holds for them."""
        asked = decision.subject, decision.object
        pairs = product(*(self._places(one) for one in asked))
        return self._one_of([pair for pair in pairs if self._joins(decision, pair)], *asked)

    def _joins(self, decision: Decision, pair: Sequence[int]) -> bool:
        """Return whether a decision rests on what is said of two persons, under the ids that it calls them by."""
        asked = decision.subject, decision.object
        for lives in product(*(self._lives(at) for at in pair)):
            said = [(one, *life) for one, life in zip(asked, lives, strict=True)]
            if decision.evidence == evidence_of("artist", *sorted(said, key=lambda one: one[0])):
                return True
        return False

    def _one_of(self, found: Sequence[tuple[int, ...]], *asked: str) -> tuple[int, ...] | None:
        """Return the one whom ids mean: who has them now, else the only one that is found."""
        own = tuple(self._place.get(one, -1) for one in asked)
        if own in found:
            return own
        return found[0] if len(found) == 1 else None

    def _is_kept(self, decision: Decision) -> bool:
        pair = self._pair(decision)
        if pair is None or self._find(pair[0]) == self._find(pair[1]):
            return False
        self._apart.append(pair)
        return True

    def _is_merged(self, decision: Decision) -> bool:
        """Follow a merge; False: it has to wait for another, or cannot be followed."""
        pair = self._pair(decision)
        if pair is None:
            return False
        roots = sorted(self._find(at) for at in pair)
        if roots[0] == roots[1]:
            return pair[0] != pair[1]
        if self._is_forbidden(roots[0], roots[1]):
            return False
        members = sorted(self._of(roots[0]) + self._of(roots[1]))
        self._members[roots[0]] = members
        for at in members:
            self._root[at] = roots[0]
        note = self._now(roots[0]).note, self._now(roots[1]).note, str(decision)
        people = [self._people[at] for at in members]
        self._whole[roots[0]] = merged(people, "; ".join(sorted({one for one in note if one})))
        return True

    def _of(self, root: int) -> list[int]:
        return self._members.get(root, [root])

    def _is_forbidden(self, one: int, other: int) -> bool:
        return any({self._find(a), self._find(b)} == {one, other} for a, b in self._apart)

    def _trouble(self, decision: Decision) -> str:
        """Return why a decision on two persons was not followed."""
        asked = decision.subject, decision.object
        missing = [one for one in asked if not self._places(one)]
        if missing:
            return f"no artist has the id {missing[0]}"
        if decision.subject == decision.object:
            return "subject and object are the same"
        pair = self._pair(decision)
        places = pair or tuple(self._places(one)[0] for one in asked)
        roots = [self._find(at) for at in places]
        if decision.action == "merge" and pair and self._is_forbidden(*roots):
            return "another decision keeps them apart"
        is_one = roots[0] == roots[1] and places[0] != places[1]
        return "another decision merges them" if is_one else CHANGED

    def _flag(self, decision: Decision, why: str) -> None:
        self._flagged.append(Flagged(decision, why))

    def _rename(self, root: int, decision: Decision) -> None:
        person = self._now(root)
        note = "; ".join(filter(None, (person.note, str(decision))))
        is_rejected = decision.action == "reject"
        label = person.label if is_rejected else decision.object
        self._whole[root] = replace(person, label=label, note=note, is_rejected=is_rejected)


def merged(people: Sequence[Person], note: str = "") -> Person:
    """Return the one person that several are after a merge, whichever was named first.

    The id is that of the best kind (ulan:, wikidata: ... before name:), of one kind that of who is published, then
    of the best known. The label is the one under which that id is published, else that of the best known.
    """
    ranked = sorted(people, key=lambda person: (-person.artworks, person.id))
    stays = min(people, key=staying_order)
    was = stays.published_as or next((one.published_as for one in ranked if one.published_as), "")
    fixed = sorted(people, key=lambda person: (*staying_order(person)[:2], person.id))
    ids = sorted({one for person in people for one in person.ids}, key=id_order)
    former = {one for person in people for one in (person.id, *person.former)} - {stays.id}
    lives = {life: None for person in people for life in person.lives}
    return replace(
        ranked[0],
        id=stays.id,
        label=was or ranked[0].label,
        born=next((person.born for person in fixed if person.born is not None), None),
        died=next((person.died for person in fixed if person.died is not None), None),
        artworks=sum(person.artworks for person in people),
        ids=tuple(ids),
        forms=sum(person.forms for person in people),
        note=note,
        lives=tuple(lives),
        former=tuple(sorted(former)),
        published_as=was,
    )


def staying_order(person: Person) -> tuple[Any, ...]:
    """Return the place of a person among those who are made one: the first one's id stays."""
    is_name = person.id.startswith("name:")
    kind = KINDS.index(kind_of(person.id))
    return is_name, kind, not person.published_as, -person.artworks, person.id


def what_stays(*people: Person) -> str:
    """Return what a merge of some persons leaves, as a sentence for who decides on it.

    >>> steen = Person("name:jan steen", "Jan Steen", "jan steen", artworks=30)
    >>> havick = Person("ulan:500115664", "Jan Havicksz. Steen", "havicks jan steen", artworks=22)
    >>> what_stays(steen, havick)
    "ulan:500115664 stays, called 'Jan Steen', and takes in name:jan steen"
    """
    one = merged(people)
    gone = ", ".join(sorted(person.id for person in people if person.id != one.id))
    return f"{one.id} stays, called {one.label!r}, and takes in {gone}"
