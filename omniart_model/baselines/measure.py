"""From answers to the table: every metric with its interval, and the network beside every other answer."""

from collections.abc import Sequence

from omniart_model.baselines.study import Answer, Study
from omniart_model.baselines.table import NETWORK, TaskTable
from omniart_model.evaluation.cuts import scores_by_cut
from omniart_model.evaluation.resample import Resamples
from omniart_model.evaluation.score import differences_of, drawn, score
from omniart_model.labels import Booleans
from omniart_model.tasks import Kind, Task

NEAR_PICTURES = "near pictures"
"""The cut that leaves out the works whose picture is all but the same as one that was learnt from."""


def measure(
    study: Study,
    answers: Sequence[Answer],
    resamples: Resamples,
    without_near: Booleans | None = None,
) -> tuple[TaskTable, ...]:
    """Return the table of each task; ``without_near`` bool [N] marks the test works with no near picture elsewhere."""
    return tuple(_task_table(study, task, answers, resamples, without_near) for task in study.tasks)


def _task_table(
    study: Study,
    task: Task,
    answers: Sequence[Answer],
    resamples: Resamples,
    without_near: Booleans | None,
) -> TaskTable:
    truth = study.truth(task)
    given = {answer.name: answer for answer in answers if answer.of(task)}
    network, is_year = given[NETWORK], task.kind is Kind.YEAR
    figures = {
        name: drawn(truth, answer.of(task), resamples, ranges=answer.ranges if is_year else ())
        for name, answer in given.items()
    }
    found = {
        name: {metric: one.measured() for metric, one in figures[name].items()} for name in given
    }
    beside = {
        name: differences_of(task.kind, figures[NETWORK], figures[name])
        for name in given
        if name != NETWORK
    }
    cuts = scores_by_cut(
        study.measured.works,
        truth,
        network.of(task),
        resamples,
        ranges=network.ranges if is_year else (),
    )
    if without_near is not None and not without_near.all():
        scored = score(truth, network.of(task), resamples, among=without_near)
        cuts = {**cuts, NEAR_PICTURES: {"without near pictures": scored}}
    return TaskTable(task, study.classes[task.name], found, beside, cuts)
