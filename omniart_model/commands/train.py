"""``omniart-model train``: train the network on a release.

What it needs is imported inside it: ``--help`` is quick, and ``evaluate`` needs no torch.
"""

from dataclasses import replace as replace_fields
from pathlib import Path
from typing import Annotated

import typer

from omniart_model.bases.table import DEFAULT_BASE, find_base
from omniart_model.commands.options import (
    SIZES,
    BaseName,
    Device,
    LeastTrain,
    ReleaseFolder,
    TaskNames,
    WeightsFile,
    WeightsSha256,
    Workspace,
    find_preset,
    least_train,
    open_folder,
    say,
    task_names,
)
from omniart_model.tasks import choose_tasks
from omniart_model.training.settings import TrainConfig


def train(
    release: ReleaseFolder,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to make; by default baselines/VERSION beside releases/."),
    ] = None,
    workspace: Workspace = None,
    base: BaseName = DEFAULT_BASE,
    weights: WeightsFile = None,
    weights_sha256: WeightsSha256 = "",
    tasks: TaskNames = "",
    min_train: LeastTrain = None,
    preset: Annotated[
        str, typer.Option(help="Size of the shared layer and of a batch: " + SIZES + ".")
    ] = "paper",
    shared: Annotated[
        int | None, typer.Option(min=0, help="Units of the shared layer; 0: none, a linear probe.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs at most.")] = TrainConfig.epochs,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all chance.")] = TrainConfig.seed,
    device: Device = "auto",
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Replace what OUT holds.")] = False,
) -> None:
    """Train the multi-task network on a release, and write its baseline: network, metrics, report."""
    chosen = choose_tasks(task_names(tasks), least_train(min_train))
    find_base(base)
    config = replace_fields(find_preset(preset), epochs=epochs, seed=seed)
    if shared is not None:
        config = replace_fields(config, shared=shared)
    opened = open_folder(release)
    from omniart_model.baselines.make import (
        BaseChoice,
        BaselineConfig,
        train_baseline,
        workspace_of,
    )
    from omniart_model.report.page import terminal

    place = workspace or workspace_of(opened)
    folder = out or workspace_of(opened) / "baselines" / opened.version
    report = train_baseline(
        opened,
        BaselineConfig(chosen, config, BaseChoice(base, weights, weights_sha256), device),
        folder,
        place,
        replace=replace,
    )
    if report is None:
        say(f"the baseline of release {opened.version} is there already: {folder}")
    else:
        say(terminal(report.evaluation))
    say(f"report: {folder / 'report.html'}")
