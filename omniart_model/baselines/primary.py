"""Choices by the main metric of a task: which of two answers is better."""

import math
from collections.abc import Mapping

from omniart_model.evaluation.measured import Better
from omniart_model.evaluation.resample import Resamples
from omniart_model.evaluation.score import score
from omniart_model.evaluation.table import MAIN
from omniart_model.evaluation.truth import Truth
from omniart_model.labels import Booleans, Floats
from omniart_model.tasks import Kind, Task

PRIMARY: Mapping[Kind, tuple[str, Better]] = {
    kind: (metric.name, metric.better) for kind, metric in MAIN.items()
}
"""The name of each kind's main metric, and which way it is better."""


def figure(truth: Truth, scores: Floats, *, among: Booleans | None = None) -> float:
    """Return an answer's main metric; NaN of nothing."""
    found = score(truth, [scores], Resamples(len(scores), times=0), among=among)
    return found[MAIN[truth.task.kind].name].value


def is_better(task: Task, value: float, other: float) -> bool:
    """Return whether a main metric is better than another; anything is better than none."""
    if math.isnan(value) or math.isnan(other):
        return math.isnan(other) and not math.isnan(value)
    return value > other if MAIN[task.kind].better is Better.HIGHER else value < other
