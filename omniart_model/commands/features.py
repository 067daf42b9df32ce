"""``omniart-model features``: bring the features of pictures into the cache.

What it needs is imported inside it: ``--help`` is quick, and ``evaluate`` needs no torch.
"""

from pathlib import Path
from typing import Annotated

import typer

from omniart_model.bases.table import DEFAULT_BASE, find_base
from omniart_model.commands.options import (
    BaseName,
    Device,
    WeightsFile,
    WeightsSha256,
    Workspace,
    open_folder,
    say,
)

EXAMPLES = "\n\n".join(
    [
        "Examples:",
        "- `omniart-model features workspace`: before a build, into workspace/features.parquet",
        "- `omniart-data build --features workspace/features.parquet`: and the build that reads it",
        "- `omniart-model features workspace/releases/omniart-1.0.0`: what training would do first",
    ]
)


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

    opened = None if is_workspace(source) else open_folder(source)
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
    say(
        f"{report.pictures:,} pictures: {report.extracted:,} seen now, {report.cached:,} before, "
        f"{len(report.missing):,} not at hand, {len(report.unreadable):,} not decodable"
    )
    say(f"features: {cache.folder}")
    if out is not None:
        say(f"file: {out}, {write_features(cache, names, out):,} pictures")
