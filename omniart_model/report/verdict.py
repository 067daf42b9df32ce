"""The verdict first: each task's answers, and what may be said of the network beside each of them."""

from collections.abc import Iterator, Mapping

from omniart_data.release.report.markup import safe
from omniart_model.baselines.table import NETWORK, OF_VALIDATION, Table, TaskTable
from omniart_model.evaluation.measured import Measured, Verdict
from omniart_model.evaluation.printed import title, too_few
from omniart_model.evaluation.table import MAIN
from omniart_model.report.prose import listed, paragraph, verdict
from omniart_model.report.tables import Cell, Row, grid, measured_cell
from omniart_model.report.words import head, joined, ordered, works_text
from omniart_model.tasks import Kind


def verdicts(table: Table) -> str:
    """Return a table for each task, below a sentence that says what it comes to."""
    parts = [_task(task) for task in table.tasks]
    if not parts:
        return paragraph("No task was learnt.")
    told = [f"{name}: {what}" for name, what in table.what.items()]
    if told:
        parts.append(f"<details><summary>What each answer is</summary>\n{listed(told)}</details>\n")
    if table.split == "validation":
        parts.insert(0, paragraph(OF_VALIDATION))
    reading = [_READING, *too_few([task.answers for task in table.tasks]), OF_TEST]
    return "".join([*(paragraph(one, "quiet") for one in reading), *parts])


_READING = (
    "Each figure is a mean over seeds, with its 95 % interval over resampled works below it and its standard "
    "deviation over seeds. A difference is the network's figure minus that answer's on the same works; where its "
    "interval covers 0 there is no difference that these works could show, and without an interval it is not measured."
)

OF_TEST = (
    "Which labels are classes hangs on how often they are in test too, as a class without a work there cannot be measured. "
    "A network that knows no such class cannot take a work for one, which spares it mistakes that it would make among all labels of train."
)
"""What the classes owe to the labels of test."""


def _task(table: TaskTable) -> str:
    name = table.task.name
    keys = ordered(key for metrics in table.answers.values() for key in metrics)
    heads = [Cell(head(key), _works(table.answers, key)) for key in keys]
    return "".join(
        [
            f"<h3>{safe(name.capitalize())}</h3>\n",
            verdict(verdict_text(table)),
            paragraph(classes_text(table), "quiet"),
            grid("answer", heads, _rows(table, keys), f"{name}, all answers"),
        ]
    )


def _works(answers: Mapping[str, Mapping[str, Measured]], key: str) -> tuple[tuple[str, str], ...]:
    """Return on how many works a metric is measured, which all answers share."""
    held = {metrics[key].n for metrics in answers.values() if key in metrics}
    return (("", works_text(max(held))),) if held else ()


def _rows(table: TaskTable, keys: list[str]) -> Iterator[Row]:
    for name in _network_first(table.answers):
        metrics, beside = table.answers[name], table.differences.get(name, {})
        cells = [measured_cell(key, metrics.get(key), beside.get(key)) for key in keys]
        yield Row(name, cells, "own" if name == NETWORK else "")


def _network_first(answers: Mapping[str, object]) -> list[str]:
    return sorted(answers, key=lambda name: name != NETWORK)


def verdict_text(table: TaskTable) -> str:
    """Return what a task's table comes to, in a sentence, by the metric that choices are made by."""
    key = MAIN[table.task.kind].name
    found: dict[Verdict, list[str]] = {verdict: [] for verdict in Verdict}
    for name, metrics in table.differences.items():
        if key in metrics:
            found[metrics[key].verdict].append(name)
    words = {
        Verdict.BETTER: "better than",
        Verdict.WORSE: "worse than",
        Verdict.NONE: "not told apart from",
        Verdict.UNMEASURED: "not measured beside",
    }
    told = [f"{words[verdict]} {joined(names)}" for verdict, names in found.items() if names]
    if not told:
        return "The network is compared with no other answer here."
    return f"By {title(key)} the network is {'; '.join(told)}."


def classes_text(table: TaskTable) -> str:
    """Return what a task is scored on: its classes, and when a label is one."""
    task = table.task
    if task.kind is Kind.YEAR:
        return "Works with a year; errors are absolute, in years."
    count = f"{len(table.classes):,} {'class' if len(table.classes) == 1 else 'classes'}"
    return (
        f"{count}: labels with at least {task.least_train} works in train and "
        f"{task.least_test} in test."
    )
