"""What is asked of the person at the terminal, and what they are told to type next."""

import shlex
from collections.abc import Sequence
from pathlib import Path

import typer

from omniart_data.commands.options import CONFIG
from omniart_data.reach import Manners, Reach


def may_start(*, yes: bool) -> bool:
    """Return whether a live crawl may begin: asked unless ``yes`` was given beforehand."""
    if yes or typer.confirm("Start?", err=True):
        return True
    typer.echo("nothing was asked of any museum", err=True)
    return False


def go_on(command: str, names: Sequence[str], asked: Reach, manners: Manners, config: Path) -> str:
    """Return the command line that goes on with some sources, as they were reached."""
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
    return shlex.join([*words, "--workspace", str(asked.place.root)])
