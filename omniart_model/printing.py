"""Texts of others on a terminal: class names, versions and file names are shown, and never obeyed.

The ``omniart-data`` command has its own ``printable``; a release is all that this room sees of that one.
"""

import logging
import unicodedata


def printable(text: str) -> str:
    r"""Return a text in which whatever is not a printable character is written as an escape.

    No escape sequence comes through, nothing that turns the direction of writing, and no line break.

    >>> print(printable("Night\x1b]0;pwned\x07 \u202ehctaW\n"))
    Night\x1b]0;pwned\x07 \u202ehctaW\n
    >>> printable("Meisje\u00a0met de parel") == "Meisje\u00a0met de parel"
    True
    """
    return "".join(
        one if one.isprintable() or unicodedata.category(one) == "Zs" else repr(one)[1:-1]
        for one in text
    )


def printable_lines(text: str) -> str:
    """Return a text of our own making, whose line breaks are ours, with printable lines."""
    return "\n".join(map(printable, text.split("\n")))


class PrintableFormatter(logging.Formatter):
    """Log lines whose words may be others'."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as printable lines."""
        return printable_lines(super().format(record))
