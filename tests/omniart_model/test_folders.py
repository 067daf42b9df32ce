"""A folder is there whole at every moment, whatever is killed."""

import os
from pathlib import Path

import pytest

from omniart_data.release import Release
from omniart_model.baselines.make import BaselineConfig, train_baseline
from omniart_model.folders import alone, clear_up, put_in_place
from schemas.errors import ModelError

DEAD = 999_999_999
"""A number that no process has: Linux counts to 4,194,304."""


def folder(path: Path, text: str) -> Path:
    """Make a folder with one file in it."""
    path.mkdir()
    (path / "report.md").write_text(text)
    return path


def test_what_killed_runs_left_is_swept(tmp_path: Path) -> None:
    """Half a baseline of a dead process goes; a living one's, another version's and a file's namesake stay."""
    folder(tmp_path / f".1.0.0.{DEAD}", "half")
    folder(tmp_path / f".1.0.0.{os.getpid()}", "half, of a container's run before")
    kept = {f".1.0.0.{os.getppid()}", f".1.0.{DEAD}", ".1.0.0.notes", f"1.0.0.{DEAD}"}
    for name in kept:
        folder(tmp_path / name, "mine")

    clear_up(tmp_path / "1.0.0")

    assert {path.name for path in tmp_path.iterdir()} == kept


def test_one_run_at_a_time_makes_a_folder(tmp_path: Path) -> None:
    """A second one is told so; when the first is done, or gone, another may, and no lock is left."""
    with alone(tmp_path / "baselines" / "1.0.0"):
        with (
            pytest.raises(ModelError, match="another run is making"),
            alone(tmp_path / "baselines" / "1.0.0"),
        ):
            pytest.fail("two at once")
        with alone(tmp_path / "baselines" / "1.1.0"):
            pass
    with alone(tmp_path / "baselines" / "1.0.0"):
        pass

    assert not list((tmp_path / "baselines").iterdir())


def test_a_next_start_sweeps_first(
    baseline: Path, release: Release, workspace: Path, config: BaselineConfig
) -> None:
    """Training clears up even where the baseline is there already."""
    left = folder(baseline.with_name(f".{baseline.name}.{DEAD}"), "half")

    assert train_baseline(release, config, baseline, workspace) is None

    assert not left.exists()


def test_the_old_is_gone_only_when_the_new_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder is deleted when another has its name, and not before."""
    out, new = folder(tmp_path / "1.0.0", "old"), folder(tmp_path / ".1.0.0.1", "new")
    seen = []

    def delete(path: Path) -> None:
        seen.append(((out / "report.md").read_text(), (path / "report.md").read_text()))

    monkeypatch.setattr("shutil.rmtree", delete)
    put_in_place(new, out)

    assert seen == [("new", "old")]


def test_the_old_comes_back_where_the_new_cannot_come(tmp_path: Path) -> None:
    """Where the second rename fails the old folder has its name again."""
    out = folder(tmp_path / "1.0.0", "old")

    with pytest.raises(OSError, match="nowhere"):
        put_in_place(tmp_path / "nowhere", out)

    assert (out / "report.md").read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("named", [True, False])
def test_a_kill_between_the_renames_loses_nothing(tmp_path: Path, *, named: bool) -> None:
    """The next start puts the old folder back where no new one came, and else deletes it."""
    out = tmp_path / "1.0.0"
    folder(tmp_path / f".1.0.0.replaced-{DEAD}", "old")
    folder(out if named else tmp_path / f".1.0.0.{DEAD}", "new")

    clear_up(out)

    assert (out / "report.md").read_text() == ("new" if named else "old")
    assert list(tmp_path.iterdir()) == [out]


def test_what_cannot_be_removed_is_named(tmp_path: Path) -> None:
    """A file where a folder should be is an error that names it."""
    (tmp_path / f".1.0.0.{DEAD}").write_text("")

    with pytest.raises(ModelError, match=f"{DEAD}, left by a run that was broken off"):
        clear_up(tmp_path / "1.0.0")


def test_nothing_to_clear_up(tmp_path: Path) -> None:
    """A folder that is not there has nothing left in it."""
    clear_up(tmp_path / "none" / "1.0.0")

    assert list(tmp_path.iterdir()) == []
