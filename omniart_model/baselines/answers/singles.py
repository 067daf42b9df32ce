"""Single-task networks: one for each task, of the same size, with the same settings and seeds as the multi-task one.

What learning the tasks together is worth is the difference to them, in figures and in time.
"""

from collections.abc import Mapping
from dataclasses import replace

from omniart_model.baselines.answers.way import Way
from omniart_model.baselines.fitting import fitted
from omniart_model.baselines.how import How
from omniart_model.baselines.study import Answer, Study
from omniart_model.labels import Floats

_WHAT = "A network for each task alone, of the same size, base, settings and seeds; the time is all of theirs."


def answer(study: Study, how: How) -> tuple[Answer, ...]:
    """Return each task's answers by a network that has learnt nothing else."""
    seeds: list[Mapping[str, Floats]] = []
    seconds = 0.0
    for seed in how.seeds:
        scores: dict[str, Floats] = {}
        for task in study.tasks:
            with how.progress.step(f"{task.name} alone, seed {seed}", WAY.takes / len(study.tasks)):
                config = replace(how.config, seed=seed)
                found = fitted(study, how, f"alone {task.word}", config, tasks=[task])
            scores |= found.scores
            seconds += found.report.seconds
        seeds.append(scores)
    return (Answer(WAY.name, _WHAT, tuple(seeds), seconds),)


WAY = Way("single-task networks", 3.0, answer, by_seed=True)
