"""Planted truth: learning together helps where the tasks have something in common, and nothing comes of nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from omniart_data.release import Release
from omniart_model.baselines.study import Side, Study, open_study
from omniart_model.bases.table import BASES
from omniart_model.evaluation.resample import Resamples
from omniart_model.evaluation.score import score
from omniart_model.evaluation.truth import Truth, some_of
from omniart_model.features.cache import FeatureCache
from omniart_model.labels import Floats, Labels, SeveralLabels
from omniart_model.tasks import UNKNOWN, Task, choose_tasks
from omniart_model.training.examples import Cached
from omniart_model.training.network import Network
from omniart_model.training.settings import Tail, TrainConfig, Weighting
from omniart_model.training.train import fit, outputs
from omniart_model.works import texts
from tests.omniart_model.training.made_training import several

TASKS = choose_tasks(["artist", "type", "material", "period"])
MAIN = {"artist": "top1", "type": "map_class", "material": "map_class", "period": "mean_error"}
HIDDEN, WIDTH = 3, 10
CLASSES = {
    "artist": tuple("abcdefgh"),
    "type": tuple("abcdef"),
    "material": tuple("abcdef"),
    "period": (),
}
SEEDS = 5
FEW = 40
"""Works that a task is known of, where it is taught little."""

CONFIG = TrainConfig(
    shared=32,
    epochs=14,
    rate=1e-2,
    batch=32,
    weighting=Weighting.EQUAL,
    tail=Tail.NONE,
    patience=14,
)
ALONE = replace(CONFIG, epochs=60, patience=20)
"""A single-task network sees few works in an epoch, and is given the more of them: validation stops it in time."""


def linked(works: int, seed: int) -> Cached:
    """Return works of which three hidden facts say everything, each whether two of ten features agree in sign.

    No feature tells anything by itself: which pairs matter is what the tasks have in common. An artist is a
    combination of the three, types and materials are one or two of them, and the year adds them up.
    """
    chance = np.random.default_rng(seed)
    signs = chance.choice([-1.0, 1.0], (works, WIDTH))
    features = signs + chance.normal(0, 0.3, (works, WIDTH))
    facts = np.stack([signs[:, 2 * i] * signs[:, 2 * i + 1] > 0 for i in range(HIDDEN)], axis=1)
    pairs = [(0, 1), (0, 2), (1, 2)]
    both = [facts[:, i] & facts[:, j] for i, j in pairs]
    neither = [~facts[:, i] & ~facts[:, j] for i, j in pairs]
    labels: dict[str, Labels] = {
        "artist": facts @ (1 << np.arange(HIDDEN)),
        "type": several(np.concatenate([facts, ~facts], axis=1)),
        "material": several(np.stack([*both, *neither], axis=1)),
        "period": (1500 + facts @ [100, 100, 100]).astype(np.float32),
    }
    return Cached(features[:, None].astype(np.float16), labels)


def known_of_few(labels: Labels) -> Labels:
    """Return labels that are known of the first works alone."""
    if isinstance(labels, SeveralLabels):
        first = several(labels.dense(np.arange(FEW)) > 0)
        works = len(labels.known)
        offsets = np.concatenate([first.offsets, np.full(works - FEW, first.offsets[-1])])
        return SeveralLabels(offsets, first.classes, np.arange(works) < FEW, labels.count)
    held = np.array(labels)
    held[FEW:] = UNKNOWN if held.dtype.kind == "i" else np.nan
    return held


def first_few(labels: Labels) -> Labels:
    """Return the labels of the first works."""
    if isinstance(labels, SeveralLabels):
        return several(labels.dense(np.arange(FEW)) > 0)
    return np.array(labels)[:FEW]


def figure(task: Task, network: Network, test: Cached) -> float:
    """Return the task's main metric."""
    truth = Truth.of_labels(task, CLASSES[task.name], test.labels[task.name])
    found = score(truth, [outputs(network, test)[task.name]], Resamples(len(test), times=0))
    return found[MAIN[task.name]].value


@pytest.fixture(scope="module")
def gains() -> Mapping[str, Floats]:
    """Return by task and seed what a multi-task network has more than a single-task one, of a task known of few works.

    Two tasks are known of few at a time, and the other two of all: these are what there is to learn from together.
    """
    found: dict[str, list[float]] = {task.name: [] for task in TASKS}
    for seed in range(SEEDS):
        train, validation, test = (
            linked(*made) for made in ((800, 3 * seed), (100, 3 * seed + 1), (1_000, 3 * seed + 2))
        )
        for taught_little in (TASKS[::3], TASKS[1:3]):
            labels = {
                **train.labels,
                **{t.name: known_of_few(train.labels[t.name]) for t in taught_little},
            }
            taught = Cached(train.features, labels)
            together, _ = fit(TASKS, CLASSES, taught, validation, replace(CONFIG, seed=seed))
            for task in taught_little:
                own = Cached(train.features[:FEW], {task.name: first_few(train.labels[task.name])})
                alone, _ = fit([task], CLASSES, own, validation, replace(ALONE, seed=seed))
                found[task.name].append(figure(task, together, test) - figure(task, alone, test))
    return {name: np.array(gained) for name, gained in found.items()}


@pytest.mark.parametrize(
    ("name", "margin"), [("artist", 0.1), ("type", 0.3), ("material", 0.4), ("period", -8.0)]
)
def test_what_tasks_have_in_common_is_learnt_together(
    gains: Mapping[str, Floats], name: str, margin: float
) -> None:
    """Of a task that few works teach the multi-task network knows more, seed by seed and beyond a margin on average.

    The margin lies outside Student's 95 % interval of the mean over seeds.
    """
    gained = gains[name] * np.sign(margin)
    half = 2.776 * gained.std(ddof=1) / np.sqrt(SEEDS)  # t for 4 degrees of freedom

    assert gained.min() > 0
    assert gained.mean() - half > abs(margin)


WORKS = 480
TINY = replace(BASES["efficientnet-lite0"], name="tiny", features=24)
_DRAWN = 99
"""Orders of the true labels by chance that a figure is compared with."""

_DEVIATIONS = 4.0
"""A figure of chance lies within so many of its standard deviations: beyond are 6 in 100,000 of a normal one."""


@dataclass(frozen=True)
class ByChance:
    """A figure, and what the same answers get if the truth is dealt out anew: the mean and its standard deviation."""

    value: float
    mean: float
    deviation: float

    @property
    def away(self) -> float:
        """Return how far the figure is from chance, in standard deviations."""
        return abs(self.value - self.mean) / self.deviation


@dataclass(frozen=True)
class Learnt:
    """A study of a made release, and the network that was learnt for it."""

    study: Study
    network: Network

    def figures(self, side: Side) -> Mapping[str, Mapping[str, ByChance]]:
        """Return every metric of each task that chance can change."""
        found = outputs(self.network, self.study.examples(side))
        return {task.name: self._by_chance(task, side, found[task.name]) for task in TASKS}

    def _by_chance(self, task: Task, side: Side, answers: Floats) -> Mapping[str, ByChance]:
        truth, chance = self.study.truth(task, side), np.random.default_rng(9)
        orders = [chance.permutation(len(side)) for _ in range(_DRAWN)]
        drawn = [figures_of(some_of(truth, order), answers) for order in orders]
        held = {}
        for name, value in figures_of(truth, answers).items():
            dealt = np.array([one[name] for one in drawn])
            if dealt.std() > 0:
                held[name] = ByChance(value, float(dealt.mean()), float(dealt.std(ddof=1)))
        return held


def figures_of(truth: Truth, answers: Floats) -> Mapping[str, float]:
    """Return every metric's value."""
    scored = score(truth, [answers], Resamples(len(answers), times=0))
    return {name: measured.value for name, measured in scored.items()}


def learnt(folder: Path, made: ModuleType, *, shuffled: bool) -> Learnt:
    """Learn from a made release whose features tell a work's labels, or those of another work, dealt out by chance."""
    release: Release = made.made_release(
        folder / "releases" / "omniart-1.0.0", WORKS, pictures="kept out"
    )
    cache = FeatureCache(folder, TINY, "00")
    works = release.table(columns=["id", "image_sha256", "artist", "coarse_type"])
    chance = np.random.default_rng(3)
    _, artist = np.unique(texts(works["artist"]), return_inverse=True)
    _, kind = np.unique(texts(works["coarse_type"]), return_inverse=True)
    told = np.concatenate([np.eye(4)[artist], np.eye(2)[kind]], axis=1) @ chance.normal(
        0, 1, (6, TINY.features)
    )
    if shuffled:
        told = told[chance.permutation(len(told))]
    features = told[:, None] + chance.normal(0, 0.5, (len(told), 1, TINY.features)).repeat(2, 1)
    cache.add(texts(works["image_sha256"]), features.astype(np.float16))
    study = open_study(release, choose_tasks([task.word for task in TASKS]), cache)
    config = TrainConfig(shared=128, epochs=20, patience=20, rate=5e-3)
    network, _ = fit(
        TASKS, study.classes, study.examples(study.train), study.examples(study.train), config
    )
    return Learnt(study, network)


def expected_precision(labels: SeveralLabels) -> float:
    """Return the mean over classes of the average precision of n works in an order by chance.

    With m works of a class it is (H_n + (n - H_n) (m - 1) / (n - 1)) / n, H_n = 1 + 1/2 + ... + 1/n: the class's frequency, and
    a little more as the first work of it is always a hit.
    """
    counts = np.bincount(labels.classes, minlength=labels.count).astype(float)
    works = len(labels.known)
    harmonic = (1 / np.arange(1, works + 1)).sum()
    each = (harmonic + (works - harmonic) * (counts - 1) / (works - 1)) / works
    return float(each[counts > 0].mean())


@pytest.fixture(scope="module")
def of_shuffled(tmp_path_factory: pytest.TempPathFactory, made: ModuleType) -> Learnt:
    """Return what is learnt of shuffled labels."""
    return learnt(tmp_path_factory.mktemp("shuffled"), made, shuffled=True)


def test_of_shuffled_labels_nothing_is_known(of_shuffled: Learnt) -> None:
    """Every metric of every task is within chance on test, though train was learnt by heart: nothing leaks.

    The release, its splits, the features and the study are the real ones. Train, which was seen, is far from chance, so
    that a work of test among those of train would be found out.
    """
    found = of_shuffled

    on_test, on_train = found.figures(found.study.test), found.figures(found.study.train)

    for task in TASKS:
        assert len(on_test[task.name]) >= 3
        assert max(one.away for one in on_test[task.name].values()) < _DEVIATIONS, task.name
        assert on_train[task.name][MAIN[task.name]].away > 2 * _DEVIATIONS, task.name


def test_chance_is_the_prior(of_shuffled: Learnt) -> None:
    """What chance gives is what is reckoned: the classes' frequencies, and no less than the median year's error."""
    found, study, test = of_shuffled, of_shuffled.study, of_shuffled.study.test

    chance = found.figures(test)

    sure = _DEVIATIONS / np.sqrt(_DRAWN)
    for task in TASKS[1:3]:
        precision, labels = chance[task.name]["map_class"], study.truth(task, test).labels
        assert isinstance(labels, SeveralLabels)
        assert abs(precision.mean - expected_precision(labels)) < sure * precision.deviation
    artists = np.array(study.truth(TASKS[0], test).labels)
    answered = outputs(found.network, study.examples(test))["artist"].argmax(1)
    top1 = chance["artist"]["top1"]
    agree = sum((artists == number).mean() * (answered == number).mean() for number in range(4))
    assert abs(top1.mean - agree) < sure * top1.deviation
    years = study.truth(TASKS[3], test)
    error = chance["period"]["mean_error"]
    middle = np.full(len(test), np.median(np.asarray(years.labels)), np.float32)
    assert error.value > figures_of(years, middle)["mean_error"] - _DEVIATIONS * error.deviation


def test_of_true_labels_all_is_known(tmp_path: Path, made: ModuleType) -> None:
    """With the labels where they belong the same study is far from chance on test."""
    found = learnt(tmp_path, made, shuffled=False)

    on_test = found.figures(found.study.test)

    for task in TASKS:
        assert on_test[task.name][MAIN[task.name]].away > _DEVIATIONS, task.name
