"""A release as a baseline looks at it: works, classes and features of the three splits, read once."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from omniart_data.release import Release
from omniart_model.evaluation.constant import constant_answers, repeated
from omniart_model.evaluation.truth import Truth, truth_of
from omniart_model.features.cache import FeatureCache, Halves
from omniart_model.files import digest
from omniart_model.labels import Booleans, Floats, labels_to_learn
from omniart_model.tasks import Kind, Task
from omniart_model.training.examples import Cached
from omniart_model.works import (
    check_trainable,
    class_index,
    in_split,
    in_subset,
    museums_of,
    pictured_works,
    texts,
)
from schemas.errors import ModelError

log = logging.getLogger(__name__)

Scores = Mapping[str, Floats]
"""Task to what is answered: scores [N, C], or years [N]."""


@dataclass(frozen=True)
class Side:
    """One split: its works, sorted by id, and the features of those that were seen (the others' rows are 0)."""

    works: pa.Table
    features: Halves  # [N, 2, F]
    seen: Booleans  # [N]

    def __len__(self) -> int:
        """Return the number of works."""
        return len(self.seen)

    def held(self, among: Booleans | None = None) -> Booleans:
        """Return which works were seen, and are among some, bool [N]."""
        return self.seen if among is None else self.seen & among

    @property
    def ids(self) -> list[str]:
        """Return the works' ids, rising."""
        return texts(self.works["id"])

    @property
    def museums(self) -> list[str]:
        """Return each work's museum: its institution, or else the source that told of it."""
        return museums_of(self.works)


@dataclass(frozen=True)
class Study:
    """What every answer is made from, and scored on: the works of ``split``."""

    release: Release
    tasks: tuple[Task, ...]
    classes: Mapping[str, tuple[str, ...]]
    cache: FeatureCache
    train: Side
    validation: Side
    test: Side
    split: str = "test"

    @property
    def measured(self) -> Side:
        """Return the works that are answered and scored."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[self.split]

    def examples(
        self, side: Side, tasks: Sequence[Task] = (), among: Booleans | None = None
    ) -> Cached:
        """Return the seen works of a side, or some of them, to learn from."""
        chosen = tuple(tasks) or self.tasks
        held = side.held(among)
        works, features = side.works, side.features
        if not held.all():
            works, features = works.filter(pa.array(held)), features[held]
        return Cached(
            features,
            {task.name: labels_to_learn(works, task, self.classes[task.name]) for task in chosen},
        )

    def seen_by(self, cache: FeatureCache) -> "Study":
        """Return the same works as another base sees them."""
        return replace(
            self,
            cache=cache,
            train=read_side(self.train.works, cache),
            validation=read_side(self.validation.works, cache),
            test=read_side(self.test.works, cache),
        )

    def rests_on(self, measured: Side) -> dict[str, Any]:
        """Return what answers rest on besides settings: release, features, and which works of each side were seen."""
        seen = b"".join(side.seen.tobytes() for side in (self.train, self.validation, measured))
        return {
            "release_sha256": self.release.digest,
            "features": dict(self.cache.key),
            "seen_sha256": digest(seen),
        }

    def truth(self, task: Task, side: Side | None = None) -> Truth:
        """Return what is true of the works that are scored (or another side's)."""
        return truth_of((side or self.measured).works, task, self.classes[task.name])

    def prior(self, task: Task) -> Floats:
        """Return what is answered where there is no picture: the prior of train, or its median year."""
        constant = constant_answers(self.train.works, task, self.classes[task.name])
        return constant["median year"] if task.kind is Kind.YEAR else next(iter(constant.values()))

    def filled(self, side: Side, scores: Scores) -> Scores:
        """Return scores in which the works of a side that were not seen are answered with the prior."""
        blind = ~side.seen
        if not blind.any():
            return scores
        for task in self.tasks:
            if task.name in scores:
                scores[task.name][blind] = repeated(self.prior(task), int(blind.sum()))
        return scores


@dataclass(frozen=True)
class Answer:
    """One way to answer a split's works: its scores for each seed (one where chance plays no part).

    ``what`` says in a sentence what it is and what it looks at. ``ranges`` are years, [N, 2], by seed, where the answer gives
    them. ``seconds`` is the wall time of all seeds together.
    """

    name: str
    what: str
    seeds: tuple[Scores, ...]
    seconds: float = 0.0
    ranges: tuple[Floats, ...] = field(default_factory=tuple)

    def of(self, task: Task) -> tuple[Floats, ...]:
        """Return the answers to one task by seed; none where it is not answered."""
        return tuple(scores[task.name] for scores in self.seeds if task.name in scores)


def side_of(works: pa.Table, split: str, cache: FeatureCache) -> Side:
    """Return the works of a split with their features."""
    return read_side(in_split(works, split), cache)


def read_side(works: pa.Table, cache: FeatureCache) -> Side:
    """Return works, all of one split, with their features."""
    features, found = cache.read(texts(works["image_sha256"]))
    return Side(works, features, np.asarray(found))


def open_study(
    release: Release,
    tasks: Sequence[Task],
    cache: FeatureCache,
    *,
    subset: int = 0,
    split: str = "test",
) -> Study:
    """Return a release as it is studied: its pictured works, the tasks that can be learnt, and the features.

    ``subset`` leaves the works of artists with at most so many works out, of every split; the works of ``split`` are
    scored. Raises ModelError where a
    split is empty, no picture of one is at hand, or no task has anything to learn.
    """
    pictured = pictured_works(release)
    check_trainable(pictured, str(release.folder), subset)
    works = in_subset(pictured, subset)
    classes = {task.name: class_index(release, works, task) for task in tasks}
    sides = {name: side_of(works, name, cache) for name in ("train", "validation", "test")}
    for name in ("train", "validation"):
        if not sides[name].seen.any():
            raise ModelError(
                f"no picture of {name} is at hand: give --workspace with the folder that holds images/"
            )
    return Study(release, _learnable(tasks, classes, works), classes, cache, **sides, split=split)


def _learnable(
    tasks: Sequence[Task], classes: Mapping[str, tuple[str, ...]], works: pa.Table
) -> tuple[Task, ...]:
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
    return tuple(kept)
