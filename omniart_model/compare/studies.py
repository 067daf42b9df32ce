"""The features that a comparison looks at: brought for each base and augmentation, or why they cannot be."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import torch

from omniart_data.release import Release
from omniart_model.baselines.prepare import BaseChoice, prepare_features
from omniart_model.baselines.study import Study, open_study
from omniart_model.bases.at_hand import base_at_hand
from omniart_model.compare.settings import Setting
from omniart_model.evaluation.truth import Truth, truth_of
from omniart_model.features.cache import FeatureCache
from omniart_model.tasks import Task
from omniart_model.works import lacking, pictured_works
from schemas.errors import ModelError

log = logging.getLogger(__name__)

NO_LABEL = "no label has enough works there"
"""Why a network is not trained where its subset leaves it nothing to learn."""

_BARE, _FLIP = "none", "flip"
"""No augmentation is the first of the flip's two views: its features need not be made again."""


@dataclass(frozen=True)
class Scope:
    """What the rows of one subset have in common: the works that are measured, and what can be learnt there."""

    works: pa.Table
    tasks: tuple[Task, ...]
    classes: Mapping[str, tuple[str, ...]]

    def truth(self, task: Task) -> Truth:
        """Return what is true of the works."""
        return truth_of(self.works, task, self.classes[task.name])


@dataclass
class Studies:
    """A release through different bases. ``choices`` says where a base's weights are, if not in their own place.

    ``split`` is what is measured. Only one study is in memory at a time: trainings come in groups.
    """

    release: Release
    tasks: Sequence[Task]
    workspace: Path
    device: torch.device
    split: str
    choices: Mapping[str, BaseChoice] = field(default_factory=dict)
    caches: dict[tuple[str, str], FeatureCache] = field(default_factory=dict)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)
    scopes: dict[int, Scope] = field(default_factory=dict)
    _held: dict[tuple[str, str, int], Study] = field(default_factory=dict)

    def bring(self, base: str, augment: str) -> bool:
        """Bring the features of a base and an augmentation; where they cannot be had, keep the reason."""
        asked = base, augment
        if asked not in self.caches and asked not in self.reasons:
            try:
                with base_at_hand():
                    self.caches[asked] = self._features(base, augment)
            except ModelError as error:
                self.reasons[asked] = str(error)
                log.warning("%s with augmentation %s is left out: %s", *asked, self.reasons[asked])
        return asked in self.caches

    def study(self, setting: Setting) -> Study:
        """Return the works of a setting's subset with its features; raises ModelError where there are none."""
        features = setting.base, setting.augment
        if features in self.reasons:
            raise ModelError(self.reasons[features])
        where = *features, setting.subset
        if where not in self._held:
            self._held.clear()
            if lack := lacking(pictured_works(self.release), setting.subset):
                raise ModelError(lack)
            study = open_study(
                self.release,
                self.tasks,
                self.caches[features],
                subset=setting.subset,
                split=self.split,
            )
            if setting.augment == _BARE:
                study = _upright(study)
            scope = Scope(study.measured.works, study.tasks, study.classes)
            self.scopes.setdefault(setting.subset, scope)
            self._held[where] = study
        return self._held[where]

    def _features(self, base: str, augment: str) -> FeatureCache:
        choice = self.choices.get(base, BaseChoice(base))
        choice = replace(choice, augment=_FLIP if augment == _BARE else augment)
        splits = tuple(dict.fromkeys(("train", "validation", self.split)))
        cache, _ = prepare_features(self.release, choice, self.workspace, self.device, splits)
        return cache


def _upright(study: Study) -> Study:
    """Return a study in which each work has its first view alone."""
    train, validation, test = (
        replace(side, features=side.features[:, :1])
        for side in (study.train, study.validation, study.test)
    )
    return replace(study, train=train, validation=validation, test=test)
