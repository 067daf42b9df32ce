"""Every number that a release says of itself, from its tables alone: card, report, Croissant file and verify share them."""

from collections.abc import Mapping
from typing import Any

from omniart_data.release.facts.balance import BALANCE
from omniart_data.release.facts.counts import COUNTS, century
from omniart_data.release.facts.shapes import SHAPES
from omniart_data.release.facts.told import ALL, COLUMNS, Fact, Numbers, Told

__all__ = ["ALL", "COLUMNS", "FACTS", "Numbers", "Told", "century", "measure"]

FACTS: Mapping[str, Fact] = {**COUNTS, **BALANCE, **SHAPES}
"""Fact to the query that gives it, in SQL and as a function."""


def measure(told: Told) -> dict[str, Any]:
    """Return each fact's table under its name: ``{"query": the SQL that gives it, "rows": Numbers}``."""
    return {name: {"query": query, "rows": ask(told)} for name, (query, ask) in FACTS.items()}
