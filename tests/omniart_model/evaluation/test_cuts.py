"""A split is cut by what its works say, and each part is scored on its own works."""

import numpy as np
import pyarrow as pa
import pytest

from omniart_model.evaluation.cuts import CUTS, centuries, museums, scores_by_cut, subsets
from omniart_model.evaluation.resample import Resamples
from omniart_model.evaluation.score import score
from schemas.errors import UsageError
from tests.omniart_model.evaluation.made_answers import of_one

WORKS = pa.table(
    {
        "institution": ["Rijks", "", "Met", "Met", None, "Met"],
        "source": ["a", "a", "b", "b", "local", "b"],
        "century": pa.array([17, -1, 17, None, 19, 17], pa.int16()),
        "artist_works": pa.array([0, 100, 101, 800, 800, None], pa.int32()),
    }
)


def test_a_museum_is_the_institution_or_else_the_source() -> None:
    """The largest stands first, and every work is in one part; an institution without a name is none."""
    parts = museums(WORKS)

    assert list(parts) == ["Met", "Rijks", "a", "local"]
    assert np.flatnonzero(parts["Met"]).tolist() == [2, 3, 5]
    assert (np.sum(list(parts.values()), axis=0) == 1).all()


def test_a_century_is_known_or_not() -> None:
    """The earliest stands first; a work without one is in none."""
    parts = centuries(WORKS)

    assert {name: np.flatnonzero(held).tolist() for name, held in parts.items()} == {
        "-1": [1],
        "17": [0, 2, 5],
        "19": [4],
    }


def test_subsets_are_by_more_than_so_many_works() -> None:
    """A hundred works are not more than a hundred; a subset without a work is not there."""
    parts = subsets(WORKS)

    assert {name: np.flatnonzero(held).tolist() for name, held in parts.items()} == {
        "100": [2, 3, 4],
        "300": [3, 4],
        "700": [3, 4],
    }


def test_parts_are_scored_on_their_own_works() -> None:
    """Each part has what its works alone would have; where no label is known there is none."""
    truth = of_one([0, -1, 1, 1, 0, 0], 2)
    scores = np.array([[1, 0], [1, 0], [1, 0], [0, 1], [0, 1], [1, 0]], np.float32)
    resamples = Resamples(6, 50)

    found = scores_by_cut(WORKS, truth, [scores], resamples)

    assert list(found) == list(CUTS)
    assert list(found["museum"]) == ["Met", "Rijks", "local"]
    assert list(found["century"]) == ["17", "19"]
    met = found["museum"]["Met"]
    assert met == score(truth, [scores], resamples, among=museums(WORKS)["Met"])
    assert (met["top1"].value, met["top1"].n) == (pytest.approx(2 / 3), 3)


def test_an_unknown_cut_is_named() -> None:
    """What there is to cut by is told."""
    with pytest.raises(UsageError, match="cut by 'mood'; there are: museum, century, subset"):
        scores_by_cut(WORKS, of_one([0] * 6, 2), [], Resamples(6), ["mood"])
