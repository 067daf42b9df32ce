"""``omniart-model predict``: a network's answers for works.

What it needs is imported inside it: ``--help`` is quick, and ``evaluate`` needs no torch.
"""

from pathlib import Path
from typing import Annotated

import typer

from omniart_model.commands.options import (
    Device,
    ReleaseFolder,
    WeightsFile,
    WeightsSha256,
    Workspace,
    check_split,
    check_there,
    open_folder,
    say,
)


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
    check_split(split)
    opened = open_folder(release)
    check_there(checkpoint, "the folder of a baseline")
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
    say(f"{works:,} works of {split}, {unseen:,} without a picture at hand: {out}")
