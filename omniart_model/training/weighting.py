"""The weights of the tasks in the total loss: by ratio and then fixed, learnt, or all alike."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from omniart_model.training.settings import Weighting

MOST_WEIGHT = 100.0


class TaskWeights(nn.Module):
    """w_i of each task; all are 1 at first.

    RATIO takes them from validation after one epoch and leaves them so. UNCERTAINTY learns them (Kendall et al. 2018):
    w_i = exp(-v_i), the total gains v_i / 2, and v_i, the logarithm of the task's variance, is learnt with the rest.
    That total is what the tasks' labels cost under the model, so that totals of two epochs can be compared.
    """

    def __init__(self, weighting: Weighting, names: Sequence[str]) -> None:
        super().__init__()
        self.weighting, self.names = weighting, tuple(names)
        self.register_buffer("fixed", torch.ones(len(self.names)))
        learnt = torch.zeros(len(self.names) if weighting is Weighting.UNCERTAINTY else 0)
        self.log_variances = nn.Parameter(learnt)

    def forward(self, losses: Tensor, processes: int = 1) -> Tensor:
        """Return this process's part of the total, a scalar, of its part of the losses s_i L_i [T]."""
        if self.weighting is not Weighting.UNCERTAINTY:
            return (self.get_buffer("fixed") * losses).sum()
        learnt = self.log_variances
        return ((-learnt).exp() * losses).sum() + learnt.sum() / (2 * processes)

    def first_epoch_done(self, validation: Mapping[str, float]) -> None:
        """Take the weights from the tasks' scaled validation losses, where they are taken so."""
        if self.weighting is Weighting.RATIO:
            weights = task_weights(validation)
            self.get_buffer("fixed").copy_(torch.tensor([weights[name] for name in self.names]))

    def total(self, losses: Mapping[str, float]) -> float:
        """Return the total of means over all works."""
        with torch.inference_mode():
            known = torch.tensor([losses[name] for name in self.names])
            return float(self(known.to(self.log_variances.device)))

    def named(self) -> dict[str, float]:
        """Return w_i by task."""
        weights = self.get_buffer("fixed")
        if self.weighting is Weighting.UNCERTAINTY:
            weights = (-self.log_variances.detach()).exp()
        return dict(zip(self.names, weights.tolist(), strict=True))


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
