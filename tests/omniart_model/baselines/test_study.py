"""A release is studied on the split that is asked for."""

from pathlib import Path

import pytest

from omniart_data.release import Release
from omniart_model.baselines.make import BaselineConfig
from omniart_model.baselines.prepare import choose_device, prepare_features
from omniart_model.baselines.study import open_study


@pytest.mark.parametrize("split", ["validation", "test"])
def test_what_is_measured_are_the_works_of_the_split(
    release: Release, workspace: Path, config: BaselineConfig, split: str
) -> None:
    """Truth, and the works that answers are for, are those of the split; the sides stay what they are."""
    cache, _ = prepare_features(release, config.base, workspace, choose_device("cpu"))
    study = open_study(release, config.tasks, cache, split=split)

    ids = sorted(release.table(split, columns=["id"])["id"].to_pylist())
    assert study.measured.ids == ids
    assert len(study.truth(study.tasks[0]).known) == len(ids)
    assert study.seen_by(cache).measured.ids == ids
    assert set(study.test.ids).isdisjoint(study.validation.ids)
