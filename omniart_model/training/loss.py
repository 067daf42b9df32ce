"""The loss: a weighted, scaled sum over tasks (Strezoski & Worring 2017, eq. 2).

A mean is kept as a sum and what it is divided by, so that parts of a batch, in blocks or in several
processes, add up to the mean over all of it exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from omniart_model.tasks import UNKNOWN, Kind, Task

_TINY = 1e-12  # divides where nothing is known: 0 / _TINY is the 0 that such a task adds


@dataclass(frozen=True)
class Sums:
    """The tasks' scaled losses summed over known labels, and the labels' weights summed: float [T] each."""

    losses: Tensor
    weights: Tensor

    def means(self) -> Tensor:
        """Return s_i L_i of each task, [T]; 0 where nothing is known."""
        return self.losses / self.weights.clamp_min(_TINY)


def multitask_loss(
    outputs: Mapping[str, Tensor],
    labels: Mapping[str, Tensor],
    tasks: Sequence[Task],
    weights: Mapping[str, float] | None = None,
    class_weights: Mapping[str, Tensor] | None = None,
) -> Tensor:
    """Return the weighted, scaled sum of the tasks' mean losses, a scalar.

    ``outputs[task]`` is float [B, C], or [B] for a year; ``labels[task]`` is int64 [B] (one class,
    UNKNOWN where there is none), float [B, C] of 0 and 1 (several; NaN throughout where unknown) or
    float [B] in years (NaN where unknown). A year may also be a distribution over bins: logits [B, C], and shares
    [B, C] that add up to 1 (NaN throughout where unknown). The mean is over known labels; a task with none in the
    batch adds 0, where ``reduction="mean"`` would add NaN. ``weights`` are w, 1 where not given.
    """
    scaled = scaled_losses(outputs, labels, tasks, class_weights)
    weights = weights or {}
    return torch.stack([weights.get(name, 1.0) * loss for name, loss in scaled.items()]).sum()


def scaled_losses(
    outputs: Mapping[str, Tensor],
    labels: Mapping[str, Tensor],
    tasks: Sequence[Task],
    class_weights: Mapping[str, Tensor] | None = None,
) -> dict[str, Tensor]:
    """Return s_i L_i of each task, scalars; arguments as for ``multitask_loss``."""
    means = summed_losses(outputs, labels, tasks, class_weights).means()
    return {task.name: mean for task, mean in zip(tasks, means.unbind(), strict=True)}


def summed_losses(
    outputs: Mapping[str, Tensor],
    labels: Mapping[str, Tensor],
    tasks: Sequence[Task],
    class_weights: Mapping[str, Tensor] | None = None,
) -> Sums:
    """Return s_i L_i of each task as sums; arguments as for ``multitask_loss``.

    Nothing here waits for a GPU: unknown labels are weighed by 0, not picked out.
    """
    losses, weights = [], []
    for task in tasks:
        output, known = outputs[task.name], labels[task.name]
        if task.kind is Kind.ONE:
            loss, weight = _one_class(output, known, (class_weights or {}).get(task.name))
        elif task.kind is Kind.SEVERAL:
            loss, weight = _several_classes(output, known)
        elif output.dim() == 2:
            loss, weight = _bins(output, known)
        else:
            loss, weight = _years(output, known)
            loss = (
                task.scale * loss
            )  # s brings years down to the size of the others, which are nats already
        losses.append(loss)
        weights.append(weight)
    return Sums(torch.stack(losses), torch.stack(weights).detach())


def _one_class(output: Tensor, labels: Tensor, weights: Tensor | None) -> tuple[Tensor, Tensor]:
    loss = functional.cross_entropy(output, labels, weights, ignore_index=UNKNOWN, reduction="sum")
    known = (labels != UNKNOWN).to(output.dtype)
    if weights is not None:
        known = known * weights[labels.clamp_min(0)]
    return loss, known.sum()


def _several_classes(output: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Return the sum of each work's mean over classes, and the number of works."""
    known = (~torch.isnan(labels[:, :1])).to(output.dtype)
    loss = functional.binary_cross_entropy_with_logits(
        output, labels.nan_to_num(0.0), weight=known, reduction="sum"
    )
    return loss / max(output.shape[1], 1), known.sum()


def _bins(output: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
    """Return the cross-entropy with shares of the bins: Kullback-Leibler, and a constant."""
    known = (~torch.isnan(shares[:, 0])).to(output.dtype)
    return -(shares.nan_to_num(0.0) * output.log_softmax(dim=1)).sum(), known.sum()


def _years(output: Tensor, years: Tensor) -> tuple[Tensor, Tensor]:
    known = (~torch.isnan(years)).to(output.dtype)
    return ((output - years.nan_to_num(0.0)).abs() * known).sum(), known.sum()
