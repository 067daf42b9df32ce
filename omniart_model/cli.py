"""The omniart-model command: features, train, predict, evaluate.

What a command needs is imported inside it: ``--help`` is quick, and ``evaluate`` needs no torch.
"""
# ruff: noqa: PLC0415

import logging
import sys
from collections.abc import Sequence
from dataclasses import replace as replace_fields
from importlib.metadata import version as package_version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from omniart_model.bases.table import BASES, DEFAULT_BASE, find_base
from omniart_model.printing import PrintableFormatter, printable, printable_lines
from omniart_model.tasks import TASKS, choose_tasks
from omniart_model.training.settings import PRESETS, TrainConfig
from schemas.errors import OmniartError, UsageError

if TYPE_CHECKING:
    from omniart_data.release import Release

app = typer.Typer(
    help="Train the multi-task baseline on a release, predict with it, and score anybody's predictions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_EXTRA = ("torch", "torchvision", "safetensors", "efficientnet_lite_pytorch")
_SIZES = ", ".join(
    f"{name} {preset.shared:,} units, batches of {preset.batch:,}"
    for name, preset in PRESETS.items()
)
_FEATURES_MEMORY = "The workspace: features/ and weights/ are kept in it, images/ is read from it."

ReleaseFolder = Annotated[Path, typer.Argument(help="Folder of a release.", metavar="RELEASE")]
Workspace = Annotated[
    Path | None,
    typer.Option(help=_FEATURES_MEMORY + " By default the folder that holds releases/."),
]
BaseName = Annotated[str, typer.Option("--base", help=f"Frozen base: {', '.join(BASES)}.")]
WeightsFile = Annotated[
    Path | None,
    typer.Option(help="Weights of the base, .pth or .safetensors, read without pickle."),
]
WeightsSha256 = Annotated[
    str, typer.Option(help="SHA-256 that --weights must have, where it is not the base's own.")
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps ...")]
TaskNames = Annotated[
    str, typer.Option(help="Tasks, with commas: " + ",".join(task.word for task in TASKS) + ".")
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


@app.callback(invoke_without_command=True)
def common(
    context: typer.Context,
    *,
    version: Annotated[
        bool, typer.Option("--version", metavar="", help="Print the version.")
    ] = False,
) -> None:
    """Answer what is asked of the command itself."""
    if version:
        typer.echo(f"omniart-model {package_version('omniart-data')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit


_FEATURES_EXAMPLES = "\n\n".join(
    [
        "Examples:",
        "- `omniart-model features workspace`: before a build, into workspace/features.parquet",
        "- `omniart-data build --features workspace/features.parquet`: and the build that reads it",
        "- `omniart-model features workspace/releases/omniart-1.0.0`: what training would do first",
    ]
)


@app.command(epilog=_FEATURES_EXAMPLES)
def features(
    source: Annotated[
        Path,
        typer.Argument(
            help="Folder of a release, or a workspace with images/ and no release yet.",
            metavar="RELEASE|WORKSPACE",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="File to write: a Parquet table of image SHA-256 and float16 vectors. "
            "By default features.parquet in a workspace, and none of a release."
        ),
    ] = None,
    workspace: Workspace = None,
    base: BaseName = DEFAULT_BASE,
    weights: WeightsFile = None,
    weights_sha256: WeightsSha256 = "",
    device: Device = "auto",
) -> None:
    """Bring the features of all pictures into the cache, and write them to a file; only new pictures are run.

    Of a release: the pictures in its splits, for training. Of a workspace: every picture in its images/, before
    there is a release; the file is what finds works that were photographed twice, which a hash seldom sees. No
    network learns from it, so that what the rights say of training is no matter here.
    """
    find_base(base)
    from omniart_model.workspace import is_workspace

    opened = None if is_workspace(source) else _open(source)
    from omniart_model.baselines.make import (
        BaseChoice,
        choose_device,
        prepare_features,
        prepare_workspace_features,
        workspace_of,
    )
    from omniart_model.features.extract import wanted_pictures
    from omniart_model.features.file import write_features
    from omniart_model.workspace import picture_names

    choice, place = BaseChoice(base, weights, weights_sha256), choose_device(device)
    if opened is None:
        cache, report = prepare_workspace_features(source, choice, workspace or source, place)
        names = list(picture_names(source))
        out = out or source / "features.parquet"
    else:
        cache, report = prepare_features(opened, choice, workspace or workspace_of(opened), place)
        names = wanted_pictures(opened)
    _say(
        f"{report.pictures:,} pictures: {report.extracted:,} seen now, {report.cached:,} before, "
        f"{len(report.missing):,} not at hand, {len(report.unreadable):,} not decodable"
    )
    _say(f"features: {cache.folder}")
    if out is not None:
        _say(f"file: {out}, {write_features(cache, names, out):,} pictures")


@app.command()
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
        str, typer.Option(help="Size of the shared layer and of a batch: " + _SIZES + ".")
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
    chosen = choose_tasks(_names(tasks), _least_train(min_train))
    find_base(base)
    config = replace_fields(_preset(preset), epochs=epochs, seed=seed)
    if shared is not None:
        config = replace_fields(config, shared=shared)
    opened = _open(release)
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
        _say(f"the baseline of release {opened.version} is there already: {folder}")
    else:
        _say(terminal(report.evaluation))
    _say(f"report: {folder / 'report.html'}")


@app.command()
def predict(
    checkpoint: Annotated[Path, typer.Argument(help="Folder of a baseline.", metavar="CHECKPOINT")],
    release: ReleaseFolder,
    split: Annotated[str, typer.Option(help="train, validation or test.")] = "test",
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("predictions.parquet"),
    workspace: Workspace = None,
    weights: WeightsFile = None,
    weights_sha256: WeightsSha256 = "",
    device: Device = "auto",
) -> None:
    """Write a network's answers for the works of a split to a Parquet file (docs/predictions.md)."""
    _check_split(split)
    opened = _open(release)
    _check_there(checkpoint, "the folder of a baseline")
    from omniart_model.baselines.make import (
        BaseChoice,
        choose_device,
        prepare_features,
        workspace_of,
    )
    from omniart_model.training.checkpoint import check_class_index, load_checkpoint
    from omniart_model.training.predict import check_features, predict_split

    loaded = load_checkpoint(checkpoint)
    check_class_index(loaded, opened)
    choice = BaseChoice(loaded.features["base"], weights, weights_sha256)
    place = workspace or workspace_of(opened)
    cache, _ = prepare_features(opened, choice, place, choose_device(device), (split,))
    check_features(loaded, cache)
    works, unseen = predict_split(loaded, opened, cache, split, out)
    _say(f"{works:,} works of {split}, {unseen:,} without a picture at hand: {out}")


@app.command()
def evaluate(
    release: ReleaseFolder,
    predictions: Annotated[
        Path, typer.Argument(help="Predictions (docs/predictions.md).", metavar="PREDICTIONS")
    ],
    split: Annotated[str, typer.Option(help="train, validation or test.")] = "test",
    tasks: TaskNames = "",
    min_train: LeastTrain = None,
    json_out: Annotated[
        Path | None, typer.Option("--json", help="Also write the metrics here.")
    ] = None,
) -> None:
    """Score anybody's predictions against a split of a release; needs no torch."""
    from omniart_model.evaluation.evaluate import evaluate as evaluate_predictions
    from omniart_model.files import as_json, write_whole
    from omniart_model.report.page import terminal

    _check_split(split)
    opened = _open(release)
    _check_there(predictions, "a file of predictions")
    chosen = choose_tasks(_names(tasks), _least_train(min_train))
    evaluation = evaluate_predictions(opened, predictions, chosen, split)
    _say(terminal(evaluation, "predictions"))
    if json_out is not None:
        write_whole(json_out, as_json(evaluation.as_dict()))


def _check_split(split: str) -> None:
    from schemas.release import SPLITS

    if split not in SPLITS:
        raise UsageError(f"--split {split}: there are {', '.join(SPLITS)}")


def _check_there(path: Path, what: str) -> None:
    if not path.exists():
        raise UsageError(f"{path} is not there: name {what}")


def _open(folder: Path) -> "Release":
    from omniart_data.release import open_release

    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder")
    return open_release(folder)


def _names(tasks: str) -> list[str]:
    return [name.strip() for name in tasks.split(",") if name.strip()]


def _least_train(given: Sequence[str] | None) -> dict[str, int]:
    least = {}
    for text in given or ():
        name, _, number = text.partition("=")
        if not number.isdecimal():
            raise UsageError(f"--min-train takes TASK=N, as in artist=5, and not {text!r}")
        least[name] = int(number)
    return least


def _preset(name: str) -> TrainConfig:
    if name not in PRESETS:
        raise UsageError(f"no preset is called {name!r}; there are: {', '.join(PRESETS)}")
    return PRESETS[name]


def main() -> None:
    """Run the command; what goes wrong on purpose is one line, and exit code 1, or 2 for usage."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(PrintableFormatter("%(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[lines])
    try:
        app()
    except UsageError as error:
        _end(str(error), 2)
    except OmniartError as error:
        _end(str(error), 1)
    except ModuleNotFoundError as error:
        if error.name not in _EXTRA:
            raise
        _end(f"{error.name} is not installed: pip install omniart-data[model]", 1)


def _end(line: str, code: int) -> None:
    _say(f"omniart-model: {printable(line)}", err=True)
    sys.exit(code)


def _say(text: str, *, err: bool = False) -> None:
    """Print lines of our own making, whatever words of others stand in them."""
    typer.echo(printable_lines(text), err=err)


if __name__ == "__main__":
    main()
