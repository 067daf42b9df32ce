"""The command ``diff``: what differs between two releases, and which number of the version that raises."""

import json
from pathlib import Path
from typing import Annotated

import typer

from omniart_data.commands.ending import ends_in_one_line, examples
from omniart_data.commands.release import folder_of
from omniart_data.printing import say
from omniart_data.release import open_release
from omniart_data.release.diff import (
    Bump,
    as_text,
    bump_of,
    difference,
    difference_page,
    side_of,
    told,
)
from schemas.errors import UsageError

EPILOG = examples(
    ("omniart-data diff omniart-1.0.0 omniart-2.0.0", "what differs, on the terminal"),
    ("omniart-data diff OLD NEW --json | jq .removed", "all counts, for programs"),
    ("omniart-data diff OLD NEW --html diff.html", "one page to look at, without a network"),
)

Json = Annotated[
    bool, typer.Option("--json", metavar="", help="Print JSON: complete counts, a few examples.")
]
Html = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write one self-contained page besides.")
]
ExitCode = Annotated[
    bool, typer.Option("--exit-code", metavar="", help="End with 1 where anything differs.")
]


@ends_in_one_line
def diff(
    old: Annotated[Path, typer.Argument(help="Folder of a release.")],
    new: Annotated[Path, typer.Argument(help="Folder of a later one.")],
    as_json: Json = False,
    html: Html = None,
    exit_code: ExitCode = False,
) -> None:
    """Say what differs between two releases: works, labels, pictures, splits, rights, columns, classes.

    It names the number of the version that has to rise: MAJOR where works moved across splits or were removed, where
    labels, pictures or rights were taken away or changed; MINOR where there is only more; PATCH where the same data
    are better described.
    """
    if html is not None and html.is_dir():
        raise UsageError(f"{html} is a folder: give --html the name of a file")
    before, after = (open_release(folder_of(folder)) for folder in (old, new))
    change = difference(side_of(before), side_of(after))
    if html is not None:
        _write(html, difference_page(change))
    if as_json:
        typer.echo(json.dumps(told(change), indent=1))
    else:
        say(as_text(change))
    raise typer.Exit(code=bool(exit_code and bump_of(change) != Bump.NONE))


def _write(page: Path, text: str) -> None:
    try:
        page.write_text(text, encoding="utf-8")
    except OSError as refused:
        raise UsageError(f"{page} cannot be written: {refused.strerror}") from refused
