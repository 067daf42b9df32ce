"""The command ``crawl``: the descriptions that museums offer, into the workspace."""

from datetime import date
from typing import Annotated

import typer

from omniart_data.commands import options
from omniart_data.commands.asking import go_on, may_start
from omniart_data.commands.ending import STOPPED, ends_in_one_line, examples, say_error
from omniart_data.cost import estimate
from omniart_data.crawl import CrawlRun, crawl_sources
from omniart_data.printing import say
from omniart_data.progress import view
from omniart_data.reach import Manners, check_answers, reach
from omniart_data.settings import settings_for
from omniart_data.status import StatusFile
from omniart_data.tables import census_table, change_table, host_table
from omniart_data.watch import Watch
from schemas.errors import UsageError

EPILOG = examples(
    ("omniart-data crawl", "all museums of omniart.toml, for some days"),
    ("omniart-data crawl rijksmuseum wga", "these two, side by side"),
    ("omniart-data crawl met --since 2026-05-31", "only what changed since then"),
    ("omniart-data crawl met --dry-run", "what it takes, and nothing else"),
    ("omniart-data crawl --museum http://127.0.0.1:8080", "what `omniart-data museum` serves"),
)

Since = Annotated[
    str,
    typer.Option(
        metavar="DATE",
        help="Take only what changed since a day, such as 2026-05-31.",
        show_default=False,
    ),
]


@ends_in_one_line
def crawl(
    sources: options.Sources = None,
    workspace: options.WorkspaceFolder = None,
    config: options.Config = options.CONFIG,
    since: Since = "",
    update: options.Update = False,
    rate: options.Rate = "",
    patience: options.Patience = None,
    no_linked_art: options.NoLinkedArt = False,
    probe: options.Probe = None,
    museum: options.Museum = "",
    ca: options.Ca = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
) -> None:
    """Take the descriptions that museums offer into the workspace, side by side, each host at its own pace.

    It begins with a probe of each museum, goes on where an earlier crawl stopped, and ends with a receipt by
    host and a census by source. Ctrl-C stops it cleanly; twice: at once. It ends with 0 when all is whole, and
    with 1 when something is left for another run.
    """
    manners = Manners(rate, options.checked(patience), museum, ca, linked_art=not no_linked_art)
    settings = settings_for(config, needed=not museum)
    asked = reach(sources or (), settings, manners, workspace)
    if asked.note:
        say_error(asked.note)
    day = parse_day(since)
    if not asked.sample:
        say(estimate(asked.sources, images=False, personal=False))
    elif dry_run:
        say(f"{', '.join(asked.sources)}, invented, at {museum}")
    if dry_run or not (asked.sample or may_start(yes=yes)):
        return
    check_answers(museum)
    line = go_on("crawl", sources or (), asked, manners, config)
    told = StatusFile(asked.place.root)
    with asked.place.opened("crawl") as (store, _), told.telling(line):
        watch = Watch(line, (view(), told))
        run = crawl_sources(
            asked.sources,
            asked.fetching,
            store,
            watch,
            since=day,
            update=update,
            probe=not asked.sample if probe is None else probe,
        )
    _say_crawl(run, go_on("crawl", run.left, asked, manners, config))
    raise typer.Exit(STOPPED if run.stopped else int(not run.whole))


def parse_day(text: str) -> date | None:
    """Return a day, None for an empty text; raise UsageError for what is none.

    >>> parse_day("2026-05-31")
    datetime.date(2026, 5, 31)
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"--since {text}: give a day, such as 2026-05-31") from None


def _say_crawl(run: CrawlRun, command: str) -> None:
    censuses = {name: one.census for name, one in run.sources.items()}
    reports = {name: one.report for name, one in run.sources.items() if one.report}
    finished = {name for name, one in run.sources.items() if one.finished}
    if not run.hosts and run.whole:
        say(
            "nothing to do: crawled to the end before; --update goes through all, --since takes changes\n"
        )
    if run.hosts:
        say(f"{host_table(run.hosts)}\n")
    if reports:
        say(f"{change_table(reports)}\n")
    say(f"{census_table(censuses, finished)}\n")
    for name, one in run.sources.items():
        if one.failure:
            say_error(f"{name}: {one.failure}")
    if run.whole:
        say("whole: all that the sources named is stored or withdrawn")
        return
    why = "stopped" if run.stopped else f"not whole: {', '.join(run.left)}"
    closed = [name for name, one in run.sources.items() if "robots.txt" in one.failure]
    if closed and closed == run.left:
        say_error(f"{why}: robots.txt lets no program in: ask the museum; then `{command}` goes on")
        return
    say_error(f"{why}; `{command}` goes on from here")
