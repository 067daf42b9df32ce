"""Crawl, images, status, probe and museum as a maintainer uses them: in processes of their own."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from crawlers.engine.image_store import ImageOutcome, ImageStore
from crawlers.engine.store import RawStore
from crawlers.sample import parse_faults, sample_museum
from omniart_data.cli import app
from omniart_data.status import read_status_file
from omniart_data.workspace import Workspace

COMMAND = Path(sys.executable).with_name("omniart-data")
SOURCES = ("sample-met", "sample-rijksmuseum", "sample-wga")
PATIENCE_S = 60.0

Done = subprocess.CompletedProcess[str]


def run(*arguments: str | Path) -> Done:
    """Run the command to its end."""
    return subprocess.run(
        [COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )


@contextmanager
def running(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Run the command beside the block; nothing of it stays."""
    process = subprocess.Popen(
        [COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def serving(faults: str = "", *, tls: bool = False) -> Iterator[list[str]]:
    """Serve a sample museum; give the options by which it is reached."""
    with sample_museum(works=120, faults=parse_faults(faults), tls=tls) as served:
        ca = ["--ca", str(served.ca_file)] if served.ca_file else []
        yield ["--museum", served.base_url, *ca]


@pytest.fixture(scope="module")
def museum() -> Iterator[list[str]]:
    """Give the options by which a well-behaved museum of another process is reached, as it prints them."""
    with running("museum", "--works", "120", "--lifetime", "300") as process:
        assert process.stdout is not None
        process.stdout.readline()
        words = shlex.split(process.stdout.readline(), comments=True)
        assert words[:3] == ["omniart-data", "crawl", "--museum"]
        yield words[2:]
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0


@pytest.fixture(scope="module")
def calm(museum: list[str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """Give a workspace into which all was crawled undisturbed, and what the command said."""
    folder = tmp_path_factory.mktemp("calm")
    return folder, run("crawl", *museum, "--workspace", folder)


def digest(workspace: Path) -> str:
    """Return the SHA-256 of all that a raw store holds."""
    with RawStore(workspace / "raw" / "raw.sqlite", read_only=True) as store:
        return store.digest()


def here(*arguments: str | Path) -> Result:
    """Run a command that asks nobody in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def status(workspace: Path) -> dict[str, Any]:
    """Return what ``status --json`` says."""
    done = here("status", "--json", "--workspace", workspace)
    assert (done.exit_code, done.stderr) == (0, "")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def until_under_way(workspace: Path) -> dict[str, Any]:
    """Wait until a crawl has stored something, and return what ``status`` says then."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        live = read_status_file(workspace)
        if live is not None and any(one.done for one in live.sources):
            return status(workspace)
        time.sleep(0.02)
    raise AssertionError("it never came")


def test_a_whole_crawl(calm: tuple[Path, Done]) -> None:
    """A crawl ends with 0, a receipt by host and a census in which nothing is left; a pipe gets no progress."""
    workspace, done = calm

    assert (done.returncode, done.stderr) == (0, "")
    for said in (*SOURCES, "sample-met.invalid", "requests", "peak/s", "named", "withdrawn"):
        assert said in done.stdout
    assert done.stdout.splitlines()[-1].startswith("whole: ")
    with RawStore(workspace / "raw" / "raw.sqlite", read_only=True) as store:
        censuses = [store.census(name) for name in SOURCES]
        assert all(store.finished(name) for name in SOURCES)
        receipt = store.receipts()[0].report
    assert all(one.adds_up and one.named and not one.left for one in censuses)
    assert set(receipt["sources"]) == set(SOURCES)
    assert receipt["hosts"]["sample-met.invalid"]["requests"] > 0
    assert not receipt["stopped"]


def test_what_is_crawled_is_left_alone(calm: tuple[Path, Done], museum: list[str]) -> None:
    """The same command again asks for nothing, and changes nothing."""
    workspace, _ = calm
    before = digest(workspace)

    again = here("crawl", *museum, "--workspace", workspace)

    assert (again.exit_code, again.stderr) == (0, "")
    assert "sample-met.invalid" not in again.stdout
    assert "nothing to do: " in again.stdout
    assert digest(workspace) == before


def test_stopped_and_gone_on(calm: tuple[Path, Done], museum: list[str], tmp_path: Path) -> None:
    """Ctrl-C ends a crawl with 130, a receipt and the command that goes on; that command ends as a calm one."""
    workspace = tmp_path / "w"
    with running("crawl", *museum, "--rate", "30", "--workspace", workspace) as process:
        told = until_under_way(workspace)
        second = here("crawl", *museum, "--workspace", workspace)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)

    assert told["holder"]["pid"] == told["live"]["pid"] == process.pid
    assert told["live"]["command"].startswith("omniart-data crawl --museum http")
    assert {one["name"] for one in told["live"]["sources"]} == set(SOURCES)
    assert "sample-met.invalid" in {one["host"] for one in told["live"]["hosts"]}
    assert second.exit_code == 1
    assert f"pid {process.pid}" in second.stderr

    assert process.returncode == 130
    assert "sample-met.invalid" in out
    (line,) = err.splitlines()
    assert "stopped" in line
    after = status(workspace)
    assert (after["holder"], after["live"], after["last"]["stopped"]) == (None, None, True)

    words = shlex.split(line.split("`")[1])
    assert words[0] == "omniart-data"
    gone_on = here(*words[1:], "--rate", "1000")
    assert (gone_on.exit_code, gone_on.stderr) == (0, "")
    assert digest(workspace) == digest(calm[0])


def test_stopped_twice_is_at_once(museum: list[str], tmp_path: Path) -> None:
    """A second SIGTERM or Ctrl-C ends the program without ado, and leaves the workspace to the next run."""
    workspace = tmp_path / "w"
    with running("crawl", *museum, "--rate", "20", "--workspace", workspace) as process:
        until_under_way(workspace)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)

    assert process.returncode in {130, -signal.SIGINT}
    assert Workspace(workspace).holder() is None


def test_killed_is_recognised(calm: tuple[Path, Done], museum: list[str], tmp_path: Path) -> None:
    """After ``kill -9`` status says that nobody works there any more; the same command ends as a calm one."""
    workspace = tmp_path / "w"
    with running("crawl", *museum, "--rate", "30", "--workspace", workspace) as process:
        until_under_way(workspace)
        process.kill()
        process.communicate()

    told = status(workspace)
    text = " ".join(here("status", "--workspace", workspace).stdout.split())
    assert (told["holder"], told["killed"]) == (None, True)
    assert f"process {process.pid}) was killed" in text
    assert re.search(
        r": its crawl is not finished: [\d,]+ of [\d,]+ named, [\d,]+ of them answered", text
    )
    assert "not whole: " in text
    assert told["last"]["ended"] == ""
    again = shlex.split(text.split(" goes on from here")[0].split("`")[-2])
    left = shlex.split(text.split("not whole: ")[1].split("`")[1])
    for words in (again, left):
        assert words[:2] == ["omniart-data", "crawl"]
        assert words[-6:-2] == [*museum, "--rate", "30"]
        assert words[-2:] == ["--workspace", str(workspace)]
    assert set(left[2:-6]) <= set(SOURCES)

    assert here(*again[1:], "--rate", "1000").exit_code == 0
    assert not status(workspace)["killed"]
    assert digest(workspace) == digest(calm[0])


def test_faults_are_seen_through(calm: tuple[Path, Done], tmp_path: Path) -> None:
    """Answers that fail are asked for again until all is had; the store ends as a calm one."""
    with serving("500,truncated,empty,reset,torn:0.2") as options:
        done = here("crawl", *options, "--workspace", tmp_path / "w")

    assert done.exit_code == 0, done.stderr
    assert digest(tmp_path / "w") == digest(calm[0])


def test_a_full_disk(calm: tuple[Path, Done], museum: list[str], small_disk: Path) -> None:
    """A disk that fills up ends a crawl with one line; once there is room, the same command ends as a calm one."""
    command = ("crawl", *museum, "--workspace", small_disk / "w")

    full = here(*command)
    told, text = status(small_disk / "w"), here("status", "--workspace", small_disk / "w").stdout
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    after = here(*command)

    assert full.exit_code == 1
    assert "make room" in full.stderr or "No space left" in full.stderr
    assert len(full.stderr.splitlines()) == 1
    assert not told["killed"]
    assert "make room" in told["live"]["failure"]
    assert "make room" in text
    assert "killed" not in text
    assert f"`{shlex.join(['omniart-data', *map(str, command)])}` goes on" in text
    assert (after.exit_code, after.stderr) == (0, "")
    assert status(small_disk / "w")["live"] is None
    assert digest(small_disk / "w") == digest(calm[0])


def test_pictures_of_nothing(museum: list[str], tmp_path: Path) -> None:
    """Before anything is crawled there is nothing to fetch, and the command to begin with is told."""
    done = here("images", *museum, "--workspace", tmp_path / "w")

    assert done.exit_code == 2
    assert "`omniart-data crawl --museum http" in done.stderr
    assert f"{tmp_path / 'w'}` first" in done.stderr


def test_a_dry_run_asks_nobody(tmp_path: Path) -> None:
    """What would be crawled is said, and nobody is asked: not even a museum that is not there."""
    nowhere = ("--museum", "http://127.0.0.1:9", "--workspace", tmp_path / "w")

    done = here("crawl", *nowhere, "--dry-run", "sample-wga")

    assert (done.exit_code, done.stderr) == (0, "")
    assert "sample-wga" in done.stdout
    assert not (tmp_path / "w").exists()


def test_a_museum_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Where nothing listens the command ends at once, and says which program should run there."""
    nowhere = ("--museum", "http://127.0.0.1:9", "--workspace", tmp_path / "w")

    for command in ("crawl", "build"):
        done = here(command, *nowhere)
        assert done.exit_code == 1
        assert "nothing answers at http://127.0.0.1:9: is `omniart-data museum`" in done.stderr


def test_nobody_answers_where_there_is_no_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question at the end of the input is a usage error, which names the option that answers it."""
    monkeypatch.chdir(tmp_path)

    asked = here("init")
    here("init", "--contact", "data@museum.example")
    crawl = here("crawl", "wga")

    assert (asked.exit_code, crawl.exit_code) == (2, 2)
    assert "give --contact" in asked.stderr
    assert "--yes" in crawl.stderr


def test_from_a_crawled_museum_to_a_release(
    calm: tuple[Path, Done], museum: list[str], tmp_path: Path
) -> None:
    """What was crawled of a sample museum is built like what was crawled of real ones."""
    workspace = tmp_path / "w"
    shutil.copytree(calm[0], workspace)

    done = here("build", *museum, "--images", "none", "--workspace", workspace)

    assert (done.exit_code, done.stderr) == (0, "")
    assert "omniart-1.0.0" in done.stdout


def test_a_closed_door_is_told(tmp_path: Path) -> None:
    """A museum whose robots.txt lets nobody in is left alone, named, and the command ends with 1."""
    with serving("robots-disallow:1") as options:
        done = here("crawl", *options, "--workspace", tmp_path / "w", "sample-wga")

    assert done.exit_code == 1
    assert "robots.txt" in done.stderr
    assert "omniart-data crawl sample-wga" in done.stderr


def test_over_tls(tmp_path: Path) -> None:
    """A museum that speaks TLS is crawled with the certificate that it prints, and not without."""
    with serving(tls=True) as options:
        assert options[2] == "--ca"
        with_ca = here("crawl", *options, "--workspace", tmp_path / "w", "sample-wga")
        without = here("crawl", *options[:2], "--workspace", tmp_path / "v", "sample-wga")

    assert (with_ca.exit_code, with_ca.stderr) == (0, "")
    assert without.exit_code == 1
    assert "certificate" in without.stderr


def test_pictures(calm: tuple[Path, Done], museum: list[str]) -> None:
    """Pictures are fetched once, however often the command is stopped; what it tells accounts for each of them."""
    workspace, _ = calm
    with running("images", *museum, "--rate", "20", "--workspace", workspace) as process:
        until_under_way(workspace)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    some = status(workspace)["pictures"]

    rest = here("images", *museum, "--workspace", workspace)
    again = here("images", *museum, "--workspace", workspace)

    assert process.returncode == 130
    assert "omniart-data images" in err
    assert [(one.exit_code, one.stderr) for one in (rest, again)] == [(0, ""), (0, "")]
    assert "images.sample-met.invalid" in rest.stdout
    assert "images.sample-met.invalid" not in again.stdout
    assert " gone, " in again.stdout.splitlines()[-2]
    assert "--update" in again.stdout.splitlines()[-1]
    counts = status(workspace)["pictures"]
    assert sum(counts.values()) == int(out.split()[0].replace(",", ""))
    assert 0 < some["fetched"] < counts["fetched"]
    assert counts["failed"] == 0


def test_what_is_gone_may_be_asked_for_again(calm: tuple[Path, Done], tmp_path: Path) -> None:
    """A picture that was gone is left alone, and asked for again with --update."""
    workspace = tmp_path / "w"
    shutil.copytree(calm[0], workspace)

    def asked(*more: str) -> str:
        done = here("images", *options, *more, "--workspace", workspace, "sample-wga")
        assert done.exit_code == 0
        return done.stdout

    with serving() as options:
        asked()
        with ImageStore(workspace / "images") as images:
            url = images.fetched_below("https://sample-wga.invalid/", 1)[0]
            images.put_outcomes([ImageOutcome(url, "", "gone")])
        again, updated = asked(), asked("--update")

    assert "sample-wga.invalid" not in again
    assert "sample-wga.invalid" in updated


def test_probe_says_whether_promises_are_kept(museum: list[str]) -> None:
    """Each museum's promises are told with a verdict; it ends with 0 where all are kept."""
    done = here("probe", *museum, "sample-met", "sample-wga")

    assert (done.exit_code, done.stderr) == (0, "")
    assert {line for line in done.stdout.splitlines() if not line.startswith(" ")} == {
        "sample-met: good",
        "sample-wga: good",
    }


def test_no_probe_beside_another_command(
    museum: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While somebody works in the workspace no live museum is probed, and who it is is told; the sample one is."""
    monkeypatch.chdir(tmp_path)
    Path("omniart.toml").write_text('contact = "data@museum.example"\n', encoding="utf-8")

    with Workspace(tmp_path / "workspace").opened("crawl"):
        live = here("probe", "wga")
        sample = here("probe", *museum, "sample-wga")

    assert (live.exit_code, live.stdout) == (1, "")
    assert f"pid {os.getpid()} on " in live.stderr
    assert "`crawl`" in live.stderr
    assert "`omniart-data status --workspace workspace`" in live.stderr
    assert sample.exit_code == 0


def test_a_failed_probe_stops_its_source(tmp_path: Path) -> None:
    """A museum of which a probe finds anything wrong is not crawled; the verdict says what it is."""
    with serving("robots-disallow:1") as options:
        probed = here("probe", *options, "sample-met")
        crawled = here("crawl", *options, "--probe", "--workspace", tmp_path / "w", "sample-met")

    assert probed.exit_code == 1
    assert "sample-met: NOT AS PROMISED" in probed.stdout
    assert crawled.exit_code == 1
    assert "the probe failed: reachable: " in crawled.stderr
    assert "robots.txt" in crawled.stderr


def test_status_tells_why_pictures_are_missing(tmp_path: Path) -> None:
    """Pictures that were quarantined or failed are told by reason, the most frequent first."""
    workspace = tmp_path / "w"
    ends = [("a", "quarantined", "no picture"), ("b", "quarantined", "cut off")]
    ends += [("c", "quarantined", "cut off"), ("d", "failed", "status 500"), ("e", "gone", "")]
    with Workspace(workspace).opened() as (_, images):
        images.put_outcomes([ImageOutcome(url, "", how, why) for url, how, why in ends])

    text = here("status", "--workspace", workspace).stdout

    assert status(workspace)["picture_reasons"] == [
        ["quarantined", "cut off", 2],
        ["quarantined", "no picture", 1],
        ["failed", "status 500", 1],
    ]
    assert "pictures: 2 quarantined: cut off\n" in text


def test_a_wall_is_told_in_words() -> None:
    """A museum with a wall says what is let through, and for how long nothing is once it has closed."""
    with running("museum", "--works", "120", "--fault", "wall=10", "--lifetime", "60") as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(3)][2]

    assert "30 requests in at once and 10 a second after that" in told
    assert "for 30 s" in told


@pytest.mark.parametrize("command", ["crawl", "images", "museum", "build", "status"])
def test_switches_take_no_value(command: str) -> None:
    """The help of a switch names no value, as none can be given."""
    lines = here(command, "--help").stdout.splitlines()

    assert [line for line in lines if "<bool>" in line and "--help" not in line] == []


def test_the_list_of_faults(tmp_path: Path) -> None:
    """The museum tells in which ways it can misbehave, and serves nothing meanwhile."""
    done = here("museum", "--fault", "list")

    assert (done.exit_code, done.stderr) == (0, "")
    for fault in ("all", "wall", "429-date", "truncated", "repeated-token"):
        assert any(line.startswith(f"{fault} ") for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["crawl", "louvre", "--museum", "http://127.0.0.1:9"], "'louvre' is no source"),
        (["crawl", "--museum", "http://museum.example"], "not on loopback"),
        (["crawl", "--museum", "foo"], "--museum foo: give the address"),
        (["crawl", "--museum", "http://127.0.0.1:9:9"], "--museum http://127.0.0.1:9:9: give"),
        (["crawl", "--ca", "x.pem"], "--museum"),
        (["crawl", "--museum", "https://127.0.0.1:9", "--ca", "none.pem"], "none.pem"),
        (["crawl", "--museum", "http://127.0.0.1:9", "--rate", "0"], "--rate 0"),
        (["crawl", "--museum", "http://127.0.0.1:9", "--rate", "fast"], "--rate fast"),
        (["crawl", "--museum", "http://127.0.0.1:9", "--since", "May"], "--since May"),
        (["crawl", "--museum", "http://127.0.0.1:9", "--patience", "-1"], "--patience -1"),
        (["images", "--museum", "http://127.0.0.1:9", "--patience", "-1"], "--patience -1"),
        (["status", "--workspace", "none-such"], "none-such"),
        (["museum", "--fault", "floods"], "'floods' is no fault"),
        (["crawl"], "omniart-data init"),
        (["images"], "omniart-data init"),
        (["probe"], "omniart-data init"),
    ],
)
def test_what_cannot_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    """What cannot be done as asked ends with code 2 and one line that names it, before anybody is asked."""
    monkeypatch.chdir(tmp_path)
    given = [] if arguments[0] != "crawl" else ["--workspace", str(tmp_path / "w")]
    if said == "--museum":
        Path("omniart.toml").write_text('contact = "data@museum.example"\n', encoding="utf-8")

    done = here(*arguments, *given)

    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize("command", ["crawl", "images", "status", "probe", "museum", "build"])
def test_help_gives_examples(command: str) -> None:
    """The help of each command that asks museums ends with command lines to try."""
    out = here(command, "--help").stdout

    assert "Examples:" in out
    assert f"omniart-data {command}" in out.partition("Examples:")[2]
