"""The loss is the paper's sum: known labels alone, scaled, weighted."""

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from omniart_model.tasks import UNKNOWN, choose_tasks
from omniart_model.training.loss import Sums, multitask_loss, scaled_losses, summed_losses
from omniart_model.training.tail import balanced_class_weights
from omniart_model.training.weighting import MOST_WEIGHT, task_weights

TASKS = choose_tasks(["artist", "type", "coarse_type", "material", "period"])

OUTPUTS = {
    "artist": torch.tensor([[2.0, 0.0], [0.0, 1.0], [0.5, 0.5]]),
    "type": torch.tensor([[1.0, -1.0], [0.0, 0.0], [3.0, 3.0]]),
    "coarse type": torch.tensor([[0.0, 2.0], [1.0, 0.0], [0.0, 0.0]]),
    "material": torch.tensor([[0.0], [1.0], [2.0]]),
    "period": torch.tensor([1500.0, 1600.0, 1700.0]),
}
NAN = math.nan
LABELS = {
    "artist": torch.tensor([0, UNKNOWN, 1]),
    "type": torch.tensor([[1.0, 0.0], [NAN, NAN], [1.0, 1.0]]),
    "coarse type": torch.tensor([1, 0, UNKNOWN]),
    "material": torch.tensor([[NAN], [NAN], [NAN]]),
    "period": torch.tensor([1510.0, NAN, 1670.0]),
}


def test_each_loss_is_over_known_labels() -> None:
    """Unknown labels change nothing; a task without a known label adds 0; years are divided by ten."""
    losses = scaled_losses(OUTPUTS, LABELS, TASKS)

    known = [0, 2]
    artist = functional.cross_entropy(OUTPUTS["artist"][known], LABELS["artist"][known])
    types = functional.binary_cross_entropy_with_logits(
        OUTPUTS["type"][known], LABELS["type"][known]
    )
    assert losses["artist"] == pytest.approx(float(artist))
    assert losses["type"] == pytest.approx(float(types))
    coarse = functional.cross_entropy(OUTPUTS["coarse type"][:2], LABELS["coarse type"][:2])
    assert losses["coarse type"] == pytest.approx(float(coarse))
    assert losses["material"] == 0
    assert losses["period"] == pytest.approx((10 + 30) / 2 / 10)


def test_the_sum_is_weighted() -> None:
    """The total is the sum of w_i s_i L_i; a task without a weight has 1."""
    losses = scaled_losses(OUTPUTS, LABELS, TASKS)

    total = multitask_loss(OUTPUTS, LABELS, TASKS, {"period": 3.0})

    expected = losses["artist"] + losses["type"] + losses["coarse type"] + 3 * losses["period"]
    assert float(total) == pytest.approx(float(expected))


def test_nothing_known_still_has_a_gradient() -> None:
    """A batch without any label gives a loss of 0 and gradients of 0, not NaN."""
    output = torch.ones(2, 3, requires_grad=True)

    multitask_loss(
        {"artist": output}, {"artist": torch.tensor([UNKNOWN, UNKNOWN])}, TASKS[:1]
    ).backward()

    assert output.grad is not None
    assert output.grad.abs().sum() == 0


def test_classes_weigh_the_same_in_sum() -> None:
    """Three works of one class and one of another: each class weighs 2 in sum, an absent one 0."""
    labels = torch.tensor([0, 0, 0, 1, UNKNOWN])

    weights = balanced_class_weights(labels, 3)

    assert weights.tolist() == pytest.approx([4 / 9, 4 / 3, 0])


def test_task_weights_bring_the_losses_to_one_size() -> None:
    """w_i L_i is the mean loss for every task; a solved task weighs 1, an all but solved one the most."""
    weights = task_weights({"artist": 4.0, "type": 1.0, "period": 1.0, "material": 0.0})

    assert weights == {"artist": 0.5, "type": 2.0, "period": 2.0, "material": 1.0}
    assert task_weights({"artist": 4.0, "type": 1e-9})["type"] == MOST_WEIGHT


@settings(deadline=None)
@given(st.integers(0, 999), st.lists(st.integers(0, 11), max_size=4))
def test_parts_add_up_to_the_whole(seed: int, cuts: list[int]) -> None:
    """However works are divided, also into parts without a label, sums over the parts give the mean over all."""
    chance = torch.Generator().manual_seed(seed)
    outputs = {
        name: torch.randn(12, *part.shape[1:], generator=chance) for name, part in OUTPUTS.items()
    }
    rows = torch.randint(0, 3, (12,), generator=chance)
    labels = {name: part[rows] for name, part in LABELS.items()}
    class_weights = {"artist": torch.tensor([0.2, 3.0])}

    whole = scaled_losses(outputs, labels, TASKS, class_weights)
    edges = [0, *sorted(cuts), 12]
    parts = [
        summed_losses(
            {name: part[start:end] for name, part in outputs.items()},
            {name: part[start:end] for name, part in labels.items()},
            TASKS,
            class_weights,
        )
        for start, end in pairwise(edges)
    ]

    added = Sums(
        torch.stack([part.losses for part in parts]).sum(0),
        torch.stack([part.weights for part in parts]).sum(0),
    )
    torch.testing.assert_close(added.means(), torch.stack(list(whole.values())))


def test_years_over_bins_are_scaled_by_nothing() -> None:
    """Where a year is a distribution, the loss is the cross-entropy with the shares, over known years."""
    logits = torch.tensor([[2.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 3.0, 0.0]])
    shares = torch.tensor([[0.0, 0.0, 1.0], [NAN, NAN, NAN], [0.25, 0.75, 0.0]])

    loss = scaled_losses({"period": logits}, {"period": shares}, TASKS[-1:])["period"]

    known = torch.tensor([0, 2])
    assert float(loss) == pytest.approx(
        float(functional.cross_entropy(logits[known], shares[known])), rel=1e-6
    )
