"""The metrics agree with scikit-learn and with the definitions they are taken from."""

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    label_ranking_average_precision_score,
    mean_absolute_error,
    mean_squared_error,
    median_absolute_error,
    top_k_accuracy_score,
)

from omniart_model.evaluation.metric import Given
from omniart_model.evaluation.one_class import NOWHERE, ranks
from omniart_model.evaluation.table import BY_NAME, MAIN, METRICS
from omniart_model.evaluation.truth import Counts, counts_of, some_of
from omniart_model.tasks import Kind
from tests.omniart_model.evaluation.made_answers import (
    made,
    of_one,
    of_several,
    of_years,
    points,
    values,
)

CASES = [(seed, ties) for seed in range(3) for ties in (False, True)]


def several(seed: int, *, ties: bool, works: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Return truth [N, C] with at least one label a work, and scores [N, C]."""
    chance = np.random.default_rng(seed)
    truth = chance.random((works, 12)) < chance.uniform(0.02, 0.5, 12)
    truth[np.arange(works), chance.integers(0, 12, works)] = True
    return truth, (truth * 0.3 + chance.random(truth.shape)).round(1 if ties else 9)


@pytest.mark.parametrize(("seed", "ties"), CASES)
def test_average_precision_is_that_of_scikit_learn(seed: int, ties: bool) -> None:  # noqa: FBT001
    """By class it is average precision, by work label ranking: with and without equal scores."""
    truth, scores = several(seed, ties=ties)

    found = points(of_several(truth), scores)

    assert found["map_class"] == pytest.approx(average_precision_score(truth, scores), abs=1e-12)
    expected = label_ranking_average_precision_score(truth, scores)
    assert found["lrap"] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("seed", "ties"), CASES)
def test_weighted_average_precision_is_that_of_scikit_learn(seed: int, ties: bool) -> None:  # noqa: FBT001
    """For weights that are no whole numbers, too."""
    truth, scores = several(seed, ties=ties)
    weights = np.random.default_rng(seed).exponential(size=len(truth))

    found = values(of_several(truth), Given(scores), weights[None])

    weighted = {"sample_weight": weights}
    by_class = average_precision_score(truth, scores, **weighted)
    assert found["map_class"][0] == pytest.approx(by_class, abs=1e-12)
    by_work = label_ranking_average_precision_score(truth, scores, **weighted)
    assert found["lrap"][0] == pytest.approx(by_work, abs=1e-12)


def eval_map(truth: np.ndarray, scores: np.ndarray) -> tuple[float, float]:
    """Say in loops what eval_map.m says of [N, Q]: each column's ranking, precision and recall; both means.

    The first is interpolated at eleven recalls, the second is not. Without equal scores, and with something true in
    each column: there the original has 0 for the first and NaN for the second.
    """
    interpolated, plain = [], []
    for column in range(scores.shape[1]):
        best_first = sorted(range(len(scores)), key=lambda row: -scores[row, column])
        right, precision, recall, at_right = 0, [], [], []
        for place, row in enumerate(best_first, start=1):
            right += int(truth[row, column])
            precision.append(right / place)
            recall.append(right / int(truth[:, column].sum()))
            if truth[row, column]:
                at_right.append(right / place)
        levels = [tenths / 10 for tenths in range(11)]
        reached = [
            [p for p, r in zip(precision, recall, strict=True) if r >= level - 1e-12]
            for level in levels
        ]
        interpolated.append(sum(max(one, default=0) for one in reached) / len(levels))
        plain.append(sum(at_right) / len(at_right))
    return sum(interpolated) / len(interpolated), sum(plain) / len(plain)


def written_out() -> tuple[np.ndarray, np.ndarray]:
    """Return truth and scores, [40, 11], by a formula: the same in every language."""
    row, column = np.arange(40)[:, None], np.arange(11)[None]
    truth = (row * row + 3 * column) % 7 == 0
    truth |= column == row % 11
    return truth, np.sin(12.9898 * row + 78.233 * column) + 0.7 * truth


def test_eleven_points_are_those_of_the_challenge() -> None:
    """IMAP and label ranking are eval_map.m's two means of the transposed matrices, and stay these numbers."""
    truth, scores = written_out()

    found = points(of_several(truth), scores)

    interpolated, plain = eval_map(truth.T, scores.T)
    assert found["imap_11_point"] == pytest.approx(interpolated, abs=1e-12)
    assert found["lrap"] == pytest.approx(plain, abs=1e-12)
    assert found["map_class"] == pytest.approx(eval_map(truth, scores)[1], abs=1e-12)
    assert found == pytest.approx(FROZEN, abs=1e-9)


FROZEN = {
    "map_class": 0.6097465537739369,
    "imap_11_point": 0.6437752525252524,
    "lrap": 0.6269543650793652,
}
"""Of ``written_out``, by ``eval_map``."""


def test_average_precision_by_hand() -> None:
    """Right at ranks 1 and 3 is (1 + 2/3) / 2; interpolated, six levels at 1 and five at 2/3."""
    truth, scores = np.array([[True, False, True, False]]), np.array([[0.9, 0.8, 0.7, 0.1]])

    found = points(of_several(truth), scores)

    assert found["lrap"] == pytest.approx(5 / 6)
    assert found["imap_11_point"] == pytest.approx((6 + 5 * 2 / 3) / 11)


def test_answering_the_same_gains_nothing() -> None:
    """Equal scores everywhere are worth each class's share of works, whatever stands first."""
    truth = np.array([[True, False], [True, False], [False, True], [False, False]])

    found = points(of_several(truth), np.zeros((4, 2)))
    turned = points(of_several(truth[::-1]), np.zeros((4, 2)))

    assert found == turned
    assert found["map_class"] == pytest.approx((2 / 4 + 1 / 4) / 2)
    assert found["lrap"] == found["imap_11_point"] == pytest.approx(1 / 2)


def test_what_has_nothing_to_find_is_left_out() -> None:
    """A class without a work and a work without a class are no zeros, and are not counted."""
    truth = of_several(np.array([[True, False], [False, False]]))

    found = points(truth, np.array([[0.9, 0.5], [0.1, 0.4]]))

    assert found == {"map_class": 1, "lrap": 1, "imap_11_point": 1}
    assert counts_of(truth) == Counts(works=2, known=2, labelled=1, classes=1)


@pytest.mark.parametrize("seed", range(3))
def test_accuracy_is_that_of_scikit_learn(seed: int) -> None:
    """Top-k accuracy and balanced accuracy are scikit-learn's where there are no ties."""
    chance = np.random.default_rng(seed)
    labels, scores = chance.integers(0, 8, 300), chance.random((300, 8))

    found = points(of_one(labels, 8), scores)

    assert found["top1"] == pytest.approx(top_k_accuracy_score(labels, scores, k=1))
    assert found["top3"] == pytest.approx(top_k_accuracy_score(labels, scores, k=3))
    balanced = balanced_accuracy_score(labels, scores.argmax(1))
    assert found["mean_class_accuracy"] == pytest.approx(balanced)


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
    """A work of an artist outside the index counts against ``top1_all`` and not against ``top1``, named or not."""
    two = replace(
        of_one([0, -1, 1], 2), classes=1, known=np.ones(3, bool)
    )  # the second name is no class
    scores = np.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]])

    found = points(two, scores)

    assert (found["top1"], found["mean_class_accuracy"]) == (1, 1)
    assert found["top1_all"] == found["top3_all"] == pytest.approx(1 / 3)
    assert counts_of(two) == Counts(works=3, known=3, labelled=1, classes=1)


def test_years_are_those_of_scikit_learn() -> None:
    """Mean, median and root mean square errors are scikit-learn's."""
    chance = np.random.default_rng(3)
    years, answers = (chance.integers(1400, 1900, 101).astype(np.float32) for _ in range(2))

    found = points(of_years(years), answers)

    assert found["mean_error"] == pytest.approx(mean_absolute_error(years, answers))
    assert found["median_error"] == pytest.approx(median_absolute_error(years, answers))
    assert found["rmse"] == pytest.approx(math.sqrt(mean_squared_error(years, answers)))


def test_year_errors_by_hand() -> None:
    """Errors of 10, 50 and 90 years; the museum's ten years hold the first, the answer's own range the first two."""
    answers = np.array([1510.4, 1550.0, 1590.0], np.float32)
    ranges = np.array([[1490, 1530], [1500, 1600], [1580, 1600]], np.float32)

    found = points(of_years(np.full(3, 1500.0)), answers, ranges)

    assert found["mean_error"] == pytest.approx(50.4 / 3 + 100 / 3, rel=1e-6)
    assert found["median_error"] == 50
    assert found["within_50"] == pytest.approx(2 / 3)
    assert found["within_25"] == found["in_interval"] == pytest.approx(1 / 3)
    assert found["range_holds"] == pytest.approx(2 / 3)
    assert found["range_width"] == pytest.approx(160 / 3)


def test_a_year_without_an_interval_is_left_out_of_it() -> None:
    """Where the museum gives no interval, the error counts and the interval does not."""
    truth = of_years(np.array([1500.0, 1600.0]), np.array([np.nan, 5.0]))

    assert points(truth, np.array([1500.0, 1607.0]))["in_interval"] == 0
    assert points(truth, np.array([1500.0, 1607.0]))["mean_error"] == 3.5


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_nothing_to_score_is_not_a_number(metric: object) -> None:
    """No work, or none with a label, gives NaN, and no warning."""
    assert metric in METRICS
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for works in (0, 3):
            nothing = {
                Kind.ONE: (of_one([-1] * works, 2), np.zeros((works, 2))),
                Kind.SEVERAL: (
                    of_several(np.zeros((works, 2)), np.zeros(works, bool)),
                    np.zeros((works, 2)),
                ),
                Kind.YEAR: (of_years(np.full(works, np.nan)), np.zeros(works)),
            }
            truth, scores = nothing[BY_NAME[metric.name].kind]  # type: ignore[attr-defined]
            found = values(
                truth, Given(scores, np.zeros((works, 2))), np.ones((2, works), np.uint8)
            )
            assert np.isnan(found[metric.name]).all()  # type: ignore[attr-defined]


KINDS = st.sampled_from(list(Kind))
SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=60, deadline=None)
@given(KINDS, SEEDS, st.booleans())
def test_a_weight_is_a_number_of_copies(kind: Kind, seed: int, ties: bool) -> None:  # noqa: FBT001
    """Every metric is the same for a work that weighs k and for k copies of it; one that weighs 0 is not there."""
    truth, answer = made(kind, seed, ties=ties)
    weights = np.random.default_rng(seed).integers(0, 4, (2, len(truth.known))).astype(np.uint8)

    weighted = values(truth, answer, weights)

    for place, times in enumerate(weights):
        rows = np.repeat(np.arange(len(times)), times)
        copied = values(
            some_of(truth, rows), answer.some_of(rows), np.ones((1, len(rows)), np.uint8)
        )
        for name, found in weighted.items():
            np.testing.assert_allclose(found[place], copied[name][0], rtol=1e-9, err_msg=name)


@settings(max_examples=40, deadline=None)
@given(KINDS, SEEDS, st.booleans())
def test_the_order_of_works_is_no_matter(kind: Kind, seed: int, ties: bool) -> None:  # noqa: FBT001
    """Every metric is the same for works in any order."""
    truth, answer = made(kind, seed, ties=ties)
    order = np.random.default_rng(seed).permutation(len(truth.known))
    once = np.ones((1, len(order)), np.uint8)

    plain = values(truth, answer, once)
    mixed = values(some_of(truth, order), answer.some_of(order), once)

    for name, found in plain.items():
        np.testing.assert_allclose(found, mixed[name], rtol=1e-9, err_msg=name)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([Kind.ONE, Kind.SEVERAL]), SEEDS)
def test_ranking_hangs_on_the_order_of_scores_alone(kind: Kind, seed: int) -> None:
    """Any rising function of the scores gives the same figures, within 0 and 1."""
    truth, answer = made(kind, seed)

    plain, squashed = points(truth, answer.scores), points(truth, np.exp(answer.scores))

    assert plain == pytest.approx(squashed, nan_ok=True)
    assert all(0 <= value <= 1 for value in plain.values() if not math.isnan(value))


def test_each_kind_has_a_main_metric() -> None:
    """Answers are compared by top-1 accuracy, class-centric mean average precision and mean error."""
    assert [MAIN[kind].name for kind in Kind] == ["top1", "map_class", "mean_error"]
    assert len(BY_NAME) == len(METRICS)
