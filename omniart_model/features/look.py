"""A base looks at pictures: batches that are always full, so that features hang on no company."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from omniart_model.bases.table import FLIP, View
from omniart_model.features.cache import Halves
from omniart_model.features.pictures import Seen
from schemas.errors import ModelError

_BATCH_CPU, _BATCH_GPU = 8, 256
"""Pictures that the base sees at a time. On two cores 8 give 110 to 124 views a second, 16 give 70 and
32 give 55: from 16 on each layer's output is memory that is asked of the system anew."""


def batch_size(network: nn.Module) -> int:
    """Return how many pictures a base sees at a time where it is."""
    return _BATCH_CPU if _place(network).type == "cpu" else _BATCH_GPU


def look(network: nn.Module, pictures: Seen, views: Sequence[View] = FLIP) -> Halves:
    """Return the features of at most ``batch_size`` pictures, uint8 [B, K, S, S, 3], as float16 [B, V, F].

    K is 1, or 2 with the turned picture second: see ``pictures_seen``.
    """
    return fetched(launched(network, pictures, views), len(pictures))


def launched(network: nn.Module, pictures: Seen, views: Sequence[View]) -> Tensor:
    """Start a batch and return what its features will be, float16 [batch, V, F] where the base is.

    A GPU works on while the caller goes on. The batch is filled up: how a sum is taken hangs on the batch's size, and a
    picture's features must not hang on its company.
    """
    place = _place(network)
    filled = torch.zeros(
        (batch_size(network), *pictures.shape[1:]),
        dtype=torch.uint8,
        pin_memory=place.type == "cuda",  # only such memory is copied while others work
    )
    filled.numpy()[: len(pictures)] = pictures
    shown = filled.permute(1, 0, 4, 2, 3).to(place, non_blocking=True)
    with torch.inference_mode(), _exact():
        seen = [network(_shown(shown, view)) for view in views]
        return torch.stack(seen, dim=1).to(torch.float16)


def fetched(features: Tensor, pictures: int) -> Halves:
    """Return the features of so many pictures of a batch, float16 [B, V, F]."""
    held: Halves = features[:pictures].cpu().numpy()
    return held


def _shown(pictures: Tensor, view: View) -> Tensor:
    """Return pictures as a view shows them, uint8 [B, 3, S, S], of uint8 [K, B, 3, S, S]."""
    if view is View.TURNED:
        return pictures[1]
    return pictures[0].flip(3) if view is View.MIRRORED else pictures[0]


@contextmanager
def _exact() -> Iterator[None]:
    """Keep a GPU from counting in TF32, whose ten bits would add an error as large as float16's own."""
    flags: Any = torch.backends.cudnn.flags  # torch gives it no types
    with flags(enabled=True, allow_tf32=False):
        yield


def compiled(network: nn.Module, pictures: Seen, views: Sequence[View]) -> nn.Module:
    """Return a base that torch.compile has made quicker, tried on a batch of pictures; raises ModelError.

    The features differ by rounding, about 1e-6, as those of another processor do.
    """
    quick: Any = torch.compile(network)
    try:
        launched(quick, pictures, views)
    except RuntimeError as error:  # torch's own, for want of a C++ compiler among others
        reason = " ".join(str(error).split())[:200]
        raise ModelError(
            f"the base cannot be compiled here, leave --compile out: {reason}"
        ) from error
    module: nn.Module = quick
    return module


def _place(network: nn.Module) -> torch.device:
    return next(network.buffers()).device
