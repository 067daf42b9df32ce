"""Publishing to the hub and fetching from it, against a stand-in of its HTTP API on loopback."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from omniart_data.cli import app
from omniart_data.release import open_release

pytestmark = pytest.mark.filterwarnings(
    "ignore:Use 'content=:DeprecationWarning"  # the hub's client and its own library are at odds
)
DEST = "hf://datasets/owner/name"


def run(*words: object) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_release_goes_to_the_hub_and_comes_back(
    publishable: Any, hub: Any, tmp_path: Path
) -> None:
    """A release is one tagged commit with its card at the root, sent once, and comes back byte for byte."""
    release = publishable()

    first = run("publish", release.folder, DEST, "--yes")
    assert first.exit_code == 0, first.output
    tree = hub.tree("v1.0.0")
    assert {"README.md", "manifest.json", "manifest.sha256"} < tree.keys()
    uploads = len(hub.uploads)
    again = run("publish", release.folder, DEST, "--yes")
    assert "is there already, nothing sent" in again.stdout
    assert len(hub.uploads) == uploads

    got = run("fetch-release", DEST, "1.0.0", "--workspace", tmp_path / "other")
    assert got.exit_code == 0, got.output
    there = tmp_path / "other" / "releases" / "omniart-1.0.0"
    assert open_release(there).digest == release.digest
    assert not [p for p in there.parent.iterdir() if p != there]


def test_what_broke_off_is_invisible_and_goes_on(
    publishable: Any, hub: Any, tmp_path: Path
) -> None:
    """A publication that broke off leaves no tag and no file, and the next one sends what is missing."""
    release = publishable()
    hub.breaks_after = 3

    broken = run("publish", release.folder, DEST, "--yes")
    assert broken.exit_code == 1
    assert "run the same command again" in broken.stderr
    assert hub.tags == {}
    assert hub.tree("main").keys() == {".gitattributes"}
    nothing = run("fetch-release", DEST, "1.0.0", "--out", tmp_path / "out")
    assert "no version was found there" in nothing.stderr

    hub.breaks_after = -1
    assert run("publish", release.folder, DEST, "--yes").exit_code == 0
    assert len(hub.uploads) == len(set(hub.uploads))
    assert hub.tags.keys() == {"v1.0.0"}


def test_a_tag_is_never_overwritten(publishable: Any, hub: Any) -> None:
    """Another release of a version that is there is refused; another version takes the root, the tag stays."""
    one, other = publishable(), publishable(works=41, place="other")
    newer = publishable("1.1.0", works=42)
    assert run("publish", one.folder, DEST, "--yes").exit_code == 0
    held = hub.tree("v1.0.0")

    refused = run("publish", other.folder, DEST, "--yes")
    assert refused.exit_code == 1
    assert "never overwritten" in refused.stderr
    assert run("publish", newer.folder, DEST, "--yes").exit_code == 0
    assert hub.tree("v1.0.0") == held
    assert hub.tree("v1.1.0") != held
    wanted = run("fetch-release", DEST, "2.0.0")
    assert wanted.exit_code == 1
    assert "there are 1.0.0, 1.1.0" in wanted.stderr


def test_webdataset_is_not_for_the_hub(publishable: Any) -> None:
    """Tar files go to a folder or a store; the hub is told so before anything is sent."""
    said = run("publish", publishable().folder, DEST, "--format", "webdataset")
    assert said.exit_code == 2
    assert "publish webdataset to a folder" in said.stderr


@pytest.mark.parametrize("dest", ["hf://models/a/b", "hf://datasets/a", "hf://datasets/a/../b"])
def test_a_place_on_the_hub_is_owner_and_name(publishable: Any, dest: str) -> None:
    """Whatever is no data set's name is refused."""
    assert run("publish", publishable().folder, dest).exit_code == 2
