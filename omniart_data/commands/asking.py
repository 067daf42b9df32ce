"""What is asked of the person at the terminal, and what they are told to type next."""

import shlex
from collections.abc import Sequence
from pathlib import Path

import typer

from omniart_data.commands.options import CONFIG
from omniart_data.reach import Manners, Reach
from schemas.errors import UsageError


def may_start(*, yes: bool) -> bool:
    """Return whether a live crawl may begin: asked unless ``yes`` was given beforehand."""
    try:
        if yes or typer.confirm("Start?", err=True):
            return True
    except typer.Abort:  # the end of the input, or Ctrl-C
        raise UsageError(
            "nobody answered: start it with --yes where there is no terminal"
        ) from None
    typer.echo("nothing was asked of any museum", err=True)
    return False


def go_on(
    command: str,
    names: Sequence[str],
    asked: Reach,
    manners: Manners,
    config: Path,
    also: Sequence[str] = (),
) -> str:
    """Return the command line that goes on with some sources as they were reached; ``also`` are its own words."""
    words = ["omniart-data", command, *names]
    if manners.museum:
        words += ["--museum", manners.museum]
    elif config != CONFIG:
        words += ["--config", str(config)]
    if manners.ca:
        words += ["--ca", str(manners.ca)]
    if manners.rate:
        words += ["--rate", manners.rate]
    if not manners.linked_art:
        words.append("--no-linked-art")
    if manners.patience_hours is not None:
        words += ["--patience", f"{manners.patience_hours:g}"]
    return shlex.join([*words, *also, "--workspace", str(asked.place.root)])
