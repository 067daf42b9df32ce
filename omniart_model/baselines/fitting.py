"""One network learnt for a study: its answers for the works that are scored, how the training went, and what is kept of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from omniart_model.baselines.how import How
from omniart_model.baselines.kept import Part
from omniart_model.baselines.study import Side, Study
from omniart_model.baselines.through import Through
from omniart_model.labels import Booleans, Floats
from omniart_model.tasks import Task
from omniart_model.training.answers import Answers, answers
from omniart_model.training.distributed import World
from omniart_model.training.examples import Cached, Examples
from omniart_model.training.finetune import Learner
from omniart_model.training.network import Network, network_from
from omniart_model.training.settings import Epoch, Finetune, TrainConfig, TrainReport
from omniart_model.training.train import fit
from omniart_model.training.years import usual_range
from schemas.errors import ModelError

_SCORES, _RANGE, _TENSOR, _BASE = "scores ", "range ", "tensor ", "base "
"""What the names of arrays begin with in a part: answers, ranges of years, tensors of the network and of its base."""


@dataclass(frozen=True)
class Fitted:
    """What came of a training. ``state`` and ``base`` hold the tensors of the network, and of a base that has learnt too.

    Both are empty where they were not asked for.
    """

    scores: dict[str, Floats]  # of the works that are scored: [N, C], or [N] in years
    ranges: Mapping[str, Floats]  # first and last year of each, [N, 2], by task
    report: TrainReport
    state: Mapping[str, Any]
    base: Mapping[str, Any]

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

    ``name`` is what it is kept under, with the seed; works that were not seen are answered with the prior, and
    their years with the range that most of train lies in.
    """
    lesson = _Lesson(study, how, config, tuple(tasks) or study.tasks, tuple(among))
    kept_as = f"{name} {config.seed}"

    def make() -> Part:
        network, report, learner = lesson.learnt(
            how.kept.path(f"{kept_as} {how.kept.key[:16]}", "training")
        )
        if not World.here().is_first:
            return Part({})  # the first process answers, and the others read what it has kept
        told = lesson.answers(network, learner)
        arrays = _named(_SCORES, told.scores) | _named(_RANGE, told.ranges)
        if with_state:
            arrays |= _named(_TENSOR, _tensors(network))
            if learner is not None:
                arrays |= _named(_BASE, _tensors(learner.network))
        return Part(arrays, {"report": asdict(report)})

    part = how.kept.once(kept_as, make, together=True)
    return Fitted(
        dict(_those(_SCORES, part.arrays)),
        _those(_RANGE, part.arrays),
        read_report(part.facts["report"]),
        _those(_TENSOR, part.arrays),
        _those(_BASE, part.arrays),
    )


@dataclass(frozen=True)
class _Lesson:
    """What is learnt: from features in the cache, or through a base that learns too."""

    study: Study
    how: How
    config: TrainConfig
    tasks: tuple[Task, ...]
    among: tuple[Booleans, ...]

    def learnt(self, keep: Path) -> tuple[Network, TrainReport, Learner | None]:
        """Return what came of it, with the base that has learnt; ``keep`` is the file of a training under way."""
        through = self._through
        learner = through.learner(self.config.finetune) if through else None
        train, validation = self.among or (None, None)
        network, report = fit(
            self.tasks,
            self.study.classes,
            self._examples(self.study.train, train, learner),
            self._examples(self.study.validation, validation, learner),
            self.config,
            device=self.how.device,
            keep=keep,
        )
        return network, report, learner

    def answers(self, network: Network, learner: Learner | None) -> Answers:
        """Return the answers for all works that are scored; those that were not seen are answered from train."""
        study, through = self.study, self._through
        side = study.measured
        if through is None or learner is None:
            told = answers(network, Cached(side.features, {}))
        else:
            told = answers(network, through.asked(side, learner))
            parts = (told.scores, told.ranges)
            told = Answers(
                *({name: _spread(one, side) for name, one in part.items()} for part in parts)
            )
        for task in self.tasks:
            if task.name in told.ranges:
                told.ranges[task.name][~side.seen] = usual_range(study.train.works, task)
        return Answers(dict(study.filled(side, told.scores)), told.ranges)

    def _examples(self, side: Side, among: Booleans | None, learner: Learner | None) -> Examples:
        cached = self.study.examples(side, self.tasks, among)
        if self._through is None or learner is None:
            return cached
        return self._through.examples(side, cached, learner, among)

    @property
    def _through(self) -> Through | None:
        """Return what the base learns through; raises ModelError where it is to learn and there is nothing."""
        if self.config.finetune is Finetune.NONE:
            return None
        if self.how.through is None:
            raise ModelError(
                f"--finetune {self.config.finetune}: there are no pictures to learn from"
            )
        return self.how.through


def _spread(found: Floats, side: Side) -> Floats:
    """Return what was found for a side's seen works as rows of all its works; the others' are NaN."""
    rows: Floats = np.full((len(side), *found.shape[1:]), np.nan, np.float32)
    rows[side.seen] = found
    return rows


def _tensors(module: nn.Module) -> dict[str, Any]:
    return {name: one.cpu().numpy() for name, one in module.state_dict().items()}


def _named(prefix: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    return {prefix + name: array for name, array in arrays.items()}


def _those(prefix: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


def network_of(study: Study, found: Fitted, config: TrainConfig) -> Network:
    """Return the network whose tensors were kept."""
    return network_from(study.tasks, study.classes, config, _as_tensors(found.state))


def base_of_fit(found: Fitted) -> dict[str, Tensor] | None:
    """Return the tensors that were kept of a base that has learnt; None of one that was frozen."""
    return _as_tensors(found.base) or None


def _as_tensors(arrays: Mapping[str, Any]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}


def read_report(values: Mapping[str, Any]) -> TrainReport:
    """Return how a training went, as JSON holds it."""
    return TrainReport(**{**values, "epochs": [Epoch(**epoch) for epoch in values["epochs"]]})
