"""A release as a baseline looks at it: works, classes and features of the three splits, read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from omniart_data.release import Release
from omniart_model.evaluation.constant import constant_answers, repeated
from omniart_model.evaluation.truth import Truth, truth_of
from omniart_model.features.cache import FeatureCache, Halves
from omniart_model.labels import Booleans, Floats, encode
from omniart_model.tasks import Kind, Task
from omniart_model.training.examples import Cached
from omniart_model.works import in_split, texts

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


@dataclass(frozen=True)
class Study:
    """What every answer is made from, and scored on ``test``."""

    release: Release
    tasks: tuple[Task, ...]
    classes: Mapping[str, tuple[str, ...]]
    cache: FeatureCache
    train: Side
    validation: Side
    test: Side

    def examples(
        self, side: Side, tasks: Sequence[Task] = (), among: Booleans | None = None
    ) -> Cached:
        """Return the seen works of a side, or some of them, to learn from."""
        held = side.seen if among is None else side.seen & among
        works, features = side.works, side.features
        if not held.all():
            works, features = works.filter(pa.array(held)), features[held]
        return Cached(
            features,
            {
                task.name: encode(works, task, self.classes[task.name])
                for task in tasks or self.tasks
            },
        )

    def truth(self, task: Task, side: Side | None = None) -> Truth:
        """Return what is true of the test works (or another side's)."""
        return truth_of((side or self.test).works, task, self.classes[task.name])

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
    chosen = in_split(works, split)
    features, found = cache.read(texts(chosen["image_sha256"]))
    return Side(chosen, features, np.asarray(found))
