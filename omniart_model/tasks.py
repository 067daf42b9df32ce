"""The tasks: what is predicted, as rows of a table. One more task is one more row in ``TASKS``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from schemas.errors import UsageError

UNKNOWN = -1
"""The class of an artwork that has none: left out by the loss, and wrong under "all works"."""


class Kind(StrEnum):
    """How many labels an artwork can have, and so which head, loss and metrics a task gets."""

    ONE = "one"  # one class: softmax, cross-entropy, accuracy
    SEVERAL = "several"  # any number of classes: sigmoid, binary cross-entropy, average precision
    YEAR = "year"  # a number in years: absolute error


@dataclass(frozen=True)
class Task:
    """One thing to predict: the release's column, its kind, and what makes a label a class.

    ``scale`` is s of Strezoski & Worring 2017, eq. 2: it brings the loss into the others' range. A
    label is a class with at least ``least_train`` works in train and ``least_test`` in test, so
    that there is something to learn from and something to be measured on. A ``standing`` task is one of every
    baseline; the others are learnt where they are named. ``field`` names the part that is the label where the
    column's elements have several.
    """

    name: str
    kind: Kind
    column: str
    scale: float = 1.0
    least_train: int = 0
    least_test: int = 1
    standing: bool = True
    field: str = ""

    @property
    def word(self) -> str:
        """Return the name as one word, for options and the columns of files.

        >>> Task("coarse type", Kind.ONE, "coarse_type").word
        'coarse_type'
        """
        return self.name.replace(" ", "_")


TASKS: tuple[Task, ...] = (
    Task("artist", Kind.ONE, "artist", least_train=3),
    Task("type", Kind.SEVERAL, "artwork_types", least_train=10),
    Task("coarse type", Kind.ONE, "coarse_type", least_train=10, standing=False),
    Task("material", Kind.SEVERAL, "materials", least_train=10),
    Task("technique", Kind.SEVERAL, "techniques", least_train=10, standing=False),
    Task("iconclass", Kind.SEVERAL, "iconclass", least_train=10, standing=False, field="code"),
    Task("period", Kind.YEAR, "year", scale=0.1),  # the paper divides by ten
)


def choose_tasks(
    names: Sequence[str] = (), least_train: Mapping[str, int] | None = None
) -> tuple[Task, ...]:
    """Return the named tasks (the standing ones where none is named) in the table's order.

    A name may be written as one word. ``least_train`` overrides a task's own threshold. Raises UsageError
    for a name that is in no row.

    >>> [task.name for task in choose_tasks(["period", "coarse_type"])]
    ['coarse type', 'period']
    """
    chosen = {_named(name) for name in names}
    least = {_named(name): works for name, works in (least_train or {}).items()}
    return tuple(
        replace(task, least_train=least.get(task.name, task.least_train))
        for task in TASKS
        if (task.name in chosen if chosen else task.standing)
    )


def _named(name: str) -> str:
    """Return the name of the task that is called so, or whose name is written so as one word."""
    for task in TASKS:
        if name in {task.name, task.word}:
            return task.name
    known = ", ".join(task.word for task in TASKS)
    raise UsageError(f"no task is called {name!r}; there are: {known}")
