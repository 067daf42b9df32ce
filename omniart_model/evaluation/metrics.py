"""The metrics, in numpy: accuracy, mean class accuracy, average precision, absolute error.

Definitions are those of the Rijksmuseum Challenge (Mensink & van Gemert 2014, eval_map.m and
eval_mca.m), checked against scikit-learn and frozen numbers of the original. What has no value (a
class without a work, a work without a label) is left out and counted, never taken as 0.
"""

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.floating]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

NOWHERE = np.iinfo(np.int64).max
"""The place of a class that is not among the answers: in no top."""
_RECALLS = np.arange(11) / 10  # Mensink's recall levels


def ranks(scores: Scores, labels: Integers) -> Integers:
    """Return the place of each work's own class among its scores, from 0, int64 [N].

    ``scores`` is [N, C], ``labels`` int64 [N]. A label below 0 is no class and is NOWHERE, as is one
    whose score is minus infinity: it was not answered. Of equal scores the earlier class comes
    first, so that a constant answer is not right everywhere.
    """
    places = np.full(len(labels), NOWHERE, np.int64)
    rows = np.flatnonzero(labels >= 0)
    own = scores[rows, labels[rows]][:, None]
    earlier = np.arange(scores.shape[1]) < labels[rows, None]
    before = ((scores[rows] > own) | ((scores[rows] == own) & earlier)).sum(axis=1)
    places[rows] = np.where(np.isneginf(own[:, 0]), NOWHERE, before)
    return places


def top_accuracy(places: Integers, top: int) -> float:
    """Return the share of works whose own class is among the first ``top``; NaN for no work."""
    return float((places < top).mean()) if len(places) else float("nan")


def mean_class_accuracy(places: Integers, labels: Integers, top: int = 1) -> float:
    """Return the mean over classes of the share of their works that are right.

    Classes without a work are left out; labels below 0 are no class.
    """
    held = labels >= 0
    counts = np.bincount(labels[held])
    right = np.bincount(labels[held], weights=places[held] < top)
    return _mean(right[counts > 0] / counts[counts > 0])


def average_precisions(
    truth: Booleans, scores: Scores, *, by_work: bool = False, interpolated: bool = False
) -> npt.NDArray[np.float64]:
    """Return average precision by class, float64 [C], or by work, [N]; NaN where nothing is true.

    ``truth`` and ``scores`` are [N, C]. By class, works are ranked for each class; by work, classes
    are ranked for each work (Mensink's iMAP with ``interpolated``: the mean over eleven recall
    levels of the best precision from there on). Equal scores keep their order.
    """
    if by_work:
        truth, scores = truth.T, scores.T
    found = np.full(truth.shape[1], np.nan)
    for column in np.flatnonzero(truth.any(axis=0)):
        ranked = truth[np.argsort(-scores[:, column], kind="stable"), column]
        places = np.flatnonzero(ranked)
        precision = np.arange(1, len(places) + 1) / (places + 1)
        if interpolated:
            best = np.maximum.accumulate(precision[::-1])[::-1]
            needed = np.maximum(np.ceil(_RECALLS * len(places) - 1e-9).astype(int), 1)
            precision = best[needed - 1]
        found[column] = precision.mean()
    return found


def one_class_metrics(scores: Scores, labels: Integers, in_index: Booleans) -> dict[str, float]:
    """Return the metrics of a task with one class.

    ``in_index`` [N] marks works whose class is in the index: the others cannot be answered rightly
    by a network that was trained on it. They are wrong in ``*_all``, and left out elsewhere.
    """
    places = ranks(scores, labels)
    within = places[in_index]
    return {
        "n": int(in_index.sum()),
        "top1": top_accuracy(within, 1),
        "top3": top_accuracy(within, 3),
        "mean_class_accuracy": mean_class_accuracy(within, labels[in_index]),
        "n_all": len(places),
        "top1_all": top_accuracy(places, 1),
        "top3_all": top_accuracy(places, 3),
    }


def several_class_metrics(scores: Scores, truth: Booleans) -> dict[str, float]:
    """Return the metrics of a task with any number of classes; ``truth`` and ``scores`` are [N, C]."""
    by_class = average_precisions(truth, scores)
    by_work = average_precisions(truth, scores, by_work=True)
    interpolated = average_precisions(truth, scores, by_work=True, interpolated=True)
    return {
        "n": len(truth),
        "n_labelled": int(truth.any(axis=1).sum()),
        "classes": int(truth.any(axis=0).sum()),
        "map_class": _mean(by_class),
        "map_work": _mean(by_work),
        "imap_11_point": _mean(interpolated),
    }


def year_metrics(predicted: Scores, years: Scores) -> dict[str, float]:
    """Return the metrics of a year: errors in years, float [N] both."""
    error = np.abs(predicted.astype(np.float64) - years)
    return {
        "n": len(error),
        "mean_error": _mean(error),
        "median_error": float(np.median(error)) if len(error) else float("nan"),
        "within_50": _mean(error <= 50),
        "within_25": _mean(error <= 25),
    }


def _mean(values: npt.NDArray[np.generic]) -> float:
    """Return the mean of what is not NaN; NaN for nothing, without a warning."""
    held = np.asarray(values, np.float64)
    held = held[~np.isnan(held)]
    return float(held.mean()) if len(held) else float("nan")
