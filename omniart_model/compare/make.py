"""A comparison: features brought, networks trained, tables written, with every finished run kept in its folder."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

from omniart_data.release import Release
from omniart_model.baselines.prepare import BaseChoice
from omniart_model.compare.estimate import Estimates, estimate, relative_work
from omniart_model.compare.judge import Judge, main_metric
from omniart_model.compare.kept import Runs
from omniart_model.compare.plan import make_plan
from omniart_model.compare.render import markdown
from omniart_model.compare.settings import Options, Setting, Training
from omniart_model.compare.studies import Studies
from omniart_model.compare.table import Comparison
from omniart_model.compare.train import Trainer
from omniart_model.files import as_json, write_whole
from omniart_model.folders import alone
from omniart_model.works import check_trainable, pictured_works
from schemas.errors import ModelError

log = logging.getLogger(__name__)

JSON, MARKDOWN, RUNS = "compare.json", "compare.md", "runs"


@dataclass(frozen=True)
class Place:
    """Where a comparison is made. ``out`` is its folder; ``choices`` says where a base's weights are."""

    out: Path
    workspace: Path
    device: torch.device
    choices: Mapping[str, BaseChoice] = field(default_factory=dict)


def compare(release: Release, options: Options, place: Place) -> Comparison:
    """Return the tables of a release, and write them; what is kept of an earlier run is not trained again.

    A base or an augmentation whose features cannot be had is a row with the reason, and in ``left_out``. Raises
    ModelError where the folder holds something else, another run is making it, or there is nothing to learn from.
    """
    _check_folder(place.out)
    with alone(place.out.resolve()):
        return _compare(release, options, place)


def _compare(release: Release, options: Options, place: Place) -> Comparison:
    check_trainable(pictured_works(release), str(release.folder))
    studies = Studies(
        release, options.tasks, place.workspace, place.device, options.split, place.choices
    )
    plan = make_plan(options, _bring_features(studies, options))
    runs = Runs(place.out, options)
    trainer = Trainer(studies, runs)
    trainer.train(plan.trainings(), lambda training: _work(training, studies))
    log.info("%d networks trained", trainer.trained)
    judge = Judge(runs, studies.scopes, trainer.reasons)
    comparison = Comparison(
        release=release.version,
        digest=release.digest,
        is_sample=release.is_sample,
        split=options.split,
        seeds=options.seeds,
        middle=plan.middle,
        preset=options.preset,
        metrics={task.name: main_metric(task) for task in options.tasks},
        tables=tuple(map(judge.table, plan.tables)),
        subsets=tuple(map(judge.subset, plan.subsets)),
        left_out={
            f"{base} with augmentation {augment}": reason
            for (base, augment), reason in studies.reasons.items()
        },
    )
    write_whole(place.out / JSON, as_json(comparison.as_dict()))
    write_whole(place.out / MARKDOWN, markdown(comparison).encode())
    return comparison


def plan_ahead(release: Release, options: Options, place: Place) -> Estimates:
    """Return what ``compare`` would do, and how long it would take at most; nothing is written."""
    check_trainable(pictured_works(release), str(release.folder))
    return estimate(release, make_plan(options), Runs(place.out, options), place.device)


def _work(training: Training, studies: Studies) -> float:
    setting = training.setting
    cache = studies.caches.get((setting.base, setting.augment))
    if cache is None:
        return 0.0  # nothing is done but to say why
    return relative_work(training, len(studies.tasks), cache.base.features)


def _bring_features(studies: Studies, options: Options) -> Setting:
    """Bring all features that are asked for, and return the middle: its base is the first that can be had."""
    middle = options.middle
    had = [base for base in options.bases if studies.bring(base, middle.augment)]
    if had:
        middle = replace(middle, base=had[0])
    for augment in options.augment:
        studies.bring(middle.base, augment)
    return middle


def _check_folder(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise ModelError(f"{out} is a file: give --out for a folder")
    there = {path.name for path in out.iterdir()} if out.is_dir() else set()
    if there and not there & {JSON, RUNS}:
        raise ModelError(f"{out} is there and holds no comparison: give --out for another folder")
