"""Linear heads: learnt without a shared layer, each task at the rate that validation finds best for it.

With no layer before it a head has far less to be moved by each step; at the network's own rate some heads would still be
on their way when the epochs are over, and weak opponents. As no task knows of another here, each has a rate of its
own; it is chosen with the first seed. The base stays frozen, whatever the network does with it: they are to tell what its
features are worth.
"""

from collections.abc import Mapping
from dataclasses import replace

from omniart_model.baselines.fitting import fitted
from omniart_model.baselines.how import How
from omniart_model.baselines.study import Answer, Study
from omniart_model.labels import Floats
from omniart_model.tasks import Task
from omniart_model.training.settings import Finetune

RATES = (1, 5, 25)
"""How many times the network's learning rate is tried."""


def linear_answer(study: Study, how: How, name: str, what: str, takes: float) -> Answer:
    """Return what linear heads answer, for each seed."""
    how = replace(how, config=replace(how.config, finetune=Finetune.NONE))
    groups = _groups(study, how, name, takes)
    seeds: list[Mapping[str, Floats]] = []
    ranges: list[Floats] = []
    seconds = 0.0
    for seed in how.seeds:
        scores: dict[str, Floats] = {}
        with how.progress.step(f"{name}, seed {seed}", takes):
            for times, tasks in groups.items():
                config = replace(how.config, shared=0, seed=seed, rate=times * how.config.rate)
                found = fitted(study, how, f"{name} at {times}", config, tasks=tasks)
                scores |= found.scores
                ranges += found.ranges.values()
                seconds += found.report.seconds
        seeds.append(scores)
    return Answer(name, what, tuple(seeds), seconds, tuple(ranges))


def _groups(study: Study, how: How, name: str, takes: float) -> Mapping[int, list[Task]]:
    """Return the tasks by the rate that is best for them."""
    tried: dict[int, Mapping[str, float]] = {}
    for times in RATES:
        rate = times * how.config.rate
        config = replace(how.config, shared=0, seed=how.seeds[0], rate=rate)
        with how.progress.step(f"{name}, {times} times the rate", takes):
            tried[times] = fitted(study, how, f"{name} rate {times}", config).losses
    groups: dict[int, list[Task]] = {}
    for task in study.tasks:
        groups.setdefault(min(RATES, key=lambda times: tried[times][task.name]), []).append(task)
    return groups
