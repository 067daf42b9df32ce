"""``omniart-model baselines``: the table that a release is published with."""

from pathlib import Path
from typing import Annotated

import typer

from omniart_model.commands.asked import Asked, Making, asked, make
from omniart_model.commands.options import ReleaseFolder, Seeds
from omniart_model.commands.taking import takes

EXAMPLES = "\n\n".join(
    [
        "Examples:",
        "- `omniart-model baselines workspace/releases/omniart-1.0.0`: the paper's size, five seeds",
        "- `omniart-model baselines RELEASE --base efficientnet-lite0 --preset fast`: with no network, in minutes",
        "- `omniart-model baselines RELEASE --preset fast --seeds 1 --out try`: a first look",
        "- `omniart-model baselines RELEASE --preset fast --year number --tail logit-adjustment`: with any setting",
        "- `omniart-model baselines RELEASE --subset 100 --out subset-100`: artists with more than 100 works",
    ]
)


_MAKING = Making("baselines", full=True)


@takes(given=asked)
def baselines(
    release: ReleaseFolder,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to make; by default baselines/VERSION beside releases/."),
    ] = None,
    *,
    given: Asked,
    seeds: Seeds = 5,
) -> None:
    """Make the table that a release is published with: the network beside what answers without it.

    Majority and prior, mean and median year, the museum alone, nearest neighbours, pixels, a linear probe, single-task
    networks, and the multi-task network; each figure with its 95 % interval, and paired differences. With it come the
    network, its predictions, a model card and a report. A run that is broken off goes on where it was: finished
    answers are kept beside OUT until the folder is whole. The release itself is never written to.
    """
    make(release, given, _MAKING, seeds, out)
