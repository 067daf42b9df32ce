"""What people decided of persons: merge, keep apart, rename, reject; followed while their evidence holds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from omniart_data.normalise.decisions import Decision, Flagged, of_kind
from omniart_data.normalise.makers.ids import id_order
from omniart_data.normalise.makers.person import Person, pair_evidence

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

    A decision holds for a person as it was before other decisions, or as these have left it.
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
        self._root = list(range(len(people)))
        self._members: dict[int, list[int]] = {}
        self._whole: dict[int, Person] = {}
        self._apart: list[tuple[int, int]] = []
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
            at = self._found(one.subject)
            if at is None:
                self._flag(one, f"no artist has the id {one.subject}")
            elif one.evidence not in {
                version.evidence() for version in self._versions(one.subject)
            }:
                self._flag(one, CHANGED)
            elif at in done:
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

    def _found(self, one: str) -> int | None:
        at = self._place.get(one)
        return None if at is None else self._find(at)

    def _now(self, root: int) -> Person:
        return self._whole.get(root, self._people[root])

    def _versions(self, one: str) -> list[Person]:
        """Return a person as before decisions, and as it is now."""
        at = self._place[one]
        return list(dict.fromkeys((self._people[at], self._now(self._find(at)))))

    def _holds(self, decision: Decision) -> bool:
        if decision.subject not in self._place or decision.object not in self._place:
            return False
        versions = product(self._versions(decision.subject), self._versions(decision.object))
        return any(pair_evidence(*pair) == decision.evidence for pair in versions)

    def _is_kept(self, decision: Decision) -> bool:
        if not self._holds(decision):
            return False
        pair = self._place[decision.subject], self._place[decision.object]
        if self._find(pair[0]) == self._find(pair[1]):
            return False
        self._apart.append(pair)
        return True

    def _is_merged(self, decision: Decision) -> bool:
        """Follow a merge; False: it has to wait for another, or cannot be followed."""
        if not self._holds(decision):
            return False
        into, gone = (self._place[one] for one in (decision.object, decision.subject))
        roots = sorted((self._find(into), self._find(gone)))
        if roots[0] == roots[1]:
            return decision.subject != decision.object
        if self._is_forbidden(roots[0], roots[1]):
            return False
        members = sorted(self._of(roots[0]) + self._of(roots[1]))
        self._members[roots[0]] = members
        for at in members:
            self._root[at] = roots[0]
        note = self._now(roots[0]).note, self._now(roots[1]).note, str(decision)
        people = [self._people[at] for at in members]
        self._whole[roots[0]] = _whole(people, "; ".join(sorted({one for one in note if one})))
        return True

    def _of(self, root: int) -> list[int]:
        return self._members.get(root, [root])

    def _is_forbidden(self, one: int, other: int) -> bool:
        return any({self._find(a), self._find(b)} == {one, other} for a, b in self._apart)

    def _trouble(self, decision: Decision) -> str:
        """Return why a decision on two persons was not followed."""
        missing = [one for one in (decision.subject, decision.object) if one not in self._place]
        if missing:
            return f"no artist has the id {missing[0]}"
        if decision.subject == decision.object:
            return "subject and object are the same"
        roots = [self._find(self._place[one]) for one in (decision.subject, decision.object)]
        if decision.action == "merge" and self._holds(decision) and self._is_forbidden(*roots):
            return "another decision keeps them apart"
        return "another decision merges them" if roots[0] == roots[1] else CHANGED

    def _flag(self, decision: Decision, why: str) -> None:
        self._flagged.append(Flagged(decision, why))

    def _rename(self, root: int, decision: Decision) -> None:
        person = self._now(root)
        note = "; ".join(filter(None, (person.note, str(decision))))
        is_rejected = decision.action == "reject"
        label = person.label if is_rejected else decision.object
        self._whole[root] = replace(person, label=label, note=note, is_rejected=is_rejected)


def _whole(people: Sequence[Person], note: str) -> Person:
    """Return the one person that several are: the best known gives name and life, the best id stays."""
    ranked = sorted(people, key=lambda person: (-person.artworks, person.id))
    first = ranked[0]
    ids = sorted({one for person in people for one in person.ids}, key=id_order)
    return replace(
        first,
        id=min((person.id for person in people), key=_id_rank),
        born=next((person.born for person in ranked if person.born is not None), None),
        died=next((person.died for person in ranked if person.died is not None), None),
        artworks=sum(person.artworks for person in people),
        ids=tuple(ids),
        forms=sum(person.forms for person in people),
        note=note,
    )


def _id_rank(one: str) -> tuple[bool, tuple[int, int, str]]:
    return one.startswith("name:"), id_order(one)
