"""Options in groups, presets that are told whole, and what is said of a command that was stopped."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO

import pytest
import typer
from typer.testing import CliRunner

from omniart_data.release import Release
from omniart_model.commands.ending import STOPPED, UNREAD, ends_in_one_line
from omniart_model.commands.options import PRESET_TEXT
from omniart_model.commands.settings import settings
from omniart_model.commands.taking import takes
from omniart_model.training.settings import PRESETS, TrainConfig

RUN = CliRunner()


def _sum(first: int = 1, second: int = 2) -> int:
    return first + second


@takes(total=_sum)
def _name(name: str = "a", *, total: int, loud: bool = False) -> str:
    return f"{name}{total}{'!' if loud else ''}"


def test_a_value_is_made_of_options_that_are_made_of_options() -> None:
    """Options of a group, and of a group in it, are the command's own, in order and with their defaults."""
    app, told = typer.Typer(), list[str]()

    @app.command()
    @takes(called=_name)
    def command(count: int, *, called: str, last: int = 0) -> None:
        told.append(f"{count} {called} {last}")

    one = RUN.invoke(app, ["7"])
    other = RUN.invoke(app, ["8", "--second", "5", "--loud", "--name", "b", "--last", "9"])

    assert (one.exit_code, other.exit_code) == (0, 0), other.output
    assert told == ["7 a3 0", "8 b6! 9"]
    asked = re.findall(r"--(name|first|second|loud|last)\b", RUN.invoke(app, ["--help"]).stdout)
    assert list(dict.fromkeys(asked)) == ["name", "first", "second", "loud", "last"]


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("other", PRESETS)
def test_help_tells_all_that_a_preset_sets(name: str, other: str) -> None:
    """The options that --preset's help names for a preset make it of every other."""
    app, told = typer.Typer(), list[TrainConfig]()

    @app.command()
    @takes(config=settings)
    def command(*, config: TrainConfig) -> None:
        told.append(config)

    presets = dict(part.split(": ") for part in PRESET_TEXT.split("; "))
    done = RUN.invoke(app, ["--preset", other, *presets[name].split()])

    assert done.exit_code == 0, done.output
    assert told == [PRESETS[name]]
    assert set(presets) == set(PRESETS)


@pytest.mark.parametrize("line", ["stopped; the same command goes on from here", "stopped"])
def test_what_goes_on_is_told_where_it_does(line: str) -> None:
    """A command that keeps what it has finished says so when it is stopped, and another one does not."""
    app = typer.Typer()

    def interrupted() -> None:
        raise KeyboardInterrupt

    app.command()(ends_in_one_line(interrupted, goes_on=line != "stopped"))
    done = RUN.invoke(app)

    assert (done.exit_code, done.stderr) == (STOPPED, f"omniart-model: {line}\n")


def test_a_reading_that_is_stopped_promises_nothing(tmp_path: Path) -> None:
    """Reading the challenge starts anew the next time, and does not say otherwise."""
    os.mkfifo(tmp_path / "gt.mat")  # whoever reads it waits
    words = ["rijks14", "read", "--gt", "gt.mat", "--xml", ".", "--images", ".", "--workspace", "w"]
    hears = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # also under nohup
    run = subprocess.Popen(
        [sys.executable, "-c", f"{hears}; from omniart_model.cli import main; main()", *words],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    writes = _opened_by_its_reader(tmp_path / "gt.mat", run)

    said = _interrupted(run)
    os.close(writes)

    assert (run.returncode, said) == (STOPPED, "omniart-model: stopped\n")


ASKED = [["--help"], ["--version"], ["rijks14", "--help"], ["evaluate", "--help"], ["evaluate"]]
"""What prints much, little, and an answer; the last one with a release and predictions."""


@pytest.mark.parametrize("words", ASKED, ids=" ".join)
def test_a_full_disk_is_one_line(words: list[str], release: Release, baseline: Path) -> None:
    """Where stdout cannot take an answer or a help text there is one line with the reason, and the code is 1."""
    with Path("/dev/full").open("w") as full:
        done = _told_to(full, words, release, baseline)

    line = "omniart-model: the answer cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (1, line)


@pytest.mark.parametrize("words", ASKED, ids=" ".join)
def test_who_reads_no_more_ends_it_quietly(
    words: list[str], release: Release, baseline: Path
) -> None:
    """Whatever is printed into a pipe that nobody reads, the code is the one that SIGPIPE gives, and nothing is said."""
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "w") as unread:
        done = _told_to(unread, words, release, baseline)

    assert (done.returncode, done.stderr) == (UNREAD, "")


def _told_to(
    stdout: TextIO, words: list[str], release: Release, baseline: Path
) -> subprocess.CompletedProcess[str]:
    """Run a command that prints to a file."""
    asked = [release.folder, baseline / "predictions.parquet"] if words == ["evaluate"] else []
    return subprocess.run(
        [sys.executable, "-m", "omniart_model.cli", *words, *asked],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


def _interrupted(run: subprocess.Popen[str]) -> str:
    """Send Ctrl-C until it is heard, as one that comes just before a read waits for its end; return stderr."""
    for _ in range(10):
        run.send_signal(signal.SIGINT)
        try:
            return run.communicate(timeout=6)[1]
        except subprocess.TimeoutExpired:
            continue
    run.kill()
    return run.communicate()[1]


def _opened_by_its_reader(path: Path, run: subprocess.Popen[str]) -> int:
    """Return a pipe's end to write to, as soon as a running command reads from it."""
    ends = time.monotonic() + 60
    while run.poll() is None and time.monotonic() < ends:
        try:
            return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads yet
            time.sleep(0.01)
    raise AssertionError(f"nobody has read {path}")
