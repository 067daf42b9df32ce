"""Commands of curation: review shows what is open, decisions lists what was decided, decide adds one."""

import asyncio
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from omniart_data.commands import options
from omniart_data.commands.ending import ends_in_one_line, examples
from omniart_data.decision_files import (
    PAIR_ACTIONS,
    TERM_KINDS,
    as_written,
    path_of,
    put_decision,
    read_decisions,
    take_back,
)
from omniart_data.normalise.decisions import Decision
from omniart_data.normalise.makers.decided import what_stays
from omniart_data.normalise.terms.tables import plain
from omniart_data.printing import cell, say
from omniart_data.release.read import Release, open_release
from omniart_data.review.browser import opened_in_browser
from omniart_data.review.candidates import candidate_table, open_candidates
from omniart_data.review.evidence import artists_of, with_evidence
from omniart_data.review.naming import UnknownNameError, names_of
from omniart_data.review.sitting import Sitting, how_to_review, shown, works_of
from omniart_data.review.works import Works
from omniart_data.settings import settings_for
from omniart_data.watch import run_stoppable
from omniart_data.workspace import Workspace
from schemas.decision import DECISION, KINDS, SETTABLE, parse_term, term_subject
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
        'omniart-data decide material rename nl:fabeliet cobalt --reason "the maker\'s word for it"',
        "a museum's word",
    ),
    (
        'omniart-data decide artwork set met:123 artist="Jan Steen" --reason "catalogue of 2024, no. 7"',
        "one column of one artwork",
    ),
    (
        "omniart-data decide --take-back artwork set met:123 artist",
        "the same, taken back",
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
_ACTIONS: dict[tuple[str, ...], list[str]] = {}
for _kind, _actions in KINDS.items():
    _ACTIONS.setdefault(_actions, []).append(_kind)

Kind = Annotated[
    str,
    typer.Argument(
        help="What it is about, and what can be decided of it: "
        + "; ".join(
            f"{', '.join(kinds)} ({', '.join(actions)})" for actions, kinds in _ACTIONS.items()
        )
        + "."
    ),
]
Action = Annotated[str, typer.Argument(help="What is decided: see KIND.")]
Subject = Annotated[
    str,
    typer.Argument(
        help="An artist's id, LANGUAGE:WORD of a museum (nl:fabeliet), or an artwork's id."
    ),
]
Object = Annotated[
    str,
    typer.Argument(
        metavar="OBJECT",
        help=f"The other artist or artwork, the new name or term, or COLUMN=VALUE with one of {', '.join(SETTABLE)}"
        " (terms of a list with semicolons, years as 1650/1660).",
    ),
]
Reason = Annotated[str, typer.Option(help="Why, in a sentence.")]
New = Annotated[
    bool,
    typer.Option(
        "--new",
        metavar="",
        help="The new term is one that no vocabulary knows, or the artist one whom the release has no work of.",
    ),
]
TakeBack = Annotated[
    bool, typer.Option("--take-back", metavar="", help="Take such a decision out of its file.")
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
        sitting = Sitting(place.decisions, candidates, works, names_of(opened), title=title)

        async def until_stopped() -> None:
            with suppress(asyncio.CancelledError), ExitStack() as stack:  # Ctrl-C is how it ends

                def started(url: str) -> None:
                    typer.echo(f"{_counted(len(candidates), 'open candidate')} at {url}")
                    typer.echo("whoever has this address can decide; Ctrl-C ends it")
                    sys.stdout.flush()
                    if sys.stdout.isatty() and not no_open:
                        stack.enter_context(opened_in_browser(url))

                await serve(sitting, works, port=port, started=started)

        run_stoppable(until_stopped)
    if not sitting.decisions:
        say("nothing was decided in this sitting")
        return
    told = f"{_counted(sitting.decisions, 'decision')} of this sitting in {place.decisions}"
    say(f"{told}: {how_to_review(place.decisions)}, and build again to apply")


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
    if not place.root.is_dir():
        raise UsageError(f"{place.root} is not there: name a workspace with --workspace")
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
    new: New = False,
    back: TakeBack = False,
) -> None:
    """Write one decision into the workspace, in place of an earlier one about the same; or take one back.

    What it rests on is taken from the release: where that changes later, the decision is flagged, not applied.
    """
    place = _place(workspace, config)
    if back:
        gone = _held(place, kind, action, subject, object_)
        take_back(place.decisions, gone)
        say(f"taken back: {_told(place, gone)}")
        say("build again to do without it")
        return
    if not reason.strip():
        raise UsageError("a decision has a reason: give --reason")
    asked = as_written(Decision(kind, action, _about(kind, subject), object_, reason))
    opened = _release(place, release)
    decision = _named(opened, asked, is_new=new)
    if kind in TERM_KINDS:  # the release says of which language a bare word is
        decision = replace(decision, subject=subject)
    put = put_decision(place.decisions, with_evidence(opened, decision))
    say(_told(place, put.decision))
    if put.replaced is not None and put.replaced != put.decision:
        say(f"in place of: {_told(place, put.replaced)}")
    for line in _of_merge(opened, put.decision):
        say(line)
    say("build again to apply it")


def _about(kind: str, subject: str) -> str:
    """Return a subject as files have it, a bare word without a language."""
    if kind not in TERM_KINDS:
        return subject
    language, sign, word = subject.partition(":")
    return term_subject(language, plain(word)) if sign else term_subject("", plain(subject))


def _named(release: Release, decision: Decision, *, is_new: bool) -> Decision:
    """Return a decision with names that there are; UsageError, which tells of ``--new``, where it has none."""
    try:
        return names_of(release).checked(decision, is_new=is_new)
    except UnknownNameError as unknown:
        end = " " if str(unknown).endswith("?") else ": "
        raise UsageError(f"{unknown}{end}--new makes it one all the same") from None


def _told(place: Workspace, decision: Decision) -> str:
    """Return a decision with the file that holds it."""
    return f"{path_of(place.decisions, decision.kind)}{str(decision).partition('.csv')[2]}"


def _of_merge(release: Release, decision: Decision) -> Iterator[str]:
    """Yield what is said of two artists who become one."""
    if (decision.kind, decision.action) != ("artist", "merge"):
        return
    yield what_stays(*artists_of(release, decision.subject, decision.object))


def _held(place: Workspace, kind: str, action: str, subject: str, object_: str) -> Decision:
    """Return the one decision of a workspace that is meant; the language of a word may be left out."""
    found = [
        one
        for one in read_decisions(place.decisions)
        if (one.kind, one.action) == (kind, action) and _is_meant(one, subject, object_)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        meant = f"{action} {subject} {object_}".strip()
        raise UsageError(
            f"{path_of(place.decisions, kind)} has no decision to {meant}: see `omniart-data decisions`"
        )
    raise UsageError(f"{len(found)} decisions are meant: {'; '.join(map(str, found))}: say which")


def _is_meant(decision: Decision, subject: str, object_: str) -> bool:
    """Return whether a decision is about a subject, and about an object where one is named."""
    if decision.action in PAIR_ACTIONS:
        both = {decision.subject, decision.object}
        return {subject, object_ or subject} <= both
    subjects = {decision.subject}
    if decision.kind in TERM_KINDS:
        subjects.add(parse_term(decision.subject)[1])
        subject = subject if subject in subjects else plain(subject)
    objects = {"", decision.object, decision.object.partition("=")[0]}
    return subject in subjects and object_ in objects


def _counted(number: int, noun: str) -> str:
    """Return a number of things.

    >>> _counted(1, "open candidate"), _counted(1200, "decision")
    ('1 open candidate', '1,200 decisions')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


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
