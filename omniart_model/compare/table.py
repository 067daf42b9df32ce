"""What a comparison says: values for JSON, the terminal and Markdown. No torch."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from omniart_model.baselines.table import Metrics, plain
from omniart_model.compare.settings import Options, Setting
from omniart_model.evaluation.measured import Difference, Measured


@dataclass(frozen=True)
class Cost:
    """What one network costs: wall seconds of training, of answering 200 batches of 32, and epochs; means over seeds."""

    training_s: float
    answering_s: float
    epochs: float


@dataclass(frozen=True)
class Row:
    """One value of a factor: its figures task by task, or ``why`` there are none.

    ``beside`` is this row minus the table's ``against``, task by task, in the main metric, on the same works. ``run``
    names the answers in ``runs/``. ``batch`` is how many works were in a batch.
    """

    name: str
    setting: Setting
    run: str
    why: str = ""
    metrics: Mapping[str, Metrics] = field(default_factory=dict)
    beside: Mapping[str, Difference] = field(default_factory=dict)
    cost: Cost | None = None
    batch: int = 0


@dataclass(frozen=True)
class Best:
    """The row with the best figure of a task, and the rows that the paired intervals do not tell from it."""

    row: str
    like: tuple[str, ...] = ()

    @property
    def alone(self) -> bool:
        """Return whether it may be called the best: its interval lies on one side of every other row."""
        return not self.like


@dataclass(frozen=True)
class FactorTable:
    """One factor varied; ``best`` is by task, where at least two rows have figures."""

    name: str
    title: str
    against: str
    rows: tuple[Row, ...]
    best: Mapping[str, Best] = field(default_factory=dict)


@dataclass(frozen=True)
class BesideAlone:
    """One task of a subset: learnt with the others, and by a network of its own; the first minus the second."""

    together: Metrics
    alone: Metrics
    difference: Difference


@dataclass(frozen=True)
class SubsetTable:
    """Stage 2 on one subset (artists with more than ``subset`` works; 0: all), or ``why`` it cannot be.

    ``alone`` is what each single-task network costs, by task; ``batch`` is how many works were in a batch of any.
    """

    subset: int
    setting: Setting
    why: str = ""
    tasks: Mapping[str, BesideAlone] = field(default_factory=dict)
    together: Cost | None = None
    alone: Mapping[str, Cost] = field(default_factory=dict)
    batch: int = 0

    def alone_sum(self) -> Cost:
        """Return what the single-task networks cost one after the other."""
        costs = self.alone.values()
        return Cost(
            sum(cost.training_s for cost in costs),
            sum(cost.answering_s for cost in costs),
            sum(cost.epochs for cost in costs),
        )


@dataclass(frozen=True)
class Comparison:
    """All tables of a release: what was ``asked``, and the answers around ``middle``.

    ``metrics`` is each task's main metric; ``left_out`` are the features that could not be had, with the reason.
    """

    release: str
    digest: str
    is_sample: bool
    asked: Options
    middle: Setting
    metrics: Mapping[str, str]
    tables: tuple[FactorTable, ...]
    subsets: tuple[SubsetTable, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)

    def batches(self) -> dict[int, int]:
        """Return how many works were in a batch, by subset; nothing of a subset that no network learnt."""
        rows = [(row.setting.subset, row.batch) for table in self.tables for row in table.rows]
        rows += [(table.subset, table.batch) for table in self.subsets]
        return {subset: batch for subset, batch in rows if batch}

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as values for JSON; a figure of nothing is null."""
        found: dict[str, Any] = plain(self)
        return found


def main_figure(metrics: Metrics, name: str) -> Measured:
    """Return a task's main metric; nothing measured where it is not there."""
    return metrics.get(name, Measured(math.nan))
