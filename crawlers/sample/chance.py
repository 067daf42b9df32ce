"""The only chance in the sample museum: a seed decides it, and no clock."""

import random


def chance(purpose: str, seed: int) -> random.Random:
    """Return the numbers that a seed gives for one purpose; they are the same everywhere.

    >>> chance("a test", 0).randint(1, 6) == chance("a test", 0).randint(1, 6)
    True
    """
    return random.Random(f"{purpose} {seed}")  # noqa: S311 -- nothing here is a secret
