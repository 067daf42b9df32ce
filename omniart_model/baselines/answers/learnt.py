"""An answer that is learnt anew with each seed."""

from collections.abc import Sequence
from dataclasses import replace

from omniart_model.baselines.fitting import Fitted, fitted
from omniart_model.baselines.how import How
from omniart_model.baselines.study import Answer, Study
from omniart_model.labels import Floats


def learnt(
    study: Study, how: How, name: str, what: str, takes: float, *, with_state: bool = False
) -> Answer:
    """Return what networks of all tasks answer, one for each seed."""
    found = fits(study, how, name, takes, with_state=with_state)
    return Answer(
        name,
        what,
        tuple(one.scores for one in found),
        sum(one.report.seconds for one in found),
        _ranges(found),
    )


def _ranges(found: Sequence[Fitted]) -> tuple[Floats, ...]:
    """Return the ranges of years by seed; none where no task is a year."""
    return tuple(ends for one in found for ends in one.ranges.values())


def fits(
    study: Study, how: How, name: str, takes: float, *, with_state: bool = False
) -> list[Fitted]:
    """Return one network for each seed."""
    found = []
    for seed in how.seeds:
        with how.progress.step(f"{name}, seed {seed}", takes):
            config = replace(how.config, seed=seed)
            found.append(fitted(study, how, name, config, with_state=with_state))
    return found
