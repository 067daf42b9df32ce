"""Whether the museums' words have drifted away from the vocabulary, over all releases since it was last accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

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


@dataclass(frozen=True)
class Drift:
    """The lowest shares so far, and which of the present ones were accepted though they rose too far above."""

    lowest: Shares
    accepted: tuple[tuple[str, str], ...] = ()

    def told(self) -> dict[str, Any]:
        """Return what the receipt of a release says of it."""
        return {
            "lowest": {", ".join(key): list(pair) for key, pair in sorted(self.lowest.items())},
            "accepted": [", ".join(key) for key in self.accepted],
        }


def check_drift(
    terms: pa.Table, previous: Release | None, budget: float, *, accept: bool = False
) -> Drift:
    """Raise DriftError where a source's unmatched share of a kind of term is more than ``budget`` above its lowest.

    ``terms`` is ``TERM_USE``. The lowest share is that of the releases since a rise was last accepted (the receipt of
    the previous one says it), so that many small rises are one. A source or a kind that no release had has nothing
    to rise from. With ``accept`` nothing is raised, and what rose too far is measured from where it is now.
    """
    now = _shares(terms)
    lowest = {} if previous is None else _lowest(previous)
    risen = tuple(
        key for key in sorted(now) if key in lowest and _rose(now[key], lowest[key], budget)
    )
    if risen and previous is not None and not accept:
        found = "; ".join(_rise(key, lowest[key], now[key], terms, previous) for key in risen)
        raise DriftError(
            f"{found}: more than the budget of {budget:.1%} above the lowest share up to {previous.version}. Add them to"
            " schemas/vocab/terms.csv, or build with --accept-drift, then decide on them with `omniart-data review`"
        )
    kept = {
        key: pair if key in risen else min(pair, lowest.get(key, pair), key=_share)
        for key, pair in now.items()
    }
    return Drift({**lowest, **kept}, risen)


def _lowest(previous: Release) -> Shares:
    """Return the lowest shares that a release tells of; its own where it tells of none."""
    told = previous.receipt.get("drift", {}).get("lowest", {})
    split = {tuple(name.split(", ", 1)): tuple(pair) for name, pair in told.items()}
    known = {(kind, source): (part, whole) for (kind, source), (part, whole) in split.items()}
    return {**_shares(previous.side_table("terms")), **known}


def _share(pair: tuple[int, int]) -> Fraction:
    return Fraction(*pair)


def _rose(now: tuple[int, int], lowest: tuple[int, int], budget: float) -> bool:
    return now[0] >= LEAST_OCCURRENCES and now[0] / now[1] - lowest[0] / lowest[1] > budget


def _rise(
    key: tuple[str, str],
    lowest: tuple[int, int],
    now: tuple[int, int],
    terms: pa.Table,
    previous: Release,
) -> str:
    kind, source = key
    words = ", ".join(map(_cut, _new_words(terms, previous, kind, source)))
    shares = f"from {lowest[0] / lowest[1]:.1%} to {now[0] / now[1]:.1%}"
    return f"{source}: unmatched {kind} words rose {shares} of their occurrences ({words})"


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
    return [*new[:NAMED], *(["..."] if len(new) > NAMED else [])] or [
        "no word that the last release lacks"
    ]


def _cut(word: str) -> str:
    """Return a word that leaves room for others: what museums give as one may be a paragraph."""
    return word if len(word) <= _LONGEST else f"{word[:_LONGEST]}..."


_LONGEST = 60
