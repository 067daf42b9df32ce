"""Pixels: linear heads on pictures of 32 x 32, so that what the base is worth can be seen."""

from omniart_model.baselines.answers.linear import linear_answer
from omniart_model.baselines.answers.way import Way
from omniart_model.baselines.how import How
from omniart_model.baselines.prepare import BaseChoice, prepare_features
from omniart_model.baselines.study import Answer, Study

_WHAT = "A linear head for each task on the pixels of pictures of 32 x 32: colours and where they lie; the rate by validation."
_BASE = "pixels"


def answer(study: Study, how: How) -> tuple[Answer, ...]:
    """Return the answers of linear heads on pixels, learnt with the network's settings but for the rate."""
    cache, _ = prepare_features(study.release, BaseChoice(_BASE), how.workspace, how.device)
    seen = study.seen_by(cache)
    return (linear_answer(seen, how, WAY.name, _WHAT, WAY.takes),)


WAY = Way("pixels", 0.4, answer, by_seed=True)
