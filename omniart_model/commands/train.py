"""``omniart-model train``: train the network on a release.

What it needs is imported inside it: ``--help`` is quick, and ``evaluate`` needs no torch.
"""

from pathlib import Path
from typing import Annotated

import typer

from omniart_model.bases.table import DEFAULT_BASE, find_base
from omniart_model.commands.baselines import make_and_say
from omniart_model.commands.options import (
    Augment,
    BaseName,
    Device,
    LeastTrain,
    ReleaseFolder,
    Replace,
    ResampleTimes,
    Seeds,
    TaskNames,
    WeightsFile,
    WeightsSha256,
    Workspace,
    least_train,
    open_folder,
    task_names,
)
from omniart_model.commands.settings import takes_settings
from omniart_model.evaluation.resample import RESAMPLES
from omniart_model.tasks import choose_tasks
from omniart_model.training.settings import TrainConfig

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


@takes_settings
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
    augment: Augment = "flip",
    tasks: TaskNames = "",
    min_train: LeastTrain = None,
    config: TrainConfig = TrainConfig(),  # noqa: B008 - frozen
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
    opened = open_folder(release)
    from omniart_model.baselines.make import BaseChoice, BaselineConfig

    choice = BaseChoice(base, weights, weights_sha256, augment)
    asked = BaselineConfig(chosen, config, choice, device, seeds=seeds, resamples=resamples)
    make_and_say(opened, asked, "trained", out, workspace, replace=replace)
