"""Where works without an artist are in the splits too, the artist task knows nothing of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest

from omniart_data.release import Contents, Release, open_release, write_release
from omniart_model.baselines.make import BaselineConfig, train_baseline
from omniart_model.baselines.table import NETWORK, Table
from omniart_model.evaluation.constant import constant_answers
from omniart_model.evaluation.resample import Resamples
from omniart_model.evaluation.score import score
from omniart_model.evaluation.truth import truth_of
from omniart_model.labels import encode
from omniart_model.tasks import UNKNOWN, choose_tasks
from omniart_model.works import class_index, in_split, pictured_works
from schemas.release import SPLITS

ARTIST, TYPE, COARSE, MATERIAL, PERIOD = choose_tasks(
    ["artist", "type", "coarse_type", "material", "period"]
)


def without_artist(contents: Contents, rows: Sequence[int]) -> Contents:
    """Return contents in which some works have no artist."""
    artworks, nobody = contents.artworks, set(rows)
    for name, value in (("artist", None), ("artist_status", "unknown")):
        column = [
            value if place in nobody else held
            for place, held in enumerate(artworks[name].to_pylist())
        ]
        index = artworks.schema.get_field_index(name)
        artworks = artworks.set_column(
            index, artworks.schema.field(name), pa.array(column, "string")
        )
    return replace(contents, artworks=artworks, split_unattributed=True)


@pytest.fixture(scope="module")
def mixed(made: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of 120 works, of which 40 have no artist and are split all the same."""
    folder = tmp_path_factory.mktemp("mixed") / "releases" / "omniart-1.0.0"
    write_release(without_artist(made.contents(120), range(80, 120)), folder, version="1.0.0")
    return open_release(folder)


@pytest.fixture(scope="module")
def scored(
    mixed: Release,
    config: BaselineConfig,
    workspace: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Table:
    """Return the table of a baseline of it; its pictures are those of the made release, and seen once for both."""
    out = tmp_path_factory.mktemp("scored") / "baseline"
    table = train_baseline(mixed, config, out, workspace)
    assert table is not None
    return table


def test_they_are_in_every_split(mixed: Release) -> None:
    """Each split has works without an artist, and they are looked at like all others."""
    works = pictured_works(mixed)

    assert works.num_rows == 120
    assert all(in_split(works, split)["artist"].null_count for split in SPLITS)


def test_the_artist_task_leaves_them_out(mixed: Release, scored: Table) -> None:
    """Metrics of the artist are over the works that have one, of the network and of the constant answers."""
    test = in_split(pictured_works(mixed), "test")
    named = test.num_rows - test["artist"].null_count
    of = {one.task.name: one for one in scored.tasks}

    assert 0 < named < test.num_rows == scored.works
    answers = of["artist"].answers
    for metric in ("top1", "top1_all"):
        assert {metrics[metric].n for metrics in answers.values()} == {named}
    for name, metric in (("coarse type", "top1"), ("period", "mean_error"), ("type", "lrap")):
        assert {one[metric].n for one in of[name].answers.values()} == {test.num_rows}, name
    assert answers[NETWORK]["top1"].value > answers["majority class"]["top1"].value


def test_nobody_is_no_class_and_no_example(mixed: Release) -> None:
    """A work without an artist is in no class, counts towards none, and weighs nothing in the prior."""
    works = pictured_works(mixed)
    train = in_split(works, "train")
    classes = class_index(mixed, works, ARTIST)
    prior = constant_answers(train, ARTIST, classes)["majority class"]

    assert classes == ("Artist A", "Artist B", "Artist C", "Artist D")
    assert (np.asarray(encode(works, ARTIST, classes)) == UNKNOWN).sum() == 40
    assert prior.sum() == pytest.approx(1)
    named = train.filter(train["artist"].is_valid())
    same = constant_answers(named, ARTIST, classes)["majority class"]
    np.testing.assert_array_equal(prior, same)


def test_what_is_answered_for_them_is_no_matter(mixed: Release) -> None:
    """Whatever artist a work without one is given, the metrics are the same to the last digit."""
    works = pictured_works(mixed, "test")
    classes = class_index(mixed, pictured_works(mixed), ARTIST)
    chance = np.random.default_rng(0)
    scores = chance.random((works.num_rows, len(classes)), np.float32)
    other = scores.copy()
    nobody = np.asarray(works["artist"].is_null())
    other[nobody] = chance.random((int(nobody.sum()), len(classes)), np.float32)

    truth, resamples = truth_of(works, ARTIST, classes), Resamples(works.num_rows)
    assert score(truth, [scores], resamples) == score(truth, [other], resamples)
