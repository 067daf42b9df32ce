"""The benchmarks' page shows the figures that were kept."""

import runpy
from pathlib import Path

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_the_page_shows_what_was_kept() -> None:
    """Whoever measures anew puts the new figures on the page: benchmarks/page.py."""
    page = (BENCHMARKS / "README.md").read_text(encoding="utf-8")

    assert runpy.run_path(str(BENCHMARKS / "page.py"))["filled"](page) == page
