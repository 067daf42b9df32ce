"""Made works to train on, and trainings that were done in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_MADE = Path(__file__).with_name("made_training.py")


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
