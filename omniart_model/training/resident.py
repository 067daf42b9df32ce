"""Features that lie on the GPU: gathered there, they need no loader and no copy at each step."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from omniart_model.labels import Integers, Labels
from omniart_model.training.examples import Cached, Examples
from omniart_model.training.network import Spread

_SHARE = (
    0.5  # of the free memory that features may take: the rest is the network's and its activations'
)


@dataclass(frozen=True)
class Resident:
    """Works whose features were brought to a device: ``rows`` float16 [N * V, F], a work's views together."""

    works: Cached
    rows: Tensor

    @classmethod
    def on(cls, works: Cached, place: torch.device) -> "Resident":
        """Return works with their features on a device."""
        return cls(works, torch.from_numpy(works.features).flatten(0, 1).to(place))

    def __len__(self) -> int:
        """Return the number of works."""
        return len(self.works)

    @property
    def labels(self) -> Mapping[str, Labels]:
        """Return each task's labels."""
        return self.works.labels

    @property
    def views(self) -> int:
        """Return the number of views."""
        return self.works.views

    @property
    def base(self) -> nn.Module | None:
        """Return no base: it is frozen."""
        return None

    def seen(self, rows: Integers, views: Integers, place: torch.device) -> Tensor:
        """Return features, float16 [B, F]; only the numbers of the rows go to the device."""
        index = torch.from_numpy(np.asarray(rows * self.views + views, np.int64))
        return self.rows.index_select(0, index.to(self.rows.device)).to(place)

    def spread(self) -> Spread:
        """Return the spread of the upright view's features, [F]."""
        return self.works.spread()


def brought_to(examples: Examples, place: torch.device) -> Examples:
    """Return works with their features on a GPU where they fit beside the network, else as they are."""
    if place.type != "cuda" or not isinstance(examples, Cached):
        return examples
    free, _ = torch.cuda.mem_get_info(place)
    return Resident.on(examples, place) if examples.features.nbytes <= _SHARE * free else examples
