"""How long a network takes to answer: the paper's measure, 200 batches of 32 works."""

import time

import numpy as np
import torch

from omniart_model.training.examples import Examples
from omniart_model.training.network import Network

BATCHES, BATCH = 200, 32
_WARM = 5
"""Batches before the clock runs: the first ones also pay for memory and, on a GPU, for kernels."""


def answering_seconds(network: Network, examples: Examples) -> float:
    """Return the wall seconds of 200 batches of 32 works, taken in turn, in the upright view.

    The base is not in it: it is frozen, and looks at a picture once for however many networks.
    """
    place = next(network.buffers()).device
    order = np.arange((BATCHES + _WARM) * BATCH, dtype=np.int64) % len(examples)
    started = time.perf_counter()
    with torch.inference_mode():
        for number in range(BATCHES + _WARM):
            if number == _WARM:
                _wait(place)
                started = time.perf_counter()
            rows = order[number * BATCH : (number + 1) * BATCH]
            network(examples.seen(rows, np.zeros_like(rows), place))
    _wait(place)
    return time.perf_counter() - started


def _wait(place: torch.device) -> None:
    if place.type == "cuda":
        torch.cuda.synchronize(place)
