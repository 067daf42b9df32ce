"""The baseline of a release: a folder beside it with table, network, predictions, model card and report.

It names the release that it is of; a finished release is never written to. The folder appears whole
or not at all, with a manifest of its own; what a killed run has finished is kept beside it, and taken up again.
"""

import logging
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from dataclasses import replace as replace_fields
from pathlib import Path
from typing import Any

import torch

from omniart_data.release import Release
from omniart_model.baselines.answers import ANSWERS, NETWORK_ALONE
from omniart_model.baselines.answers.network import best
from omniart_model.baselines.answers.way import Way
from omniart_model.baselines.continuity import continued
from omniart_model.baselines.fitting import network_of
from omniart_model.baselines.how import How, Progress
from omniart_model.baselines.kept import Kept
from omniart_model.baselines.leaks import find_leaks, without_near
from omniart_model.baselines.measure import measure
from omniart_model.baselines.museums import leave_out, left_out_museums, tell_museums
from omniart_model.baselines.prepare import (
    BaseChoice,
    choose_device,
    prepare_features,
    prepare_workspace_features,
    workspace_of,
)
from omniart_model.baselines.study import Answer, Study, open_study
from omniart_model.baselines.table import NETWORK, Table
from omniart_model.baselines.written import write_folder
from omniart_model.bases.table import find_base
from omniart_model.bases.weights import sha256_of
from omniart_model.evaluation.resample import RESAMPLES, Resamples
from omniart_model.features.extract import FeatureReport
from omniart_model.files import as_json, read_json, write_whole
from omniart_model.folders import clear_up, put_in_place, unfinished_prefix
from omniart_model.manifest import MANIFEST, check_manifest, write_manifest
from omniart_model.report.shown import Shown
from omniart_model.tasks import Task
from omniart_model.training.checkpoint import ABOUT
from omniart_model.training.settings import Finetune, TrainConfig
from omniart_model.works import check_trainable, pictured_works
from schemas.errors import ModelError

log = logging.getLogger(__name__)

__all__ = [
    "BaseChoice",
    "BaselineConfig",
    "choose_device",
    "prepare_features",
    "prepare_workspace_features",
    "train_baseline",
    "workspace_of",
]

MADE_WITH = "made_with.json"
"""Release, base, tasks and settings: a baseline made with others is another one."""


@dataclass(frozen=True)
class BaselineConfig:
    """What a baseline is made with; all of it but the device is in ``made_with.json``.

    ``full`` takes all answers, and what is looked for around them: leaks, museums left out, the last release's
    network. Otherwise the network stands beside the constant answers alone. ``seeds`` is their number, from
    ``train.seed`` on.
    """

    tasks: tuple[Task, ...]
    train: TrainConfig = field(default_factory=TrainConfig)
    base: BaseChoice = field(default_factory=BaseChoice)
    device: str = "auto"
    seeds: int = 1
    resamples: int = RESAMPLES
    full: bool = False

    @property
    def ways(self) -> tuple[Way, ...]:
        """Return the ways to answer that stand in the table."""
        return ANSWERS if self.full else NETWORK_ALONE


def train_baseline(
    release: Release, config: BaselineConfig, out: Path, workspace: Path, *, replace: bool = False
) -> Table | None:
    """Make the baseline of a release in ``out``; return None if it is there already, and whole.

    Raises ModelError if the folder holds something else. Only another baseline is ever replaced.
    """
    if config.train.finetune is not Finetune.NONE:
        raise ModelError(
            f"--finetune {config.train.finetune}: a base that learns too cannot be trained by this command yet"
        )
    out = out.resolve()
    made_with = _made_with(release, config)
    clear_up(out)
    if out.exists() and _may_stay(out, made_with, replace=replace):
        return None
    check_trainable(pictured_works(release), str(release.folder))
    device = choose_device(config.device)
    cache, features = prepare_features(release, config.base, workspace, device)
    study = open_study(release, config.tasks, cache, subset=config.train.subset)
    kept = Kept.beside(out, {**made_with, "seen": _seen(study), "torch": torch.__version__})
    seeds = tuple(range(config.train.seed, config.train.seed + config.seeds))
    progress = Progress(_takes(study, config))
    how = How(config.train, seeds, device, workspace, kept, progress)
    unfinished = out.with_name(f"{unfinished_prefix(out)}{os.getpid()}")
    try:
        table = _make(study, config, how, features=features, out=out, folder=unfinished)
        write_whole(unfinished / MADE_WITH, as_json(made_with))
        write_manifest(unfinished, release.version, release.digest)
        put_in_place(unfinished, out)
    except OSError as error:
        raise ModelError(f"{out} cannot be written: {error.strerror or error}") from error
    finally:
        progress.close()
        shutil.rmtree(unfinished, ignore_errors=True)
    kept.remove()
    return table


def _make(
    study: Study,
    config: BaselineConfig,
    how: How,
    *,
    features: FeatureReport,
    out: Path,
    folder: Path,
) -> Table:
    answers: list[Answer] = []
    for way in config.ways:
        with how.progress.step(way.name, 0 if way.by_seed else way.takes):
            answers += way.make(study, how)
    resamples = Resamples(len(study.test), config.resamples)
    table = _table(study, how, answers, resamples, out, full=config.full)
    place, found = best(study, how)
    settings = replace_fields(config.train, seed=how.seeds[place])
    shown = Shown(
        table,
        study,
        network_of(study, found, settings),
        next(answer for answer in answers if answer.name == NETWORK),
        place,
        found.report,
        settings,
        study.cache.key,
        features.pictures,
        len(features.missing) + len(features.unreadable),
        study.cache.base.licence,
    )
    with how.progress.step("report", _WRITTEN):
        write_folder(folder, shown)
    return table


def _table(
    study: Study,
    how: How,
    answers: Sequence[Answer],
    resamples: Resamples,
    out: Path,
    *,
    full: bool,
) -> Table:
    release = study.release
    leaks = find_leaks(study, how.device) if full else ()
    with how.progress.step("intervals", _MEASURED):
        tasks = measure(study, answers, resamples, without_near(study, leaks))
    table = Table(
        release.version,
        release.digest,
        "test",
        len(study.test),
        tasks,
        seconds={answer.name: answer.seconds for answer in answers},
        what={answer.name: answer.what for answer in answers},
        leaks=leaks,
    )
    if not full:
        return table
    network = next(answer for answer in answers if answer.name == NETWORK)
    told, majority = tell_museums(study, how, resamples)
    return replace_fields(
        table,
        museum_told=told,
        museum_majority=majority,
        left_out=leave_out(study, how, resamples),
        continuity=continued(study, network, how, resamples, out),
    )


_MEASURED, _WRITTEN = 1.0, 0.5
"""What all intervals, and the report, take, with a fit of the multi-task network as 1."""


def _takes(study: Study, config: BaselineConfig) -> float:
    """Return what all steps of a run take, for showing progress."""
    total = _MEASURED + _WRITTEN + sum(way.total(config.seeds) for way in config.ways)
    return total + (3 + 2 * len(left_out_museums(study)) if config.full else 0)


def _seen(study: Study) -> list[int]:
    """Return how many works of each split were seen: a picture that has come since changes every answer."""
    return [int(side.seen.sum()) for side in (study.train, study.validation, study.test)]


def _made_with(release: Release, config: BaselineConfig) -> dict[str, Any]:
    base = find_base(config.base.name)
    return {
        "release": release.version,
        "release_sha256": release.digest,
        "base": base.name,
        "weights": config.base.sha256
        or (sha256_of(config.base.weights) if config.base.weights else base.sha256),
        "view": base.view,
        "augment": config.base.augment,
        "autocast": config.base.autocast,
        "tasks": [asdict(task) for task in config.tasks],
        "train": asdict(config.train),
        "seeds": config.seeds,
        "resamples": config.resamples,
        "answers": [way.name for way in config.ways],
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
