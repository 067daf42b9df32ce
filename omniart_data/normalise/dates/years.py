"""When an artwork was made: the rule that weighs the museum's numbers against its words."""

import re
from collections.abc import Mapping, Sequence
from functools import partial

from omniart_data.normalise.dates.bins import century, fifty_years
from omniart_data.normalise.dates.grammar import LATEST, Years, is_undated, parse_years
from omniart_data.normalise.dates.periods import named_period
from omniart_data.normalise.dates.weighing import QUOTED, fits, meets, weighed
from omniart_data.normalise.rule import Judged, Rule

WIDEST_MEAN = 300
"""Width in years of the widest interval whose mean is given as the year (see schemas.artwork)."""

WIDEST_MEAN_WITHOUT_TEXT = 25
"""The same where the museum gives numbers without words: wider ones are mostly the artist's life (met.md)."""

WIDEST_CENTURY = 100
"""Width in years of the widest interval that is given a century."""

WIDEST_PERIOD = 50
"""Width in years of the widest interval that is given a period of fifty years."""

EARLIEST = -3_200_000
"""About the oldest tools of stone that are known (Lomekwi): before it, a number is no year of anything made."""

_EARLIEST = -7000
"""From here down the Met's begin year stands for "undated antiquity" (met.md, section 4)."""

_WIDEST_WITHOUT_TEXT = 1000
_TIME_FRAME = re.compile(r"(\d{4})\s*-\s*(\d{4})")
_PLACES = ("first", "second", "third")


def date(
    dates: Sequence[Mapping[str, str]] | None,
    year_first: int | None,
    year_last: int | None,
    period: str | None,
    *,
    widest_mean: int = WIDEST_MEAN,
) -> Judged:
    """Give first and last year, their mean, "circa", what they are told in, century and fifty years.

    The museum's own numbers hold where they are sane and fit its text; the text is the check and the
    fallback. Without either, a named period whose years are known. A time frame ("1601-1650") is the
    artist's and no date of the work: 15 % of the Web Gallery's dated works lie outside theirs. Of several date texts the first that is understood holds: a source puts the production first.

    >>> date([{"text": "ca. 1700", "language": "en"}], 1695, 1705, "").value
    (1695, 1705, 1700.0, True, 'year', 17, '1651-1700')
    >>> date([{"text": "ca. 1325–30", "language": "en"}], 1325, 30, "").value[:3]
    (1325, 1330, 1327.5)
    >>> date([], None, None, "1601-1650").value
    (None, None, None, None, '', None, None)
    """
    numbers = _sane(year_first, year_last)
    text, said, which = _first_understood(dates, numbers)
    if said is not None and numbers is not None:
        years, because = weighed(text, said, numbers)
        return dated(years, which + because, widest_mean)
    if said is not None:
        is_given = year_first is not None or year_last is not None
        ignored = ", its numbers cannot be years" if is_given else ""
        return dated(said, f"{which}the text {text[:QUOTED]!r}{ignored}", widest_mean)
    if numbers is not None and (text or _is_plausible_alone(numbers)):
        return _from_numbers(numbers, text, period or "", widest_mean)
    return _from_period(period or "", text, widest_mean)


def date_rule(widest_mean: int = WIDEST_MEAN) -> Rule:
    """Return the rule of dates; the mean is given for closed intervals up to ``widest_mean`` years wide.

    >>> date_rule(10).judge([{"text": "1650-70", "language": ""}], None, None, "").value[:3]
    (1650, 1670, None)
    """
    return Rule(
        "years",
        ("dates", "year_first", "year_last", "period"),
        ("year_first", "year_last", "year", "circa", "date_precision", "century", "period"),
        partial(date, widest_mean=widest_mean),
    )


def _first_understood(
    dates: Sequence[Mapping[str, str]] | None, numbers: Years | None
) -> tuple[str, Years | None, str]:
    """Return the first date text that the grammar understands, else the first text; and which of several."""
    texts = [text["text"] for text in dates or () if text["text"]]
    for place, text in enumerate(texts):
        years = parse_years(text)
        if years is not None and _is_vouched(years, numbers):
            return text, years, _which(place, len(texts))
    return next(iter(texts), ""), None, ""


def _is_vouched(years: Years, numbers: Years | None) -> bool:
    """Return whether a small number without an era is a year: the museum's numbers say so, or it ends a range."""
    if numbers is None:
        return not years.is_lone_number
    return not years.is_bare or meets(years, numbers)


def _which(place: int, count: int) -> str:
    if count == 1:
        return ""
    if place == 0:
        return f"the first of {count} date texts, the production's: "
    name = _PLACES[place] if place < len(_PLACES) else f"{place + 1}th"
    return f"the {name} of {count} date texts, the first that is understood: "


def _sane(first: int | None, last: int | None) -> Years | None:
    """Return numbers that can be years; 0 beside a year is the next year to it, there being no year 0."""
    if first is None or last is None or first > last or (first == last == 0):
        return None
    if first < EARLIEST or last > LATEST:
        return None
    return Years(first or 1, last or -1)


def _is_plausible_alone(numbers: Years) -> bool:
    first, last = numbers.first or 0, numbers.last or 0
    return first > _EARLIEST and last - first <= _WIDEST_WITHOUT_TEXT


def _from_numbers(numbers: Years, text: str, period: str, widest_mean: int) -> Judged:
    """Give numbers that no text vouches for, told in a period where the named one has these years."""
    named = named_period(text or period)
    if named is not None and fits(named[0], numbers):
        numbers = Years(numbers.first, numbers.last, named[0].circa, "period")
    if text:
        return dated(numbers, f"the museum's numbers; {_not_understood(text)}", widest_mean)
    widest = min(WIDEST_MEAN_WITHOUT_TEXT, widest_mean)
    return dated(numbers, "the museum's numbers; there is no text", widest)


def _from_period(period: str, text: str, widest_mean: int) -> Judged:
    frame = _TIME_FRAME.fullmatch(period.strip())
    if frame is not None and 0 < int(frame[1]) <= int(frame[2]) <= LATEST:
        because = f"no date given; {period.strip()} is the time frame of the artist"
        return Judged((None, None, None, None, "", None, None), because)
    found = named_period(text) or named_period(period)
    if found is not None:
        return dated(*found, widest_mean)
    if is_undated(text):
        because = f"undated: the museum says {text[:QUOTED]!r}"
    else:
        because = _not_understood(text) if text else "no date given"
    return Judged((None, None, None, None, "", None, None), because)


def _not_understood(text: str) -> str:
    why = ": no era says that its number is a year" if parse_years(text) else ""
    return f"the text {text[:QUOTED]!r} is not understood{why}"


def dated(years: Years, because: str, widest_mean: int) -> Judged:
    """Give years with their mean, and the bins that it lies in where the interval is no wider than such a bin."""
    year, width = None, 0
    if years.first is not None and years.last is not None:
        width = years.last - years.first
        year = (years.first + years.last) / 2 if width <= widest_mean else None
    bins = (
        century(year) if year is not None and width <= WIDEST_CENTURY else None,
        fifty_years(year) if year is not None and width <= WIDEST_PERIOD else None,
    )
    return Judged((years.first, years.last, year, years.circa, years.precision, *bins), because)


RULE = date_rule()
