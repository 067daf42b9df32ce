"""Scores of answers on a split: every metric of a task, with intervals over artworks and spread over seeds.

This is the one way from scores to figures: ``evaluate``, ``baselines``, ``compare`` and the reports all take it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from omniart_model.evaluation.measured import LEAST_WORKS, Difference, Measured
from omniart_model.evaluation.metric import (
    Given,
    Metric,
    Prepared,
    Values,
    Weights,
    centred,
    mean_of_parts,
)
from omniart_model.evaluation.resample import Resamples
from omniart_model.evaluation.table import metrics_of
from omniart_model.evaluation.truth import Truth, rows_where, some_of
from omniart_model.labels import Booleans, Floats
from omniart_model.tasks import Kind

_SAME = 9
"""Decimals that tell two figures apart: what differs by the rounding of sums alone is no difference."""


@dataclass(frozen=True)
class Figures:
    """One metric of an answer: ``points`` [S] by seed, and ``drawn`` [R], the mean over seeds of each resample."""

    n: int
    points: Values
    drawn: Values

    @property
    def value(self) -> float:
        """Return the mean over seeds."""
        return float(self.points.mean()) if len(self.points) else math.nan

    def measured(self) -> Measured:
        """Return the figure with its interval, and its spread where there are several seeds."""
        spread = float(self.points.std(ddof=1)) if len(self.points) > 1 else math.nan
        return Measured(
            self.value, *_interval(self.drawn, self.n), spread, n=self.n, seeds=len(self.points)
        )


def score(
    truth: Truth,
    answers: Sequence[Floats],
    resamples: Resamples,
    *,
    among: Booleans | None = None,
    ranges: Sequence[Floats] = (),
) -> Mapping[str, Measured]:
    """Return each metric of the task by its name.

    ``answers`` holds one array for each seed: scores [N, len(truth.columns)], after which a file's may have columns of
    labels that are no class, or years [N]. ``among`` bool [N] looks
    at some of the works alone (one museum's, one century's). ``ranges`` [N, 2] are first and last year, by seed.
    """
    figures = drawn(truth, answers, resamples, among=among, ranges=ranges)
    return {name: one.measured() for name, one in figures.items()}


def differences(
    truth: Truth,
    first: Sequence[Floats],
    second: Sequence[Floats],
    resamples: Resamples,
    *,
    among: Booleans | None = None,
) -> Mapping[str, Difference]:
    """Return first minus second for each metric, paired: on the same resampled artworks, mean over seeds each."""
    one, other = (drawn(truth, answers, resamples, among=among) for answers in (first, second))
    return differences_of(truth.task.kind, one, other)


def drawn(
    truth: Truth,
    answers: Sequence[Floats],
    resamples: Resamples,
    *,
    among: Booleans | None = None,
    ranges: Sequence[Floats] = (),
) -> Mapping[str, Figures]:
    """Return each metric with its resamples: who compares many answers, each with several, draws once for each."""
    if ranges:
        given = [Given(*one) for one in zip(answers, ranges, strict=True)]
    else:
        given = [Given(scores) for scores in answers]
    metrics = metrics_of(truth.task.kind, ranges=bool(ranges))
    return _figures(truth, given, resamples, metrics, among)


def differences_of(
    kind: Kind, one: Mapping[str, Figures], other: Mapping[str, Figures]
) -> Mapping[str, Difference]:
    """Return the first minus the second for each metric, of figures that were drawn with the same resamples."""
    found = {}
    for metric in metrics_of(kind):
        mine, theirs = one[metric.name], other[metric.name]
        value = mine.value - theirs.value
        works = min(mine.n, theirs.n)
        low, high = _interval(np.round(mine.drawn - theirs.drawn, _SAME), works)
        found[metric.name] = Difference.judged(value, low, high, metric.better)
    return found


def _figures(
    truth: Truth,
    answers: Sequence[Given],
    resamples: Resamples,
    metrics: Sequence[Metric],
    among: Booleans | None,
) -> Mapping[str, Figures]:
    """Return every metric; seed after seed, so that memory holds what is prepared for one, and draws are made again."""
    if among is not None:
        rows = rows_where(among)
        truth, resamples = some_of(truth, rows), replace(resamples, works=len(rows))
        answers = [one.some_of(rows) for one in answers]
    if any(np.isnan(one.scores).any() for one in answers):
        raise ValueError(
            f"answers for {truth.task.name} are not numbers"
        )  # NaN is neither first nor last
    if resamples.works != len(truth.known):
        raise ValueError(f"{resamples.works} works are resampled of {len(truth.known)}")
    seeds = [_one_seed(truth, one, resamples, metrics) for one in answers]
    return {metric.name: _mean([seed[metric.name] for seed in seeds]) for metric in metrics}


def _mean(seeds: Sequence[Figures]) -> Figures:
    """Return the figures of all seeds: within each resample their mean, as one answer has it."""
    points = np.concatenate([np.zeros(0), *(seed.points for seed in seeds)])
    drawn = np.mean([seed.drawn for seed in seeds], axis=0) if seeds else np.zeros(0)
    return Figures(max((seed.n for seed in seeds), default=0), points, drawn)


def _one_seed(
    truth: Truth, given: Given, resamples: Resamples, metrics: Sequence[Metric]
) -> Mapping[str, Figures]:
    prepared = {metric.name: metric.prepare(truth, given) for metric in metrics}
    once = np.ones((1, len(truth.known)), np.uint8)
    drawn: dict[str, list[Values]] = {name: [] for name in prepared}
    for block in resamples.blocks():
        for name, one in prepared.items():
            drawn[name].append((one.parts or one.values)(block))
    return {
        name: Figures(one.n, one.values(once), _of_all(one, drawn[name], once))
        for name, one in prepared.items()
    }


def _of_all(one: Prepared, blocks: Sequence[Values], once: Weights) -> Values:
    """Return a metric's figures of all resamples, [times]."""
    if not blocks:
        return np.zeros(0)
    found = np.concatenate(blocks, axis=-1)
    return mean_of_parts(centred(found, one.parts(once)[:, 0])) if one.parts else found


def _interval(drawn: Values, works: int) -> tuple[float, float]:
    """Return the 2.5th and 97.5th percentile, of the resamples that have a figure at all; NaN of too few works."""
    held = drawn[~np.isnan(drawn)]
    if works < LEAST_WORKS or not len(held):
        return math.nan, math.nan
    low, high = np.percentile(held, [2.5, 97.5])
    return float(low), float(high)
