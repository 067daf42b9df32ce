"""The command ``probe``: whether museums keep their promises, before anything is built on them."""

import shlex
import sys

import typer

from crawlers.engine.probe import render
from omniart_data.commands import options
from omniart_data.commands.ending import STOPPED, ends_in_one_line, examples, say_error
from omniart_data.printing import printable, say
from omniart_data.probing import probe_sources
from omniart_data.reach import Manners, Reach, check_answers, reach
from omniart_data.settings import settings_for
from omniart_data.watch import run_stoppable
from schemas.errors import StoreError

EPILOG = examples(
    ("omniart-data probe", "all museums of omniart.toml"),
    ("omniart-data probe rijksmuseum", "one of them"),
)


@ends_in_one_line
def probe(
    sources: options.Sources = None,
    config: options.Config = options.CONFIG,
    museum: options.Museum = "",
    ca: options.Ca = None,
    no_linked_art: options.NoLinkedArt = False,
) -> None:
    """Ask museums for ten records each, and check all that we rely on: the first thing to run on a connected machine.

    It checks that each is reachable, its list or first pages, its fields, its promises, how it goes on, and one
    picture, within a minute. Its verdict is good (0), or else (1) not as promised: do not
    crawl it then; or not reached, which says nothing about the museum. No raw answer of the Rijksmuseum's EDM could
    be had when its reader was written, so that this is its first proof.
    While another command works in the workspace it asks no live museum: the two would hurry it together.
    """
    manners = Manners(museum=museum, ca=ca, linked_art=not no_linked_art)
    asked = reach(sources or (), settings_for(config, needed=not museum), manners, None)
    check_alone(asked)
    check_answers(museum)
    if sys.stderr.isatty():
        say(f"asking {', '.join(asked.sources)}: up to a minute", err=True)
    try:
        verdicts, _ = run_stoppable(lambda: probe_sources(asked.sources, asked.fetching))
    except KeyboardInterrupt:
        say_error("stopped; the same command starts anew")
        raise typer.Exit(STOPPED) from None
    for verdict in verdicts.values():
        for line in render(verdict):
            say(printable(line))
    raise typer.Exit(int(not all(verdict.ok for verdict in verdicts.values())))


def check_alone(asked: Reach) -> None:
    """Raise StoreError while another command may ask the same live museums: rates are kept by one process."""
    holder = None if asked.sample else asked.place.holder()
    if holder is not None:
        raise StoreError(
            f"{holder} works in {asked.place.root}, and museums are asked by one at a time: wait for it to end,"
            f" or see `{shlex.join(['omniart-data', 'status', '--workspace', str(asked.place.root)])}`"
        )
