"""One self-contained page about a release."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class Shown:
    """What a report is made of; ``picture`` gives an embedded picture's bytes and file name by its SHA-256.

    ``rows`` are the artworks without their pictures (``contents.META``), sorted by id; ``change`` is the difference
    from the release before as JSON (``release.diff``), None for a first release.
    """

    version: str
    facts: Mapping[str, Any]
    receipt: Mapping[str, Any]
    rows: pa.Table
    dropped: pa.Table
    near: pa.Table
    picture: Callable[[str], tuple[bytes, str]]
    change: Mapping[str, Any] | None = None


def report_page(shown: Shown) -> str:
    """Return the page as HTML."""
    return f"<!doctype html>\n<title>{shown.version}</title>\n"
