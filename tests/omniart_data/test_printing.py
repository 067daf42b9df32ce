"""What museums and servers say is shown on a terminal, and never obeyed by it."""

import json
import shlex
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from crawlers.engine.census import Census
from crawlers.engine.receipt import HostReport, HostState
from omniart_data.cli import app
from omniart_data.commands.asking import go_on
from omniart_data.commands.options import CONFIG
from omniart_data.printing import cell, printable, printable_lines
from omniart_data.progress import live_lines
from omniart_data.reach import Manners, reach
from omniart_data.run_state import RunState, SourceState
from omniart_data.settings import Settings
from omniart_data.status import StatusFile
from omniart_data.tables import census_table, columns_of_text, host_table

TITLE = "\x1b]0;pwned\x07"
"""Sets the title of the terminal's window."""
CLEAR = "\x9b2J"
TURNED = "\u202e"

Write = Callable[..., Path]
Answer = Callable[..., dict[str, object]]


def is_harmless(shown: str) -> bool:
    """Return whether a text moves nothing on a terminal but to its right, and to its next line."""
    return all(
        one == "\n" or one.isprintable() or unicodedata.category(one) == "Zs" for one in shown
    )


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """Run the command in this process; return exit code, stdout, stderr."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout, done.stderr


@given(st.text(st.characters(codec=None)))
def test_whatever_is_said_is_harmless(text: str) -> None:
    """Of any text at all one line of harmless characters is left, and lines of ours stay lines."""
    assert is_harmless(printable(text))
    assert "\n" not in printable(text)
    assert printable_lines(text).count("\n") == text.count("\n")
    assert is_harmless(printable_lines(text))


@given(st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs"))))
def test_words_are_left_alone(text: str) -> None:
    """Letters, marks, numbers, signs and spaces of any language are shown as they are."""
    assert printable(text) == text


@given(st.text())
def test_no_cell_is_a_formula(text: str) -> None:
    """No cell begins with what a spreadsheet takes for a formula, nor holds what ends a cell or a row."""
    shown = cell(text)

    assert not shown.lstrip().startswith(("=", "+", "-", "@"))
    assert not set(shown) & set("\t\r\n")


def test_explain_and_stats_obey_nobody(tmp_path: Path, met_file: Write, api: Answer) -> None:
    """A title, a name and a word that hold escape sequences are shown with escapes; so is what is asked for."""
    nasty = f"Night{TITLE} {CLEAR}{TURNED}watch"
    path = met_file(
        [
            api(1, title=nasty, artistDisplayName="Jan Luyken", medium=f"@xyzzy|{CLEAR}x"),
            {"objectID": 2, "title": nasty},
        ]
    )
    built = run("build", "--from", f"met={path}", "--workspace", tmp_path, "--images", "none")
    release = tmp_path / "releases" / "omniart-1.0.0"

    said = [
        built,
        run("explain", release, "met:1"),
        run("explain", release, "met:2"),
        run("explain", release, f"met:{TITLE}"),
        run("stats", "--all", release),
        run("unmatched", release),
        run("verify", release),
    ]

    assert [code for code, _, _ in said] == [0, 0, 0, 2, 0, 0, 0]
    for _, out, err in said:
        assert is_harmless(out.replace("\t", ""))
        assert is_harmless(err)
    assert r"Night\x1b]0;pwned\x07 \x9b2J\u202ewatch" in said[1][1]
    assert r"met:\x1b]0;pwned\x07 is not in this release" in said[3][2]
    assert "\t'@xyzzy|2jx\t" in said[5][1]


def test_tables_are_not_torn() -> None:
    """A host's name and a reason with line breaks and escapes stay one cell of one line."""
    census = Census(named=1, stored=0, withdrawn=0, unfetched={f"status\n{CLEAR}": 1}, listed=1)

    for table, lines in (
        (census_table({f"met{TITLE}": census}, []), 3),
        (host_table({f"museum{TITLE}\n.example": HostReport()}), 2),
        (columns_of_text(("a",), [(f"b\n{TITLE}",)]), 2),
    ):
        assert is_harmless(table)
        assert table.count("\n") == lines - 1


def test_status_obeys_nobody(tmp_path: Path) -> None:
    """What a server is waited for, in its own words, is shown with escapes: by ``status``, as text and JSON."""
    host = HostState("museum.example", 1, 1, 1, 1.0, 1.0, f"wall: {TITLE}\n{CLEAR}", 7.0)
    source = SourceState(f"met{TITLE}", "records")
    state = RunState(f"crawl{TITLE}", 7, "", "", (source,), (host,))
    StatusFile(tmp_path).show(state)

    text = run("status", "--workspace", tmp_path)
    told = run("status", "--json", "--workspace", tmp_path)

    assert (text[0], told[0]) == (0, 0)
    assert is_harmless(text[1])
    assert is_harmless(told[1])
    assert json.loads(told[1])["live"]["hosts"][0]["waiting"] == host.waiting
    assert all(is_harmless(line) and "\n" not in line for line in live_lines(state))


@pytest.mark.parametrize("word", ["=1+1", "+1", "-1", "@x", "\t=1", " =1"])
def test_a_formula_is_text(word: str) -> None:
    """What begins like a formula, behind whatever space, has an apostrophe before it."""
    assert cell(word).startswith("'")


def test_a_log_obeys_nobody() -> None:
    """What a server said is one line of the log, with escapes, however it was said."""
    program = (
        "import logging; from typer.testing import CliRunner; from omniart_data.cli import app;"
        "CliRunner().invoke(app, ['museum', '--fault', 'list']);"
        f"logging.getLogger('crawlers').warning('said %s', {f'{TITLE}' + chr(10) + CLEAR!r})"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stderr == "warning: said \\x1b]0;pwned\\x07\\n\\x9b2J\n"


def test_the_command_that_goes_on_is_the_same(tmp_path: Path) -> None:
    """Who is told to go on is told all that was asked for, with words that a shell reads as they were."""
    manners = Manners("2", 0.5, "http://127.0.0.1:9")
    asked = reach((), Settings(), manners, tmp_path / "a b")

    line = go_on("images", ["sample-met"], asked, manners, CONFIG, ["--image-px", "600"])

    *words, last = shlex.split(line)
    assert " ".join(words) == (
        "omniart-data images sample-met --museum http://127.0.0.1:9 --rate 2"
        " --patience 0.5 --image-px 600 --workspace"
    )
    assert last == str(tmp_path / "a b")
