"""What several commands take, and what they do with it."""

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from omniart_model.bases.table import NAMES
from omniart_model.commands.ending import written
from omniart_model.printing import printable_lines
from omniart_model.tasks import TASKS
from omniart_model.training.settings import PRESETS, TrainConfig
from schemas.errors import UsageError

if TYPE_CHECKING:
    from omniart_data.release import Release

_SET = [
    one.name
    for one in fields(TrainConfig)
    if any(getattr(preset, one.name) != one.default for preset in PRESETS.values())
]
"""The settings that some preset changes: what a preset is."""
PRESET_TEXT = "; ".join(
    f"{name}: " + " ".join(f"--{one.replace('_', '-')} {getattr(preset, one)}" for one in _SET)
    for name, preset in PRESETS.items()
)
MOST_IN_BATCH = (
    "Works in a batch at most: no more than a 64th of those in train, but 32 on a small release."
)
_FEATURES_MEMORY = "The workspace: features/ and weights/ are kept in it, images/ is read from it."

ReleaseFolder = Annotated[Path, typer.Argument(help="Folder of a release.", metavar="RELEASE")]
Workspace = Annotated[
    Path | None,
    typer.Option(help=_FEATURES_MEMORY + " By default the folder that holds releases/."),
]
BaseName = Annotated[str, typer.Option("--base", help=f"Frozen base: {NAMES}.")]
WeightsFile = Annotated[
    Path | None,
    typer.Option(help="Weights of the base, .pth or .safetensors, read without pickle."),
]
WeightsSha256 = Annotated[
    str, typer.Option(help="SHA-256 that --weights must have, where it is not the base's own.")
]
Augment = Annotated[
    str,
    typer.Option(
        help="Views of each picture: flip (the paper's choice), none, rotation, mean or zca."
    ),
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps ...")]
TaskNames = Annotated[
    str, typer.Option(help="Tasks, with commas: " + ", ".join(task.word for task in TASKS) + ".")
]
LeastTrain = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TASK=N",
        help="Works in train that make a label a class; by default "
        + ", ".join(f"{task.word}={task.least_train}" for task in TASKS if task.least_train)
        + ". Can be given again for another task.",
    ),
]
Preset = Annotated[str, typer.Option(help=f"What options have that are not given. {PRESET_TEXT}.")]
Shared = Annotated[
    int | None, typer.Option(min=0, help="Units of the shared layer; 0: none, a linear probe.")
]
Epochs = Annotated[
    int | None, typer.Option(min=1, help="Epochs at most; the preset's where not given.")
]
Rate = Annotated[
    float | None,
    typer.Option(min=0, help="Learning rate of the heads; the preset's where not given."),
]
Subset = Annotated[
    int, typer.Option(min=0, help="Only artists with more than so many works: 100, 300, 700, 1100.")
]
FirstSeed = Annotated[int, typer.Option("--seed", min=0, help="The first seed of all chance.")]
Seeds = Annotated[int, typer.Option(min=1, help="How many networks are trained, seed by seed.")]
ResampleTimes = Annotated[
    int,
    typer.Option("--resamples", min=0, help="Bootstrap resamples of the 95 % intervals; 0: none."),
]
Replace = Annotated[bool, typer.Option("--replace", help="Replace what OUT holds.")]
ReplaceFile = Annotated[
    bool, typer.Option("--replace", help="Replace the file to write, where it is there.")
]


def check_split(split: str) -> None:
    """Raise UsageError for a name that is no split's."""
    from schemas.release import SPLITS

    if split not in SPLITS:
        raise UsageError(f"--split {split}: there are {', '.join(SPLITS)}")


def check_there(path: Path, what: str) -> None:
    """Raise UsageError where nothing is at a path."""
    if not path.exists():
        raise UsageError(f"{path} is not there: name {what}")


def open_folder(folder: Path) -> "Release":
    """Open a release; raises UsageError for what is no folder, ReleaseError for no release."""
    from omniart_data.release import open_release

    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder")
    return open_release(folder)


def task_names(tasks: str) -> list[str]:
    """Return names that were given with commas between them."""
    return [name.strip() for name in tasks.split(",") if name.strip()]


def least_train(given: Sequence[str] | None) -> dict[str, int]:
    """Return TASK=N as numbers; raises UsageError."""
    least = {}
    for text in given or ():
        name, _, number = text.partition("=")
        if not number.isdecimal():
            raise UsageError(f"--min-train takes TASK=N, as in artist=5, and not {text!r}")
        least[name] = int(number)
    return least


def find_preset(name: str) -> TrainConfig:
    """Return the preset of a name; raises UsageError with those there are."""
    if name not in PRESETS:
        raise UsageError(f"no preset is called {name!r}; there are: {', '.join(PRESETS)}")
    return PRESETS[name]


def changed(config: TrainConfig, **given: object) -> TrainConfig:
    """Return settings in which those that were given, and are not None, stand for the preset's."""
    told: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return replace(config, **told)


def say(text: str, *, err: bool = False, dim: bool = False) -> None:
    """Print lines of our own making, whatever words of others stand in them; raises ModelError where that fails."""
    lines = printable_lines(text)
    with written():
        typer.echo(typer.style(lines, dim=True) if dim else lines, err=err)
