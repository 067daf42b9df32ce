"""What people decided about artists, terms and artworks: applied again to every snapshot, while its evidence holds."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Decision:
    """One row of ``schemas.decision.DECISION``."""

    kind: str
    action: str
    subject: str
    object: str = ""
    reason: str = ""
    evidence: str = ""

    def __str__(self) -> str:
        """Return the decision as a label's ``because`` names it."""
        about = f"{self.subject} -> {self.object}" if self.object else self.subject
        return f"decisions/{self.kind}.csv: {self.action} {about} ({self.reason})"


@dataclass(frozen=True, order=True)
class Flagged:
    """A decision that was not applied, and why: its evidence has changed, or nothing here is its subject."""

    decision: Decision
    why: str


NO_DECISIONS: tuple[Decision, ...] = ()


def evidence_of(*parts: Any) -> str:
    """Return the SHA-256 of what a decision rests on: values that JSON can write, in a fixed order.

    >>> evidence_of("material", "fabeliet", "nl")[:8]
    'ee2c41b4'
    """
    body = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


def of_kind(decisions: Iterable[Decision], *kinds: str) -> tuple[Decision, ...]:
    """Return the decisions of some kinds, sorted."""
    return tuple(sorted(decision for decision in decisions if decision.kind in kinds))
