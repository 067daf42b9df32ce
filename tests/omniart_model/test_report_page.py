"""The baseline's report as a reader sees it: in a real browser, on a desk and on a phone."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.browser import BROWSER, QUIET

MEASURE = """
<script>
const dark = getComputedStyle(document.body).backgroundColor;
const past = [...document.querySelectorAll("h1, h2, p, li, svg, .wide")]
  .filter((part) => part.getBoundingClientRect().right > innerWidth + 1).length;
document.title = [innerWidth, document.documentElement.scrollWidth, past, dark,
  document.querySelectorAll("table").length, performance.getEntriesByType("resource").length].join("|");
</script>
"""


@pytest.mark.skipif(not BROWSER, reason="no Chromium is installed to open the page in")
@pytest.mark.parametrize(
    ("width", "scheme", "paper"),
    [
        (1200, "1", "rgb(253, 252, 249)"),
        (500, "1", "rgb(253, 252, 249)"),
        (1200, "0", "rgb(25, 24, 22)"),
    ],
)
def test_the_page_fits_and_follows_the_reader(
    baseline: Path, tmp_path: Path, width: int, scheme: str, paper: str
) -> None:
    """Nothing runs past the window's edge, the five tables stand, nothing is fetched, dark is dark."""
    page = tmp_path / "report.html"
    page.write_text(
        (baseline / "report.html").read_text(encoding="utf-8") + MEASURE, encoding="utf-8"
    )

    done = subprocess.run(
        [
            BROWSER,
            *QUIET,
            f"--blink-settings=preferredColorScheme={scheme}",
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--window-size={width},900",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    told = re.search(r"<title>([^<]*)</title>", done.stdout)
    assert told is not None, done.stdout[:2000]
    shown, needed, past, background, tables, fetched = told[1].split("|")
    assert int(needed) <= int(shown)
    assert (past, tables, fetched) == ("0", "5", "0")
    assert background == paper
