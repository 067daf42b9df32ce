"""The command ``museum``: the invented sample museum, for crawling it from another terminal."""

import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from omniart_data.commands.ending import ends_in_one_line, examples
from omniart_data.reach import SAMPLE_WORKSPACE
from omniart_data.tables import columns_of_text

if TYPE_CHECKING:
    from crawlers.sample import SampleMuseum, Wall

EPILOG = examples(
    ("omniart-data museum --port 8080", "all is well; crawl it with the line that is printed"),
    (
        "omniart-data museum --fault all:0.3",
        "three answers of ten go wrong, in every way that waiting mends",
    ),
    (
        "omniart-data museum --fault wall=10/30/30",
        "a wall like the Met's: 10/s, burst 30, 30 s of quiet",
    ),
    ("omniart-data museum --tls", "over TLS, with a certificate of its own"),
)

LIST = "list"
ALSO = (
    ("all", "every fault that a patient crawl sees through"),
    ("wall", "403 to whoever is too fast, until it is quiet: wall=RATE/BURST/SECONDS"),
)

Fault = Annotated[
    list[str] | None,
    typer.Option(
        "--fault",
        metavar="NAME[:SHARE]",
        help="Misbehave so in a share of the answers; several with commas, all, or wall. list prints them.",
    ),
]
Port = Annotated[int, typer.Option(help="Port on loopback; 0: any free one.", min=0, max=65_535)]
Works = Annotated[int, typer.Option(help="How many works to invent.", min=1)]
Seed = Annotated[int, typer.Option(help="Seed of all chance: another seed, another collection.")]
Tls = Annotated[
    bool, typer.Option("--tls", metavar="", help="Serve over TLS, with a certificate of its own.")
]
Lifetime = Annotated[
    float, typer.Option(metavar="SECONDS", help="Stop by itself after so many seconds.", min=1)
]


@ends_in_one_line
def museum(
    fault: Fault = None,
    port: Port = 0,
    works: Works = 1200,
    seed: Seed = 0,
    tls: Tls = False,
    lifetime: Lifetime = 3600.0,
) -> None:
    """Serve the invented sample museum on this machine, to be crawled from another terminal.

    It speaks the protocols of the three real museums, and misbehaves where it is asked to. Ctrl-C stops it.
    """
    from crawlers.sample import FAULTS, parse_faults, serve_museum  # noqa: PLC0415 - starts no server unasked

    if LIST in (fault or ()):
        typer.echo(columns_of_text(("fault", "meaning"), [*FAULTS.items(), *ALSO]))
        return
    text = ",".join(fault or ())
    faults = parse_faults(text)
    serve_museum(
        seed=seed,
        works=works,
        port=port,
        faults=faults,
        tls=tls,
        lifetime_s=lifetime,
        started=lambda served: _say(served, works, lifetime, text, faults.wall),
    )


def _say(
    served: "SampleMuseum", works: int, lifetime_s: float, faults: str, wall: "Wall | None"
) -> None:
    """Print, at once, where the museum is and how to crawl it."""
    for_tls = ["--ca", str(served.ca_file)] if served.ca_file else []
    line = shlex.join(["omniart-data", "crawl", "--museum", served.base_url, *for_tls])
    typer.echo(
        f"{works:,} invented works at {served.base_url}, for {lifetime_s:,.0f} s or until Ctrl-C"
        + (f"; it misbehaves: {faults}" if faults else "")
    )
    typer.echo(f"{line}   # into {SAMPLE_WORKSPACE}")
    if wall is not None:
        typer.echo(
            f"its wall lets {wall.burst:,} requests in at once and {wall.rate:g} a second after that, at each host;"
            f" whoever is faster gets 403 until nobody has asked for {wall.quiet_s:g} s"
        )
    sys.stdout.flush()
