"""What a comparison says, section by section: tables of texts, and sentences."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from omniart_model.compare.settings import Options, Setting
from omniart_model.compare.speed import BATCH, BATCHES
from omniart_model.compare.table import (
    Comparison,
    Cost,
    FactorTable,
    Row,
    SubsetTable,
    main_figure,
)
from omniart_model.evaluation.measured import Difference, Measured, Verdict
from omniart_model.evaluation.printed import number_text, too_few
from omniart_model.evaluation.table import BY_NAME
from omniart_model.report.words import INVENTED

PAPER_TRAINING_MIN = 73, 198
PAPER_ANSWERING_S = 6.22, 2.13
"""Strezoski & Worring 2017: all tasks together, and the single-task networks (answering: each of four)."""

_TIME_NOTES = (
    (
        "Of one seed, as the mean over seeds; alone is the sum over the single-task networks. Networks of a constant "
        "rate end at an epoch of their own, by validation: the ratio of an epoch leaves that out."
    ),
    (
        "The networks read features that were made once, so that the base is in none of these times. The "
        "paper's are of other works on another machine, and it does not say what part of them is the base."
    ),
)


@dataclass(frozen=True)
class Cell:
    """A text of a table; ``best`` is shown as such."""

    text: str
    best: bool = False


@dataclass(frozen=True)
class Line:
    """A row of a table: its cells, or a sentence in their place."""

    name: str
    cells: tuple[Cell, ...] = ()
    sentence: str = ""


@dataclass(frozen=True)
class Section:
    """A heading, a table, and sentences below it."""

    title: str
    head: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """A title, sentences, and sections."""

    title: str
    sentences: tuple[str, ...]
    sections: tuple[Section, ...] = field(default_factory=tuple)


def page(comparison: Comparison) -> Page:
    """Return all that a comparison says, in order."""
    sections = [_factor(comparison, table) for table in comparison.tables]
    if comparison.subsets:
        sections += [_stage_two(comparison), _time(comparison)]
    return Page(
        f"Comparisons on OmniArt release {comparison.release}",
        tuple(_facts(comparison)),
        tuple(sections),
    )


def subset_text(subset: int) -> str:
    """Return what works a subset holds.

    >>> subset_text(0), subset_text(1100)
    ('all works', 'artists with more than 1,100 works')
    """
    return f"artists with more than {subset:,} works" if subset else "all works"


def measured_text(metric: str, measured: Measured) -> str:
    """Return a figure with its interval.

    >>> measured_text("top1", Measured(0.5, 0.4, 0.625))
    '0.500 (0.400 to 0.625)'
    """
    value = number_text(metric, measured.value)
    if math.isnan(measured.low):
        return value
    return f"{value} ({number_text(metric, measured.low)} to {number_text(metric, measured.high)})"


def difference_text(metric: str, difference: Difference) -> str:
    """Return a difference with its interval and what may be said of it.

    >>> from omniart_model.evaluation.measured import Better
    >>> difference_text("top1", Difference.judged(0.1, -0.05, 0.2, Better.HIGHER))
    '+0.100 (-0.050 to +0.200), no difference'
    >>> difference_text("top1", Difference.judged(0.1, math.nan, math.nan, Better.HIGHER))
    '+0.100, not measured'
    """
    value, low, high = (
        number_text(metric, one) if one < 0 or math.isnan(one) else "+" + number_text(metric, one)
        for one in (difference.value, difference.low, difference.high)
    )
    interval = "" if difference.verdict is Verdict.UNMEASURED else f" ({low} to {high})"
    return f"{value}{interval}, {difference.verdict.value}"


def _facts(comparison: Comparison) -> Iterator[str]:
    if comparison.is_sample:
        yield INVENTED
    yield f"Release {comparison.release}, id (SHA-256 of its manifest) {comparison.digest}."
    asked = comparison.asked
    if asked.split == "test":
        yield (
            "Measured on test, as was asked: what is chosen by these figures has no test left to be "
            "measured on."
        )
    else:
        yield (
            f"Measured on {asked.split}, where choices are made (networks of a constant rate stop by it too); "
            "test is read once, by omniart-model baselines."
        )
    yield (
        f"One factor is varied at a time; the others stay at {_setting_text(comparison.middle)}. "
        f"{asked.seeds} {'seed' if asked.seeds == 1 else 'seeds'}, at most {_epochs_text(asked)}, "
        f"{_batches_text(comparison)}."
    )
    yield (
        "A figure is the mean over seeds, with its 95 % bootstrap interval over works. A row is marked as "
        "the best only where the paired interval of its difference from every other row is on one side of "
        "0; the intervals are of one pair each, and not widened for how many rows there are."
    )
    yield from too_few(comparison)
    for what, why in comparison.left_out.items():
        yield f"Left out: {what}: {why}"


def _batches_text(comparison: Comparison) -> str:
    """Return how many works were in a batch, subset by subset where they differ, and the most that were asked."""
    most, used = comparison.asked.preset.batch, comparison.batches()
    sizes = set(used.values())
    if len(sizes) > 1:
        told = ", ".join(f"{batch:,} ({subset_text(subset)})" for subset, batch in used.items())
    else:
        told = f"{min(sizes):,} works" if sizes else f"at most {most:,} works"
    asked = f"; at most {most:,} were asked" if sizes - {most} else ""
    return f"batches of {told}{asked}"


def _epochs_text(asked: Options) -> str:
    """Return the most epochs, and those of the methods that have fewer."""
    most = asked.preset.epochs
    own = {
        name: replace(asked.middle, method=name).config(asked.preset).epochs
        for name in asked.methods
    }
    fewer = [f"{name}: {epochs:,}" for name, epochs in own.items() if epochs < most]
    told = f" ({', '.join(fewer)})" if fewer else ""
    return f"{most:,} epochs{told}"


def _setting_text(setting: Setting) -> str:
    return (
        f"base {setting.base}, {setting.shared:,} units, augmentation {setting.augment}, "
        f"{subset_text(setting.subset)}, method {setting.method}"
    )


def _factor(comparison: Comparison, table: FactorTable) -> Section:
    metrics = comparison.metrics
    head = (table.title, *_task_heads(metrics), "training, s", "epochs")
    lines = tuple(_row(row, table, metrics) for row in table.rows)
    sentences = list(_best_sentences(table, metrics))
    if table.name == "methods":
        sentences += _beside_sentences(table, metrics)
    return Section(table.title, head, lines, tuple(sentences))


def _task_heads(metrics: Mapping[str, str]) -> list[str]:
    return [
        f"{task}: {BY_NAME[name].title}{', years' if BY_NAME[name].in_years else ''}"
        for task, name in metrics.items()
    ]


def _row(row: Row, table: FactorTable, metrics: Mapping[str, str]) -> Line:
    if row.why:
        return Line(row.name, sentence=f"left out: {row.why}")
    cells = []
    for task, name in metrics.items():
        best = table.best.get(task)
        text = measured_text(name, main_figure(row.metrics.get(task, {}), name))
        cells.append(Cell(text, best is not None and best.alone and best.row == row.name))
    return Line(row.name, (*cells, *_cost_cells(row.cost)))


def _cost_cells(cost: Cost | None) -> tuple[Cell, ...]:
    if cost is None:
        return Cell("-"), Cell("-")
    return Cell(f"{cost.training_s:,.1f}"), Cell(f"{cost.epochs:,.0f}")


def _best_sentences(table: FactorTable, metrics: Mapping[str, str]) -> Iterator[str]:
    for task in metrics:
        best = table.best.get(task)
        if best is None:
            continue
        if best.alone:
            yield f"{task}: {best.row} is the best."
        else:
            others = "; ".join(best.like)
            yield f"{task}: no difference between {best.row}, which has the best figure, and {others}."


def _beside_sentences(table: FactorTable, metrics: Mapping[str, str]) -> Iterator[str]:
    for row in table.rows:
        told = [
            f"{task} {difference_text(name, row.beside[task])}"
            for task, name in metrics.items()
            if task in row.beside
        ]
        if told:
            yield f"{row.name} minus {table.against}: {'; '.join(told)}."


def _stage_two(comparison: Comparison) -> Section:
    metrics = comparison.metrics
    lines: list[Line] = []
    for table in comparison.subsets:
        name = subset_text(table.subset)
        if table.why:
            lines.append(Line(name, sentence=f"left out: {table.why}"))
            continue
        together, alone, difference = [], [], []
        for task, metric in metrics.items():
            found = table.tasks.get(task)
            together.append(
                Cell(measured_text(metric, main_figure(found.together, metric)) if found else "-")
            )
            alone.append(
                Cell(measured_text(metric, main_figure(found.alone, metric)) if found else "-")
            )
            difference.append(Cell(difference_text(metric, found.difference) if found else "-"))
        lines += [
            Line(f"{name}: tasks together", tuple(together)),
            Line(f"{name}: each task alone", tuple(alone)),
            Line(f"{name}: together minus alone", tuple(difference)),
        ]
    head = ("Works", *_task_heads(metrics))
    return Section("Many tasks beside one (stage 2)", head, tuple(lines))


def _time(comparison: Comparison) -> Section:
    head = (
        "Works",
        "training together, s",
        "training alone, s",
        "ratio",
        "ratio of an epoch",
        f"answering {BATCHES} batches of {BATCH} together, s",
        "answering alone, s",
        "ratio",
    )
    lines = [_time_line(table) for table in comparison.subsets]
    minutes, seconds = PAPER_TRAINING_MIN, PAPER_ANSWERING_S
    paper = (
        f"{minutes[0]} min",
        f"{minutes[1]} min",
        f"{minutes[1] / minutes[0]:.2f}",
        "-",
        f"{seconds[0]:.2f}",
        f"4 x {seconds[1]:.2f}",
        f"{4 * seconds[1] / seconds[0]:.2f}",
    )
    lines.append(Line("paper, their data", tuple(map(Cell, paper))))
    return Section(
        "Time",
        head,
        tuple(lines),
        _TIME_NOTES,
    )


def _time_line(table: SubsetTable) -> Line:
    name = subset_text(table.subset)
    if table.why or table.together is None:
        return Line(name, sentence=f"left out: {table.why or 'not trained'}")
    together, alone = table.together, table.alone_sum()
    epoch = together.training_s / together.epochs
    epochs_alone = sum(cost.training_s / cost.epochs for cost in table.alone.values())
    texts = (
        f"{together.training_s:,.1f}",
        f"{alone.training_s:,.1f} ({len(table.alone)} networks)",
        f"{alone.training_s / together.training_s:.2f}",
        f"{epochs_alone / epoch:.2f}",
        f"{together.answering_s:.2f}",
        f"{alone.answering_s:.2f}",
        f"{alone.answering_s / together.answering_s:.2f}",
    )
    return Line(name, tuple(map(Cell, texts)))
