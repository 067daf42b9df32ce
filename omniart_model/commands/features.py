"""``omniart-model features``: bring the features of pictures into the cache.

What it needs is imported inside it: ``--help`` is quick, and ``evaluate`` needs no torch.
"""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from omniart_model.bases.table import OF_TRAIN
from omniart_model.commands.asked import ChosenBase, chosen_base
from omniart_model.commands.options import (
    Device,
    ReplaceFile,
    Workspace,
    check_there,
    open_folder,
    say,
)
from omniart_model.commands.taking import takes
from schemas.errors import UsageError

if TYPE_CHECKING:
    from omniart_data.release import Release
    from omniart_model.baselines.prepare import BaseChoice
    from omniart_model.features.cache import FeatureCache
    from omniart_model.features.extract import FeatureReport

EXAMPLES = "\n\n".join(
    [
        "Examples:",
        "- `omniart-model features workspace --base efficientnet-lite0`: before a build, into workspace/features.parquet",
        "- `omniart-data build --features workspace/features.parquet`: and the build that reads it",
        "- `omniart-model features workspace/releases/omniart-1.0.0`: what training would do first, with ResNet-50",
        "- `omniart-model features workspace --base timm:vit_small_patch14_dinov2.lvd142m`: a base of timm's",
        (
            "- `omniart-model features workspace/releases/omniart-1.0.0 --checkpoint workspace/baselines/1.0.0 --layer shared "
            "--out shared.parquet`: what the trained shared layer makes of each picture"
        ),
    ]
)


class Layer(StrEnum):
    """Where features are taken: before what is trained, or after its shared layer."""

    BASE = "base"
    SHARED = "shared"


Source = Annotated[
    Path,
    typer.Argument(
        help="Folder of a release, or a workspace with images/ and no release yet.",
        metavar="RELEASE|WORKSPACE",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        help="File to write: a Parquet table of image SHA-256 and float16 vectors. "
        "By default features.parquet in a workspace, and none of a release."
    ),
]
OfBaseline = Annotated[
    Path | None,
    typer.Option(help="Folder of a baseline: its base, and with --layer shared its network."),
]
ChosenLayer = Annotated[
    Layer, typer.Option(help="base, or shared: the trained layer that all tasks read.")
]
Compiling = Annotated[
    bool, typer.Option("--compile", help="Let torch compile the base: a minute, then quicker.")
]
Autocast = Annotated[
    bool, typer.Option("--autocast", help="On a GPU count in bfloat16: quicker, other features.")
]


@takes(chosen=chosen_base)
def features(
    source: Source,
    out: Out = None,
    workspace: Workspace = None,
    *,
    chosen: ChosenBase,
    checkpoint: OfBaseline = None,
    layer: ChosenLayer = Layer.BASE,
    device: Device = "auto",
    compiling: Compiling = False,
    autocast: Autocast = False,
    replace: ReplaceFile = False,
) -> None:
    """Bring the features of all pictures into the cache, and write them to a file; only new pictures are run.

    Of a release: the pictures in its splits, for training. Of a workspace: every picture in its images/, before
    there is a release; the file is what finds works that were photographed twice, which a hash seldom sees. No
    network learns from it, so that what the rights say of training is no matter here.
    """
    _check(checkpoint, layer, out)
    opened = _opened(source, chosen.augment)
    from omniart_model.baselines.prepare import workspace_of
    from omniart_model.outputs import check_file, check_workspace

    choice = chosen.choice(autocast=autocast, compiling=compiling)
    place = workspace or (source if opened is None else workspace_of(opened))
    file = out or (source / "features.parquet" if opened is None else None)
    check_workspace(place)
    if file is not None:  # a workspace's own is made anew each time
        check_file(file, "--out", replace=replace or out is None)
    cache, report, names = _bring(opened, source, choice, place, checkpoint, device)
    say(
        f"{report.pictures:,} pictures: {report.extracted:,} seen now, {report.cached:,} before, "
        f"{len(report.missing):,} not at hand, {len(report.unreadable):,} not decodable"
    )
    say(f"features: {cache.folder}")
    if file is not None:
        say(f"file: {file}, {_write(cache, checkpoint, layer, names, file):,} pictures")


def _opened(source: Path, augment: str) -> "Release | None":
    """Return a release, None for a workspace; raises UsageError for neither, or for what only a release has."""
    from omniart_model.workspace import is_workspace

    if not is_workspace(source):
        return open_folder(source)
    if augment in OF_TRAIN:
        raise UsageError(f"--augment {augment} is taken from a train split: name a release")
    return None


def _check(checkpoint: Path | None, layer: Layer, out: Path | None) -> None:
    """Raise UsageError for options that do not go together."""
    if checkpoint is not None:
        check_there(checkpoint, "the folder of a baseline")
    if layer is Layer.SHARED and (checkpoint is None or out is None):
        raise UsageError("--layer shared needs --checkpoint BASELINE and --out FILE")


def _bring(
    opened: "Release | None",
    source: Path,
    choice: "BaseChoice",
    workspace: Path,
    checkpoint: Path | None,
    device: str,
) -> "tuple[FeatureCache, FeatureReport, Sequence[str]]":
    """Return the cache with the features of all pictures, how that went, and the pictures' SHA-256."""
    from omniart_model.baselines.prepare import base_for, cache_and_base, choose_device
    from omniart_model.bases.table import base_of
    from omniart_model.features.extract import (
        extract_features,
        extract_workspace,
        wanted_pictures,
    )
    from omniart_model.training.checkpoint import load_checkpoint
    from omniart_model.training.predict import with_what_it_learnt
    from omniart_model.workspace import picture_names

    loaded = load_checkpoint(checkpoint) if checkpoint is not None else None
    base = base_of(loaded.features) if loaded else base_for(choice, opened, workspace)
    cache, network = cache_and_base(base, choice, workspace)
    if loaded is not None:
        cache = with_what_it_learnt(loaded, cache, network)
    place, compiling = choose_device(device), choice.compiling
    if opened is None:
        report = extract_workspace(source, cache, network, device=place, compiling=compiling)
        return cache, report, list(picture_names(source))
    report = extract_features(
        opened, cache, network, workspace=workspace, device=place, compiling=compiling
    )
    return cache, report, wanted_pictures(opened)


def _write(
    cache: "FeatureCache", checkpoint: Path | None, layer: Layer, names: Sequence[str], out: Path
) -> int:
    from omniart_model.features.file import write_features

    if layer is Layer.BASE or checkpoint is None:
        return write_features(cache, names, out)
    from omniart_model.features.shared import shared_layer

    return write_features(shared_layer(cache, checkpoint), names, out)
