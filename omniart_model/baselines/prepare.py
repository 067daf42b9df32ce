"""What has to be at hand before anything is learnt: a device, a base with its weights, and features of every picture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from omniart_data.release import Release
from omniart_model.bases.augmented import augmented
from omniart_model.bases.frozen import FrozenBase, load_base
from omniart_model.bases.table import DEFAULT_BASE, OF_TRAIN, Base, base_of, find_base
from omniart_model.bases.weights import find_weights
from omniart_model.features.cache import FeatureCache
from omniart_model.features.colours import colours_of_train
from omniart_model.features.extract import FeatureReport, extract_features, extract_workspace
from omniart_model.training.checkpoint import Checkpoint
from omniart_model.training.distributed import World
from omniart_model.training.predict import with_what_it_learnt
from schemas.errors import ModelError
from schemas.release import SPLITS


@dataclass(frozen=True)
class BaseChoice:
    """Which base, with which weights: a file and its SHA-256, or else the base's own; in which views.

    ``autocast`` lets a GPU count in bfloat16; ``compiling`` makes the base quicker, and changes nothing but rounding.
    """

    name: str = DEFAULT_BASE
    weights: Path | None = None
    sha256: str = ""
    augment: str = "flip"
    autocast: bool = False
    compiling: bool = False


def workspace_of(release: Release) -> Path:
    """Return the folder that holds ``releases/``; of a release that stands alone, the one it is in."""
    parent = release.folder.resolve().parent
    return parent.parent if parent.name == "releases" else parent


def choose_device(name: str) -> torch.device:
    """Return the device of a name; ``auto`` takes a GPU where there is one. Raises ModelError."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
        name = "mps" if name == "cpu" and torch.backends.mps.is_available() else name
    try:
        return torch.zeros(1, device=name).device
    except (RuntimeError, AssertionError) as error:
        raise ModelError(f"no device {name!r} here: {str(error).splitlines()[0]}") from error


def prepare_features(
    release: Release,
    choice: BaseChoice,
    workspace: Path,
    device: torch.device,
    splits: Sequence[str] = SPLITS,
) -> tuple[FeatureCache, FeatureReport]:
    """Return the cache of a base, brought up to date with a release.

    Of processes that train together the first alone looks at pictures, and the others wait for it: their report is
    empty.
    """
    world = World.here()
    with world.first_alone():
        cache, network = cache_and_base(base_for(choice, release, workspace), choice, workspace)
        if not world.is_first:
            return cache, FeatureReport()
        report = extract_features(
            release,
            cache,
            network,
            workspace=workspace,
            splits=splits,
            device=device,
            compiling=choice.compiling,
        )
    return cache, report


def features_for(
    checkpoint: Checkpoint,
    release: Release,
    choice: BaseChoice,
    workspace: Path,
    *,
    device: torch.device,
    splits: Sequence[str] = SPLITS,
) -> FeatureCache:
    """Return the features that a checkpoint answers, brought up to date: its base makes them as it has learnt to.

    ``choice`` says where the base's weights are. Raises ModelError where they are others than it was trained with.
    """
    cache, network = cache_and_base(base_of(checkpoint.features), choice, workspace)
    cache = with_what_it_learnt(checkpoint, cache, network)
    extract_features(release, cache, network, workspace=workspace, splits=splits, device=device)
    return cache


def prepare_workspace_features(
    pictures: Path, choice: BaseChoice, workspace: Path, device: torch.device
) -> tuple[FeatureCache, FeatureReport]:
    """Return the cache of a base in ``workspace``, brought up to date with the workspace ``pictures``."""
    cache, network = cache_and_base(base_for(choice, None, workspace), choice, workspace)
    report = extract_workspace(pictures, cache, network, device=device, compiling=choice.compiling)
    return cache, report


def base_for(choice: BaseChoice, release: Release | None, workspace: Path) -> Base:
    """Return the base of a choice, which may see colours as the release's train split has them."""
    base, colours = find_base(choice.name), None
    if release is not None and choice.augment in OF_TRAIN:
        colours = colours_of_train(release, base, workspace)
    return replace(augmented(base, choice.augment, colours), autocast=choice.autocast)


def cache_and_base(
    base: Base, choice: BaseChoice, workspace: Path
) -> tuple[FeatureCache, FrozenBase]:
    """Return the cache of a base, and the base itself with the weights that were chosen."""
    weights = find_weights(base, workspace / "weights", choice.weights, choice.sha256)
    return FeatureCache(workspace, base, weights.sha256), load_base(base, weights)
