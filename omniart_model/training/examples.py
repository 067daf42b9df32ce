"""Works to learn from: what the heads see of them, and their labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from omniart_model.features.cache import Halves
from omniart_model.labels import Integers, Labels


class Examples(Protocol):
    """N works: their labels, and the features of any of them in either view."""

    @property
    def labels(self) -> Mapping[str, Labels]:
        """Return each task's labels, row by row."""
        ...

    def __len__(self) -> int:
        """Return the number of works."""
        ...

    def seen(self, rows: Integers, mirrored: Integers, place: torch.device) -> Tensor:
        """Return the features of some works on a device, [B, F], each upright (0) or mirrored (1)."""
        ...


@dataclass(frozen=True)
class Cached:
    """Works whose features were made once: float16 [N, 2, F], upright and mirrored."""

    features: Halves
    labels: Mapping[str, Labels]

    def __len__(self) -> int:
        """Return the number of works."""
        return len(self.features)

    def seen(self, rows: Integers, mirrored: Integers, place: torch.device) -> Tensor:
        """Return features from memory, float16 [B, F]."""
        return torch.from_numpy(self.features[rows, mirrored]).to(place)
