"""What is asked of a base and of a baseline: the options that several commands take, as one value each."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from omniart_model.bases.table import DEFAULT_BASE, find_base
from omniart_model.commands.options import (
    Augment,
    BaseName,
    Device,
    LeastTrain,
    Replace,
    ResampleTimes,
    TaskNames,
    WeightsFile,
    WeightsSha256,
    Workspace,
    least_train,
    open_folder,
    say,
    task_names,
)
from omniart_model.commands.settings import settings
from omniart_model.commands.taking import takes
from omniart_model.evaluation.resample import RESAMPLES
from omniart_model.tasks import Task, choose_tasks
from omniart_model.training.settings import TrainConfig

if TYPE_CHECKING:
    from omniart_model.baselines.prepare import BaseChoice


@dataclass(frozen=True)
class ChosenBase:
    """A base as it was asked for: what a BaseChoice is made of, without torch."""

    name: str
    weights: Path | None
    weights_sha256: str
    augment: str

    def choice(self, *, autocast: bool = False, compiling: bool = False) -> "BaseChoice":
        """Return the choice that features are made with."""
        from omniart_model.baselines.prepare import BaseChoice

        return BaseChoice(
            self.name, self.weights, self.weights_sha256, self.augment, autocast, compiling
        )


def chosen_base(
    base: BaseName = DEFAULT_BASE,
    weights: WeightsFile = None,
    weights_sha256: WeightsSha256 = "",
    augment: Augment = "flip",
) -> ChosenBase:
    """Return the base that was asked for; raises UsageError for one there is not."""
    find_base(base)
    return ChosenBase(base, weights, weights_sha256, augment)


@dataclass(frozen=True)
class Asked:
    """A baseline as it was asked for. No ``workspace``: the folder that holds the release's."""

    tasks: tuple[Task, ...]
    config: TrainConfig
    base: ChosenBase
    workspace: Path | None
    resamples: int
    device: str
    replace: bool


@takes(chosen=chosen_base, config=settings)
def asked(
    workspace: Workspace = None,
    *,
    chosen: ChosenBase,
    tasks: TaskNames = "",
    min_train: LeastTrain = None,
    config: TrainConfig,
    resamples: ResampleTimes = RESAMPLES,
    device: Device = "auto",
    replace: Replace = False,
) -> Asked:
    """Return what was asked of a baseline; raises UsageError."""
    learnt = choose_tasks(task_names(tasks), least_train(min_train))
    return Asked(learnt, config, chosen, workspace, resamples, device, replace)


@dataclass(frozen=True)
class Making:
    """Which baseline is made: by default in ``beside``/VERSION, of the works of ``split``, with all answers or without."""

    beside: str
    full: bool
    split: str = "test"


def make(folder: Path, given: Asked, making: Making, seeds: int, out: Path | None) -> None:
    """Make a baseline of the release in ``folder``, print its table, and say where its report is."""
    release = open_folder(folder)
    from omniart_model.baselines.make import BaselineConfig, train_baseline, workspace_of
    from omniart_model.baselines.printed import terminal
    from omniart_model.outputs import check_folders

    config = BaselineConfig(
        given.tasks,
        given.config,
        given.base.choice(),
        given.device,
        seeds=seeds,
        resamples=given.resamples,
        full=making.full,
        split=making.split,
    )
    home = workspace_of(release)
    made, workspace = out or home / making.beside / release.version, given.workspace or home
    check_folders(made, workspace)
    table = train_baseline(release, config, made, workspace, replace=given.replace)
    if table is None:
        say(f"the baseline of release {release.version} is there already: {made}")
    else:
        say(terminal(table))
    say(f"report: {made / 'report.html'}")
