"""A comparison: features brought, networks trained, tables written, with every finished run kept in its folder."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replace_fields
from pathlib import Path

import torch

from omniart_data.release import Release
from omniart_model.baselines.prepare import BaseChoice
from omniart_model.bases.at_hand import base_at_hand
from omniart_model.bases.table import find_base
from omniart_model.bases.weights import to_be_had
from omniart_model.compare.estimate import Estimates, estimate, relative_work
from omniart_model.compare.judge import Judge, main_metric
from omniart_model.compare.kept import Runs
from omniart_model.compare.plan import make_plan
from omniart_model.compare.question import refusal
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


def compare(
    release: Release, options: Options, place: Place, *, replace: bool = False
) -> Comparison:
    """Return the tables of a release, and write them; what is kept of an earlier run is not trained again.

    A base or an augmentation whose features cannot be had is a row with the reason, and in ``left_out``. Raises
    ModelError where the folder holds something else, or, unless they may be replaced, tables of another question; where
    another run is making it, or there is nothing to learn from.
    """
    _check_folder(place.out)
    with alone(place.out.resolve()):
        if not replace and (refused := refusal(place.out / JSON, release.digest, options)):
            raise ModelError(refused)
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
        asked=options,
        middle=plan.middle,
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


def plan_ahead(
    release: Release, options: Options, place: Place, *, replace: bool = False
) -> Estimates:
    """Return what ``compare`` would do, and how long it would take at most; nothing is downloaded or written."""
    check_trainable(pictured_works(release), str(release.folder))
    gone, first = _weights(options, place)
    if not replace and (refused := refusal(place.out / JSON, release.digest, options)):
        first.append(refused)
    had = [base for base in options.bases if base not in gone]
    plan, runs = make_plan(options, _around(options, had)), Runs(place.out, options)
    found = estimate(release, plan, runs, place.device, gone)
    return replace_fields(found, first=tuple(first))


def _weights(options: Options, place: Place) -> tuple[dict[str, str], list[str]]:
    """Return of bases why their weights are not to be had, and what would be downloaded first, each as a sentence."""
    gone, first = {}, []
    for name in options.bases:
        choice = place.choices.get(name, BaseChoice(name))
        try:
            with base_at_hand():
                cache = place.workspace / "weights"
                told = to_be_had(find_base(name), cache, choice.weights, choice.sha256)
        except ModelError as error:
            gone[name] = str(error)
            continue
        if told:
            first.append(f"the weights of {name} are not at hand: {told}")
    return gone, first


def _work(training: Training, studies: Studies) -> float:
    setting = training.setting
    cache = studies.caches.get((setting.base, setting.augment))
    if cache is None:
        return 0.0  # nothing is done but to say why
    return relative_work(training, len(studies.tasks), cache.base.features)


def _bring_features(studies: Studies, options: Options) -> Setting:
    """Bring all features that are asked for, and return the middle: its base is the first that can be had."""
    first = options.middle.augment
    middle = _around(options, [base for base in options.bases if studies.bring(base, first)])
    for augment in options.augment:
        studies.bring(middle.base, augment)
    return middle


def _around(options: Options, had: Sequence[str]) -> Setting:
    """Return the middle: its base is the first that can be had."""
    return replace_fields(options.middle, base=had[0]) if had else options.middle


def _check_folder(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise ModelError(f"{out} is a file: give --out for a folder")
    there = {path.name for path in out.iterdir()} if out.is_dir() else set()
    if there and not there & {JSON, RUNS}:
        raise ModelError(f"{out} is there and holds no comparison: give --out for another folder")
