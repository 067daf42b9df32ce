"""What is left to decide: the candidates of a release, less those that were decided on this evidence."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from omniart_data.decision_files import PAIR_ACTIONS, about
from omniart_data.normalise.decisions import Decision
from omniart_data.release.read import Release
from schemas.decision import CANDIDATE, KINDS
from schemas.errors import UsageError

TABLE = "candidates"
"""The side table of a release that holds them."""

_DEFAULT_REASONS = {
    "merge": "looked at side by side, the same",
    "keep apart": "looked at side by side, not the same",
    "rename": "the English term for it",
    "reject": "says nothing of the artwork",
}

_LONGEST_BECAUSE = 300
"""Characters of what speaks for a candidate that a reason repeats."""


@dataclass(frozen=True)
class Candidate:
    """One row of ``schemas.decision.CANDIDATE``; ``earlier`` is a decision on it whose evidence has changed."""

    kind: str
    subject: str
    object: str
    subject_label: str
    object_label: str
    score: float
    because: str
    evidence: str
    artworks: int
    examples: tuple[str, ...]
    earlier: Decision | None = None

    @property
    def is_pair(self) -> bool:
        """Return whether two are compared; a term's object is only a hint at what it may be a slip for."""
        return "merge" in KINDS[self.kind]

    @property
    def actions(self) -> tuple[str, ...]:
        """Return what can be decided: the evidence of a pair is no evidence about one of the two."""
        return tuple(one for one in KINDS[self.kind] if (one in PAIR_ACTIONS) == self.is_pair)

    @property
    def works(self) -> tuple[str, ...]:
        """Return the ids of the artworks to be shown, each once, the subject's first."""
        own = (self.subject, self.object) if self.kind == "work" else ()
        return tuple(dict.fromkeys((*own, *self.examples)))

    def reason(self, action: str) -> str:
        """Return the reason that is offered for an action.

        >>> made = Candidate("artist", "a", "b", "", "", 97.0, "same dates", "", 2, ())
        >>> made.reason("merge"), made.reason("keep apart")
        ('looked at side by side, the same: same dates', 'looked at side by side, not the same')
        """
        told = f": {self.because[:_LONGEST_BECAUSE]}" if action == "merge" and self.because else ""
        return f"{_DEFAULT_REASONS[action]}{told}"

    def decided(self, action: str, new: str, reason: str) -> Decision:
        """Return the decision of somebody who chose an action; ``new`` is the new name of a rename.

        Raises UsageError for an action that this candidate does not have.
        """
        if action not in self.actions:
            raise UsageError(
                f"{action!r} is not open for this {self.kind}: {', '.join(self.actions)} are"
            )
        other = {"rename": new, "reject": ""}.get(action, self.object)
        why = reason.strip() or self.reason(action)
        return Decision(self.kind, action, self.subject, other, why, self.evidence)


def candidate_table(release: Release) -> pa.Table:
    """Return the candidates of a release; UsageError for one that was built before there were any."""
    if f"{TABLE}.parquet" not in release.manifest.files:
        raise UsageError(f"{release.folder} has no {TABLE}.parquet: build a new release to review")
    return release.side_table(TABLE)


def open_candidates(table: pa.Table, decisions: Iterable[Decision]) -> list[Candidate]:
    """Return what is open, kind by kind, the surest pair and the most frequent term first.

    Left out is what was decided on the same evidence; where the evidence has changed since, it is open again.
    """
    told = {about(decision): decision for decision in decisions}
    found = []
    for row in table.select(CANDIDATE.names).to_pylist():
        candidate = _candidate(row)
        earlier = told.get(_about(candidate))
        if earlier is None:
            found.append(candidate)
        elif earlier.evidence != candidate.evidence:
            found.append(replace(candidate, earlier=earlier))
    return sorted(found, key=_place)


def _candidate(row: dict[str, Any]) -> Candidate:
    """Return a row as a candidate, a pair in the order in which decisions are written."""
    texts = {
        name: row[name] or ""
        for name in CANDIDATE.names
        if pa.types.is_string(CANDIDATE.field(name).type)
    }
    if "merge" in KINDS[row["kind"]] and texts["subject"] > texts["object"]:
        for end in ("", "_label"):
            one, other = f"subject{end}", f"object{end}"
            texts[one], texts[other] = texts[other], texts[one]
    return Candidate(
        kind=texts["kind"],
        subject=texts["subject"],
        object=texts["object"],
        subject_label=texts["subject_label"],
        object_label=texts["object_label"],
        because=texts["because"],
        evidence=texts["evidence"],
        score=row["score"] if math.isfinite(row["score"] or 0.0) and row["score"] else 0.0,
        artworks=int(row["artworks"] or 0),
        examples=tuple(row["examples"] or ()),
    )


def _about(candidate: Candidate) -> tuple[str, ...]:
    action = "merge" if candidate.is_pair else "rename"
    return about(
        Decision(
            candidate.kind, action, candidate.subject, candidate.object, "", candidate.evidence
        )
    )


def _place(candidate: Candidate) -> tuple[Any, ...]:
    """Return by what candidates are sorted."""
    kind = tuple(KINDS).index(candidate.kind)
    weight = (
        (-candidate.score, -candidate.artworks) if candidate.is_pair else (-candidate.artworks,)
    )
    return kind, weight, candidate.subject, candidate.object
