"""The pieces that the page is put together from; every word that is not ours is escaped here."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import count

from omniart_data.printing import printable
from omniart_data.release.facts import Numbers

LONGEST = 300
"""Characters of a museum's text that the page shows."""


def safe(text: object) -> str:
    r"""Return a text as HTML shows it: one line, nothing that a browser or a reader's eye would obey.

    >>> safe("</script>\n<b>\u202e")
    '&lt;/script&gt; &lt;b&gt;\\u202e'
    """
    plain = printable(" ".join(str(text).split()))
    return escape(plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…")


def short(text: str, most: int) -> str:
    """Return a text cut to so many characters, not escaped.

    >>> short("a long name", 6)
    'a lon…'
    """
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def number(value: float) -> str:
    """Return a number as the page writes it, as exact as the facts have it.

    >>> number(12000), number(0.7004)
    ('12,000', '0.7004')
    """
    return f"{value:,}"


def share(part: float, whole: float) -> str:
    """Return a share in words.

    >>> share(1, 3), share(0, 0), share(1, 10_000)
    ('33.3 %', '-', 'under 0.1 %')
    """
    if not whole:
        return "-"
    percent = 100 * part / whole
    return "under 0.1 %" if 0 < percent < 0.1 else f"{percent:.1f} %"


def counted(value: int, one: str, several: str = "") -> str:
    """Return how many there are of something.

    >>> counted(1, "pair"), counted(2, "pair"), counted(1200, "is", "are")
    ('1 pair', '2 pairs', '1,200 are')
    """
    return f"{value:,} {one if value == 1 else several or f'{one}s'}"


class Names:
    """Ids of elements that occur once in a page: the same order gives the same ids."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def next(self, word: str) -> str:
        """Return an id that nobody has yet."""
        return f"{word}-{next(self._numbers)}"


def table(head: Sequence[str], rows: Iterable[Sequence[str | float]], about: str) -> str:
    """Return a table that scrolls by itself where a screen is narrow; texts stand left, numbers right."""
    lines = [list(row) for row in rows]
    words = [bool(lines) and isinstance(lines[0][place], str) for place in range(len(head))]
    heads = "".join(
        f'<th scope="col"{_WORDS if is_text else ""}>{safe(cell)}</th>'
        for cell, is_text in zip(head, words, strict=True)
    )
    body = "".join(
        f'<tr><th scope="row">{safe(first)}</th>{"".join(map(_cell, rest))}</tr>\n'
        for first, *rest in lines
    )
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{safe(about)}: table">\n'
        f"<table><thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n"
    )


_WORDS = ' class="words"'


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return f"<td{_WORDS}>{safe(value)}</td>"
    return f"<td>{number(value)}</td>"


def fact_table(name: str, facts: Numbers, first: str, columns: Sequence[str] = ()) -> str:
    """Return a fact as a folded table; ``columns``: of these alone, in this order."""
    chosen = list(columns) or list(dict.fromkeys(c for line in facts.values() for c in line))
    rows = ([row, *(line.get(c, 0) for c in chosen)] for row, line in facts.items())
    return (
        f"<details><summary>{safe(name)}: the numbers</summary>\n"
        f"{table([first, *chosen], rows, name)}</details>\n"
    )


def key(entries: Mapping[str, str]) -> str:
    """Return what the colours of a plot stand for: word to class."""
    items = "".join(
        f'<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="{css}" width="10" height="10"/></svg>'
        f"{safe(word)}</li>"
        for word, css in entries.items()
    )
    return f'<ul class="key">{items}</ul>\n'


def figure(caption: str, *parts: str) -> str:
    """Return a plot with its caption above and its numbers below."""
    return f'<figure class="plot"><figcaption>{safe(caption)}</figcaption>\n{"".join(parts)}</figure>\n'


def section(name: str, heading: str, *parts: str) -> str:
    """Return a part of the page under its heading."""
    return (
        f'<section aria-labelledby="{name}">\n<h2 id="{name}">{safe(heading)}</h2>\n'
        f"{''.join(parts)}</section>\n"
    )


def paragraph(text: str, css: str = "") -> str:
    """Return a sentence or two."""
    named = f' class="{css}"' if css else ""
    return f"<p{named}>{safe(text)}</p>\n"


def listed(lines: Iterable[str]) -> str:
    """Return a list of texts."""
    return (
        f'<ul class="plain">\n{"".join(f"<li>{safe(line)}</li>{chr(10)}" for line in lines)}</ul>\n'
    )
