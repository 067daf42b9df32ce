"""Commands write where they are told to, and never into what is finished, nor over what they read."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from omniart_data.release import Release
from omniart_model.cli import app
from omniart_model.outputs import check_file, check_folders
from schemas.errors import ModelError, UsageError

LITE = ("--base", "efficientnet-lite0")

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(release: Release, baseline: Path, tmp_path: Path) -> Run:
    """Return what runs a command on the words' RELEASE, BASELINE, PREDICTIONS and TMP: exit code and stderr."""
    stand = {
        "PREDICTIONS": str(baseline / "predictions.parquet"),
        "RELEASE": str(release.folder),
        "BASELINE": str(baseline),
        "TMP": str(tmp_path),
    }

    def invoke(*words: str) -> tuple[int, str]:
        told = []
        for word in words:
            first, slash, rest = word.partition("/")
            told.append(stand.get(first, first) + slash + rest)
        done = CliRunner().invoke(app, told)
        return done.exit_code, done.stderr

    return invoke


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Return all that is in a folder, with size and time."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize(
    "words",
    [
        ("predict", "BASELINE", "RELEASE", "--out", "RELEASE/data/mine.parquet", "--replace"),
        ("predict", "BASELINE", "RELEASE", "--out", "RELEASE/labels.parquet", "--replace"),
        ("predict", "BASELINE", "RELEASE", "--out", "PREDICTIONS", "--replace"),
        ("predict", "BASELINE", "RELEASE", "--out", "TMP/o.parquet", "--workspace", "RELEASE"),
        ("evaluate", "RELEASE", "PREDICTIONS", "--json", "TMP/link/new/scores.json"),
        ("evaluate", "RELEASE", "PREDICTIONS", "--json", "BASELINE/scores.json"),
        ("rijks14", "score", "RELEASE", "PREDICTIONS", "--json", "RELEASE/scores.json"),
        ("features", "RELEASE", "--out", "RELEASE/data/../f.parquet", *LITE),
        ("features", "RELEASE", "--workspace", "BASELINE", *LITE),
        ("train", "RELEASE", "--out", "RELEASE/trained", *LITE),
        ("train", "RELEASE", "--out", "TMP/link/trained", *LITE),
        ("train", "RELEASE", "--out", "TMP/out", "--workspace", "RELEASE", *LITE),
        ("baselines", "RELEASE", "--out", "BASELINE/mine", *LITE),
        ("compare", "RELEASE", "--out", "RELEASE/compared", "--bases", "efficientnet-lite0"),
    ],
)
def test_what_is_finished_is_never_written_to(
    words: tuple[str, ...], run: Run, release: Release, baseline: Path, tmp_path: Path
) -> None:
    """Whatever is asked to be written into a release or a baseline is refused in one line, and nothing is changed."""
    (tmp_path / "link").symlink_to(release.folder)
    before = files_of(release.folder), files_of(baseline)

    code, said = run(*words)

    assert code == 2, said
    assert "a finished release or baseline, which is never written to: give --" in said
    assert said.count("\n") == 1
    assert (files_of(release.folder), files_of(baseline)) == before
    assert {path.name for path in tmp_path.iterdir()} == {"link"}


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--out", ("predict", "BASELINE", "RELEASE")),
        ("--json", ("evaluate", "RELEASE", "PREDICTIONS", "--resamples", "0")),
        ("--out", ("features", "RELEASE", *LITE)),
    ],
)
def test_a_file_is_replaced_where_that_is_asked_for(
    option: str, words: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    """A file that is there stays as it is, and the line names the options; with --replace it is written anew."""
    mine = tmp_path / "mine"
    mine.write_text("mine")
    asked = (*words, option, "TMP/mine")

    code, said = run(*asked)

    other = f"give {option} for another file, or --replace"
    assert (code, said) == (2, f"omniart-model: {mine} is there already: {other}\n")
    assert mine.read_text() == "mine"
    assert run(*asked, "--replace") == (0, "")
    assert mine.stat().st_size > len("mine")


def test_what_is_read_is_not_written_over(run: Run, baseline: Path, tmp_path: Path) -> None:
    """Predictions are not replaced by their scores, also not by another name, and --replace changes nothing."""
    mine, link = tmp_path / "mine.parquet", tmp_path / "link"
    shutil.copyfile(baseline / "predictions.parquet", mine)
    link.symlink_to(mine)
    before = mine.read_bytes()

    for name in ("mine.parquet", "link"):
        words = ("evaluate", "RELEASE", "TMP/mine.parquet", "--json", f"TMP/{name}", "--replace")
        line = f"omniart-model: {tmp_path / name} is what is read: give --json for another file\n"
        assert run(*words) == (2, line)

    assert mine.read_bytes() == before
    assert link.is_symlink()


def test_a_device_and_a_folder_are_no_files(tmp_path: Path) -> None:
    """What is no plain file is not replaced by one, even where that is asked for."""
    for path in (Path(os.devnull), tmp_path):
        with pytest.raises(UsageError, match="is there and is no file: give --json for another"):
            check_file(path, "--json", replace=True)


def test_a_manifest_of_something_else_seals_nothing(tmp_path: Path) -> None:
    """A folder that others call a manifest.json in is no release: only with its seal is it finished."""
    (tmp_path / "manifest.json").write_text("{}")

    check_file(tmp_path / "deep" / "scores.json", "--json", replace=False)
    check_folders(tmp_path / "deep" / "out", tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


@pytest.mark.parametrize("where", ["/proc/x", "/proc/x/y", "/dev/null/x"])
def test_what_cannot_be_written_is_told_first(where: str, tmp_path: Path) -> None:
    """Where nothing can be made the folder that was asked for is named, and not what would be made beside it."""
    with pytest.raises(ModelError, match=rf"^{where} cannot be written: "):
        check_folders(Path(where), tmp_path)
    with pytest.raises(ModelError, match=rf"^{where} cannot be written: "):
        check_file(Path(where), "--json", replace=False)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("PICTURE", "--out", "TMP/a.parquet"), "--out is of a release, and answers for pictures"),
        (("PICTURE", "--split", "test"), "--split is of a release"),
        (("PICTURE", "--replace"), "--replace is of a release"),
        (("RELEASE", "--json"), "--json is of pictures, and a release is answered into a file"),
        (("RELEASE", "--top", "5"), "--top is of pictures"),
        (("TMP",), "is not a release: it has no manifest.json; for the pictures in it name TMP/*.jpg"),
    ],
)  # fmt: skip
def test_no_option_is_left_unheard(
    words: tuple[str, ...], line: str, run: Run, tmp_path: Path
) -> None:
    """What would say nothing of what is asked is a mistake of the caller's; a folder of pictures gets a hint."""
    code, said = run("predict", "BASELINE", *words)

    assert code == 2
    assert line.replace("TMP", str(tmp_path)) in said
    assert said.count("\n") == 1
