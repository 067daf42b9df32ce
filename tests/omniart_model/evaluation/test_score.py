"""Intervals hold what they say, differences are paired, and seeds are told from works."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omniart_model.evaluation.measured import LEAST_WORKS, Better, Difference, Measured, Verdict
from omniart_model.evaluation.resample import Resamples
from omniart_model.evaluation.score import differences, score
from omniart_model.evaluation.truth import Truth, some_of
from omniart_model.labels import Floats
from omniart_model.tasks import Kind
from tests.omniart_model.evaluation.made_answers import made, of_one, of_several, of_years, points

KINDS = list(Kind)


@pytest.mark.parametrize("works", [1, 7, 300])
def test_as_many_works_are_drawn_as_there_are(works: int) -> None:
    """Each resample draws N of N works with replacement, the same each time and others for another seed."""
    first, again = (np.concatenate(list(Resamples(works, 40).blocks())) for _ in range(2))
    other = np.concatenate(list(Resamples(works, 40, seed=1).blocks()))

    assert first.shape == (40, works)
    assert (first.sum(axis=1) == works).all()
    np.testing.assert_array_equal(first, again)
    assert works == 1 or (first != other).any()


def test_memory_is_bounded_by_blocks() -> None:
    """However many works there are, a block holds a few million counts, and a resample is the same in any block."""
    many = list(Resamples(1_500_000, 3).blocks())

    assert [len(block) for block in many] == [2, 1]
    np.testing.assert_array_equal(many[0], next(iter(Resamples(1_500_000, 2).blocks())))


def test_of_no_works_nothing_is_drawn() -> None:
    """Where there is no work there is no resample, and the figure has no interval."""
    truth = of_one(np.zeros(0, np.int64), 2)

    assert list(Resamples(0).blocks()) == []
    found = score(truth, [np.zeros((0, 2))], Resamples(0))["top1"]
    assert (found.n, math.isnan(found.value), math.isnan(found.low)) == (0, True, True)


@pytest.mark.parametrize("kind", KINDS)
def test_an_interval_contains_the_figure(kind: Kind) -> None:
    """Of many works every metric lies in its interval, which is narrow and within what is possible."""
    truth, answer = made(kind, 5, works=1500)

    assert answer.ranges is None or kind is Kind.YEAR
    ranges = [] if answer.ranges is None else [answer.ranges]
    found = score(truth, [answer.scores], Resamples(1500, 200), ranges=ranges)

    for name, measured in found.items():
        assert measured.low <= measured.value <= measured.high, name
        assert measured.high - measured.low < 0.2 * max(measured.value, 1), name
        assert 0 < measured.n <= 1500, name


def test_many_rare_classes_do_not_lift_the_interval() -> None:
    """Where classes have a handful of works each, mean average precision is in the middle of its interval."""
    chance = np.random.default_rng(0)
    truth = chance.random((800, 150)) < 4 / 800
    scores = chance.standard_normal(truth.shape) + 2 * truth

    found = score(of_several(truth), [scores], Resamples(800, 200))["map_class"]

    assert found.value - found.low == pytest.approx(found.high - found.value, rel=0.35)


@pytest.mark.parametrize("rare", [1, 2, 3])
def test_a_class_that_draws_may_miss_gives_no_verdict(rare: int) -> None:
    """One wrong place in a class of one to three works is no difference: one draw in twenty or more knows nothing of it."""
    truth = np.ones((199, 2), bool)
    truth[:, 1] = np.arange(199) < rare
    perfect = truth.astype(np.float32)
    nearly = perfect.copy()
    nearly[100, 1] = 2.0

    found = differences(of_several(truth), [nearly], [perfect], Resamples(199))["map_class"]

    assert found.value < 0
    assert found.verdict is Verdict.NONE


def drawn_by(chance: np.random.Generator, kind: Kind) -> tuple[Truth, Floats]:
    """Return 150 works drawn by chance from all that could be, and answers to them; classes are frequent and rare."""
    works, classes = 150, 12
    share = np.geomspace(0.02, 0.4, classes)
    if kind is Kind.YEAR:
        years = chance.uniform(1400, 1900, works)
        return of_years(years), years + chance.normal(0, 30, works) * chance.choice([1, 4], works)
    if kind is Kind.ONE:
        labels = chance.choice(classes, works, p=share / share.sum())
        truth, held = of_one(labels, classes), np.eye(classes)[labels]
    else:
        held = chance.random((works, classes)) < share
        truth = of_several(held)
    return truth, chance.standard_normal((works, classes)) + 1.5 * held


@pytest.mark.parametrize("kind", KINDS)
def test_nine_intervals_in_ten_hold_the_true_figure(kind: Kind) -> None:
    """Of samples drawn again and again, 95 % intervals hold the mean of all samples nearly as often as they say."""
    chance = np.random.default_rng(1)
    samples = 80

    found = [
        score(truth, [answer], Resamples(150, 150))
        for truth, answer in (drawn_by(chance, kind) for _ in range(samples))
    ]

    for name in found[0].keys() - {"in_interval"}:
        true = np.mean([one[name].value for one in found])
        held = sum(one[name].low <= true <= one[name].high for one in found)
        assert held / samples > 0.87, name
        assert held < samples or name == "median_error", name


def test_a_paired_difference_is_narrower_than_its_parts() -> None:
    """Two answers that err on the same works are told apart where their intervals overlap."""
    chance = np.random.default_rng(2)
    years = chance.uniform(1500, 1800, 300)
    error = chance.normal(0, 60, 300)
    truth, resamples = of_years(years), Resamples(300, 300)
    better, worse = years + error, years + 1.08 * error

    found = differences(truth, [better], [worse], resamples)["mean_error"]

    one, other = (score(truth, [a], resamples)["mean_error"] for a in (better, worse))
    assert one.high > other.low
    assert (found.verdict, found.high < 0) == (Verdict.BETTER, True)
    turned = differences(truth, [worse], [better], resamples)["mean_error"]
    assert turned.verdict is Verdict.WORSE
    assert (turned.value, turned.low) == pytest.approx((-found.value, -found.high))


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(KINDS), st.integers(0, 2**32 - 1))
def test_an_answer_does_not_differ_from_itself(kind: Kind, seed: int) -> None:
    """The difference with itself, told once or by five seeds that are the same, is 0 and no difference."""
    truth, answer = made(kind, seed)
    resamples = Resamples(len(truth.known), 20)

    for first in ([answer.scores], [answer.scores] * 5):
        for found in differences(truth, first, [answer.scores], resamples).values():
            measured = not math.isnan(found.low)
            assert found.verdict is (Verdict.NONE if measured else Verdict.UNMEASURED)
            assert math.isnan(found.value) or abs(found.value) < 1e-9
            assert found.low == found.high == 0 or not measured


def test_spread_is_over_seeds_and_the_interval_over_works() -> None:
    """The figure is the seeds' mean, the spread their standard deviation, and the interval is of that mean."""
    truth = of_one([0] * 100, 2)
    right = np.tile([[1.0, 0.0]], (100, 1))
    half, wrong = right.copy(), right[:, ::-1]
    half[:50] = wrong[:50]

    all_right = score(truth, [right, right], Resamples(100, 50))["top1"]
    three = score(truth, [right, half, wrong], Resamples(100, 50))["top1"]

    assert (all_right.value, all_right.spread, all_right.low, all_right.high) == (1, 0, 1, 1)
    assert (three.value, three.spread, three.seeds) == (0.5, 0.5, 3)
    assert 0.4 < three.low < 0.5 < three.high < 0.6  # a third of the works' doing is half's alone
    assert math.isnan(score(truth, [right], Resamples(100, 50))["top1"].spread)


@pytest.mark.parametrize("kind", KINDS)
def test_among_is_as_if_there_were_no_others(kind: Kind) -> None:
    """Some of the works give what they give alone, intervals too."""
    truth, answer = made(kind, 9, works=80)
    among = np.random.default_rng(0).random(80) < 0.5
    rows = np.flatnonzero(among)

    found = score(truth, [answer.scores], Resamples(80, 30), among=among)
    alone = score(some_of(truth, rows), [answer.scores[rows]], Resamples(len(rows), 30))

    assert found == alone


def test_without_resamples_there_is_no_interval() -> None:
    """The figure is there all the same, and a difference is not measured, which is not to say that there is none."""
    truth, answer = made(Kind.ONE, 1)
    none = Resamples(len(truth.known), times=0)

    found = score(truth, [answer.scores], none)["top1"]
    beside = differences(truth, [answer.scores], [-answer.scores], none)["top1"]

    assert found.value == points(truth, answer.scores)["top1"] > 0
    assert math.isnan(found.low)
    assert beside.value > 0
    assert beside.verdict is Verdict.UNMEASURED


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("works", [1, 2, LEAST_WORKS - 1, LEAST_WORKS])
def test_too_few_works_give_no_interval_and_no_verdict(kind: Kind, works: int) -> None:
    """Nineteen works have figures and their number alone, twenty have intervals and verdicts too."""
    chance = np.random.default_rng(3)
    if kind is Kind.YEAR:
        truth, right = of_years(years := chance.uniform(1500, 1800, works)), years
        wrong = years + 90
    else:
        right = np.eye(2)[np.arange(works) % 2]
        truth = of_one(right.argmax(axis=1), 2) if kind is Kind.ONE else of_several(right > 0)
        wrong = 1 - right
    resamples, enough = Resamples(works, 50), works >= LEAST_WORKS

    found = score(truth, [right, right], resamples)
    beside = differences(truth, [right], [wrong], resamples)
    main = {Kind.ONE: "top1", Kind.SEVERAL: "map_class", Kind.YEAR: "mean_error"}[kind]

    for name, one in found.items():
        assert (one.n, math.isnan(one.value), one.spread) == (works, False, 0), name
        assert math.isnan(one.low) == math.isnan(one.high) == (not enough), name
        assert one.of_too_few == (not enough)
        assert math.isnan(beside[name].low) == (not enough), name
    assert beside[main].value != 0 or works == 1  # of one work each ranking is right
    assert beside[main].verdict is (Verdict.BETTER if enough else Verdict.UNMEASURED)


def test_works_are_those_that_are_measured() -> None:
    """Of thirty works with nineteen labels, or with nineteen among some, nineteen are measured; nothing is not too few."""
    known = np.arange(30) < LEAST_WORKS - 1
    some, all_of = of_one(np.where(known, 0, -1), 2), of_one(np.zeros(30), 2)
    answer, resamples = np.tile([[1.0, 0.0]], (30, 1)), Resamples(30, 20)

    labelled = score(some, [answer], resamples)["top1"]
    among = score(all_of, [answer], resamples, among=known)["top1"]
    beside = differences(some, [answer], [-answer], resamples)["top1"]
    part = differences(all_of, [answer], [-answer], resamples, among=known)["top1"]

    assert (labelled.n, among.n) == (LEAST_WORKS - 1, LEAST_WORKS - 1)
    assert math.isnan(labelled.low)
    assert math.isnan(among.low)
    assert beside.verdict is part.verdict is Verdict.UNMEASURED
    assert not Measured(math.nan).of_too_few


@pytest.mark.parametrize("works", [1, 2, 5, LEAST_WORKS, 2 * LEAST_WORKS])
def test_chance_seldom_makes_a_verdict(works: int) -> None:
    """Of two answers that err by the same chance one is called better in an eighth of samples at most, of any number of works."""
    chance, samples = np.random.default_rng(4), 200

    verdicts = []
    for _ in range(samples):
        years = chance.uniform(1500, 1800, works)
        one, other = years + chance.normal(0, 40, (2, works))
        found = differences(of_years(years), [one], [other], Resamples(works, 200))
        verdicts.append(found["mean_error"].verdict)

    told = sum(one in (Verdict.BETTER, Verdict.WORSE) for one in verdicts)
    assert told <= samples / 8
    assert (told > 0) == (works >= LEAST_WORKS)


def test_resamples_of_other_works_are_refused() -> None:
    """Draws over another number of works are a mistake, and are said to be."""
    truth, answer = made(Kind.ONE, 1)

    with pytest.raises(ValueError, match="7 works are resampled of 60"):
        score(truth, [answer.scores], Resamples(7))


@pytest.mark.parametrize(
    ("low", "high", "better", "verdict"),
    [
        (0.1, 0.2, Better.HIGHER, Verdict.BETTER),
        (0.1, 0.2, Better.LOWER, Verdict.WORSE),
        (-2, -1, Better.LOWER, Verdict.BETTER),
        (-2, 0, Better.LOWER, Verdict.NONE),
        (-1, 2, Better.HIGHER, Verdict.NONE),
        (math.nan, math.nan, Better.LOWER, Verdict.UNMEASURED),
        (0.1, math.nan, Better.HIGHER, Verdict.UNMEASURED),
    ],
)
def test_a_verdict_needs_an_interval_beside_0(
    low: float, high: float, better: Better, verdict: Verdict
) -> None:
    """Where the interval covers 0 there is no difference; where there is none, none was measured."""
    assert Difference.judged((low + high) / 2, low, high, better).verdict is verdict


def test_what_is_not_a_number_is_not_scored() -> None:
    """NaN is neither more nor less than anything: it would rank first, and is refused instead."""
    with pytest.raises(ValueError, match="not numbers"):
        score(of_years(np.array([1600.0, 1700.0])), [np.array([1600.0, np.nan])], Resamples(2, 10))


def test_a_range_that_is_not_a_number_is_not_scored() -> None:
    """The width of the other works' ranges would be taken for that of all: it is refused instead."""
    years, ranges = np.array([1600.0, 1700.0]), np.array([[1590.0, 1610.0], [np.nan, np.nan]])
    with pytest.raises(ValueError, match="no value"):
        score(of_years(years), [years], Resamples(2, 10), ranges=[ranges])
