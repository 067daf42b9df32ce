"""What a maintainer meets on the command line: one clear line and an exit code, whatever goes wrong."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawlers import SOURCES
from omniart_data.cli import app

COMMAND = Path(sys.executable).with_name("omniart-data")

Write = Callable[..., Path]
Answer = Callable[..., dict[str, object]]
Powerless = Callable[[], AbstractContextManager[tuple[Path, Path]]]


def run(*arguments: str | Path, stdin: str = "") -> tuple[int, str, str]:
    """Run the command in this process; return exit code, stdout, stderr."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def one_line(stderr: str) -> str:
    """Return the only line on stderr, which names the program."""
    lines = stderr.strip().splitlines()
    assert len(lines) == 1, stderr
    assert lines[0].startswith("omniart-data: ")
    return lines[0]


def left_behind(workspace: Path) -> list[str]:
    """Return what lies under releases/, whole or half written."""
    releases = workspace / "releases"
    return sorted(path.name for path in releases.iterdir()) if releases.exists() else []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("met=none-such.csv", "none-such.csv"),
        ("louvre=some.csv", f"'louvre' is no source; there are {', '.join(SOURCES)}, local"),
        ("some.csv", "write SOURCE=PATH"),
        ("rijksmuseum=none-such", "none-such"),
        ("wga=none-such.zip", "none-such.zip"),
        ("local=none-such.toml", "none-such.toml"),
    ],
)
def test_wrong_input_is_a_usage_error(tmp_path: Path, given: str, said: str) -> None:
    """A path that is not there and a source that nobody knows end with code 2 and their own name."""
    code, out, err = run(
        "build", "--from", given, "--workspace", tmp_path / "w", "--images", "none"
    )

    assert (code, out) == (2, "")
    assert said in one_line(err)
    assert left_behind(tmp_path / "w") == []


@pytest.mark.parametrize("source", ["met", "rijksmuseum", "wga"])
def test_empty_file(tmp_path: Path, source: str) -> None:
    """An empty file is named, whatever source it is given as."""
    empty = tmp_path / "empty.csv"
    empty.touch()

    code, out, err = run("build", "--from", f"{source}={empty}", "--workspace", tmp_path / "w")

    assert code in {1, 2}
    assert out == ""
    assert "empty.csv" in one_line(err)
    assert left_behind(tmp_path / "w") == []


def test_forbidden_workspace(powerless: Powerless, api: Answer) -> None:
    """A workspace that may not be written is named, with what to do."""
    with powerless() as (forbidden, free):
        path = free / "met.jsonl"
        path.write_text(json.dumps(api(1)) + "\n", encoding="utf-8")
        code, _, err = run("build", "--from", f"met={path}", "--workspace", forbidden / "w")

    assert code == 1
    assert str(forbidden) in one_line(err)


@pytest.mark.parametrize("source", ["met", "rijksmuseum", "wga", "local"])
def test_forbidden_file(powerless: Powerless, source: str) -> None:
    """A bulk file that may not be read is named, whatever source it is given as."""
    with powerless() as (forbidden, free):
        code, out, err = run(
            "build", "--from", f"{source}={forbidden / 'x.csv'}", "--workspace", free
        )

        assert code in {1, 2}
        assert out == ""
        assert "forbidden" in one_line(err)
        assert left_behind(free) == []


def test_full_disk(small_disk: Path, met_file: Write, api: Answer) -> None:
    """A disk that fills up ends the build with one line, and no release or half of one stays."""
    answers = [api(n, title=hashlib.sha256(str(n).encode()).hexdigest()) for n in range(1, 9000)]

    code, out, err = run(
        "build", "--from", f"met={met_file(answers)}", "--workspace", small_disk, "--images", "none"
    )

    assert (code, out) == (1, "")
    assert "make room" in one_line(err)
    assert left_behind(small_disk) == []


def test_demo_and_from_exclude_each_other(tmp_path: Path) -> None:
    """Two ways to get records at once are a usage error."""
    assert run("build", "--demo", "--from", "met=x", "--workspace", tmp_path)[0] == 2


def test_release_that_is_none(tmp_path: Path) -> None:
    """What is no release is said to be none; nothing is made of it."""
    for command in ("verify", "stats"):
        code, out, err = run(command, tmp_path / "nothing")
        assert (code, out) == (2, "")
        assert "nothing" in one_line(err)


@pytest.mark.parametrize("command", ["verify", "stats", "unmatched"])
def test_a_workspace_is_no_release(
    tmp_path: Path, met_file: Write, api: Answer, command: str
) -> None:
    """Who names the workspace is told which release lies in it, or how to make one."""
    (tmp_path / "empty" / "releases").mkdir(parents=True)
    run("build", "--from", f"met={met_file([api(1)])}", "--workspace", tmp_path, "--images", "none")

    code, out, err = run(command, tmp_path)
    none = run(command, tmp_path / "empty")

    assert (code, out) == (2, "")
    assert f"such as {tmp_path / 'releases' / 'omniart-1.0.0'}" in one_line(err)
    assert none[0] == 2
    assert "omniart-data build" in one_line(none[2])


@pytest.mark.parametrize("command", ["unmatched", "stats"])
def test_a_reader_that_has_enough_ends_it_quietly(
    tmp_path: Path, met_file: Write, api: Answer, command: str
) -> None:
    """Behind ``| head`` a command ends without a word, with the code that shells give for SIGPIPE."""
    path = met_file([api(1, medium="xyzzyite")])
    run("build", "--from", f"met={path}", "--workspace", tmp_path, "--images", "none")
    reading, writing = os.pipe()
    os.close(reading)

    release = tmp_path / "releases" / "omniart-1.0.0"
    with os.fdopen(writing) as unread:
        done = subprocess.run(
            [COMMAND, command, release], stdout=unread, stderr=subprocess.PIPE, check=False
        )

    assert (done.returncode, done.stderr) == (141, b"")


def test_a_warning_is_plain(tmp_path: Path, met_file: Write, api: Answer) -> None:
    """A warning begins with that word, and names no module; with --verbose it does."""
    path = met_file([api(1, primaryImage="https://images.metmuseum.org/1.jpg")])
    asked: list[str | Path] = [COMMAND, "build", "--from", f"met={path}", "--workspace"]

    plain = subprocess.run([*asked, tmp_path / "a"], capture_output=True, text=True, check=True)
    verbose = subprocess.run(
        [COMMAND, "-v", *asked[1:], tmp_path / "b"], capture_output=True, text=True, check=True
    )

    said = "1 artworks have a picture that bulk files do not bring along"
    assert plain.stderr == f"warning: {said}\n"
    assert f"warning: omniart_data.build: {said}\n" in verbose.stderr


def test_init_asks_for_a_contact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Init makes the settings, refuses what is no address, and never overwrites."""
    monkeypatch.chdir(tmp_path)

    assert run("init", "--contact", "nobody")[0] == 2
    assert run("init", stdin="data@museum.example\n")[0] == 0
    assert 'contact = "data@museum.example"' in Path("omniart.toml").read_text(encoding="utf-8")
    code, _, err = run("init", "--contact", "data@museum.example")
    assert code == 2
    assert "there already" in one_line(err)


def test_dry_run_says_what_a_crawl_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a live crawl stand requests, days and GB; a dry run and a No ask no museum anything."""
    monkeypatch.chdir(tmp_path)
    run("init", "--contact", "data@museum.example")

    for arguments, stdin in ((["build", "--dry-run"], ""), (["build"], "n\n")):
        code, out, _ = run(*arguments, stdin=stdin)
        assert code == 0
        assert "requests" in out
        assert "GB" in out
        assert {line.split()[0] for line in out.splitlines()[1:4]} == set(SOURCES)
        assert not (tmp_path / "workspace").exists()


def test_live_build_without_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A live crawl without settings says how to make them."""
    monkeypatch.chdir(tmp_path)

    code, _, err = run("build")

    assert code == 2
    assert "omniart-data init" in one_line(err)


def test_help_teaches() -> None:
    """Every command and option says what it does."""
    out = subprocess.run([COMMAND, "build", "--help"], capture_output=True, text=True, check=True)

    for option in (
        "--from",
        "--demo",
        "--workspace",
        "--images",
        "--dry-run",
        "--yes",
        "--mapping",
    ):
        assert option in out.stdout


def test_pipes_are_quiet(tmp_path: Path, met_file: Write, api: Answer) -> None:
    """In a pipe a build prints its result on stdout and nothing else anywhere."""
    path = met_file([api(n) for n in range(1, 20)])

    done = subprocess.run(
        [
            COMMAND,
            "build",
            "--from",
            f"met={path}",
            "--workspace",
            tmp_path / "w",
            "--images",
            "none",
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "omniart-1.0.0" in done.stdout


def test_every_label_is_explained(tmp_path: Path, met_file: Write, api: Answer) -> None:
    """A label leads back to the museum's words, the row that decided and the raw record; so does a drop."""
    path = met_file(
        [api(1, objectDate="ca. 1850", artistDisplayName="Jan Luyken"), {"objectID": 2}]
    )
    assert (
        run("build", "--from", f"met={path}", "--workspace", tmp_path, "--images", "none")[0] == 0
    )
    release = tmp_path / "releases" / "omniart-1.0.0"

    _, artwork, _ = run("explain", release, "met:1")
    _, dropped, _ = run("explain", release, "met:2")
    code, _, err = run("explain", release, "met:3")

    for said in ("'Oil on canvas'", "'oil paint', 'canvas'", "terms.csv: ", "'ca. 1850'", "sha256"):
        assert said in artwork
    assert dropped.startswith("met:2 dropped, read: ")
    assert code == 2
    assert "met:3" in one_line(err)


def test_unmatched_words_are_listed(tmp_path: Path, met_file: Write, api: Answer) -> None:
    """A word that no table knows is listed with its count and the word that it may be a slip for."""
    path = met_file([api(n, medium="Porcelein; xyzzyite") for n in range(1, 4)])
    assert (
        run("build", "--from", f"met={path}", "--workspace", tmp_path, "--images", "none")[0] == 0
    )

    _, out, _ = run("unmatched", tmp_path / "releases" / "omniart-1.0.0")

    assert [line.split("\t") for line in out.splitlines()] == [
        ["3", "material", "met", "en", "porcelein", "porcelain"],
        ["3", "material", "met", "en", "xyzzyite", ""],
    ]


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ('sources = ["met", ["x"]]', "sources is"),
        ("sources = []", "sources is"),
        ('sources = ["louvre"]', "'louvre' is no source"),
        ('images = "some"', "use all or none"),
        ("image_px = true", "image_px is"),
        ('rates = { "met.example" = 0 }', "met.example is 0"),
        ("colour = 1", "colour is no setting"),
        ("contact = ", "is not TOML"),
    ],
)
def test_wrong_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, said: str
) -> None:
    """A wrong setting is named, with what it may be, before anything is asked of anybody."""
    monkeypatch.chdir(tmp_path)
    contact = "" if setting.startswith("contact") else 'contact = "data@museum.example"\n'
    Path("omniart.toml").write_text(f"{contact}{setting}\n", encoding="utf-8")

    code, out, err = run("build", "--dry-run")

    assert (code, out) == (2, "")
    assert said in one_line(err)


@pytest.mark.parametrize(
    "contact", ["a\x01b@x.example", "bücher@b.example", "nobody", "a@b c.d", ""]
)
def test_init_refuses_what_build_would(tmp_path: Path, contact: str) -> None:
    """No settings file is made that a build would then refuse."""
    code, _, err = run("init", "--contact", contact, tmp_path / "o.toml")

    assert code == 2
    assert "neither an e-mail address nor a web page" in one_line(err)
    assert not (tmp_path / "o.toml").exists()


def test_misspelt_images(tmp_path: Path, met_file: Write, api: Answer) -> None:
    """A slip in --images is a usage error, and never an image crawl."""
    path = met_file([api(1)])

    code, _, err = run(
        "build", "--from", f"met={path}", "--workspace", tmp_path, "--images", "nnoe"
    )

    assert code == 2
    assert "use all or none" in one_line(err)
