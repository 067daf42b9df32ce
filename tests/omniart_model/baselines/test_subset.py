"""A network of a subset answers that subset's works alone, and its file has the figures of its table."""

from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from omniart_data.release import Release
from omniart_data.release.rows import compute
from omniart_model.baselines.make import BaseChoice, BaselineConfig, train_baseline
from omniart_model.baselines.table import NETWORK, Table
from omniart_model.baselines.written import PREDICTIONS
from omniart_model.bases.table import find_base
from omniart_model.cli import app
from omniart_model.evaluation.evaluate import PREDICTED, evaluate
from omniart_model.evaluation.subset import SUBSET
from omniart_model.evaluation.table import MAIN
from omniart_model.features.cache import FeatureCache
from omniart_model.tasks import Kind, choose_tasks
from omniart_model.training.checkpoint import load_checkpoint
from omniart_model.training.predict import predict_split
from omniart_model.training.settings import TrainConfig
from omniart_model.works import in_split, in_subset, pictured_works

TASKS = choose_tasks(["artist", "type", "material", "period"])
TIMES = 30


@pytest.fixture(scope="module")
def unequal(made: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release in which two artists of four have more than a hundred works."""
    folder = tmp_path_factory.mktemp("unequal") / "releases" / "omniart-1.0.0"
    opened: Release = made.made_release(folder, 320, hands=(0, 1, 1, 0, 0, 1, 2, 3))
    return opened


def trained(release: Release, out: Path, subset: int) -> Table:
    """Make a small baseline of the works of artists with more than so many works."""
    config = BaselineConfig(
        TASKS,
        TrainConfig(shared=16, epochs=2, rate=3e-3, subset=subset),
        BaseChoice("pixels"),
        resamples=TIMES,
    )
    table = train_baseline(release, config, out, release.folder.parents[1])
    assert table is not None
    return table


@pytest.fixture(scope="module")
def of_subset(unequal: Release, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Table]:
    """Return the predictions and the table of a network of artists with more than a hundred works."""
    out = tmp_path_factory.mktemp("subset") / "out"
    table = trained(unequal, out, 100)
    return out / PREDICTIONS, table


def test_a_file_of_a_subset_has_the_figures_of_its_table(
    unequal: Release, of_subset: tuple[Path, Table]
) -> None:
    """Scored with the same --subset, the network's and the constant answers' figures are those of the table."""
    path, table = of_subset

    found = evaluate(unequal, path, TASKS, resamples=TIMES, subset=100)

    assert found.works == table.works < in_split(pictured_works(unequal), "test").num_rows
    assert [one.task for one in found.tasks] == [one.task for one in table.tasks]
    for mine, theirs in zip(found.tasks, table.tasks, strict=True):
        assert mine.classes == theirs.classes
        for name, metrics in mine.answers.items():
            other = theirs.answers[NETWORK if name == PREDICTED else name]
            for metric, figure in metrics.items():
                told = other[metric]
                assert (figure.n, figure.low, figure.high) == pytest.approx(
                    (told.n, told.low, told.high), nan_ok=True
                ), metric
                assert figure.value == pytest.approx(told.value, nan_ok=True), metric


def test_a_file_of_a_subset_answers_its_works_and_says_so(
    unequal: Release, of_subset: tuple[Path, Table], tmp_path: Path
) -> None:
    """It holds the subset's works alone and its number; a network of all works answers all, and its file names none."""
    path, _ = of_subset
    trained(unequal, tmp_path / "all", 0)
    whole = pq.read_table(tmp_path / "all" / PREDICTIONS)

    held = pq.read_table(path)

    works = in_split(pictured_works(unequal), "test")
    assert held["id"].to_pylist() == in_subset(works, 100)["id"].to_pylist()
    assert held.schema.metadata[SUBSET.encode()] == b"100"
    assert whole["id"].to_pylist() == works["id"].to_pylist()
    assert SUBSET.encode() not in whole.schema.metadata
    assert compute.all(compute.is_valid(held["artist"])).as_py()


def test_what_is_not_seen_is_answered_with_the_subset_s_prior(
    unequal: Release, of_subset: tuple[Path, Table], tmp_path: Path
) -> None:
    """Where no picture is at hand the answers are the constant ones of the subset's train, not those of all works."""
    path, nothing = tmp_path / PREDICTIONS, FeatureCache(tmp_path, find_base("pixels"), "0" * 64)

    predict_split(load_checkpoint(of_subset[0].parent), unequal, nothing, "test", path)
    found = evaluate(unequal, path, TASKS, resamples=0, subset=100)

    for one in found.tasks:
        constant = "median year" if one.task.kind is Kind.YEAR else list(one.answers)[1]
        main = MAIN[one.task.kind].name
        assert one.answers[PREDICTED][main].value == one.answers[constant][main].value


def test_a_file_of_a_subset_is_not_scored_as_a_whole(
    unequal: Release, of_subset: tuple[Path, Table]
) -> None:
    """The command refuses it without --subset, naming what to give, and scores it with that."""
    words = ["evaluate", str(unequal.folder), str(of_subset[0]), "--resamples", "0"]

    refused = CliRunner().invoke(app, words)
    scored = CliRunner().invoke(app, [*words, "--subset", "100"])

    assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert refused.stderr.endswith(": give --subset 100\n")
    assert (scored.exit_code, scored.stderr) == (0, "")
    assert "artists of more than 100 works: " in scored.stdout
