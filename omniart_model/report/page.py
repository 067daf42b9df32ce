"""The report of a baseline: one page that needs nothing else, and the same as Markdown."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from omniart_model.evaluation.evaluate import PREDICTED, Evaluation, TaskEvaluation
from omniart_model.tasks import Kind
from omniart_model.training.settings import Epoch, TrainConfig, TrainReport

INVENTED = (
    "These works are invented: they come from the sample museum, which is drawn by code. "
    "The figures show that the programs run, and nothing about art."
)

_COLUMNS: Mapping[Kind, Mapping[str, str]] = {
    Kind.ONE: {
        "top1": "Top 1",
        "top3": "Top 3",
        "mean_class_accuracy": "Mean class accuracy",
        "top1_all": "Top 1, all works",
        "top3_all": "Top 3, all works",
    },
    Kind.SEVERAL: {
        "map_class": "mAP by class",
        "map_work": "mAP by work",
        "imap_11_point": "iMAP, 11-point",
    },
    Kind.YEAR: {
        "mean_error": "Mean error, years",
        "median_error": "Median error, years",
        "within_50": "Within 50 years",
        "within_25": "Within 25 years",
    },
}
_IN_YEARS = {"mean_error", "median_error"}
NETWORK = "multi-task network"


@dataclass(frozen=True)
class Report:
    """All that a baseline's report tells; ``features`` is the key of the feature cache."""

    release: str
    digest: str
    is_sample: bool
    evaluation: Evaluation
    training: TrainReport
    config: TrainConfig
    features: Mapping[str, str]
    pictures: int
    unseen: int

    @property
    def title(self) -> str:
        """Return the report's title."""
        return f"Baseline of OmniArt release {self.release}"

    @property
    def facts(self) -> list[str]:
        """Return how the baseline was made, a sentence each."""
        training, config = self.training, self.config
        weights = ", ".join(f"{name} {value:.3g}" for name, value in training.weights.items())
        return [
            f"Release {self.release}, id (SHA-256 of its manifest) {self.digest}.",
            (
                f"Base {self.features['base']}, frozen; weights SHA-256 {self.features['weights_sha256']}; "
                f"pictures seen as {self.features['view']} (short side > square, resize kernel, "
                "mean/deviation), upright and mirrored."
            ),
            (
                f"Shared layer of {config.shared:,} units (0: none); {training.train:,} works in train, "
                f"{training.validation:,} in validation, batches of {training.batch}, AdamW at "
                f"{config.rate:g} with decay {config.decay:g}, seed {config.seed}."
            ),
            (
                f"Best of {len(training.epochs)} epochs on validation: number {training.best}. Task "
                f"weights after the first epoch, from validation, then fixed: {weights}."
            ),
            (
                f"{self.pictures:,} pictures, of them {self.unseen:,} not at hand or not decodable: such "
                "works are not trained on, and are answered with the prior."
            ),
        ]


def metric_text(key: str, value: float) -> str:
    """Return a metric as it is shown: years with one decimal, shares with three.

    >>> metric_text("mean_error", 31.26), metric_text("top1", 0.5), metric_text("top1", float("nan"))
    ('31.3', '0.500', 'none')
    """
    if math.isnan(value):
        return "none"
    return f"{value:.1f}" if key in _IN_YEARS else f"{value:.3f}"


def classes_text(task: TaskEvaluation) -> str:
    """Return what a task was scored on: works, classes, and when a label is a class."""
    metrics = task.answers[PREDICTED]
    if task.task.kind is Kind.YEAR:
        return f"{metrics['n']:,} works with a year."
    rule = (
        f"{len(task.classes):,} classes: at least {task.task.least_train} works in train and "
        f"{task.task.least_test} in test."
    )
    if task.task.kind is Kind.ONE:
        return (
            f"{metrics['n']:,} works whose {task.task.name} is a class, of {metrics['n_all']:,} "
            f"whose {task.task.name} is known. {rule}"
        )
    return (
        f"{metrics['n']:,} works whose {task.task.name} is known, {metrics['n_labelled']:,} of them "
        f"with a class. {rule}"
    )


def table_rows(task: TaskEvaluation, own: str = NETWORK) -> Iterator[list[str]]:
    """Yield a task's table: the head, then a row for each answer; ``own`` names what was evaluated."""
    columns = _COLUMNS[task.task.kind]
    yield ["Answer", *columns.values()]
    for name, metrics in task.answers.items():
        shown = own if name == PREDICTED else name
        yield [shown, *(metric_text(key, metrics[key]) for key in columns)]


def terminal(evaluation: Evaluation, own: str = NETWORK) -> str:
    """Return an evaluation as tables for a terminal."""
    lines = [f"release {evaluation.release}, {evaluation.split}: {evaluation.works:,} works"]
    for task in evaluation.tasks:
        rows = list(table_rows(task, own))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines += ["", f"{task.task.name}: {classes_text(task)}"]
        for first, *cells in rows:
            padded = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
            lines.append("  " + "  ".join([first.ljust(widths[0]), *padded]))
    return "\n".join(lines)


def markdown(report: Report) -> str:
    """Return the report as Markdown."""
    lines = [f"# {report.title}", ""]
    if report.is_sample:
        lines += [f"**{INVENTED}**", ""]
    lines += [
        f"Scored on the {report.evaluation.split} split: {report.evaluation.works:,} works that have a picture.",
        "",
    ]
    for task in report.evaluation.tasks:
        lines += [f"## {task.task.name.capitalize()}", "", classes_text(task), ""]
        head, *rows = table_rows(task)
        lines += [_line(head), _line(["---", *["---:"] * (len(head) - 1)]), *map(_line, rows), ""]
    return "\n".join(
        [*lines, "## How it was made", "", *(f"- {fact}" for fact in report.facts), ""]
    )


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def html(report: Report) -> str:
    """Return the report as one page: light and dark, readable on a phone, nothing fetched."""
    title = escape(report.title)
    sample = (
        f"<p class=invented><strong>{escape(INVENTED)}</strong></p>" if report.is_sample else ""
    )
    tables = "".join(_task_html(task) for task in report.evaluation.tasks)
    facts = "".join(f"<li>{escape(fact)}</li>" for fact in report.facts)
    return (
        f"<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
        f'<meta name=viewport content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{title}</h1>\n{sample}\n"
        f"<p>Scored on the {escape(report.evaluation.split)} split: "
        f"{report.evaluation.works:,} works that have a picture.</p>\n{tables}"
        f"<h2>Training</h2>\n{curve_svg(report.training.epochs, report.training.best)}\n"
        f"<h2>How it was made</h2>\n<ul>{facts}</ul>\n</main>\n</body>\n</html>\n"
    )


_STYLE = """
:root { color-scheme: light dark; --ink: #1d1d1b; --paper: #fdfcf9; --line: #d8d3c8; --mark: #a3311f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ece8df; --paper: #191816; --line: #45413a; --mark: #f0937f; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 Georgia, serif; }
main { max-width: 52rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
.invented { border: 2px solid var(--mark); padding: .6rem 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; overflow-wrap: normal; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: right; }
th:first-child, td:first-child { text-align: left; }
td { font-variant-numeric: tabular-nums; }
tbody tr:first-child td { font-weight: bold; }
svg { width: 100%; height: auto; }
svg text { fill: var(--ink); font-size: 12px; }
svg .axis { stroke: var(--line); fill: none; }
svg .train { stroke: var(--ink); stroke-dasharray: 5 4; fill: none; }
svg .validation { stroke: var(--mark); stroke-width: 2; fill: none; }
svg .best { fill: var(--mark); }
"""


def _task_html(task: TaskEvaluation) -> str:
    head, *rows = table_rows(task)
    heads = "".join(f"<th scope=col>{escape(cell)}</th>" for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f"<h2>{escape(task.task.name.capitalize())}</h2>\n<p>{escape(classes_text(task))}</p>\n"
        f"<div class=wide tabindex=0><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>\n"
    )


_WIDTH, _HEIGHT, _EDGE = 640, 260, 44


def curve_svg(epochs: Sequence[Epoch], best: int) -> str:
    """Return the weighted loss by epoch, train and validation, as an SVG picture.

    The first epoch is left out where there are others: its weights are all 1, and its loss is
    not comparable.
    """
    shown = [epoch for epoch in epochs if epoch.number > 1] or list(epochs)
    if not shown:
        return "<p>No epoch was trained.</p>"
    last, first = shown[-1].number, shown[0].number
    top = max(max(epoch.train, epoch.total) for epoch in shown) or 1.0

    def point(number: int, loss: float) -> tuple[float, float]:
        x = _EDGE + (number - first) / max(last - first, 1) * (_WIDTH - 2 * _EDGE)
        return x, _HEIGHT - _EDGE - loss / top * (_HEIGHT - 2 * _EDGE)

    def line(name: str, losses: Sequence[float]) -> str:
        points = [point(epoch.number, loss) for epoch, loss in zip(shown, losses, strict=True)]
        return (
            f'<polyline class={name} points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'
        )

    found = {epoch.number: epoch.total for epoch in shown}
    x, y = point(best, found.get(best, shown[0].total))
    mark = f'<circle class=best cx="{x:.1f}" cy="{y:.1f}" r=5 />' if best in found else ""
    told = (
        f"Weighted loss by epoch, from {first} to {last}: validation is least, "
        f"{found.get(best, shown[0].total):.3f}, at epoch {best}."
    )
    bottom, right = _HEIGHT - _EDGE, _WIDTH - _EDGE
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role=img aria-label="{escape(told)}">'
        f"<title>{escape(told)}</title>"
        f'<path class=axis d="M{_EDGE} {_EDGE}V{bottom}H{right}"/>'
        f"{line('train', [epoch.train for epoch in shown])}"
        f"{line('validation', [epoch.total for epoch in shown])}{mark}"
        f"<text x={_EDGE} y={_EDGE - 12}>loss, at most {top:.2f}; dashed: train, full: validation</text>"
        f"<text x={_EDGE} y={_HEIGHT - 18}>epoch {first}</text>"
        f"<text x={right} y={_HEIGHT - 18} text-anchor=end>epoch {last}</text></svg>"
        f"<p>{escape(told)}</p>"
    )
