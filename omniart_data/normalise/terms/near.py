"""The known word that an unknown one may be a slip of the pen for: a hint to people, by which nothing is merged."""

from functools import cache

from rapidfuzz import fuzz, process

from omniart_data.normalise.terms.tables import vocabulary_labels
from omniart_data.normalise.vocabulary import vocabulary_rows

LEAST_RATIO = 88.0
"""Below it near words are mostly other words: lithograph and lithography stand at 95, oil on panel and oil on
paper at 83 (measured on real labels)."""
LEAST_LETTERS = 6
"""Shorter words have too many neighbours."""


def near_term(term: str, kind: str) -> tuple[str, float]:
    """Return the known term of a kind that a term is a slip for, and their ratio; an empty text where none is.

    >>> near_term("porcelein", "material")[0], near_term("fabeliet", "material")
    ('porcelain', ('', 0.0))
    """
    if len(term) < LEAST_LETTERS:
        return "", 0.0
    known = _known_terms(kind, term[:1])
    found = process.extractOne(term, known, scorer=fuzz.ratio, score_cutoff=LEAST_RATIO)
    return (found[0], found[1]) if found else ("", 0.0)


@cache
def _known_terms(kind: str, initial: str) -> tuple[str, ...]:
    """Return labels and Dutch terms of a kind that begin with a letter: a slip keeps the first one.

    English terms that are no labels may be slips themselves, which the tables have learnt.
    """
    rows = (row for row in vocabulary_rows("terms") if row["kind"] == kind and row["label"])
    known = vocabulary_labels(kind) | {row["term"] for row in rows if row["language"] == "nl"}
    return tuple(sorted(word for word in known if word.startswith(initial)))
