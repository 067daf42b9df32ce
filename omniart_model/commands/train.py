"""``omniart-model train``: train the network on a release."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from omniart_model.commands.asked import Asked, Making, asked, make
from omniart_model.commands.options import ReleaseFolder, Seeds
from omniart_model.commands.taking import takes

EXAMPLES = "\n\n".join(
    [
        "Examples:",
        "- `omniart-model train workspace/releases/omniart-1.0.0`: the paper's network, one seed",
        "- `omniart-model train RELEASE --preset fast --tasks artist,period`: two tasks, in a tenth of the time",
        "- `omniart-model train RELEASE --year bins --tail logit-adjustment`: beyond the paper",
        "- `torchrun --nproc-per-node 4 -m omniart_model train RELEASE --finetune last`: through the base, on four GPUs",
        "- `omniart-model predict workspace/trained/1.0.0 picture.jpg`: and ask it",
    ]
)


class Scored(StrEnum):
    """The works that a network's figures may be of."""

    VALIDATION = "validation"
    TEST = "test"


@takes(given=asked)
def train(
    release: ReleaseFolder,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to make; by default trained/VERSION beside releases/."),
    ] = None,
    split: Annotated[
        Scored,
        typer.Option(
            help="Works that are answered and scored: validation, where choices are made, or test."
        ),
    ] = Scored.VALIDATION,
    *,
    given: Asked,
    seeds: Seeds = 1,
) -> None:
    """Train the multi-task network on a release, and write it with its figures, predictions and report.

    It stands beside the constant answers on validation: train as often as you like, and read test once, by `omniart-model
    baselines`, which sets the network beside all others. Training that is broken off goes on where it was.
    """
    make(release, given, Making("trained", full=False, split=split.value), seeds, out)
