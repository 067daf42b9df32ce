"""Labels become numbers without a label being lost, invented or counted twice."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_model.labels import SeveralLabels, encode, find_classes, take
from omniart_model.tasks import UNKNOWN, Task, choose_tasks
from schemas.errors import UsageError

ARTIST, TYPE, COARSE, MATERIAL, PERIOD = choose_tasks(
    ["artist", "type", "coarse_type", "material", "period"]
)


def works(**columns: list[object]) -> pa.Table:
    """Return works with the columns given."""
    kinds = {
        "artist": pa.string(),
        "coarse_type": pa.string(),
        "materials": pa.list_(pa.string()),
        "year": pa.float32(),
        "split": pa.string(),
    }
    return pa.table({name: pa.array(values, kinds[name]) for name, values in columns.items()})


def test_one_class() -> None:
    """An artist that is no class, and no artist at all, are UNKNOWN."""
    found = encode(works(artist=["B", None, "C", "A"]), ARTIST, ("A", "B"))

    assert take(found, np.arange(4)).tolist() == [1, UNKNOWN, UNKNOWN, 0]


def test_coarse_types() -> None:
    """A coarse type is one class; an artwork whose types tell none has none."""
    table = works(coarse_type=["vessel", None, "painting"])

    found = encode(table, COARSE, ("painting", "vessel"))

    assert take(found, np.arange(3)).tolist() == [1, UNKNOWN, 0]


def test_several_classes() -> None:
    """No label at all is NaN; labels outside the classes are known zeros; twice is once."""
    table = works(materials=[["oil", "oil"], [], None, ["tin"], ["wood", "oil"]])

    found = take(encode(table, MATERIAL, ("oil", "wood")), np.array([4, 1, 0, 2, 3]))

    np.testing.assert_array_equal(
        found, [[1, 1], [np.nan, np.nan], [1, 0], [np.nan, np.nan], [0, 0]]
    )


def test_years() -> None:
    """A year that is not known is NaN."""
    found = take(encode(works(year=[1500.5, None, -44.0]), PERIOD, ()), np.arange(3))

    np.testing.assert_array_equal(found, [1500.5, np.nan, -44.0])


labels = st.lists(st.one_of(st.none(), st.lists(st.sampled_from("abcdx"), max_size=5)), max_size=12)


@given(labels)
def test_sparse_labels_say_what_the_lists_said(given_lists: list[list[str] | None]) -> None:
    """Each row of the dense array holds exactly the row's own classes, also in slices of a column."""
    classes = ("a", "b", "c", "d")
    table = works(materials=[["a", "x"], *given_lists]).slice(1)

    found = encode(table, MATERIAL, classes)

    assert isinstance(found, SeveralLabels)
    dense = found.dense(np.arange(len(given_lists)))
    for row, held in zip(dense, given_lists, strict=True):
        if not held:
            assert np.isnan(row).all()
        else:
            assert {c for c, one in zip(classes, row, strict=True) if one} == set(held) - {"x"}


def test_a_class_has_works_in_train_and_in_test() -> None:
    """A label needs its works in train, and one in test; the order is the index's."""
    table = works(
        artist=["A", "A", "A", "B", "B", "C", "C", "C", "A", "B"],
        split=["train"] * 8 + ["test"] * 2,
    )

    assert find_classes(table, ARTIST, ["C", "B", "A"]) == ("A",)
    (artist,) = choose_tasks(["artist"], {"artist": 2})
    assert find_classes(table, artist, ["C", "B", "A"]) == ("B", "A")


def test_a_label_given_twice_counts_once() -> None:
    """Two mentions of a material in one work are one work with it."""
    table = works(
        materials=[["oil", "oil"], ["wood"], ["wood"], ["oil"], ["wood"]],
        split=["train"] * 3 + ["test"] * 2,
    )
    task = Task("material", MATERIAL.kind, "materials", least_train=2)

    assert find_classes(table, task, ["oil", "wood"]) == ("wood",)


@pytest.mark.parametrize("name", ["coarse type", "coarse_type"])
def test_a_name_of_two_words_may_be_one(name: str) -> None:
    """A task is found by its name, and by its name without a blank, as a command line has it."""
    (found,) = choose_tasks([name], {name: 3})

    assert (found.name, found.word, found.least_train) == ("coarse type", "coarse_type", 3)


@pytest.mark.parametrize("given_names", [(["genre"], {}), ([], {"genre": 3})])
def test_unknown_tasks_are_named(given_names: tuple[list[str], dict[str, int]]) -> None:
    """A task that is in no row is a usage error that lists those there are."""
    with pytest.raises(
        UsageError,
        match="'genre'; there are: artist, type, coarse_type, material, technique, iconclass, period",
    ):
        choose_tasks(*given_names)
