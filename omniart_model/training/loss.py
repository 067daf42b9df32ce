"""The loss: a weighted, scaled sum over tasks (Strezoski & Worring 2017, eq. 2)."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from omniart_model.tasks import UNKNOWN, Kind, Task

MOST_WEIGHT = 100.0


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
    float [B] in years (NaN where unknown). The mean is over known labels; a task with none in the
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
    return {
        task.name: task.scale
        * _task_loss(
            task.kind, outputs[task.name], labels[task.name], (class_weights or {}).get(task.name)
        )
        for task in tasks
    }


def _known(kind: Kind, labels: Tensor) -> Tensor:
    """Return which works have a label, bool [B]."""
    if kind is Kind.ONE:
        return labels != UNKNOWN
    return ~torch.isnan(labels if kind is Kind.YEAR else labels[:, 0])


def _task_loss(kind: Kind, output: Tensor, labels: Tensor, class_weights: Tensor | None) -> Tensor:
    known = _known(kind, labels)
    output, labels = output[known], labels[known]
    if not len(labels):
        return output.sum()  # 0, and still a part of the graph
    if kind is Kind.ONE:
        return functional.cross_entropy(output, labels, class_weights)
    if kind is Kind.SEVERAL:
        return functional.binary_cross_entropy_with_logits(output, labels)
    return functional.l1_loss(output, labels)


def label_weight(task: Task, labels: Tensor, class_weights: Tensor | None) -> float:
    """Return what a mean over these labels weighs in a mean over more: blocks add up to the whole."""
    known = labels[_known(task.kind, labels)]
    if task.kind is Kind.ONE and class_weights is not None:
        return float(class_weights[known].sum())
    return float(len(known))


def balanced_class_weights(labels: Tensor, classes: int) -> Tensor:
    """Return n / (C n_c) for each class c, float [C]: each class weighs the same in sum.

    A class without a label weighs 0; it never occurs. ``labels`` is int64 [N], UNKNOWN left out.
    """
    counts = torch.bincount(labels[labels != UNKNOWN], minlength=classes).float()
    return torch.where(counts > 0, counts.sum() / (classes * counts.clamp_min(1)), 0.0)


def task_weights(validation: Mapping[str, float]) -> dict[str, float]:
    """Return w_i: the mean of the tasks' scaled validation losses over task i's.

    The paper says "by their ratio on the validation set" and no more; this is taken after one epoch
    at w = 1 and then fixed. A task whose loss is 0 or not known keeps 1, and none weighs more than
    MOST_WEIGHT: one that is all but solved after an epoch would else outweigh what is left to learn.
    """
    known = {name: loss for name, loss in validation.items() if loss > 0}
    mean = sum(known.values()) / max(len(known), 1)
    return {
        name: min(mean / known[name], MOST_WEIGHT) if name in known else 1.0 for name in validation
    }
