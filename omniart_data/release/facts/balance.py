"""How well the splits keep to 70/20/10, what was moved, and what near-duplicates are left."""

from collections.abc import Mapping

from omniart_data.release.facts.told import Fact

BALANCE: Mapping[str, Fact] = {}
"""Fact to the query that gives it, in SQL and as a function."""
