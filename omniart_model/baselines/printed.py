"""The table of a baseline for a terminal: every answer with its interval, and what may be said of the network beside it."""

from collections.abc import Iterator, Mapping, Sequence

from omniart_model.baselines.table import NETWORK, OF_ONE_SEED, OF_VALIDATION, Table, TaskTable
from omniart_model.evaluation.measured import Difference, Verdict
from omniart_model.evaluation.printed import aligned, figure_text, number_text, title_text, too_few
from omniart_model.evaluation.table import MAIN
from omniart_model.tasks import Kind

_COLUMNS: Mapping[Kind, Sequence[str]] = {
    Kind.ONE: ("top1", "top3", "mean_class_accuracy"),
    Kind.SEVERAL: ("map_class", "imap_11_point"),
    Kind.YEAR: ("mean_error", "within_50"),
}
"""The metrics that a terminal has room for; ``baselines.json`` and the report have all."""


def terminal(table: Table) -> str:
    """Return the table as lines for a terminal; the words of others in it are yet to be made printable."""
    lines = [f"release {table.release}, {table.split}: {table.works:,} works"]
    if table.split == "validation":
        lines.append(OF_VALIDATION)
    if table.batch:
        lines.append(f"the network learnt in batches of {table.batch:,}")
    around = table.museum_told, table.museum_majority, table.left_out, table.continuity
    lines += too_few([task.answers for task in table.tasks], around)
    for task in table.tasks:
        lines += ["", _title(task), *aligned(list(_rows(task)))]
    return "\n".join([*lines, *_around(table)])


def difference_text(metric: str, difference: Difference) -> str:
    """Return what a paired difference lets one say of the network.

    >>> difference_text("top1", Difference(0.1, 0.05, 0.15, Verdict.BETTER))
    'better by 0.100 [0.050, 0.150]'
    >>> difference_text("mean_error", Difference(1.25, -3.0, 5.5, Verdict.NONE))
    'no difference [-3.0, 5.5]'
    >>> difference_text("top1", Difference(0.1, float("nan"), float("nan"), Verdict.UNMEASURED))
    'not measured'
    """
    if difference.verdict is Verdict.UNMEASURED:
        return difference.verdict.value
    low, high = (number_text(metric, end) for end in (difference.low, difference.high))
    if difference.verdict is Verdict.NONE:
        return f"{difference.verdict} [{low}, {high}]"
    ends = [abs(difference.low), abs(difference.high)]
    low, high = (number_text(metric, end) for end in sorted(ends))
    return f"{difference.verdict} by {number_text(metric, abs(difference.value))} [{low}, {high}]"


def _title(task: TaskTable) -> str:
    measured = next(iter(task.answers[NETWORK].values()))
    classes = f", {len(task.classes):,} classes" if task.task.kind is not Kind.YEAR else ""
    return f"{task.task.name}: {measured.n:,} works{classes}"


def _rows(task: TaskTable) -> Iterator[Sequence[str]]:
    """Yield a task's table: the head, the network, and then the other answers."""
    columns, main = _COLUMNS[task.task.kind], MAIN[task.task.kind]
    titles = [title_text(name) for name in columns]
    yield ["", *titles, f"{main.title}: the network is"]
    for answer in sorted(task.answers, key=lambda name: name != NETWORK):
        figures = [figure_text(name, task.answers[answer][name]) for name in columns]
        beside = task.differences.get(answer, {}).get(main.name)
        yield [answer, *figures, difference_text(main.name, beside) if beside else ""]


def _around(table: Table) -> Iterator[str]:
    """Yield what was found around the answers, a line each."""
    if table.leaks:
        first = table.leaks[0]
        yield ""
        yield (
            f"{len(table.leaks):,} pictures are all but the same as one of another split, the first "
            f"{first.test} ({first.of_split}) and {first.other} ({first.split}), cosine {first.cosine:.3f}"
        )
    if table.museum_told is not None and table.museum_majority is not None:
        yield ""
        yield (
            f"museum told from the features: {figure_text('top1', table.museum_told)}; "
            f"the largest museum alone: {figure_text('top1', table.museum_majority)}"
        )
    if table.left_out:
        yield ""
        yield "museums left out: a network that has seen none of its works, beside one that has seen as many of all"
        yield OF_ONE_SEED
        yield from aligned(
            [
                [
                    left.museum,
                    left.task,
                    f"{number_text(left.metric, left.without.value)} and {number_text(left.metric, left.within.value)}",
                    difference_text(left.metric, left.difference),
                ]
                for left in table.left_out
            ]
        )
    if table.continuity:
        yield ""
        yield "from release to release"
        yield from aligned(
            [list(_continued(table, place)) for place in range(len(table.continuity))]
        )


def _continued(table: Table, place: int) -> Iterator[str]:
    row = table.continuity[place]
    kind = next(one.task.kind for one in table.tasks if one.task.name == row.task)
    metric = MAIN[kind].name
    yield f"network of {row.network}"
    yield row.works
    yield row.task
    lacking = f", {row.lacking} classes not known to it" if row.lacking else ""
    yield figure_text(metric, row.metrics[metric]) + lacking
