"""Commands that read a release: verify, stats, explain, unmatched."""

from pathlib import Path
from typing import Annotated

import typer

from omniart_data.commands.ending import ends_in_one_line
from omniart_data.printing import cell, printable, say
from omniart_data.progress import bar
from omniart_data.release import open_release, verify_release
from omniart_data.release.explain import explain as explain_artwork
from omniart_data.release.manifest import NAME as MANIFEST
from omniart_data.release.stats import render_fact, render_table_one
from omniart_data.unmatched import unmatched_terms
from omniart_data.workspace import Workspace
from schemas.errors import UsageError


@ends_in_one_line
def verify(
    release: Annotated[Path, typer.Argument(help="Folder of a release.")],
    deep: Annotated[
        bool, typer.Option("--deep", metavar="", help="Also decode every picture to its end.")
    ] = False,
) -> None:
    """Check every file of a release against its manifest, and every promise that a release makes.

    Where the release that it follows lies beside it, also that no line of the ledger and no number of a label is lost.
    """
    folder = folder_of(release)
    if deep:
        with bar("decode", "pictures") as advance:
            report = verify_release(folder, deep=True, advance=advance)
    else:
        report = verify_release(folder)
    for failure in report.failures:
        say(printable(failure), err=True)
    for note in report.notes:
        say(printable(note), err=True)
    say(
        f"{report.files} files, {report.artworks:,} artworks, "
        f"{len(report.failures)} {'failure' if len(report.failures) == 1 else 'failures'}"
    )
    raise typer.Exit(code=bool(report.failures))


@ends_in_one_line
def stats(
    release: Annotated[Path, typer.Argument(help="Folder of a release.")],
    everything: Annotated[
        bool, typer.Option("--all", metavar="", help="Print every table of facts.json.")
    ] = False,
) -> None:
    """Print the paper's Table 1 for a release: entries, artists, types, periods, materials, by source.

    With --all also what came of every record read, what was dropped, and how the terms were translated.
    """
    opened = open_release(folder_of(release))
    say(render_table_one(opened))
    for name in opened.facts if everything else ():
        if name != "table_one":
            say(f"\n{render_fact(opened, name)}")


@ends_in_one_line
def explain(
    release: Annotated[Path, typer.Argument(help="Folder of a release.")],
    artwork: Annotated[
        str, typer.Argument(help="Id of an artwork: source:source_id, as in the column id.")
    ],
) -> None:
    """Say why an artwork's labels are what they are, or why a record was dropped."""
    say(explain_artwork(open_release(folder_of(release)), artwork))


@ends_in_one_line
def unmatched(
    release: Annotated[Path, typer.Argument(help="Folder of a release.")],
    most: Annotated[int, typer.Option(help="How many terms to print.", min=1)] = 40,
) -> None:
    """List the museums' words that no table knows, so that the vocabulary grows.

    Tab-separated: occurrences, kind, source, language, term, and a known term that it may be a slip for. A cell
    that a spreadsheet would take for a formula has an apostrophe before it, and control characters are escapes.
    Put a row for it into schemas/vocab/terms.csv, with its source.
    """
    for row in unmatched_terms(open_release(folder_of(release)), most):
        columns = ("occurrences", "kind", "source", "language", "term", "near")
        typer.echo("\t".join(cell(row[name]) for name in columns))


def folder_of(release: Path) -> Path:
    """Return a folder that may be a release; raise UsageError that names what is meant where it is none."""
    if not release.is_dir():
        missing = "is a file" if release.exists() else "is not there"
        raise UsageError(f"{release} {missing}: name the folder of a release")
    place = Workspace(release)
    if not (release / MANIFEST).exists() and place.releases.is_dir():
        versions = place.versions()
        if not versions:
            raise UsageError(
                f"{release} is a workspace without a release: make one with `omniart-data build`"
            )
        newest = place.release(".".join(map(str, versions[-1])))
        raise UsageError(f"{release} is a workspace: name a release in it, such as {newest}")
    return release
