"""A comparison varies one factor at a time, keeps what it has trained, and says why a row is empty."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from typer.testing import CliRunner

from omniart_data.release import Release
from omniart_model.baselines.prepare import BaseChoice
from omniart_model.bases.table import BASES
from omniart_model.cli import app
from omniart_model.compare.make import JSON, MARKDOWN, Place, compare, plan_ahead
from omniart_model.compare.settings import Options, Setting, Training
from omniart_model.compare.table import Comparison
from omniart_model.tasks import choose_tasks
from omniart_model.training.settings import TrainConfig
from schemas.errors import ModelError, UsageError

BASE, GONE = "pixels", "resnet50"
OPTIONS = Options(
    tasks=choose_tasks(),
    bases=(GONE, BASE),
    shared=(16, 8),
    augment=("flip", "none"),
    subsets=(0, 20, 1000),
    methods=("paper", "dropout"),
    seeds=2,
    grid=True,
    preset=TrainConfig(epochs=2, rate=3e-3),
)
SMALL = replace(OPTIONS, bases=(BASE,), augment=("flip",), subsets=(), methods=("paper",))


def place_of(out: Path, workspace: Path) -> Place:
    """Return where a comparison is made that has no weights of one base."""
    choices = {GONE: BaseChoice(GONE, workspace / "nowhere.pth")}
    return Place(out, workspace, torch.device("cpu"), choices)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the comparison."""
    return tmp_path_factory.mktemp("comparisons") / "1.0.0"


@pytest.fixture(scope="module")
def comparison(release: Release, workspace: Path, out: Path) -> Comparison:
    """Return a comparison of everything on the made release."""
    return compare(release, OPTIONS, place_of(out, workspace))


def runs(out: Path) -> dict[Path, int]:
    """Return the finished runs of a folder, and when each was written."""
    return {path: path.stat().st_mtime_ns for path in sorted(out.rglob("*.safetensors"))}


def plain(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON has it, where nothing measured is null and equals itself."""
    values: dict[str, Any] = json.loads(json.dumps(comparison.as_dict()))
    return values


def test_each_value_is_a_row_and_nothing_else_varies(comparison: Comparison) -> None:
    """A table has a row for each value of its factor, and its rows differ from the middle in that alone."""
    values = {table.name: [row.name for row in table.rows] for table in comparison.tables}
    varied = {
        "bases": {"base"},
        "shared": {"shared"},
        "augmentations": {"augment"},
        "methods": {"method"},
        "grid": {"base", "shared"},
    }

    assert values == {
        "bases": [GONE, BASE],
        "shared": ["16", "8"],
        "augmentations": ["flip", "none"],
        "methods": ["paper", "dropout"],
        "grid": [f"{base}, {units}" for base in (GONE, BASE) for units in (16, 8)],
    }
    for table in comparison.tables:
        for row in table.rows:
            other = {
                name
                for name in vars(row.setting)
                if getattr(row.setting, name) != getattr(comparison.middle, name)
            }
            assert other <= varied[table.name]
            if not row.why:
                assert set(row.metrics) == {task.name for task in OPTIONS.tasks}


def test_a_base_without_weights_is_a_row_that_says_why(comparison: Comparison, out: Path) -> None:
    """The reason stands in its row, the other bases have figures, and the middle is the first base that was had."""
    gone, had = comparison.tables[0].rows

    assert "nowhere.pth cannot be read" in gone.why
    assert gone.metrics == {}
    assert had.why == ""
    assert comparison.middle == Setting(BASE, 16, "flip", 0, "paper")
    assert list(comparison.left_out) == [f"{GONE} with augmentation flip"]
    assert "left out: " in (out / MARKDOWN).read_text()


def test_a_subset_of_nobody_is_a_row_that_says_why(comparison: Comparison) -> None:
    """A subset without a work has no figures, and does not count as something that could not be had."""
    everyone, twenty, nobody = comparison.subsets

    assert everyone.why == twenty.why == ""
    assert nobody.why == ("no work with a picture by an artist with more than 1,000 works in train")
    assert not any("1000" in what for what in comparison.left_out)


def test_time_is_measured_together_and_alone(comparison: Comparison, out: Path) -> None:
    """Each subset has the seconds of one network of all tasks and of one for each task, beside the paper's."""
    table = comparison.subsets[0]

    assert table.together is not None
    assert set(table.alone) == {"artist", "type", "material", "period"}
    for cost in (table.together, *table.alone.values()):
        assert cost.training_s > 0
        assert cost.answering_s > 0
        assert cost.epochs == 2
    assert table.alone_sum().epochs == 8
    told = (out / MARKDOWN).read_text()
    assert "| paper, their data | 73 min | 198 min | 2.71 | - | 6.22 | 4 x 2.13 | 1.37 |" in told


def test_it_is_measured_where_choices_are_made(comparison: Comparison, out: Path) -> None:
    """The figures are of validation, of all its works, with an interval, and the page says that test is not read."""
    measured = comparison.tables[1].rows[0].metrics["artist"]["top1"]

    assert comparison.asked.split == "validation"
    assert measured.n == 24
    assert measured.seeds == 2
    assert measured.low <= measured.value <= measured.high
    assert "Measured on validation" in (out / MARKDOWN).read_text()
    assert "test is read once" in (out / MARKDOWN).read_text()


def test_json_holds_all_of_it(comparison: Comparison, out: Path) -> None:
    """compare.json is the comparison, value by value, and names each row's run."""
    told = json.loads((out / JSON).read_bytes())

    assert told == plain(comparison)
    for row in told["tables"][1]["rows"]:
        assert (out / "runs" / row["run"] / "1.safetensors").is_file()


def test_what_is_kept_is_not_trained_again(
    comparison: Comparison, out: Path, release: Release, workspace: Path
) -> None:
    """One more value costs one more network, one more seed one more training of each; the rest is as it was."""
    before = runs(out)
    more = replace(SMALL, shared=(16, 8, 4))

    again = compare(release, more, place_of(out, workspace), replace=True)
    after = runs(out)
    compare(release, replace(SMALL, seeds=3), place_of(out, workspace), replace=True)

    assert {path: after[path] for path in before} == before
    assert len(after) == len(before) + more.seeds
    assert len(runs(out)) == len(after) + len(SMALL.shared)
    assert plain(again)["tables"][0]["rows"][:2] == plain(comparison)["tables"][1]["rows"]


def test_a_damaged_run_is_made_again(
    comparison: Comparison, out: Path, release: Release, workspace: Path
) -> None:
    """A run that is no longer whole is trained anew, and its figures are the same."""
    row = comparison.tables[1].rows[1]
    figures = plain(comparison)["tables"][1]["rows"][1]["metrics"]
    damaged = out / "runs" / row.run / "0.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:-3] + b"\x00\x00\x01")

    again = compare(release, SMALL, place_of(out, workspace), replace=True)

    assert plain(again)["tables"][0]["rows"][1]["metrics"] == figures


def test_another_folder_is_left_alone(release: Release, workspace: Path, tmp_path: Path) -> None:
    """A folder that holds something else is not written into."""
    (tmp_path / "letters.txt").write_text("mine")

    with pytest.raises(ModelError, match="holds no comparison"):
        compare(release, SMALL, place_of(tmp_path, workspace))
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_the_command(comparison: Comparison, out: Path, release: Release, workspace: Path) -> None:
    """It prints the tables and ends with 1 where a base was left out; ``--dry-run`` lists the networks and trains none."""
    words = [
        *("compare", str(release.folder), "--workspace", str(workspace), "--out", str(out)),
        *("--bases", f"{BASE},{GONE}", "--weights", f"{GONE}={workspace / 'nowhere.pth'}"),
        *("--shared", "16,8", "--seeds", "2", "--epochs", "2", "--subsets", ""),
    ]
    run = CliRunner()
    before = runs(out)

    ahead = run.invoke(app, [*words, "--dry-run"])
    listed = runs(out)
    tables = (out / JSON).read_bytes(), (out / MARKDOWN).read_bytes()
    refused = run.invoke(app, words)
    stayed = (out / JSON).read_bytes(), (out / MARKDOWN).read_bytes()
    done = run.invoke(app, [*words, "--replace"])
    made = (out / JSON).read_bytes(), (out / MARKDOWN).read_bytes()
    again = run.invoke(app, words)

    assert ahead.exit_code == 0, ahead.output
    assert "2 networks, 4 trainings" in ahead.output
    assert f"left out: {workspace / 'nowhere.pth'} cannot be read" in ahead.output
    assert "holds tables of another question" in ahead.output
    assert refused.exit_code == 1
    assert "holds tables of another question" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert stayed == tables
    assert again.exit_code == 1
    assert ((out / JSON).read_bytes(), (out / MARKDOWN).read_bytes()) == made
    assert listed == before
    assert done.exit_code == 1
    assert f"{GONE}  left out: " in " ".join(done.stdout.split("\n"))
    assert f"tables: {out / MARKDOWN}" in done.stdout


def test_ahead_it_is_told_what_is_missing(release: Release, tmp_path: Path) -> None:
    """What nobody can learn is no training, and weights that are not at hand are named and not downloaded."""
    options = replace(OPTIONS, subsets=(300,), methods=("paper",), grid=False)
    place = Place(tmp_path / "out", tmp_path, torch.device("cpu"))

    found = plan_ahead(release, options, place)

    assert "0 networks, 0 trainings" in found.text()
    assert {one.why for one in found.networks} == {
        "no work with a picture by an artist with more than 300 works in train"
    }
    assert found.first == (
        f"the weights of {GONE} are not at hand: {BASES[GONE].url} would be downloaded to "
        + str(tmp_path / "weights" / BASES[GONE].file),
    )
    assert list(tmp_path.iterdir()) == []


def test_ahead_a_task_without_labels_is_no_training(release: Release, tmp_path: Path) -> None:
    """A network alone of a task that has nothing to learn is left out, as it is of the run."""
    tasks = choose_tasks(["artist", "type"], {"type": 10_000})
    place = Place(tmp_path / "out", tmp_path, torch.device("cpu"))

    found = plan_ahead(release, Options(tasks, bases=(BASE,)), place)

    assert [one.training.alone for one in found.networks if one.why] == ["type"]
    assert "2 networks, 6 trainings" in found.text()


def test_at_eighty_columns_help_is_whole() -> None:
    """Long lists of values wrap: none is cut short."""
    for command in ("compare", "train", "baselines", "evaluate"):
        told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "80"})

        assert told.exit_code == 0
        assert "\N{HORIZONTAL ELLIPSIS}" not in told.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--augment", "blur"), "no augmentation is called 'blur'"),
        (("--methods", "magic"), "no method is called 'magic'"),
        (("--bases", "resnet5000"), "no base is called 'resnet5000'"),
        (("--shared", "many"), "--shared takes whole numbers"),
        (("--shared", ","), "--shared needs a value"),
        (("--weights", "vgg16=file"), "--weights takes BASE=FILE"),
    ],
)
def test_what_is_no_value_is_told(release: Release, words: tuple[str, str], told: str) -> None:
    """A value that there is not ends the command with one line and 2, before anything is made."""
    done = CliRunner().invoke(app, ["compare", str(release.folder), *words])

    assert done.exit_code == 2
    assert told in done.stderr


def test_no_value_at_all_is_an_error() -> None:
    """A factor needs a value."""
    with pytest.raises(UsageError, match="--bases needs a value"):
        replace(OPTIONS, bases=())


def test_one_training_is_one_setting() -> None:
    """A training is known by its setting and task, so that rows of two tables share it."""
    assert Training(OPTIONS.middle) == Training(replace(OPTIONS.middle))
    assert Training(OPTIONS.middle) != Training(OPTIONS.middle, "artist")
