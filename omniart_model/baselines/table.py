"""The table of a baseline: what each answer reaches on the test split, beside the network. Values for JSON, no torch."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from typing import Any

from omniart_model.evaluation.measured import Difference, Measured
from omniart_model.tasks import Task

Metrics = Mapping[str, Measured]

OF_ONE_SEED = "Both networks are of one seed, and the intervals are over works alone: another seed may give another verdict."
"""What goes with every verdict on a museum that was left out."""

OF_VALIDATION = "Measured on validation, where choices are made, so that they flatter: test is read once, by omniart-model baselines."
"""What goes with all figures of a network that is not yet chosen."""

NETWORK = "multi-task network"
"""The answer that all others are compared with."""


@dataclass(frozen=True)
class TaskTable:
    """One task: each answer's metrics, and what the network's are beside them.

    ``differences[answer][metric]`` is the network minus that answer. ``cuts`` are the network's metrics on parts of the split:
    ``cuts["museum" | "century" | "subset"][value]``.
    """

    task: Task
    classes: tuple[str, ...]
    answers: Mapping[str, Metrics]
    differences: Mapping[str, Mapping[str, Difference]] = field(default_factory=dict)
    cuts: Mapping[str, Mapping[str, Metrics]] = field(default_factory=dict)


@dataclass(frozen=True)
class Leak:
    """A work of test and a work of another split, ``split``, whose features are all but the same.

    Where ``of_split`` is validation, ``test`` is a work of that: what seed and epoch are chosen by may not be known either.
    """

    test: str
    other: str
    split: str
    cosine: float
    of_split: str = "test"


@dataclass(frozen=True)
class LeftOut:
    """A museum's test works by a network that has seen none of its works, and by one that has seen some."""

    museum: str
    task: str
    metric: str
    without: Measured
    within: Measured
    difference: Difference


@dataclass(frozen=True)
class Continued:
    """One network on one set of works: how far a change of figures is the data's, and how far the network's.

    ``network`` is the release whose baseline it is, ``works`` says which works ("test of 1.1.0", "test of 1.0.0 and
    1.1.0, 25 works"). ``lacking`` is the number of classes that the network does not have, and so never answers.
    """

    network: str
    works: str
    task: str
    metrics: Metrics
    lacking: int = 0


@dataclass(frozen=True)
class Table:
    """All figures of a baseline. ``seconds`` and ``what`` are by answer: wall time of all seeds, and what it looks at.

    ``batch`` is how many works the network learnt from at a time: on a small release fewer than were asked.
    """

    release: str
    digest: str
    split: str
    works: int
    tasks: tuple[TaskTable, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)
    what: Mapping[str, str] = field(default_factory=dict)
    museum_told: Measured | None = None
    museum_majority: Measured | None = None
    left_out: tuple[LeftOut, ...] = ()
    leaks: tuple[Leak, ...] = ()
    continuity: tuple[Continued, ...] = ()
    batch: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the table as values for JSON; a figure of nothing is null."""
        found: dict[str, Any] = plain(self)
        return found


def plain(value: Any) -> Any:
    """Return dataclasses, mappings and sequences, whatever is in them, as values for JSON; a figure of nothing is null."""
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
