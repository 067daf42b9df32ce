"""A release that follows another is measured with the other's network too, and on what both hold."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow.parquet as pq
import pytest
from safetensors.torch import load_file, save

from omniart_data.release import Release, open_release, write_release
from omniart_data.release.rows import compute
from omniart_model.baselines.continuity import continued, held_by_both, previous_baseline
from omniart_model.baselines.how import How, Progress
from omniart_model.baselines.kept import Kept
from omniart_model.baselines.make import BaselineConfig, train_baseline
from omniart_model.baselines.prepare import choose_device, prepare_features
from omniart_model.baselines.study import Answer, Study, open_study
from omniart_model.baselines.table import NETWORK, Table
from omniart_model.baselines.written import PREDICTIONS
from omniart_model.evaluation.resample import Resamples
from omniart_model.files import as_json, digest
from omniart_model.manifest import write_manifest
from omniart_model.training.checkpoint import ABOUT, TENSORS
from schemas.errors import ModelError

OLD, NEW = "1.0.0", "1.1.0"


@pytest.fixture(scope="module")
def followed(
    made: ModuleType,
    release: Release,
    workspace: Path,
    baseline: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Release, Path]:
    """Return a release of 40 works more, and a workspace with it and the baseline of the one before it."""
    home = tmp_path_factory.mktemp("followed")
    folder = home / "releases" / f"omniart-{NEW}"
    contents = replace(made.contents(160), previous=release)
    write_release(contents, folder, version=NEW)
    shutil.copytree(baseline, home / "baselines" / OLD)
    shutil.copytree(workspace / "features", home / "features")
    return open_release(folder), home


@pytest.fixture(scope="module")
def table(followed: tuple[Release, Path], config: BaselineConfig) -> Table:
    """Return the full table of the later release."""
    release, home = followed
    small = replace(config, full=True, resamples=20)
    table = train_baseline(release, small, home / "baselines" / NEW, home)
    assert table is not None
    return table


@pytest.fixture(scope="module")
def study(followed: tuple[Release, Path], config: BaselineConfig) -> Study:
    """Return the later release as it is studied."""
    release, home = followed
    cache, _ = prepare_features(release, config.base, home, choose_device("cpu"))
    return open_study(release, config.tasks, cache)


def test_three_rows_tell_data_from_network(table: Table, study: Study, baseline: Path) -> None:
    """For each task: the old network on all of test, and both networks on the works that both test splits hold."""
    shared = f"test of {OLD} and {NEW}, {held_by_both(study, baseline).sum()} works"
    for one in table.tasks:
        rows = [row for row in table.continuity if row.task == one.task.name]
        assert [(row.network, row.works) for row in rows] == [
            (OLD, f"test of {NEW}"),
            (OLD, shared),
            (NEW, shared),
        ]
        assert all(row.lacking == 0 for row in rows)


def test_what_both_hold_is_told_by_the_old_predictions(
    study: Study, baseline: Path, table: Table, tmp_path: Path
) -> None:
    """It is the works that the old baseline has answered: one that it could not look at is in no figure of both."""
    answered = pq.read_table(baseline / PREDICTIONS)
    before = set(answered["id"].to_pylist())
    both = held_by_both(study, baseline)
    first = int(np.flatnonzero(both)[0])
    lacking = answered.filter(compute.not_equal(answered["id"], study.test.ids[first]))
    pq.write_table(lacking, tmp_path / PREDICTIONS)
    fewer = held_by_both(study, tmp_path)

    assert np.flatnonzero(both != fewer).tolist() == [first]

    assert [one in before for one in study.test.ids] == both.tolist()
    assert 0 < both.sum() < len(both)
    figures = {
        (row.network, row.works): row.metrics["top1"].n
        for row in table.continuity
        if row.task == "artist"
    }
    assert set(figures.values()) == {int(both.sum()), len(both)}


def test_predictions_of_no_test_split_are_not_compared_with(
    study: Study, baseline: Path, tmp_path: Path
) -> None:
    """What is no table of predictions, or answers another split, is an error that names the file."""
    answered = pq.read_table(baseline / PREDICTIONS)
    told = {**answered.schema.metadata, b"split": b"validation"}
    pq.write_table(answered.replace_schema_metadata(told), tmp_path / PREDICTIONS)
    with pytest.raises(ModelError, match=f"{PREDICTIONS} does not answer a test split"):
        held_by_both(study, tmp_path)

    for body in (b"", b"no table"):
        (tmp_path / PREDICTIONS).write_bytes(body)
        with pytest.raises(ModelError, match=f"{PREDICTIONS} cannot be read"):
            held_by_both(study, tmp_path)
    pq.write_table(answered.drop_columns(["id"]), tmp_path / PREDICTIONS)
    with pytest.raises(ModelError, match=f"{PREDICTIONS} cannot be read"):
        held_by_both(study, tmp_path)


def test_the_old_network_knows_what_it_knew(table: Table) -> None:
    """On pictures of the same kind the old network is far above the majority on the new works too."""
    artist = next(one for one in table.tasks if one.task.name == "artist")
    old = next(row for row in table.continuity if row.task == "artist")

    assert old.metrics["top1"].value > artist.answers["majority class"]["top1"].value
    assert NETWORK in artist.answers


Changed = Callable[[Path], None]
"""What changes a folder of a baseline."""


def _told(name: str, value: object) -> Changed:
    """Return what changes one word of a checkpoint's JSON; ``name`` has dots."""

    def change(folder: Path) -> None:
        about = json.loads((folder / ABOUT).read_text())
        *way, last = name.split(".")
        place = about
        for one in way:
            place = place[one]
        place[last] = value
        (folder / ABOUT).write_bytes(as_json(about))

    return change


def _filled(name: str, number: float) -> Changed:
    """Return what makes a tensor of a checkpoint's network one number throughout."""

    def change(folder: Path) -> None:
        tensors = load_file(folder / TENSORS)
        tensors[name][:] = number
        body = save(tensors)
        (folder / TENSORS).write_bytes(body)
        _told("tensors_sha256", digest(body))(folder)

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_told("features.base", "gone"), "no base is called 'gone'"),
        (_told("features.base", "timm:gone"), "timm is not installed"),
        (_filled("heads.weight", 3e38), "with numbers that are not finite"),
        (_filled("heads.bias", float("nan")), "heads.bias holds numbers that are not finite"),
        (
            _told("release_sha256", "0" * 64),
            f"is of another release {OLD} than the one that {NEW} follows: its id is 000000000000...",
        ),
    ],
)
def test_what_cannot_be_compared_with_is_said(
    study: Study,
    *,
    baseline: Path,
    config: BaselineConfig,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    change: Changed,
    said: str,
) -> None:
    """A base that is gone or not installed, numbers that are none, a namesake: one warning, and the baseline goes on."""
    monkeypatch.setitem(sys.modules, "timm", None)  # as if it were not installed
    shutil.copytree(baseline, tmp_path / OLD)
    change(tmp_path / OLD)
    write_manifest(tmp_path / OLD, OLD, "0" * 64)
    out = tmp_path / NEW
    how = How(config.train, (0,), choose_device("cpu"), tmp_path, Kept.beside(out, {}), Progress())

    found = continued(study, Answer("made", "", ()), how, Resamples(1), out)

    assert found == ()
    assert len(caplog.messages) == 1
    assert said in caplog.messages[0]


def test_without_a_baseline_before_there_is_nothing(
    study: Study, release: Release, tmp_path: Path, workspace: Path, config: BaselineConfig
) -> None:
    """The first release follows none; and where the folder of the last one's baseline is not there, none is compared."""
    cache, _ = prepare_features(release, config.base, workspace, choose_device("cpu"))
    first = open_study(release, config.tasks, cache)

    assert previous_baseline(study, tmp_path / NEW) is None
    assert previous_baseline(first, workspace / "baselines" / NEW) is None
