"""The date grammar: a museum's date text to first and last year."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil, floor

from omniart_data.normalise.dates.points import Point, Reader
from omniart_data.normalise.dates.words import Word, date_words
from schemas.artwork import DATE_PRECISION

LATEST = 2100
_SPANS = {"year": 1, "decade": 10, "century": 100, "millennium": 1000}
_COARSENESS = {name: place for place, name in enumerate(DATE_PRECISION)}


@dataclass(frozen=True)
class Years:
    """First and last year, both included, BCE below zero (-500 is 500 BCE); None: that end is open."""

    first: int | None
    last: int | None
    circa: bool = False
    precision: str = "year"
    """What they are told in, of a range the coarser end's: see ``schemas.artwork.DATE_PRECISION``."""
    is_bare: bool = field(default=False, repr=False, compare=False)
    """Told by a number below 1000 without an era or a leading zero, which may be something else."""

    @property
    def is_closed(self) -> bool:
        """Return whether both ends are known."""
        return self.first is not None and self.last is not None

    @property
    def is_lone_number(self) -> bool:
        """Return whether nothing but one small number says that this is a year: "166", but not "500 - 799"."""
        is_range = self.is_closed and self.first != self.last
        return self.is_bare and not is_range


def parse_years(text: str) -> Years | None:
    r"""Return the first and last year that a date text stands for; None: not understood.

    "Circa" is read but not widened: how far it reaches is for the user of the data to judge, and the
    museum's words stay with the artwork. The first date in a text is the one that is taken; of a sheet
    dated on both sides, both. "Before 1700" ends in 1699, "in or before 1700" in 1700, and so does
    "before August 1700". A century runs from 00 to 99 as museums count it; "early", "mid" and "late"
    are its thirds. Years BCE are never completed: "306–30 B.C." ends in 30 BCE; a range BCE that counts
    upwards is turned round, one CE is not understood. "A or B" are two possible years, "166?" is a decade and
    "16??" a century.

    >>> parse_years("ca. 1630-35")
    Years(first=1630, last=1635, circa=True, precision='year')
    >>> parse_years("late 16th–early 17th century")
    Years(first=1567, last=1633, circa=False, precision='third')
    >>> parse_years("1700\u00a0-\u00a0in of voor\u00a01743-08-13").last
    1743
    >>> parse_years("306–30 B.C.").first, parse_years("voor 1650").last
    (-306, 1649)
    >>> parse_years("Edo period") is None, parse_years("1786 - 1725") is None
    (True, True)
    >>> parse_years("186[3?]").first, parse_years("Dated 1214 AH/1799–1800 AD").first
    (1863, 1799)
    >>> parse_years("recto: ca. 1640; verso: ca. 1530–50").first
    1530
    >>> parse_years("166?"), parse_years("1635 (or 1653)").last
    (Years(first=1660, last=1669, circa=False, precision='decade'), 1653)
    """
    return _parsed(text[:_LONGEST])  # what is kept in memory is never longer than what is read


@lru_cache(maxsize=65536)
def _parsed(text: str) -> Years | None:
    years = _ranges(date_words(_plainly(text)))
    if "verso" in text or "Verso" in text:
        return hull(list(years))
    return next(years, None)


def all_years(text: str) -> list[Years]:
    """Return each date in a text, in its order.

    >>> [(years.first, years.last) for years in all_years("Ming (1368–1644) or Qing (1644–1911) dynasty")]
    [(1368, 1644), (1644, 1911)]
    """
    return list(_ranges(date_words(_plainly(text[:_LONGEST]))))


def hull(years: Sequence[Years]) -> Years | None:
    """Return the years from the first to the last of some; an end that is open somewhere is open.

    >>> hull([Years(1640, 1640, True), Years(1530, 1550)])
    Years(first=1530, last=1640, circa=True, precision='year')
    """
    if not years:
        return None
    firsts, lasts = [one.first for one in years], [one.last for one in years]
    first = min((one for one in firsts if one is not None), default=None)
    last = max((one for one in lasts if one is not None), default=None)
    return Years(
        None if None in firsts else first,
        None if None in lasts else last,
        any(one.circa for one in years),
        coarsest(*(one.precision for one in years)),
        any(one.is_bare for one in years),
    )


def coarsest(*precisions: str) -> str:
    """Return the coarsest of some precisions.

    >>> coarsest("year", "third", "decade")
    'third'
    """
    return max(precisions, key=_COARSENESS.__getitem__)


_UNDATED = re.compile(
    r"(?:\[|\()?(?:undated|not dated|no date|n\.?\s?d\.?(?:\s?a\.?)?|s\.?\s?d\.?|s\.?\s?a\.?|z\.?\s?j\.?|o\.?\s?j\.?|-+"
    r"|date (?:is )?(?:unknown|uncertain|undetermined)|(?:unknown|uncertain|undetermined) date|unknown|uncertain"
    r"|ongedateerd|niet gedateerd|onbekend|datum onbekend|zonder jaar|undatiert|ohne jahr|unbekannt"
    r"|sans date|non daté|senza data|date inconnue)(?:\]|\))?\s?[.?]?"
)


def is_undated(text: str) -> bool:
    """Return whether a text says in so many words that there is no date.

    >>> is_undated("Undated"), is_undated("n.d."), is_undated("date unknown"), is_undated("-")
    (True, True, True, True)
    >>> is_undated("Edo period"), is_undated("")
    (False, False)
    """
    return len(text) < 60 and _UNDATED.fullmatch(text.strip().casefold()) is not None


_LONGEST = 1000
"""Characters of a date text that are read."""

_DOUBTED_DIGITS = re.compile(r"\b(\d{2,3})[\[(](\d{1,2})\s?(\??)[\])]")
_OR_IN_BRACKETS = re.compile(r"(\d\??)\s?\((or|oder|ou|of)\s")
_OPEN_DIGITS = re.compile(
    r"(?<!\w)(?<!\d[.,])(?<!^-)(?<!a\.d\. )(?<!ad )"
    r"(?:(1\d\d|20\d)(?:\?|[x_]|[\[(]\?[\])]|[-–]\??(?=\s*(?:$|[\]),;])))"
    r"|(1\d|20)(?:\?\?|xx|__|[-–]{2}|[\[(]\?\?[\])]))"
    r"(?![\w?]|\)?\s?(?:b\.?\s?c|a\.?\s?d|c\.?\s?e|[vn]\.?\s?chr))",
    re.IGNORECASE,
)
"""A year whose last digit, or last two, nobody can tell: "166?", "18--", "19xx"; none that an era follows."""

_HIJRI = re.compile(r"\bA\.?\s?H\b")
_HIJRI_BEHIND = re.compile(r"\b\d{1,4}(?:\s*[-–/]\s*\d{1,4})?\s*A\.?\s?H\b\.?")
_HIJRI_BEFORE = re.compile(r"\bA\.?\s?H\b\.?[^\d/()]{0,40}\d{1,4}(?:\s*(?:[-–]|and|or)\s*\d{1,4})*")
_LOW = re.compile(r"(?<![\d–-])\b\d{1,3}\b(?!\s*[-–]\s*\d)")
_SPURIOUS = re.compile(r"spurious[^,;)\d]{0,40}\d+")


def _plainly(text: str) -> str:
    """Return a date text in which every number is a year: digits in doubt joined or left open, no other dates.

    >>> _plainly("186[3?]"), _plainly("1635 (or 1653)"), _plainly("16?? or 171-")
    ('1863?', '1635 or 1653)', '1600s or 1710s')
    >>> _plainly("166? B.C."), _plainly("A.D. 166?")
    ('166? B.C.', 'A.D. 166?')
    """
    if "(" in text or "[" in text:
        text = _OR_IN_BRACKETS.sub(r"\1 \2 ", _DOUBTED_DIGITS.sub(_joined, text))
    return _OPEN_DIGITS.sub(_opened_digits, _without_other_dates(text))


def _joined(found: re.Match[str]) -> str:
    digits = found[1] + found[2]
    return digits + found[3] if len(digits) == 4 else found[0]


def _opened_digits(found: re.Match[str]) -> str:
    return f"{found[1]}0s" if found[1] else f"{found[2]}00s"


def _without_other_dates(text: str) -> str:
    """Return a date text without years of the Hijra and dates that are feigned.

    >>> _without_other_dates("dated 114 (A.H. 1014/ A.D. 1605–6)").split()
    ['dated', '(', '/', 'A.D.', '1605–6)']
    >>> _without_other_dates("spurious date of 1607, 19th century").strip()
    ', 19th century'
    """
    if "spurious" in text:
        text = _SPURIOUS.sub(" ", text)
    if "H" not in text or not _HIJRI.search(text):
        return text
    without = _HIJRI_BEFORE.sub(" ", _HIJRI_BEHIND.sub(" ", text))
    return _LOW.sub(" ", without) if re.search(r"\d{4}", without) else without


def _ranges(words: Sequence[Word]) -> Iterator[Years]:
    """Yield the dates in a text's words, up to one that ends before it begins ("1786 - 1725")."""
    place = 0
    while place < len(words):
        reader = Reader(words, place)
        left, right = reader.range()
        if left is None:
            place = max(place + 1, reader.place)
            continue
        _settle_ordinal(left, right, is_alone=len(words) == 1)
        if right is not None and right.unit == "ordinal" and left.unit == "year":
            right = None  # "1780 or 19th-early 20th century": two dates
        years = _interval(left, right)
        if years is not None:
            yield years
            place = reader.place
        elif right is not None and not _is_tiny(left, right):
            return
        else:
            place += 1


def _is_tiny(left: Point, right: Point) -> bool:
    """Return whether two numbers are no years at all, so that their order says nothing: "no. 12-3"."""
    return left.unit == right.unit == "year" and max(left.number, right.number) < 100


def _settle_ordinal(left: Point, right: Point | None, *, is_alone: bool) -> None:
    """Make an ordinal a century where nothing else can be meant: "late 6th BCE", "17th"."""
    for point in (left, right):
        if point is not None and point.unit == "ordinal" and (point.era or is_alone):
            point.unit = "century" if point.era or point.number > 9 else "ordinal"


def _interval(left: Point, right: Point | None) -> Years | None:
    """Return the years from one or two points, or None where they make no sense."""
    circa, precision = left.circa, left.precision
    is_bare = _is_bare(left) and (right is None or not right.era)
    if right is not None:
        _share(left, right)
        circa = circa or right.circa
        precision = coarsest(left.precision, right.precision)
    known = _span(left)
    if known is None:
        return None
    first, last = _opened(left, known)
    if right is not None:
        right_known = _span(right)
        if right_known is None:
            return None
        right_first, right_last = _opened(right, right_known)
        if right_last is None and right_first is None:
            return None
        last = right_last if first is not None or right_last is not None else last
        if first is None and left.bound in ("before", "not after"):
            first = None if right_first is None else known[0]
    if first is not None and last is not None and first > last:
        if not (left.era == "bce" and right is not None and right.era == "bce" and last < 0):
            return None
        first, last = _turned(left, right)
    return Years(first, last, circa, precision, is_bare)


def _is_bare(point: Point) -> bool:
    """Return whether only the place of a small number says that it is a year: "166", but not "0166"."""
    return point.unit == "year" and not point.era and 0 < len(point.written) < 4


def _turned(left: Point, right: Point) -> tuple[int | None, int | None]:
    """Return a range BCE that was written upwards, as years CE are: "2700–3000 BCE"."""
    early, late = _span(right), _span(left)
    return (early[0] if early else None), (late[1] if late else None)


def _opened(point: Point, span: tuple[int, int]) -> tuple[int | None, int | None]:
    first, last = span
    match point.bound:
        case "before":
            return None, _step(first, 0 if point.is_within_year else -1)
        case "not after":
            return None, last
        case "after":
            return _step(last, 0 if point.is_within_year else 1), None
        case "not before":
            return first, None
    return first, last


def _step(year: int, by: int) -> int:
    """Return the year before or after one: there is no year 0."""
    return year + by or by


def _share(left: Point, right: Point) -> None:
    """Give each end what only the other says: the era, the century; the digits that "1785-90" leaves out."""
    if right.era and not left.era and (right.era == "bce" or left.number < 1000):
        left.era = right.era
    if left.era == "ce" and not right.era:
        right.era = "ce"
    if left.unit == "ordinal":
        left.unit = right.unit if right.unit in _SPANS and right.unit != "year" else "ordinal"
    elif right.unit == "ordinal":
        right.unit = left.unit if left.unit != "year" else "ordinal"
    if "bce" in (left.era, right.era):
        return
    if (
        right.unit == "decade"
        and right.number < 100 <= left.number
        and left.unit in ("year", "decade")
    ):
        right.number += left.number - left.number % 100
    if left.unit == right.unit == "year":
        _complete(left, right)


def _complete(left: Point, right: Point) -> None:
    """Complete a last year of one or two digits: "1785-90", "1599-03"; "31–2 CE"."""
    missing = len(left.written[:4]) - len(right.written)
    if missing <= 0 or len(right.written) > 2 or not (left.number >= 100 or left.era == "ce"):
        if not left.era and not right.era and 0 < left.number < 100 <= right.number < 1000:
            left.era = right.era = "ce"  # "50-150"
        elif left.number < 0 < right.number:
            right.era = "ce"  # "-99 - 99"
        return
    scale = 10 ** len(right.written)
    number = left.number - left.number % scale + right.number
    right.number = number + (scale if number < left.number else 0)


def _span(point: Point) -> tuple[int, int] | None:
    """Return the first and last year of a point, or None where it is no year that can be meant."""
    size = _SPANS.get(point.unit)
    if size is None:
        return None
    is_bce = point.era == "bce"
    if point.unit == "year":
        year = -abs(point.number) if is_bce else point.number
        if year == 0 or year > LATEST or (not point.era and 0 < year < 100):
            return None
        return year, year
    if point.unit == "decade":
        begin = -point.number - 9 if is_bce else point.number
    else:
        begin = 1 - point.number * size if is_bce else (point.number - 1) * size
    first = begin + ceil(point.part[0] * size)
    last = begin + (size - 1 if point.part[1] == 1 else floor(point.part[1] * size))
    if last > LATEST:
        return None
    return first or 1, last or -1
