"""The forms in which museums give a maker, put together to persons: by their ids, then by the keys of their names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from omniart_data.normalise.makers.ids import id_order, ids_differ, kind_of, person_id
from omniart_data.normalise.makers.name_keys import generation, namesakes, person_key, table_ids

YEARS_APART = 2
"""Years by which birth or death may differ between two museums that give one name (vocabulary.md, section 8)."""

YEARS_APART_WITH_ID = 10
"""The same where both give one id, which outweighs a guess at a year of birth."""

_LIFE = range(15, 111)
"""Years that a person who made something lives; two years closer or farther are a time of work, or a slip."""

Stated = tuple[str, int | None, int | None, tuple[str, ...]]
"""A maker's name, birth, death and ids as the museum gives them: what identity rests on."""


def stated(maker: Mapping[str, Any]) -> Stated:
    """Return what a maker (a struct MAKER) says of who it is."""
    ids = tuple(one for one in maker.get("ids") or () if one)
    return maker.get("name") or "", maker.get("born"), maker.get("died"), ids


def life(born: int | None, died: int | None) -> tuple[int | None, int | None]:
    """Return years of birth and death, without those that are no person's.

    >>> life(1606, 1669), life(1838, 1838), life(1953, 9999)
    ((1606, 1669), (None, None), (1953, None))
    """
    born, died = (None if year is None or year > 2100 else year for year in (born, died))
    if born is not None and died is not None and died - born not in _LIFE:
        return None, None
    return born, died


@dataclass(frozen=True, slots=True)
class Form:
    """One distinct statement of who a maker is, read, and the number of its artworks."""

    said: Stated
    works: int
    key: str
    born: int | None
    died: int | None
    ids: tuple[str, ...]
    rank: tuple[Any, ...]
    """Its place among a person's forms: the most artworks, else the first in writing."""


def forms_of(makers: Iterable[tuple[Mapping[str, Any], int]]) -> list[Form]:
    """Return the distinct forms of makers, whatever their roles, by rank."""
    counts: dict[Stated, int] = {}
    for maker, works in makers:
        said = stated(maker)
        counts[said] = counts.get(said, 0) + works
    return sorted((_form(said, works) for said, works in counts.items()), key=lambda one: one.rank)


def _form(said: Stated, works: int) -> Form:
    name, born, died, ids = said
    known = {found for one in ids if (found := person_id(one)) is not None}
    short = tuple(sorted(known, key=id_order)) if known else ()
    rank = -works, name, born is None, born or 0, died is None, died or 0, ids
    return Form(said, works, person_key(name), *life(born, died), short, rank)


@dataclass(eq=False, slots=True)
class Group:
    """A person in the making: a centre, against which each further form is tested, and what has joined it."""

    centre: Form
    forms: list[Form]
    ids: set[str]
    born: int | None
    died: int | None
    works: int
    note: str = ""
    """Why it stands apart from somebody with the same name or id."""
    keys: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    """Ids that the alias table has for the names of its forms."""

    @classmethod
    def around(cls, centre: Form, note: str = "") -> "Group":
        """Return the group of one form."""
        born, died = centre.born, centre.died
        group = cls(centre, [centre], set(centre.ids), born, died, centre.works, note, {centre.key})
        group.told.update(_told(centre.key))
        return group

    @property
    def known(self) -> set[str]:
        """Return its ids, and of a kind that it has none of the one id that the alias table has for its names."""
        told = self.told
        return self.ids | told if len(told) == 1 and not _has_kind(self.ids, *told) else self.ids

    @property
    def lives(self) -> tuple[tuple[int | None, int | None], ...]:
        """Return each life that is stated, sorted; ``born`` and ``died`` hang on which form came first."""
        known = {(form.born, form.died) for form in self.forms} - {(None, None)}
        return tuple(sorted(known, key=_life_order))

    @property
    def lived(self) -> tuple[int | None, int | None]:
        """Return the one life of the person: beside an id before without, whole before half, then the least."""
        dated = [form for form in self.forms if (form.born, form.died) != (None, None)]
        ranked = sorted(dated, key=lambda form: (not form.ids, _life_order((form.born, form.died))))
        born = next((form.born for form in ranked if form.born is not None), None)
        return born, next((form.died for form in ranked if form.died is not None), None)

    def add(self, form: Form) -> None:
        """Take a form in; of its names only those of the centre's generation stand for this person."""
        self.forms.append(form)
        self.works += form.works
        self.ids.update(form.ids)
        self.told.update(_told(form.key))
        self.born = form.born if self.born is None else self.born
        self.died = form.died if self.died is None else self.died
        if generation(form.key) == generation(self.centre.key):
            self.keys.add(form.key)


def _told(key: str) -> set[str]:
    return {table_ids()[key]} if key in table_ids() else set()


def _life_order(lived: tuple[int | None, int | None]) -> tuple[bool, int, int]:
    born, died = lived
    return None in lived, died or 0 if born is None else born, died or 0


def _has_kind(ids: Iterable[str], one: str) -> bool:
    return any(kind_of(other) == kind_of(one) for other in ids)


def lives_differ(
    one: tuple[int | None, int | None], other: tuple[int | None, int | None], within: int
) -> bool:
    """Return whether births, or deaths, that are known of both lie farther apart than some years."""
    return any(
        mine is not None and theirs is not None and abs(mine - theirs) > within
        for mine, theirs in zip(one, other, strict=True)
    )


def _lives_agree(group: Group, born: int | None, died: int | None) -> bool:
    """Return whether birth or death are known of both and neither differs."""
    pairs = ((group.born, born), (group.died, died))
    is_known = any(mine is not None and theirs is not None for mine, theirs in pairs)
    return is_known and not lives_differ((group.born, group.died), (born, died), YEARS_APART)


def groups_of(forms: Sequence[Form]) -> list[Group]:
    """Return the persons that forms stand for, each form in one; forms come by rank, and so do persons."""
    by_key: dict[str, list[Group]] = {}
    groups: list[Group] = []
    for group in _by_ids([form for form in forms if form.ids]):
        found = _same_name(by_key, group)
        if found is None:
            group.note = group.note or _namesake(by_key, group.centre.key)
            groups.append(group)
        else:
            for form in group.forms:
                found.add(form)
        _index(by_key, found or group)
    without = [form for form in forms if not form.ids]
    dated = [form for form in without if form.born is not None or form.died is not None]
    undated = [form for form in without if form.born is None and form.died is None]
    for some in (dated, undated):
        groups += _by_names(by_key, some)
    return sorted(groups, key=lambda group: (-group.works, group.centre.rank))


def _index(by_key: dict[str, list[Group]], group: Group) -> None:
    """Let a group be found under its names, and under the name that the alias table has for its ids."""
    for key in group.keys | {_table_keys()[one] for one in group.ids if one in _table_keys()}:
        there = by_key.setdefault(key, [])
        if group not in there:
            there.append(group)


@cache
def _table_keys() -> Mapping[str, str]:
    return MappingProxyType({one: key for key, one in table_ids().items()})


def _by_ids(forms: Sequence[Form]) -> list[Group]:
    """Return the groups of forms that share ids; forms whose lives or generations differ stay apart."""
    parent = {one: one for form in forms for one in form.ids}

    def root(one: str) -> str:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for form in forms:
        for one in form.ids[1:]:
            parent[root(one)] = root(form.ids[0])
    linked: dict[str, list[Form]] = {}
    for form in forms:
        linked.setdefault(root(form.ids[0]), []).append(form)
    groups = [group for some in linked.values() for group in _apart(some)]
    return sorted(
        groups, key=lambda one: (id_order(min(one.ids, key=id_order))[0], one.centre.rank)
    )


def _apart(forms: Sequence[Form]) -> list[Group]:
    """Return one group for forms that are linked by ids, or several where somebody among them differs."""
    groups: list[Group] = []
    for form in forms:
        home = next((one for one in groups if not _difference(one, form)), None)
        if home is not None:
            home.add(form)
        elif groups:
            why = _difference(groups[0], form)
            name = groups[0].centre.said[0]
            groups.append(
                Group.around(form, f"kept apart from {name!r} with an id of the same: {why}")
            )
        else:
            groups.append(Group.around(form))
    return groups


def _difference(group: Group, form: Form) -> str:
    """Return why a form that is linked to a group by an id is somebody else; empty: it is the same."""
    if ids_differ(group.ids, form.ids):
        return "other ids differ"
    mine, theirs = generation(group.centre.key), generation(form.key)
    if mine and theirs and mine != theirs:
        return "generations differ"
    lives = (group.born, group.died), (form.born, form.died)
    return "life dates differ" if lives_differ(*lives, YEARS_APART_WITH_ID) else ""


def _same_name(by_key: Mapping[str, list[Group]], group: Group) -> Group | None:
    """Return the one other group with the name of a group's centre that may be the same person."""
    found = _candidates(by_key, group.centre.key, (group.born, group.died), group.known)
    return found[0] if len(found) == 1 else None


def _candidates(
    by_key: Mapping[str, list[Group]],
    key: str,
    lived: tuple[int | None, int | None],
    ids: Iterable[str],
) -> list[Group]:
    """Return the groups under a key of which somebody may be; a key that is shared asks for equal lives."""
    ids = list(ids)
    return [
        group
        for group in by_key.get(key, ())
        if not lives_differ((group.born, group.died), lived, YEARS_APART)
        and (key not in namesakes() or _lives_agree(group, *lived))
        and not ids_differ(group.known, ids)
    ]


def _by_names(by_key: dict[str, list[Group]], forms: Sequence[Form]) -> list[Group]:
    """Let forms without ids join the one person of their name, or be new ones."""
    new: list[Group] = []
    open_: dict[str, Group] = {}
    for form in forms:
        told = table_ids().get(form.key)
        lived = form.born, form.died
        found = _candidates(by_key, form.key, lived, [told] if told else [])
        if len(found) == 1:
            found[0].add(form)
        elif found and form.key in open_:
            open_[form.key].add(form)
        else:
            shared = f"the name is that of {len(found)} persons" if found else ""
            group = Group.around(form, shared or _namesake(by_key, form.key))
            new.append(group)
            if found and lived == (None, None):
                open_[form.key] = (
                    group  # who of several is meant is not said: one for all such forms
                )
            else:
                _index(by_key, group)
    return new


def _namesake(by_key: Mapping[str, list[Group]], key: str) -> str:
    """Return why somebody is not the same as others of the name whom the table of namesakes knows to be several."""
    if key not in namesakes() or not by_key.get(key):
        return ""
    others = sorted({group.centre.said[0] for group in by_key[key]})
    return f"namesakes.csv: {key} is the name of several people, and no life says that this is {others[0]!r}"
