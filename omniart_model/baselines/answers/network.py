"""The multi-task network itself: what all other answers are compared with."""

from omniart_model.baselines.answers.learnt import fits, learnt
from omniart_model.baselines.answers.way import Way
from omniart_model.baselines.fitting import Fitted
from omniart_model.baselines.how import How
from omniart_model.baselines.study import Answer, Study
from omniart_model.baselines.table import NETWORK
from omniart_model.training.settings import Finetune

_WHAT = "a shared layer, and a head for each task (Strezoski & Worring 2017)."
_BASE = {
    Finetune.NONE: "A frozen base",
    Finetune.LAST: "A base whose last stage learns too",
    Finetune.ALL: "A base that learns too",
}


def answer(study: Study, how: How) -> tuple[Answer, ...]:
    """Return the network's answers."""
    what = f"{_BASE[how.config.finetune]}, {_WHAT}"
    return (learnt(study, how, NETWORK, what, WAY.takes, with_state=True),)


def best(study: Study, how: How) -> tuple[int, Fitted]:
    """Return the place among the seeds of the one with the least validation loss, and its network; the first of equals."""
    found = fits(study, how, NETWORK, 0.0, with_state=True)
    least = min(range(len(found)), key=lambda place: found[place].loss)
    return least, found[least]


WAY = Way(NETWORK, 1.0, answer, by_seed=True)
