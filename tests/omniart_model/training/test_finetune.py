"""Training through the base is training from the cache while the base is frozen, and more when it learns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from omniart_data.release import Release
from omniart_model.bases import torchvision_bases
from omniart_model.bases.frozen import FrozenBase, load_base
from omniart_model.bases.last_stage import last_stage
from omniart_model.bases.table import BASES, View
from omniart_model.bases.weights import find_weights
from omniart_model.features.cache import FeatureCache
from omniart_model.features.extract import extract_features
from omniart_model.labels import Labels, labels_to_learn
from omniart_model.tasks import choose_tasks
from omniart_model.training.answers import answers
from omniart_model.training.checkpoint import read_checkpoint, save_checkpoint
from omniart_model.training.examples import Cached
from omniart_model.training.finetune import Learner, Pictured
from omniart_model.training.network import Network
from omniart_model.training.pictured import Pictures, pictures_of
from omniart_model.training.predict import answer_pictures, with_what_it_learnt
from omniart_model.training.settings import Finetune, TrainConfig, TrainReport, Weighting
from omniart_model.training.train import fit
from omniart_model.works import class_index, in_split, pictured_works, texts
from schemas.errors import ModelError, UsageError

CPU = torch.device("cpu")
TASKS = choose_tasks(["artist", "type", "material", "period"])
BASE = replace(BASES["efficientnet-lite0"], size_px=64, short_side_px=72)
"""The real base with its real weights, on small pictures: a tenth of the time."""

CONFIG = TrainConfig(
    shared=32, epochs=7, batch=8, rate=1e-3, base_rate=2e-4, weighting=Weighting.EQUAL, seed=4
)


@dataclass(frozen=True)
class Room:
    """A made release, the base, its features, and the first works of each split."""

    release: Release
    base: FrozenBase
    cache: FeatureCache
    pictures: Pictures
    classes: dict[str, tuple[str, ...]]
    names: dict[str, list[str]]
    labels: dict[str, dict[str, Labels]]

    def cached(self, split: str) -> Cached:
        """Return works with features from the cache."""
        return Cached(self.cache.read(self.names[split])[0], self.labels[split])

    def pictured(self, split: str, learner: Learner) -> Pictured:
        """Return works with their pictures."""
        return Pictured.of(self.pictures, self.names[split], self.cached(split), learner)

    def trained(
        self, how: Finetune, config: TrainConfig = CONFIG, among: Sequence[str] = ("train",)
    ) -> tuple[Network, TrainReport, Learner]:
        """Return what came of a training through the base."""
        learner = Learner(self.base, how, CPU)
        sides = (self.pictured(split, learner) for split in (among[0], among[-1]))
        return *fit(TASKS, self.classes, *sides, replace(config, finetune=how)), learner


WORKS = {"train": 24, "validation": 8, "test": 12}


@pytest.fixture(scope="module")
def room(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Return a few dozen works of the made release."""
    works = pictured_works(release)
    classes = {task.name: class_index(release, works, task) for task in TASKS}
    sides = {split: in_split(works, split).slice(0, count) for split, count in WORKS.items()}
    weights = find_weights(BASE, Path())
    base = load_base(BASE, weights)
    cache = FeatureCache(tmp_path_factory.mktemp("features"), BASE, weights.sha256)
    names = {split: texts(side["image_sha256"]) for split, side in sides.items()}
    labels = {
        split: {task.name: labels_to_learn(side, task, classes[task.name]) for task in TASKS}
        for split, side in sides.items()
    }
    wanted = [name for some in names.values() for name in some]
    extract_features(release, cache, base)
    with pictures_of(release, wanted, BASE) as pictures:
        yield Room(release, base, cache, pictures, classes, names, labels)


def test_frozen_is_training_from_the_cache(room: Room) -> None:
    """Over 21 steps each epoch's losses, and the network in the end, are those of training from the cache."""
    config = replace(CONFIG, weighting=Weighting.RATIO)
    cached = (room.cached("train"), room.cached("validation"))
    network, report = fit(TASKS, room.classes, *cached, config)

    through, told, learner = room.trained(Finetune.NONE, config, ("train", "validation"))

    assert len(told.epochs) * -(-told.train // told.batch) == 21
    for mine, theirs in zip(told.epochs, report.epochs, strict=True):
        assert mine.train == pytest.approx(theirs.train, rel=1e-4)
        assert mine.total == pytest.approx(theirs.total, rel=1e-4)
    for name, tensor in through.state_dict().items():
        torch.testing.assert_close(tensor, network.state_dict()[name], rtol=1e-4, atol=1e-6)
    assert learner.base is None


def test_frozen_features_are_the_caches(room: Room) -> None:
    """In every view, and whatever the company, they are the same to the last bit."""
    works = replace(room.pictured("test", Learner(room.base, Finetune.NONE, CPU)), known=None)
    rows = np.array([5, 0, 11, 5, 3, 7, 2, 1, 4, 6])
    views = np.arange(10) % 2

    seen = works.seen(rows, views, CPU)

    assert torch.equal(seen, room.cached("test").seen(rows, views, CPU))
    assert works.seen(rows[:0], views[:0], CPU).shape == (0, BASE.features)
    spread, expected = works.spread(), room.cached("test").spread()
    torch.testing.assert_close(spread.mean, expected.mean)
    torch.testing.assert_close(spread.deviation, expected.deviation)


def test_the_last_stage_learns_and_nothing_else(room: Room) -> None:
    """Training loss falls below that with a frozen base; all but the last stage is as it was, bit for bit."""
    before = {name: tensor.clone() for name, tensor in room.base.state_dict().items()}
    _, frozen, _ = room.trained(Finetune.NONE)
    _, tuned, learner = room.trained(Finetune.LAST)

    assert (
        tuned.epochs[-1].total < 0.75 * frozen.epochs[-1].total
    )  # the mean over train: it is both sides
    stage = tuple(f"network.{name}." for name in last_stage(room.base.network))
    for name, tensor in learner.network.state_dict().items():
        assert torch.equal(tensor, before[name]) != name.startswith(stage), name
    assert all(torch.equal(now, before[name]) for name, now in room.base.state_dict().items())


def test_all_of_the_base_can_learn(room: Room) -> None:
    """Every tensor of the base that has a part in its answer moves."""
    _, _, learner = room.trained(Finetune.ALL, replace(CONFIG, epochs=1))

    was = dict(room.base.named_parameters())
    for name, tensor in learner.network.named_parameters():
        assert not torch.equal(tensor, was[name]), name


def test_a_checkpoint_has_what_the_base_learnt(room: Room, tmp_path: Path) -> None:
    """Loaded without pickle into another base of the same weights, it answers as the network did when training ended."""
    network, report, learner = room.trained(Finetune.LAST, replace(CONFIG, epochs=2))
    told = answers(network, room.pictured("test", learner))
    config = replace(CONFIG, finetune=Finetune.LAST)
    key = room.cache.key
    save_checkpoint(
        tmp_path,
        network,
        room.classes,
        room.release,
        features=key,
        config=config,
        report=report,
        base=learner.base,
    )

    checkpoint, other = read_checkpoint(tmp_path), load_base(BASE, find_weights(BASE, Path()))
    of_its_own = with_what_it_learnt(checkpoint, room.cache, other)
    places = room.pictures.places(room.names["test"])
    seen = room.pictures.seen(places, [View.ORIGINAL] * len(places))
    again = answer_pictures(checkpoint, BASE, other, list(seen[:, None]))

    assert sorted(path.suffix for path in tmp_path.iterdir()) == [
        ".json",
        ".safetensors",
        ".safetensors",
    ]
    assert of_its_own.folder != room.cache.folder
    for task in TASKS:
        np.testing.assert_array_equal(again.scores[task.name], told.scores[task.name])


def test_a_way_back_that_is_gone_twice_is_the_same(room: Room) -> None:
    """A batch that is larger than what is remembered at a time has the gradient of all its pictures."""
    rows, views = np.arange(6), np.array([0, 1] * 3)
    gradients = []
    for together in (6, 4):
        learner = Learner(room.base, Finetune.LAST, CPU)
        learner._together = together
        features = room.pictured("train", learner).seen(rows, views, CPU)
        features.square().mean().backward()
        gradients.append({n: p.grad for n, p in learner.network.named_parameters()})

    for name, gradient in gradients[0].items():
        if gradient is not None:
            torch.testing.assert_close(gradients[1][name], gradient, rtol=1e-3, atol=1e-6)
    assert sum(gradient is not None for gradient in gradients[0].values()) >= 8


@pytest.mark.parametrize("kept", [0, 3])
def test_pictures_beyond_the_memory_are_the_same(room: Room, kept: int) -> None:
    """Decoded anew each time, ahead or not, or kept decoded: what is seen is the same, in any order."""
    names = room.names["test"]
    bound = kept * 3 * BASE.size_px**2
    views = [View.MIRRORED, View.ORIGINAL] * 6
    places = room.pictures.places(names)
    expected = room.pictures.seen(places, views)

    with pictures_of(room.release, names, BASE, most_bytes=bound) as pictures:
        assert pictures.kept == kept
        mine = pictures.places(names)
        pictures.coming(mine[:5])
        for _ in range(2):
            np.testing.assert_array_equal(pictures.seen(mine, views), expected)
        assert pictures._coming == {}


def test_a_picture_that_is_not_at_hand_ends_training(room: Room, unpictured: Release) -> None:
    """One line names it and says what to give."""
    names = texts(pictured_works(unpictured)["image_sha256"])[:3]

    with (
        pytest.raises(ModelError, match=r"3 pictures are not at hand.*--workspace"),
        pictures_of(unpictured, names, BASE),
    ):
        pytest.fail("there are no pictures to learn from")


def _of_torchvision(name: str) -> nn.Module:
    with torch.device("meta"):
        return torchvision_bases.without_last(torchvision_bases.build(BASES[name]), name)


def test_last_stages(room: Room) -> None:
    """They are what one would name, family by family."""
    found = {name: last_stage(_of_torchvision(name)) for name in ("resnet50", "vgg16", "swin_b")}

    assert found == {
        "resnet50": ("layer4",),
        "vgg16": ("classifier.0", "classifier.3"),
        "swin_b": ("features.7", "norm"),
    }
    assert last_stage(_of_torchvision("inception_v3")) == ("Mixed_7a", "Mixed_7b", "Mixed_7c")
    assert last_stage(room.base.network) == ("network._blocks.15", "network._conv_head")


def test_a_base_without_parameters_cannot_learn() -> None:
    """Pixels have no stage, and a clear line says so."""
    pixels = load_base(BASES["pixels"], find_weights(BASES["pixels"], Path()))

    with pytest.raises(UsageError, match="nothing to learn"):
        Learner(pixels, Finetune.ALL, CPU)
