"""The nearest works by the cosine of their features, a block at a time, so that memory stays flat."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from omniart_model.features.cache import Halves
from omniart_model.labels import Floats, Integers

_ASKED, _HELD = 2_048, 8_192
"""Works whose cosines are taken at a time: a block of float32 takes 64 MB, however many works there are."""


def neighbours(
    asked: Halves,
    held: Halves,
    count: int,
    among: Integers | None = None,
    *,
    place: torch.device | None = None,
) -> tuple[Integers, Floats]:
    """Return the nearest of ``held`` for each of ``asked``, the nearest first, as rows and cosines, [N, count].

    ``asked`` [N, F] and ``held`` [M, F] are float16 features; ``among`` are the rows of ``held`` that are looked at. Fewer than
    ``count`` works give fewer columns. Of equal cosines within a block the earlier row comes first.
    """
    rows = np.arange(len(held)) if among is None else among
    place = place or torch.device("cpu")
    count = min(count, len(rows))
    found = np.zeros((len(asked), count), np.int64)
    cosines = np.zeros((len(asked), count), np.float32)
    for start in range(0, len(asked) if count else 0, _ASKED):
        part = slice(start, start + _ASKED)
        near, near_rows = _nearest(_unit(asked[part], place), held, rows, count)
        found[part], cosines[part] = near_rows.cpu().numpy(), near.cpu().numpy()
    return found, cosines


def _nearest(asked: Tensor, held: Halves, rows: Integers, count: int) -> tuple[Tensor, Tensor]:
    """Return the largest cosines and their rows, [B, count], kept up as blocks of ``held`` go by."""
    near = torch.full((len(asked), 0), 0.0, device=asked.device)
    near_rows = torch.full((len(asked), 0), 0, dtype=torch.int64, device=asked.device)
    for block in _blocks(rows):
        cosines = asked @ _unit(held[block], asked.device).T
        numbers = torch.from_numpy(block).to(asked.device).expand_as(cosines)
        joined = torch.cat([near, cosines], dim=1)
        near, at = joined.topk(min(count, joined.shape[1]), dim=1)
        near_rows = torch.cat([near_rows, numbers], dim=1).gather(1, at)
    order = near_rows.argsort(dim=1, stable=True)
    near, near_rows = near.gather(1, order), near_rows.gather(1, order)
    order = near.argsort(dim=1, descending=True, stable=True)
    return near.gather(1, order), near_rows.gather(1, order)


def _blocks(rows: Integers) -> Iterator[Integers]:
    for start in range(0, len(rows), _HELD):
        yield rows[start : start + _HELD]


def _unit(features: Halves, place: torch.device) -> Tensor:
    """Return features of length 1, float32; features of nothing stay 0, and are near to nothing."""
    wide = torch.from_numpy(np.ascontiguousarray(features)).to(place).float()
    return torch.nn.functional.normalize(wide, dim=1)
