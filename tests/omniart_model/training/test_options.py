"""What goes beyond the paper does what its authors say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from omniart_model.evaluation.resample import Resamples
from omniart_model.evaluation.score import score
from omniart_model.evaluation.truth import Truth
from omniart_model.labels import Integers, Labels
from omniart_model.training.examples import Cached
from omniart_model.training.network import Spread
from omniart_model.training.resident import Resident
from omniart_model.training.settings import Tail, TrainConfig, Weighting
from omniart_model.training.tail import class_balance, log_prior
from omniart_model.training.train import fit, outputs
from tests.omniart_model.training.made_training import ARTISTS, CLASSES, TASKS, WIDTH, planted

ARTIST = TASKS[:1]
CONFIG = TrainConfig(shared=32, epochs=30, rate=3e-3)


def long_tailed(works: int, seed: int) -> Cached:
    """Return works of six artists with hands much alike, of whom the first has most of the works."""
    chance = np.random.default_rng(seed)
    hands = np.random.default_rng(0).normal(0, 0.35, (ARTISTS, WIDTH))
    artist = chance.choice(ARTISTS, works, p=[0.75, *[0.05] * 5])
    views = hands[artist][:, None] + chance.normal(0, 1, (works, 2, WIDTH))
    return Cached(views.astype(np.float16), {"artist": artist})


def test_rare_artists_are_found_more_often() -> None:
    """By logit adjustment and by class weights alike, mean class accuracy is above that of doing nothing."""
    train, validation, test = (long_tailed(*made) for made in ((600, 1), (300, 2), (900, 4)))
    truth = Truth.of_labels(ARTIST[0], CLASSES["artist"], test.labels["artist"])

    found = {}
    for tail in Tail:
        network, _ = fit(ARTIST, CLASSES, train, validation, replace(CONFIG, tail=tail))
        scored = score(truth, [outputs(network, test)["artist"]], Resamples(len(test), times=0))
        found[tail] = scored["mean_class_accuracy"].value

    assert min(found[Tail.LOGITS], found[Tail.WEIGHTS]) > found[Tail.NONE] + 0.05


def test_the_prior_is_added_in_the_loss_alone() -> None:
    """A task with one class has the logarithm of its shares in train added; no other task has anything."""
    labels = {"artist": np.array([0, 0, 0, 2, -1]), "period": np.zeros(5, np.float32)}
    tasks = [TASKS[0], TASKS[-1]]
    place = torch.device("cpu")
    balance = class_balance(Tail.LOGITS, tasks, labels, {"artist": "abc"}, place)

    adjusted = balance.adjusted({"artist": torch.zeros(2, 3), "period": torch.ones(2)})

    shares = torch.tensor([3, 1, 1]) / 5  # the one without a work counts as if it had one
    torch.testing.assert_close(adjusted["artist"], shares.log().expand(2, 3))
    assert adjusted["period"].tolist() == [1, 1]
    assert log_prior(torch.tensor([0, 0, 0, 2, -1]), 3).exp().sum() == pytest.approx(1)


def test_uncertain_tasks_weigh_less() -> None:
    """Learnt weights fall where a task cannot be told, and rise where it is told exactly."""
    train, validation = planted(400, 1), planted(150, 2)
    noise = np.random.default_rng(5).integers(0, 2, 400)
    for side in (train, validation):
        side.labels["coarse type"] = noise[: len(side)]  # type: ignore[index]
    config = replace(CONFIG, weighting=Weighting.UNCERTAINTY)

    _, report = fit(TASKS, CLASSES, train, validation, config)

    assert report.weights["coarse type"] < report.weights["artist"]
    assert (
        report.weights["period"] < report.weights["artist"]
    )  # some years off is some units of loss


def test_equal_weights_stay_one() -> None:
    """All tasks weigh 1 throughout, and the total is the plain sum."""
    config = replace(CONFIG, epochs=2, weighting=Weighting.EQUAL)

    _, report = fit(TASKS, CLASSES, planted(64, 1), planted(64, 2), config)

    assert set(report.weights.values()) == {1.0}
    for epoch in report.epochs:
        assert epoch.total == pytest.approx(sum(epoch.validation.values()), rel=1e-5)


def test_dropout_is_chance_of_training_alone() -> None:
    """Dropout changes what is learnt, the same way for the same seed, and answers hang on no chance."""
    works = planted(64, 1), planted(64, 2)
    plain, some, again = (
        fit(TASKS, CLASSES, *works, replace(CONFIG, epochs=2, dropout=share))[0]
        for share in (0.0, 0.5, 0.5)
    )

    first, second = (network.state_dict()["shared.0.weight"] for network in (some, again))
    assert torch.equal(first, second)
    assert not torch.equal(first, plain.state_dict()["shared.0.weight"])
    answered = [outputs(some, works[1])["artist"] for _ in range(2)]
    np.testing.assert_array_equal(*answered)


@dataclass(frozen=True)
class ThroughBase:
    """Works that are seen through a base of one layer, which learns or not."""

    works: Cached
    base: nn.Linear

    @property
    def labels(self) -> Mapping[str, Labels]:
        """Return the works' labels."""
        return self.works.labels

    @property
    def views(self) -> int:
        """Return in how many views each work is seen."""
        return self.works.views

    def __len__(self) -> int:
        return len(self.works)

    def seen(self, rows: Integers, views: Integers, place: torch.device) -> Tensor:
        """Return what the base makes of the works' features."""
        seen: Tensor = self.base(self.works.seen(rows, views, place).float())
        return seen

    def spread(self) -> Spread:
        """Return the spread of the works' features."""
        return self.works.spread()


def _base() -> nn.Linear:
    base = nn.Linear(WIDTH, WIDTH)
    nn.init.eye_(base.weight)
    nn.init.zeros_(base.bias)
    base.bias.requires_grad = False
    return base


def test_a_base_that_learns_is_left_at_its_best() -> None:
    """What learns of a base moves at its own rate, and is after training as it was after the best epoch."""
    train, validation = planted(100, 1), planted(100, 2)
    config = replace(CONFIG, epochs=40, rate=3e-2, patience=4)
    bases = [_base(), _base()]

    network, report = fit(
        TASKS, CLASSES, ThroughBase(train, bases[0]), ThroughBase(validation, bases[0]), config
    )
    assert report.best < len(report.epochs)
    short = replace(config, epochs=report.best)
    same, _ = fit(
        TASKS, CLASSES, ThroughBase(train, bases[1]), ThroughBase(validation, bases[1]), short
    )

    assert torch.equal(bases[0].weight, bases[1].weight)
    assert torch.equal(
        network.state_dict()["shared.0.weight"], same.state_dict()["shared.0.weight"]
    )
    moved = (bases[0].weight - torch.eye(WIDTH)).abs().max()
    steps = report.best * 4  # of 32 works each
    assert 0 < moved < 3 * steps * config.base_rate
    assert not bases[0].bias.any()


def test_features_on_the_device_are_those_in_memory() -> None:
    """Gathered where they lie, features and spread are the same to the last bit."""
    works = planted(50, 1)
    resident = Resident.on(works, torch.device("cpu"))
    chance = np.random.default_rng(0)
    rows, views = chance.permutation(50), chance.integers(0, 2, 50)
    place = torch.device("cpu")

    assert torch.equal(resident.seen(rows, views, place), works.seen(rows, views, place))
    assert (len(resident), resident.views, resident.base) == (50, 2, None)
    assert torch.equal(resident.spread().mean, works.spread().mean)
