"""Whether a work was made in the life of who is said to have made it."""

_LONGEST_LIFE = 110
_POSTHUMOUS = 50
"""Years after a death in which casts, prints from old plates and what heirs had made still bear the name."""

_BEFORE_BIRTH = 10
"""Years by which a year of birth may be late: many are "about", or the first year of which somebody knows."""

_SHORTEST_LIFE = 15
_AROUND_ACTIVITY = 60
"""Years that somebody may live before and after the few years in which he is known to have worked."""


def outside_life(
    year_first: int | None, year_last: int | None, born: int | None, died: int | None
) -> bool:
    """Return whether a work lies so far from a life that the person can hardly have made it.

    It ends more than 10 years before the birth, or begins more than 50 after the death: the author of a copied text, the
    master of an imitator, or a year that is wrong. Where one of birth and death is missing, a life is 110 years
    long at most. Years less than 15 apart ("active 1829–1835", "1852") are no life: 60 years are
    added on either side. An end that is not known proves nothing, nor does a life that ends before it begins.

    >>> outside_life(1400, 1499, -356, -356), outside_life(1600, 1699, 1228, 1350)
    (True, True)
    >>> outside_life(1581, 1581, 1671, 1699), outside_life(1902, 1902, 1671, None)
    (True, True)
    >>> outside_life(1920, 1920, 1840, 1904), outside_life(1859, 1859, 1829, 1835)
    (False, False)
    >>> outside_life(None, 1700, None, 1669), outside_life(1700, None, None, None)
    (False, False)
    """
    if born is not None and died is not None and born > died:
        return False
    earliest = born if born is not None else None if died is None else died - _LONGEST_LIFE
    latest = died if died is not None else None if born is None else born + _LONGEST_LIFE
    if earliest is None or latest is None:
        return False
    around = _AROUND_ACTIVITY if latest - earliest < _SHORTEST_LIFE else 0
    is_before = year_last is not None and year_last < earliest - around - _BEFORE_BIRTH
    is_after = year_first is not None and year_first > latest + around + _POSTHUMOUS
    return is_before or is_after
