"""Texts of others on a terminal: what a museum or a server says is shown, and never obeyed."""

import unicodedata

import typer

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_FORMULA = ("=", "+", "-", "@")
_TEXT_MARK = "'"


def printable(text: str) -> str:
    r"""Return a text in which whatever is not a printable character is written as an escape.

    Escape sequences begin with U+001B or U+009B, and characters that turn the direction of writing make a line
    read otherwise than it is: none of them comes through, and no line break either. Spaces of all widths stay.

    >>> print(printable("Night\x1b]0;pwned\x07 \u202ehctaW\n"))
    Night\x1b]0;pwned\x07 \u202ehctaW\n
    >>> printable("Meisje\u00a0met de parel — 真珠") == "Meisje\u00a0met de parel — 真珠"
    True
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    number = ord(character)
    wide = f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
    return _SHORT.get(character) or (f"\\x{number:02x}" if number < 0x100 else wide)


def printable_lines(text: str) -> str:
    r"""Return a text of our own making, whose line breaks are ours, with printable lines.

    >>> print(printable_lines("met:1\n  title: a\x9bb"))
    met:1
      title: a\x9bb
    """
    return "\n".join(map(printable, text.split("\n")))


def say(text: str, *, err: bool = False) -> None:
    """Print lines of our own making, on stdout or stderr, whatever words of others stand in them."""
    typer.echo(printable_lines(text), err=err)


def cell(value: object) -> str:
    """Return a value as a cell of a tab-separated table.

    What begins like a formula gets an apostrophe before it, as spreadsheets have it for text: one that opens the
    table would calculate it, and could be made to send the table away.

    >>> cell("=HYPERLINK(1)"), cell("oil on canvas"), cell(-3)
    ("'=HYPERLINK(1)", 'oil on canvas', '-3')
    """
    text = printable(str(value))
    unsafe = isinstance(value, str) and value.lstrip().startswith(_FORMULA)
    return f"{_TEXT_MARK}{text}" if unsafe else text
