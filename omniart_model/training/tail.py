"""The long tail: what is done in the loss so that rare classes are not answered never."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from omniart_model.labels import Labels
from omniart_model.tasks import UNKNOWN, Kind, Task
from omniart_model.training.settings import Tail

TAU = 1.0
"""How much of the log prior is added: 1 is what makes the balanced error least (Menon et al. 2021, theorem 1)."""


@dataclass(frozen=True)
class ClassBalance:
    """What the loss of each task with one class takes from how frequent its classes are in train, float [C]."""

    weights: Mapping[str, Tensor] = field(default_factory=dict)
    log_priors: Mapping[str, Tensor] = field(default_factory=dict)

    def adjusted(self, outputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return outputs as the loss is to see them: the prior added to logits [B, C], if it is."""
        return {
            name: output + self.log_priors[name] if name in self.log_priors else output
            for name, output in outputs.items()
        }


def class_balance(
    tail: Tail,
    tasks: Sequence[Task],
    labels: Mapping[str, Labels],
    classes: Mapping[str, Sequence[str]],
    place: torch.device,
) -> ClassBalance:
    """Return what a choice of tail asks for, from the labels of train."""
    weights, log_priors = {}, {}
    for task in tasks:
        if task.kind is not Kind.ONE or tail is Tail.NONE:
            continue
        numbers = torch.from_numpy(np.asarray(labels[task.name]))
        count = len(classes[task.name])
        if tail is Tail.WEIGHTS:
            weights[task.name] = balanced_class_weights(numbers, count).to(place)
        else:
            log_priors[task.name] = (TAU * log_prior(numbers, count)).to(place)
    return ClassBalance(weights, log_priors)


def balanced_class_weights(labels: Tensor, classes: int) -> Tensor:
    """Return n / (C n_c) for each class c, float [C]: each class weighs the same in sum.

    A class without a label weighs 0; it never occurs. ``labels`` is int64 [N], UNKNOWN left out.
    """
    counts = _counts(labels, classes)
    return torch.where(counts > 0, counts.sum() / (classes * counts.clamp_min(1)), 0.0)


def log_prior(labels: Tensor, classes: int) -> Tensor:
    """Return the logarithm of each class's share, float [C]; a class without a label counts as one with one."""
    counts = _counts(labels, classes).clamp_min(1)
    return (counts / counts.sum()).log()


def _counts(labels: Tensor, classes: int) -> Tensor:
    return torch.bincount(labels[labels != UNKNOWN], minlength=classes).float()
