"""The command ``status``: how far the work in a workspace is, asked from another terminal."""

import json
from pathlib import Path
from typing import Annotated

import typer

from crawlers.engine.census import Census
from crawlers.engine.receipt import FetchReport
from crawlers.engine.store import Receipt
from omniart_data.commands import options
from omniart_data.commands.ending import ends_in_one_line, examples
from omniart_data.printing import say
from omniart_data.progress import live_lines
from omniart_data.run_state import moment
from omniart_data.settings import settings_for
from omniart_data.status import Status, read_status
from omniart_data.tables import census_table, host_table, picture_counts, reason_lines
from omniart_data.workspace import Workspace

EPILOG = examples(
    ("omniart-data status", "the workspace of omniart.toml"),
    ("omniart-data status --workspace workspace/sample --json", "for programs"),
)

AsJson = Annotated[
    bool, typer.Option("--json", metavar="", help="Print it as one JSON object, for programs.")
]


@ends_in_one_line
def status(
    workspace: options.WorkspaceFolder = None,
    config: options.Config = options.CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say how far the work in a workspace is: who works there, what is held, what is left.

    It can be asked at any time, also while a crawl runs, and changes nothing.
    """
    place = Workspace(workspace or Path(settings_for(config, needed=False).workspace))
    found = read_status(place)
    say(json.dumps(found.to_json(), indent=2) if as_json else _text(found))


def _text(found: Status) -> str:
    parts = [found.sentence]
    if found.live is not None and found.holder is not None:
        parts.append("\n".join(live_lines(found.live)))
    elif found.last is not None:
        parts.append(_last(found.last, killed=found.killed))
    if found.censuses:
        parts.append(census_table(found.censuses, found.finished))
        parts += _unfinished(found)
    if any(found.pictures.values()):
        parts.append(
            "\n".join([picture_counts(found.pictures), *reason_lines(found.picture_reasons)])
        )
    return "\n\n".join(parts)


def _unfinished(found: Status) -> list[str]:
    """Return which sources are not whole, where nobody works on that now."""
    lines = [
        f"{name}: its crawl is not finished{_how_far(census)}"
        for name, census in found.censuses.items()
        if name not in found.finished
    ]
    left = [name for name, one in found.censuses.items() if name not in found.finished or one.left]
    if left and found.holder is None:
        lines.append(f"not whole: {', '.join(left)}; `{found.crawl_of(left)}` goes on from here")
    return ["\n".join(lines)] if lines else []


def _how_far(census: Census) -> str:
    """Return how much of a crawl there is, where the source says how much there will be."""
    if not census.expected:
        return ""
    answered = census.stored + census.withdrawn
    return f": {census.listed:,} of {census.expected:,} named, {answered:,} of them answered"


def _last(receipt: Receipt, *, killed: bool) -> str:
    """Return the receipt of the last run, as it ended."""
    told = receipt.report
    broken = "killed" if killed else "broken off"
    how = "stopped" if told["stopped"] else "ended" if told["ended"] else broken
    begun, ended = moment(told["started"]), moment(told["ended"])
    heading = f"last run: `{told['command']}`, begun {begun}, {how} {ended}".strip()
    hosts = FetchReport.from_json(told["hosts"]).hosts
    return f"{heading}\n\n{host_table(hosts)}" if hosts else heading
