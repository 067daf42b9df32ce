"""Linear probe: heads that read the features with no shared layer between."""

from omniart_model.baselines.answers.linear import linear_answer
from omniart_model.baselines.answers.way import Way
from omniart_model.baselines.how import How
from omniart_model.baselines.study import Answer, Study

_WHAT = (
    "A linear head for each task on the frozen base's features, each at its own learning rate by validation: "
    "what a shared layer adds is the difference to it."
)


def answer(study: Study, how: How) -> tuple[Answer, ...]:
    """Return the answers of linear heads, learnt with the network's settings but for the rate."""
    return (linear_answer(study, how, WAY.name, _WHAT, WAY.takes),)


WAY = Way("linear probe", 0.3, answer, by_seed=True)
