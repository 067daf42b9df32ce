"""A base that learns too: what is trained through it answers through it, wherever it is asked."""

import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from typer.testing import CliRunner

from omniart_data.release import Release
from omniart_model.baselines.fitting import fitted
from omniart_model.baselines.how import How, Progress
from omniart_model.baselines.kept import Kept
from omniart_model.baselines.prepare import BaseChoice, cache_and_base, prepare_features
from omniart_model.baselines.study import open_study
from omniart_model.baselines.through import Through
from omniart_model.bases.last_stage import last_stage
from omniart_model.bases.table import find_base
from omniart_model.cli import app
from omniart_model.evaluation.resample import Resamples
from omniart_model.evaluation.score import score
from omniart_model.manifest import check_manifest
from omniart_model.tasks import choose_tasks
from omniart_model.training.checkpoint import load_checkpoint
from omniart_model.training.settings import Finetune, TrainConfig
from schemas.errors import ModelError

BASE = "efficientnet-lite0"
CPU = torch.device("cpu")


def command(*words: object) -> str:
    """Run omniart-model in this process; return what it printed."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def small(made: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a made release of 28 works in a workspace of its own."""
    opened: Release = made.made_release(
        tmp_path_factory.mktemp("tuned") / "releases" / "omniart-1.0.0", 28
    )
    return opened


@pytest.fixture(scope="module")
def tuned(small: Release) -> Path:
    """Return the folder of a network that was trained together with its base's last stage."""
    words = ["--base", BASE, "--shared", 16, "--epochs", 1, "--base-rate", "1e-3", "--resamples", 0]
    command("train", small.folder, "--finetune", "last", "--split", "test", *words)
    return small.folder.parents[1] / "trained" / "1.0.0"


def test_the_folder_holds_the_base(tuned: Path, small: Release) -> None:
    """The manifest names it; its last stage has learnt, and the rest is as its weights are."""
    check_manifest(tuned)
    checkpoint = load_checkpoint(tuned)
    workspace = small.folder.parents[1]
    cache, base = cache_and_base(find_base(BASE), BaseChoice(BASE), workspace)

    assert [path.name for path in tuned.parent.iterdir()] == ["1.0.0"]
    assert "A base whose last stage learns too" in (tuned / "README.md").read_text()
    assert checkpoint.config.finetune is Finetune.LAST
    assert dict(checkpoint.features) == cache.key
    stage = tuple(f"network.{name}." for name in last_stage(base.network))
    assert checkpoint.base is not None
    for name, tensor in base.state_dict().items():
        assert torch.equal(checkpoint.base[name], tensor) != name.startswith(stage), name


def test_a_file_is_answered_as_in_the_release(tuned: Path, small: Release, tmp_path: Path) -> None:
    """A picture of test gets from `predict` the scores and years that predictions.parquet has."""
    rows = {row["id"]: row for row in pq.read_table(tuned / "predictions.parquet").to_pylist()}
    id_, _, body = next(iter(small.pictures("test")))
    assert body is not None
    (tmp_path / "picture.jpg").write_bytes(body)

    told = json.loads(command("predict", tuned, tmp_path / "picture.jpg", "--json"))

    row = rows[id_]
    assert dict(map(tuple, told["artist"])) == {
        one["label"]: round(one["score"], 4) for one in row["artist"]
    }
    assert told["period"] == {
        "year": round(row["year"], 1),
        "first": round(row["year_first"], 1),
        "last": round(row["year_last"], 1),
    }


def test_a_release_is_answered_as_in_the_folder(
    tuned: Path, small: Release, tmp_path: Path
) -> None:
    """`predict RELEASE` writes the bytes of predictions.parquet, and sees each picture once through each base."""
    command("predict", tuned, small.folder, "--out", tmp_path / "again.parquet")

    again, first = tmp_path / "again.parquet", tuned / "predictions.parquet"
    assert again.read_bytes() == first.read_bytes()
    assert len(list((small.folder.parents[1] / "features").iterdir())) == 2


def test_what_is_kept_is_not_learnt_again(small: Release, tmp_path: Path) -> None:
    """Scores and both networks are taken up from the file; what is not kept needs the pictures."""
    choice, workspace = BaseChoice(BASE), small.folder.parents[1]
    cache, _ = prepare_features(small, choice, workspace, CPU)
    tasks = choose_tasks(["artist", "period"])
    study = open_study(small, tasks, cache)
    config = TrainConfig(shared=8, epochs=1, finetune=Finetune.LAST)
    kept = Kept.beside(tmp_path / "1.0.0", {})
    with Through(study, choice, workspace, CPU) as through, Progress() as progress:
        how = How(config, (0,), CPU, workspace, kept, progress, through)
        first = fitted(study, how, "network", config, with_state=True)
        again = fitted(study, replace(how, through=None), "network", config, with_state=True)
        with pytest.raises(ModelError, match="there are no pictures to learn from"):
            fitted(study, replace(how, through=None), "another", config)

    assert first.scores["artist"].shape == (len(study.test), 4)
    for one, other in ((first.base, again.base), (first.scores, again.scores)):
        assert set(one) == set(other)
        assert all(np.array_equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("finetune", [Finetune.NONE, Finetune.LAST])
def test_what_was_not_seen_has_the_range_of_train(
    small: Release, tmp_path: Path, finetune: Finetune
) -> None:
    """A test work without features has train's median year and the range of most of train: widths are of all works."""
    choice, workspace = BaseChoice(BASE), small.folder.parents[1]
    cache, _ = prepare_features(small, choice, workspace, CPU)
    study = open_study(small, choose_tasks(["artist", "period"]), cache)
    seen = study.test.seen & (np.arange(len(study.test)) > 0)
    study = replace(study, test=replace(study.test, seen=seen))
    config = TrainConfig(shared=8, epochs=1, finetune=finetune)
    kept = Kept.beside(tmp_path / "1.0.0", {})
    with Through(study, choice, workspace, CPU) as through, Progress() as progress:
        how = How(config, (0,), CPU, workspace, kept, progress, through)
        found = fitted(study, how, "network", config)

    years, ends = np.asarray(study.train.works["year"]), found.ranges["period"]
    assert found.scores["period"][0] == np.median(years)
    np.testing.assert_allclose(ends[0], np.quantile(years, (0.1, 0.9)), rtol=1e-6)
    truth, asked = study.truth(study.tasks[1]), Resamples(len(study.test), 20)
    width = score(truth, [found.scores["period"]], asked, ranges=[ends])["range_width"]
    assert width.n == len(study.test)
    assert width.value == pytest.approx(float(np.mean(ends[:, 1] - ends[:, 0])), rel=1e-5)
