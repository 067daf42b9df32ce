"""How the answers of a baseline are made: settings, seeds, place, and where finished parts are kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import torch
from tqdm import tqdm

from omniart_model.baselines.kept import Kept
from omniart_model.training.distributed import World
from omniart_model.training.settings import TrainConfig

if TYPE_CHECKING:
    from omniart_model.baselines.through import Through


@dataclass(frozen=True)
class How:
    """What every answer that is learnt is learnt with, so that all are learnt alike.

    ``seeds`` are the seeds of chance, the first one of ``config`` among them; ``workspace`` holds features, weights
    and pictures. ``through`` is the base that networks are learnt through where it learns too.
    """

    config: TrainConfig
    seeds: tuple[int, ...]
    device: torch.device
    workspace: Path
    kept: Kept
    progress: "Progress"
    through: "Through | None" = None


class Progress:
    """One line on stderr over all answers and seeds, with the time that is left; silent in a pipe.

    ``total`` is the sum of what all steps take, in any unit: cheap steps come first, and must not promise too much.
    """

    def __init__(self, total: float = 1.0) -> None:
        self._bar: tqdm[Any] = tqdm(
            total=total,
            disable=None if World.here().is_first else True,
            bar_format="{desc}{percentage:3.0f}%|{bar}| {elapsed}, {remaining} left",
        )

    @contextmanager
    def step(self, what: str, takes: float) -> Iterator[None]:
        """Name what is under way, and count it once it is done."""
        self._bar.set_description(what)
        yield
        self._bar.update(min(takes, (self._bar.total or takes) - self._bar.n))

    def __enter__(self) -> Self:
        """Return this."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give the line back."""
        self._bar.close()
