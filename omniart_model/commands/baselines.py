"""``omniart-model baselines``: the table that a release is published with.

What it needs is imported inside it: ``--help`` is quick, and ``evaluate`` needs no torch.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from omniart_model.bases.table import DEFAULT_BASE, find_base
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
    say,
    task_names,
)
from omniart_model.evaluation.resample import RESAMPLES
from omniart_model.tasks import choose_tasks
from omniart_model.training.settings import TrainConfig

if TYPE_CHECKING:
    from omniart_data.release import Release
    from omniart_model.baselines.make import BaselineConfig

EXAMPLES = "\n\n".join(
    [
        "Examples:",
        "- `omniart-model baselines workspace/releases/omniart-1.0.0`: the paper's size, five seeds",
        "- `omniart-model baselines RELEASE --base efficientnet-lite0 --preset fast`: with no network, in minutes",
        "- `omniart-model baselines RELEASE --preset fast --seeds 1 --out try`: a first look",
        "- `omniart-model baselines RELEASE --subset 100 --out subset-100`: artists with more than 100 works",
    ]
)


def baselines(
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
    preset: Preset = "paper",
    shared: Shared = None,
    epochs: Epochs = None,
    rate: Rate = None,
    subset: Subset = 0,
    seed: FirstSeed = TrainConfig.seed,
    seeds: Seeds = 5,
    resamples: ResampleTimes = RESAMPLES,
    device: Device = "auto",
    *,
    replace: Replace = False,
) -> None:
    """Make the table that a release is published with: the network beside what answers without it.

    Majority and prior, mean and median year, the museum alone, nearest neighbours, pixels, a linear probe, single-task
    networks, and the multi-task network; each figure with its 95 % interval, and paired differences. With it come the
    network, its predictions, a model card and a report. A run that is broken off goes on where it was: finished
    answers are kept beside OUT until the folder is whole. The release itself is never written to.
    """
    chosen = choose_tasks(task_names(tasks), least_train(min_train))
    find_base(base)
    config = changed(
        find_preset(preset), shared=shared, epochs=epochs, rate=rate, seed=seed, subset=subset
    )
    opened = open_folder(release)
    from omniart_model.baselines.make import BaseChoice, BaselineConfig, workspace_of

    asked = BaselineConfig(
        chosen,
        config,
        BaseChoice(base, weights, weights_sha256),
        device,
        seeds=seeds,
        resamples=resamples,
        full=True,
    )
    home = workspace_of(opened)
    folder = out or home / "baselines" / opened.version
    make_and_say(opened, asked, folder, workspace or home, replace=replace)


def make_and_say(
    release: "Release", config: "BaselineConfig", folder: Path, workspace: Path, *, replace: bool
) -> None:
    """Make a baseline, print its table, and say where its report is."""
    from omniart_model.baselines.make import train_baseline
    from omniart_model.baselines.printed import terminal

    table = train_baseline(release, config, folder, workspace, replace=replace)
    if table is None:
        say(f"the baseline of release {release.version} is there already: {folder}")
    else:
        say(terminal(table))
    say(f"report: {folder / 'report.html'}")
