"""The metrics agree with scikit-learn and with the definitions they are taken from."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    label_ranking_average_precision_score,
    top_k_accuracy_score,
)

from omniart_model.evaluation.metrics import (
    NOWHERE,
    average_precisions,
    mean_class_accuracy,
    one_class_metrics,
    ranks,
    several_class_metrics,
    top_accuracy,
    year_metrics,
)


def made(seed: int, works: int = 200, classes: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Return truth [N, C] with at least one label a work, and scores [N, C] without ties."""
    chance = np.random.default_rng(seed)
    truth = chance.random((works, classes)) < chance.uniform(0.02, 0.5, classes)
    truth[np.arange(works), chance.integers(0, classes, works)] = True
    return truth, truth * 0.3 + chance.random((works, classes))


@pytest.mark.parametrize("seed", range(5))
def test_average_precision_by_class_is_that_of_scikit_learn(seed: int) -> None:
    """Class-centric average precision is scikit-learn's, class by class."""
    truth, scores = made(seed)

    found = average_precisions(truth, scores)

    expected = [average_precision_score(truth[:, c], scores[:, c]) for c in range(truth.shape[1])]
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_average_precision_by_work_is_label_ranking(seed: int) -> None:
    """Without ties, the work-centric mean is scikit-learn's label ranking average precision."""
    truth, scores = made(seed)

    found = average_precisions(truth, scores, by_work=True).mean()

    assert found == pytest.approx(label_ranking_average_precision_score(truth, scores), abs=1e-12)


def eleven_points(truth: np.ndarray, scores: np.ndarray) -> float:
    """Return one query's 11-point average precision, term by term as eval_map.m has it."""
    ranked = truth[np.argsort(-scores, kind="stable")]
    hits = np.cumsum(ranked)
    recall, precision = hits / hits[-1], hits / np.arange(1, len(ranked) + 1)
    points = [precision[recall >= level - 1e-12].max() for level in np.linspace(0, 1, 11)]
    return float(np.mean(points))


@pytest.mark.parametrize("seed", range(5))
def test_eleven_point_precision_is_that_of_the_challenge(seed: int) -> None:
    """The interpolated work-centric mean is Mensink & van Gemert's, computed the long way."""
    truth, scores = made(seed, works=40)

    found = average_precisions(truth, scores, by_work=True, interpolated=True)

    expected = [eleven_points(t, s) for t, s in zip(truth, scores, strict=True)]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_average_precision_by_hand() -> None:
    """Right at ranks 1 and 3 is (1 + 2/3) / 2; interpolated, six levels at 1 and five at 2/3."""
    truth, scores = np.array([[True, False, True, False]]), np.array([[0.9, 0.8, 0.7, 0.1]])

    plain = average_precisions(truth, scores, by_work=True)[0]
    interpolated = average_precisions(truth, scores, by_work=True, interpolated=True)[0]

    assert plain == pytest.approx(5 / 6)
    assert interpolated == pytest.approx((6 + 5 * 2 / 3) / 11)


def test_classes_without_a_work_are_left_out() -> None:
    """A class that is nowhere true is no zero in the mean, and is not counted."""
    truth = np.array([[True, False], [False, False]])

    metrics = several_class_metrics(np.array([[0.9, 0.5], [0.1, 0.4]]), truth)

    assert (metrics["map_class"], metrics["classes"], metrics["n_labelled"]) == (1.0, 1, 1)


@pytest.mark.parametrize("top", [1, 3])
def test_top_accuracy_is_that_of_scikit_learn(top: int) -> None:
    """Top-k accuracy is scikit-learn's where there are no ties."""
    chance = np.random.default_rng(top)
    labels, scores = chance.integers(0, 8, 300), chance.random((300, 8))

    found = top_accuracy(ranks(scores, labels), top)

    assert found == pytest.approx(top_k_accuracy_score(labels, scores, k=top))


def test_mean_class_accuracy_is_balanced_accuracy() -> None:
    """Mean class accuracy is scikit-learn's balanced accuracy."""
    chance = np.random.default_rng(7)
    labels, scores = chance.integers(0, 8, 300), chance.random((300, 8))

    found = mean_class_accuracy(ranks(scores, labels), labels)

    assert found == pytest.approx(balanced_accuracy_score(labels, scores.argmax(1)))


def test_a_constant_answer_is_right_for_one_class_only() -> None:
    """Equal scores are no right answer for everybody: the first class takes the first place."""
    places = ranks(np.zeros((3, 3)), np.array([0, 1, 2]))

    assert places.tolist() == [0, 1, 2]


def test_what_was_not_answered_is_nowhere() -> None:
    """A label that is no class, or has no score, is in no top, however few classes there are."""
    scores = np.array([[0.5, -np.inf], [0.5, 0.1]])

    assert ranks(scores, np.array([1, -1])).tolist() == [NOWHERE, NOWHERE]
    assert ranks(np.zeros((1, 0)), np.array([-1])).tolist() == [NOWHERE]


def test_artists_that_are_no_class_are_wrong_in_all_only() -> None:
    """A work of an artist outside the index counts against ``top1_all`` and not against ``top1``."""
    scores, labels = np.array([[0.9, 0.1], [0.9, 0.1]]), np.array([0, -1])

    metrics = one_class_metrics(scores, labels, labels >= 0)

    assert (metrics["n"], metrics["n_all"]) == (1, 2)
    assert (metrics["top1"], metrics["top1_all"]) == (1.0, 0.5)


def test_year_errors_by_hand() -> None:
    """Errors of 10, 50 and 90 years: mean 50, median 50, two within 50, one within 25."""
    metrics = year_metrics(np.array([1510.0, 1550.0, 1590.0]), np.array([1500.0, 1500.0, 1500.0]))

    assert metrics["mean_error"] == metrics["median_error"] == 50
    assert metrics["within_50"] == pytest.approx(2 / 3)
    assert metrics["within_25"] == pytest.approx(1 / 3)


def test_nothing_to_score_is_not_a_number() -> None:
    """No work gives NaN, and no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        years = year_metrics(np.zeros(0), np.zeros(0))
        several = several_class_metrics(np.zeros((0, 3)), np.zeros((0, 3), bool))
        one = one_class_metrics(np.zeros((0, 3)), np.zeros(0, np.int64), np.zeros(0, bool))

    assert math.isnan(years["mean_error"])
    assert math.isnan(several["map_class"])
    assert math.isnan(one["top1"])
    assert math.isnan(one["mean_class_accuracy"])


@given(st.integers(0, 2**32 - 1))
def test_average_precision_hangs_on_the_order_alone(seed: int) -> None:
    """Any rising function of the scores gives the same average precision, within 0 and 1."""
    truth, scores = made(seed, works=20, classes=5)

    plain, squashed = average_precisions(truth, scores), average_precisions(truth, np.exp(scores))

    np.testing.assert_allclose(plain, squashed, atol=1e-12)
    assert ((plain[truth.any(0)] > 0) & (plain[truth.any(0)] <= 1)).all()
