"""``omniart-model train``: train the network on a release.

What it needs is imported inside it: ``--help`` is quick, and ``evaluate`` needs no torch.
"""

from pathlib import Path
from typing import Annotated

import typer

from omniart_model.bases.table import DEFAULT_BASE, find_base
from omniart_model.commands.baselines import make_and_say
from omniart_model.commands.options import (
    BaseName,
    Device,
    Epochs,
    FirstSeed,
    LeastTrain,
    Preset,
    Rate,
    ReleaseFolder,
    Replace,
    ResampleTimes,
    Seeds,
    Shared,
    Subset,
    TaskNames,
    WeightsFile,
    WeightsSha256,
    Workspace,
    changed,
    find_preset,
    least_train,
    open_folder,
    task_names,
)
from omniart_model.evaluation.resample import RESAMPLES
from omniart_model.tasks import choose_tasks
from omniart_model.training.settings import (
    Finetune,
    Schedule,
    Tail,
    TrainConfig,
    Weighting,
    YearHead,
)

EXAMPLES = "\n\n".join(
    [
        "Examples:",
        "- `omniart-model train workspace/releases/omniart-1.0.0`: the paper's network, one seed",
        "- `omniart-model train RELEASE --preset fast --tasks artist,period`: two tasks, in a tenth of the time",
        "- `omniart-model train RELEASE --year bins --tail logit-adjustment`: beyond the paper",
        "- `omniart-model predict workspace/trained/1.0.0 picture.jpg`: and ask it",
    ]
)


def train(
    release: ReleaseFolder,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to make; by default trained/VERSION beside releases/."),
    ] = None,
    workspace: Workspace = None,
    base: BaseName = DEFAULT_BASE,
    weights: WeightsFile = None,
    weights_sha256: WeightsSha256 = "",
    augment: Annotated[
        str,
        typer.Option(
            help="Views that are learnt from: flip (the paper's choice), none, rotation, mean, zca."
        ),
    ] = "flip",
    tasks: TaskNames = "",
    min_train: LeastTrain = None,
    preset: Preset = "paper",
    shared: Shared = None,
    epochs: Epochs = None,
    batch: Annotated[
        int | None, typer.Option(min=1, help="Works in a batch; the preset's where not given.")
    ] = None,
    rate: Rate = None,
    schedule: Annotated[
        Schedule | None,
        typer.Option(help="How the rate goes: the same until validation ends it, or a cosine."),
    ] = None,
    dropout: Annotated[
        float | None,
        typer.Option(min=0, max=0.95, help="Share of the shared layer left out in each step."),
    ] = None,
    year: Annotated[
        YearHead | None,
        typer.Option(help="A year as a number (the paper), or as a distribution over bins."),
    ] = None,
    tail: Annotated[
        Tail | None,
        typer.Option(help="What stands up for rare classes; the paper weighs them in the loss."),
    ] = None,
    weighting: Annotated[
        Weighting | None,
        typer.Option(
            help="How tasks are weighed: by validation losses (the paper), learnt, alike."
        ),
    ] = None,
    finetune: Annotated[
        Finetune | None, typer.Option(help="What of the base learns too; the paper: none of it.")
    ] = None,
    subset: Subset = 0,
    seed: FirstSeed = TrainConfig.seed,
    seeds: Seeds = 1,
    resamples: ResampleTimes = RESAMPLES,
    device: Device = "auto",
    *,
    replace: Replace = False,
) -> None:
    """Train the multi-task network on a release, and write it with its figures, predictions and report.

    It stands beside the constant answers; `omniart-model baselines` sets it beside all others. Training that is broken
    off goes on where it was.
    """
    chosen = choose_tasks(task_names(tasks), least_train(min_train))
    find_base(base)
    config = changed(
        find_preset(preset),
        shared=shared,
        epochs=epochs,
        batch=batch,
        rate=rate,
        schedule=schedule,
        dropout=dropout,
        year=year,
        tail=tail,
        weighting=weighting,
        finetune=finetune,
        subset=subset,
        seed=seed,
    )
    opened = open_folder(release)
    from omniart_model.baselines.make import BaseChoice, BaselineConfig, workspace_of

    choice = BaseChoice(base, weights, weights_sha256, augment)
    asked = BaselineConfig(chosen, config, choice, device, seeds=seeds, resamples=resamples)
    home = workspace_of(opened)
    folder = out or home / "trained" / opened.version
    make_and_say(opened, asked, folder, workspace or home, replace=replace)
