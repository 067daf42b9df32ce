"""Works to learn from: what the heads see of them, and their labels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from omniart_model.features.cache import Halves
from omniart_model.labels import Integers, Labels
from omniart_model.training.network import Spread

_TOGETHER = 4_096  # rows whose spread is summed at a time
_LEAST_FEATURE_DEVIATION = 1e-2  # a feature that hardly moves is not blown up to unit size


class Examples(Protocol):
    """N works: their labels, and the features of any of them in any view (0 is upright)."""

    @property
    def labels(self) -> Mapping[str, Labels]:
        """Return each task's labels, row by row."""
        ...

    @property
    def views(self) -> int:
        """Return in how many views each work can be seen."""
        ...

    @property
    def base(self) -> nn.Module | None:
        """Return the base that the features come through, where it learns too."""
        ...

    def __len__(self) -> int:
        """Return the number of works."""
        ...

    def seen(self, rows: Integers, views: Integers, place: torch.device) -> Tensor:
        """Return the features of some works on a device, [B, F], each in a view of its own."""
        ...

    def spread(self) -> Spread:
        """Return the spread of the upright view's features, [F]."""
        ...


@runtime_checkable
class Announced(Protocol):
    """Works that are the quicker to see if it is known which ones are asked for next."""

    def coming(self, rows: Integers, after: Integers) -> None:
        """Take note that these works are asked for now, and those after them."""
        ...


@dataclass(frozen=True)
class Cached:
    """Works whose features were made once: float16 [N, V, F], the upright view first."""

    features: Halves
    labels: Mapping[str, Labels]

    def __len__(self) -> int:
        """Return the number of works."""
        return len(self.features)

    @property
    def views(self) -> int:
        """Return the number of views."""
        return int(self.features.shape[1])

    @property
    def base(self) -> nn.Module | None:
        """Return no base: it is frozen, and was asked before."""
        return None

    def seen(self, rows: Integers, views: Integers, place: torch.device) -> Tensor:
        """Return features from memory, float16 [B, F]."""
        return torch.from_numpy(self.features[rows, views]).to(place)

    def spread(self) -> Spread:
        """Return the spread of the upright view, summed in float64 a block at a time."""
        return spread_of(
            self.features[start : start + _TOGETHER, 0] for start in range(0, len(self), _TOGETHER)
        )


def spread_of(blocks: Iterable[Halves]) -> Spread:
    """Return the spread of features that come in blocks [B, F]; of nothing it is a ValueError."""
    total = squares = np.zeros(1)
    works = 0
    for block in blocks:
        wide = block.astype(np.float64)
        total = total + wide.sum(0)
        squares = squares + np.square(wide).sum(0)
        works += len(wide)
    if not works:
        raise ValueError("there are no features to take the spread of")
    mean = total / works
    deviation = np.sqrt(np.maximum(squares / works - mean**2, 0))
    least = np.maximum(deviation, _LEAST_FEATURE_DEVIATION)
    return Spread(torch.from_numpy(mean).float(), torch.from_numpy(least).float())
