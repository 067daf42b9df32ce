"""How the artworks are spread: what the report draws, beside what is merely counted."""

from collections.abc import Mapping

from omniart_data.release.facts.told import Fact

SHAPES: Mapping[str, Fact] = {}
"""Fact to the query that gives it, in SQL and as a function."""
