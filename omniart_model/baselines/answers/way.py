"""What every module of this package offers: one way to answer."""

from collections.abc import Callable
from dataclasses import dataclass

from omniart_model.baselines.how import How
from omniart_model.baselines.study import Answer, Study


@dataclass(frozen=True)
class Way:
    """A way to answer, under one name or several (a mean and a median year are two).

    ``takes`` says how long a seed takes, with a fit of the multi-task network as 1; it is for showing progress alone.
    """

    name: str
    takes: float
    make: Callable[[Study, How], tuple[Answer, ...]]
    by_seed: bool = False

    def total(self, seeds: int) -> float:
        """Return how long so many seeds take."""
        return self.takes * (seeds if self.by_seed else 1)
