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


RATES = (1, 5, 25)
"""How many times the network's learning rate linear heads are tried with."""


def linear(study: Study, how: How, name: str, takes: float) -> How:
    """Return how linear heads are learnt: without a shared layer, at the rate that validation finds best.

    With no layer before it a head has far less to be moved by each step; at the network's own rate it would still be
    on its way when the epochs are over, and a weak opponent. The rate is chosen with the first seed.
    """
    config = replace(how.config, shared=0, seed=how.seeds[0])
    tried = []
    for times in RATES:
        with how.progress.step(f"{name}, {times} times the rate", takes):
            faster = replace(config, rate=times * config.rate)
            tried.append((fitted(study, how, f"{name} rate {times}", faster).loss, faster))
    return replace(how, config=min(tried, key=lambda one: one[0])[1])
