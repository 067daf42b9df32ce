"""The ``omniart-data`` command: takes its arguments, calls the library, prints."""

import logging
import sys
from collections.abc import Callable
from functools import wraps
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Annotated, ParamSpec

import typer

from crawlers import SOURCES
from crawlers.engine.fetch import FetchConfig
from omniart_data.build import Built, Plan, build
from omniart_data.cost import estimate
from omniart_data.gather import check_dumps, parse_dump
from omniart_data.release import open_release, verify_release
from omniart_data.release.explain import explain as explain_artwork
from omniart_data.release.stats import render_changes, render_fact, render_table_one
from omniart_data.settings import FILE_NAME, TEMPLATE, Settings, check_contact, read_settings
from omniart_data.unmatched import unmatched_terms
from omniart_data.workspace import Workspace
from schemas.errors import OmniartError, UsageError

app = typer.Typer(
    name="omniart-data",
    help="Museum records in, versioned and verified art data sets out.",
    epilog="Start with `omniart-data build --demo`: a release of a small invented museum, in a minute.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)

P = ParamSpec("P")


def ends_in_one_line(command: Callable[P, None]) -> Callable[P, None]:
    """Let a command end with one line on stderr and an exit code: 2 usage, 1 the rest, 130 Ctrl-C."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except OmniartError as error:
            typer.echo(f"omniart-data: {' '.join(str(error).split())}", err=True)
            raise typer.Exit(2 if isinstance(error, UsageError) else 1) from None
        except KeyboardInterrupt:
            typer.echo("omniart-data: stopped; the same command goes on from here", err=True)
            raise typer.Exit(130) from None

    return run


@app.callback(invoke_without_command=True)
def common(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what is done.")] = False,
) -> None:
    """Crawl or read museums, normalise their records, make, verify and describe releases."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    if version:
        typer.echo(f"omniart-data {package_version('omniart-data')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit


@app.command()
@ends_in_one_line
def init(
    contact: Annotated[
        str,
        typer.Option(
            prompt="Contact address (e-mail or web page) that the museums will see",
            help="E-mail address or web page by which a museum can reach you.",
        ),
    ],
    path: Annotated[Path, typer.Argument(help="The settings file to make.")] = Path(FILE_NAME),
) -> None:
    """Make omniart.toml, the settings of a real crawl."""
    if path.exists():
        raise UsageError(f"{path} is there already: edit it, or name another file")
    text = TEMPLATE.format(contact=check_contact(contact).replace("\\", "").replace('"', ""))
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    typer.echo(f"{path} made. `omniart-data build --dry-run` says what a crawl will take.")


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
    bool, typer.Option("--demo", help="Crawl the invented sample museum that comes along.")
]
WorkspaceFolder = Annotated[
    Path | None,
    typer.Option(help="Where everything is kept.  [default: workspace, or as omniart.toml says]"),
]
Config = Annotated[Path, typer.Option(help="The settings file of a live crawl.")]
Mapping = Annotated[
    Path | None,
    typer.Option(help="TOML file that names the columns of --from local=PATH.", exists=True),
]
Images = Annotated[
    str | None, typer.Option(help="all that rights allow, or none.", metavar="all|none")
]
PersonalImages = Annotated[
    bool | None,
    typer.Option(
        "--personal-images",
        help="Also fetch pictures for personal and educational use (WGA); no release holds them.",
    ),
]
ReleaseVersion = Annotated[
    str,
    typer.Option(
        metavar="X.Y.Z",
        help="Version of the release.  [default: 1.0.0, then the next minor version]",
    ),
]
Update = Annotated[
    bool, typer.Option("--update", help="Crawl museums again that were crawled to the end.")
]
AllowMoves = Annotated[
    bool,
    typer.Option(
        "--allow-moves", help="Let artworks change their split where groups turn out to be one."
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be crawled or read, and stop.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Crawl without asking.")]


@app.command(name="build")
@ends_in_one_line
def build_command(
    dumps: Dumps = None,
    demo: Demo = False,
    workspace: WorkspaceFolder = None,
    config: Config = Path(FILE_NAME),
    mapping: Mapping = None,
    images: Images = None,
    personal_images: PersonalImages = None,
    release_version: ReleaseVersion = "",
    update: Update = False,
    allow_moves: AllowMoves = False,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Make a release: from the live museums, from bulk files (--from), or from the sample museum (--demo).

    A build that was stopped is simply started again: it goes on where it was.
    """
    if demo and dumps:
        raise UsageError("--demo and --from exclude each other: give one of them")
    if dumps and update:
        raise UsageError("--update asks museums again, and --from asks none: give one of them")
    settings = _settings(config, needed=not demo and not dumps)
    place = Workspace(workspace or Path(settings.workspace))
    plan = Plan(
        images=images or settings.images,
        image_px=settings.image_px,
        personal_images=demo
        or (settings.personal_images if personal_images is None else personal_images),
        version=release_version,
        update=update,
        allow_moves=allow_moves,
    )
    built: Built | None
    if dumps:
        plan = plan.reading(parse_dump(text, mapping) for text in dumps)
        built = _build_dumps(plan, place, dry_run=dry_run)
    elif demo and dry_run:
        typer.echo("1,200 invented works in three museums, served and crawled on this machine")
        built = None
    elif demo:
        built = _build_demo(plan, place)
    else:
        built = _build_live(plan, place, settings, dry_run=dry_run, yes=yes)
    if built is not None:
        _say(built)


def _settings(config: Path, *, needed: bool) -> Settings:
    """Read the settings file of a live crawl; other builds do without one unless it is there."""
    return read_settings(config) if needed or config.exists() else Settings()


def _build_dumps(plan: Plan, place: Workspace, *, dry_run: bool) -> Built | None:
    check_dumps(plan.dumps)
    if not dry_run:
        return build(plan, place, FetchConfig())
    for dump in plan.dumps:
        typer.echo(f"{dump.credit[0]:<20}{dump.size_bytes / 1e6:>10,.2f} MB  {dump.path}")
    return None


def _build_demo(plan: Plan, place: Workspace) -> Built:
    from crawlers.sample import SAMPLE_SOURCES, sample_museum  # noqa: PLC0415 - starts no server unasked

    with sample_museum() as museum:
        fetching = FetchConfig(
            contact="sample",
            default_rate=2000.0,
            concurrency=8,
            backoff_s=0.05,
            routes=museum.routes,
        )
        return build(plan.crawling(SAMPLE_SOURCES), place, fetching)


def _build_live(
    plan: Plan, place: Workspace, settings: Settings, *, dry_run: bool, yes: bool
) -> Built | None:
    check_contact(settings.contact)
    unknown = [name for name in settings.sources if name not in SOURCES]
    if unknown:
        raise UsageError(f"sources: {unknown[0]!r} is no source; there are {', '.join(SOURCES)}")
    sources = {name: SOURCES[name] for name in settings.sources}
    typer.echo(estimate(sources, images=plan.images != "none", personal=plan.personal_images))
    if dry_run:
        return None
    if not yes and not typer.confirm("Start?", err=True):
        typer.echo("nothing was asked of any museum", err=True)
        return None
    rates = {host: rate for source in sources.values() for host, rate in source.rates.items()}
    fetching = FetchConfig(contact=settings.contact, rates={**rates, **settings.rates})
    return build(plan.crawling(sources), place, fetching)


def _say(built: Built) -> None:
    release = open_release(built.folder)
    if not built.new:
        typer.echo(f"{built.folder} holds exactly this already: nothing written")
        return
    typer.echo(render_fact(release, "census"))
    if built.previous is not None:
        typer.echo(render_changes(open_release(built.previous), release))
    typer.echo(f"release    {built.folder}")
    typer.echo(f"data card  {built.folder / 'README.md'}")


@app.command()
@ends_in_one_line
def verify(
    release: Annotated[Path, typer.Argument(help="Folder of a release.")],
) -> None:
    """Check every file of a release against its manifest, and every promise that a release makes."""
    report = verify_release(_folder(release))
    for failure in report.failures:
        typer.echo(failure, err=True)
    typer.echo(
        f"{report.files} files, {report.artworks:,} artworks, "
        f"{len(report.failures)} {'failure' if len(report.failures) == 1 else 'failures'}"
    )
    raise typer.Exit(code=bool(report.failures))


@app.command()
@ends_in_one_line
def stats(
    release: Annotated[Path, typer.Argument(help="Folder of a release.")],
    everything: Annotated[
        bool, typer.Option("--all", help="Print every table of facts.json.")
    ] = False,
) -> None:
    """Print the paper's Table 1 for a release: entries, artists, types, periods, materials, by source.

    With --all also what came of every record read, what was dropped, and how the terms were translated.
    """
    opened = open_release(_folder(release))
    typer.echo(render_table_one(opened))
    for name in opened.facts if everything else ():
        if name != "table_one":
            typer.echo(f"\n{render_fact(opened, name)}")


@app.command()
@ends_in_one_line
def explain(
    release: Annotated[Path, typer.Argument(help="Folder of a release.")],
    artwork: Annotated[
        str, typer.Argument(help="Id of an artwork: source:source_id, as in the column id.")
    ],
) -> None:
    """Say why an artwork's labels are what they are, or why a record was dropped."""
    typer.echo(explain_artwork(open_release(_folder(release)), artwork))


@app.command()
@ends_in_one_line
def unmatched(
    release: Annotated[Path, typer.Argument(help="Folder of a release.")],
    most: Annotated[int, typer.Option(help="How many terms to print.", min=1)] = 40,
) -> None:
    """List the museums' words that no table knows, so that the vocabulary grows.

    Tab-separated: occurrences, kind, source, language, term, and a known term that it may be a slip for.
    Put a row for it into schemas/vocab/terms.csv, with its source.
    """
    for row in unmatched_terms(open_release(_folder(release)), most):
        columns = ("occurrences", "kind", "source", "language", "term", "near")
        typer.echo("\t".join(str(row[name]) for name in columns))


def _folder(release: Path) -> Path:
    if not release.is_dir():
        missing = "is a file" if release.exists() else "is not there"
        raise UsageError(f"{release} {missing}: name the folder of a release")
    return release


def main() -> None:
    """Run the command."""
    app()
