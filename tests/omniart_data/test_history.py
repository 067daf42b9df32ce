"""Five releases, each after the one before: nothing moves, nothing that was given is taken back."""

import re
from itertools import pairwise
from typing import Any

import pytest

from omniart_data.release import verify_release
from omniart_data.release.diff import Bump, bump_of
from schemas.release import SPLITS
from tests.omniart_data.made_history import made_history

Steps = list[Any]


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Steps:
    """Give the five releases."""
    made: Steps = made_history(tmp_path_factory.mktemp("history"))
    return made


def test_each_release_has_the_version_that_its_change_demands(steps: Steps) -> None:
    """Works added are MINOR; removed, labelled otherwise, of stricter rights or of a merged artist MAJOR."""
    versions = [step.release.version for step in steps]
    bumps = [bump_of(step.change) for step in steps[1:]]

    assert bumps == [Bump.MINOR, Bump.MAJOR, Bump.MAJOR, Bump.MAJOR]
    assert versions == ["1.0.0", "1.1.0", "2.0.0", "3.0.0", "4.0.0"]


def test_no_artwork_ever_changes_its_split(steps: Steps) -> None:
    """No difference tells of a move, and by id every artwork is where it was, whatever became of its artist."""
    assert [step.change.moved.count for step in steps[1:]] == [0, 0, 0, 0]
    assert [step.change.left.count for step in steps[1:]] == [0, 0, 0, 0]
    sides: dict[str, str] = {}
    for step in steps:
        rows = step.release.table(*SPLITS, columns=["id", "split"]).to_pylist()
        for row in rows:
            assert sides.setdefault(row["id"], row["split"]) == row["split"]


def test_ledger_and_class_index_only_grow(steps: Steps) -> None:
    """Each line of the ledger and each number of a label stands in every later release, as it was."""
    for before, after in pairwise(step.release for step in steps):
        old, new = (
            [tuple(line.values()) for line in release.ledger.to_pylist()]
            for release in (before, after)
        )
        assert set(old) <= set(new)
        index = [
            {(line["task"], line["number"]): line["label"] for line in release.labels.to_pylist()}
            for release in (before, after)
        ]
        assert index[0].items() <= index[1].items()


def test_each_release_verifies(steps: Steps) -> None:
    """Every promise is kept in each of them."""
    assert [verify_release(step.release.folder).failures for step in steps] == [()] * 5


def test_what_happened_is_what_is_told(steps: Steps) -> None:
    """The differences say what was done, and how many of each kind."""
    _, added, removed, relabelled, merged = (step.change for step in steps)

    assert (added.added.count, added.removed.count) == (2, 0)
    assert removed.removed.by == {
        "not among what was read": 1,
        "takedown": 1,
        "withdrawn at the source": 1,
    }
    assert relabelled.labels["artwork_types"].relabelled == 3
    assert relabelled.labels["materials"].relabelled == 3
    assert (relabelled.rights.count, relabelled.rights.stricter) == (1, 1)
    assert relabelled.pictures_gone.count == 1
    assert merged.artists.merged.examples == ("Artist 04 -> Artist 03",)
    assert merged.classes.retired.examples == ("artist: Artist 04",)
    first = merged.impact["artist"].listed[0]
    assert first.label == "Artist 04"
    assert sum(first.now.values()) == 0
    assert sum(first.was.values()) == merged.labels["artist"].relabelled


def test_the_changelog_tells_all_five(steps: Steps) -> None:
    """The last release's changelog has an entry for each, the newest first."""
    text = (steps[-1].release.folder / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        step.release.version for step in reversed(steps)
    ]
    assert "- 1 artist merged into another: Artist 04 -> Artist 03.\n" in text
