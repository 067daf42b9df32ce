"""What hangs on the museum alone is found, and what is told by near pictures is listed."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest

from omniart_data.release import Release, open_release, write_release
from omniart_model.baselines.answers.museum import PRIOR_WORKS, museum_scores
from omniart_model.baselines.leaks import NEAR, find_leaks, without_near
from omniart_model.baselines.museums import as_many, left_out_museums
from omniart_model.baselines.study import Study
from omniart_model.evaluation.measured import LEAST_WORKS
from omniart_model.tasks import choose_tasks
from omniart_model.works import texts
from tests.omniart_model.baselines.conftest import with_columns

ARTIST, TYPE, MATERIAL, PERIOD = choose_tasks(["artist", "type", "material", "period"])
Opened = Callable[..., Study]


def noise(number: int, split: str) -> np.ndarray:
    """Return features that tell nothing, no two alike."""
    return np.random.default_rng([number, len(split)]).normal(0, 1, 16)


def test_the_museum_tells_what_hangs_on_it(two_museums: Release, study_of: Opened) -> None:
    """Where one museum has the paintings and the other the prints, the museum is all that one needs to know."""
    study = study_of(two_museums, noise)
    prints = np.array(study.test.museums) == "North"
    column = study.classes["type"].index("print")

    types = museum_scores(study, TYPE, study.test)
    years = museum_scores(study, PERIOD, study.test)

    assert prints.any()
    assert not prints.all()
    assert types[prints, column].min() > 0.9
    assert types[~prints, column].max() < 0.1
    assert np.abs(years[prints] - 1702).max() <= 2
    assert np.abs(years[~prints] - 1502).max() <= 2


def test_shares_are_counted_by_hand(two_museums: Release, study_of: Opened) -> None:
    """A museum's share of a class is that of its works in train, and of PRIOR_WORKS more that are like all of train."""
    study = study_of(two_museums, noise)
    train = study.train.works.to_pylist()
    named = [row for row in train if row["artist"] is not None]
    artist = study.classes["artist"][0]

    found = museum_scores(study, ARTIST, study.test)[study.test.museums.index("North"), 0]

    own = [row for row in named if row["institution"] == "North"]
    share = sum(row["artist"] == artist for row in named) / len(named)
    theirs = sum(row["artist"] == artist for row in own)
    assert found == pytest.approx(
        (theirs + PRIOR_WORKS * share) / (len(own) + PRIOR_WORKS), rel=1e-5
    )


def test_a_near_picture_in_another_split_is_listed(two_museums: Release, study_of: Opened) -> None:
    """A work of test whose features are those of a work of train, but for a little, is a leak; no other is."""
    works = two_museums.table(columns=["id", "split"]).to_pylist()
    numbers = {
        split: sorted(int(row["id"][-4:]) for row in works if row["split"] == split)
        for split in ("train", "validation", "test")
    }
    copied = numbers["test"][3]
    first, second = numbers["train"][5], numbers["validation"][2]

    def planted(number: int, split: str) -> np.ndarray:
        if number in {copied, second}:
            own = np.random.default_rng(number).normal(0, 0.02, 16)
            return noise(first, "train") + own
        return noise(number, split)

    study = study_of(two_museums, planted)
    leaks = find_leaks(study)

    def name(number: int) -> str:
        return f"sample-met:{number:04d}"

    pairs = [(leak.test, leak.other, leak.of_split, leak.split) for leak in leaks]
    assert pairs == [
        (name(copied), name(first), "test", "train"),
        (name(copied), name(second), "test", "validation"),
        (name(second), name(first), "validation", "train"),
    ]
    assert all(NEAR < leak.cosine <= 1 for leak in leaks)
    ids = texts(study.test.works["id"])
    assert without_near(study, leaks).tolist() == [one != name(copied) for one in ids]


@pytest.fixture(scope="module")
def large_museums(made: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of two museums with more than twenty works of test each."""
    folder = tmp_path_factory.mktemp("large") / "releases" / "omniart-1.0.0"
    museums = ["North" if number // 2 % 2 else "South" for number in range(480)]
    contents = made.contents(480, hands=(0, 1))
    write_release(with_columns(contents, {"institution": museums}), folder, version="1.0.0")
    return open_release(folder)


def labelled(study: Study, museum: str, works: int) -> Study:
    """Return a study in which so many of a museum's works of test have labels, and its others none."""
    own = np.flatnonzero(np.array(study.test.museums) == museum)
    bare = np.isin(np.arange(len(study.test)), own[works:])
    table = study.test.works
    for task in study.tasks:
        index, field = table.schema.get_field_index(task.column), table.schema.field(task.column)
        given = zip(table[task.column].to_pylist(), bare, strict=True)
        values = [None if nothing else value for value, nothing in given]
        table = table.set_column(index, field, pa.array(values, field.type))
    return replace(study, test=replace(study.test, works=table))


def test_museums_that_can_be_left_out(
    large_museums: Release, two_museums: Release, release: Release, study_of: Opened
) -> None:
    """A museum is left out where others are enough to learn from, and its labelled works of test enough for a verdict."""
    study = study_of(large_museums, noise)

    assert all(study.test.museums.count(name) >= LEAST_WORKS for name in ("North", "South"))
    assert left_out_museums(study) == ["North", "South"]
    assert left_out_museums(labelled(study, "North", LEAST_WORKS)) == ["North", "South"]
    assert left_out_museums(labelled(study, "North", LEAST_WORKS - 1)) == ["South"]
    assert left_out_museums(study_of(two_museums, noise)) == []  # twelve works of test each
    assert left_out_museums(study_of(release, noise)) == []  # one museum


def test_as_many_works_are_drawn_from_all(two_museums: Release, study_of: Opened) -> None:
    """The control has as many works as what a museum leaves, of all museums, and the same ones each time."""
    study = study_of(two_museums, noise)
    others = np.array(study.train.museums) != "North"

    drawn = as_many(study.train, others, 0)

    assert drawn.sum() == others.sum()
    assert {study.train.museums[row] for row in np.flatnonzero(drawn)} == {"North", "South"}
    assert drawn.tolist() == as_many(study.train, others, 0).tolist()
    assert drawn.tolist() != as_many(study.train, others, 1).tolist()
