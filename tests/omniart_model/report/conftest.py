"""A made baseline whose answers are written down by hand, so that what a report must say of it is known."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch

from omniart_data.release import Release, open_release, write_release
from omniart_model.baselines.study import Answer, open_study
from omniart_model.baselines.table import (
    NETWORK,
    Continued,
    Leak,
    LeftOut,
    Table,
    TaskTable,
)
from omniart_model.bases.table import find_base
from omniart_model.evaluation.measured import Better, Difference, Measured
from omniart_model.features.cache import FeatureCache
from omniart_model.labels import SeveralLabels, encode
from omniart_model.report.shown import Shown
from omniart_model.tasks import Kind, Task, choose_tasks
from omniart_model.training.network import make_network
from omniart_model.training.settings import Epoch, TrainConfig, TrainReport

EVIL = "</script></title><script>document.title='pwned'</script><img src=x onerror=alert(1)>|a|\u202e\x1b[31m\"`*_[x](y)"
TASKS = choose_tasks(["artist", "type", "material", "period"], {"artist": 1})
CONFIG = TrainConfig(shared=16, epochs=3, rate=1e-3)
SINGLE = "single-task networks"


@pytest.fixture(scope="session")
def evil() -> str:
    """Return words that would do harm if anybody obeyed them."""
    return EVIL


@pytest.fixture(scope="session")
def hostile_release(made: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release whose artists, titles, types and museum are hostile words."""
    good = made.contents(120)
    rows = good.artworks.to_pylist()
    for row in rows:
        row["title"] = f"{EVIL}\n| {row['id']} |"
        row["artist"] = f"{row['artist']} {EVIL}"
        row["institution"] = f"Museum {EVIL}"
        row["culture"] = EVIL
        row["century"] = int(row["year"]) // 100 + 1
        row["artwork_types"] = [f"{one} {EVIL}" for one in row["artwork_types"]]
    folder = tmp_path_factory.mktemp("hostile") / "releases" / "omniart-1.0.0"
    write_release(
        replace(good, artworks=pa.Table.from_pylist(rows, schema=good.artworks.schema)), folder
    )
    return open_release(folder)


@pytest.fixture(scope="session")
def make_shown(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Release], Shown]:
    """Return a function that makes the baseline of a release without training anything."""

    def make(release: Release) -> Shown:
        return shown_of(release, tmp_path_factory.mktemp("features"))

    return make


@pytest.fixture(scope="session")
def shown(release: Release, make_shown: Callable[[Release], Shown]) -> Shown:
    """Return the made baseline of the made release."""
    return make_shown(release)


@pytest.fixture(scope="session")
def hostile(hostile_release: Release, make_shown: Callable[[Release], Shown]) -> Shown:
    """Return the made baseline of the hostile release."""
    return make_shown(hostile_release)


def shown_of(release: Release, workspace: Path) -> Shown:
    """Return a baseline whose features tell the artist, whose network is untrained, and whose answers are made up."""
    base = find_base("efficientnet-lite0")
    cache = FeatureCache(workspace, base, base.sha256)
    works = release.table("train", "validation", "test", columns=["image_sha256", "artist", "year"])
    cache.add(works["image_sha256"].to_pylist(), _features(works, base.features))
    study = open_study(release, TASKS, cache)
    torch.manual_seed(0)
    network = make_network(study.tasks, study.classes, base.features, CONFIG).eval()
    seeds = tuple(
        {task.name: _scores(study, task, seed) for task in study.tasks} for seed in (0, 1)
    )
    years = seeds[0]["period"]
    ranges = np.stack([years - 40, years + 40], axis=1).astype(np.float32)
    answer = Answer(NETWORK, "It looks.", seeds, 12.0, (ranges, ranges))
    epochs = [Epoch(n, 3.0 / n, {"artist": 1.0 / n}, 2.0 / n) for n in (1, 2, 3)]
    training = TrainReport(epochs, 3, {"artist": 0.5, "period": 2.0}, 84, 24, 32, 4.0)
    return Shown(
        table=_table(release, study, answer),
        study=study,
        network=network,
        answer=answer,
        best=1,
        training=training,
        config=replace(CONFIG, seed=1),
        features=cache.key,
        pictures=120,
        unseen=2,
        licence=base.licence,
    )


def _features(works: pa.Table, width: int) -> Any:
    chance = np.random.default_rng(0)
    names = works["artist"].to_pylist()
    middles = {name: chance.normal(0, 1, width) for name in sorted(set(names))}
    rows = np.array([middles[name] for name in names]) + chance.normal(0, 0.3, (len(names), width))
    return np.stack([rows, rows], axis=1).astype(np.float16)


def _scores(study: Any, task: Task, seed: int) -> Any:
    """Return the truth, but for the works of the second artist, which seed 0 takes for the first's."""
    labels: Any = encode(study.test.works, task, study.classes[task.name])
    if isinstance(labels, SeveralLabels):
        return np.nan_to_num(labels.dense(np.arange(len(study.test)))) * 0.8 + 0.1
    if task.kind is Kind.YEAR:
        return np.asarray(labels) + np.float32(10 * (1 - 2 * seed))
    said = np.where((labels == 1) & (seed == 0), 0, labels)
    return np.eye(len(study.classes[task.name]), dtype=np.float32)[np.maximum(said, 0)]


def _table(release: Release, study: Any, answer: Answer) -> Table:
    ids, train = study.test.ids, study.train.ids
    tasks = tuple(_task_table(study, task) for task in study.tasks)
    one = tasks[0].answers[NETWORK]["top1"]
    beside = Difference.judged(-0.1, -0.2, -0.05, Better.HIGHER)
    return Table(
        release=release.version,
        digest=release.digest,
        split="test",
        works=len(study.test),
        tasks=tasks,
        seconds={NETWORK: 12.0, SINGLE: 30.0},
        what={NETWORK: "It looks.", SINGLE: f"One each. {EVIL}"},
        museum_told=Measured(0.812, 0.7, 0.9, n=24),
        museum_majority=Measured(0.6, n=24),
        left_out=(LeftOut(study.test.museums[0], "artist", "top1", one, one, beside),),
        leaks=(Leak(ids[0], train[0], "train", 0.9912), Leak(ids[1], train[1], "train", 0.985)),
        continuity=(
            Continued("0.9.0", "test of 1.0.0", "artist", tasks[0].answers[NETWORK], lacking=1),
        ),
    )


_KEYS: Mapping[Kind, tuple[str, ...]] = {
    Kind.ONE: ("top1", "mean_class_accuracy"),
    Kind.SEVERAL: ("map_class", "imap_11_point"),
    Kind.YEAR: ("mean_error", "within_50"),
}


def _task_table(study: Any, task: Task) -> TaskTable:
    keys, years = _KEYS[task.kind], task.kind is Kind.YEAR
    own = {key: Measured(31.26 if years else 0.625, 0.5, 0.75, 0.0123, 24, 2) for key in keys}
    prior = {keys[0]: Measured(0.25, n=24), keys[1]: Measured(math.nan, n=0)}
    single = {key: Measured(0.6, 0.5, 0.7, 0.02, 24, 2) for key in keys}
    better = Better.LOWER if years else Better.HIGHER
    first = Difference.judged(-4.5, -6.0, -3.0, better) if years else None
    differences = {
        "prior": {keys[0]: first or Difference.judged(0.375, 0.25, 0.5, better)},
        SINGLE: {keys[0]: Difference.judged(0.025, -0.05, 0.1, better)},
        "far ahead": {
            keys[0]: Difference.judged(
                3.0 if years else -0.2, *((1.0, 5.0) if years else (-0.3, -0.1)), better
            )
        },
    }
    cuts = {
        "museum": {study.test.museums[0]: own},
        "century": {"16": own, "-5": {keys[0]: Measured(math.nan)}},
        "subset": {"10": own},
    }
    answers = {"prior": prior, NETWORK: own, SINGLE: single, "far ahead": single}
    return TaskTable(task, study.classes[task.name], answers, differences, cuts)
