"""The command ``build``: a release from the live museums, from bulk files or from the sample museum."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from crawlers import SOURCES
from crawlers.engine.fetch_config import FetchConfig
from omniart_data.build import build
from omniart_data.commands import options
from omniart_data.commands.asking import may_start
from omniart_data.commands.ending import ends_in_one_line, examples
from omniart_data.commands.release import folder_of
from omniart_data.cost import estimate
from omniart_data.gather import check_dumps, parse_dump
from omniart_data.normalise import Choices
from omniart_data.plan import Built, Plan
from omniart_data.printing import say
from omniart_data.progress import View, view
from omniart_data.reach import Manners, check_answers, reach, sample_manners
from omniart_data.release import Release, open_release
from omniart_data.release.diff import bump_line
from omniart_data.release.near import open_features
from omniart_data.release.stats import render_fact
from omniart_data.settings import Settings, settings_for
from omniart_data.status import StatusFile
from omniart_data.workspace import Workspace
from schemas.errors import UsageError

EPILOG = examples(
    ("omniart-data build --demo", "the invented museum, in a minute"),
    (
        "omniart-data build --from met=MetObjects.csv --images none",
        "a bulk file, without asking anybody",
    ),
    ("omniart-data build --dry-run", "what a crawl of the museums of omniart.toml takes"),
)

Dumps = Annotated[
    list[str] | None,
    typer.Option(
        "--from",
        metavar="SOURCE=PATH",
        help="Read a bulk file instead of crawling; may be given several times. "
        f"SOURCE is {', '.join(SOURCES)} or local.",
    ),
]
Demo = Annotated[
    bool,
    typer.Option("--demo", metavar="", help="Crawl the invented sample museum that comes along."),
]
Mapping = Annotated[
    Path | None,
    typer.Option(help="TOML file that names the columns of --from local=PATH.", exists=True),
]
Images = Annotated[
    str | None, typer.Option(help="all that rights allow, or none.", metavar="all|none")
]
ReleaseVersion = Annotated[
    str,
    typer.Option(
        metavar="X.Y.Z",
        help="Version of the release.  [default: 1.0.0, then the one that follows from what differs]",
    ),
]
Previous = Annotated[
    Path | None,
    typer.Option(
        metavar="RELEASE",
        help="Folder of the release to follow: its splits and labels are kept.  [default: the newest in the workspace]",
    ),
]
AllowMoves = Annotated[
    bool,
    typer.Option(
        "--allow-moves",
        metavar="",
        help="Let artworks change their split where groups turn out to be one.",
    ),
]
AcceptDrift = Annotated[
    bool,
    typer.Option(
        "--accept-drift",
        metavar="",
        help="Write the release though more of the museums' words are unmatched than unmatched_budget lets rise.",
    ),
]
AcceptLoss = Annotated[
    bool,
    typer.Option(
        "--accept-loss",
        metavar="",
        help="Write the release though a source of the last one, or most of its artworks, are gone.",
    ),
]

AcceptLargeGroups = Annotated[
    bool,
    typer.Option(
        "--accept-large-groups",
        metavar="",
        help="Bind groups of more than 50 works that stop a build: you have looked at them.",
    ),
]
SplitUnattributed = Annotated[
    bool,
    typer.Option(
        "--split-unattributed",
        metavar="",
        help="Split works without an artist too, 70/20/10 within their coarse type; no artist task has them.",
    ),
]
MinClass = Annotated[
    int,
    typer.Option(
        metavar="N",
        min=1,
        help="Works in train that make a type or material a class of a subset; one in test is needed besides.",
    ),
]
Features = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Find near-duplicates by these features too: `omniart-model features WORKSPACE --base efficientnet-lite0` makes the file.",
    ),
]


@ends_in_one_line
def build_command(
    dumps: Dumps = None,
    demo: Demo = False,
    workspace: options.WorkspaceFolder = None,
    config: options.Config = options.CONFIG,
    mapping: Mapping = None,
    images: Images = None,
    personal_images: options.PersonalImages = None,
    release_version: ReleaseVersion = "",
    previous: Previous = None,
    museum: options.Museum = "",
    ca: options.Ca = None,
    update: options.Update = False,
    allow_moves: AllowMoves = False,
    accept_drift: AcceptDrift = False,
    accept_loss: AcceptLoss = False,
    accept_large_groups: AcceptLargeGroups = False,
    split_unattributed: SplitUnattributed = False,
    min_class: MinClass = Plan.min_class,
    features: Features = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
) -> None:
    """Make a release: from the live museums, from bulk files (--from), or from the sample museum (--demo, --museum).

    A build that was stopped is simply started again: it goes on where it was.
    """
    _check_asked(dumps, demo=demo, museum=museum, update=update)
    settings = settings_for(config, needed=not (demo or dumps or museum))
    place = Workspace(workspace or Path(settings.workspace))
    invented = demo or bool(museum)
    plan = replace(
        _settled(settings, images, personal=personal_images, invented=invented),
        version=release_version,
        previous=folder_of(previous) if previous else None,
        update=update,
        allow_moves=allow_moves,
        accept_drift=accept_drift,
        accept_loss=accept_loss,
        accept_large_groups=accept_large_groups,
        split_unattributed=split_unattributed,
        min_class=min_class,
        features=open_features(features) if features else None,
    )
    built: Built | None
    if dumps:
        plan = plan.reading(parse_dump(text, mapping) for text in dumps)
        built = _build_dumps(plan, place, dry_run=dry_run)
    elif demo and dry_run:
        say("1,200 invented works in three museums, served and crawled on this machine")
        built = None
    elif demo:
        built = _build_demo(plan, place)
    elif museum:
        built = _build_sample(
            plan, settings, workspace, Manners(museum=museum, ca=ca), dry_run=dry_run
        )
    else:
        built = _build_live(plan, settings, workspace, dry_run=dry_run, yes=yes)
    if built is not None:
        _say(built)


def _check_asked(dumps: list[str] | None, *, demo: bool, museum: str, update: bool) -> None:
    """Raise UsageError for options that exclude each other."""
    if demo and dumps:
        raise UsageError("--demo and --from exclude each other: give one of them")
    if dumps and update:
        raise UsageError("--update asks museums again, and --from asks none: give one of them")
    if museum and (demo or dumps):
        raise UsageError("--museum excludes --demo and --from: give one of them")


def _settled(
    settings: Settings, images: str | None, *, personal: bool | None, invented: bool
) -> Plan:
    """Return a plan as the settings have it; of the invented museum all pictures may be used."""
    return Plan(
        images=images or settings.images,
        image_px=settings.image_px,
        max_pixels=settings.max_pixels,
        personal_images=invented or (settings.personal_images if personal is None else personal),
        choices=Choices(settings.widest_mean, settings.admit_attributed),
        unmatched_budget=settings.unmatched_budget,
    )


def _build_dumps(plan: Plan, place: Workspace, *, dry_run: bool) -> Built | None:
    check_dumps(plan.dumps)
    if not dry_run:
        return build(plan, place, FetchConfig())
    for dump in plan.dumps:
        say(f"{dump.credit[0]:<20}{dump.size_bytes / 1e6:>10,.2f} MB  {dump.path}")
    return None


def _build_demo(plan: Plan, place: Workspace) -> Built:
    from crawlers.sample import SAMPLE_SOURCES, sample_museum  # noqa: PLC0415 - starts no server unasked

    with sample_museum() as museum:
        fetching = sample_manners(FetchConfig(), museum.routes, place)
        return build(plan.crawling(SAMPLE_SOURCES), place, fetching, _views(place))


def _build_sample(
    plan: Plan, settings: Settings, workspace: Path | None, manners: Manners, *, dry_run: bool
) -> Built | None:
    asked = reach((), settings, manners, workspace)
    if dry_run:
        say(f"{', '.join(asked.sources)}, invented, at {manners.museum}")
        return None
    check_answers(manners.museum)
    return build(plan.crawling(asked.sources), asked.place, asked.fetching, _views(asked.place))


def _build_live(
    plan: Plan, settings: Settings, workspace: Path | None, *, dry_run: bool, yes: bool
) -> Built | None:
    asked = reach((), settings, Manners(), workspace)
    images = plan.images != "none"
    say(estimate(asked.sources, images=images, personal=plan.personal_images))
    if dry_run or not may_start(yes=yes):
        return None
    plan = replace(plan.crawling(asked.sources), probe=True)
    return build(plan, asked.place, asked.fetching, _views(asked.place))


def _views(place: Workspace) -> tuple[View, ...]:
    return view(), StatusFile(place.root)


def _left_open(release: Release) -> Iterator[str]:
    """Yield how many of the museums' words no table knows, and what waits for a decision of people."""
    words = (
        release.side_table("terms").group_by(["kind", "how"]).aggregate([("occurrences", "sum")])
    )
    counts: dict[str, dict[str, int]] = {}
    for line in words.to_pylist():
        counts.setdefault(line["kind"], {})[line["how"]] = line["occurrences_sum"]
    shares = (
        f"{kind}s {of_kind.get('unmatched', 0) / sum(of_kind.values()):.1%}"
        for kind, of_kind in sorted(counts.items())
    )
    if counts:
        yield f"unmatched  {', '.join(shares)} of the museums' words: omniart-data unmatched {release.folder}"
    open_ones = release.side_table("candidates").num_rows
    if open_ones:
        root = release.folder.parent.parent
        yield f"to decide  {open_ones:,} candidates: omniart-data review --workspace {root}"


def _say(built: Built) -> None:
    release = open_release(built.folder)
    if not built.new:
        say(f"{built.folder} holds exactly this already: nothing written")
        return
    say(render_fact(release, "census"))
    if built.change is not None:
        say(f"version    {bump_line(built.change)}")
    for line in _left_open(release):
        say(line)
    say(f"release    {built.folder}")
    say(f"data card  {built.folder / 'README.md'}")
