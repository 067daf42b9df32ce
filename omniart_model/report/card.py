"""The model card of a baseline: README.md of its folder, in the Hugging Face hub's layout."""

from collections.abc import Iterator

from omniart_model.baselines.table import NETWORK, OF_VALIDATION, TaskTable
from omniart_model.evaluation.measured import Difference, Measured
from omniart_model.evaluation.printed import too_few
from omniart_model.report.again import command, snippet
from omniart_model.report.caveats import chosen, limits
from omniart_model.report.cuts import cut_rows
from omniart_model.report.front import front_matter
from omniart_model.report.making import facts
from omniart_model.report.markdown import escaped, table
from omniart_model.report.shown import Shown
from omniart_model.report.tables import NOTHING, Cell
from omniart_model.report.verdict import OF_TEST, classes_text, verdict_text
from omniart_model.report.words import (
    INVENTED,
    difference_text,
    figure_text,
    head,
    interval_text,
    joined,
    ordered,
)


def model_card(shown: Shown) -> str:
    """Return the card as Markdown; the same baseline gives the same card."""
    parts = [front_matter(shown), f"# {escaped(shown.title)}"]
    if shown.is_sample:
        parts.append(f"**{INVENTED}**")
    parts += [_about(shown), *_figures(shown), *_cuts(shown), *_made(shown), *_use(shown)]
    return "\n\n".join(parts) + "\n"


def _about(shown: Shown) -> str:
    tasks = joined(task.name for task in shown.answered)
    return (
        f"A multi-task network after Strezoski & Worring 2017 (OmniArt: Multi-task Deep Learning for Artistic Data Analysis, "
        f"https://arxiv.org/abs/1708.00684) that tells {escaped(tasks)} of an artwork from its picture: a base, a shared layer, "
        f"and a head for each task. It is the baseline of one release of the OmniArt data, {escaped(shown.table.release)}, and "
        "stands beside what answers without looking. report.html shows the same with pictures; baselines.json has every figure."
    )


def _figures(shown: Shown) -> Iterator[str]:
    yield "## How good it is"
    yield (
        f"Each figure is a mean over seeds on {shown.table.split}, with its 95 % interval over resampled works and its standard "
        "deviation over seeds. Below the network's row each figure is followed by the network minus that answer, on the same works; "
        "where the interval of that covers 0 it says no difference, and where there is no interval, not measured."
    )
    yield from too_few(shown.table.tasks)
    yield OF_TEST
    if shown.table.split == "validation":
        yield OF_VALIDATION
    for task in shown.table.tasks:
        yield f"### {escaped(task.task.name.capitalize())}"
        yield f"{escaped(verdict_text(task))} {escaped(classes_text(task))}"
        yield _task_table(task)
    told = [f"- {escaped(name)}: {escaped(what)}" for name, what in shown.table.what.items()]
    if told:
        yield "The answers:"
        yield "\n".join(told)


def _task_table(task: TaskTable) -> str:
    keys = ordered(key for metrics in task.answers.values() for key in metrics)
    names = sorted(task.answers, key=lambda name: name != NETWORK)
    rows = [
        [
            name,
            *(
                _figure(key, task.answers[name].get(key), task.differences.get(name, {}).get(key))
                for key in keys
            ),
        ]
        for name in names
    ]
    return table(["answer", *map(head, keys)], rows)


def _figure(key: str, found: Measured | None, beside: Difference | None) -> str:
    if found is None:
        return NOTHING
    text, interval = figure_text(key, found.value), interval_text(key, found)
    if interval:
        text += f" ({interval})"
    if found.seeds > 1 and found.spread == found.spread:
        text += f" ± {figure_text(key, found.spread)}"
    return text if beside is None else f"{text}; network {difference_text(key, beside)}"


def _cuts(shown: Shown) -> Iterator[str]:
    kinds = dict.fromkeys(kind for task in shown.table.tasks for kind in task.cuts)
    for kind in kinds:
        heads, rows = cut_rows(shown.table, kind)
        yield f"## By {escaped(kind)}"
        yield table(
            [kind, *map(_head_text, heads)],
            [[row.name, *map(_cell_text, row.cells)] for row in rows],
        )


def _head_text(cell: Cell) -> str:
    return f"{cell.text}: {', '.join(text for _, text in cell.small)}"


def _cell_text(cell: Cell) -> str:
    return f"{cell.text} ({', '.join(text for _, text in cell.small)})" if cell.small else cell.text


def _made(shown: Shown) -> Iterator[str]:
    yield "## How it was made"
    yield "\n".join(f"- {escaped(fact)}" for fact in facts(shown))
    seconds = {name: time for name, time in shown.table.seconds.items() if time}
    if seconds:
        yield "Wall time of all seeds, in seconds:"
        yield table(["answer", "seconds"], [[n, f"{time:,.1f}"] for n, time in seconds.items()])
    yield "### What the paper leaves open, and what was chosen here"
    yield "\n".join(f"- {escaped(line)}" for line in chosen(shown))


def _use(shown: Shown) -> Iterator[str]:
    yield "## What it is for, and what not"
    yield "\n".join(f"- {escaped(line)}" for line in limits(shown))
    yield "## How to load it"
    yield f"Beside the folder `baselines`, as Python:\n\n```python\n{snippet(shown)}```"
    yield f"Or, for any picture:\n\n```sh\nomniart-model predict baselines/{shown.table.release} PICTURE.jpg\n```"
    yield "## How to make it again"
    yield f"```sh\n{command(shown)}\n```"
    yield "On a CPU the same release, settings and libraries give the same network."
    yield "## Licence"
    base = escaped(shown.features["base"])
    yield (
        "For the network itself no licence has been chosen: whoever publishes it says which. "
        f"It was trained on features of {base}, whose weights are under: "
        f"{escaped(shown.licence) or 'not stated'}. Pictures and descriptions are under the licences that the release's own card "
        "names, source by source; none of them is in this folder but the small pictures in report.html, which the release "
        "itself may pass on."
    )
