"""The museum's numbers against its words: which of the two say when a work was made."""

import re
from dataclasses import replace

from omniart_data.normalise.dates.grammar import Years, all_years, hull

QUOTED = 200
"""Characters of a text that a reason repeats."""

_CIRCA = 25
"""Years by which numbers may widen "circa" on either side: "ca. 1700" reaches up to -25/+25 at the Met."""

_TOLERANCE = 30
"""Years by which numbers may shorten what is told vaguely ("19th century"), or a third of it where that is more."""

_DOUBTED = re.compile(r"[^\d]{0,40}\b(?:probably|possibly|perhaps)\b", re.IGNORECASE)
"""A date of which the museum is not sure; its numbers may widen it as they do "circa"."""

_EXACT = frozenset({"day", "month", "year", "decade"})
"""Told in these, words say which years are meant; thirds and centuries leave that to whoever counts."""


def weighed(text: str, said: Years, numbers: Years) -> tuple[Years, str]:
    """Return the years that a text and the museum's numbers stand for together, and why.

    Words bound the numbers. A year or a range in words is what the museum means: numbers that differ are the
    limits of a period, a life or a slip. With "circa" or "probably" the numbers may widen it, by 25 years at
    most. Of what is told vaguely (a century, late in one) or is open at an end, the numbers say more, as far
    as the words reach. Numbers that do not meet the words are ignored. Where they meet several dates of one
    text (designed and woven, modelled and cast), all of these are meant.

    >>> weighed("1597–98", Years(1597, 1598), Years(1572, 1623))[0]
    Years(first=1597, last=1598, circa=False, precision='year')
    >>> weighed("ca. 1700", Years(1700, 1700, circa=True), Years(1695, 1705))[0].first
    1695
    >>> weighed("ca. 1829", Years(1829, 1829, circa=True), Years(1817, 1823))
    (Years(first=1829, last=1829, circa=True, precision='year'), "the text 'ca. 1829'; the museum's numbers 1817 to 1823 do not meet it")
    >>> weighed("18th century", Years(1700, 1799, precision="century"), Years(1700, 1800))[0].last
    1799
    >>> weighed("designed 1684–86, woven 1692–1700", Years(1684, 1686), Years(1684, 1700))[0].last
    1700
    """
    quoted = f"the text {text[:QUOTED]!r}"
    if _same(said, numbers):
        return said, f"the museum's numbers, which fit {quoted}"
    told = f"the museum's numbers {numbers.first} to {numbers.last}"
    if not meets(said, numbers):
        return said, f"{quoted}; {told} do not meet it"
    is_loose = said.circa or _DOUBTED.match(text[:QUOTED]) is not None
    meant, within = said, _within(said, numbers, is_loose=is_loose)
    if within is None or not _same(within, numbers):
        meant = _meant(text, said, numbers)
        is_loose = is_loose or meant.circa
        within = _within(meant, numbers, is_loose=is_loose)
    if within is not None:
        agreed = replace(meant, first=within.first, last=within.last)
        is_whole = _same(within, numbers)
        because = f"the museum's numbers, which fit {quoted}"
        return agreed, because if is_whole else f"{told}, as far as {quoted} reaches"
    spanned = "" if meant is said else ", from the first to the last of its dates"
    return meant, f"{quoted}{spanned}; {told} {_unfit(meant, numbers, is_loose=is_loose)}"


def meets(said: Years, numbers: Years) -> bool:
    """Return whether some year is both in the text's years and between the numbers; an open end has no limit.

    >>> meets(Years(1778, 1778), Years(1772, 1775)), meets(Years(1701, None), Years(1690, 1710))
    (False, True)
    """
    first, last = numbers.first or 0, numbers.last or 0
    return (said.first is None or said.first <= last) and (said.last is None or first <= said.last)


def _same(one: Years, other: Years) -> bool:
    return (one.first, one.last) == (other.first, other.last)


def _meant(text: str, said: Years, numbers: Years) -> Years:
    """Return the years from the first to the last of the dates in a text that the numbers meet.

    A bound on one side ("cast before 1939") opens nothing that another date closes, and a later date that
    begins before the first is that of a model ("after a model of 1803").
    """
    dates = all_years(text)
    if len(dates) < 2 or dates[0] != said:
        return said  # one date, or a sheet's two sides, which are one already
    further = [one for one in dates[1:] if meets(one, numbers) and not _starts_before(one, said)]
    whole = hull([said, *further]) if further else None
    if whole is None:
        return said
    return replace(whole, first=said.first)


def _starts_before(one: Years, said: Years) -> bool:
    return one.first is not None and said.first is not None and one.first < said.first


def fits(said: Years, numbers: Years) -> bool:
    """Return whether no end of the numbers is far from the words': at most 30 years, or a third of their span.

    >>> fits(Years(1644, 1911), Years(1640, 1911)), fits(Years(1644, 1911), Years(1733, 1733))
    (True, False)
    """
    far = _tolerance(said)
    return meets(said, numbers) and not (_exceeds(said, numbers, far) or _cuts(said, numbers, far))


def _within(meant: Years, numbers: Years, *, is_loose: bool) -> Years | None:
    """Return the numbers as far as the words allow; None: the words alone hold."""
    if _same(meant, numbers):
        return meant
    is_exact = meant.is_closed and meant.precision in _EXACT
    if is_exact and not is_loose:
        return None
    if _cuts(meant, numbers, 0 if is_exact else _tolerance(meant)):
        return None
    if is_loose:
        return None if _exceeds(meant, numbers, _CIRCA) else numbers
    if not meant.is_closed and _exceeds(meant, numbers, _TOLERANCE):
        return None
    first, last = numbers.first or 0, numbers.last or 0
    first = first if meant.first is None else max(first, _begin(meant.first))
    return Years(first, last if meant.last is None else min(last, meant.last))


def _begin(first: int) -> int:
    """Return where vague words begin: the 6th century BCE in 600 as well, which the grammar's 599 to 500 leaves out."""
    return first - 1 if first < -1 else first


def _tolerance(meant: Years) -> int:
    if meant.first is None or meant.last is None:
        return _TOLERANCE
    return max(_TOLERANCE, (meant.last - meant.first) // 3)


def _exceeds(meant: Years, numbers: Years, years: int) -> bool:
    """Return whether numbers begin or end more than some years outside the words' years."""
    first, last = numbers.first or 0, numbers.last or 0
    return (meant.first is not None and meant.first - first > years) or (
        meant.last is not None and last - meant.last > years
    )


def _cuts(meant: Years, numbers: Years, years: int) -> bool:
    """Return whether numbers leave out more than some years at an end of the words' years.

    An open end has nothing to leave out; nor is a span cut to one year, its first, ever meant.
    """
    first, last = numbers.first or 0, numbers.last or 0
    if not meant.is_closed:
        return False
    begin, end = meant.first or 0, meant.last or 0
    return first - begin > years or end - last > years or begin == first == last < end


def _unfit(meant: Years, numbers: Years, *, is_loose: bool) -> str:
    if not _exceeds(meant, numbers, 0):
        return "leave out part of it"
    if is_loose and not _cuts(meant, numbers, 0):
        return f"reach more than {_CIRCA} years beyond it"
    return "reach beyond it"
