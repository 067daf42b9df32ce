"""What people decided about pairs of works: applied over what was found, or flagged where its evidence is gone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.normalise.decisions import Decision, Flagged, evidence_of, of_kind

RESTS_ON = ("id", "title", "object_number", "year_first", "year_last")
"""Columns that a decision about two works rests on: what the museums say, and no id of an artist, which another
decision may change."""

Pair = tuple[str, str]
"""Two ids, the lesser first."""

Row = Mapping[str, Any]


@dataclass
class Decided:
    """Decisions that hold, by pair, and those that do not."""

    merged: dict[Pair, Decision] = field(default_factory=dict)
    apart: dict[Pair, Decision] = field(default_factory=dict)
    flagged: list[Flagged] = field(default_factory=list)


def work_evidence(one: Row, other: Row) -> str:
    """Return what a decision about two artworks rests on: their ids, titles, numbers and years.

    >>> red = {"id": "met:1", "title": "Red"} | dict.fromkeys(RESTS_ON[2:])
    >>> blue = red | {"id": "wga:b", "title": "Blue"}
    >>> work_evidence(red, blue) == work_evidence(blue, red) != work_evidence(red, red)
    True
    """
    return evidence_of("work", *sorted([row[name] for name in RESTS_ON] for row in (one, other)))


def decide(decisions: Iterable[Decision], artworks: pa.Table) -> Decided:
    """Sort the decisions about works into those that hold and those that are flagged; others are not looked at."""
    about = of_kind(decisions, "work")
    named = pa.array(
        sorted({name for one in about for name in (one.subject, one.object)}), pa.string()
    )
    told = artworks.filter(pc.is_in(artworks["id"], value_set=named)).select(RESTS_ON)
    rows = {str(row["id"]): row for row in told.to_pylist()}
    decided = Decided()
    for decision in about:
        why = _why_not(decision, rows)
        pair = _pair(decision)
        if why:
            decided.flagged.append(Flagged(decision, why))
        elif decision.action == "merge":
            decided.merged[pair] = decision
        else:
            decided.apart[pair] = decision
    _flag_contradictions(decided)
    return decided


def still_bound(apart: Mapping[Pair, Decision], edges: pa.Table) -> list[Flagged]:
    """Return the decisions to keep apart that edges (``a``, ``b``) make void, through other artworks or directly."""
    if not apart:
        return []
    root: dict[str, str] = {}
    for one, other in zip(edges["a"].to_pylist(), edges["b"].to_pylist(), strict=True):
        ends = sorted((_root(root, one), _root(root, other)))
        root[ends[1]] = ends[0]
    return [
        Flagged(decision, "other links bind both all the same: keep one of those apart too")
        for pair, decision in sorted(apart.items())
        if _root(root, pair[0]) == _root(root, pair[1])
    ]


def _pair(decision: Decision) -> Pair:
    first, second = sorted((decision.subject, decision.object))
    return first, second


def _why_not(decision: Decision, rows: Mapping[str, Row]) -> str:
    """Return why a decision is not applied; empty where it is."""
    missing = [name for name in (decision.subject, decision.object) if name not in rows]
    if decision.action not in ("merge", "keep apart"):
        return f"no such action: {decision.action}; works are merged or kept apart"
    if decision.subject == decision.object:
        return "an artwork and itself: name two"
    if missing:
        return f"not among the artworks: {', '.join(missing)}"
    if work_evidence(rows[decision.subject], rows[decision.object]) != decision.evidence:
        return "its evidence has changed: title, number or years of one of the two; decide again"
    return ""


def _flag_contradictions(decided: Decided) -> None:
    for pair in sorted(decided.merged.keys() & decided.apart.keys()):
        for decision in (decided.merged.pop(pair), decided.apart.pop(pair)):
            decided.flagged.append(
                Flagged(decision, "another decision says the opposite: keep one")
            )


def _root(root: dict[str, str], name: str) -> str:
    while (found := root.get(name, name)) != name:
        root[name] = root.get(found, found)  # halves the path
        name = found
    return name
