"""Commands of curation: review shows what is open, decisions lists what was decided, decide adds one."""

import asyncio
import shlex
import sys
import webbrowser
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from omniart_data.commands import options
from omniart_data.commands.ending import ends_in_one_line, examples
from omniart_data.decision_files import TERM_KINDS, as_written, put_decision, read_decisions
from omniart_data.normalise.decisions import Decision
from omniart_data.normalise.terms.tables import plain
from omniart_data.printing import cell, say
from omniart_data.release.read import Release, open_release
from omniart_data.review.candidates import candidate_table, open_candidates
from omniart_data.review.evidence import with_evidence
from omniart_data.review.sitting import Sitting, shown, works_of
from omniart_data.review.works import Works
from omniart_data.settings import settings_for
from omniart_data.watch import run_stoppable
from omniart_data.workspace import Workspace
from schemas.decision import DECISION, KINDS
from schemas.errors import UsageError

REVIEW_EPILOG = examples(
    ("omniart-data review", "what the newest release of the workspace leaves open"),
    ("omniart-data review --no-open --port 8081", "print the address alone, at a port of your own"),
)
DECISIONS_EPILOG = examples(
    ("omniart-data decisions", "all of them, tab-separated"),
)
DECIDE_EPILOG = examples(
    (
        'omniart-data decide artist "keep apart" ulan:500115493 "name:jan steen ii" --reason "uncle and nephew"',
        "two who are never one",
    ),
    (
        'omniart-data decide material rename fabeliet cobalt --reason "the maker\'s word for it"',
        "a museum's word",
    ),
    (
        'omniart-data decide artwork set met:123 artist="Jan Steen" --reason "catalogue of 2024, no. 7"',
        "one column of one artwork",
    ),
)

ReleaseFolder = Annotated[
    Path | None,
    typer.Option(
        "--release",
        help="Folder of a release.  [default: the newest of the workspace]",
    ),
]
Port = Annotated[int, typer.Option(help="Port on loopback; 0: any free one.", min=0, max=65_535)]
NoOpen = Annotated[
    bool, typer.Option("--no-open", metavar="", help="Print the address, and open no browser.")
]
Kind = Annotated[str, typer.Argument(help=f"{', '.join(KINDS)}.")]
Action = Annotated[str, typer.Argument(help="merge, keep apart, rename, reject or set.")]
Subject = Annotated[
    str, typer.Argument(help="An artist's id, a museum's word, or an artwork's id.")
]
Object = Annotated[
    str,
    typer.Argument(
        metavar="OBJECT",
        help="The other artist or artwork, the new name or term, or COLUMN=VALUE (terms of a list with semicolons).",
    ),
]
Reason = Annotated[str, typer.Option(help="Why, in a sentence.")]
Language = Annotated[
    str, typer.Option(help="Of a word that several languages have: which is meant, as nl.")
]


@ends_in_one_line
def review(
    workspace: options.WorkspaceFolder = None,
    config: options.Config = options.CONFIG,
    release: ReleaseFolder = None,
    port: Port = 0,
    no_open: NoOpen = False,
) -> None:
    """Show what is open to decide, with pictures, on a page that this machine alone can open.

    Decisions go into decisions/KIND.csv of the workspace at once, and the next build applies them. Ctrl-C or the
    page's button ends it.
    """
    from omniart_data.review.server import serve  # noqa: PLC0415 - starts no server unasked

    place = _place(workspace, config)
    opened = _release(place, release)
    candidates = open_candidates(candidate_table(opened), read_decisions(place.decisions))
    if not candidates:
        say(f"nothing is open in {opened.folder}: all its candidates are decided")
        return
    with place.peek() as (_, images):
        works = Works(opened, works_of(shown(candidates)), images)
        title = f"Review of release {opened.version}"
        sitting = Sitting(place.decisions, candidates, works, title=title)

        def started(url: str) -> None:
            typer.echo(f"{len(candidates):,} open candidates at {url}")
            typer.echo("whoever has this address can decide; Ctrl-C ends it")
            sys.stdout.flush()
            if sys.stdout.isatty() and not no_open:
                webbrowser.open(url)

        async def until_stopped() -> None:
            with suppress(asyncio.CancelledError):  # Ctrl-C is how a review ends
                await serve(sitting, works, port=port, started=started)

        run_stoppable(until_stopped)
    one = sitting.decisions == 1
    say(
        f"{sitting.decisions:,} {'decision' if one else 'decisions'} of this sitting {'is' if one else 'are'} in"
        f" {place.decisions}: see them with `git diff`, and build again"
    )


@ends_in_one_line
def decisions(
    workspace: options.WorkspaceFolder = None,
    config: options.Config = options.CONFIG,
) -> None:
    """List all decisions of the workspace, and say which of them the newest release could not apply.

    Tab-separated: kind, action, subject, object, reason, and for one that was flagged, "not applied: " and why. A
    cell that a spreadsheet would take for a formula has an apostrophe before it, and control characters are escapes.
    """
    place = _place(workspace, config)
    columns = [name for name in DECISION.names if name != "evidence"]
    why = _flagged(place)
    for decision in read_decisions(place.decisions):
        cells = [getattr(decision, name) for name in columns]
        cells += [f"not applied: {why[decision]}"] if decision in why else []
        typer.echo("\t".join(map(cell, cells)))


@ends_in_one_line
def decide(
    kind: Kind,
    action: Action,
    subject: Subject,
    object_: Object = "",
    reason: Reason = "",
    release: ReleaseFolder = None,
    workspace: options.WorkspaceFolder = None,
    config: options.Config = options.CONFIG,
    language: Language = "",
) -> None:
    """Write one decision into the workspace, in place of an earlier one about the same.

    What it rests on is taken from the release: where that changes later, the decision is flagged, not applied.
    """
    if not reason.strip():
        raise UsageError("a decision has a reason: give --reason")
    about = plain(subject) if kind in TERM_KINDS else subject
    decision = as_written(Decision(kind, action, about, object_, reason))
    place = _place(workspace, config)
    put = put_decision(
        place.decisions, with_evidence(_release(place, release), decision, language=language)
    )
    say(str(put.decision))
    if put.replaced is not None and put.replaced != put.decision:
        say(f"in place of {put.replaced}")


def _place(workspace: Path | None, config: Path) -> Workspace:
    return Workspace(workspace or Path(settings_for(config, needed=False).workspace))


def _flagged(place: Workspace) -> Mapping[Decision, str]:
    """Return the decisions that the newest release did not apply, and why; none where there is no release."""
    if not place.versions():
        return {}
    release = _release(place, None)
    if "flagged.parquet" not in release.manifest.files:
        return {}
    rows = release.side_table("flagged").to_pylist()
    return {Decision(*(row[name] for name in DECISION.names)): row["why"] for row in rows}


def _release(place: Workspace, given: Path | None) -> Release:
    """Return the release that is named, or the newest of the workspace."""
    if given is not None:
        if not given.is_dir():
            raise UsageError(f"{given} is not there: name the folder of a release")
        return open_release(given)
    versions = place.versions()
    if not versions:
        folder = shlex.quote(str(place.root))
        raise UsageError(
            f"{place.root} has no release: make one with `omniart-data build --workspace {folder}`"
        )
    return open_release(place.release(".".join(map(str, versions[-1]))))
