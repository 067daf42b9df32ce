"""The multi-task network: one shared layer that all tasks read, and a head for each task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from omniart_model.tasks import Kind, Task


@dataclass(frozen=True)
class Spread:
    """Where numbers lie: their mean, and their standard deviation, at least a small number."""

    mean: Tensor
    deviation: Tensor

    @classmethod
    def of(cls, values: Tensor, least: float) -> "Spread":
        """Return the spread over the first axis; of nothing at all it is 0 and 1."""
        if not len(values):
            return cls(torch.zeros(values.shape[1:]), torch.ones(values.shape[1:]))
        deviation, mean = torch.std_mean(values, dim=0, correction=0)
        return cls(mean, deviation.clamp_min(least))


class Network(nn.Module):
    """A shared layer with ReLU (Strezoski & Worring 2017) and a linear head for each task.

    ``outputs`` gives each task's width: its classes, 1 for a year. ``features`` and ``years`` are
    the spreads in train; features are centred by theirs before the shared layer, and the head of a
    year predicts deviations from the mean, so that an untrained network answers the mean year and
    the steps of the optimiser are of the data's own size. Both are fixed, and saved with the
    weights. ``shared`` 0 leaves the shared layer out: a linear probe.
    """

    def __init__(
        self, tasks: Sequence[Task], outputs: Mapping[str, int], features: int, shared: int
    ) -> None:
        super().__init__()
        self.tasks = tuple(tasks)
        self.register_buffer("feature_mean", torch.zeros(features))
        self.register_buffer("feature_deviation", torch.ones(features))
        self.register_buffer("year_mean", torch.zeros(()))
        self.register_buffer("year_deviation", torch.ones(()))
        layer = nn.Sequential(nn.Linear(features, shared), nn.ReLU()) if shared else nn.Identity()
        self.shared: nn.Module = layer
        self.heads = nn.ModuleDict(
            {
                f"head_{task.word}": nn.Linear(shared or features, outputs[task.name])
                for task in tasks
            }
        )
        for task in tasks:
            if task.kind is Kind.YEAR:
                nn.init.zeros_(self._head(task).weight)
                nn.init.zeros_(self._head(task).bias)

    def settle(self, features: Spread, years: Spread) -> None:
        """Take over the spreads of train: features [F], years a scalar."""
        self.get_buffer("feature_mean").copy_(features.mean)
        self.get_buffer("feature_deviation").copy_(features.deviation)
        self.get_buffer("year_mean").copy_(years.mean)
        self.get_buffer("year_deviation").copy_(years.deviation)

    def shared_features(self, features: Tensor) -> Tensor:
        """Return what the shared layer makes of features: float [B, F] to [B, shared]."""
        centred = features.float() - self.get_buffer("feature_mean")
        shared: Tensor = self.shared(centred / self.get_buffer("feature_deviation"))
        return shared

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        """Return each task's output on features [B, F]: logits [B, C], or years [B]."""
        shared = self.shared_features(features)
        return {task.name: self._answer(task, shared) for task in self.tasks}

    def _answer(self, task: Task, shared: Tensor) -> Tensor:
        output: Tensor = self._head(task)(shared)
        if task.kind is not Kind.YEAR:
            return output
        return self.get_buffer("year_mean") + self.get_buffer("year_deviation") * output.squeeze(1)

    def _head(self, task: Task) -> nn.Linear:
        return cast("nn.Linear", self.heads[f"head_{task.word}"])  # none may be called "type"
