"""Museum only: what one would answer if one knew nothing of a work but where it is.

Photography and vocabulary differ from museum to museum: a network that is no better than this may have learnt
to tell museums apart, and nothing of art.
"""

import numpy as np

from omniart_model.baselines.answers.way import Way
from omniart_model.baselines.how import How
from omniart_model.baselines.study import Answer, Side, Study
from omniart_model.labels import Booleans, Floats, Integers, SeveralLabels, encode
from omniart_model.tasks import UNKNOWN, Kind, Task

_WHAT = "Class shares and median year of the work's museum in train, smoothed by all of train; no picture."
PRIOR_WORKS = 5
"""As how many works of the museum's own the whole of train counts: a museum with one work is not believed at once."""


def answer(study: Study, _: How) -> tuple[Answer, ...]:
    """Return what the museums tell of the works that are scored."""
    scores = {task.name: museum_scores(study, task, study.measured) for task in study.tasks}
    return (Answer("museum only", _WHAT, (scores,)),)


def museum_scores(study: Study, task: Task, side: Side) -> Floats:
    """Return for each work of a side its museum's shares in train, [N, C], or its median year, [N].

    A museum without a labelled work in train is answered with the prior.
    """
    museums, places = np.unique(
        np.array([*study.train.museums, *side.museums], object).astype(str), return_inverse=True
    )
    train, asked = places[: len(study.train)], places[len(study.train) :]
    prior = study.prior(task)
    labels = encode(study.train.works, task, study.classes[task.name])
    told = np.broadcast_to(prior, (len(museums), *prior.shape)).astype(np.float64)
    if task.kind is Kind.YEAR:
        years = np.asarray(labels)
        for museum in np.unique(train[~np.isnan(years)]):
            own = years[(train == museum) & ~np.isnan(years)]
            told[museum] = np.median([*own, *[float(prior)] * PRIOR_WORKS])
    else:
        counts, works = _counts(study, task, labels, train, len(museums))
        told = (counts + PRIOR_WORKS * prior) / (works + PRIOR_WORKS)[:, None]
    answered: Floats = told[asked].astype(np.float32)
    return answered


def _counts(
    study: Study, task: Task, labels: object, museums: Integers, width: int
) -> tuple[Integers, Integers]:
    """Return how many works of each museum have each class, [M, C], and how many have a label at all, [M]."""
    classes = len(study.classes[task.name])
    if isinstance(labels, SeveralLabels):
        of, numbers = np.repeat(museums, np.diff(labels.offsets)), labels.classes
        known: Booleans = labels.known
    else:
        each = np.asarray(labels)
        of, numbers = museums[each != UNKNOWN], each[each != UNKNOWN]
        known = np.asarray(study.train.works[task.column].is_valid())
    pairs = np.bincount(of * classes + numbers, minlength=width * classes)
    return pairs.reshape(width, classes), np.bincount(museums[known], minlength=width)


WAY = Way("museum only", 0.01, answer)
