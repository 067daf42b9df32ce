"""A made challenge: files of the true form, with works that nobody made."""

from pathlib import Path
from types import ModuleType

import pytest

from omniart_data.release import Release, open_release
from tests.omniart_model.rijks14 import made_challenge


@pytest.fixture(scope="session")
def challenge() -> ModuleType:
    """Return made_challenge.py: MadeChallenge, write_challenge, ..."""
    return made_challenge


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a made challenge: rijksgt.mat, imdb-rijks.mat, xml/, jpg2/, jpg2.tar."""
    folder = tmp_path_factory.mktemp("challenge")
    made_challenge.write_challenge(folder)
    return folder


@pytest.fixture(scope="session")
def read_release(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return the release of the made challenge."""
    workspace = tmp_path_factory.mktemp("rijks14")
    return open_release(made_challenge.read(files, workspace).folder)
