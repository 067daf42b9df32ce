"""One network learnt for a study: its answers for the test works, how the training went, and what is kept of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from omniart_model.baselines.how import How
from omniart_model.baselines.kept import Part
from omniart_model.baselines.study import Study
from omniart_model.labels import Booleans, Floats
from omniart_model.tasks import Task
from omniart_model.training.answers import answers
from omniart_model.training.examples import Cached
from omniart_model.training.network import Network, network_from
from omniart_model.training.settings import Epoch, TrainConfig, TrainReport
from omniart_model.training.train import fit

_SCORES, _RANGE, _TENSOR = "scores ", "range ", "tensor "
"""What the names of arrays begin with in a part: answers, ranges of years, tensors of the network."""


@dataclass(frozen=True)
class Fitted:
    """What came of a training. ``state`` holds the network's tensors, where they were asked for."""

    scores: dict[str, Floats]  # of the test works: [N, C], or [N] in years
    ranges: Mapping[str, Floats]  # first and last year of each, [N, 2], by task
    report: TrainReport
    state: Mapping[str, Any]

    @property
    def loss(self) -> float:
        """Return the least validation loss, the sum of the tasks' scaled losses.

        Each seed weighs the tasks by its own first epoch, so that weighted losses of two seeds are not comparable.
        """
        return sum(self.losses.values()) if self.losses else float("inf")

    @property
    def losses(self) -> Mapping[str, float]:
        """Return each task's scaled validation loss at the epoch that was kept."""
        kept = [epoch for epoch in self.report.epochs if epoch.number == self.report.best]
        return kept[0].validation if kept else {}


def fitted(
    study: Study,
    how: How,
    name: str,
    config: TrainConfig,
    *,
    tasks: Sequence[Task] = (),
    among: Sequence[Booleans] = (),
    with_state: bool = False,
) -> Fitted:
    """Return a network learnt for a study, made once a run. ``among`` are masks of the works of train and of validation.

    ``name`` is what it is kept under, with the seed; works of test that were not seen are answered with the prior.
    """
    tasks = tuple(tasks) or study.tasks
    train, validation = among or (None, None)

    kept_as = f"{name} {config.seed}"

    def make() -> Part:
        network, report = fit(
            tasks,
            study.classes,
            study.examples(study.train, tasks, train),
            study.examples(study.validation, tasks, validation),
            config,
            device=how.device,
            keep=how.kept.path(kept_as, "training"),
        )
        told = answers(network, Cached(study.test.features, {}))
        arrays = _named(_SCORES, study.filled(study.test, told.scores))
        arrays |= _named(_RANGE, _unseen(told.ranges, study.test.seen))
        if with_state:
            tensors = {key: one.cpu().numpy() for key, one in network.state_dict().items()}
            arrays |= _named(_TENSOR, tensors)
        return Part(arrays, {"report": asdict(report)})

    part = how.kept.once(kept_as, make)
    return Fitted(
        dict(_those(_SCORES, part.arrays)),
        _those(_RANGE, part.arrays),
        read_report(part.facts["report"]),
        _those(_TENSOR, part.arrays),
    )


def _named(prefix: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    return {prefix + name: array for name, array in arrays.items()}


def _those(prefix: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


def _unseen(ranges: Mapping[str, Floats], seen: Booleans) -> Mapping[str, Floats]:
    """Return ranges in which works that were not seen have none, NaN."""
    for ends in ranges.values():
        ends[~seen] = np.nan
    return ranges


def network_of(study: Study, found: Fitted, config: TrainConfig) -> Network:
    """Return the network whose tensors were kept."""
    state = {key: torch.from_numpy(np.array(array)) for key, array in found.state.items()}
    return network_from(study.tasks, study.classes, config, state)


def read_report(values: Mapping[str, Any]) -> TrainReport:
    """Return how a training went, as JSON holds it."""
    return TrainReport(**{**values, "epochs": [Epoch(**epoch) for epoch in values["epochs"]]})
