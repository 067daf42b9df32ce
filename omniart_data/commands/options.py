"""The options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

from omniart_data.settings import FILE_NAME
from schemas.errors import UsageError

Sources = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SOURCE",
        help="Museums, by name; none: those of omniart.toml.",
        show_default=False,
    ),
]
WorkspaceFolder = Annotated[
    Path | None,
    typer.Option(help="Where everything is kept.  [default: workspace, or as omniart.toml says]"),
]
Config = Annotated[Path, typer.Option(help="The settings file of a live crawl.")]
CONFIG = Path(FILE_NAME)
PersonalImages = Annotated[
    bool | None,
    typer.Option(
        "--personal-images",
        metavar="",
        help="Also fetch pictures for personal and educational use (WGA); no release holds them.",
    ),
]
Update = Annotated[
    bool,
    typer.Option("--update", metavar="", help="Crawl museums again that were crawled to the end."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", metavar="", help="Say what would be crawled or read, and stop.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", metavar="", help="Crawl without asking.")]
Rate = Annotated[
    str,
    typer.Option(
        metavar="N|auto",
        help="At most N requests per second to each host, where its own rate is not lower anyway; of a --museum just N. "
        "auto: start at its own rate, and look for its limit above that.",
    ),
]
Patience = Annotated[
    float | None,
    typer.Option(
        metavar="HOURS",
        help="How long a host that is away is waited for.  [default: 6, or as omniart.toml says]",
    ),
]


def checked(patience_hours: float | None) -> float | None:
    """Return the hours of ``--patience``; raise UsageError, which is one line, for less than none."""
    if patience_hours is None or patience_hours >= 0:
        return patience_hours
    raise UsageError(f"--patience {patience_hours:g}: give hours, 0 or more")


Museum = Annotated[
    str,
    typer.Option(
        metavar="URL", help="Ask a sample museum (`omniart-data museum`) in place of the real ones."
    ),
]
Ca = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Certificate authority of a --museum that speaks TLS."),
]
Probe = Annotated[
    bool | None,
    typer.Option(
        "--probe/--no-probe",
        metavar="",
        help="Begin with a probe of each museum.  [default: yes, of a sample museum no]",
        show_default=False,
    ),
]
NoLinkedArt = Annotated[
    bool,
    typer.Option(
        "--no-linked-art",
        metavar="",
        help="Do without the Rijksmuseum's Linked Art: hours in place of days, and less is known.",
    ),
]
