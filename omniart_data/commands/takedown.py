"""The command that takes an artwork down, lifts a takedown, or checks that one left nothing behind."""

import json
from pathlib import Path
from typing import Annotated

import typer

from omniart_data.commands import options
from omniart_data.commands.ending import ends_in_one_line, examples
from omniart_data.printing import say
from omniart_data.settings import settings_for
from omniart_data.takedown.check import Left, left_of
from omniart_data.takedown.journal import Step, check_finished
from omniart_data.takedown.plan import Plan, bulk_files, command, make_plan
from omniart_data.takedown.run import lift, remove_baselines, take_down
from omniart_data.takedown.tombstones import read_tombstones
from omniart_data.workspace import Workspace
from schemas.errors import UsageError

EPILOG = examples(
    (
        'omniart-data takedown met:436535 --reason "the heirs asked, letter of 3 May" --dry-run',
        "what would be done, and what is to be done about published copies",
    ),
    (
        'omniart-data takedown met:436535 --reason "the heirs asked, letter of 3 May" --yes',
        "do it; the same command again finishes one that was broken off",
    ),
    ("omniart-data takedown met:436535 --check", "whether anything still names it"),
    (
        'omniart-data takedown met:436535 --lift --reason "settled, letter of 9 June"',
        "let builds take it again",
    ),
)

Id = Annotated[str, typer.Argument(metavar="ID", help="The artwork's id: SOURCE:ID.")]
Reason = Annotated[str | None, typer.Option(help="Why, in a sentence; dropped.parquet tells it.")]
Check = Annotated[
    bool, typer.Option("--check", metavar="", help="Say what still names it, and change nothing.")
]
Lift = Annotated[
    bool, typer.Option("--lift", metavar="", help="Let builds take it again, in its old split.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", metavar="", help="Say what would be done, and stop.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", metavar="", help="Do it without asking.")]
AsJson = Annotated[
    bool, typer.Option("--json", metavar="", help="Print the plan or what is left as JSON.")
]
Baselines = Annotated[
    bool,
    typer.Option(
        "--remove-baselines",
        metavar="",
        help="Delete what has learnt from it too: baselines, networks, comparisons.",
    ),
]


@ends_in_one_line
def takedown(
    artwork: Id,
    reason: Reason = None,
    workspace: options.WorkspaceFolder = None,
    config: options.Config = options.CONFIG,
    dry_run: DryRun = False,
    yes: Yes = False,
    check: Check = False,
    lifting: Lift = False,
    as_json: AsJson = False,
    baselines: Baselines = False,
) -> None:
    """Take an artwork down: no later build holds it, and nothing in the workspace names it any more.

    It goes from the raw store, the pictures, the features and every release; each release that names it, and every
    later one, becomes a new version with the same splits for all others. What stays is a line in
    decisions/takedown.csv, the dropped records of the releases, and bulk files, which are as the museum wrote them.
    """
    place = Workspace(workspace or Path(settings_for(config, needed=False).workspace))
    if not place.root.is_dir():
        raise UsageError(f"{place.root} is not there: name a workspace with --workspace")
    if reason is not None and not reason.strip():
        raise UsageError("--reason is empty: say why, in a sentence")
    if check and lifting:
        raise UsageError("--check and --lift: give one of them")
    if check:
        _check(place, artwork, as_json=as_json)
    elif lifting:
        with place.opened("takedown"):
            lift(place, artwork, reason or "")
        say(
            f"{artwork} comes back, in the split that it had, with the next build that reads its record: from a crawl of its source, or a bulk file"
        )
    else:
        _take_down(place, artwork, reason or "", (dry_run, yes, as_json, baselines))


def _take_down(
    place: Workspace, artwork: str, reason: str, how: tuple[bool, bool, bool, bool]
) -> None:
    dry_run, yes, as_json, baselines = how
    with place.peek() as stores:
        plan = make_plan(place, artwork, reason, stores)
    _show(plan, as_json=as_json)
    if dry_run:
        say("nothing was done: this was a --dry-run", err=True)
        return
    _confirm(yes=yes)
    with place.opened("takedown") as stores:
        plan = make_plan(place, artwork, reason, stores)
        take_down(plan, place, *stores, told=_told)
        if baselines:
            remove_baselines(plan, place)
    if not as_json:
        say("done")
    _check(place, artwork, as_json=False, quiet=as_json)


def _show(plan: Plan, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(plan.to_json(), indent=1))
        return
    for line in plan.lines():
        say(line)


def _confirm(*, yes: bool) -> None:
    """Ask whether it is to be done; raise UsageError where nobody says so."""
    try:
        if yes or typer.confirm("Take it down? Nothing brings the removed files back", err=True):
            return
    except typer.Abort:
        typer.echo(err=True)  # the question has no line of its own yet
        raise UsageError("nobody answered: give --yes where there is no terminal") from None
    raise typer.Exit(1)


def _told(step: Step) -> None:
    say(f"{step.old} is {step.new} now", err=True)


def _check(place: Workspace, artwork: str, *, as_json: bool, quiet: bool = False) -> None:
    """Print what names an artwork; end with 1 where anything does that should not."""
    check_finished(place.root, artwork)
    stone = read_tombstones(place.decisions).get(artwork)
    if stone is not None and not stone.is_down:
        raise UsageError(f"{artwork} is not down any more: {stone.reason}")
    if stone is None:
        take = command(place, "takedown", artwork, "--reason", "WHY")
        raise UsageError(f"{artwork} is not taken down: `{take}` does that")
    with place.peek() as stores:
        found = left_of(place, stone, stores, bulk_files(place, artwork, stores[0]))
    if as_json:
        typer.echo(json.dumps([vars(one) for one in found], indent=1))
    else:
        _print(found, err=quiet)
    raise typer.Exit(code=not all(one.allowed for one in found))


def _print(found: list[Left], *, err: bool) -> None:
    for one in found:
        say(one.line(), err=err)
