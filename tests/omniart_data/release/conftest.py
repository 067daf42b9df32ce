"""A made release, and how to make others."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from omniart_data.release.read import Release
from tests.omniart_data.release import made as made_contents


@pytest.fixture
def made() -> ModuleType:
    """Return made.py: contents, artwork, png, made_release."""
    return made_contents


@pytest.fixture
def make_release(tmp_path: Path) -> Callable[..., Release]:
    """Return a function that writes a made release into a fresh folder and opens it."""
    made_so_far: list[Path] = []

    def make(works: int = 120, **given: object) -> Release:
        folder = tmp_path / f"made-{len(made_so_far)}"
        made_so_far.append(folder)
        release: Release = made_contents.made_release(folder, works, **given)
        return release

    return make
