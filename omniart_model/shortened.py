"""Words of a stranger's file in a line for people: of whatever length and with whatever in them, a line stays one."""

MOST = 200
"""Characters that are shown of a text."""


def shortened(text: str, most: int = MOST) -> str:
    r"""Return a text as part of a line: what cannot be printed is a space, and of a longer one the beginning, with "...".

    >>> shortened("a\nb" + "c" * 9, 5)
    'a bcc...'
    """
    begun = text[: most + 1]
    plain = "".join(one if one.isprintable() else " " for one in begun)
    return plain if len(text) <= most else f"{plain[:most]}..."
