"""The command goes the whole way: train, predict, evaluate; what goes wrong is one line."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest

from omniart_data.release import Release
from omniart_data.release.near import open_features
from omniart_model.baselines.make import BaseChoice, BaselineConfig, train_baseline
from omniart_model.baselines.table import NETWORK, OF_VALIDATION
from omniart_model.files import as_json
from omniart_model.manifest import write_manifest
from omniart_model.report.words import INVENTED
from omniart_model.tasks import choose_tasks
from omniart_model.training.checkpoint import (
    ABOUT,
    check_class_index,
    load_checkpoint,
    read_checkpoint,
)
from omniart_model.training.settings import TrainConfig
from omniart_model.works import in_split, pictured_works
from schemas.errors import ModelError, UsageError

TIMED = {"times.json", "report.html", "README.md", "manifest.json", "manifest.sha256"}
"""What tells how long a run took, and what seals it."""

MODULE = (sys.executable, "-W", "error", "-m", "omniart_model.cli")


def command(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run omniart-model."""
    return subprocess.run(
        [*MODULE, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
    )


def train_words(release: Release, out: Path, workspace: Path) -> list[object]:
    """Return the words that make the baseline of the fixture's size in another folder."""
    return [
        "train",
        release.folder,
        "--out",
        out,
        "--workspace",
        workspace,
        "--shared",
        64,
        "--base",
        "efficientnet-lite0",
    ]


def test_a_baseline_beats_who_does_not_look(baseline: Path) -> None:
    """On pictures that tell their labels the network is better than every constant answer."""
    tasks = json.loads((baseline / "baselines.json").read_bytes())["tasks"]
    answers = {one["task"]["name"]: one["answers"] for one in tasks}

    def value(task: str, answer: str, metric: str) -> float:
        found: float = answers[task][answer][metric]["value"]
        return found

    assert set(answers) == {"artist", "type", "coarse type", "material", "period"}
    for task, constant, metric in (
        ("artist", "majority class", "top1"),
        ("coarse type", "majority class", "top1"),
        ("type", "prior", "map_class"),
        ("material", "prior", "lrap"),
    ):
        assert value(task, NETWORK, metric) > value(task, constant, metric), task
    assert value("coarse type", NETWORK, "top3") == 1  # there are two
    for constant in ("mean year", "median year"):
        assert value("period", NETWORK, "mean_error") < value("period", constant, "mean_error")


def test_train_predict_evaluate(release: Release, workspace: Path, tmp_path: Path) -> None:
    """From the command line: a baseline, its answers, and their score, the same as in the baseline."""
    out, answers = tmp_path / "baseline", tmp_path / "answers.parquet"

    trained = command(*train_words(release, out, workspace), "--epochs", 3)
    again = command(*train_words(release, out, workspace), "--epochs", 3)
    other = command(*train_words(release, out, workspace), "--epochs", 4)
    split = ("--split", "validation")
    predicted = command(
        "predict", out, release.folder, "--out", answers, "--workspace", workspace, *split
    )
    scores = tmp_path / "scores.json"
    scored = command("evaluate", release.folder, answers, "--json", scores, *split)

    assert (trained.returncode, trained.stderr) == (0, "")
    assert f"report: {out / 'report.html'}" in trained.stdout
    assert "release 1.0.0, validation: 24 works" in trained.stdout
    assert (again.returncode, other.returncode) == (0, 1)
    assert "is there already" in again.stdout
    assert "another baseline" in other.stderr
    assert (predicted.returncode, predicted.stderr) == (0, "")
    assert answers.read_bytes() == (out / "predictions.parquet").read_bytes()
    assert (scored.returncode, scored.stderr) == (0, "")
    table = json.loads((out / "baselines.json").read_bytes())
    of = json.loads(scores.read_bytes())["tasks"]
    for one in table["tasks"]:
        told = of[one["task"]["name"]]["answers"]["predictions"]
        for metric, figures in told.items():
            same = one["answers"][NETWORK][metric]
            assert {key: same[key] for key in figures} == figures, metric


@pytest.mark.parametrize(("words", "split"), [((), "validation"), (("--split", "test"), "test")])
def test_test_is_read_where_it_is_asked_for(
    words: tuple[str, ...], split: str, release: Release, workspace: Path, tmp_path: Path
) -> None:
    """What `train` prints and writes is of validation, says so, and answers no work of test; --split test asks for those."""
    out = tmp_path / "out"

    trained = command(*train_words(release, out, workspace), "--epochs", 1, *words)

    works = in_split(pictured_works(release), split)["id"].to_pylist()
    table, card = json.loads((out / "baselines.json").read_bytes()), (out / "README.md").read_text()
    assert trained.returncode == 0, trained.stderr
    assert f"release 1.0.0, {split}: {len(works)} works" in trained.stdout
    assert (table["split"], table["works"]) == (split, len(works))
    assert pq.read_table(out / "predictions.parquet")["id"].to_pylist() == works
    flattering = split == "validation"
    assert [OF_VALIDATION in told for told in (trained.stdout, escaped_as(card))] == [
        flattering
    ] * 2


def escaped_as(markdown: str) -> str:
    """Return Markdown without its escapes."""
    return markdown.replace("\\", "")


def test_all_answers_are_of_test(config: BaselineConfig) -> None:
    """The table that a release is published with is of no other split."""
    with pytest.raises(UsageError, match="all answers are made for test"):
        replace(config, full=True, split="validation")


def test_the_same_release_gives_the_same_baseline(
    baseline: Path, release: Release, workspace: Path, tmp_path: Path, config: BaselineConfig
) -> None:
    """Made twice, all files of a baseline are the same bytes but those that tell wall times."""
    train_baseline(release, config, tmp_path / "again", workspace)

    names = sorted(path.name for path in baseline.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    for name in set(names) - TIMED:
        assert (baseline / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_evaluate_needs_no_torch(baseline: Path, release: Release) -> None:
    """Scoring imports neither torch nor what needs it."""
    program = (
        "import sys; from omniart_model.cli import app;"
        f"app(['evaluate', {str(release.folder)!r}, {str(baseline / 'predictions.parquet')!r}],"
        "standalone_mode=False);"
        "print([name for name in ('torch', 'torchvision', 'safetensors') if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "[]"


def test_help_imports_little() -> None:
    """Help does not wait for torch, pandas or pyarrow."""
    program = (
        "import sys; import omniart_model.cli;"
        "print([name for name in ('torch', 'pandas', 'pyarrow', 'requests') if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_help_says_what_it_is_for() -> None:
    """The command has a line of its own above the list of what it can do."""
    help_text = " ".join(command("--help").stdout.split())

    assert "Train the multi-task baseline on a release" in help_text


def test_the_version_is_told() -> None:
    """--version is the command's name and the package's version, on one line."""
    done = command("--version")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"omniart-model {version('omniart-data')}\n"


def test_a_damaged_release_is_one_line(release: Release, baseline: Path, tmp_path: Path) -> None:
    """A table whose bytes were changed in place is named, with what to do, and no traceback."""
    damaged = tmp_path / "damaged"
    shutil.copytree(release.folder, damaged)
    labels = damaged / "labels.parquet"
    labels.write_bytes(bytes(labels.stat().st_size))

    done = command("evaluate", damaged, baseline / "predictions.parquet")

    assert (done.returncode, done.stderr) == (
        1,
        f"omniart-model: {labels} is damaged: run `omniart-data verify {damaged}`\n",
    )


def test_a_missing_extra_is_named(release: Release, tmp_path: Path) -> None:
    """Without torch, train says what to install, in one line."""
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError('No torch', name='torch')")

    done = command("train", release.folder, PYTHONPATH=str(tmp_path))

    assert done.returncode == 1
    assert done.stderr == (
        "omniart-model: torch is not installed: pip install omniart-data[model]\n"
    )


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (["evaluate", "nowhere", "p"], 2, "nowhere is not a folder"),
        (["train", "nowhere"], 2, "nowhere is not a folder"),
        (["train", "nowhere", "--tasks", "genre"], 2, "no task is called 'genre'"),
        (["train", "nowhere", "--preset", "huge"], 2, "no preset is called 'huge'"),
        (["train", "nowhere", "--min-train", "artist"], 2, "--min-train takes TASK=N"),
        (["train", "RELEASE", "--min-train", "coarse=3"], 2, "type, coarse_type, material"),
        (["predict", "nowhere", "RELEASE"], 2, "nowhere is not there: name the folder"),
        (["predict", "RELEASE", "RELEASE"], 1, "is not the folder of a baseline"),
        (["predict", "RELEASE", "RELEASE", "--split", "tset"], 2, "there are train, validation"),
        (["features", "nowhere"], 2, "nowhere is not a folder"),
        (["features", "/"], 2, "/ is neither a release (manifest.json) nor a workspace"),
        (["features", "RELEASE", "--base", "alexnet"], 2, "no base is called 'alexnet'"),
        (["evaluate", "RELEASE", "nothing"], 2, "nothing is not there: name a file"),
        (["evaluate", "RELEASE", __file__], 1, "is not a Parquet file"),
        (["evaluate", "RELEASE", __file__, "--split", "tset"], 2, "there are train, validation"),
        (["evaluate", "/", "nothing"], 1, "omniart-model: "),
    ],
)
def test_errors_are_one_line(release: Release, words: list[str], code: int, line: str) -> None:
    """What cannot be done is one line on stderr, with exit code 2 for usage and 1 else."""
    done = command(*(str(release.folder) if word == "RELEASE" else word for word in words))

    assert (done.returncode, done.stdout) == (code, "")
    assert line in done.stderr
    assert done.stderr.count("\n") == 1


def test_no_pictures_no_baseline(
    tmp_path: Path, made: ModuleType, unpictured: Release, config: BaselineConfig
) -> None:
    """A release without pictures, or with pictures that are not at hand, says what to do."""
    none = made.made_release(tmp_path / "none", 60, pictures="not asked for")

    with pytest.raises(ModelError, match=r"no work with a picture in train.*--images none"):
        train_baseline(none, config, tmp_path / "out", tmp_path)
    with pytest.raises(ModelError, match="no picture of train is at hand: give --workspace"):
        train_baseline(unpictured, config, tmp_path / "out", tmp_path)
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out*"))


def test_a_foreign_folder_is_never_replaced(
    release: Release, workspace: Path, tmp_path: Path, config: BaselineConfig
) -> None:
    """--replace replaces baselines, and nothing else."""
    (tmp_path / "letters").mkdir()

    with pytest.raises(ModelError, match="is there and is no baseline"):
        train_baseline(release, config, tmp_path / "letters", workspace, replace=True)


def test_a_changed_baseline_is_not_taken_for_whole(
    baseline: Path, release: Release, workspace: Path, tmp_path: Path, config: BaselineConfig
) -> None:
    """A baseline with a changed file is not "there already"; --replace makes it anew."""
    out = tmp_path / "out"
    shutil.copytree(baseline, out)
    (out / "README.md").write_text("changed")

    with pytest.raises(ModelError, match="or was changed"):
        train_baseline(release, config, out, workspace)
    assert train_baseline(release, config, out, workspace, replace=True) is not None
    assert (out / "README.md").read_text() != "changed"


def test_another_class_index_is_refused(baseline: Path, tmp_path: Path, made: ModuleType) -> None:
    """A checkpoint does not fit a release that numbers its classes differently, or lacks one."""
    fewer = made.made_release(tmp_path / "fewer", 30, hands=(1,))
    renumbered = made.made_release(
        tmp_path / "renumbered", artwork_types=["a vase", "painting", "print"]
    )

    checkpoint = load_checkpoint(baseline)

    with pytest.raises(ModelError, match="has no artist 'Artist A': another class index"):
        check_class_index(checkpoint, fewer)
    with pytest.raises(ModelError, match="numbers the classes of type differently"):
        check_class_index(checkpoint, renumbered)


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        (ABOUT, b"{", "cannot be read as JSON"),
        (ABOUT, b"[]", "does not hold a JSON object"),
        (ABOUT, b'{"format": 9}', "is of format 9, not 2: train again"),
        ("network.safetensors", b"torn", "is not the file that checkpoint.json speaks of"),
    ],
)
def test_a_torn_checkpoint_is_refused(
    baseline: Path, tmp_path: Path, name: str, body: bytes, message: str
) -> None:
    """A checkpoint that is not whole, or of another format, is one line."""
    for path in baseline.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).write_bytes(body)

    with pytest.raises(ModelError, match=message):
        read_checkpoint(tmp_path)
    with pytest.raises(ModelError, match=f"{name} is not the file that manifest.json names"):
        load_checkpoint(tmp_path)


def test_works_without_a_picture_at_hand_get_the_prior(
    baseline: Path, unpictured: Release, tmp_path: Path
) -> None:
    """Every work is answered: what cannot be looked at, with the shares of train."""
    answers = tmp_path / "answers.parquet"

    done = command(
        "predict", baseline, unpictured.folder, "--out", answers, "--workspace", tmp_path
    )

    assert done.returncode == 0, done.stderr
    table = pq.read_table(answers)
    assert f"{table.num_rows} works of test, {table.num_rows} without a picture" in done.stdout
    assert len(set(table["year"].to_pylist())) == 1
    assert command("evaluate", unpictured.folder, answers).returncode == 0


class _Page(HTMLParser):
    """What a page asks for, and whether its elements are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.fetched += [given[name] or "" for name in ("src", "href") if name in given]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_report_stands_alone(baseline: Path) -> None:
    """The page fetches nothing, says that the works are invented, and names every task and answer."""
    page = _Page()
    page.feed((baseline / "report.html").read_text(encoding="utf-8"))

    assert [one for one in page.fetched if not one.startswith(("#", "data:"))] == []
    assert INVENTED in page.text
    for name in ("artist", "type", "coarse type", "material", "period", "majority class", "prior"):
        assert name in page.text


def test_a_checkpoint_of_fewer_tasks_still_answers(
    release: Release, workspace: Path, tmp_path: Path
) -> None:
    """A baseline that was trained before there were coarse types predicts and is scored as before."""
    words = ["--tasks", "artist,type,material,period", "--epochs", 1]
    out, answers = tmp_path / "older", tmp_path / "answers.parquet"

    trained = command(*train_words(release, out, workspace), *words)
    predicted = command("predict", out, release.folder, "--out", answers, "--workspace", workspace)
    scored = command("evaluate", release.folder, answers, "--json", tmp_path / "scores.json")

    assert (trained.returncode, predicted.returncode, scored.returncode) == (0, 0, 0)
    assert pq.read_schema(answers).names == [
        *("id", "artist", "type", "material", "year", "year_first", "year_last")
    ]
    tasks = json.loads((tmp_path / "scores.json").read_bytes())["tasks"]
    assert set(tasks) == {"artist", "type", "material", "period"}


def test_a_choice_of_tasks(release: Release, workspace: Path, tmp_path: Path) -> None:
    """A network of one task alone is trained, and scored on that alone."""
    base = BaseChoice("efficientnet-lite0")
    config = BaselineConfig(choose_tasks(["period"]), TrainConfig(shared=8, epochs=2), base)

    table = train_baseline(release, config, tmp_path / "out", workspace)

    assert table is not None
    assert [one.task.name for one in table.tasks] == ["period"]


def test_features_of_a_workspace(tmp_path: Path, made: ModuleType) -> None:
    """Before there is a release: every picture in images/ is seen, and a file is made that a build can read."""
    for number in range(5):
        body = made.picture(number, number % 4)
        sha256 = made.hashlib.sha256(body).hexdigest()
        path = tmp_path / "images" / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)

    chosen = ("--base", "efficientnet-lite0")
    first = command("features", tmp_path, *chosen)
    again = command("features", tmp_path, *chosen, "--out", tmp_path / "again.parquet")

    file = tmp_path / "features.parquet"
    assert (first.returncode, first.stderr) == (0, "")
    assert "5 pictures: 5 seen now, 0 before, 0 not at hand, 0 not decodable" in first.stdout
    assert f"file: {file}, 5 pictures" in first.stdout
    assert "0 seen now, 5 before" in again.stdout
    assert file.read_bytes() == (tmp_path / "again.parquet").read_bytes()
    opened = open_features(file)
    assert (opened.width, opened.base) == (1280, "efficientnet-lite0")


def test_features_of_a_release(
    baseline: Path, release: Release, workspace: Path, tmp_path: Path
) -> None:
    """A release's features come into the cache; a file is made where --out asks for one."""
    chosen = ("--base", "efficientnet-lite0")
    words = ["features", release.folder, "--workspace", workspace, *chosen]

    plain = command(*words)
    with_file = command(*words, "--out", tmp_path / "features.parquet")

    assert baseline.is_dir()
    assert "120 pictures: 0 seen now, 120 before" in plain.stdout
    assert "file:" not in plain.stdout
    assert not (workspace / "features.parquet").exists()
    assert "120 pictures" in with_file.stdout.splitlines()[-1]
    assert pq.read_table(tmp_path / "features.parquet").num_rows == 120


def test_words_of_others_are_shown_and_not_obeyed(
    baseline: Path, release: Release, workspace: Path, tmp_path: Path
) -> None:
    """What a baseline from elsewhere says of itself comes onto the terminal without its escape sequences."""
    shutil.copytree(baseline, tmp_path / "theirs")
    about = json.loads((tmp_path / "theirs" / ABOUT).read_bytes())
    about["features"]["view"] = "\x1b]0;pwned\x07 \u202e\n"
    (tmp_path / "theirs" / ABOUT).write_bytes(as_json(about))
    write_manifest(tmp_path / "theirs", "1.0.0", release.digest)

    done = command("predict", tmp_path / "theirs", release.folder, "--workspace", workspace)

    assert done.returncode == 1
    assert r"features with view \x1b]0;pwned\x07 \u202e\n, and these" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("given", "spins"),
    [
        ({}, "10000"),
        ({"GOMP_SPINCOUNT": "7"}, "7"),
        ({"OMP_WAIT_POLICY": "active"}, "None"),
    ],
)
def test_threads_wait_briefly_for_each_other(given: dict[str, str], spins: str) -> None:
    """It is said before torch is read, as its threads hear it once; who says otherwise is heard."""
    words = (
        "import os, sys; sys.argv = ['omniart-model', '--version']\n"
        "from omniart_model.entry import main\n"
        "try:\n    main()\nexcept SystemExit:\n"
        "    print(os.environ.get('GOMP_SPINCOUNT'), 'torch' in sys.modules)"
    )
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}
    }
    done = subprocess.run(
        [sys.executable, "-c", words], env=clean | given, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == f"{spins} False"
