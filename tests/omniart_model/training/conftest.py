"""Made works to train on, and trainings that were done in processes of their own."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

_MADE = Path(__file__).with_name("made_training.py")


def _load() -> None:
    """Make made_training.py importable by its name: in pytest's importlib mode tests are no package."""
    spec = importlib.util.spec_from_file_location(_MADE.stem, _MADE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[_MADE.stem] = module
    spec.loader.exec_module(module)


_load()


@pytest.fixture(scope="session")
def trainings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the trainings of made_training.py; ``printed.txt`` is what they printed."""
    folder = tmp_path_factory.mktemp("trainings")
    done = subprocess.run(
        [sys.executable, _MADE, folder],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (folder / "printed.txt").write_text(done.stdout, encoding="utf-8")
    return folder
