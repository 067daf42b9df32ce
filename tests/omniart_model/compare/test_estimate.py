"""What a dry run reckons with is what training does."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from omniart_data.release import Release
from omniart_model.compare.estimate import estimate
from omniart_model.compare.kept import Runs
from omniart_model.compare.plan import make_plan
from omniart_model.compare.settings import Options
from omniart_model.tasks import choose_tasks
from omniart_model.training.examples import Cached
from omniart_model.training.settings import TrainConfig
from omniart_model.training.train import fit
from omniart_model.works import in_split, pictured_works

CPU = torch.device("cpu")
OPTIONS = Options(
    choose_tasks(["artist"]),
    bases=("pixels",),
    shared=(4, 8),
    seeds=1,
    preset=TrainConfig(epochs=2),
)


@pytest.fixture(scope="module")
def larger(made: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of works enough that an epoch's least number of steps decides how large a batch is."""
    folder = tmp_path_factory.mktemp("larger") / "releases" / "omniart-1.0.0"
    opened: Release = made.made_release(folder, 480, pictures="kept out")
    return opened


def test_a_dry_run_counts_the_steps_of_training(larger: Release, tmp_path: Path) -> None:
    """As many steps are timed for a network as a training of so many works makes."""
    plan = make_plan(OPTIONS)
    estimates = estimate(larger, plan, Runs(tmp_path, OPTIONS), CPU)

    works = in_split(pictured_works(larger), "train").num_rows
    steps: list[int] = []

    class Counted(Cached):
        """Works that count how often they are learnt from."""

        def seen(self, rows, views, place):  # type: ignore[no-untyped-def]
            if torch.is_grad_enabled():
                steps.append(len(rows))
            return super().seen(rows, views, place)

    features = np.zeros((works, 1, 8), np.float16)
    train = Counted(features, {"artist": np.arange(works) % 4})
    fit(
        OPTIONS.tasks,
        {"artist": tuple("abcd")},
        train,
        Cached(features, train.labels),
        OPTIONS.preset,
    )

    assert works > 256
    assert [one.steps for one in estimates.networks] == [len(steps)] * 2
