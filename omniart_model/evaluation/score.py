"""Scores of answers on a split: every metric of a task, with intervals over artworks and spread over seeds.

This is the one way from scores to figures: ``evaluate``, ``baselines``, ``compare`` and the reports all take it.
"""

from collections.abc import Mapping, Sequence

from omniart_model.evaluation.measured import Difference, Measured
from omniart_model.evaluation.resample import Resamples
from omniart_model.evaluation.truth import Truth
from omniart_model.labels import Booleans, Floats


def score(
    truth: Truth,
    answers: Sequence[Floats],
    resamples: Resamples,
    *,
    among: Booleans | None = None,
    ranges: Sequence[Floats] = (),
) -> Mapping[str, Measured]:
    """Return each metric of the task by its name.

    ``answers`` holds one array for each seed: scores [N, len(truth.columns)], or years [N]. ``among`` bool [N] looks
    at some of the works alone (one museum's, one century's). ``ranges`` [N, 2] are first and last year, by seed.
    """
    raise NotImplementedError


def differences(
    truth: Truth,
    first: Sequence[Floats],
    second: Sequence[Floats],
    resamples: Resamples,
    *,
    among: Booleans | None = None,
) -> Mapping[str, Difference]:
    """Return first minus second for each metric, paired: on the same resampled artworks, mean over seeds each."""
    raise NotImplementedError
