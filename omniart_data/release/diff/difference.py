"""What differs between two releases, as values: complete counts, and a few examples of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

EXAMPLES = 5
"""Ids that stand for all of their kind, at most: the least ones."""
TURNS = 50
"""Changes from one value to another that are listed of a column, at most: the most frequent ones."""
LISTED = 100
"""Classes that are listed of a task, at most: those that lose most."""


class Bump(IntEnum):
    """Which number of a version rises. NONE: nothing differs."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


@dataclass(frozen=True)
class Works:
    """So many artworks, the first few by name, and how many there are of each kind."""

    count: int = 0
    by: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Turn:
    """A value that became another; ``stricter``: the new one lets less be done with the picture."""

    was: str
    now: str
    count: int
    examples: tuple[str, ...] = ()
    stricter: bool = False


@dataclass(frozen=True)
class Turns:
    """What became of a column's values: how many artworks, by how many pairs of values, and the most frequent."""

    count: int = 0
    pairs: int = 0
    stricter: int = 0
    """Artworks whose new value lets less be done."""
    listed: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class LabelChange:
    """What became of a label column where both releases have the artwork."""

    relabelled: int = 0
    given: int = 0
    """There was none before."""
    taken: int = 0
    """There is none any more."""
    turns: Turns = Turns()


@dataclass(frozen=True)
class Columns:
    """Columns as ``table.column``."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    retyped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Named:
    """So many artists or labels, and the first few as ``was -> now``, or by their name."""

    count: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Classes:
    """What became of the class index: a label is ``task: label``."""

    new: Named = Named()
    retired: Named = Named()
    returned: Named = Named()
    renamed: Named = Named()
    removed: Named = Named()


@dataclass(frozen=True)
class Artists:
    """What became of artists, by their ids."""

    renamed: Named = Named()
    merged: Named = Named()
    given_another_id: Named = Named()
    by_another: Works = Works()
    """Artworks that went to another artist, while their former one still has others."""


@dataclass(frozen=True)
class Impact:
    """A class whose artworks in a split became more or fewer."""

    label: str
    was: Mapping[str, int]
    now: Mapping[str, int]

    @property
    def change(self) -> dict[str, int]:
        """Return by how much the artworks of each split changed."""
        return {split: self.now[split] - self.was[split] for split in self.was}


@dataclass(frozen=True)
class Impacts:
    """Classes of a task whose artworks changed in number; those that lose most stand first."""

    classes: int = 0
    listed: tuple[Impact, ...] = ()


@dataclass(frozen=True)
class Difference:
    """All that differs between two releases; ``new`` is empty while its version is not known."""

    old: str
    new: str = ""
    added: Works = Works()
    removed: Works = Works()
    """By why they are gone: ``compare.why_gone``."""
    moved: Turns = Turns()
    """From one of the three splits to another."""
    entered: Works = Works()
    """From unattributed into a split; by split."""
    left: Works = Works()
    """From a split to unattributed; by split."""
    labels: Mapping[str, LabelChange] = field(default_factory=dict)
    pictures_other: Works = Works()
    pictures_gone: Works = Works()
    pictures_new: Works = Works()
    rights: Turns = Turns()
    may_train: Turns = Turns()
    columns: Columns = Columns()
    classes: Classes = Classes()
    artists: Artists = Artists()
    impact: Mapping[str, Impacts] = field(default_factory=dict)
    described: Mapping[str, int] = field(default_factory=dict)
    """Other columns, and in how many artworks they say something else."""
    tables: tuple[str, ...] = ()
    """Side tables that differ."""
