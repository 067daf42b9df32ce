"""The baseline of a release: a folder beside it with table, network, predictions, model card and report.

It names the release that it is of; a finished release is never written to. The folder appears whole
or not at all, with a manifest of its own; what a killed run has finished is kept beside it, and taken up again.
"""

import logging
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from dataclasses import replace as replace_fields
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

import torch

from omniart_data.release import Release
from omniart_model.baselines.answers import ANSWERS, NETWORK_ALONE
from omniart_model.baselines.answers.network import best
from omniart_model.baselines.answers.way import Way
from omniart_model.baselines.continuity import continued
from omniart_model.baselines.fitting import Fitted
from omniart_model.baselines.how import How, Progress
from omniart_model.baselines.kept import Kept
from omniart_model.baselines.leaks import find_leaks, without_near
from omniart_model.baselines.measure import measure
from omniart_model.baselines.museums import MuseumsTold, left_out_museums, museums_told
from omniart_model.baselines.prepare import (
    BaseChoice,
    choose_device,
    features_for,
    prepare_features,
    prepare_workspace_features,
    workspace_of,
)
from omniart_model.baselines.study import Answer, Study, open_study
from omniart_model.baselines.table import NETWORK, Table
from omniart_model.baselines.through import Through
from omniart_model.baselines.written import write_checkpoint, write_folder
from omniart_model.bases.table import find_base
from omniart_model.bases.weights import sha256_of
from omniart_model.evaluation.resample import RESAMPLES, Resamples
from omniart_model.features.extract import FeatureReport
from omniart_model.files import as_json, read_json, write_whole
from omniart_model.folders import alone, clear_up, put_in_place, unfinished_prefix
from omniart_model.manifest import MANIFEST, check_manifest, write_manifest
from omniart_model.report.shown import Shown
from omniart_model.tasks import Task
from omniart_model.training.checkpoint import ABOUT, Checkpoint
from omniart_model.training.distributed import World
from omniart_model.training.settings import TrainConfig
from omniart_model.works import check_trainable, pictured_works
from schemas.errors import ModelError, UsageError

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
"""Release, base, tasks and settings, and on what it was made: a baseline of other settings is another one."""


@dataclass(frozen=True)
class BaselineConfig:
    """What a baseline is made with; all of it but the device is in ``made_with.json``.

    ``full`` takes all answers, and what is looked for around them: leaks, museums left out, the last release's
    network; it is of test. Otherwise the network stands beside the constant answers alone, on the works of ``split``.
    ``seeds`` is their number, from ``train.seed`` on.
    """

    tasks: tuple[Task, ...]
    train: TrainConfig = field(default_factory=TrainConfig)
    base: BaseChoice = field(default_factory=BaseChoice)
    device: str = "auto"
    seeds: int = 1
    resamples: int = RESAMPLES
    full: bool = False
    split: str = "test"

    def __post_init__(self) -> None:
        """Raise UsageError where all answers are asked for on another split than test."""
        if self.full and self.split != "test":
            raise UsageError(f"all answers are made for test, and not for {self.split}")

    @property
    def ways(self) -> tuple[Way, ...]:
        """Return the ways to answer that stand in the table."""
        return ANSWERS if self.full else NETWORK_ALONE


def train_baseline(
    release: Release, config: BaselineConfig, out: Path, workspace: Path, *, replace: bool = False
) -> Table | None:
    """Make the baseline of a release in ``out``; return None if it is there already, and whole.

    Raises ModelError if the folder holds something else, or another run is making it. Only another baseline is ever
    replaced.
    """
    out = out.resolve()
    with alone(out) if World.here().is_first else nullcontext():
        return _train_alone(release, config, out, workspace, replace=replace)


def _train_alone(
    release: Release, config: BaselineConfig, out: Path, workspace: Path, *, replace: bool
) -> Table | None:
    made_with = _made_with(release, config)
    _is_there(
        out, made_with, replace=replace
    )  # what may not be replaced is told before pictures are looked at
    check_trainable(pictured_works(release), str(release.folder), config.train.subset)
    device = choose_device(config.device)
    cache, features = prepare_features(release, config.base, workspace, device)
    study = open_study(release, config.tasks, cache, subset=config.train.subset, split=config.split)
    made_with |= study.rests_on(study.measured)
    if _is_there(out, made_with, replace=replace):
        return None
    made_with |= _made_on(device)
    kept = Kept.beside(out, made_with)
    seeds = tuple(range(config.train.seed, config.train.seed + config.seeds))
    through = Through(study, config.base, workspace, device)
    with Progress(_takes(study, config)) as progress, through:
        how = How(config.train, seeds, device, workspace, kept, progress, through)
        learnt = _learn(study, config, how)
        if not World.here().is_first:
            return None
        with _unfinished(out) as folder:
            table = _write(learnt, study, config, how, features=features, out=out, folder=folder)
            write_whole(folder / MADE_WITH, as_json(made_with))
            write_manifest(folder, release.version, release.digest)
            put_in_place(folder, out)
    kept.remove()
    return table


@contextmanager
def _unfinished(out: Path) -> Iterator[Path]:
    """Give the name under which a folder is made; it is gone in the end, if it did not take its own name."""
    folder = out.with_name(f"{unfinished_prefix(out)}{os.getpid()}")
    try:
        yield folder
    except OSError as error:
        raise ModelError(f"{out} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class _Learnt:
    """All that is learnt for a baseline: by every process of those that train together, in the same order."""

    answers: tuple[Answer, ...]
    place: int  # of the best seed
    best: Fitted
    museums: MuseumsTold | None


def _learn(study: Study, config: BaselineConfig, how: How) -> _Learnt:
    answers: list[Answer] = []
    for way in config.ways:
        with how.progress.step(way.name, 0 if way.by_seed else way.takes):
            answers += way.make(study, how)
    place, found = best(study, how)
    times = config.resamples if World.here().is_first else 0
    museums = None
    if config.full:
        museums = museums_told(study, how, Resamples(len(study.measured), times))
    World.here().wait()  # what is kept is not removed before all have read it
    return _Learnt(tuple(answers), place, found, museums)


def _write(
    learnt: _Learnt,
    study: Study,
    config: BaselineConfig,
    how: How,
    *,
    features: FeatureReport,
    out: Path,
    folder: Path,
) -> Table:
    """Write the folder of a baseline, all but its manifest."""
    table = _table(study, config, how, learnt, out)
    settings = replace_fields(config.train, seed=how.seeds[learnt.place])
    checkpoint = write_checkpoint(folder, study, learnt.best, settings)
    shown = Shown(
        table,
        _as_learnt(study, checkpoint, config, how),
        checkpoint.network,
        _network_of(learnt.answers),
        learnt.place,
        learnt.best.report,
        settings,
        study.cache.key,
        features.pictures,
        len(features.missing) + len(features.unreadable),
        study.cache.base.licence,
        full=config.full,
    )
    with how.progress.step("report", _WRITTEN):
        write_folder(folder, shown, checkpoint)
    return table


def _as_learnt(study: Study, checkpoint: Checkpoint, config: BaselineConfig, how: How) -> Study:
    """Return a study as a checkpoint's base sees it, which may have learnt too."""
    if checkpoint.base is None:
        return study
    with how.progress.step("features of the base that has learnt", 0):
        return study.seen_by(
            features_for(checkpoint, study.release, config.base, how.workspace, device=how.device)
        )


def _network_of(answers: Sequence[Answer]) -> Answer:
    return next(answer for answer in answers if answer.name == NETWORK)


def _table(study: Study, config: BaselineConfig, how: How, learnt: _Learnt, out: Path) -> Table:
    release, answers = study.release, learnt.answers
    resamples = Resamples(len(study.measured), config.resamples)
    leaks = find_leaks(study, how.device) if config.full else ()
    with how.progress.step("intervals", _MEASURED):
        tasks = measure(study, answers, resamples, without_near(study, leaks))
    table = Table(
        release.version,
        release.digest,
        study.split,
        len(study.measured),
        tasks,
        seconds={answer.name: answer.seconds for answer in answers},
        what={answer.name: answer.what for answer in answers},
        leaks=leaks,
        batch=learnt.best.report.batch,
    )
    if learnt.museums is None:
        return table
    return replace_fields(
        table,
        museum_told=learnt.museums.told,
        museum_majority=learnt.museums.majority,
        left_out=learnt.museums.left_out,
        continuity=continued(study, _network_of(answers), how, resamples, out),
    )


_MEASURED, _WRITTEN = 1.0, 0.5
"""What all intervals, and the report, take, with a fit of the multi-task network as 1."""


def _takes(study: Study, config: BaselineConfig) -> float:
    """Return what all steps of a run take, for showing progress."""
    total = _MEASURED + _WRITTEN + sum(way.total(config.seeds) for way in config.ways)
    return total + (3 + 2 * len(left_out_museums(study)) if config.full else 0)


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
        "split": config.split,
        "seeds": config.seeds,
        "resamples": config.resamples,
        "answers": [way.name for way in config.ways],
    }


def _made_on(device: torch.device) -> dict[str, Any]:
    """Return what the last bits hang on, and with several processes more: what one run has kept no other goes on from.

    A baseline that is whole stays where the same settings are asked for on another machine.
    """
    return {
        "device": device.type,
        "processes": World.here().size,
        "omniart-data": package_version("omniart-data"),
        "torch": torch.__version__,
    }


def _is_there(out: Path, made_with: Mapping[str, Any], *, replace: bool) -> bool:
    """Return whether this baseline is there, whole: all processes look before one of them writes."""
    world = World.here()
    with world.first_alone():
        if world.is_first:
            clear_up(out)
        return out.exists() and _may_stay(out, made_with, replace=replace)


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
    """Return whether a folder is a baseline made so, as far as that is known, each file as its manifest says."""
    if not (folder / MANIFEST).is_file():
        return False
    try:
        check_manifest(folder)
        told = read_json(folder / MADE_WITH)
        return all(told.get(name) == value for name, value in made_with.items())
    except ModelError as error:
        log.debug("%s is not whole: %s", folder, error)
        return False
