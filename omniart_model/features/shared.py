"""What a network's shared layer makes of features: features of their own, written as a base's are."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from omniart_model.bases.weights import sha256_of
from omniart_model.features.cache import FeatureCache, Halves
from omniart_model.training.checkpoint import TENSORS, load_checkpoint
from omniart_model.training.network import Network
from schemas.errors import ModelError

_MOST = float(np.finfo(np.float16).max)


@dataclass(frozen=True)
class SharedLayer:
    """The output of a shared layer, after its ReLU, for each picture and view of a cache.

    ``network_sha256`` is that of the checkpoint's tensors: with the cache's key it says whose numbers they are.
    """

    cache: FeatureCache
    network: Network
    network_sha256: str

    @property
    def key(self) -> dict[str, str]:
        """Return the cache's key, with the network and how many features there are now."""
        more = {"layer": "shared", "network_sha256": self.network_sha256}
        return self.cache.key | more | {"features": str(self.shape[1])}

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the views: the cache's."""
        return self.cache.columns

    @property
    def shape(self) -> tuple[int, int]:
        """Return (V, units of the shared layer); raises ModelError for a network that has none."""
        for layer in self.network.shared.modules():
            if isinstance(layer, torch.nn.Linear):
                return self.cache.shape[0], layer.out_features
        raise ModelError("the network is a linear probe, without a shared layer: take another one")

    def parts(self) -> Iterator[tuple[list[str], Halves]]:
        """Yield SHA-256 and what the shared layer makes of each part, float16 [N, V, units]."""
        shape, place = self.shape, next(self.network.buffers()).device
        for names, features in self.cache.parts():
            flat = torch.from_numpy(features.reshape(-1, features.shape[-1]).copy()).to(place)
            with torch.inference_mode():
                made = self.network.shared_features(flat).clamp(max=_MOST).to("cpu", torch.float16)
            yield names, made.numpy().reshape(-1, *shape)


def shared_layer(cache: FeatureCache, folder: Path) -> SharedLayer:
    """Return the shared layer of a baseline on a cache of its own base's features; raises ModelError."""
    made = SharedLayer(cache, load_checkpoint(folder).network, sha256_of(folder / TENSORS))
    _ = made.shape  # a linear probe is told before anything is written
    return made
