"""``omniart-model predict``: a network's answers for works of a release, or for any pictures.

What it needs is imported inside it: ``--help`` is quick, and ``evaluate`` needs no torch.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from omniart_model.commands.options import (
    Device,
    ReplaceFile,
    WeightsFile,
    WeightsSha256,
    Workspace,
    check_split,
    check_there,
    open_folder,
    say,
)
from schemas.errors import ModelError, UsageError

if TYPE_CHECKING:
    from omniart_data.release import Release
    from omniart_model.baselines.prepare import BaseChoice
    from omniart_model.bases.table import Base
    from omniart_model.features.pictures import Seen
    from omniart_model.training.checkpoint import Checkpoint
    from omniart_model.training.predict import Shown

EXAMPLES = "\n\n".join(
    [
        "Examples:",
        (
            "- `omniart-model predict workspace/baselines/1.0.0 workspace/releases/omniart-1.0.0`: the test split, "
            "into predictions.parquet"
        ),
        "- `omniart-model predict workspace/baselines/1.0.0 painting.jpg scan.tif`: who, what, of what and when",
        "- `omniart-model predict workspace/baselines/1.0.0 photos/*.jpg --json > answers.jsonl`: for another program",
    ]
)

_MOST_BYTES = 1 << 29
"""Of one picture: the largest original of the museums has 60 MB."""
_OF_A_RELEASE = {"split": "--split", "out": "--out", "replace": "--replace"}
_OF_PICTURES = {"top": "--top", "least": "--least", "as_json": "--json"}
_TOGETHER = 256  # pictures that are answered at a time: 256 of 224 px are 40 MB


def predict(
    context: typer.Context,
    checkpoint: Annotated[Path, typer.Argument(help="Folder of a baseline.", metavar="CHECKPOINT")],
    asked: Annotated[
        list[Path],
        typer.Argument(
            help="Folder of a release, or any number of pictures.", metavar="RELEASE|IMAGE..."
        ),
    ],
    split: Annotated[str, typer.Option(help="Of a release: train, validation or test.")] = "test",
    out: Annotated[Path, typer.Option(help="Of a release: file to write.")] = Path(
        "predictions.parquet"
    ),
    workspace: Workspace = None,
    weights: WeightsFile = None,
    weights_sha256: WeightsSha256 = "",
    top: Annotated[int, typer.Option(min=1, help="Of pictures: artists to print.")] = 5,
    least: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            help="Of pictures: score that prints a type or material; the best always is.",
        ),
    ] = 0.5,
    device: Device = "auto",
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Of pictures: one line of JSON for each.")
    ] = False,
    replace: ReplaceFile = False,
) -> None:
    """Answer the works of a split into a Parquet file (docs/predictions.md), or print answers for any pictures.

    For a picture: the likeliest artists, types and materials with their scores, and the year with the range that holds
    it four times in five. What cannot be decoded gets a line on stderr, the others their answers, and the exit code is 1.
    """
    from omniart_model.outputs import check_file, check_workspace

    check_there(checkpoint, "the folder of a baseline")
    release = _release_among(asked)
    _check_given(context, of_release=release is not None)
    if release is not None:
        check_split(split)
        check_file(out, "--out", replace=replace)
    place = workspace or _workspace_beside(checkpoint, release)
    check_workspace(place)
    from omniart_model.baselines.prepare import BaseChoice
    from omniart_model.training.checkpoint import load_checkpoint

    loaded = load_checkpoint(checkpoint)
    choice = BaseChoice(loaded.features["base"], weights, weights_sha256)
    if release is not None:
        _predict_release(loaded, release, split, out, choice, place, device)
        return
    from omniart_model.training.predict import Shown

    failed = _predict_pictures(
        loaded, asked, Shown(top, least), choice, place, device, as_json=as_json
    )
    if failed:
        raise ModelError(f"{failed} of {len(asked)} pictures have no answer")


def _release_among(asked: Sequence[Path]) -> "Release | None":
    """Return the release that was named, None for pictures; raises UsageError for a folder that is none."""
    from omniart_model.manifest import MANIFEST

    folders = [path for path in asked if path.is_dir()]
    if not folders:
        return None
    if len(asked) > 1:
        raise UsageError(f"{folders[0]} is a folder: name one release, or pictures alone")
    if not (folders[0] / MANIFEST).exists():
        raise UsageError(
            f"{folders[0]} is not a release: it has no {MANIFEST}; for the pictures in it name {folders[0] / '*.jpg'}"
        )
    return open_folder(folders[0])


def _check_given(context: typer.Context, *, of_release: bool) -> None:
    """Raise UsageError for an option that would say nothing of what is answered."""
    for name, option in (_OF_PICTURES if of_release else _OF_A_RELEASE).items():
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise UsageError(
                f"{option} is of pictures, and a release is answered into a file: leave it out"
                if of_release
                else f"{option} is of a release, and answers for pictures are printed: leave it out"
            )


def _predict_release(
    loaded: "Checkpoint",
    opened: "Release",
    split: str,
    out: Path,
    choice: "BaseChoice",
    place: Path,
    device: str,
) -> None:
    from omniart_model.baselines.prepare import choose_device, features_for
    from omniart_model.training.checkpoint import check_class_index
    from omniart_model.training.predict import predict_split

    check_class_index(loaded, opened)
    cache = features_for(
        loaded, opened, choice, place, device=choose_device(device), splits=(split,)
    )
    works, unseen = predict_split(loaded, opened, cache, split, out)
    say(f"{works:,} works of {split}, {unseen:,} without a picture at hand: {out}")


def _predict_pictures(
    loaded: "Checkpoint",
    paths: Sequence[Path],
    shown: "Shown",
    choice: "BaseChoice",
    workspace: Path,
    device: str,
    *,
    as_json: bool,
) -> int:
    """Print the answers for pictures in their order; return for how many there is none."""
    from omniart_data.release.pictures import large_pictures
    from omniart_model.baselines.prepare import cache_and_base, choose_device
    from omniart_model.bases.table import base_of
    from omniart_model.training.predict import answer_pictures, told_of, with_what_it_learnt

    base = base_of(loaded.features)
    cache, network = cache_and_base(base, choice, workspace)
    with_what_it_learnt(loaded, cache, network)
    network = network.to(choose_device(device))
    answered = 0
    with large_pictures():
        for batch in _in_batches(_seen(paths, base)):
            found = answer_pictures(loaded, base, network, [picture for _, picture in batch])
            for row, (path, _) in enumerate(batch):
                told = told_of(loaded, found, row, shown)
                say(json.dumps({"file": str(path), **told}) if as_json else _as_text(path, told))
            answered += len(batch)
    return len(paths) - answered


def _seen(paths: Sequence[Path], base: "Base") -> "Iterator[tuple[Path, Seen]]":
    """Yield what can be decoded as a base sees it; say of the others why not."""
    from hashlib import sha256

    from omniart_model.features.pictures import see_views

    for path in paths:
        try:
            body = _body(path)
            yield path, see_views(body, sha256(body).hexdigest(), base)
        except (ModelError, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            say(f"omniart-model: {path}: {reason}", err=True)


def _body(path: Path) -> bytes:
    if not path.is_file() and path.exists():
        raise ModelError("not a file")  # a pipe might never end
    if path.stat().st_size > _MOST_BYTES:
        raise ModelError(f"more than {_MOST_BYTES >> 20} MB")
    return path.read_bytes()


def _in_batches(seen: "Iterator[tuple[Path, Seen]]") -> "Iterator[list[tuple[Path, Seen]]]":
    batch = []
    for one in seen:
        batch.append(one)
        if len(batch) == _TOGETHER:
            yield batch
            batch = []
    if batch:
        yield batch


def _as_text(path: Path, told: Mapping[str, Any]) -> str:
    from omniart_model.printing import printable

    lines = [printable(str(path))]
    for name, answer in told.items():
        if isinstance(answer, dict):
            words = f"{answer['year']:.0f}"
            if "first" in answer:
                words += f" ({answer['first']:.0f} to {answer['last']:.0f})"
        else:
            words = ", ".join(f"{printable(label)} {score:.2f}" for label, score in answer)
        lines.append(f"  {name:<12}{words}")
    return "\n".join(lines)


def _workspace_beside(checkpoint: Path, release: "Release | None") -> Path:
    """Return the folder that holds ``releases/``, or else ``baselines/``; of what stands alone, the one it is in."""
    from omniart_model.baselines.prepare import workspace_of

    if release is not None:
        return workspace_of(release)
    parent = checkpoint.resolve().parent
    return parent.parent if parent.name == "baselines" else parent
