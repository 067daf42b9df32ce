"""A made challenge: files of the true form, with works that nobody made."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from omniart_data.release import Release, open_release


def _load() -> ModuleType:
    """Load made_challenge.py by its path: in pytest's importlib mode tests are no package."""
    name = "made_challenge"
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


MADE = _load()


@pytest.fixture(scope="session")
def challenge() -> ModuleType:
    """Return made_challenge.py: MadeChallenge, write_challenge, ..."""
    return MADE


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a made challenge: rijksgt.mat, imdb-rijks.mat, xml/, jpg2/, jpg2.tar."""
    folder = tmp_path_factory.mktemp("challenge")
    MADE.write_challenge(folder)
    return folder


@pytest.fixture(scope="session")
def read_release(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return the release of the made challenge."""
    workspace = tmp_path_factory.mktemp("rijks14")
    return open_release(MADE.read(files, workspace).folder)
