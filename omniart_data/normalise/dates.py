"""The date grammar: a museum's date text to first and last year."""

import re
from dataclasses import dataclass, replace
from functools import cache
from math import ceil, floor

from omniart_data.normalise.date_words import Word, date_words, fraction

LATEST = 2100
_SPANS = {"year": 1, "decade": 10, "century": 100, "millennium": 1000}
_WHOLE = (0.0, 1.0)
_JOINING = ("dash", "slash", "to", "or")


@dataclass(frozen=True)
class Years:
    """First and last year, both included, BCE below zero (-500 is 500 BCE); None: that end is open."""

    first: int | None
    last: int | None
    circa: bool = False

    @property
    def is_closed(self) -> bool:
        """Return whether both ends are known."""
        return self.first is not None and self.last is not None


@dataclass(frozen=True)
class _Point:
    """One end of a range as it was read: 1650, late 16th (century still to come), 1650s, before 1700."""

    number: int
    unit: str
    """year, decade, century, millennium; "ordinal" until a later word says of what."""
    written: str = ""
    part: tuple[float, float] = _WHOLE
    era: str = ""
    bound: str = ""
    """before, after, not before, not after, or empty."""
    circa: bool = False


@cache
def parse_years(text: str) -> Years | None:
    r"""Return the first and last year that a date text stands for; None: not understood.

    "Circa" is read but not widened: how far it reaches is for the user of the data to judge, and the
    museum's words stay with the artwork. The first date in a text is the one that is taken.
    "Before 1700" ends in 1699, "in or before 1700" in 1700. A century runs from 00 to 99 as museums
    count it; "early", "mid" and "late" are its thirds.

    >>> parse_years("ca. 1630-35")
    Years(first=1630, last=1635, circa=True)
    >>> parse_years("late 16th–early 17th century")
    Years(first=1567, last=1633, circa=False)
    >>> parse_years("1700\u00a0-\u00a0in of voor\u00a01743-08-13")
    Years(first=1700, last=1743, circa=False)
    >>> parse_years("306–30 B.C."), parse_years("voor 1650").last
    (Years(first=-306, last=-30, circa=False), 1649)
    >>> parse_years("Edo period") is None, parse_years("1786 - 1725") is None
    (True, True)
    >>> parse_years("186[3?]").first, parse_years("Dated 1214 AH/1799–1800 AD").first
    (1863, 1799)
    """
    words = date_words(_without_other_numbers(text[:_LONGEST]))
    place = 0
    while place < len(words):
        reader = _Reader(words, place)
        years = reader.range()
        if years is not None or reader.is_inverted:
            return years
        place += 1
    return None


_LONGEST = 1000
"""Characters of a date text that are read."""

_DOUBTED_DIGITS = re.compile(r"\b(\d{2,3})[\[(](\d{1,2})\s?\??[\])]")
_HIJRI_BEHIND = re.compile(r"\b\d{1,4}(?:\s*[-–/]\s*\d{1,4})?\s*A\.?\s?H\b\.?")
_HIJRI_BEFORE = re.compile(r"\bA\.?\s?H\b\.?[^\d/()]{0,40}\d{1,4}(?:\s*[-–]\s*\d{1,4})?")
_LOW = re.compile(r"(?<![\d–-])\b\d{1,3}\b(?!\s*[-–]\s*\d)")


def _without_other_numbers(text: str) -> str:
    """Return a date text in which digits in doubt are joined, and the years of the Hijra left out.

    >>> _without_other_numbers("dated 114 (A.H. 1014/ A.D. 1605–6)").split()
    ['dated', '(', '/', 'A.D.', '1605–6)']
    """

    def joined(found: re.Match[str]) -> str:
        digits = found[1] + found[2]
        return digits if len(digits) == 4 else found[0]

    text = _DOUBTED_DIGITS.sub(joined, text)
    if not re.search(r"\bA\.?\s?H\b", text):
        return text
    without = _HIJRI_BEFORE.sub(" ", _HIJRI_BEHIND.sub(" ", text))
    return _LOW.sub(" ", without) if re.search(r"\d{4}", without) else without


class _Reader:
    """Reads points and ranges from a place in the words of a date text."""

    def __init__(self, words: tuple[Word, ...], place: int) -> None:
        self._words, self._place = words, place
        self.is_inverted = False
        """The last range was read whole, and ends before it begins ("1786 - 1725")."""

    def range(self) -> Years | None:
        """Read one or two points and what opens or closes them."""
        left = self._point()
        if left is None:
            return None
        left = self._skip_month(left)
        right = None
        before = self._place
        if self._takes(*_JOINING):
            if self._takes("open"):
                return _interval(replace(left, bound="not before"), None)
            right = self._point()
            if right is None:
                self._place = before  # the dash leads nowhere
        if right is not None:
            right = self._skip_month(right)
        if self._takes("open"):
            left = replace(left, bound=left.bound or "not before")
        elif self._takes("until"):
            left = replace(left, bound=left.bound or "not after")
        years = _interval(left, right)
        self.is_inverted = years is None and right is not None
        return years

    def _next(self, ahead: int = 0) -> Word:
        place = self._place + ahead
        return self._words[place] if place < len(self._words) else Word("end")

    def _takes(self, *kinds: str) -> bool:
        if self._next().kind in kinds:
            self._place += 1
            return True
        return False

    def _point(self) -> _Point | None:
        """Read a year, decade, century or millennium with what stands before and after it."""
        circa, bound, era, part = False, "", "", _WHOLE
        while True:
            word = self._next()
            if word.kind == "circa":
                circa = True
            elif word.kind in ("before", "after", "not before", "not after"):
                bound = word.kind
            elif word.kind == "ce" and self._next(1).kind in ("year", "circa"):
                era = "ce"
            elif word.kind == "part":
                part = self._joined_part((word.number, word.until))
            elif word.kind in ("ordinal", "year") and self._next(1).kind == "fraction":
                part = self._fraction(word)
            elif word.kind not in ("month", "between") and not (
                word.kind == "or" and part != _WHOLE
            ):
                break
            self._place += 1
        point = self._unit()
        if point is None:
            return None
        return self._after(replace(point, part=part, era=era, bound=bound, circa=circa))

    def _fraction(self, ordinal: Word) -> tuple[float, float]:
        self._place += 1
        is_last = ordinal.text in ("last", "laatste")
        return fraction(ordinal.number, self._next().text, is_last=is_last)

    def _joined_part(self, part: tuple[float, float]) -> tuple[float, float]:
        """Read "mid to late" as one part of a century."""
        if self._next(1).kind in _JOINING and self._next(2).kind == "part":
            after = self._next(3).kind
            if after in ("ordinal", "decade", "part"):
                self._place += 2
                return part[0], self._next().until
        return part

    def _unit(self) -> _Point | None:
        word, following = self._next(), self._next(1)
        if word.kind == "decade":
            self._place += 1
            return _Point(int(word.number), "decade")
        if word.kind == "hundred":  # "1700s": all years that begin with 17
            self._place += 1
            return _Point(int(word.number), "century")
        if word.kind == "ordinal" or (
            word.kind == "year" and following.kind in ("century", "millennium")
        ):
            if not 1 <= word.number <= 40:
                return None
            self._place += 1
            unit = following.kind if following.kind in ("century", "millennium") else "ordinal"
            self._place += unit != "ordinal"
            return _Point(int(word.number), unit)
        if word.kind == "year":
            self._place += 1
            return _Point(int(word.number), "year", word.text)
        return None

    def _after(self, point: _Point) -> _Point:
        """Read the era, a doubt and a late part ("18th century, second half") behind a point."""
        while True:
            word = self._next()
            if word.kind in ("bce", "ce") and not point.era:
                if word.kind == "ce" and self._next(1).kind == "year" and point.unit == "year":
                    return point  # the era of what follows: "A.D. 100"
                point = replace(point, era=word.kind)
            elif word.kind == "circa" and self._next(1).kind not in ("year", "decade", "ordinal"):
                point = replace(point, circa=True)
            elif word.kind == "stop" and self._next(2).kind == "fraction" and point.part == _WHOLE:
                if point.unit != "century" or self._next(1).kind != "ordinal":
                    return point
                self._place += 1
                point = replace(point, part=self._fraction(self._next()))
            else:
                return point
            self._place += 1

    def _skip_month(self, point: _Point) -> _Point:
        """Leave out "-08" after a year: 01 to 12 that is not larger than the year's last digits is a month."""
        dash, month = self._next(), self._next(1)
        is_month = (
            point.unit == "year"
            and dash.kind == "dash"
            and month.kind == "year"
            and len(month.text) == 2
            and 1 <= month.number <= 12
            and month.number <= point.number % 100
            and len(point.written) == 4
            and self._next(2).kind not in ("bce", "ce")
        )
        if is_month:
            self._place += 2
        return point


def _interval(left: _Point, right: _Point | None) -> Years | None:
    """Return the years from one or two points, or None where they make no sense."""
    if right is not None:
        left, right = _shared(left, right)
    spans = [_span(point) for point in (left, right) if point is not None]
    if any(span is None for span in spans):
        return None
    known = [span for span in spans if span is not None]
    circa = left.circa or (right is not None and right.circa)
    first, last = _opened(left, known[0])
    if right is not None:
        right_first, right_last = _opened(right, known[-1])
        last = right_last if first is not None or right_last is not None else last
        if first is None and left.bound in ("before", "not after"):
            first = None if right_first is None else known[0][0]
    if first is not None and last is not None and first > last:
        return None
    return Years(first, last, circa)


def _opened(point: _Point, span: tuple[int, int]) -> tuple[int | None, int | None]:
    first, last = span
    match point.bound:
        case "before":
            return None, first - 1
        case "not after":
            return None, last
        case "after":
            return last + 1, None
        case "not before":
            return first, None
    return first, last


def _shared(left: _Point, right: _Point) -> tuple[_Point, _Point]:
    """Give each end what only the other says: the era, the century; the digits that "1785-90" leaves out."""
    if not left.era and right.era == "bce":
        left = replace(left, era="bce")
    if left.era == "ce" and not right.era:
        right = replace(right, era="ce")
    if left.unit == "decade" and right.unit == "decade" and right.number < 100 <= left.number:
        right = replace(right, number=left.number - left.number % 100 + right.number)
    if left.unit == "ordinal":
        left = replace(left, unit=right.unit if right.unit in _SPANS else "ordinal")
    elif right.unit == "ordinal":
        right = replace(right, unit=left.unit)
    shortened = len(left.written) - len(right.written)
    if (
        left.unit == right.unit == "year"
        and "bce" not in (left.era, right.era)
        and shortened > 0
        and len(right.written) <= 2
        and left.number >= 100
    ):
        scale = 10 ** len(right.written)
        number = left.number - left.number % scale + right.number
        right = replace(right, number=number + (scale if number < left.number else 0))
    return left, right


def _span(point: _Point) -> tuple[int, int] | None:
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
