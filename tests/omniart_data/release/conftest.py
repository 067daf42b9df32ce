"""A made release, and how to make others."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from omniart_data.release.read import Release


def _load_made() -> ModuleType:
    """Load made.py by its path: in pytest's importlib mode tests are no package."""
    spec = importlib.util.spec_from_file_location(
        "made_release_contents", Path(__file__).with_name("made.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


MADE = sys.modules.get("made_release_contents") or _load_made()


@pytest.fixture
def made() -> ModuleType:
    """Return made.py: contents, artwork, png, made_release."""
    return MADE


@pytest.fixture
def make_release(tmp_path: Path) -> Callable[..., Release]:
    """Return a function that writes a made release into a fresh folder and opens it."""
    made_so_far: list[Path] = []

    def make(works: int = 120, **given: object) -> Release:
        folder = tmp_path / f"made-{len(made_so_far)}"
        made_so_far.append(folder)
        release: Release = MADE.made_release(folder, works, **given)
        return release

    return make
