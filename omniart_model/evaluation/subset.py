"""Predictions of a subset: a file that answers the works of artists with many works alone, and says so."""

import re
from pathlib import Path

import pyarrow as pa

from omniart_model.evaluation.predictions_file import PredictionsFile
from schemas.errors import ModelError, UsageError

SUBSET = "subset"
"""The name, in a file's metadata, of the number that the artists of its works have more works than."""

_NUMBER = re.compile(rb"[1-9][0-9]{0,8}")


def check_subset(path: Path, subset: int) -> None:
    """Raise UsageError where a file of predictions says that it answers another subset than the one asked for.

    A file that says nothing, or no number, may answer any: its works are compared. Raises ModelError for no such file.
    """
    opened = PredictionsFile.opened(path)
    with opened.file as file:
        told = (file.schema_arrow.metadata or {}).get(SUBSET.encode(), b"")
    if _NUMBER.fullmatch(told) and int(told) != subset:
        raise UsageError(
            f"{path} answers the works of artists with more than {int(told):,} works alone: give --subset {int(told)}"
        )


def check_answerable(works: pa.Table, subset: int, split: str) -> None:
    """Raise ModelError where a subset has no work of a split, ``works``, to be answered."""
    if subset and not works.num_rows:
        raise ModelError(
            f"no work with a picture by an artist with more than {subset:,} works in {split}: name a split or a release that "
            "has some, or a smaller subset"
        )
