"""``omniart-model baselines``: the table that a release is published with.

What it needs is imported inside it: ``--help`` is quick, and ``evaluate`` needs no torch.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from omniart_model.bases.table import DEFAULT_BASE, find_base
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
    say,
    task_names,
)
from omniart_model.commands.settings import takes_settings
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
        "- `omniart-model baselines RELEASE --preset fast --year number --tail logit-adjustment`: with any setting",
        "- `omniart-model baselines RELEASE --subset 100 --out subset-100`: artists with more than 100 works",
    ]
)


@takes_settings
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
    augment: Augment = "flip",
    tasks: TaskNames = "",
    min_train: LeastTrain = None,
    config: TrainConfig = TrainConfig(),  # noqa: B008 - frozen
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
    opened = open_folder(release)
    from omniart_model.baselines.make import BaseChoice, BaselineConfig

    choice = BaseChoice(base, weights, weights_sha256, augment)
    asked = BaselineConfig(
        chosen, config, choice, device, seeds=seeds, resamples=resamples, full=True
    )
    make_and_say(opened, asked, "baselines", out, workspace, replace=replace)


def make_and_say(
    release: "Release",
    config: "BaselineConfig",
    beside: str,
    out: Path | None,
    workspace: Path | None,
    *,
    replace: bool,
) -> None:
    """Make a baseline, print its table, and say where its report is. By default it is made in ``beside``/VERSION."""
    from omniart_model.baselines.make import train_baseline, workspace_of
    from omniart_model.baselines.printed import terminal

    home = workspace_of(release)
    folder = out or home / beside / release.version
    table = train_baseline(release, config, folder, workspace or home, replace=replace)
    if table is None:
        say(f"the baseline of release {release.version} is there already: {folder}")
    else:
        say(terminal(table))
    say(f"report: {folder / 'report.html'}")
