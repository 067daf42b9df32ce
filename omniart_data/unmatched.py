"""The museums' words that no table knows, and the known word that each may be a slip of the pen for.

A near word is a hint to whoever keeps the vocabulary. Nothing is ever merged by it.
"""

from typing import Any

import pyarrow.compute as pc

from omniart_data.normalise.terms.near import near_term
from omniart_data.release import Release


def unmatched_terms(release: Release, most: int) -> list[dict[str, Any]]:
    """Return the most frequent unmatched terms: kind, term, language, source, occurrences, near."""
    terms = release.side_table("terms").filter(pc.field("how") == "unmatched")
    order = [("occurrences", "descending"), ("kind", "ascending"), ("term", "ascending")]
    rows: list[dict[str, Any]] = terms.sort_by(order).slice(0, most).to_pylist()
    return [row | {"near": near_term(row["term"], row["kind"])[0]} for row in rows]
