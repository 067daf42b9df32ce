"""What differs between two releases, what that means for the version, and how it is told."""

from omniart_data.release.diff.bump import bump_of, numbers, reasons, version_after
from omniart_data.release.diff.compare import difference
from omniart_data.release.diff.difference import Bump, Difference
from omniart_data.release.diff.page import difference_page
from omniart_data.release.diff.sections import bump_line
from omniart_data.release.diff.side import Side, side_of, side_of_tables
from omniart_data.release.diff.text import as_text, changelog_lines
from omniart_data.release.diff.told import told

__all__ = [
    "Bump",
    "Difference",
    "Side",
    "as_text",
    "bump_line",
    "bump_of",
    "changelog_lines",
    "difference",
    "difference_page",
    "numbers",
    "reasons",
    "side_of",
    "side_of_tables",
    "told",
    "version_after",
]
