"""The metrics of each kind of task, as rows of a table. One more metric is one more row."""

from collections.abc import Mapping
from functools import partial

from omniart_model.evaluation.measured import Better
from omniart_model.evaluation.metric import Metric
from omniart_model.evaluation.one_class import mean_class, top
from omniart_model.evaluation.several_classes import imap_11_point, lrap, map_class
from omniart_model.evaluation.years import (
    in_interval,
    mean_error,
    median_error,
    range_holds,
    range_width,
    root_mean_square,
    within,
)
from omniart_model.tasks import Kind

ONE, SEVERAL, YEAR = Kind
HIGHER, LOWER = Better

METRICS: tuple[Metric, ...] = (
    Metric("top1", "top 1", ONE, HIGHER, partial(top, first=1)),
    Metric("top3", "top 3", ONE, HIGHER, partial(top, first=3)),
    Metric("mean_class_accuracy", "mean class accuracy", ONE, HIGHER, mean_class),
    Metric("top1_all", "top 1, all works", ONE, HIGHER, partial(top, first=1, all_works=True)),
    Metric("top3_all", "top 3, all works", ONE, HIGHER, partial(top, first=3, all_works=True)),
    Metric("map_class", "mAP by class", SEVERAL, HIGHER, map_class),
    Metric("imap_11_point", "iMAP, 11-point", SEVERAL, HIGHER, imap_11_point),
    Metric("lrap", "label ranking", SEVERAL, HIGHER, lrap),
    Metric("mean_error", "mean error", YEAR, LOWER, mean_error, in_years=True),
    Metric("median_error", "median error", YEAR, LOWER, median_error, in_years=True),
    Metric("rmse", "root mean square error", YEAR, LOWER, root_mean_square, in_years=True),
    Metric("within_50", "within 50 years", YEAR, HIGHER, partial(within, years=50)),
    Metric("within_25", "within 25 years", YEAR, HIGHER, partial(within, years=25)),
    Metric("in_interval", "inside the museum's interval", YEAR, HIGHER, in_interval),
    Metric("range_holds", "range holds", YEAR, HIGHER, range_holds, of_ranges=True),
    Metric("range_width", "range width", YEAR, LOWER, range_width, in_years=True, of_ranges=True),
)
"""In the order in which a table shows them; the first of a kind is its main one."""

BY_NAME: Mapping[str, Metric] = {metric.name: metric for metric in METRICS}

MAIN: Mapping[Kind, Metric] = {
    kind: next(metric for metric in METRICS if metric.kind is kind) for kind in Kind
}
"""The metric that a task's answers are compared and chosen by."""


def metrics_of(kind: Kind, *, ranges: bool = False) -> tuple[Metric, ...]:
    """Return the metrics of a kind; those of ranges where ranges are given."""
    return tuple(
        metric for metric in METRICS if metric.kind is kind and (ranges or not metric.of_ranges)
    )
