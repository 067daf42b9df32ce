"""Where there is nothing to learn from, it is told why."""

from pathlib import Path
from types import ModuleType

import pytest

from omniart_data.release import Release
from omniart_model.works import check_trainable, lacking, pictured_works
from schemas.errors import ModelError


def test_a_subset_of_nobody_is_told_as_such(release: Release) -> None:
    """Where the pictures are there and no artist has so many works, the subset is the cause."""
    works = pictured_works(release)

    assert lacking(works) == lacking(works, 20) == ""
    check_trainable(works, "here", 20)
    with pytest.raises(ModelError, match="more than 300 works in train: give a smaller --subset"):
        check_trainable(works, "here", 300)


def test_a_release_without_pictures_is_told_as_such(made: ModuleType, tmp_path: Path) -> None:
    """Without a picture the subset is not the cause."""
    none = made.made_release(tmp_path / "none", 60, pictures="not asked for")

    with pytest.raises(ModelError, match=r"no work with a picture in train;.*--images none"):
        check_trainable(pictured_works(none), "here", 300)
