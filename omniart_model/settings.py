"""How a network is trained, and how a training went: plain values, kept in every checkpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field

PRESETS: Mapping[str, int] = {"paper": 6144, "fast": 1024}
"""Units of the shared layer; the paper's network has 6,144."""


@dataclass(frozen=True)
class TrainConfig:
    """How the heads are trained.

    ``batch`` is made smaller on a small release: see ``omniart_model.train``. ``patience`` is in
    epochs without a better validation loss.
    """

    shared: int = PRESETS["paper"]
    epochs: int = 100
    patience: int = 10
    batch: int = 1024
    rate: float = 2e-4
    decay: float = 1e-2
    seed: int = 0


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
