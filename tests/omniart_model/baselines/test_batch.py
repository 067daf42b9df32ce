"""What is said of a batch is what was used, and not what was asked."""

import json
from pathlib import Path

import pytest

from omniart_data.release import Release
from omniart_model.baselines.make import BaseChoice, BaselineConfig, train_baseline
from omniart_model.baselines.printed import terminal
from omniart_model.tasks import choose_tasks
from omniart_model.training.settings import TrainConfig


@pytest.mark.parametrize(("asked", "used"), [(256, 32), (8, 8)])
def test_the_batch_that_was_used_is_printed(
    asked: int, used: int, release: Release, workspace: Path, tmp_path: Path
) -> None:
    """On a small release no more than 32 works are in a batch, and the terminal and the JSON have that number."""
    config = BaselineConfig(
        choose_tasks(["artist"]),
        TrainConfig(shared=8, epochs=1, batch=asked),
        BaseChoice("pixels"),
        resamples=0,
        full=False,
    )

    table = train_baseline(release, config, tmp_path / "out", workspace)

    assert table is not None
    assert f"\nthe network learnt in batches of {used}\n" in terminal(table)
    assert json.loads((tmp_path / "out" / "baselines.json").read_bytes())["batch"] == used
    assert f"batches of {used}" in (tmp_path / "out" / "report.html").read_text()
