"""Words that no table knows may not become more unnoticed: a build says so, and stops."""

import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from omniart_data.cli import app
from omniart_data.release import open_release

INDEX = """
collection = "{name}"
institution = "The Attic"
index = "index.csv"
language = "nl"

[columns]
id = "id"
material = "material"
type = "type"
"""
KNOWN = "doek"


def collection(folder: Path, *words: str) -> str:
    """Write a collection whose works are made of these materials, and return its --from argument."""
    folder.mkdir(exist_ok=True)
    (folder / "collection.toml").write_text(INDEX.format(name=folder.name), encoding="utf-8")
    lines = [f"{number},{json.dumps(word)},vaas" for number, word in enumerate(words)]
    (folder / "index.csv").write_text("\n".join(["id,material,type", *lines, ""]), encoding="utf-8")
    return f"local={folder}"


def build(workspace: Path, *dumps: str, more: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    """Build by the command; return exit code and the lines on stderr."""
    given = [part for dump in dumps for part in ("--from", dump)]
    asked = ["build", *given, "--images", "none", "--workspace", str(workspace), *more]
    done = CliRunner().invoke(app, asked)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stderr.splitlines()


def releases(workspace: Path) -> list[str]:
    """Return what lies under releases/, whole or half written."""
    return sorted(path.name for path in (workspace / "releases").iterdir())


def words(unknown: int, of: int) -> list[str]:
    """Return materials of which some are unknown: one zorbel0, three zorbel1, five zorbel2 ..."""
    different = [f"zorbel{math.isqrt(number)}" for number in range(unknown)]
    return [*different, *[KNOWN] * (of - unknown)]


def test_drift_stops_a_build(tmp_path: Path) -> None:
    """Code 1, one line with source, kind, both shares and the first words; nothing is written, and it can be accepted."""
    workspace = tmp_path / "w"
    first = collection(tmp_path / "attic", *words(1, 100))
    assert build(workspace, first) == (0, [])
    before = {path: path.read_bytes() for path in workspace.rglob("omniart-*/**/*.*")}

    drifted = collection(tmp_path / "attic", *words(40, 100))
    code, said = build(workspace, drifted)

    assert (code, len(said)) == (1, 1)
    assert said[0].startswith(
        "omniart-data: local-attic: unmatched material words rose from 1.0% to 40.0% of their occurrences"
        " (zorbel5, zorbel4, zorbel3, zorbel2, zorbel6, ...): more than the budget of 1.0% above the lowest share up to 1.0.0."
    )
    assert "schemas/vocab/terms.csv" in said[0]
    assert "--accept-drift" in said[0]
    assert releases(workspace) == ["omniart-1.0.0"]
    assert {path: path.read_bytes() for path in workspace.rglob("omniart-*/**/*.*")} == before

    assert build(workspace, drifted, more=("--accept-drift",)) == (0, [])
    assert releases(workspace) == ["omniart-1.0.0", "omniart-2.0.0"]
    grown = collection(tmp_path / "attic", *words(40, 101))
    assert build(workspace, grown) == (0, [])


def test_drift_that_creeps_stops_a_build(tmp_path: Path) -> None:
    """Rises that are small one by one are measured from the lowest share, or from what was accepted last."""
    workspace = tmp_path / "w"

    def grown(unknown: int, *more: str) -> tuple[int, list[str]]:
        return build(workspace, collection(tmp_path / "attic", *words(unknown, 1000)), more=more)

    assert [grown(unknown)[0] for unknown in (20, 12, 20)] == [0, 0, 0]
    code, (said,) = grown(28)
    assert code == 1
    assert "from 1.2% to 2.8%" in said
    assert "lowest share up to 3.0.0" in said

    assert grown(28, "--accept-drift") == (0, [])
    newest = open_release(workspace / "releases" / "omniart-4.0.0")
    assert newest.receipt["drift"] == {
        "lowest": {"material, local-attic": [28, 1000], "type, local-attic": [0, 1000]},
        "accepted": ["material, local-attic"],
    }
    changelog = (newest.folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "- More unmatched words were accepted: material, local-attic.\n" in changelog
    assert [grown(unknown)[0] for unknown in (37, 46)] == [0, 1]


@pytest.mark.parametrize(
    ("budget", "unknown", "code"), [("0.01", 11, 1), ("0.2", 11, 0), ("0.2", 31, 1), ("0", 11, 1)]
)
def test_the_budget_of_the_settings_holds(
    tmp_path: Path, budget: str, unknown: int, code: int
) -> None:
    """unmatched_budget of omniart.toml says by how much a share may rise."""
    config = tmp_path / "omniart.toml"
    config.write_text(f'contact = "a@b.org"\nunmatched_budget = {budget}\n', encoding="utf-8")
    workspace, more = tmp_path / "w", ("--config", str(config))
    build(workspace, collection(tmp_path / "attic", *words(0, 100)), more=more)

    found, said = build(workspace, collection(tmp_path / "attic", *words(unknown, 100)), more=more)

    assert (found, len(said)) == (code, code)


def test_a_new_source_is_no_drift(tmp_path: Path) -> None:
    """A source that the last release lacks has no share to rise from, whatever its words are."""
    workspace = tmp_path / "w"
    first = collection(tmp_path / "attic", *words(0, 40))
    build(workspace, first)

    assert build(workspace, first, collection(tmp_path / "barn", *words(40, 40))) == (0, [])
    assert len(releases(workspace)) == 2


def test_a_source_is_judged_by_its_own_share(tmp_path: Path) -> None:
    """A small source drifts however many known words a large one brings; each that does is named."""
    workspace = tmp_path / "w"
    names = ("attic", "barn", "cellar")
    build(workspace, *(collection(tmp_path / name, *words(0, 50)) for name in names))
    shelf = [collection(tmp_path / "attic", *[KNOWN] * 2000)]
    shelf += [collection(tmp_path / name, *words(20, 50)) for name in names[1:]]

    code, said = build(workspace, *shelf)

    assert (code, len(said)) == (1, 1)
    assert "local-barn: unmatched material" in said[0]
    assert "local-cellar: unmatched material" in said[0]
    assert "local-attic" not in said[0]


def test_a_handful_of_words_is_no_drift(tmp_path: Path) -> None:
    """Below ten occurrences nothing is drift: of a small source one word is a large share."""
    workspace = tmp_path / "w"
    build(workspace, collection(tmp_path / "attic", KNOWN))

    assert build(workspace, collection(tmp_path / "attic", *words(9, 10))) == (0, [])


def test_a_decided_word_is_no_drift(tmp_path: Path) -> None:
    """Words that people decided on are matched: after --accept-drift and a decision the share falls again."""
    workspace = tmp_path / "w"
    build(workspace, collection(tmp_path / "attic", *words(0, 40)))
    drifted = collection(tmp_path / "attic", *["zorbel"] * 12, *words(0, 28))
    assert build(workspace, drifted)[0] == 1
    assert build(workspace, drifted, more=("--accept-drift",))[0] == 0
    asked = ("decide", "material", "rename", "zorbel", "cobalt", "--reason", "as its maker says")
    assert CliRunner().invoke(app, [*asked, "--workspace", str(workspace)]).exit_code == 0
    assert build(workspace, drifted)[0] == 0

    terms = CliRunner().invoke(app, ["unmatched", str(workspace / "releases" / "omniart-3.0.0")])
    assert terms.exit_code == 0
    assert "zorbel" not in terms.stdout


def test_a_long_word_leaves_room(tmp_path: Path) -> None:
    """What a museum gives as one word may be a paragraph, or hostile: the line stays one, and short."""
    workspace = tmp_path / "w"
    build(workspace, collection(tmp_path / "attic", *words(0, 40)))
    hostile = [f"\u202e\x1b[2Jzorbel{letter * 3000}" for letter in "abcdefghijkl"]

    code, said = build(workspace, collection(tmp_path / "attic", *hostile))

    assert (code, len(said)) == (1, 1)
    assert said[0].isprintable()
    assert len(said[0]) < 1000
