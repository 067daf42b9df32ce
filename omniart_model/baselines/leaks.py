"""Works of different splits whose pictures are all but the same: what a network may know by heart.

A duplicate by bytes or by fingerprint is in one split already; this sees what those miss: the same work photographed
twice, or printed from the same plate.
"""

from collections.abc import Iterator

import numpy as np
import torch

from omniart_model.baselines.nearest import neighbours
from omniart_model.baselines.study import Side, Study
from omniart_model.baselines.table import Leak
from omniart_model.labels import Booleans

NEAR = 0.98
"""Cosine of upright features above which two pictures count as the same."""

_PAIRS = (("test", "train"), ("test", "validation"), ("validation", "train"))


def find_leaks(study: Study, place: torch.device | None = None) -> tuple[Leak, ...]:
    """Return each work whose nearest in a split that is learnt from is above NEAR: by split, then the nearest first."""
    sides = {"train": study.train, "validation": study.validation, "test": study.test}
    return tuple(
        leak
        for asked, held in _PAIRS
        for leak in sorted(
            _leaks(asked, sides[asked], held, sides[held], place),
            key=lambda leak: (-leak.cosine, leak.test),
        )
    )


def _leaks(
    asked: str, asking: Side, held: str, holding: Side, place: torch.device | None
) -> Iterator[Leak]:
    seen, others = np.flatnonzero(asking.seen), np.flatnonzero(holding.seen)
    if not len(others):
        return
    rows, cosines = neighbours(
        asking.features[seen, 0], holding.features[:, 0], 1, others, place=place
    )
    ids, other_ids = asking.ids, holding.ids
    for work in np.flatnonzero(cosines[:, 0] > NEAR):
        cosine = min(round(float(cosines[work, 0]), 4), 1.0)
        yield Leak(ids[seen[work]], other_ids[rows[work, 0]], held, cosine, asked)


def without_near(study: Study, leaks: tuple[Leak, ...]) -> Booleans:
    """Return which test works have no near picture in a split that is learnt from, bool [N]."""
    near = {leak.test for leak in leaks if leak.of_split == "test"}
    return np.array([one not in near for one in study.test.ids], np.bool_)
