"""The settings of a training as options: every command that trains takes the same ones, as one ``TrainConfig``."""

from typing import Annotated

import typer

from omniart_model.commands.options import (
    MOST_IN_BATCH,
    Epochs,
    FirstSeed,
    Preset,
    Rate,
    Shared,
    Subset,
    changed,
    find_preset,
)
from omniart_model.training.settings import (
    Finetune,
    Schedule,
    Tail,
    TrainConfig,
    Weighting,
    YearHead,
)

Batch = Annotated[
    int | None,
    typer.Option(min=1, help=f"{MOST_IN_BATCH} The preset's where not given."),
]
Patience = Annotated[
    int | None,
    typer.Option(min=1, help="Epochs without a better validation loss that end a training."),
]
ChosenSchedule = Annotated[
    Schedule | None,
    typer.Option(help="How the rate goes: the same until validation ends it, or a cosine."),
]
Decay = Annotated[float | None, typer.Option(min=0, help="Weight decay.")]
Dropout = Annotated[
    float | None,
    typer.Option(min=0, max=0.95, help="Share of the shared layer left out in each step."),
]
ChosenYear = Annotated[
    YearHead | None,
    typer.Option(help="A year as a number (the paper), or as a distribution over bins."),
]
YearBin = Annotated[int | None, typer.Option(min=1, help="Of --year bins: years in a bin.")]
ChosenTail = Annotated[
    Tail | None,
    typer.Option(help="What stands up for rare classes; the paper weighs them in the loss."),
]
ChosenWeighting = Annotated[
    Weighting | None,
    typer.Option(help="How tasks are weighed: by validation losses (the paper), learnt, alike."),
]
ChosenFinetune = Annotated[
    Finetune | None, typer.Option(help="What of the base learns too; the paper: none of it.")
]
BaseRate = Annotated[
    float | None, typer.Option(min=0, help="Of --finetune: learning rate of the base.")
]


def settings(
    preset: Preset = "paper",
    shared: Shared = None,
    epochs: Epochs = None,
    patience: Patience = None,
    batch: Batch = None,
    rate: Rate = None,
    schedule: ChosenSchedule = None,
    decay: Decay = None,
    dropout: Dropout = None,
    year: ChosenYear = None,
    year_bin: YearBin = None,
    tail: ChosenTail = None,
    weighting: ChosenWeighting = None,
    finetune: ChosenFinetune = None,
    base_rate: BaseRate = None,
    subset: Subset = 0,
    seed: FirstSeed = TrainConfig.seed,
) -> TrainConfig:
    """Return a preset's settings with those that were given in place of its own; raises UsageError."""
    given = dict(locals())
    return changed(find_preset(given.pop("preset")), **given)
