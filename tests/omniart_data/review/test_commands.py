"""The commands of curation on the command line: review serves and ends, decide writes, decisions lists."""

import json
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from typer.testing import CliRunner

from crawlers.engine.image_store import ImageStore
from crawlers.engine.picture import Original, Prepared
from omniart_data.cli import app
from omniart_data.decision_files import read_decisions
from omniart_data.normalise.decisions import evidence_of
from omniart_data.release.read import Release, open_release
from omniart_data.review.browser import opened_in_browser
from omniart_data.review.candidates import candidate_table, open_candidates
from omniart_data.review.sitting import how_to_review
from omniart_data.review.works import Works

COMMAND = Path(sys.executable).with_name("omniart-data")
STEEN, HAVICK = "ulan:500115493", "name:havick steen -1679"
ULAN = "http://vocab.getty.edu/ulan/500115493"
MAKER = {"name": "Jan Steen", "born": 1626, "died": 1679, "ids": [ULAN]}


def run(workspace: Path, *arguments: str) -> tuple[int, str, str]:
    """Run a command on a workspace in this process; return exit code, stdout, stderr."""
    done = CliRunner().invoke(app, [*arguments, "--workspace", str(workspace)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def candidate_evidence(workspace: Path, kind: str) -> str:
    """Return the evidence of the first candidate of a kind."""
    release = open_release(workspace / "releases" / "omniart-1.0.0")
    return next(
        one.evidence for one in open_candidates(candidate_table(release), ()) if one.kind == kind
    )


@pytest.mark.parametrize(
    ("asked", "evidence"),
    [
        (("artist", "rename", STEEN, "Steen, Jan"), evidence_of("artist", STEEN, 1626, 1679)),
        (("artist", "reject", HAVICK), evidence_of("artist", HAVICK, None, 1679)),
        (("material", "rename", "FABELIET", "cobalt"), evidence_of("material", "fabeliet", "nl")),
        (
            ("material", "reject", "de:glas"),
            evidence_of("material", "glas", "de"),
        ),
        (
            ("artwork", "set", "met:1", "materials=oil paint; canvas"),
            evidence_of("materials", "met:1", '{"medium": [{"text": "olieverf op doek"}]}'),
        ),
        (
            ("material", "rename", "NL:Fijn: spul", "Cobalt"),
            evidence_of("material", "fijn: spul", "NL"),
        ),
        (
            ("material", "rename", "fijn:  spul", "Cobalt"),
            evidence_of("material", "fijn: spul", "NL"),
        ),
        (
            ("artwork", "set", "met:1", "artist=Steen, Jan Havicksz."),
            evidence_of("artist", "met:1", json.dumps({"makers": [MAKER]})),
        ),
    ],
)
def test_decide(workspace: Path, asked: tuple[str, ...], evidence: str) -> None:
    """A decision from the command line has the evidence of the release, and is said as it is written."""
    code, out, err = run(workspace, "decide", *asked, "--reason", "I looked")

    assert (code, err) == (0, "")
    (written,) = read_decisions(workspace / "decisions")
    assert written.evidence == evidence
    path = workspace / "decisions" / str(written).removeprefix("decisions/")
    assert out.splitlines() == [str(path), "build again to apply it"]


@pytest.mark.parametrize(
    ("kind", "one", "other"), [("artist", STEEN, HAVICK), ("work", "met:1", "met:5")]
)
def test_a_pair_decided_here_is_decided_there(
    workspace: Path, kind: str, one: str, other: str
) -> None:
    """From the command line a pair has the evidence of its candidate, which is then not shown."""
    evidence = candidate_evidence(workspace, kind)

    assert run(workspace, "decide", kind, "merge", one, other, "--reason", "same")[0] == 0
    assert read_decisions(workspace / "decisions")[0].evidence == evidence


def test_a_pair_that_is_no_candidate(workspace: Path, make_release: Callable[..., Release]) -> None:
    """Two artists whom nobody proposed are decided on their life dates, sorted by id."""
    make_release(workspace / "releases" / "omniart-1.1.0", ())

    code, _, err = run(
        workspace, "decide", "artist", "keep apart", STEEN, HAVICK, "--reason", "two"
    )

    assert (code, err) == (0, "")
    assert read_decisions(workspace / "decisions")[0].evidence == evidence_of(
        "artist", [HAVICK, None, 1679], [STEEN, 1626, 1679]
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("artist", "merge", STEEN, HAVICK), "give --reason"),
        (("artist", "marry", STEEN, HAVICK, "--reason", "x"), "artist knows no action 'marry'"),
        (("sculptor", "merge", "a", "b", "--reason", "x"), "'sculptor' is no kind"),
        (
            ("artist", "rename", "ulan:0", "X", "--reason", "x"),
            "no work of this release is by ulan:0",
        ),
        (("material", "reject", "oak", "--reason", "x"), "has the material 'oak'"),
        (("material", "reject", "glas", "--reason", "x"), "write de:glas or nl:glas"),
        (("material", "reject", "fr:glas", "--reason", "x"), "write de:glas or nl:glas"),
        (("material", "reject", "nl:oak", "--reason", "x"), "has the material 'nl:oak'"),
        (
            ("material", "rename", "fabeliet", "cobbalt", "--reason", "x"),
            "the material 'cobbalt': did you mean 'cobalt'? --new makes it one all the same",
        ),
        (("material", "rename", "fabeliet", "doek", "--reason", "x"), "did you mean 'canvas'?"),
        (("material", "rename", "fabeliet", "--reason", "x"), "rename takes an object, the new"),
        (("artist", "merge", STEEN, "--reason", "x"), "merge takes an object, the other one's id"),
        (("artist", "merge", "", STEEN, "--reason", "x"), "a decision has a subject: give one"),
        (("work", "merge", "met:1", "met:77", "--reason", "x"), "met:77 is not in this release"),
        (
            ("artwork", "set", "met:1", "title=X", "--reason", "x"),
            "'title' cannot be set: artist, years",
        ),
        (("artwork", "set", "met:1", "years=X", "--reason", "x"), "years cannot be 'X'"),
        (("artwork", "set", "met:1", "years=1650", "--reason", "x"), "what years rests on"),
        (
            ("artwork", "set", "met:1", "materials=oak; cavnas", "--reason", "x"),
            "the material 'cavnas': did you mean 'canvas'?",
        ),
        (
            ("artwork", "set", "met:1", "artist=Jan Stein", "--reason", "x"),
            "'Jan Stein': did you mean 'Jan Steen'? --new makes it one",
        ),
        (("artwork", "set", "met:1", "coarse_type=etching", "--reason", "x"), "painting, drawing,"),
    ],
)
def test_what_cannot_be_decided(workspace: Path, asked: tuple[str, ...], said: str) -> None:
    """What cannot be decided ends with code 2 and one line, and writes nothing."""
    code, out, err = run(workspace, "decide", *asked)

    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1
    assert read_decisions(workspace / "decisions") == ()


def test_decisions_are_listed(workspace: Path) -> None:
    """All decisions, tab-separated; what a spreadsheet would calculate is a text."""
    why = "a\tb\x1b[1m"
    run(workspace, "decide", "material", "rename", "fabeliet", "=1+1", "--new", "--reason", why)
    run(workspace, "decide", "artist", "reject", HAVICK, "--reason", "no person")

    code, out, _ = run(workspace, "decisions")

    assert code == 0
    assert out.splitlines() == [
        f"artist\treject\t{HAVICK}\t\tno person",
        "material\trename\tnl:fabeliet\t'=1+1\ta b [1m",
    ]


def test_a_later_decision_says_what_it_replaces(workspace: Path) -> None:
    """The second decision about one artist takes the place of the first, and says so."""
    run(workspace, "decide", "artist", "rename", STEEN, "A", "--reason", "one")

    _, out, _ = run(workspace, "decide", "artist", "rename", STEEN, "B", "--reason", "two")

    assert f"in place of: {workspace / 'decisions' / 'artist.csv'}: rename" in out
    assert [one.object for one in read_decisions(workspace / "decisions")] == ["B"]


def test_what_a_merge_leaves(workspace: Path) -> None:
    """Of two artists who become one it is said whose id and label stay."""
    _, out, _ = run(workspace, "decide", "artist", "merge", STEEN, HAVICK, "--reason", "one")

    assert out.splitlines()[1] == f"{STEEN} stays, called 'Jan Steen', and takes in {HAVICK}"


def test_a_decision_is_taken_back(workspace: Path) -> None:
    """What is taken back is gone and said; a pair is named from either end or one, a word without its language."""
    folder = workspace / "decisions"
    decided: tuple[tuple[str, ...], ...] = (
        ("artist", "merge", STEEN, HAVICK),
        ("material", "reject", "FABELIET"),
        ("artwork", "set", "met:1", "artist="),
    )
    back = (decided[0][:3], decided[1], ("artwork", "set", "met:1", "artist"))
    for asked, taken in zip(decided, back, strict=True):
        assert run(workspace, "decide", *asked, "--reason", "so")[0] == 0
        (one,) = read_decisions(folder)

        code, out, _ = run(workspace, "decide", "--take-back", *taken)

        told = folder / str(one).removeprefix("decisions/")
        assert (code, out.splitlines()[0]) == (0, f"taken back: {told}")
        assert read_decisions(folder) == ()


def test_what_cannot_be_taken_back(workspace: Path) -> None:
    """One that is not there, and one of two that are meant, is one line, and takes nothing."""
    for word in ("nl:glas", "de:glas"):
        run(workspace, "decide", "material", "reject", word, "--reason", "so")
    back = ("decide", "--take-back", "material", "reject")

    assert "has no decision to reject oak" in run(workspace, *back, "oak")[2]
    code, _, err = run(workspace, *back, "glas")
    assert (code, len(err.splitlines())) == (2, 1)
    assert "2 decisions are meant" in err
    assert len(read_decisions(workspace / "decisions")) == 2


def test_decisions_of_no_workspace(tmp_path: Path) -> None:
    """A folder that is not there has no decisions to list: it is a slip of the pen."""
    code, out, err = run(tmp_path / "nope", "decisions")

    assert (code, out) == (2, "")
    assert "nope is not there: name a workspace" in err


def test_the_help_says_what_can_be_decided() -> None:
    """Each kind stands with its actions, and what can be set is listed."""
    told = " ".join(CliRunner().invoke(app, ["decide", "--help"]).stdout.replace("│", " ").split())

    assert "artist (merge, keep apart, rename, reject)" in told
    assert "type, material, technique (rename, reject); work (merge, keep apart);" in told
    for name in ("artwork (set)", "coarse_type", "years"):
        assert name in told


def test_git_is_spoken_of_where_there_is_git(tmp_path: Path) -> None:
    """Only in a repository is there a `git diff`."""
    folder = tmp_path / "w" / "decisions"
    assert how_to_review(folder) == "keep that folder in git"
    (tmp_path / ".git").mkdir()
    assert "git diff" in how_to_review(folder)


def test_the_browser_is_led_by_a_file_of_the_user_s_own(tmp_path: Path) -> None:
    """No program's arguments hold the secret: a file leads to it, which its owner alone can read, for a while."""
    opened: list[str] = []
    with opened_in_browser("http://127.0.0.1:1/secret/", opened.append) as path:
        assert path is not None
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert "url=http://127.0.0.1:1/secret/" in path.read_text()
        assert opened == [path.as_uri()]
        assert "secret" not in opened[0]
    assert not path.exists()


def test_review_says_what_is_missing(tmp_path: Path, make_release: Callable[..., Release]) -> None:
    """Without a release, and with one that leaves nothing open, review ends at once."""
    code, _, err = run(tmp_path / "w", "review")
    assert (code, "has no release" in err) == (2, True)

    make_release(tmp_path / "w" / "releases" / "omniart-1.0.0", ())
    code, out, err = run(tmp_path / "w", "review")
    assert (code, err) == (0, "")
    assert "nothing is open" in out


@pytest.mark.parametrize("how", ["signal", "button"])
def test_review_serves_until_it_is_ended(workspace: Path, how: str) -> None:
    """The command prints an address that holds the page, and ends with code 0 on Ctrl-C and by the button."""
    line = [COMMAND, "review", "--workspace", workspace, "--no-open"]
    with subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        try:
            assert program.stdout is not None
            first = program.stdout.readline()
            assert first.startswith("7 open candidates at http://127.0.0.1:")
            url = first.split()[-1]
            with requests.Session() as session:
                session.trust_env = False
                assert session.get(url, timeout=10).status_code == 200
                told = session.get(f"{url}candidates", timeout=10).json()
                assert len(told["candidates"]) == 7
                headers = {"X-Review-Token": url.split("/")[3], "Origin": url.rsplit("/", 2)[0]}
                asked = {"number": 0, "action": "merge"}
                session.post(f"{url}decide", json=asked, headers=headers, timeout=10)
                if how == "button":
                    session.post(f"{url}done", json={}, headers=headers, timeout=10)
            if how == "signal":
                program.send_signal(signal.SIGINT)
            out, err = program.communicate(timeout=20)
        finally:
            program.kill()
    assert (program.returncode, err) == (0, "")
    assert "1 decision of this sitting in" in out
    assert "git diff" not in out
    assert len(read_decisions(workspace / "decisions")) == 1


def test_pictures_of_the_workspace(workspace: Path) -> None:
    """A picture that no release may hold is shown from the workspace's image store."""
    release = open_release(workspace / "releases" / "omniart-1.0.0")
    row: dict[str, Any] = Works(release, ["met:2"], None).row("met:2")  # type: ignore[assignment]
    body = b"\xff\xd8\xff kept"
    with ImageStore(workspace / "images") as store:
        original = Original(row["image_sha256"], 9, "JPEG", "RGB", 2, 2)
        store.put(Prepared(body, 2, 2, 512, original))

        works = Works(release, ["met:2"], store)

        assert works.has_picture("met:2")
        assert works.picture("met:2") == body
    assert json.dumps(row["image_status"]) == '"kept out"'
