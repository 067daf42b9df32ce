"""Years as a distribution over bins: what the curator's interval becomes, and what is read off an answer.

A year y stands for the time from y - 1/2 to y + 1/2, so that an interval [first, last], both included, has its mean
where ``year`` has it. Within a bin all moments are alike.
"""

import math
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor

from omniart_model.labels import Floats
from omniart_model.tasks import Task

RANGE = (0.1, 0.9)
"""The parts of a distribution (or of the errors on validation) that a range leaves out: it covers 80 %."""

_HALF = 0.5


def usual_range(train: pa.Table, task: Task) -> Floats:
    """Return what four years in five of train lie in, float32 [2]; the year 0 where none is known, as its median is.

    It is the range of whatever is not seen, beside the median year.
    """
    years = np.asarray(train[task.column].drop_null(), np.float64)
    ends: Floats = np.quantile(years if len(years) else np.zeros(1), RANGE).astype(np.float32)
    return ends


def bin_edges(year: Floats, first: Floats, last: Floats, width: int) -> Tensor:
    """Return the edges of bins of ``width`` years that span the works of train, float32 [bins + 1], rising.

    ``year``, ``first`` and ``last`` are [N], NaN where unknown. Bins that hold no work's year are put together with
    their empty neighbours: one work of 300,000 BCE does not cost 30,000 bins. Raises ValueError without any year.
    """
    known = ~np.isnan(year)
    if not known.any():
        raise ValueError("there are no years to span")
    held = np.unique(np.floor((year[known].astype(np.float64) + _HALF) / width))
    lowest = math.floor((float(first[known].min()) + _HALF) / width)
    highest = math.floor((float(last[known].max()) + _HALF) / width) + 1
    edges = np.unique(np.concatenate([held, held + 1, [lowest, highest]]))
    return torch.from_numpy((edges * width - _HALF).astype(np.float32))


def shares_of_bins(first: Tensor, last: Tensor, edges: Tensor) -> Tensor:
    """Return the interval of each work spread evenly over its bins: [B], [B] and [E] to [B, E - 1].

    What lies outside all bins counts to the outermost one: these two have no outer end. Unknown (NaN) stays NaN throughout.
    """
    begin, end = first - _HALF, last + _HALF
    inner = edges.clone()
    inner[0], inner[-1] = -math.inf, math.inf
    passed = (inner - begin[:, None]) / (end - begin)[:, None]
    return passed.clamp(0, 1).diff(dim=1)


def quantiles(probabilities: Tensor, edges: Tensor, parts: Sequence[float]) -> Tensor:
    """Return the years before which these parts of each distribution lie: [B, bins] to [B, len(parts)].

    The half, the median, has the least expected absolute error of all answers.
    """
    passed = probabilities.cumsum(dim=1)
    passed = passed / passed[:, -1:]
    wanted = torch.tensor(parts, dtype=passed.dtype, device=passed.device)
    wanted = wanted.expand(len(passed), -1).contiguous()
    at = torch.searchsorted(passed, wanted).clamp_max(passed.shape[1] - 1)
    upto = passed.gather(1, at)
    before = torch.where(at > 0, passed.gather(1, (at - 1).clamp_min(0)), 0.0)
    within = ((wanted - before) / (upto - before).clamp_min(1e-12)).clamp(0, 1)
    return edges[at] + within * (edges[at + 1] - edges[at])
