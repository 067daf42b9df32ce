"""What is left to decide: the candidates of a release, less those that were decided on this evidence."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.decision_files import PAIR_ACTIONS, TERM_KINDS, about
from omniart_data.normalise.decisions import Decision, evidence_of
from omniart_data.release.read import Release
from schemas.decision import CANDIDATE, KINDS, term_subject
from schemas.errors import UsageError

TABLE = "candidates"
"""The side table of a release that holds them."""

_REASONS = {
    "merge": ("the same", ": "),
    "keep apart": ("not the same", ", though "),
    "rename": ("the English term for it", ""),
    "reject": ("says nothing of the artwork", ""),
}
"""What is offered as a reason, and how what speaks for a candidate goes on; empty: it says nothing of this."""

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
        """Return the reason that is offered for an action: what is decided, and what the release knows of it.

        >>> made = Candidate("artist", "a", "b", "", "", 97.0, "same dates", "", 2, ())
        >>> made.reason("merge"), made.reason("keep apart")
        ('the same: same dates', 'not the same, though same dates')
        """
        reason, more = _REASONS[action]
        if not more or not self.because:
            return reason
        return f"{reason}{more}{self.because[:_LONGEST_BECAUSE]}"

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
    """Return the candidates of a release, words as subjects of decisions; UsageError for one older than these."""
    if f"{TABLE}.parquet" not in release.manifest.files:
        raise UsageError(f"{release.folder} has no {TABLE}.parquet: build a new release to review")
    rows = release.side_table(TABLE).to_pylist()
    words = [row for row in rows if row["kind"] in TERM_KINDS]
    languages = _languages(release, {row["subject"] for row in words}) if words else {}
    for row in words:
        row["subject"] = _subject(row, languages)
    return pa.Table.from_pylist(rows, schema=CANDIDATE)


def _languages(release: Release, words: Collection[str]) -> dict[str, set[str]]:
    """Return word -> the languages in which the release has it: a candidate's evidence tells which is meant."""
    terms = release.side_table("terms").select(["term", "language"])
    terms = terms.filter(pc.field("term").isin(pa.array(sorted(words), pa.string())))
    found: dict[str, set[str]] = {}
    for row in terms.to_pylist():
        found.setdefault(row["term"], set()).add(row["language"])
    return found


def _subject(row: dict[str, Any], languages: dict[str, set[str]]) -> str:
    """Return the word of a candidate with its language."""
    kind, word = row["kind"], row["subject"]
    spoken = languages.get(word, {""})
    meant = (one for one in spoken if evidence_of(kind, word, one) == row["evidence"])
    return term_subject(next(meant, ""), word)


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
