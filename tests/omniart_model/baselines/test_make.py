"""The table of a release has every answer on every task, is the same each time, and a killed run goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from omniart_data.release import Release
from omniart_model.baselines.make import BaseChoice, BaselineConfig, train_baseline
from omniart_model.baselines.table import NETWORK
from omniart_model.evaluation.predictions import read_predictions
from omniart_model.manifest import check_manifest
from omniart_model.tasks import Kind, choose_tasks
from omniart_model.training.checkpoint import load_checkpoint
from omniart_model.training.settings import PRESETS
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
    replace(PRESETS["paper"], shared=32, epochs=10, rate=3e-3),
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


def test_the_network_beats_who_does_not_look(table: dict[str, Any]) -> None:
    """On pictures that tell their labels the network is better than each constant answer, and the table says so."""
    metric = {"one": "top1", "several": "map_class", "year": "mean_error"}
    for one in table["tasks"]:
        for name in CONSTANT[Kind(one["task"]["kind"])] - {"mean year"}:
            difference = one["differences"][name][metric[one["task"]["kind"]]]
            assert difference["verdict"] == "better", (one["task"]["name"], name, difference)


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


def test_a_killed_run_goes_on(
    full: Path, release: Release, workspace: Path, tmp_path: Path
) -> None:
    """What was finished before the kill is taken up, and the table is the same to the last byte as in one go."""
    out = tmp_path / "baselines" / release.version
    kept = out.with_name(f".{out.name}.answers")
    _start_and_kill(release, out, workspace, kept / "multi-task-network-0.safetensors")
    _mark(kept / "nearest-neighbours.safetensors")
    assert not out.exists()

    table = train_baseline(release, CONFIG, out, workspace)

    assert table is not None
    assert "marked" in table.what["nearest neighbours"]
    assert [path.name for path in out.parent.iterdir()] == [release.version]
    for name in set(SAME) - {"baselines.json"}:
        assert (out / name).read_bytes() == (full / name).read_bytes(), name
    mine, theirs = (json.loads((one / "baselines.json").read_bytes()) for one in (out, full))
    assert mine["tasks"] == theirs["tasks"]


def _start_and_kill(release: Release, out: Path, workspace: Path, part: Path) -> None:
    """Start the command, and kill it as soon as a part is kept."""
    words = [
        "--out",
        out,
        "--workspace",
        workspace,
        "--base",
        "efficientnet-lite0",
        "--resamples",
        40,
    ]
    words += ["--shared", 32, "--epochs", 10, "--rate", "3e-3", "--seeds", 2]
    run = subprocess.Popen(
        [sys.executable, "-m", "omniart_model.cli", "baselines", release.folder, *map(str, words)],
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
    with safe_open(part, framework="numpy") as opened:
        about, arrays = opened.metadata(), {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    facts = json.loads(about["facts"])
    facts["votes"]["artist"] = "marked"
    save_file(arrays, part, {"key": about["key"], "facts": json.dumps(facts)})
