"""The bins that a year lies in: its century, and its fifty years."""

import math

_PERIOD = 50


def century(year: float | None) -> int | None:
    """Return the century of a year: 17 is 1601 to 1700, -1 is 100 to 1 BCE; null where there is no year.

    A mean between two years belongs to the earlier one. There is no year 0: a mean that falls on it
    counts as year 1.

    >>> [century(y) for y in (1600, 1600.5, 1601, 1, 0, -1, -100, -100.5, None)]
    [16, 16, 17, 1, 1, -1, -1, -2, None]
    """
    return _bin(year, 100)


def fifty_years(year: float | None) -> str | None:
    """Return the fifty years that a year lies in, as halves of its century; null where there is no year.

    >>> [fifty_years(y) for y in (1651, 1700.5, 50, -1, -451, -500)]
    ['1651-1700', '1651-1700', '1-50', '-50--1', '-500--451', '-500--451']
    """
    number = _bin(year, _PERIOD)
    if number is None:
        return None
    if number < 0:
        return f"{number * _PERIOD}-{number * _PERIOD + _PERIOD - 1}"
    return f"{(number - 1) * _PERIOD + 1}-{number * _PERIOD}"


def _bin(year: float | None, size: int) -> int | None:
    if year is None or not math.isfinite(year):
        return None
    whole = math.floor(year) or 1
    return (whole - 1) // size + 1 if whole > 0 else whole // size
