"""The challenge's two measures as its code has them, equal scores included.

``omniart_model.evaluation`` takes equal scores as one step of a ranking, so that an answer that is the same everywhere gains
nothing by the order of classes or works. The challenge's code sorts, and of equal scores the earlier comes first; and what
has nothing to find counts as 0. For its own figures that is kept.
"""

import numpy as np
import numpy.typing as npt

from omniart_model.labels import Booleans, Integers

Scores = npt.NDArray[np.floating]

_RECALLS = np.arange(11) / 10


def mean_class_accuracies(scores: Scores, labels: Integers, most: int) -> list[float]:
    """Return the mean over classes of the share of their works whose class is among the first 1, 2 ... ``most``.

    ``scores`` is [N, C] and ``labels`` int64 [N], in 0..C - 1. A score of minus infinity is no answer, and never right. The
    mean is over all C classes; one without a work counts as 0.
    """
    rows = np.arange(len(labels))
    own = scores[rows, labels][:, None]
    earlier = np.arange(scores.shape[1]) < labels[:, None]
    places = ((scores > own) | ((scores == own) & earlier)).sum(axis=1)
    places[np.isneginf(own[:, 0])] = most
    works = np.maximum(np.bincount(labels, minlength=scores.shape[1]), 1)
    return [
        float((np.bincount(labels, places < top, minlength=len(works)) / works).mean())
        for top in range(1, most + 1)
    ]


def interpolated_precision(truth: Booleans, scores: Scores) -> float:
    """Return average precision interpolated at eleven recall levels, the mean over columns; ``truth`` and ``scores`` [N, Q].

    The precision at a recall level is the best of all at this recall or more. A column without a true row counts as 0.
    """
    if not truth.size:
        return float("nan")
    total = 0.0
    for column in np.flatnonzero(truth.any(axis=0)):
        ranked = truth[np.argsort(-scores[:, column], kind="stable"), column]
        places = np.flatnonzero(ranked)
        precision = np.arange(1, len(places) + 1) / (places + 1)
        best = np.maximum.accumulate(precision[::-1])[::-1]
        needed = np.maximum(np.ceil(_RECALLS * len(places) - 1e-9).astype(int), 1)
        total += float(best[needed - 1].mean())
    return total / int(truth.shape[1])
