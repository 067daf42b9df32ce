"""A page as a browser shows it, on a phone and on a desk: what runs past its edge, what it fetches, what axe finds."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.browser import BROWSER, QUIET

WIDTHS_PX = (1200, 360)

_HARNESS = """<!doctype html><title>not done</title><body style="margin:0"><script>
const page = {page}, widths = {widths}, found = [];
function told(text) {{
  found.push(text);
  if (found.length === widths.length) document.title = found.sort().join(";");
}}
for (const width of widths) {{
  const frame = document.createElement("iframe");
  frame.style = `border:0;width:${{width}}px;height:900px`;
  frame.onload = () => {{
    const inside = frame.contentWindow, root = inside.document.documentElement;
    for (const one of inside.document.querySelectorAll("details")) one.open = true;
    const past = [...inside.document.querySelectorAll("h1, h2, h3, p, li, figure, figure > svg, .wide, .pair")]
      .filter((part) => part.getBoundingClientRect().right > width + 1).length;
    const fetched = inside.performance.getEntriesByType("resource").filter((one) => !one.name.startsWith("data:"));
    inside.axe.run(inside.document).then((result) => told([width, root.scrollWidth <= width, past, fetched.length,
      inside.getComputedStyle(inside.document.body).backgroundColor,
      result.violations.map((one) => one.id + " " + one.nodes[0].html.slice(0, 80)).join(" ") || "sound"].join("|")));
  }};
  frame.srcdoc = page;
  document.body.append(frame);
}}
</script></body>"""


def looked_at(page: str, folder: Path, scheme: str) -> list[str]:
    """Return a line for each width: whether it fits, how much runs past the edge and is fetched, paper, what axe finds."""
    axe = pytest.importorskip("axe_core_python", reason="axe is not installed")
    script = (Path(axe.__path__[0]) / "axe.min.js").read_text(encoding="utf-8")
    page = re.sub(r"<meta http-equiv[^>]*>", "", page)
    page = page.replace(
        "</body>",
        f"<script>{script.replace('</script', '<' + chr(92) + '/script')}</script></body>",
    )
    there = folder / "harness.html"
    body = json.dumps(page).replace("</", "<\\/").replace("<!--", "<\\u0021--")
    there.write_text(_HARNESS.format(page=body, widths=list(WIDTHS_PX)), encoding="utf-8")
    line = [BROWSER, *QUIET, f"--blink-settings=preferredColorScheme={scheme}"]
    line += [f"--user-data-dir={folder / 'profile'}", "--window-size=1600,1900", "--dump-dom"]
    done = subprocess.run(
        [*line, "--virtual-time-budget=30000", there.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    title = re.search(r"<title>([^<]*)</title>", done.stdout)
    assert title is not None, done.stdout[:2000]
    return title[1].split(";")


def sound_on(paper: str) -> list[str]:
    """Return the lines of a page with nothing wrong, on paper of a colour."""
    return [f"{width}|true|0|0|{paper}|sound" for width in WIDTHS_PX]
