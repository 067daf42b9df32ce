"""``omniart-model compare``: the paper's stage 1 and stage 2 tables on a release, and what lies beyond the paper.

What it needs is imported inside it: ``--help`` is quick, and ``evaluate`` needs no torch.
"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from omniart_model.bases.table import DEFAULT_BASE, find_base
from omniart_model.commands.options import (
    MOST_IN_BATCH,
    Device,
    LeastTrain,
    ReleaseFolder,
    TaskNames,
    Workspace,
    check_split,
    least_train,
    open_folder,
    say,
    task_names,
)
from omniart_model.commands.taking import takes
from omniart_model.compare.settings import AUGMENTATIONS, METHODS, Options
from omniart_model.tasks import choose_tasks
from omniart_model.training.settings import TrainConfig
from schemas.errors import UsageError

if TYPE_CHECKING:
    from omniart_model.baselines.prepare import BaseChoice

_ASKED: Mapping[str, str] = {
    "--bases resnet50,vgg16,vgg19,inception_v3 --dry-run": "what it would do, and for how long",
    "--shared 6144,1024,2048,4096,8192 --augment flip,none,rotation,mean,zca": "stage 1",
    "--subsets 0,100,300,700,1100 --seeds 5": "stage 2 on the paper's subsets",
    "--methods paper,year-bins,logit-adjustment,uncertainty,dropout,recipe": "beyond the paper",
    "--bases resnet50,vgg16 --weights vgg16=vgg16-397923af.pth": "weights brought by hand",
}
EXAMPLES = "\n\n".join(
    [
        "Examples:",
        *(f"- `omniart-model compare RELEASE {words}`: {what}" for words, what in _ASKED.items()),
    ]
)


Bases = Annotated[
    str, typer.Option(help="Bases, with commas; the first one stays where others vary.")
]
SharedUnits = Annotated[str, typer.Option(help="Units of the shared layer, with commas; 0: none.")]
Augmentations = Annotated[
    str, typer.Option(help=f"Augmentations, with commas: {', '.join(AUGMENTATIONS)}.")
]
Subsets = Annotated[
    str,
    typer.Option(
        help="Subsets for stage 2, with commas: artists with more than N works; 0: all works. "
        "Empty: no stage 2."
    ),
]
Methods = Annotated[str, typer.Option(help=f"Ways to train, with commas: {', '.join(METHODS)}.")]
SeedsOfRow = Annotated[int, typer.Option(min=1, help="Networks of each row, seeds from 0.")]
Split = Annotated[
    str, typer.Option(help="Where it is measured: validation, as choices are made by it.")
]
Out = Annotated[
    Path | None,
    typer.Option(
        help="Folder of tables and finished runs; by default comparisons/VERSION beside releases/."
    ),
]
WeightsOfBases = Annotated[
    list[str] | None,
    typer.Option(
        metavar="BASE=FILE", help="Weights of a base; can be given again for another base."
    ),
]
MostInBatch = Annotated[
    int, typer.Option(min=1, help=f"{MOST_IN_BATCH} The paper's 32 takes far longer.")
]
_OWN_EPOCHS = ", ".join(
    f"{name} {changed['epochs']}" for name, changed in METHODS.items() if "epochs" in changed
)
MostEpochs = Annotated[
    int,
    typer.Option(min=1, help=f"Epochs at most, by any method; fewer by their own: {_OWN_EPOCHS}."),
]
Over = Annotated[
    bool,
    typer.Option(
        "--replace", help="Write over tables of another question in OUT; finished runs stay."
    ),
]
Grid = Annotated[
    bool, typer.Option("--grid", help="Also every base with every size of the shared layer.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only list the networks, and the time they take.")
]


def factors(
    bases: Bases = DEFAULT_BASE,
    shared: SharedUnits = "1024",
    augment: Augmentations = "flip",
    subsets: Subsets = "0",
    methods: Methods = "paper",
    seeds: SeedsOfRow = 3,
    split: Split = "validation",
    tasks: TaskNames = "",
    min_train: LeastTrain = None,
    batch: MostInBatch = TrainConfig.batch,
    epochs: MostEpochs = TrainConfig.epochs,
    *,
    grid: Grid = False,
) -> Options:
    """Return what is compared; raises UsageError."""
    check_split(split)
    options = Options(
        tasks=choose_tasks(task_names(tasks), least_train(min_train)),
        bases=_names(bases),
        shared=_numbers("shared", shared),
        augment=_names(augment),
        subsets=_numbers("subsets", subsets),
        methods=_names(methods),
        seeds=seeds,
        grid=grid,
        split=split,
        preset=TrainConfig(batch=batch, epochs=epochs),
    )
    for base in options.bases:
        with suppress(ModuleNotFoundError):  # its row will say so
            find_base(base)
    return options


@takes(options=factors)
def compare(
    release: ReleaseFolder,
    *,
    options: Options,
    out: Out = None,
    workspace: Workspace = None,
    weights: WeightsOfBases = None,
    device: Device = "auto",
    replace: Over = False,
    dry_run: DryRun = False,
) -> None:
    """Compare bases, sizes, augmentations and methods, and many tasks with one, as the paper does.

    One factor is varied at a time around the first value of each. Every finished run is kept in OUT: the same
    command goes on where it was broken off, and one more base costs one more run. Its tables are written anew where
    nothing that they answer is lost: the same values of each factor or more behind the first, as many seeds or more.
    Tables of another question (other tasks, split, epochs) stay, unless --replace is given. Where a base's weights
    cannot be had, its row says so, the others go on, and the command ends with 1.
    """
    choices = _choices(weights, options.bases)
    opened = open_folder(release)
    from omniart_model.baselines.prepare import choose_device, workspace_of
    from omniart_model.compare.make import JSON, MARKDOWN, Place, plan_ahead
    from omniart_model.compare.make import compare as make_comparison
    from omniart_model.compare.render import terminal
    from omniart_model.outputs import check_folders

    home = workspace_of(opened)
    folder = out or home / "comparisons" / opened.version
    check_folders(folder, workspace or home)
    place = Place(folder, workspace or home, choose_device(device), choices)
    if dry_run:
        say(plan_ahead(opened, options, place, replace=replace).text())
        return
    comparison = make_comparison(opened, options, place, replace=replace)
    say(terminal(comparison))
    say(f"\ntables: {folder / MARKDOWN}, {folder / JSON}")
    if comparison.left_out:
        raise typer.Exit(1)


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(task_names(text)))


def _numbers(option: str, text: str) -> tuple[int, ...]:
    """Return numbers that were given with commas between them, each once; raises UsageError."""
    numbers = []
    for one in _names(text):
        if not (one.isascii() and one.isdecimal()):
            raise UsageError(f"--{option} takes whole numbers with commas, and not {one!r}")
        numbers.append(int(one))
    return tuple(dict.fromkeys(numbers))


def _choices(given: list[str] | None, bases: tuple[str, ...]) -> "dict[str, BaseChoice]":
    """Return where the weights of bases are, from BASE=FILE; raises UsageError."""
    from omniart_model.baselines.prepare import BaseChoice

    choices = {}
    for text in given or ():
        base, separator, file = text.rpartition("=")
        if not separator or base not in bases:
            raise UsageError(f"--weights takes BASE=FILE with one of --bases, and not {text!r}")
        choices[base] = BaseChoice(base, Path(file))
    return choices
