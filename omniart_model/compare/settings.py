"""What is compared: the values of each factor, one setting of all of them, and the trainings asked for.

Strezoski & Worring 2017 choose base, size of the shared layer and augmentation first (stage 1), and then set the
multi-task network beside single-task ones on subsets of the artists (stage 2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from omniart_model.bases.table import DEFAULT_BASE
from omniart_model.tasks import Task
from omniart_model.training.settings import PRESETS, Tail, TrainConfig, Weighting, YearHead
from schemas.errors import UsageError

PAPER, RECIPE = "paper", "recipe"

_PAPERS_WAY: Mapping[str, Any] = {
    name: getattr(PRESETS["paper"], name)
    for name in ("year", "tail", "weighting", "dropout", "schedule")
}
_OF_SIZE = frozenset({"shared", "batch", "seed", "subset"})
"""Settings that are no part of a way to train: they are factors of their own, or the same in all rows."""

METHODS: Mapping[str, Mapping[str, Any]] = {
    PAPER: {},
    "year-bins": {"year": YearHead.BINS},
    "logit-adjustment": {"tail": Tail.LOGITS},
    "uncertainty": {"weighting": Weighting.UNCERTAINTY},
    "dropout": {"dropout": 0.5},  # of the shared layer's units: Srivastava et al. 2014
    "unweighted-classes": {"tail": Tail.NONE},
    "equal-weights": {"weighting": Weighting.EQUAL},
    RECIPE: {
        name: value
        for name, value in vars(PRESETS["fast"]).items()
        if name not in _OF_SIZE and value != getattr(TrainConfig(), name)
    },
}
"""What is done otherwise than in the paper, as settings of a training; the recipe is all that is recommended."""

AUGMENTATIONS = ("none", "flip", "rotation", "mean", "zca")
"""The paper's: no view but the upright one, its mirror image, rotations, mean subtraction, ZCA whitening."""


@dataclass(frozen=True)
class Setting:
    """One value of each factor. ``subset`` leaves artists with at most so many works out."""

    base: str
    shared: int
    augment: str
    subset: int
    method: str

    def config(self, preset: TrainConfig, seed: int = 0) -> TrainConfig:
        """Return how a network is trained: batch, epochs and rate are the preset's, the rest is the method's.

        A method that has epochs of its own has no more of them than the preset.
        """
        chosen = replace(preset, shared=self.shared, subset=self.subset, seed=seed)
        chosen = replace(chosen, **{**_PAPERS_WAY, **METHODS[self.method]})
        return replace(chosen, epochs=min(chosen.epochs, preset.epochs))


@dataclass(frozen=True)
class Training:
    """A network to train, once for each seed: of all tasks, or of ``alone``."""

    setting: Setting
    alone: str = ""


@dataclass(frozen=True)
class Options:
    """The values of each factor, the first of them in the middle, and what is the same for all trainings.

    ``split`` is where it is measured: validation, as choices are made by it. No ``subsets``: stage 2 is left out.
    """

    tasks: tuple[Task, ...]
    bases: tuple[str, ...] = (DEFAULT_BASE,)
    shared: tuple[int, ...] = (1024,)
    augment: tuple[str, ...] = ("flip",)
    subsets: tuple[int, ...] = (0,)
    methods: tuple[str, ...] = (PAPER,)
    seeds: int = 3
    grid: bool = False
    split: str = "validation"
    preset: TrainConfig = field(default_factory=TrainConfig)

    def __post_init__(self) -> None:
        """Raise UsageError for what is no value of a factor."""
        _known("augmentation", self.augment, AUGMENTATIONS)
        _known("method", self.methods, tuple(METHODS))
        for name, values in (
            ("bases", self.bases),
            ("shared", self.shared),
            ("augment", self.augment),
            ("methods", self.methods),
        ):
            if not values:
                raise UsageError(f"--{name} needs a value at least")

    @property
    def middle(self) -> Setting:
        """Return the first value of each factor: what the others are varied around."""
        subset = self.subsets[0] if self.subsets else 0
        return Setting(self.bases[0], self.shared[0], self.augment[0], subset, self.methods[0])


def _known(what: str, names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise UsageError(f"no {what} is called {name!r}; there are: {', '.join(known)}")
