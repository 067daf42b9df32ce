"""Markdown in which no word of others is markup."""

from collections.abc import Iterable, Sequence

from omniart_data.printing import printable

LONGEST = 600
"""Characters of a text of others that are shown."""


def escaped(text: str) -> str:
    r"""Return a text on one line that Markdown shows as it is: no markup, no link, no other cell.

    >>> print(escaped("a|b <i>[c](d)</i>\n# e `f`"))
    a\|b &lt;i>\[c](d)&lt;/i> # e \`f\`
    """
    plain = printable(" ".join(text.split())).replace("&", "&amp;").replace("<", "&lt;")
    plain = plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"
    # A bracket opens a link, or a picture from elsewhere.
    for mark in ("\\", "|", "[", "*", "_", "`"):
        plain = plain.replace(mark, f"\\{mark}")
    return plain


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""Return a table; every cell is escaped.

    >>> print(table(["answer", "top 1"], [["a|b", "0.5"]]))
    | answer | top 1 |
    | --- | ---: |
    | a\|b | 0.5 |
    """
    lines = [_line(head), "| --- |" + " ---: |" * (len(head) - 1), *map(_line, rows)]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(escaped, cells))} |"
