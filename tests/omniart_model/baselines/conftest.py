"""Studies of made releases, with features that are planted rather than seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest

from omniart_data.release import Contents, Release, open_release, write_release
from omniart_model.baselines.study import Study, open_study
from omniart_model.bases.table import Base, find_base
from omniart_model.features.cache import FeatureCache
from omniart_model.tasks import choose_tasks
from omniart_model.works import pictured_works, texts

BASE: Base = replace(find_base("efficientnet-lite0"), name="planted", features=16)

Planted = Callable[[int, str], np.ndarray]
"""From a work's number and split to its features."""


def with_columns(contents: Contents, columns: Mapping[str, Sequence[object]]) -> Contents:
    """Return contents with other values in some columns of its artworks."""
    artworks = contents.artworks
    for name, values in columns.items():
        index = artworks.schema.get_field_index(name)
        field = artworks.schema.field(name)
        artworks = artworks.set_column(index, field, pa.array(values, field.type))
    return replace(contents, artworks=artworks)


@pytest.fixture(scope="session")
def two_museums(made: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of 240 works in two museums: one has the paintings, the other the prints."""
    folder = tmp_path_factory.mktemp("museums") / "releases" / "omniart-1.0.0"
    museums = ["North" if number % 2 else "South" for number in range(240)]
    years = [1700.0 + number % 5 if number % 2 else 1500.0 + number % 5 for number in range(240)]
    columns = {"institution": museums, "year": years}
    write_release(with_columns(made.contents(240), columns), folder, version="1.0.0")
    return open_release(folder)


@pytest.fixture
def study_of(tmp_path: Path) -> Callable[[Release, Planted], Study]:
    """Return how a release is studied with planted features."""

    def study(release: Release, planted: Planted) -> Study:
        works = pictured_works(release)
        numbers = [int(one.rsplit(":")[-1]) for one in texts(works["id"])]
        features = np.stack(
            [
                np.stack([planted(number, split)] * 2)
                for number, split in zip(numbers, texts(works["split"]), strict=True)
            ]
        )
        cache = FeatureCache(tmp_path, BASE, "0" * 64)
        cache.add(texts(works["image_sha256"]), features.astype(np.float16))
        return open_study(release, choose_tasks(), cache)

    return study
