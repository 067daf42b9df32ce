"""A difference as JSON: for programs, and for the page of a release."""

from dataclasses import asdict
from typing import Any

from omniart_data.release.diff.bump import bump_of, reasons
from omniart_data.release.diff.difference import EXAMPLES, LISTED, TURNS, Difference

FORM = 1
"""Version of its keys."""


def told(change: Difference) -> dict[str, Any]:
    """Return a difference as JSON: always the same keys, complete counts, and how many examples there are at most."""
    body = asdict(change)
    return {
        "form": FORM,
        "old": body.pop("old"),
        "new": body.pop("new"),
        "bump": bump_of(change).name,
        "reasons": [{"bump": level.name, "what": what} for level, what in reasons(change)],
        "at_most": {"examples": EXAMPLES, "turns": TURNS, "classes": LISTED},
        **body,
    }
