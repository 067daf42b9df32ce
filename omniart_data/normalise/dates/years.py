"""When an artwork was made: the rule that weighs the museum's numbers against its words."""

import re
from collections.abc import Mapping, Sequence
from functools import partial

from omniart_data.normalise.dates.bins import century, fifty_years
from omniart_data.normalise.dates.grammar import LATEST, Years, is_undated, parse_years
from omniart_data.normalise.dates.periods import named_period
from omniart_data.normalise.rule import Judged, Rule

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
_QUOTED = 200
"""Characters of a text that a reason repeats."""

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
    text, said, which = _first_understood(dates)
    numbers = _sane(year_first, year_last)
    if said is not None and numbers is not None:
        years, because = _weighed(text, said, numbers)
        return _dated(years, which + because, widest_mean)
    if said is not None:
        is_given = year_first is not None or year_last is not None
        ignored = ", its numbers cannot be years" if is_given else ""
        return _dated(said, f"{which}the text {text[:_QUOTED]!r}{ignored}", widest_mean)
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
    dates: Sequence[Mapping[str, str]] | None,
) -> tuple[str, Years | None, str]:
    """Return the first date text that the grammar understands, else the first text; and which of several."""
    texts = [text["text"] for text in dates or () if text["text"]]
    for place, text in enumerate(texts):
        years = parse_years(text)
        if years is not None:
            return text, years, _which(place, len(texts))
    return next(iter(texts), ""), None, ""


def _which(place: int, count: int) -> str:
    if count == 1:
        return ""
    if place == 0:
        return f"the first of {count} date texts, the production's: "
    name = _PLACES[place] if place < len(_PLACES) else f"{place + 1}th"
    return f"the {name} of {count} date texts, the first that is understood: "


def _sane(first: int | None, last: int | None) -> Years | None:
    """Return numbers that can be years; 0 beside a year is the next year to it, there being no year 0."""
    if first is None or last is None or first > last or last > LATEST or (first == last == 0):
        return None
    return Years(first or 1, last or -1)


def _is_plausible_alone(numbers: Years) -> bool:
    first, last = numbers.first or 0, numbers.last or 0
    return first > _EARLIEST and last - first <= _WIDEST_WITHOUT_TEXT


def _weighed(text: str, said: Years, numbers: Years) -> tuple[Years, str]:
    if _is_fragment(said, numbers):
        return (
            numbers,
            f"the museum's numbers: {said.first} in the text {text[:_QUOTED]!r} is another number",
        )
    if fits(said, numbers):
        agreed = Years(numbers.first, numbers.last, said.circa, said.precision)
        return agreed, f"the museum's numbers, which fit the text {text[:_QUOTED]!r}"
    unfit = f"the museum's numbers {numbers.first} to {numbers.last} do not fit it"
    return said, f"the text {text[:_QUOTED]!r}; {unfit}"


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
    >>> fits(Years(1779, 1779), Years(1600, 1850)), fits(Years(1790, 1810), Years(1790, 1790))
    (False, False)
    """
    first, last = numbers.first or 0, numbers.last or 0
    width = (said.last - said.first) if said.first is not None and said.last is not None else 0
    tolerance = max(_TOLERANCE, width // 3)
    if said.first is None:
        return said.last is not None and first <= said.last and last <= said.last + tolerance
    if said.last is None:
        return last >= said.first and first >= said.first - tolerance
    if width and first == last == said.first:
        return False  # the start of the range stands for both of its ends
    return abs(first - said.first) <= tolerance and abs(last - said.last) <= tolerance


def _from_numbers(numbers: Years, text: str, period: str, widest_mean: int) -> Judged:
    """Give numbers that no text vouches for, told in a period where the named one has these years."""
    named = named_period(text or period)
    if named is not None and fits(named[0], numbers):
        numbers = Years(numbers.first, numbers.last, precision="period")
    if text:
        because = f"the museum's numbers; the text {text[:_QUOTED]!r} is not understood"
        return _dated(numbers, because, widest_mean)
    widest = min(WIDEST_MEAN_WITHOUT_TEXT, widest_mean)
    return _dated(numbers, "the museum's numbers; there is no text", widest)


def _from_period(period: str, text: str, widest_mean: int) -> Judged:
    frame = _TIME_FRAME.fullmatch(period.strip())
    if frame is not None and 0 < int(frame[1]) <= int(frame[2]) <= LATEST:
        because = f"no date given; {period.strip()} is the time frame of the artist"
        return Judged((None, None, None, None, "", None, None), because)
    found = named_period(text) or named_period(period)
    if found is not None:
        return _dated(*found, widest_mean)
    if is_undated(text):
        because = f"undated: the museum says {text[:_QUOTED]!r}"
    else:
        because = f"the text {text[:_QUOTED]!r} is not understood" if text else "no date given"
    return Judged((None, None, None, None, "", None, None), because)


def _dated(years: Years, because: str, widest_mean: int) -> Judged:
    year = None
    if (
        years.first is not None
        and years.last is not None
        and years.last - years.first <= widest_mean
    ):
        year = (years.first + years.last) / 2
    bins = (century(year), fifty_years(year))
    return Judged((years.first, years.last, year, years.circa, years.precision, *bins), because)


RULE = date_rule()
