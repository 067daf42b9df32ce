"""The size grammar: the shape of a size text (its numbers taken out) to a plan of what each number measures.

Museums write hundreds of thousands of sizes in a few thousand shapes, so that a shape is read once and a
text is then only filled in: see ``sizes``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from omniart_data.normalise.sizes.items import Item
from omniart_data.normalise.sizes.runs import Run, read_runs
from omniart_data.normalise.sizes.words import (
    DEPTH,
    DIAMETER,
    HEIGHT,
    IMPERIAL,
    LENGTH,
    METRIC,
    OTHER,
    WIDTH,
)

Measure = tuple[tuple[tuple[int, float], ...], ...]
"""The ends of a range (mostly one), each a sum of (place of a number, its unit in cm): 5 ft 3 in has two."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One dimension of a part: where its metric and its imperial numbers stand; empty: not said."""

    dimension: int
    metric: Measure
    imperial: Measure


@dataclass(frozen=True, slots=True)
class PartPlan:
    """What a text of this shape says of one part; in a name each # stands for the number at a place."""

    name: str
    numbers: tuple[int, ...]
    slots: tuple[Slot, ...]


@lru_cache(maxsize=32768)
def plan_of(shape: str) -> tuple[PartPlan, ...]:
    """Return what each number of a text of this shape measures, by part, in the order of the text.

    >>> [part] = plan_of("# x # in. (# x # cm)")
    >>> [(slot.dimension, slot.metric) for slot in part.slots]
    [(0, (((2, 1.0),),)), (1, (((3, 1.0),),))]
    >>> [part.name for part in plan_of("Sheet: # x # cm; Framed: # x # cm")]
    ['sheet', 'frame']
    >>> plan_of("# oz. # dwt.")
    ()
    """
    return tuple(_parts(read_runs(shape)))


@dataclass
class _Part:
    name: str
    numbers: tuple[int, ...]
    metric: dict[int, Measure] = field(default_factory=dict)
    imperial: dict[int, Measure] = field(default_factory=dict)
    unsure: set[int] = field(default_factory=set)
    """Dimensions whose feet may be inches: no check of a metric size."""

    @property
    def said(self) -> set[int]:
        return self.metric.keys() | self.imperial.keys()


def _parts(runs: list[Run]) -> Iterator[PartPlan]:
    parts: list[_Part] = []
    row: list[int] = []
    """Dimensions of the sizes in a row that goes on: ``# in. (# cm) x # in. (# cm)``."""
    group: list[int] = []
    """Those of them that a bracket may say again, in order."""
    again = 0
    for place, run in enumerate(runs):
        before = runs[place - 1] if place else None
        if before is not None and parts and _converts(run, before, len(group), parts[-1]):
            begin = again if run.in_brackets and before.in_brackets else 0
            _fill(parts[-1], run, _again(run, group, begin))
            again = begin + len(run.items)
            continue
        part, dimensions = _placed(run, parts, len(row) if run.continues else 0)
        _fill(part, run, dimensions)
        row = [*row, *dimensions] if run.continues else dimensions
        is_one_more = before is not None and not again and not run.name and len(run.items) == 1
        group = [*group, *dimensions] if is_one_more else dimensions
        again = 0
    for part in parts:
        slots = tuple(_slots(part))
        if slots:
            yield PartPlan(part.name, part.numbers, slots)


def _system(run: Run) -> str:
    return "metric" if run.unit in METRIC else "imperial"


def _converts(run: Run, before: Run, expected: int, part: _Part) -> bool:
    """Return whether a run says the sizes before it again, in the other system."""
    if run.in_brackets:
        return True
    is_other = _system(run) != _system(before) and not before.in_brackets
    unlabelled = all(item.label is None for item in run.items)
    is_free = not (part.metric if _system(run) == "metric" else part.imperial)
    return is_other and unlabelled and not run.name and is_free and expected == len(run.items)


def _again(run: Run, group: list[int], begin: int) -> list[int]:
    """Return the dimensions of a bracket: its own labels, else those of the sizes before it."""
    found = []
    for place, item in enumerate(run.items, begin):
        same = group[place] if place < len(group) else OTHER
        found.append(same if item.label is None else item.label)
    return found


def _placed(run: Run, parts: list[_Part], offset: int) -> tuple[_Part, list[int]]:
    """Return the part that a run tells of, and the dimension of each of its sizes."""
    if not run.name and parts:
        last = parts[-1]
        labelled = all(item.label is not None for item in run.items)
        dimensions = _dimensions(run, last.said, offset)
        if last.name and not run.is_new_line and not labelled:
            return last, dimensions  # a further size of the same part: what was said first stays
        if run.continues or (labelled and not last.said & set(dimensions)):
            return last, dimensions
    same = [part for part in parts if (part.name, part.numbers) == (run.name, run.numbers)]
    if same:
        return same[0], _dimensions(run, same[0].said if run.name else set(), offset)
    part = _Part(run.name, run.numbers)
    parts.append(part)
    return part, _dimensions(run, set(), offset)


def _dimensions(run: Run, said: set[int], offset: int) -> list[int]:
    """Return what each size of a run measures: two without labels are height and width, three also depth.

    What stands behind a diameter without a label is a further diameter, of what is not quite round: it has no column.
    """
    labels = [item.label for item in run.items]
    taken = {label for label in labels if label is not None} | (said if offset else set())
    is_round = labels[0] == DIAMETER
    found: list[int] = []
    for place, label in enumerate(labels, offset):
        further = OTHER if is_round else _free(place, taken)
        dimension = further if label is None else label
        taken.add(dimension)
        found.append(dimension)
    return found


def _free(place: int, taken: set[int]) -> int:
    """Return what the size at a place measures: what the place says, else the first that is not taken."""
    if place > DEPTH:
        return OTHER
    return next((one for one in (place, HEIGHT, WIDTH, DEPTH) if one not in taken), OTHER)


def _fill(part: _Part, run: Run, dimensions: list[int]) -> None:
    """Put the sizes of a run into a part; what was said first stays."""
    for item, dimension in zip(run.items, dimensions, strict=True):
        if dimension == OTHER:
            continue
        units = METRIC if item.unit in METRIC else IMPERIAL
        table = part.metric if item.unit in METRIC else part.imperial
        if dimension not in table:
            table[dimension] = _measure(item, units)
            if item.in_shared_feet:
                part.unsure.add(dimension)


def _measure(item: Item, units: Mapping[str, float]) -> Measure:
    """Return what an item says; nothing where its unit is not said or its fraction was lost."""
    if any(unit not in units for end in item.ends for _, unit in end):
        return ()
    return tuple(tuple((number, units[unit]) for number, unit in end) for end in item.ends)


def _slots(part: _Part) -> Iterator[Slot]:
    """Yield what is said of a part; its length is its width, where that is free, else its height, else its depth."""
    free = (one for one in (WIDTH, HEIGHT, DEPTH) if one not in part.said)
    length = next(free, OTHER) if LENGTH in part.said else OTHER
    slots = []
    for said in part.said:
        metric, imperial = part.metric.get(said, ()), part.imperial.get(said, ())
        if metric and said in part.unsure:
            imperial = ()
        dimension = length if said == LENGTH else said
        if dimension != OTHER and (metric or imperial):
            slots.append(Slot(dimension, metric, imperial))
    yield from sorted(slots, key=lambda slot: slot.dimension)
