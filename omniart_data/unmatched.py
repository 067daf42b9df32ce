"""The museums' words that no table knows, and the known word that each may be a slip of the pen for.

A near word is a hint to whoever keeps the vocabulary. Nothing is ever merged by it.
"""

from typing import Any

import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from omniart_data.normalise.vocabulary import vocabulary_rows
from omniart_data.release import Release

LEAST_RATIO = 88.0
"""Below it near words are mostly other words: lithograph and lithography stand at 95, oil on panel and oil on
paper at 83 (measured on real labels)."""
LEAST_LETTERS = 6
"""Shorter words have too many neighbours."""


def near_term(term: str, kind: str) -> str:
    """Return the known term of a kind that a term is a slip for, or an empty text.

    >>> near_term("porcelein", "material"), near_term("fabeliet", "material")
    ('porcelain', '')
    """
    if len(term) < LEAST_LETTERS:
        return ""
    known = [row["term"] for row in vocabulary_rows("terms") if row["kind"] == kind]
    same_start = [word for word in known if word[:1] == term[:1]]
    found = process.extractOne(term, same_start, scorer=fuzz.ratio, score_cutoff=LEAST_RATIO)
    return found[0] if found else ""


def unmatched_terms(release: Release, most: int) -> list[dict[str, Any]]:
    """Return the most frequent unmatched terms: kind, term, language, source, occurrences, near."""
    terms = release.side_table("terms").filter(pc.field("how") == "unmatched")
    order = [("occurrences", "descending"), ("kind", "ascending"), ("term", "ascending")]
    rows: list[dict[str, Any]] = terms.sort_by(order).slice(0, most).to_pylist()
    return [row | {"near": near_term(row["term"], row["kind"])} for row in rows]
