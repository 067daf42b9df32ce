"""The table of a release has every answer on every task, is the same each time, and a killed run goes on."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from omniart_data.release import Release
from omniart_model.baselines.make import BaseChoice, BaselineConfig, train_baseline
from omniart_model.baselines.table import NETWORK
from omniart_model.evaluation.measured import Verdict
from omniart_model.evaluation.predictions import Predictions, read_predictions
from omniart_model.evaluation.printed import TOO_FEW
from omniart_model.evaluation.table import MAIN
from omniart_model.kept_arrays import keep_arrays, map_arrays
from omniart_model.manifest import check_manifest
from omniart_model.tasks import Kind, choose_tasks
from omniart_model.training.checkpoint import load_checkpoint
from omniart_model.training.settings import PRESETS, YearHead
from omniart_model.works import in_split, pictured_works, texts
from schemas.errors import ModelError

LEARNT = (NETWORK, "single-task networks", "linear probe", "pixels")
CONSTANT = {
    Kind.ONE: {"majority class"},
    Kind.SEVERAL: {"prior"},
    Kind.YEAR: {"mean year", "median year"},
}
CONFIG = BaselineConfig(
    choose_tasks(),
    replace(PRESETS["paper"], shared=32, epochs=10, rate=3e-3, year=YearHead.BINS),
    BaseChoice("efficientnet-lite0"),
    seeds=2,
    resamples=40,
    full=True,
)
SAME = (
    "baselines.json",
    "checkpoint.json",
    "network.safetensors",
    "predictions.parquet",
    "made_with.json",
)


@pytest.fixture(scope="module")
def full(
    release: Release, baseline: Path, workspace: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return the folder of the full table of the made release; its features are those of the small baseline."""
    assert baseline.is_dir()
    folder = tmp_path_factory.mktemp("full") / "baselines" / release.version
    assert train_baseline(release, CONFIG, folder, workspace) is not None
    return folder


@pytest.fixture(scope="module")
def table(full: Path) -> dict[str, Any]:
    """Return baselines.json."""
    found: dict[str, Any] = json.loads((full / "baselines.json").read_bytes())
    return found


def test_every_answer_is_on_every_task(table: dict[str, Any]) -> None:
    """Constant answers, the museum, neighbours, and all that is learnt: each task has them, with intervals and spread."""
    assert [one["task"]["name"] for one in table["tasks"]] == [
        "artist",
        "type",
        "material",
        "period",
    ]
    for one in table["tasks"]:
        constant = CONSTANT[Kind(one["task"]["kind"])]
        assert set(one["answers"]) == {*constant, "museum only", "nearest neighbours", *LEARNT}
        assert set(one["differences"]) == set(one["answers"]) - {NETWORK}
        for name, metrics in one["answers"].items():
            for metric in metrics.values():
                assert metric["seeds"] == (2 if name in LEARNT else 1), name
    assert set(table["what"]) >= {*LEARNT, "museum only"}


def test_the_network_beats_who_does_not_look(
    full: Path, release: Release, workspace: Path, tmp_path: Path
) -> None:
    """On pictures that tell their labels the network is better than each constant answer, and the table says so."""
    assert full.is_dir()  # the features are there
    config = replace(CONFIG, full=False, split="validation")  # it has twice the works of test

    table = train_baseline(release, config, tmp_path / "out", workspace)

    assert table is not None
    for one in table.tasks:
        for name in CONSTANT[one.task.kind] - {"mean year"}:
            difference = one.differences[name][MAIN[one.task.kind].name]
            assert difference.verdict is Verdict.BETTER, (one.task.name, name, difference)


def test_twelve_works_give_no_verdict(full: Path, table: dict[str, Any]) -> None:
    """The made release has twelve works of test: each figure is there, without an interval, and nothing is better or worse."""
    for one in table["tasks"]:
        for metrics in one["answers"].values():
            assert {held["low"] for held in metrics.values()} == {None}
            assert {held["n"] for held in metrics.values()} <= {0, 12}
        for beside in one["differences"].values():
            assert {held["verdict"] for held in beside.values()} == {"not measured"}
    assert (full / "README.md").read_text().count(TOO_FEW) == 1


def test_the_folder_is_whole(full: Path, release: Release) -> None:
    """It names the release, holds what its manifest says, answers every work of test, and leaves nothing beside it."""
    check_manifest(full)
    manifest = json.loads((full / "manifest.json").read_bytes())
    works = in_split(pictured_works(release), "test")
    checkpoint = load_checkpoint(full)

    assert manifest["release"] == {"version": release.version, "digest": release.digest}
    assert {*SAME, "README.md", "report.html", "times.json"} <= set(manifest["files"])
    assert [path.name for path in full.parent.iterdir()] == [release.version]
    assert checkpoint.config.seed in (0, 1)
    read_predictions(
        full / "predictions.parquet", texts(works["id"]), CONFIG.tasks, checkpoint.classes
    )


def test_it_is_there_already(full: Path, release: Release, workspace: Path) -> None:
    """The same run makes nothing twice; another one is told to go elsewhere."""
    assert train_baseline(release, CONFIG, full, workspace) is None
    with pytest.raises(ModelError, match="is another baseline"):
        train_baseline(release, replace(CONFIG, seeds=3), full, workspace)


@pytest.fixture(scope="module")
def killed(
    full: Path, release: Release, workspace: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return what a run had kept when it was killed; one of the answers is marked."""
    assert full.is_dir()  # the features are there
    out = tmp_path_factory.mktemp("killed") / "baselines" / release.version
    kept = out.with_name(f".{out.name}.answers")
    _start_and_kill(release, out, workspace, kept / "multi-task-network-0.safetensors")
    _mark(kept / "nearest-neighbours.safetensors")
    assert not out.exists()
    return kept


def test_a_killed_run_goes_on(
    full: Path, killed: Path, release: Release, workspace: Path, tmp_path: Path
) -> None:
    """What was finished before the kill is taken up, and the table is the same to the last byte as in one go."""
    out = tmp_path / "baselines" / release.version
    shutil.copytree(killed, out.with_name(killed.name))

    table = train_baseline(release, CONFIG, out, workspace)

    assert table is not None
    assert "marked" in table.what["nearest neighbours"]
    assert [path.name for path in out.parent.iterdir()] == [release.version]
    for name in set(SAME) - {"baselines.json"}:
        assert (out / name).read_bytes() == (full / name).read_bytes(), name
    mine, theirs = (json.loads((one / "baselines.json").read_bytes()) for one in (out, full))
    assert mine["tasks"] == theirs["tasks"]


def test_two_processes_make_what_one_makes(
    full: Path, killed: Path, release: Release, workspace: Path, tmp_path: Path
) -> None:
    """Under torchrun both train together: all figures and predictions are one's own, to the order of additions.

    What one process alone has kept is not taken up, the first alone writes and prints, and nothing is left beside the folder.
    """
    out = tmp_path / "baselines" / release.version
    shutil.copytree(killed, out.with_name(killed.name))
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m"]

    done = subprocess.run(
        [sys.executable, *launch, "omniart_model", *_words(release, out, workspace)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("report: ") == done.stdout.count("release 1.0.0, test") == 1
    assert [path.name for path in out.parent.iterdir()] == [release.version]
    check_manifest(out)
    mine, theirs = (json.loads((one / "baselines.json").read_bytes()) for one in (out, full))
    assert "marked" not in mine["what"]["nearest neighbours"]
    assert json.loads((out / "made_with.json").read_bytes())["processes"] == 2
    for one, other in zip(mine["tasks"], theirs["tasks"], strict=True):
        for name in (NETWORK, "single-task networks", "museum only"):
            assert _values(one, name) == pytest.approx(_values(other, name), rel=1e-4), name
    _assert_alike(_predicted(out, release), _predicted(full, release))


def _values(task: dict[str, Any], answer: str) -> dict[str, float]:
    """Return an answer's figures; one of nothing has none."""
    found = {key: one["value"] for key, one in task["answers"][answer].items()}
    return {key: value for key, value in found.items() if value is not None}


def _predicted(folder: Path, release: Release) -> Predictions:
    ids = texts(in_split(pictured_works(release), "test")["id"])
    classes = load_checkpoint(folder).classes
    return read_predictions(folder / "predictions.parquet", ids, CONFIG.tasks, classes)


def _assert_alike(mine: Predictions, theirs: Predictions) -> None:
    """Scores and years agree to 1e-4."""
    for task in CONFIG.tasks:
        np.testing.assert_allclose(
            mine.scores[task.name], theirs.scores[task.name], rtol=1e-4, atol=1e-4
        )


def _words(release: Release, out: Path, workspace: Path) -> list[str]:
    """Return the words of the command that makes the full table."""
    words = ["baselines", release.folder, "--out", out, "--workspace", workspace]
    words += ["--base", "efficientnet-lite0", "--resamples", 40, "--year", "bins"]
    words += ["--shared", 32, "--epochs", 10, "--rate", "3e-3", "--seeds", 2]
    return [str(word) for word in words]


def _start_and_kill(release: Release, out: Path, workspace: Path, part: Path) -> None:
    """Start the command, and kill it as soon as a part is kept."""
    run = subprocess.Popen(
        [sys.executable, "-m", "omniart_model.cli", *_words(release, out, workspace)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    ends = time.monotonic() + 60
    while not part.exists() and run.poll() is None and time.monotonic() < ends:
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert part.exists()


def _mark(part: Path) -> None:
    """Change what a kept part tells of itself, so that one can see that it was taken up."""
    arrays, about = map_arrays(part)
    facts = json.loads(about["facts"])
    facts["votes"]["artist"] = "marked"
    keep_arrays(part, arrays, {"key": about["key"], "facts": json.dumps(facts)})
