"""Training through the base: works whose features are made of their pictures at each step.

A base that is frozen gives the very features that the cache holds. One that learns, all of it or its last stage, is a
copy, so that another training begins where this one did. It stays in evaluation mode: batch normalisations keep
ImageNet's statistics, which small batches would only make worse, while their scales and shifts learn as the other
parameters do. EfficientNet-Lite0 has none left, as they are folded into its convolutions: their weights, and the biases
that came of the folding, are what learns there.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from omniart_model.bases.frozen import FrozenBase
from omniart_model.bases.last_stage import last_stage
from omniart_model.bases.table import View
from omniart_model.features.cache import Halves
from omniart_model.features.look import batch_size, launched
from omniart_model.features.pictures import Seen
from omniart_model.labels import Integers, Labels
from omniart_model.training.examples import Cached, spread_of
from omniart_model.training.network import Spread
from omniart_model.training.pictured import Pictures
from omniart_model.training.settings import Finetune
from schemas.errors import UsageError

_TOGETHER_CPU, _TOGETHER_GPU = 32, 256
"""Pictures whose way through the base is remembered at a time: ResNet-50's takes 90 MB each in float32."""


class Learner:
    """A base that pictures go through: frozen, or with parameters that learn.

    ``network`` is the base; with anything but Finetune.NONE a copy, whose learning parameters are float32. On a GPU
    that has bfloat16 its convolutions count in it while they learn, and nowhere else: what is measured on validation
    and in the end is what the checkpoint's base answers. bfloat16 has float32's range, so no loss has to be scaled; a GPU
    without it counts in float32. ``compiling`` makes the learning passes quicker where torch.compile can.
    """

    def __init__(
        self,
        network: FrozenBase,
        finetune: Finetune,
        place: torch.device,
        *,
        compiling: bool = False,
    ) -> None:
        self.finetune = finetune
        learns = finetune is not Finetune.NONE
        self.network = (copy.deepcopy(network) if learns else network).to(place)
        for part in learning_parts(self.network.network, finetune):
            part.requires_grad = True
        if learns and not any(part.requires_grad for part in self.network.parameters()):
            raise UsageError(f"--finetune {finetune}: this base has nothing to learn")
        self._mixed = place.type == "cuda" and torch.cuda.is_bf16_supported(
            including_emulation=False
        )
        quick: Any = torch.compile(self.network.network) if compiling else self.network.network
        self._quick = quick
        self._together = _TOGETHER_CPU if place.type == "cpu" else _TOGETHER_GPU

    @property
    def base(self) -> nn.Module | None:
        """Return the base where it learns."""
        return None if self.finetune is Finetune.NONE else self.network

    @property
    def is_learning(self) -> bool:
        """Return whether what is seen now is to be learnt from."""
        return self.base is not None and torch.is_grad_enabled()

    @property
    def together(self) -> int:
        """Return how many pictures are seen at a time."""
        return self._together if self.is_learning else batch_size(self.network)

    def features(self, pictures: Seen, *, remembered: bool) -> Tensor:
        """Return the features [B, F] of at most ``together`` pictures, uint8 [B, S, S, 3].

        They are float16, as the cache's are; float32 with a gradient where the base is learning. Without
        ``remembered`` the way back goes through the base anew, in place of all that it would have to remember.
        """
        if not self.is_learning:
            views = (View.ORIGINAL,)  # they are in their views already
            return launched(self.network, pictures[:, None], views)[: len(pictures), 0]
        place = self.network.get_buffer("mean").device
        shown = torch.from_numpy(pictures)
        if place.type == "cuda":
            shown = shown.pin_memory()
        shown = shown.permute(0, 3, 1, 2).to(place, non_blocking=True)
        if remembered:
            return self._learning(shown)
        features: Tensor = checkpoint(
            self._learning, shown, use_reentrant=False, preserve_rng_state=False
        )
        return features

    def _learning(self, shown: Tensor) -> Tensor:
        seen = self.network.normalised(shown)
        with torch.autocast(seen.device.type, torch.bfloat16, enabled=self._mixed):
            features: Tensor = self._quick(seen)
        return features.float()


def learning_parts(network: nn.Module, finetune: Finetune) -> Iterator[nn.Parameter]:
    """Yield the parameters of a base's network that learn."""
    if finetune is Finetune.ALL:
        yield from network.parameters()
    elif finetune is Finetune.LAST:
        for name in last_stage(network):
            yield from network.get_submodule(name).parameters()


@dataclass(frozen=True)
class Pictured:
    """Works whose features are made of their pictures: ``places`` [N] are the places of theirs among ``pictures``.

    ``known`` is the spread of their features before anything is learnt, where it is known from a cache: finding it costs
    a pass over all works.
    """

    pictures: Pictures
    places: Integers
    labels: Mapping[str, Labels]
    learner: Learner
    known: Spread | None = None

    @classmethod
    def of(
        cls, pictures: Pictures, sha256s: Sequence[str], cached: Cached, learner: Learner
    ) -> "Pictured":
        """Return works with pictures in place of the features that they have in a cache, in the same order."""
        return cls(pictures, pictures.places(sha256s), cached.labels, learner, cached.spread())

    def __len__(self) -> int:
        """Return the number of works."""
        return len(self.places)

    @property
    def views(self) -> int:
        """Return the number of views."""
        return len(self.pictures.base.views)

    @property
    def base(self) -> nn.Module | None:
        """Return the base where it learns."""
        return self.learner.base

    def coming(self, rows: Integers, after: Integers) -> None:
        """Begin to decode the pictures of works that are asked for now, and of those after them."""
        self.pictures.coming(self.places[rows])
        self.pictures.coming(self.places[after])

    def seen(self, rows: Integers, views: Integers, place: torch.device) -> Tensor:
        """Return features [B, F] as the base makes them now; see ``Learner.features``.

        Of no works, as a small batch may leave a process that trains with others, they hang on the base all the same: its
        gradient there is 0, and not missing where the others add theirs.
        """
        if not len(rows) and self.learner.is_learning:
            size = self.pictures.base.size_px
            blank = np.zeros((1, size, size, 3), np.uint8)
            return self.learner.features(blank, remembered=True)[:0].to(place)
        parts = [torch.zeros(0, self.pictures.base.features, device=place)]
        full = self.learner.together
        for start in range(0, len(rows), full):
            some = slice(start, start + full)
            of_base = [self.pictures.base.views[view] for view in views[some]]
            pictures = self.pictures.seen(self.places[rows[some]], of_base)
            parts.append(self.learner.features(pictures, remembered=len(rows) <= full).to(place))
        return torch.cat(parts[1:] or parts)

    def spread(self) -> Spread:
        """Return the spread of the upright view's features, [F]."""
        return self.known or spread_of(self._upright())

    def _upright(self) -> Iterator[Halves]:
        with torch.no_grad():
            full = self.learner.together
            for start in range(0, len(self), full):
                rows = np.arange(start, min(start + full, len(self)))
                found = self.seen(rows, np.zeros_like(rows), torch.device("cpu"))
                yield found.to(torch.float16).numpy()
