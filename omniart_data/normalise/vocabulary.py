"""The controlled vocabularies of ``schemas/vocab``, read once."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def vocabulary_rows(name: str) -> tuple[Mapping[str, str], ...]:
    """Return the rows of ``schemas/vocab/<name>.csv``, column name to text, in the file's order."""
    text = files("schemas").joinpath("vocab", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
