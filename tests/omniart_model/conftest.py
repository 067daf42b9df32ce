"""A made release with pictures that tell their labels, and the baseline of it."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch

from omniart_data.release import Release
from omniart_model.baselines.make import BaseChoice, BaselineConfig, train_baseline
from omniart_model.tasks import choose_tasks
from omniart_model.training.settings import TrainConfig
from tests.omniart_model import made_pictures

TASKS = choose_tasks(["artist", "type", "coarse_type", "material", "period"])


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Run networks on one thread: two that wait for each other on a busy machine are far slower."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """Return made_pictures.py: picture, row, contents, made_release."""
    return made_pictures


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace that holds one release and, once asked for, its features."""
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="session")
def release(workspace: Path) -> Release:
    """Return a made release of 120 works, all with pictures in it."""
    opened: Release = made_pictures.made_release(workspace / "releases" / "omniart-1.0.0")
    return opened


@pytest.fixture(scope="session")
def unpictured(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a made release that holds no pictures, though they are known."""
    folder = tmp_path_factory.mktemp("kept-out") / "releases" / "omniart-1.0.0"
    opened: Release = made_pictures.made_release(folder, 60, pictures="kept out")
    return opened


@pytest.fixture(scope="session")
def config() -> BaselineConfig:
    """Return the settings of a small baseline of all tasks."""
    train = TrainConfig(shared=64, epochs=12, rate=3e-3)
    return BaselineConfig(TASKS, train, BaseChoice("efficientnet-lite0"))


@pytest.fixture(scope="session")
def baseline(release: Release, workspace: Path, config: BaselineConfig) -> Path:
    """Return the folder of a small baseline of the made release."""
    folder = workspace / "baselines" / release.version
    assert train_baseline(release, config, folder, workspace) is not None
    return folder
