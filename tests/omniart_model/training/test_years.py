"""Years as a distribution: the curator's interval goes in, a median and a range come out."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from omniart_model.labels import YearLabels
from omniart_model.training.answers import answers
from omniart_model.training.examples import Cached
from omniart_model.training.settings import TrainConfig, YearHead
from omniart_model.training.train import fit
from omniart_model.training.years import bin_edges, quantiles, shares_of_bins
from tests.omniart_model.training.made_training import CLASSES, TASKS, planted

intervals = st.lists(
    st.tuples(st.integers(-900, 2020), st.integers(0, 130)), min_size=1, max_size=12
)


def _labels(given_years: list[tuple[int, int]]) -> YearLabels:
    first = np.array([year for year, _ in given_years], np.float32)
    last = first + np.array([more for _, more in given_years], np.float32)
    return YearLabels((first + last) / 2, first, last)


@settings(deadline=None)
@given(intervals, st.integers(1, 50))
def test_an_interval_is_spread_over_its_years(
    given_years: list[tuple[int, int]], width: int
) -> None:
    """All of an interval lies in the bins, each year of it with the same share, both ends included."""
    labels = _labels(given_years)
    edges = bin_edges(labels.year, labels.first, labels.last, width)

    shares = shares_of_bins(torch.from_numpy(labels.first), torch.from_numpy(labels.last), edges)

    assert (edges.diff() > 0).all()
    assert ((edges + 0.5) % width == 0).all()
    for row, first, last in zip(shares, labels.first, labels.last, strict=True):
        years = np.arange(first, last + 1)
        counted, _ = np.histogram(years, edges.numpy())
        np.testing.assert_allclose(row, counted / len(years), atol=1e-5)


def test_empty_centuries_cost_no_bins() -> None:
    """Between a work of 300,000 BCE and those of today there is one bin, and not thousands."""
    years = np.array([-300_000, 1500, 1511, np.nan], np.float32)

    edges = bin_edges(years, years, years, 10)

    assert edges.tolist() == [-300_000.5, -299_990.5, 1499.5, 1509.5, 1519.5]


def test_no_years_span_nothing() -> None:
    """Where no year is known there is nothing to make bins of."""
    none = np.full(3, np.nan, np.float32)

    with pytest.raises(ValueError, match="no years"):
        bin_edges(none, none, none, 10)


def test_years_outside_count_to_the_outermost_bins() -> None:
    """An interval before all bins, after them or over an edge loses nothing; an unknown year is NaN throughout."""
    edges = torch.tensor([1499.5, 1509.5, 1519.5])
    first, last = torch.tensor([[1300.0, 1700, 1515, torch.nan], [1310, 1700, 1600, torch.nan]])

    shares = shares_of_bins(first, last, edges)

    assert shares[:3].tolist() == [[1, 0], [0, 1], [0, 1]]
    assert shares[3].isnan().all()


def test_years_over_an_edge_are_spread_with_what_is_inside() -> None:
    """Of an interval that overlaps an outer bin, each year counts once: those outside to that bin, the others where they are."""
    edges = torch.arange(1599.5, 1700, 10)
    first, last = torch.tensor([[1500.0, 1680, 1500], [1699, 1779, 1799]])

    shares = shares_of_bins(first, last, edges)

    before = torch.tensor([0.55, *[0.05] * 9])
    after = torch.tensor([*[0.0] * 8, 0.1, 0.9])
    around = torch.tensor([110 / 300, *[10 / 300] * 8, 110 / 300])
    torch.testing.assert_close(shares, torch.stack([before, after, around]))


@settings(deadline=None)
@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=9), st.integers(0, 99))
def test_quantiles_are_those_of_the_distribution(weights: list[float], seed: int) -> None:
    """Below a quantile lies its part of the distribution, whatever bins are empty."""
    mass = np.array(weights) + (0.01 if sum(weights) < 0.01 else 0)
    probabilities = torch.from_numpy(mass / mass.sum()).float()[None]
    steps = np.random.default_rng(seed).integers(1, 40, len(weights))
    edges = torch.from_numpy(1400.5 + np.concatenate([[0], np.cumsum(steps)])).float()
    parts = (0.1, 0.5, 0.9)

    found = quantiles(probabilities, edges, parts)

    below = np.interp(found[0], edges, np.concatenate([[0], probabilities[0].cumsum(0)]))
    np.testing.assert_allclose(below, parts, atol=2e-3)
    assert (found.diff() >= 0).all()


@pytest.mark.parametrize("year", list(YearHead))
def test_ranges_cover_four_in_five(year: YearHead) -> None:
    """Of works that were not looked at before, the range holds the true year about as often as it says."""
    config = TrainConfig(shared=64, epochs=25, rate=3e-3, year=year, year_bin=2)
    network, _ = fit(
        TASKS, CLASSES, planted(600, 1, years=True), planted(400, 2, years=True), config
    )
    test = planted(500, 4, years=True)

    found = answers(network, test)

    years, ranges = test.labels["period"], found.ranges["period"]
    assert isinstance(years, YearLabels)
    assert ranges.shape == (500, 2)
    assert (ranges[:, 0] <= ranges[:, 1]).all()
    inside = (ranges[:, 0] <= years.year) & (years.year <= ranges[:, 1])
    assert 0.7 < inside.mean() < 0.92
    assert np.abs(found.scores["period"] - years.year).mean() < 20


def test_an_untrained_network_answers_the_median_year() -> None:
    """As bins, the year that is answered without a step is where half of train's distribution lies before."""
    train = planted(101, 1)
    config = TrainConfig(shared=8, epochs=1, rate=0.0, year=YearHead.BINS, year_bin=1)

    network, _ = fit(TASKS, CLASSES, train, planted(64, 2), config)

    years = answers(network, train).scores["period"]
    assert years == pytest.approx(
        np.full(101, np.median(np.asarray(train.labels["period"]))), abs=1
    )


def test_years_that_nobody_knows_are_no_bins() -> None:
    """Where no work of train has a year, as when one museum alone has dates and is left out, there is nothing to bin."""
    works = planted(64, 1)
    unknown = np.full(64, np.nan, np.float32)
    without = Cached(works.features, {**works.labels, "period": unknown})

    config = TrainConfig(shared=8, epochs=1, year=YearHead.BINS)
    network, _ = fit(TASKS, CLASSES, without, planted(32, 2), config)

    assert network.bins == 0
