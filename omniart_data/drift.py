"""Whether the museums' words have drifted away from the vocabulary since the last release."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.release import Release
from schemas.errors import DriftError

UNMATCHED = "unmatched"
LEAST_OCCURRENCES = 10
"""Fewer unmatched occurrences than this are no drift, whatever share of a small source they are."""
NAMED = 5
"""New words that the message names."""

Shares = Mapping[tuple[str, str], tuple[int, int]]
"""(kind, source) to unmatched and all occurrences."""


def check_drift(terms: pa.Table, previous: Release, budget: float) -> None:
    """Raise DriftError where a source's unmatched share of a kind of term rose by more than ``budget``.

    ``terms`` is ``TERM_USE``; a source or a kind that the previous release lacks has nothing to rise from.
    """
    before, now = _shares(previous.side_table("terms")), _shares(terms)
    risen = []
    for key in sorted(now.keys() & before.keys()):
        (old, old_all), (new, new_all) = before[key], now[key]
        rise = new / new_all - old / old_all
        if rise > budget and new >= LEAST_OCCURRENCES:
            kind, source = key
            words = ", ".join(map(_cut, _new_words(terms, previous, kind, source)))
            risen.append(
                f"{source}: unmatched {kind} words rose from {old / old_all:.1%} to {new / new_all:.1%}"
                f" of their occurrences ({words})"
            )
    if risen:
        raise DriftError(
            f"{'; '.join(risen)}: more than the budget of {budget:.1%} since {previous.version}. Add them to"
            " schemas/vocab/terms.csv, or build with --accept-drift, then decide on them with `omniart-data review`"
        )


def _shares(terms: pa.Table) -> Shares:
    grouped = terms.group_by(["kind", "source", "how"]).aggregate([("occurrences", "sum")])
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for line in grouped.to_pylist():
        key, number = (line["kind"], line["source"]), line["occurrences_sum"]
        unmatched, whole = found.get(key, (0, 0))
        found[key] = (unmatched + number * (line["how"] == UNMATCHED), whole + number)
    return {key: pair for key, pair in found.items() if pair[1]}


def _new_words(terms: pa.Table, previous: Release, kind: str, source: str) -> list[str]:
    """Return the most frequent unmatched words that the previous release lacks."""

    def unmatched(table: pa.Table) -> pa.Table:
        chosen = (pc.field("kind") == kind) & (pc.field("source") == source)
        return table.filter(chosen & (pc.field("how") == UNMATCHED))

    old = set(unmatched(previous.side_table("terms"))["term"].to_pylist())
    lines = unmatched(terms).sort_by([("occurrences", "descending"), ("term", "ascending")])
    new = [str(line["term"]) for line in lines.to_pylist() if line["term"] not in old]
    return [*new[:NAMED], *(["..."] if len(new) > NAMED else [])] or ["no new word: others went"]


def _cut(word: str) -> str:
    """Return a word that leaves room for others: what museums give as one may be a paragraph."""
    return word if len(word) <= _LONGEST else f"{word[:_LONGEST]}..."


_LONGEST = 60
