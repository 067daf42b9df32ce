"""A build of another collection is not the next version of this one: it stops, and says what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from omniart_data.cli import app

Write = Callable[..., Path]
Answer = Callable[..., dict[str, object]]


def build(workspace: Path, *given: str) -> tuple[int, list[str]]:
    """Build by the command; return exit code and the lines on stderr."""
    asked = ["build", *given, "--images", "none", "--workspace", str(workspace)]
    done = CliRunner().invoke(app, asked)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stderr.splitlines()


def attic(folder: Path) -> str:
    """Write a collection of one work, and return its --from argument."""
    folder.mkdir()
    told = 'collection = "attic"\ninstitution = "A"\nindex = "i.csv"\n[columns]\nid = "id"\n'
    (folder / "collection.toml").write_text(told, encoding="utf-8")
    (folder / "i.csv").write_text("id\n1\n", encoding="utf-8")
    return f"local={folder}"


def test_a_source_that_is_absent_stops_a_build(
    tmp_path: Path, met_file: Write, api: Answer
) -> None:
    """What the last release had and nobody read is named; nothing is written unless that is accepted."""
    workspace, met = tmp_path / "w", f"met={met_file([api(1), api(2)])}"
    assert build(workspace, "--from", met) == (0, [])
    other = attic(tmp_path / "attic")

    code, (said,) = build(workspace, "--from", other)

    assert code == 1
    assert said.startswith("omniart-data: 1.0.0 has artworks of met, of which nothing was read:")
    assert "--workspace" in said
    assert "--accept-loss" in said
    assert [path.name for path in (workspace / "releases").iterdir()] == ["omniart-1.0.0"]
    assert build(workspace, "--from", other, "--from", met) == (0, [])
    assert build(workspace, "--from", other, "--accept-loss") == (0, [])


@pytest.mark.parametrize(("left", "code"), [(5, 0), (4, 1)])
def test_most_artworks_gone_stops_a_build(
    tmp_path: Path, met_file: Write, api: Answer, left: int, code: int
) -> None:
    """Half of a source may go; of more it is told how many are gone, however many came instead."""
    workspace = tmp_path / "w"
    build(workspace, "--from", f"met={met_file([api(number) for number in range(10)])}")
    now = met_file([api(number) for number in (*range(left), *range(50, 70))])

    found, said = build(workspace, "--from", f"met={now}")

    assert (found, len(said)) == (code, code)
    assert not said or "met: 6 of 10 artworks of 1.0.0 are gone" in said[0]
    assert build(workspace, "--from", f"met={now}", "--accept-loss") == (0, [])
