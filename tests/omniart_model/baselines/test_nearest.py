"""Neighbours are those that a search of all pairs finds, and vote as scikit-learn's do."""

import numpy as np
import pytest
from sklearn.metrics import pairwise
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from omniart_model.baselines.answers.nearest import TEMPERATURE, Vote, known_rows, voted
from omniart_model.baselines.nearest import neighbours
from omniart_model.labels import SeveralLabels
from omniart_model.tasks import choose_tasks

ARTIST, TYPE, PERIOD = choose_tasks(["artist", "type", "period"])


def features(works: int, seed: int, width: int = 12) -> np.ndarray:
    """Return made features, float16 [N, F]."""
    return np.random.default_rng(seed).normal(1, 1, (works, width)).astype(np.float16)


@pytest.mark.parametrize(("asked", "held", "count"), [(5, 9, 3), (2_100, 9_000, 7), (3, 2, 50)])
def test_neighbours_are_those_of_all_pairs(asked: int, held: int, count: int) -> None:
    """Block by block the same works are found, at the same cosines, as in one matrix of all pairs."""
    own, others = features(asked, 1), features(held, 2)

    rows, cosines = neighbours(own, others, count)

    every = pairwise.cosine_similarity(own.astype(np.float64), others.astype(np.float64))
    np.testing.assert_allclose(cosines, -np.sort(-every, axis=1)[:, :count], atol=1e-5)
    np.testing.assert_allclose(cosines, np.take_along_axis(every, rows, axis=1), atol=1e-5)
    assert rows.shape == (asked, min(count, held))
    assert all(len(set(found)) == len(found) for found in rows.tolist())


def test_only_some_are_looked_at() -> None:
    """Rows that are not asked for are nobody's neighbours, and rows are those of the whole."""
    others = features(30, 2)

    rows, cosines = neighbours(others[:4], others, 1, np.array([2, 3, 7]))

    assert rows[2:, 0].tolist() == [2, 3]
    assert cosines[2:, 0] == pytest.approx(1, abs=1e-6)
    assert set(rows[:, 0].tolist()) <= {2, 3, 7}


def test_no_features_are_near_to_nothing() -> None:
    """A work that was not seen, features of 0, has cosine 0 with all others."""
    assert neighbours(np.zeros((1, 12), np.float16), features(5, 1), 2)[1].tolist() == [[0, 0]]


@pytest.mark.parametrize("weighted", [False, True])
def test_votes_for_one_class(weighted: bool) -> None:  # noqa: FBT001
    """Shares of votes are scikit-learn's, but for the thousandth that the prior has."""
    train, test = features(200, 3), features(40, 4)
    labels = np.random.default_rng(5).integers(0, 4, 200)
    near = neighbours(test, train, 10)
    prior = np.full(4, 0.25, np.float32)

    found = voted(ARTIST, labels, near, Vote(7, weighted), prior)

    oracle = KNeighborsClassifier(7, weights=weights if weighted else "uniform", metric="cosine")
    oracle.fit(train.astype(np.float64), labels)
    np.testing.assert_allclose(found, oracle.predict_proba(test.astype(np.float64)), atol=2e-3)
    assert found.sum(axis=1) == pytest.approx(1, abs=1e-5)


def weights(distances: np.ndarray) -> np.ndarray:
    """Return what votes weigh by the distance 1 - cosine."""
    found: np.ndarray = np.exp((distances[:, :1] - distances) / TEMPERATURE)
    return found


def test_votes_for_several_classes_and_years() -> None:
    """Each class is voted on by itself; a year is the median of the neighbours'."""
    train, test = features(200, 3), features(40, 4)
    truth = np.random.default_rng(6).random((200, 3)) < 0.4
    work, number = np.nonzero(truth)
    offsets = np.concatenate([[0], np.cumsum(truth.sum(axis=1))])
    labels = SeveralLabels(offsets, number, np.ones(200, bool), 3)
    years = np.random.default_rng(7).normal(1600, 90, 200).astype(np.float32)
    near = neighbours(test, train, 10)

    found = voted(TYPE, labels, near, Vote(5, weighted=False), np.zeros(3, np.float32))
    median = voted(PERIOD, years, near, Vote(5, weighted=False), np.float32(0))

    oracle = KNeighborsRegressor(5, metric="cosine").fit(train.astype(np.float64), truth * 1.0)
    np.testing.assert_allclose(found, oracle.predict(test.astype(np.float64)), atol=2e-3)
    np.testing.assert_array_equal(median, [np.median(years[rows[:5]]) for rows in near[0]])
    assert len(work) == len(number)


def test_who_has_no_label_has_no_vote() -> None:
    """A class that is none, a year that is not known, a work without labels: they are left out."""
    several = SeveralLabels(np.array([0, 0, 1]), np.array([0]), np.array([False, True]), 1)

    assert known_rows(np.array([0, -1])).tolist() == [True, False]
    assert known_rows(np.array([np.nan, 1600], np.float32)).tolist() == [False, True]
    assert known_rows(several).tolist() == [False, True]
