"""What the parts of a report are made of: confusions, what classes share, neighbours, maps."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_model.labels import encode
from omniart_model.report.alike import alike, sentence
from omniart_model.report.artworks import read_works
from omniart_model.report.centuries import grouped, map_of
from omniart_model.report.confusion import among, confusion_of, most_productive
from omniart_model.report.shared import nearest, principal, shared_features, unit
from omniart_model.report.shown import Shown
from omniart_model.tasks import choose_tasks

ARTIST = choose_tasks(["artist"])[0]


def test_confusions_are_a_mean_over_seeds(shown: Shown) -> None:
    """Each looked-at test work counts once over all seeds: where one of two is wrong, half for each."""
    found = confusion_of(shown, ARTIST)

    labels = np.asarray(encode(shown.study.test.works, ARTIST, found.classes))
    works = np.bincount(labels[labels >= 0], minlength=len(found.classes))
    assert found.counts.sum(axis=1).tolist() == works.tolist()
    assert found.counts[1, 0] == found.counts[1, 1] == works[1] / 2
    assert np.count_nonzero(found.counts) == len(found.classes) + 1


def test_works_that_were_not_looked_at_are_nobodys_confusion(shown: Shown) -> None:
    """A work that is answered with the prior says nothing of the network."""
    seen = shown.seen.copy()
    seen[0] = False
    test = replace(shown.study.test, seen=seen)
    found = confusion_of(replace(shown, study=replace(shown.study, test=test)), ARTIST)
    assert found.counts.sum() == len(seen) - 1


def test_the_matrix_is_of_the_most_productive_by_year(shown: Shown) -> None:
    """The classes with the most works in train are chosen, and stand in the order of their works' years."""
    found = confusion_of(shown, ARTIST)
    works = shown.study.train.works
    counts = np.bincount(np.asarray(encode(works, ARTIST, found.classes)))

    chosen = most_productive(shown, found, most=3)
    shares, tested = among(found, chosen)

    left = set(range(len(counts))) - set(chosen.classes.tolist())
    assert min(counts[chosen.classes]) >= max(counts[list(left)])
    assert chosen.years.tolist() == sorted(chosen.years)
    assert shares.shape == (3, 4)
    assert shares.sum(axis=1) == pytest.approx(1)
    assert tested.sum() <= len(shown.seen)


Made = tuple[str, float | None, list[str], list[str], str]


def train_of(*rows: Made) -> pa.Table:
    """Return works as (artist, year, types, materials, museum)."""
    names = ("artist", "year", "artwork_types", "materials", "institution")
    return pa.Table.from_pylist(
        [dict(zip(names, row, strict=True)) for row in rows],
        schema=pa.schema(
            [
                ("artist", pa.string()),
                ("year", pa.float64()),
                ("artwork_types", pa.list_(pa.string())),
                ("materials", pa.list_(pa.string())),
                ("institution", pa.string()),
            ]
        ),
    )


def test_father_and_son_share_everything() -> None:
    """Two engravers of one time and one workshop share period, type and material."""
    works: list[Made] = [
        (name, 1690.0 + n, ["print"], ["paper", "ink"], "Rijksmuseum")
        for n in range(20)
        for name in "ab"
    ]

    shared = alike(train_of(*works), ARTIST, "a", "b")

    assert sentence(shared) == "They share period, type and material."
    assert [one.overlap for one in shared] == pytest.approx([1, 1, 1, 1])
    assert shared[0].told == "median years 1699 and 1699"


def test_strangers_share_nothing() -> None:
    """A painter and a potter of other centuries differ in all; what is not known of one is not said to differ."""
    works: list[Made] = [("a", 1600.0 + n, ["painting"], ["oil paint"], "A") for n in range(5)]
    works += [("b", 1900.0 + n, ["vessel"], ["clay"], "B") for n in range(5)]
    works += [("c", None, ["vessel"], [], "B")]
    train = train_of(*works)

    assert sentence(alike(train, ARTIST, "a", "b")) == ("They differ in period, type and material.")
    assert (
        sentence(alike(train, ARTIST, "b", "c"))
        == "They share type; not known is period and material."
    )


def test_half_a_type_in_common() -> None:
    """What two classes have in common is the part of their labels that both have."""
    works: list[Made] = [("a", 1600.0, ["print"], [], "A"), ("a", 1600.0, ["painting"], [], "A")]
    works += [("b", 1600.0, ["print"], [], "A")] * 3
    period, kind, material, museum = alike(train_of(*works), ARTIST, "a", "b")
    assert (period.overlap, kind.overlap, material.overlap, museum.overlap) == (1.0, 0.5, None, 1.0)


def test_neighbours_are_those_of_brute_force(shown: Shown) -> None:
    """The nearest rows by cosine among the seen ones, nearest first."""
    train, test = shown.study.train, shown.study.test
    seen = train.seen.copy()
    seen[::3] = False
    asked = shared_features(shown.network, test.features[:7])

    rows, cosines = nearest(shown.network, asked, train.features, seen, 4)

    all_cosines = unit(asked) @ unit(shared_features(shown.network, train.features)).T
    all_cosines[:, ~seen] = -np.inf
    assert rows.tolist() == np.argsort(-all_cosines, axis=1, kind="stable")[:, :4].tolist()
    assert cosines == pytest.approx(np.sort(all_cosines, axis=1)[:, ::-1][:, :4], abs=1e-6)


@pytest.mark.parametrize("shape", [(40, 7), (7, 40), (12, 12)])
def test_principal_components_are_those_of_the_svd(shape: tuple[int, int]) -> None:
    """Up to the sign, which is fixed, they are the first two columns of U S; parts of the variance are at most 1."""
    rows = np.random.default_rng(1).normal(0, 1, shape).astype(np.float32)

    found, told = principal(rows)

    left, values, _ = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    assert np.abs(found) == pytest.approx(np.abs(left[:, :2] * values[:2]), abs=1e-4)
    assert found[np.abs(found).argmax(axis=0), [0, 1]].min() > 0
    assert sum(told) <= 1 + 1e-9
    assert told == pytest.approx(tuple(values[:2] ** 2 / (values**2).sum()))


def test_too_few_rows_have_no_map() -> None:
    """Two works have no plane of their own, and rows that are all the same lie on one point."""
    assert principal(np.ones((2, 5), np.float32))[0].tolist() == [[0, 0], [0, 0]]
    assert np.abs(principal(np.ones((9, 5), np.float32))[0]).max() < 1e-6


@given(st.lists(st.integers(-40, 21).filter(bool), max_size=60))
def test_groups_of_centuries_follow_each_other(centuries: list[int]) -> None:
    """At most six groups, each with a work, and a later group holds no earlier century."""
    groups, names = grouped(np.array(centuries, np.int64))

    assert len(groups) == len(centuries)
    assert len(names) <= 6
    assert set(groups.tolist()) == set(range(len(names)))
    order = np.argsort(centuries, kind="stable")
    assert (np.diff(groups[order]) >= 0).all()


def test_the_map_is_of_works_that_were_not_learnt_from(hostile: Shown) -> None:
    """Each work of validation and test with a century is on it, none of train."""
    found = map_of(hostile)
    sides = (hostile.study.validation, hostile.study.test)
    known = sum(len(side) - side.works["century"].null_count for side in sides)
    assert len(found.points) == len(found.groups) == known > 0


def test_works_are_read_by_id(shown: Shown) -> None:
    """Words and picture of the works asked for, wherever they lie; one that is not in the release is left out."""
    ids = [shown.study.train.ids[3], shown.study.test.ids[0], "no:such"]
    works = read_works(shown.study.release, ids)
    assert set(works) == set(ids[:2])
    assert all(one.picture.startswith("data:image/jpeg;base64,") for one in works.values())
    assert works[ids[0]].split == "train"
