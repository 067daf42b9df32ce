"""The baseline of a release: a folder beside it with network, predictions, metrics and report.

It names the release that it is of; a finished release is never written to. The folder appears whole
or not at all, with a manifest of its own.
"""

import logging
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import torch

from omniart_data.release import Release
from omniart_model.bases.frozen import FrozenBase, load_base
from omniart_model.bases.table import DEFAULT_BASE, find_base
from omniart_model.bases.weights import find_weights, sha256_of
from omniart_model.evaluation.evaluate import Evaluation, evaluate
from omniart_model.features.cache import FeatureCache
from omniart_model.features.extract import FeatureReport, extract_features, extract_workspace
from omniart_model.files import as_json, read_json, write_whole
from omniart_model.folders import clear_up, put_in_place, unfinished_prefix
from omniart_model.labels import encode
from omniart_model.manifest import MANIFEST, check_manifest, write_manifest
from omniart_model.report.page import Report, html, markdown
from omniart_model.tasks import Kind, Task
from omniart_model.training.checkpoint import ABOUT, read_checkpoint, save_checkpoint
from omniart_model.training.examples import Cached
from omniart_model.training.predict import predict_split
from omniart_model.training.settings import TrainConfig
from omniart_model.training.train import fit
from omniart_model.works import check_trainable, class_index, in_split, pictured_works, texts
from schemas.errors import ModelError

log = logging.getLogger(__name__)

PREDICTIONS = "predictions.parquet"
MADE_WITH = "made_with.json"
"""Release, base, tasks and settings: a baseline made with others is another one."""


@dataclass(frozen=True)
class BaseChoice:
    """Which base, with which weights: a file and its SHA-256, or else the base's own."""

    name: str = DEFAULT_BASE
    weights: Path | None = None
    sha256: str = ""


@dataclass(frozen=True)
class BaselineConfig:
    """What a baseline is made with; all of it but the folders is in ``made_with.json``."""

    tasks: tuple[Task, ...]
    train: TrainConfig = field(default_factory=TrainConfig)
    base: BaseChoice = field(default_factory=BaseChoice)
    device: str = "auto"


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
    splits: Sequence[str] = ("train", "validation", "test"),
) -> tuple[FeatureCache, FeatureReport]:
    """Return the cache of a base, brought up to date with a release."""
    cache, network = _cache_and_base(choice, workspace)
    report = extract_features(
        release, cache, network, workspace=workspace, splits=splits, device=device
    )
    return cache, report


def prepare_workspace_features(
    pictures: Path, choice: BaseChoice, workspace: Path, device: torch.device
) -> tuple[FeatureCache, FeatureReport]:
    """Return the cache of a base in ``workspace``, brought up to date with the workspace ``pictures``."""
    cache, network = _cache_and_base(choice, workspace)
    return cache, extract_workspace(pictures, cache, network, device=device)


def _cache_and_base(choice: BaseChoice, workspace: Path) -> tuple[FeatureCache, FrozenBase]:
    base = find_base(choice.name)
    weights = find_weights(base, workspace / "weights", choice.weights, choice.sha256)
    return FeatureCache(workspace, base, weights.sha256), load_base(base, weights)


def train_baseline(
    release: Release, config: BaselineConfig, out: Path, workspace: Path, *, replace: bool = False
) -> Report | None:
    """Make the baseline of a release in ``out``; return None if it is there already, and whole.

    Raises ModelError if the folder holds something else. Only another baseline is ever replaced.
    """
    out = out.resolve()
    made_with = _made_with(release, config)
    clear_up(out)
    if out.exists() and _may_stay(out, made_with, replace=replace):
        return None
    check_trainable(pictured_works(release), str(release.folder))
    device = choose_device(config.device)
    prepared = prepare_features(release, config.base, workspace, device)
    unfinished = out.with_name(f"{unfinished_prefix(out)}{os.getpid()}")
    try:
        report = _make(release, config, prepared, unfinished, device)
        write_whole(unfinished / MADE_WITH, as_json(made_with))
        write_manifest(unfinished, release.version, release.digest)
        put_in_place(unfinished, out)
    except OSError as error:
        raise ModelError(f"{out} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return report


def _make(
    release: Release,
    config: BaselineConfig,
    prepared: tuple[FeatureCache, FeatureReport],
    folder: Path,
    device: torch.device,
) -> Report:
    cache, features = prepared
    works = pictured_works(release)
    classes = {task.name: class_index(release, works, task) for task in config.tasks}
    tasks = _learnable(config.tasks, classes, works)
    train, validation = (
        _examples(works, split, tasks, classes, cache) for split in ("train", "validation")
    )
    network, training = fit(tasks, classes, train, validation, config.train, device=device)
    save_checkpoint(
        folder,
        network,
        classes,
        release,
        features=cache.key,
        config=config.train,
        report=training,
    )
    checkpoint = read_checkpoint(folder)  # what is measured is what was written
    predict_split(checkpoint, release, cache, "test", folder / PREDICTIONS)
    evaluation = evaluate(release, folder / PREDICTIONS, tasks)
    report = Report(
        release=release.version,
        digest=release.digest,
        is_sample=release.is_sample,
        evaluation=evaluation,
        training=training,
        config=config.train,
        features=cache.key,
        pictures=features.pictures,
        unseen=len(features.missing) + len(features.unreadable),
    )
    _write_reports(folder, report)
    return report


def _write_reports(folder: Path, report: Report) -> None:
    evaluation: Evaluation = report.evaluation
    write_whole(folder / "metrics.json", as_json(evaluation.as_dict()))
    write_whole(folder / "report.md", markdown(report).encode())
    write_whole(folder / "report.html", html(report).encode())


def _learnable(
    tasks: Sequence[Task], classes: Mapping[str, tuple[str, ...]], works: pa.Table
) -> list[Task]:
    """Return the tasks that have something to learn; raise ModelError if none has."""
    train = in_split(works, "train")
    kept = []
    for task in tasks:
        years = task.kind is Kind.YEAR and train[task.column].null_count < train.num_rows
        if classes[task.name] or years:
            kept.append(task)
        else:
            log.warning("%s: no label has enough works, the task is left out", task.name)
    if not kept:
        raise ModelError("no task has a label with enough works: see --min-train")
    return kept


def _examples(
    works: pa.Table,
    split: str,
    tasks: Sequence[Task],
    classes: Mapping[str, tuple[str, ...]],
    cache: FeatureCache,
) -> Cached:
    """Return the works of a split whose features are at hand."""
    chosen = in_split(works, split)
    features, found = cache.read(texts(chosen["image_sha256"]))
    if not found.any():
        raise ModelError(
            f"no picture of {split} is at hand: give --workspace with the folder that holds images/"
        )
    if not found.all():
        chosen, features = chosen.filter(pa.array(found)), features[found]
    return Cached(features, {task.name: encode(chosen, task, classes[task.name]) for task in tasks})


def _made_with(release: Release, config: BaselineConfig) -> dict[str, Any]:
    base = find_base(config.base.name)
    return {
        "release": release.version,
        "release_sha256": release.digest,
        "base": base.name,
        "weights": config.base.sha256
        or (sha256_of(config.base.weights) if config.base.weights else base.sha256),
        "view": base.view,
        "tasks": [asdict(task) for task in config.tasks],
        "train": asdict(config.train),
    }


def _may_stay(out: Path, made_with: Mapping[str, Any], *, replace: bool) -> bool:
    """Return True for this baseline, whole, and False for one to replace; raise ModelError else."""
    if _is_whole(out, made_with):
        return True
    if not (out / MANIFEST).is_file() or not (out / ABOUT).is_file():
        raise ModelError(f"{out} is there and is no baseline: give --out for another folder")
    if not replace:
        raise ModelError(
            f"{out} is another baseline, or was changed: give --out for another folder, or --replace"
        )
    return False


def _is_whole(folder: Path, made_with: Mapping[str, Any]) -> bool:
    """Return whether a folder is the baseline made so, each file as its manifest says."""
    if not (folder / MANIFEST).is_file():
        return False
    try:
        check_manifest(folder)
        return read_json(folder / MADE_WITH) == made_with
    except ModelError as error:
        log.debug("%s is not whole: %s", folder, error)
        return False
