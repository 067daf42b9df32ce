"""What one would answer without looking: the majority class, the prior, the mean and the median year."""

from collections import defaultdict

from omniart_model.baselines.answers.way import Way
from omniart_model.baselines.how import How
from omniart_model.baselines.study import Answer, Study
from omniart_model.evaluation.constant import constant_answers, repeated
from omniart_model.labels import Floats

_WHAT = {
    "majority class": "The most frequent class of train, and after it the others by their frequency.",
    "prior": "Each class by its share of train.",
    "mean year": "The mean year of train: the constant with the least squared error.",
    "median year": "The median year of train: the constant with the least absolute error.",
}


def answer(study: Study, _: How) -> tuple[Answer, ...]:
    """Return the constant answers; each answers the tasks of its kind."""
    found: dict[str, dict[str, Floats]] = defaultdict(dict)
    for task in study.tasks:
        constants = constant_answers(study.train.works, task, study.classes[task.name])
        for name, constant in constants.items():
            found[name][task.name] = repeated(constant, len(study.measured))
    return tuple(Answer(name, _WHAT[name], (found[name],)) for name in _WHAT if name in found)


WAY = Way("constant answers", 0.01, answer)
