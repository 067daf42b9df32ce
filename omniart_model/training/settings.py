"""How a network is trained, and how a training went: plain values, kept in every checkpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class YearHead(StrEnum):
    """How a year is answered: as a number (the paper), or as a distribution over bins."""

    NUMBER = "number"
    BINS = "bins"


class Tail(StrEnum):
    """What stands up for rare classes: weights in the loss (the paper), the prior added to the logits, or nothing."""

    WEIGHTS = "class-weights"
    LOGITS = "logit-adjustment"
    NONE = "none"


class Weighting(StrEnum):
    """How the tasks are weighed: by the ratio of their validation losses (the paper), learnt, or all alike."""

    RATIO = "ratio"
    UNCERTAINTY = "uncertainty"
    EQUAL = "equal"


class Schedule(StrEnum):
    """How the rate goes: the same to the end, which validation finds, or up and down a cosine that ends at 0.

    Under CONSTANT the epoch with the least validation loss is kept, and ``patience`` ends the training. Under COSINE all
    epochs are run and the last is kept: the rate is 0 there, and the loss of the one task that first grows too sure
    of itself does not stop the others.
    """

    CONSTANT = "constant"
    COSINE = "cosine"


class Finetune(StrEnum):
    """What of the base learns too: nothing (the paper), its last stage, or all of it."""

    NONE = "none"
    LAST = "last"
    ALL = "all"


@dataclass(frozen=True)
class TrainConfig:
    """How the heads are trained.

    ``batch`` is made smaller on a small release: see ``omniart_model.training.train``. ``patience`` is in
    epochs without a better validation loss. ``subset`` leaves the works of artists with at most so many works out.
    ``rate`` is the heads' learning rate and ``base_rate`` that of a base that learns too; ``dropout`` is the share of the
    shared layer that each step leaves out, ``year_bin`` the width in years of what YearHead.BINS answers.
    """

    shared: int = 6144
    epochs: int = 100
    patience: int = 10
    batch: int = 1024
    rate: float = 2e-4
    schedule: Schedule = Schedule.CONSTANT
    base_rate: float = 1e-5
    decay: float = 1e-2
    dropout: float = 0.0
    seed: int = 0
    subset: int = 0
    year: YearHead = YearHead.NUMBER
    year_bin: int = 10
    tail: Tail = Tail.WEIGHTS
    weighting: Weighting = Weighting.RATIO
    finetune: Finetune = Finetune.NONE


def read_config(values: Mapping[str, Any]) -> TrainConfig:
    """Return settings as JSON holds them; raise TypeError or ValueError for what is no setting."""
    told = dict(values)
    for name, kind in _CHOICES.items():
        if name in told:
            told[name] = kind(told[name])
    return TrainConfig(**told)


_CHOICES: Mapping[str, type[StrEnum]] = {
    "year": YearHead,
    "tail": Tail,
    "weighting": Weighting,
    "finetune": Finetune,
    "schedule": Schedule,
}

PRESETS: Mapping[str, TrainConfig] = {
    "paper": TrainConfig(shared=6144, batch=32),
    "fast": TrainConfig(
        shared=1024,
        epochs=15,
        rate=1e-3,
        schedule=Schedule.COSINE,
        dropout=0.5,
        year=YearHead.BINS,
    ),
}
"""The paper's method as it stands, and what is recommended: see docs/decisions/0019-the-recipe.md."""


@dataclass(frozen=True)
class Epoch:
    """Losses of one pass: scaled, task by task, and the weighted sum that stopping looks at."""

    number: int
    train: float
    validation: Mapping[str, float]
    total: float


@dataclass
class TrainReport:
    """How a training went; ``seconds`` is wall time, the one part that differs from run to run."""

    epochs: list[Epoch] = field(default_factory=list)
    best: int = 0
    weights: dict[str, float] = field(default_factory=dict)
    train: int = 0
    validation: int = 0
    batch: int = 0
    seconds: float = 0.0
