"""An evaluation as lines for a terminal: for each task its metrics, one a row, beside the answers of who does not look."""

import math
from collections.abc import Iterator, Mapping, Sequence

from omniart_model.evaluation.evaluate import Evaluation, TaskEvaluation
from omniart_model.evaluation.measured import LEAST_WORKS, Measured, measured_in
from omniart_model.evaluation.table import BY_NAME, MAIN
from omniart_model.printing import printable
from omniart_model.tasks import Kind

TOO_FEW = (
    f"Figures of fewer than {LEAST_WORKS} works stand without an interval, and no verdict is given on them: too few works for "
    "an interval, as chance alone would make too many verdicts."
)
"""What goes with figures of which some are of too few works for an interval."""


def too_few(*held: object) -> Sequence[str]:
    """Return ``TOO_FEW`` where it is true of some figure in what is shown, else nothing."""
    return (TOO_FEW,) if any(one.of_too_few for one in measured_in(held)) else ()


def terminal(evaluation: Evaluation) -> str:
    """Return an evaluation as lines; the words of others in it are yet to be made printable."""
    drawn = (
        f"; in brackets 95 % intervals, from {evaluation.resamples:,} resamples of the works"
        if evaluation.resamples
        else ""
    )
    of = f", {artists_text(evaluation.subset)}" if evaluation.subset else ""
    named = f"release {evaluation.release}, {evaluation.split}{of}"
    lines = [f"{named}: {evaluation.works:,} works{drawn}"]
    lines += too_few(evaluation.tasks)
    for task in evaluation.tasks:
        lines += [
            "",
            f"{task.task.name}: {measured_on(task)}",
            *aligned(list(_rows(task)), right=1),
        ]
        for cut in task.cuts:
            lines += aligned(list(_parts(task, cut)), right=1)
    return "\n".join(lines)


def artists_text(subset: int) -> str:
    """Return whose works a subset holds.

    >>> artists_text(1100)
    'artists of more than 1,100 works'
    """
    return f"artists of more than {subset:,} works"


def measured_on(task: TaskEvaluation) -> str:
    """Return what a task was scored on: works, classes, and when a label is a class."""
    counts, name = task.counts, task.task.name
    if task.task.kind is Kind.YEAR:
        return f"{counts.known:,} works with a year"
    what = "it is a class" if task.task.kind is Kind.ONE else "some is a class"
    return (
        f"{counts.known:,} works whose {name} is known, and of {counts.labelled:,} of them {what}; "
        f"{counts.classes:,} of {len(task.classes):,} classes have a work "
        f"(a class: at least {task.task.least_train} in train, {task.task.least_test} in test)"
    )


def number_text(metric: str, value: float) -> str:
    """Return a figure: years with one decimal, shares with three.

    >>> number_text("mean_error", 31.26), number_text("top1", 0.5), number_text("top1", float("nan"))
    ('31.3', '0.500', 'none')
    """
    if math.isnan(value):
        return "none"
    return f"{value:,.1f}" if in_years(metric) else f"{value:.3f}"


def figure_text(metric: str, measured: Measured) -> str:
    """Return a figure with its interval and, where there are several seeds, its spread over them.

    >>> figure_text("top1", Measured(0.5, 0.41, 0.59, 0.012, n=100, seeds=5))
    '0.500 [0.410, 0.590] +-0.012'
    >>> figure_text("mean_error", Measured(31.26))
    '31.3'
    """
    text = number_text(metric, measured.value)
    if not math.isnan(measured.low):
        low, high = (number_text(metric, end) for end in (measured.low, measured.high))
        text += f" [{low}, {high}]"
    if measured.seeds > 1 and not math.isnan(measured.spread):
        text += f" +-{number_text(metric, measured.spread)}"
    return text


def title(metric: str) -> str:
    """Return what a metric is called; one that is in no table goes by its own name.

    >>> title("map_class"), title("of_another_time")
    ('mAP by class', 'of another time')
    """
    row = BY_NAME.get(metric)
    return row.title if row else metric.replace("_", " ")


def in_years(metric: str) -> bool:
    """Return whether a metric is in years and not a share."""
    row = BY_NAME.get(metric)
    return row.in_years if row else metric.endswith("_error")


def title_text(metric: str) -> str:
    """Return what a metric is called, with its unit.

    >>> title_text("top1"), title_text("mean_error")
    ('top 1', 'mean error, years')
    """
    return f"{title(metric)}, years" if in_years(metric) else title(metric)


def _rows(task: TaskEvaluation) -> Iterator[Sequence[str]]:
    """Yield the head, then a row for each metric: works it is measured on, and each answer's figure."""
    yield ["", "works", *task.answers]
    first: Mapping[str, Measured] = next(iter(task.answers.values()))
    for metric, measured in first.items():
        figures = [
            figure_text(metric, answer[metric]) if metric in answer else ""
            for answer in task.answers.values()
        ]
        yield [title_text(metric), f"{measured.n:,}", *figures]


def _parts(task: TaskEvaluation, cut: str) -> Iterator[Sequence[str]]:
    """Yield the head, then a row for each part of the split."""
    main = MAIN[task.task.kind].name
    yield [f"by {cut}", "works", title_text(main)]
    for part, metrics in task.cuts[cut].items():
        name = artists_text(int(part)) if cut == "subset" else printable(part)
        yield [name, f"{metrics[main].n:,}", figure_text(main, metrics[main])]


def aligned(rows: Sequence[Sequence[str]], *, right: int | None = None) -> list[str]:
    """Return rows as lines, each column to the left but for one that is set to the ``right``.

    >>> aligned([["", "works"], ["top 1", "7"]], right=1)
    ['         works', '  top 1      7']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  "
        + "  ".join(
            cell.rjust(width) if place == right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
