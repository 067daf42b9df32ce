"""From answers to tables: figures with their intervals, and what paired intervals allow to say of two rows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from omniart_model.baselines.table import Metrics
from omniart_model.compare.kept import Runs
from omniart_model.compare.plan import PlannedRow, PlannedSubset, PlannedTable
from omniart_model.compare.settings import Training
from omniart_model.compare.studies import Scope
from omniart_model.compare.table import BesideAlone, Best, Cost, FactorTable, Row, SubsetTable
from omniart_model.evaluation.measured import Better, Difference, Verdict
from omniart_model.evaluation.resample import Resamples
from omniart_model.evaluation.score import Figures, differences_of, drawn
from omniart_model.evaluation.table import MAIN
from omniart_model.tasks import Task


@dataclass
class Judge:
    """Scores kept runs. ``reasons`` says of a training why it has no answers."""

    runs: Runs
    scopes: Mapping[int, Scope]
    reasons: Mapping[Training, str]
    _drawn: dict[tuple[Training, str], Mapping[str, Figures]] = field(default_factory=dict)

    def table(self, planned: PlannedTable) -> FactorTable:
        """Return a table with its figures, and the best row of each task."""
        ran = [row for row in planned.rows if row.training not in self.reasons]
        against = next((row for row in ran if row.name == planned.against), ran[0] if ran else None)
        rows = tuple(self._row(row, against) for row in planned.rows)
        best = {}
        if len(ran) > 1:
            tasks = self.scopes[ran[0].training.setting.subset].tasks
            best = {task.name: found for task in tasks if (found := self._best(task, ran))}
        return FactorTable(
            planned.name,
            planned.title,
            against.name if against else planned.against,
            rows,
            best,
        )

    def subset(self, planned: PlannedSubset) -> SubsetTable:
        """Return stage 2 on one subset."""
        setting = planned.together.setting
        if planned.together in self.reasons:
            return SubsetTable(planned.subset, setting, self.reasons[planned.together])
        tasks = {
            task.name: BesideAlone(
                self.metrics(planned.together, task),
                self.metrics(planned.alone[task.name], task),
                self.difference(planned.together, planned.alone[task.name], task),
            )
            for task in self.scopes[planned.subset].tasks
        }
        return SubsetTable(
            planned.subset,
            setting,
            tasks=tasks,
            together=self.cost(planned.together),
            alone={name: self.cost(planned.alone[name]) for name in tasks},
            batch=self._batch(planned.together),
        )

    def metrics(self, training: Training, task: Task) -> Metrics:
        """Return all metrics of a training's answers to a task."""
        figures = self._figures(training, task)
        return {name: one.measured() for name, one in figures.items()}

    def difference(self, first: Training, second: Training, task: Task) -> Difference:
        """Return first minus second in the task's main metric, on the same resampled works."""
        figures = (self._figures(training, task) for training in (first, second))
        return differences_of(task.kind, *figures)[main_metric(task)]

    def _figures(self, training: Training, task: Task) -> Mapping[str, Figures]:
        """Return what a training's answers are worth on each resample, drawn once for all tables."""
        asked = training, task.name
        if asked not in self._drawn:
            truth = self.scopes[training.setting.subset].truth(task)
            answers = self.runs.answers(training, task)
            self._drawn[asked] = drawn(truth, answers, Resamples(len(truth.known)))
        return self._drawn[asked]

    def cost(self, training: Training) -> Cost:
        """Return what a training costs, as the mean over its seeds."""
        spent = [self.runs.spent(training, seed) for seed in range(self.runs.options.seeds)]
        known = [one for one in spent if one is not None]
        return Cost(
            *(
                float(np.mean([getattr(one, name) for one in known]))
                for name in ("training_s", "answering_s", "epochs")
            )
        )

    def _batch(self, training: Training) -> int:
        """Return how many works were in a batch: all seeds learn from the same works."""
        spent = self.runs.spent(training, 0)
        return spent.batch if spent else 0

    def _row(self, row: PlannedRow, against: PlannedRow | None) -> Row:
        setting, run = row.training.setting, self.runs.key(row.training)
        if row.training in self.reasons or against is None:
            return Row(row.name, setting, run, self.reasons.get(row.training, "not trained"))
        tasks = self.scopes[setting.subset].tasks
        beside = {}
        if row.training != against.training:
            beside = {
                task.name: self.difference(row.training, against.training, task) for task in tasks
            }
        metrics = {task.name: self.metrics(row.training, task) for task in tasks}
        cost, batch = self.cost(row.training), self._batch(row.training)
        return Row(row.name, setting, run, "", metrics, beside, cost, batch)

    def _best(self, task: Task, rows: Sequence[PlannedRow]) -> Best | None:
        """Return the best row of a task; None where nothing is measured, or on too few works for an interval."""
        sign = 1 if MAIN[task.kind].better is Better.HIGHER else -1
        found = {row: self.metrics(row.training, task)[main_metric(task)] for row in rows}
        figures = {row: sign * one.value for row, one in found.items()}
        measured = [row for row in rows if not math.isnan(found[row].low)]
        if len(measured) < 2:
            return None
        first = max(measured, key=lambda row: figures[row])  # of equals the earlier row
        like = tuple(
            row.name
            for row in measured
            if row != first
            and self.difference(first.training, row.training, task).verdict is not Verdict.BETTER
        )
        return Best(first.name, like)


def main_metric(task: Task) -> str:
    """Return the metric that a task is compared by."""
    return MAIN[task.kind].name
