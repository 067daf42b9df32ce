"""Which rows each table has, and which networks they need: one factor is varied, the others stay."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from omniart_model.compare.settings import PAPER, Options, Setting, Training


@dataclass(frozen=True)
class PlannedRow:
    """A row: what it is called, and its network."""

    name: str
    training: Training


@dataclass(frozen=True)
class PlannedTable:
    """A table of networks of all tasks. ``against`` is the row that the others are set beside."""

    name: str
    title: str
    rows: tuple[PlannedRow, ...]
    against: str


@dataclass(frozen=True)
class PlannedSubset:
    """One subset of stage 2: the network of all tasks, and each task's own by the task's name."""

    subset: int
    together: Training
    alone: dict[str, Training]


@dataclass(frozen=True)
class Plan:
    """All tables around one setting."""

    middle: Setting
    tables: tuple[PlannedTable, ...]
    subsets: tuple[PlannedSubset, ...]

    def trainings(self) -> list[Training]:
        """Return each network once; those that look at the same features stand together."""
        asked = [row.training for table in self.tables for row in table.rows]
        for one in self.subsets:
            asked += [one.together, *one.alone.values()]
        groups: dict[tuple[str, str, int], dict[Training, None]] = {}
        for training in asked:
            setting = training.setting
            groups.setdefault((setting.base, setting.augment, setting.subset), {})[training] = None
        return [training for group in groups.values() for training in group]


def make_plan(options: Options, middle: Setting | None = None) -> Plan:
    """Return the tables of some options around their middle, or another one.

    One value makes no table, and one task has none to be learnt beside: no stage 2.
    """
    middle = middle or options.middle
    subsets = options.subsets if len(options.tasks) > 1 else ()
    planned = [
        _table(
            "bases", "Bases", {name: replace(middle, base=name) for name in options.bases}.items()
        ),
        _table(
            "shared",
            "Units of the shared layer",
            ((f"{units:,}", replace(middle, shared=units)) for units in options.shared),
        ),
        _table(
            "augmentations",
            "Augmentations",
            ((name, replace(middle, augment=name)) for name in options.augment),
        ),
        _table(
            "methods",
            "Beyond the paper",
            ((name, replace(middle, method=name)) for name in options.methods),
        ),
    ]
    if options.grid:
        planned.append(_grid(options, middle))
    kept = tuple(table for table in planned if len(table.rows) > 1)
    return Plan(middle, kept, tuple(_subset(options, middle, one) for one in subsets))


def _grid(options: Options, middle: Setting) -> PlannedTable:
    return _table(
        "grid",
        "Bases by units of the shared layer",
        (
            (f"{name}, {units:,}", replace(middle, base=name, shared=units))
            for name in options.bases
            for units in options.shared
        ),
    )


def _table(name: str, title: str, settings: Iterable[tuple[str, Setting]]) -> PlannedTable:
    rows = tuple(PlannedRow(value, Training(setting)) for value, setting in settings)
    names = [row.name for row in rows]
    return PlannedTable(name, title, rows, PAPER if PAPER in names else names[0])


def _subset(options: Options, middle: Setting, subset: int) -> PlannedSubset:
    setting = replace(middle, subset=subset)
    alone = {task.name: Training(setting, task.name) for task in options.tasks}
    return PlannedSubset(subset, Training(setting), alone)
