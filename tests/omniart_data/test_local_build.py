"""Collections of one's own: their pictures come along, and go when they are taken away."""

import io
from pathlib import Path

import pytest
from PIL import Image

from crawlers.engine.fetch import FetchConfig
from omniart_data.build import build
from omniart_data.gather import check_dumps, parse_dump
from omniart_data.plan import Built, Plan
from omniart_data.release import open_release, verify_release
from omniart_data.workspace import Workspace
from schemas.errors import UsageError

MAPPING = """
collection = "attic"
institution = "The Attic"
index = "index.csv"
images = ["pictures"]
rights = "https://creativecommons.org/publicdomain/zero/1.0/"

[columns]
id = "id"
file = "file"
title = "title"
"""


@pytest.fixture
def attic(tmp_path: Path) -> Path:
    """Return a collection of three works with pictures."""
    folder = tmp_path / "attic"
    (folder / "pictures").mkdir(parents=True)
    (folder / "collection.toml").write_text(MAPPING, encoding="utf-8")
    rows = ["id,file,title", *(f"{n},{n}.jpg,Work {n}" for n in range(3))]
    (folder / "index.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    for number in range(3):
        out = io.BytesIO()
        Image.new("RGB", (90, 60), (80 * number, 90, 100)).save(out, "JPEG")
        (folder / "pictures" / f"{number}.jpg").write_bytes(out.getvalue())
    return folder


def built_of(workspace: Path, *folders: Path, version: str = "") -> Built:
    """Build from collections, with their pictures."""
    dumps = [parse_dump(f"local={folder}") for folder in folders]
    check_dumps(dumps)
    return build(Plan(version=version).reading(dumps), Workspace(workspace), FetchConfig())


def statuses(built: Built) -> list[str]:
    """Return how each artwork's picture fared, by id."""
    found: list[str] = (
        open_release(built.folder).table(columns=["image_status"])["image_status"].to_pylist()
    )
    return found


def test_a_picture_taken_away_is_gone(attic: Path, tmp_path: Path) -> None:
    """The next release is what a build in an empty workspace would make: the picture is in neither."""
    first = built_of(tmp_path / "w", attic)
    (attic / "pictures" / "1.jpg").unlink()

    second = built_of(tmp_path / "w", attic)
    afresh = built_of(tmp_path / "fresh", attic)

    assert statuses(first) == ["in release"] * 3
    assert statuses(second) == statuses(afresh) == ["in release", "not fetched", "in release"]
    assert verify_release(second.folder).failures == ()


def test_a_broken_picture_is_counted(attic: Path, tmp_path: Path) -> None:
    """A file that is no picture costs its artwork the picture, and nothing else."""
    (attic / "pictures" / "1.jpg").write_bytes(b"<html>not found</html>")

    assert statuses(built_of(tmp_path / "w", attic)) == ["in release", "unreadable", "in release"]


def test_no_picture_at_all_is_a_mistake(attic: Path, tmp_path: Path) -> None:
    """A collection whose pictures are all missing was described wrongly: the build says so."""
    for picture in (attic / "pictures").iterdir():
        picture.rename(picture.with_suffix(".moved"))

    with pytest.raises(UsageError, match="none of 3 pictures"):
        built_of(tmp_path / "w", attic)


def test_two_collections_of_one_name(attic: Path, tmp_path: Path) -> None:
    """Two folders under one name would mix up their ids, and are refused."""
    other = tmp_path / "other"
    attic.rename(other)
    other.mkdir(exist_ok=True)
    copy = tmp_path / "copy"
    for path in other.rglob("*"):
        target = copy / path.relative_to(other)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            target.write_bytes(path.read_bytes())

    with pytest.raises(UsageError, match="another collection here is called local-attic"):
        built_of(tmp_path / "w", other, copy)
    with pytest.raises(UsageError, match="given twice"):
        built_of(tmp_path / "w", other, other)


def test_versions_go_up(attic: Path, tmp_path: Path) -> None:
    """A version below the newest would fork the splits' history, and is refused."""
    built_of(tmp_path / "w", attic, version="2.0.0")

    with pytest.raises(UsageError, match=r"below 2\.0\.0"):
        built_of(tmp_path / "w", attic, version="1.5.0")
    with pytest.raises(UsageError, match="no version"):
        built_of(tmp_path / "w", attic, version="2.1")
