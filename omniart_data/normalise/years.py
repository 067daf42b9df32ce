"""When an artwork was made: the rule that weighs the museum's numbers against its words."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from omniart_data.normalise.dates import LATEST, Years, parse_years
from omniart_data.normalise.rule import Judged, Rule
from omniart_data.normalise.terms import plain
from omniart_data.normalise.vocabulary import vocabulary_rows

WIDEST_MEAN = 300
"""Width in years of the widest interval whose mean is given as the year (see schemas.artwork)."""

WIDEST_MEAN_WITHOUT_TEXT = 25
"""The same where the museum gives numbers without words: wider ones are mostly the artist's life (met.md)."""

_EARLIEST = -7000
"""From here down the Met's begin year stands for "undated antiquity" (met.md, section 4)."""

_WIDEST_WITHOUT_TEXT = 1000
_TOLERANCE = 30
"""Years by which numbers may lie outside the text's: "ca. 1700" reaches up to -25/+25 at the Met."""

_TIME_FRAME = re.compile(r"(\d{4})\s*-\s*(\d{4})")


def date(
    dates: Sequence[Mapping[str, str]] | None,
    year_first: int | None,
    year_last: int | None,
    period: str | None,
) -> Judged:
    """Give first and last year, their mean, and whether the museum says "circa".

    The museum's own numbers hold where they are sane and fit its text; the text is the check and the
    fallback. Without either, a named period whose years are known; without that, a time frame
    ("1601-1650"), which is the artist's and not the work's: its years are given, its mean is not.

    >>> date([{"text": "ca. 1700", "language": "en"}], 1695, 1705, "").value
    (1695, 1705, 1700.0, True)
    >>> date([{"text": "ca. 1325–30", "language": "en"}], 1325, 30, "").value
    (1325, 1330, 1327.5, True)
    >>> date([], None, None, "1601-1650").value
    (1601, 1650, None, False)
    """
    text, said = _first_understood(dates)
    numbers = _sane(year_first, year_last)
    if said is not None and numbers is not None:
        return _weighed(text, said, numbers)
    if said is not None:
        ignored = (
            "" if year_first is None and year_last is None else ", its numbers cannot be years"
        )
        return _dated(said, f"the text {text!r}{ignored}")
    if numbers is not None and (text or _is_plausible_alone(numbers)):
        words = f"the text {text!r} is not understood" if text else "there is no text"
        widest = WIDEST_MEAN if text else WIDEST_MEAN_WITHOUT_TEXT
        return _dated(numbers, f"the museum's numbers; {words}", widest)
    return _from_period(period or "", text)


def _first_understood(dates: Sequence[Mapping[str, str]] | None) -> tuple[str, Years | None]:
    """Return the first date text that the grammar understands, else the first text."""
    texts = [text["text"] or "" for text in dates or ()]
    for text in texts:
        years = parse_years(text)
        if years is not None:
            return text, years
    return next(filter(None, texts), ""), None


def _sane(first: int | None, last: int | None) -> Years | None:
    if first is None or last is None or first > last or last > LATEST or (first == last == 0):
        return None
    return Years(first, last)


def _is_plausible_alone(numbers: Years) -> bool:
    first, last = numbers.first or 0, numbers.last or 0
    return first > _EARLIEST and last - first <= _WIDEST_WITHOUT_TEXT


def _weighed(text: str, said: Years, numbers: Years) -> Judged:
    if _is_fragment(said, numbers):
        because = f"the museum's numbers: {said.first} in the text {text!r} is another number"
        return _dated(numbers, because)
    if fits(said, numbers):
        agreed = Years(numbers.first, numbers.last, said.circa)
        return _dated(agreed, f"the museum's numbers, which fit the text {text!r}")
    return _dated(
        said,
        f"the text {text!r}; the museum's numbers {numbers.first} to {numbers.last} do not fit it",
    )


def _is_fragment(said: Years, numbers: Years) -> bool:
    """Return whether a text's only "year" is a piece of something else: low, and long before the numbers."""
    if said.first is None or said.first != said.last or numbers.first is None:
        return False
    return 0 < said.first < 1000 and numbers.first - said.first > 100


def fits(said: Years, numbers: Years) -> bool:
    """Return whether numbers may stand for what a text says: no end far from the text's.

    An open end fits any number on its side. A point for a range does not fit, nor a period for a year.

    >>> fits(Years(-3300, -2960), Years(-3300, -3300))
    False
    >>> fits(Years(1779, 1779), Years(1600, 1850))
    False
    """
    first, last = numbers.first or 0, numbers.last or 0
    width = (said.last - said.first) if said.first is not None and said.last is not None else 0
    tolerance = max(_TOLERANCE, width // 3)
    if said.first is None:
        return said.last is not None and first <= said.last and last <= said.last + tolerance
    if said.last is None:
        return last >= said.first and first >= said.first - tolerance
    return abs(first - said.first) <= tolerance and abs(last - said.last) <= tolerance


def _from_period(period: str, text: str) -> Judged:
    frame = _TIME_FRAME.fullmatch(period.strip())
    if frame is not None and int(frame[1]) <= int(frame[2]) <= LATEST:
        value = (int(frame[1]), int(frame[2]), None, False)
        return Judged(value, "time frame of the artist: no year of the work is given")
    found = named_period(period) or named_period(text)
    if found is not None:
        return _dated(*found)
    because = f"the text {text!r} is not understood" if text else "no date given"
    return Judged((None, None, None, None), because)


@cache
def named_period(name: str) -> tuple[Years, str] | None:
    """Return the years of a named period, and the table row; years in the name itself come first.

    >>> named_period("Edo period")[0]
    Years(first=1615, last=1868, circa=False)
    """
    row = _periods().get(plain(name))
    if row is None:
        within = parse_years(name)
        return None if within is None or not within.is_closed else (within, f"years in {name!r}")
    years = Years(int(row["first"]), int(row["last"]))
    return years, f"periods.csv: {row['name']} ({row['source']})"


@cache
def _periods() -> Mapping[str, Mapping[str, str]]:
    return {row["name"]: row for row in vocabulary_rows("periods")}


def _dated(years: Years, because: str, widest: int = WIDEST_MEAN) -> Judged:
    year = None
    if years.first is not None and years.last is not None:
        width = years.last - years.first
        year = (years.first + years.last) / 2 if width <= widest else None
    return Judged((years.first, years.last, year, years.circa), because)


RULE = Rule(
    "years",
    ("dates", "year_first", "year_last", "period"),
    ("year_first", "year_last", "year", "circa"),
    date,
)
