"""Sentences of the page: our own, which may be long, with words of others in them, which are never markup."""

from collections.abc import Iterable
from html import escape

from omniart_data.printing import printable
from omniart_model.evaluation.printed import too_few

_LONGEST = 2_000
"""Characters of a sentence or two; only a museum's words could make it longer."""


def said(text: str) -> str:
    r"""Return a text as HTML shows it, on one line.

    >>> said("A <b>\nand C")
    'A &lt;b&gt; and C'
    """
    plain = printable(" ".join(text.split()))
    return escape(plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…")


def paragraph(text: str, css: str = "") -> str:
    """Return a sentence or two."""
    named = f' class="{css}"' if css else ""
    return f"<p{named}>{said(text)}</p>\n"


def few_works(*held: object) -> str:
    """Return why some of the figures in what is shown have no interval, nothing where all may have one."""
    return "".join(paragraph(one, "quiet") for one in too_few(*held))


def verdict(text: str) -> str:
    """Return a sentence that a reader must not miss."""
    return f"<p><strong>{said(text)}</strong></p>\n"


def listed(lines: Iterable[str]) -> str:
    """Return a list of sentences."""
    return (
        f'<ul class="plain">\n{"".join(f"<li>{said(line)}</li>{chr(10)}" for line in lines)}</ul>\n'
    )
