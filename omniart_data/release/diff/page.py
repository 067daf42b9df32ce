"""A difference as one self-contained page: no network, no script, light and dark, readable on a phone."""

from collections.abc import Iterator
from html import escape

from omniart_data.printing import printable
from omniart_data.release.diff.difference import Difference
from omniart_data.release.diff.sections import Section, bump_line, sections

STYLE = """
:root { color-scheme: light dark; --ink: #1c1b19; --ground: #fdfcfa; --line: #d9d5cd; --quiet: #5b574f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ece8e1; --ground: #191816; --line: #45413a; --quiet: #b3ada2; }
}
body { margin: 0 auto; padding: 1rem; max-width: 70rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.why { font-size: 1.1rem; } .more { color: var(--quiet); }
.wide { overflow-x: auto; }
td, tbody th { max-width: 22rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--quiet); font-weight: 600; } tbody th { font-weight: 500; min-width: 8rem; }
:focus-visible { outline: 3px solid #3b82c4; }
"""

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is fetched, and nothing runs, whatever a museum's words hold."""


def difference_page(change: Difference) -> str:
    """Return the page as HTML; every word that is not ours is escaped."""
    title = f"OmniArt {change.old} to {change.new}: what differs"
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_safe(title)}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            "<main>",
            f"<h1>{_safe(title)}</h1>",
            f'<p class="why">{_safe(bump_line(change))}</p>',
            *(
                line
                for number, one in enumerate(sections(change))
                for line in _section(one, number)
            ),
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _section(section: Section, number: int) -> Iterator[str]:
    """Yield a heading and its table, which scrolls by itself where a screen is narrow."""
    name = f"part-{number}"
    yield f'<h2 id="{name}">{_safe(section.heading)}</h2>'
    yield f'<div class="wide" role="region" tabindex="0" aria-labelledby="{name}">'
    yield f'<table aria-labelledby="{name}">'
    head = "".join(f'<th scope="col">{_safe(cell)}</th>' for cell in section.head)
    yield f"<thead><tr>{head}</tr></thead>"
    yield "<tbody>"
    for first, *rest in section.rows:
        cells = "".join(f"<td>{_safe(cell)}</td>" for cell in rest)
        yield f'<tr><th scope="row">{_safe(first)}</th>{cells}</tr>'
    yield from ("</tbody>", "</table>", "</div>")
    if section.more:
        yield f'<p class="more">{section.more:,} more are not listed.</p>'


def _safe(text: str) -> str:
    return escape(printable(" ".join(text.split())))
