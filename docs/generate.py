"""Write the reference pages of docs/ from the code: commands, columns, sources, a history of releases.

``python docs/generate.py`` writes them; with ``--check`` it only says which are behind, and exits with 1.
"""

import argparse
import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any, get_type_hints

import pyarrow as pa
import typer

import omniart_data.cli
import omniart_model.cli
from crawlers import SOURCES
from crawlers.engine.source import Cost, Source
from omniart_data.normalise.terms.coarse import COARSE_TYPES
from omniart_data.release.diff import as_text, bump_of, reasons
from schemas import artwork, columns, decision, record, release
from schemas.rights import policy
from tests.omniart_data.made_history import made_history

DOCS = Path(__file__).parent
COMMANDS: Mapping[str, typer.Typer] = {
    "omniart-data": omniart_data.cli.app,
    "omniart-model": omniart_model.cli.app,
}
MADE = "<!-- Made by docs/generate.py: run `make docs`, and edit the code that it reads. -->"

DAY_S = 86_400
BAR = "\\|"
"""A bar inside a cell of a Markdown table."""

TYPES = {
    columns.TEXT: "Text",
    columns.MAKER: "Maker",
    columns.EVIDENCE: "Evidence",
    columns.SIZE: "Size",
    columns.PLACE: "Place",
    columns.ICONCLASS: "Iconclass",
    columns.COLOUR: "Colour",
    release.IMAGE: "Image",
}
"""Structs that have a name, so that a table need not spell them out."""

NUMBER_NAMES = {pa.float32(): "float32", pa.float64(): "float64"}
"""Types that Arrow prints in C's words."""

TABLES: Sequence[tuple[str, str, pa.Schema]] = (
    (
        "Artworks: `data/*.parquet`",
        "One row an artwork; train, validation, test and unattributed each in files of their own, sorted by id.",
        release.ROW,
    ),
    (
        "Dropped records: `dropped.parquet`",
        "What was read and is not in `data/`. The two together account for every record.",
        artwork.DROPPED,
    ),
    (
        "Class index: `labels.parquet`",
        "Each label of each task, with its number and its counts.",
        release.LABEL,
    ),
    (
        "Judgements: `judgements.parquet`",
        "What each rule decided on each distinct input, and why. The column `judgements` of an artwork points here.",
        artwork.JUDGEMENT,
    ),
    (
        "Terms: `terms.parquet`",
        "What became of the museums' words. `unmatched` terms stay as they were found, and are counted here.",
        artwork.TERM_USE,
    ),
    (
        "Ledger: `ledger.parquet`",
        "Which artwork was ever given which split, so that it stays there in the next release.",
        release.LEDGER,
    ),
    (
        "Groups: `groups.parquet`",
        "Artworks that must stay on one side of the splits, and what binds them.",
        release.GROUP,
    ),
    (
        "Links: `links.parquet`",
        "Artworks that are one work, described twice, or may be. Both kinds are on one side of the splits.",
        decision.LINK,
    ),
    (
        "Candidates: `candidates.parquet`",
        "What waits for a decision of people: see [review.md](review.md).",
        decision.CANDIDATE,
    ),
    (
        "Flagged decisions: `flagged.parquet`",
        "Decisions of people that were not applied, and why.",
        decision.FLAGGED,
    ),
)
"""The tables of a release: heading, what is in it, schema."""

ROW_VALUES: Mapping[str, Mapping[str, str]] = {
    "artist_status": artwork.ARTIST_STATUS,
    "artist_certainty": artwork.ARTIST_CERTAINTY,
    "date_precision": artwork.DATE_PRECISION,
    "image_status": release.IMAGE_STATUS,
}
FLAGGED_VALUES: Mapping[str, Mapping[str, str]] = {"action": decision.ACTIONS}
VALUES: Sequence[tuple[pa.Schema, Mapping[str, Mapping[str, str]]]] = (
    (release.ROW, ROW_VALUES),
    (decision.FLAGGED, FLAGGED_VALUES),
)
"""Columns of a table whose values are a closed list, and what each value means."""


def pages() -> dict[str, str]:
    """Return each generated page under its name in docs/."""
    made = {
        "commands.md": commands_page,
        "columns.md": columns_page,
        "sources.md": sources_page,
        "history.md": history_page,
    }
    return {name: "\n".join(lines()).rstrip() + "\n" for name, lines in made.items()}


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: int = 0) -> Iterator[str]:
    """Yield a Markdown table and an empty line; the last ``numbers`` columns are set to the right."""
    rule = ["---"] * (len(head) - numbers) + ["---:"] * numbers
    for cells in (head, rule, *rows):
        yield f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |"
    yield ""


def commands_page() -> Iterator[str]:
    """Yield the reference of both commands, as ``--help`` tells it."""
    yield from ("# Commands", "", MADE, "")
    yield "Results go to stdout, bars and messages to stderr. A command ends with 0 when all is well, with 2 when it"
    yield "was asked for what cannot be, and with 1 for everything else. Each takes `--help`."
    yield ""
    for name, app in COMMANDS.items():
        group = typer.main.get_command(app)
        commands: Mapping[str, Any] = getattr(group, "commands", {})
        yield from (f"## {name}", "")
        if group.help:
            yield from (plain(group.help), "")
        yield from parameter_table(group)
        rows = [(f"[`{one}`](#{name}-{one})", first_line(sub)) for one, sub in commands.items()]
        yield from table(("command", "what it does"), rows)
        for one, command in commands.items():
            yield from command_section(f"{name} {one}", command)
            inner: Mapping[str, Any] = getattr(command, "commands", {})
            for other, sub in inner.items():
                yield from command_section(f"{name} {one} {other}", sub)


def command_section(name: str, command: Any) -> Iterator[str]:
    """Yield one command: how it is called, what it does, what it takes."""
    arguments = [shown(command, one) for one in command.params if is_argument(one)]
    called = [name, *arguments, "[OPTIONS]"]
    if not getattr(command, "commands", {}):  # a group by itself does nothing
        yield from (f"### {name}", "", "```", " ".join(called), "```", "")
    else:
        yield from (f"### {name}", "")
    yield from (plain(command.help or ""), "")
    yield from parameter_table(command)
    if command.epilog:
        heading, *lines = command.epilog.split("\n\n")
        yield from (heading, "", *lines, "")


def first_line(command: Any) -> str:
    """Return the first sentence or line of a command's help."""
    return plain((command.help or "").split("\n\n")[0])


def plain(text: str) -> str:
    """Return help text with each paragraph on one line."""
    return "\n\n".join(" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n"))


def parameter_table(command: Any) -> Iterator[str]:
    """Yield the table of a command's arguments and options; nothing where it has none."""
    rows = [
        (f"`{shown(command, one)}`", plain(one.help or ""), default(command, one))
        for one in command.params
        if one.name != "help"
    ]
    if rows:
        yield from table(("argument or option", "meaning", "default"), rows)


def is_argument(parameter: Any) -> bool:
    """Return whether a parameter is given by its place."""
    return isinstance(parameter, typer.core.TyperArgument)


def shown(command: Any, parameter: Any) -> str:
    """Return a parameter as it is written: ``RELEASE``, ``[PATH]``, ``--out PATH``, ``-v, --verbose``."""
    word = parameter.metavar or value_word(command, parameter)
    if is_argument(parameter):
        many = "..." if parameter.nargs == -1 else ""
        word = f"{parameter.metavar or parameter.name.upper()}{many}"
        return word if parameter.required else f"[{word}]"
    names = ", ".join([*sorted(parameter.opts, key=len), *parameter.secondary_opts])
    return names if parameter.is_flag else f"{names} {word}"


def value_word(command: Any, parameter: Any) -> str:
    """Return the word for an option's value, from the type of the function's parameter."""
    hint = str(get_type_hints(command.callback)[parameter.name])
    return next((word for kind, word in VALUE_WORDS.items() if kind in hint), "TEXT")


VALUE_WORDS = {"Path": "PATH", "int": "N", "float": "NUMBER"}


def default(command: Any, parameter: Any) -> str:
    """Return what holds when a parameter is not given; empty where that is nothing."""
    if parameter.required:
        return "asked for" if getattr(parameter, "prompt", None) else "required"
    value = inspect.signature(command.callback).parameters[parameter.name].default
    nothing = value is None or value is False or value == "" or value is inspect.Parameter.empty
    return "" if nothing else f"`{value}`"


def columns_page() -> Iterator[str]:
    """Yield the columns of a release and of a record, each with its type and meaning."""
    yield from ("# Columns", "", MADE, "")
    yield "A release is a folder of Parquet files. Their columns, from the Arrow schemas in `schemas/`:"
    yield ""
    for heading, about, schema in TABLES:
        yield from (f"## {heading}", "", about, "")
        yield from schema_table(schema)
        for column, values in (one for of, some in VALUES if of is schema for one in some.items()):
            yield from value_list(column, values)
        if schema is release.ROW:
            yield from ("### Values of `coarse_type`", "")
            yield f"{', '.join(f'`{one}`' for one in COARSE_TYPES)}: by function, and by material where no use is told."
            yield ""
    yield from ("## Structs", "")
    yield from struct_list()
    yield from ("## Records", "")
    yield "What stands between a museum and a release: the museum's statement, in its own words. Nothing of it is"
    yield "judged yet; no file of a release has these columns."
    yield ""
    yield from schema_table(record.RECORD)


def schema_table(schema: pa.Schema) -> Iterator[str]:
    """Yield a schema as a table."""
    rows = [(f"`{one.name}`", type_name(one.type), linked(columns.meaning(one))) for one in schema]
    return table(("column", "type", "meaning"), rows)


def type_name(kind: pa.DataType) -> str:
    """Return a type in few words: ``list of Text``."""
    if kind in TYPES:
        return f"[{TYPES[kind]}](#structs)"
    if pa.types.is_list(kind):
        return f"list of {type_name(kind.value_type)}"
    return NUMBER_NAMES.get(kind, str(kind))


def value_list(column: str, values: Mapping[str, str]) -> Iterator[str]:
    """Yield the values that a column can have, with their meanings."""
    yield from (f"### Values of `{column}`", "")
    rows = [(f"`{value}`" if value else "(empty)", says) for value, says in values.items()]
    yield from table(("value", "meaning"), rows)


def linked(text: str) -> str:
    """Return a meaning in which the name of a list of values that stands on the page is a link to it."""
    return re.sub(
        VALUE_NAME,
        lambda found: (
            f"[its values](#{VALUE_ANCHORS[found[1]]})" if found[1] in VALUE_ANCHORS else found[0]
        ),
        text,
    )


VALUE_NAME = r"schemas\.\w+\.([A-Z]+(?:_[A-Z]+)*)"
VALUE_ANCHORS = {
    "ACTIONS": "values-of-action",
    **{column.upper(): f"values-of-{column}" for column in ROW_VALUES},
}


def struct_list() -> Iterator[str]:
    """Yield the named structs with their fields, and what their docstring says."""
    for kind, name in TYPES.items():
        fields = ", ".join(f"`{one.name}` {type_name(one.type)}" for one in kind)
        yield f"- **{name}**: {fields}. {docstring(columns, name.upper())}".rstrip()
    yield ""


def docstring(module: ModuleType, constant: str) -> str:
    """Return the text below a module's constant, on one line; empty where there is none."""
    body = ast.parse(inspect.getsource(module)).body
    for one, below in pairwise(body):
        named = isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == constant
        if named and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            return " ".join(str(below.value.value).split())
    return ""


def sources_page() -> Iterator[str]:
    """Yield the museums: who they are, what a whole crawl takes, how fast each host may be asked."""
    yield from ("# Sources", "", MADE, "")
    yield "The museums that `omniart-data crawl` can crawl, from `SOURCES` in `crawlers/__init__.py`. Their bulk files"
    yield "are read with `--from NAME=PATH`; a collection of one's own with `--from local=PATH`. How to crawl: [crawling.md](crawling.md)."
    yield ""
    rows = [(f"`{name}`", one.institution, pictures(name)) for name, one in SOURCES.items()]
    yield from table(("name", "institution", "pictures"), rows)
    yield from ("## What a whole crawl takes", "")
    yield "Days are those that the rates alone make: descriptions first, then one image of each object that has"
    yield "one. They do not depend on the computer. Museums are crawled side by side, so that in all it takes as long as"
    yield "the slowest of them. `omniart-data build --dry-run` tells the same for your settings."
    yield ""
    yield from cost_table(SOURCES)
    yield from (
        "## Rates",
        "",
        "At most so many requests a second. `[rates]` in `omniart.toml` sets others; `--rate N` only lowers those above N.",
        "",
    )
    rates = [
        (f"`{name}`", f"`{host}`", f"{rate:g}")
        for name, one in SOURCES.items()
        for host, rate in one.rates.items()
    ]
    yield from table(("name", "host", "requests per second"), rates, numbers=1)
    yield from (
        "## Attribution",
        "",
        "The line that each asks users of its data to print.",
        "",
    )
    yield from (f"- `{name}`: {one.attribution}" for name, one in SOURCES.items())


def pictures(name: str) -> str:
    """Return what a source's own terms let be done with its pictures."""
    terms = policy("", name)
    if terms.may_fetch == "personal":
        return "personal and educational use only, with `--personal-images`; in no release"
    return "in the release where the rights statement of each allows it"


def cost_table(sources: Mapping[str, Source]) -> Iterator[str]:
    """Yield requests, images, GB and days of each source."""
    rows = [(f"`{name}`", *cost_cells(source.cost())) for name, source in sources.items()]
    head = ("name", "requests", "images", "GB of images", "days, descriptions", "days, images")
    return table(head, rows, numbers=5)


def cost_cells(cost: Cost) -> tuple[str, ...]:
    """Return a cost as the cells of its row."""
    descriptions_s = cost.requests / cost.requests_per_second
    return (
        f"{cost.requests:,}",
        f"{cost.images:,}",
        f"{cost.image_bytes / 1e9:,.0f}",
        f"{descriptions_s / DAY_S:.1f}",
        f"{(cost.seconds - descriptions_s) / DAY_S:.1f}",
    )


@cache
def history() -> tuple[tuple[str, ...], ...]:
    """Return the lines of the made history of five releases: what happened, what differs, what is kept.

    It is the one that tests/omniart_data/test_history.py looks at; it is written into a folder that is then gone.
    """
    with TemporaryDirectory() as folder:
        return tuple(history_line(step) for step in made_history(Path(folder)))


def history_line(step: Any) -> tuple[str, ...]:
    """Return one release of the history: its row of the table, then the text of its difference."""
    release, change = step.release, step.change
    ledger, labels = release.ledger.num_rows, release.labels.num_rows
    if change is None:
        return release.version, step.happened, "", "", "", f"{ledger:,}", f"{labels:,}", ""
    why = [line for level, line in reasons(change) if level == bump_of(change)]
    moved = f"{change.moved.count:,}"
    told = (bump_of(change).name, moved, f"{ledger:,}", f"{labels:,}", as_text(change))
    return release.version, step.happened, "; ".join(why), *told


def history_page() -> Iterator[str]:
    """Yield five made releases, each after the one before, and what differs between them."""
    yield from ("# A history of five releases", "", MADE, "")
    yield "What a release owes to the one before it, on invented works: nothing moves from split to split, the ledger and"
    yield "the class index only grow, and the version says what a change means for a network that learnt from the last"
    yield "one. `omniart-data diff OLD NEW` tells the same of any two releases; what the numbers of a version mean is in"
    yield "[decision 17](decisions/0017-versions.md)."
    yield ""
    lines = history()
    head = (
        "version",
        "what happened",
        "why the version rises",
        "bump",
        "moved",
        "ledger",
        "labels",
    )
    yield from table(head, [line[:-1] for line in lines], numbers=3)
    yield "`moved` are works that went from one of the three splits to another, `ledger` the lines of `ledger.parquet`,"
    yield "`labels` those of `labels.parquet`: a label that nobody has any more is retired, and keeps its number."
    yield ""
    for version, happened, *_, differs in lines[1:]:
        yield from (f"## {version}: {happened}", "", "```text", *differs.split("\n"), "```", "")


def main(
    arguments: Sequence[str], folder: Path = DOCS, say: Callable[[str], object] = typer.echo
) -> int:
    """Write the pages that are behind, or with ``--check`` name them; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 if a page is behind"
    )
    check = parser.parse_args(arguments).check
    behind = 0
    for name, text in pages().items():
        page = folder / name
        if page.exists() and page.read_text(encoding="utf-8") == text:
            continue
        behind += 1
        if check:
            say(f"docs/{name} is behind: run `make docs`")
        else:
            page.write_text(text, encoding="utf-8")
            say(f"docs/{name} written")
    return int(check and behind > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
