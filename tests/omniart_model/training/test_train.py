"""The network learns what is there to be learnt, nothing else, and the same each time."""

from collections.abc import Mapping

import numpy as np
import pytest
import torch

from omniart_model.evaluation.resample import Resamples
from omniart_model.evaluation.score import score
from omniart_model.evaluation.truth import Truth
from omniart_model.training.examples import Cached
from omniart_model.training.network import Network
from omniart_model.training.settings import Schedule, TrainConfig
from omniart_model.training.train import fit, outputs
from schemas.errors import ModelError
from tests.omniart_model.training.made_training import ARTISTS, CLASSES, TASKS, WIDTH, planted

CONFIG = TrainConfig(shared=64, epochs=40, rate=3e-3, seed=3)


def figures(network: Network, test: Cached) -> Mapping[str, float]:
    """Return one figure for each task."""
    found = outputs(network, test)
    scored = {
        task.name: score(
            Truth.of_labels(task, CLASSES[task.name], test.labels[task.name]),
            [found[task.name]],
            Resamples(len(test), times=0),
        )
        for task in TASKS
        if task.name in test.labels
    }
    return {
        "artist": scored["artist"]["top1"].value,
        "artist by class": scored["artist"]["mean_class_accuracy"].value,
        "coarse type": scored["coarse type"]["top1"].value,
        "type": scored["type"]["map_class"].value,
        "years": scored["period"]["mean_error"].value,
    }


def test_planted_truth_is_learnt() -> None:
    """All tasks at once are learnt from features that tell them."""
    network, report = fit(TASKS, CLASSES, planted(600, 1), planted(200, 2), CONFIG)

    found = figures(network, planted(300, 4))

    assert found["artist"] > 0.9
    assert found["type"] > 0.85
    assert found["coarse type"] > 0.85
    assert found["years"] < 20
    assert set(report.weights) == set(CLASSES)


def test_shuffled_labels_fall_to_the_prior() -> None:
    """With labels dealt out at random every figure is that of chance: nothing leaks."""
    train, validation = planted(600, 1, shuffled=True), planted(200, 2, shuffled=True)
    network, _ = fit(TASKS, CLASSES, train, validation, CONFIG)

    found = figures(network, planted(300, 4, shuffled=True))

    assert found["artist"] == pytest.approx(1 / ARTISTS, abs=0.08)
    assert found["artist by class"] == pytest.approx(1 / ARTISTS, abs=0.08)
    assert found["type"] == pytest.approx(0.25, abs=0.1)
    assert found["coarse type"] == pytest.approx(0.5, abs=0.15)
    assert found["years"] > 80  # the median's own mean error is 90


def test_the_same_seed_is_the_same_network() -> None:
    """Trained twice, all weights are equal to the last bit; another seed gives others."""
    train, validation = planted(200, 1), planted(80, 2)
    config = TrainConfig(shared=32, epochs=4)

    states = [
        fit(TASKS, CLASSES, train, validation, TrainConfig(shared=32, epochs=4, seed=seed))[0]
        for seed in (config.seed, config.seed, config.seed + 1)
    ]

    first, again, other = (network.state_dict() for network in states)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["shared.0.weight"], other["shared.0.weight"])


def test_training_leaves_the_callers_chance_alone() -> None:
    """The global random state of torch is as before."""
    torch.manual_seed(5)
    before = torch.random.get_rng_state()

    fit(TASKS, CLASSES, planted(64, 1), planted(64, 2), TrainConfig(shared=8, epochs=1))

    assert torch.equal(before, torch.random.get_rng_state())


def test_the_best_epoch_is_kept() -> None:
    """The network returned has the least validation loss of the curve, and training stops after it."""
    config = TrainConfig(shared=64, epochs=60, rate=3e-2, patience=4)
    report = fit(TASKS, CLASSES, planted(100, 1), planted(100, 2), config)[1]

    losses = [epoch.total for epoch in report.epochs]
    assert len(losses) < 60
    assert report.best == int(np.argmin(losses)) + 1
    assert len(losses) == report.best + config.patience


def test_an_untrained_network_answers_the_mean_year() -> None:
    """Before a step is made, the year is that of train's mean: shapes are [B, C] and [B]."""
    network, _ = fit(
        TASKS, CLASSES, planted(64, 1), planted(64, 2), TrainConfig(shared=8, epochs=1, rate=0.0)
    )
    years = planted(64, 1).labels["period"]
    assert isinstance(years, np.ndarray)

    answers = network(torch.zeros(3, WIDTH))

    assert answers["artist"].shape == (3, ARTISTS)
    assert answers["period"].tolist() == pytest.approx([float(years.mean())] * 3, rel=1e-6)


def test_without_a_shared_layer_it_is_a_linear_probe() -> None:
    """``shared`` 0 reads the features directly, and learns too."""
    config = TrainConfig(shared=0, epochs=30, rate=1e-2)
    network, _ = fit(TASKS, CLASSES, planted(600, 1), planted(200, 2), config)

    assert not any(name.startswith("shared") for name in network.state_dict())
    assert figures(network, planted(300, 4))["artist"] > 0.85


@pytest.mark.parametrize("schedule", Schedule)
def test_a_training_that_diverges_is_an_error(schedule: Schedule) -> None:
    """A loss that is no number any more ends the training with what to do, and never as a network."""
    config = TrainConfig(shared=8, epochs=3, rate=1e30, schedule=schedule)

    with pytest.raises(ModelError, match="diverged in epoch 1: give a lower --rate"):
        fit(TASKS, CLASSES, planted(64, 1), planted(32, 2), config)
