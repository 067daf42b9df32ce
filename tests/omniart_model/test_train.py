"""The network learns what is there to be learnt, nothing else, and the same each time."""

from collections.abc import Mapping

import numpy as np
import pytest
import torch

from omniart_model.evaluation.metrics import (
    average_precisions,
    mean_class_accuracy,
    ranks,
    top_accuracy,
    year_metrics,
)
from omniart_model.labels import Labels, SeveralLabels
from omniart_model.tasks import choose_tasks
from omniart_model.training.examples import Cached
from omniart_model.training.network import Network
from omniart_model.training.settings import TrainConfig
from omniart_model.training.train import fit, outputs

TASKS = choose_tasks(["artist", "type", "coarse_type", "material", "period"])

ARTISTS, TYPES, WIDTH = 6, 4, 48
CLASSES = {
    "artist": tuple("abcdef"),
    "type": tuple("wxyz"),
    "coarse type": tuple("uv"),
    "material": tuple("mn"),
    "period": (),
}
CONFIG = TrainConfig(shared=64, epochs=40, rate=3e-3, seed=3)


def several(truth: np.ndarray) -> SeveralLabels:
    """Return dense truth [N, C] as SeveralLabels, all known."""
    rows, numbers = np.nonzero(truth)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(truth)))])
    return SeveralLabels(offsets, numbers, np.ones(len(truth), bool), truth.shape[1])


def planted(works: int, seed: int, *, shuffled: bool = False) -> Cached:
    """Return made works whose features tell their artist, and the artist the rest, with noise.

    Shuffled, each task's labels are dealt out anew, so that features tell nothing.
    """
    chance = np.random.default_rng(seed)
    hands = np.random.default_rng(0).normal(0, 1, (ARTISTS, WIDTH))
    artist = chance.integers(0, ARTISTS, works)
    kind = (artist + (chance.random(works) < 0.1)) % TYPES
    views = hands[artist][:, None] + chance.normal(0, 0.8, (works, 2, WIDTH))
    labels: dict[str, Labels] = {
        "artist": artist,
        "type": several(np.eye(TYPES, dtype=bool)[kind]),
        "coarse type": kind % 2,
        "material": several(np.stack([artist % 2 == 0, artist > 2], axis=1)),
        "period": (1500 + 60 * artist + chance.normal(0, 5, works)).astype(np.float32),
    }
    if shuffled:
        order = chance.permutation(works)
        labels = {name: reordered(held, order) for name, held in labels.items()}
    return Cached(views.astype(np.float16), labels)


def reordered(labels: Labels, order: np.ndarray) -> Labels:
    """Return labels in another order of works."""
    return several(labels.dense(order) > 0) if isinstance(labels, SeveralLabels) else labels[order]


def figures(network: Network, test: Cached) -> Mapping[str, float]:
    """Return one figure for each task."""
    found = outputs(network, test)
    types = test.labels["type"]
    assert isinstance(types, SeveralLabels)
    artist, years = test.labels["artist"], test.labels["period"]
    coarse = test.labels["coarse type"]
    assert isinstance(coarse, np.ndarray)
    assert isinstance(artist, np.ndarray)
    assert isinstance(years, np.ndarray)
    places = ranks(found["artist"], artist.astype(np.int64))
    truth = types.dense(np.arange(len(test))) > 0
    return {
        "artist": top_accuracy(places, 1),
        "artist by class": mean_class_accuracy(places, artist.astype(np.int64)),
        "coarse type": top_accuracy(ranks(found["coarse type"], coarse.astype(np.int64)), 1),
        "type": float(np.nanmean(average_precisions(truth, found["type"]))),
        "years": year_metrics(found["period"], years)["mean_error"],
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


def test_validation_in_blocks_is_validation_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many works are evaluated at a time changes no loss."""
    config = TrainConfig(shared=16, epochs=1)
    whole = fit(TASKS, CLASSES, planted(64, 1), planted(90, 2), config)[1]

    monkeypatch.setattr("omniart_model.training.train._EVALUATED", 7)
    blocks = fit(TASKS, CLASSES, planted(64, 1), planted(90, 2), config)[1]

    assert blocks.epochs[0].validation == pytest.approx(whole.epochs[0].validation, rel=1e-4)


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
