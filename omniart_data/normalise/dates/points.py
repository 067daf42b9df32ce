"""The ends of a range as a date text tells them: a year, a decade, part of a century, before something."""

from collections.abc import Sequence
from dataclasses import dataclass

from omniart_data.normalise.dates.words import LAST, Word

_JOINING = frozenset({"dash", "slash", "to", "till", "or"})
_BOUNDS = {
    "before": "before",
    "after": "after",
    "not before": "not before",
    "not after": "not after",
    "till": "not after",
}
_FRACTIONS = {"half": 2, "thirds": 3, "quarter": 4}
_THIRDS = {"early": 0, "mid": 1, "late": 2}
_TOLD = {"half": "half", "thirds": "third", "quarter": "quarter"}
_WITH_ERA = frozenset({"year", "circa", "ordinal", "decade", *_THIRDS})
_SKIPPED = frozenset({"between", "season"})
_CENTURIES = 40
"""No ordinal above it stands for a century."""

_WHOLE_DAY = len("1743-08-13")

Part = tuple[float, float, str]
"""Which part of a century or decade: begin, end, and what it is told in."""

WHOLE: Part = (0.0, 1.0, "")


@dataclass(slots=True)
class Point:
    """One end of a range as it was read: 1650, late 16th (century still to come), 1650s, before 1700."""

    number: int
    unit: str
    """year, decade, century, millennium; "ordinal" until a later word says of what."""
    written: str = ""
    """A year as it was written: its digits, or a whole day ("1743-08-13")."""
    part: Part = WHOLE
    era: str = ""
    bound: str = ""
    """before, after, not before, not after, or empty."""
    circa: bool = False
    told: str = ""
    """day or month, where a year has one."""

    @property
    def is_within_year(self) -> bool:
        """Return whether what is before or after it may be in its own year: "before August 1700"."""
        edge = "-01-01" if self.bound == "before" else "-12-31"
        return bool(self.told) and not self.written.endswith(edge)

    @property
    def precision(self) -> str:
        """Return what it is told in: see ``schemas.artwork.DATE_PRECISION``."""
        if self.unit == "year":
            return self.told or "year"
        if self.unit == "century":
            return self.part[2] or "century"
        return "decade" if self.unit == "decade" else "century"


class Reader:
    """Reads one or two points from a place in the words of a date text."""

    def __init__(self, words: Sequence[Word], place: int) -> None:
        self._words, self._count = words, len(words)
        self.place = place
        """Where the reading stands: behind what was read."""

    def range(self) -> tuple[Point | None, Point | None]:
        """Read one or two points and what opens or closes them."""
        left = self._point()
        if left is None:
            return None, None
        right = None
        before = self.place
        joint = self._kind()
        if joint in _JOINING:
            self.place += 1
            if self._kind() == "open" or (joint == "dash" and self.place == self._count):
                left.bound = left.bound or "not before"  # "1609 -", "1960-present"
                self.place = max(self.place, before + 1)
                return left, None
            right = self._point()
            if right is None:
                self.place = before  # the joint leads nowhere
            elif joint == "or" and _is_later(left, right):
                left, right = right, left  # two possible years, in any order
        if self._kind() == "open":
            left.bound = left.bound or "not before"
            self.place += 1
        elif self._kind() == "until":
            left.bound = left.bound or "not after"
            self.place += 1
        return left, right

    def _kind(self, ahead: int = 0) -> str:
        place = self.place + ahead
        return self._words[place].kind if place < self._count else "end"

    def _point(self) -> Point | None:
        """Read a year, decade, century or millennium with what stands before and after it."""
        circa, bound, era, told, part = False, "", "", "", WHOLE
        while True:
            kind = self._kind()
            if kind == "circa":
                circa = True
            elif kind in _BOUNDS:
                bound = _BOUNDS[kind]
            elif kind == "ce" and self._kind(1) in _WITH_ERA:
                era = "ce"
            elif kind in ("month", "day"):
                told = "day" if "day" in (told, kind, self._kind(1)) else "month"
            elif (read := self._parts()) is not None:
                part = read
                continue
            elif kind not in _SKIPPED and not (kind == "or" and part is not WHOLE):
                break
            self.place += 1
        point = self._unit()
        if point is None:
            return None
        point.circa, point.bound, point.era, point.part = circa, bound, era, part
        point.told = point.told or told
        self._after(point)
        self._skip_month(point)
        return point

    def _parts(self) -> Part | None:
        """Read "early", "second half", "mid to late", "2nd and 3rd quarter"; None: no such words."""
        part = self._joined_fractions() or self._part()
        if part is None:
            return None
        here = self.place
        is_joined = self._kind() in _JOINING
        self.place += is_joined
        further = self._part() if is_joined or part[2] == "third" else None
        if further is None or not (is_joined or further[2] == "third"):
            self.place = here
            return part
        return min(part[0], further[0]), max(part[1], further[1]), max(part[2], further[2])

    def _part(self) -> Part | None:
        kind, following = self._kind(), self._kind(1)
        if kind in _THIRDS:
            self.place += 1
            return _THIRDS[kind] / 3, (_THIRDS[kind] + 1) / 3, "third"
        if kind in ("ordinal", "year") and following in _FRACTIONS:
            ordinal = self._words[self.place]
            self.place += 2
            return _fraction(ordinal, following)
        return None

    def _joined_fractions(self) -> Part | None:
        """Read "2nd-3rd quarter"."""
        unit = self._kind(3)
        if unit not in _FRACTIONS or self._kind() != "ordinal" or self._kind(2) != "ordinal":
            return None
        if self._kind(1) not in _JOINING:
            return None
        first, last = self._words[self.place], self._words[self.place + 2]
        if not first.number < last.number <= _FRACTIONS[unit]:
            return None  # "late 7th–first half of the 8th century"
        self.place += 4
        return _fraction(first, unit)[0], _fraction(last, unit)[1], _TOLD[unit]

    def _unit(self) -> Point | None:
        kind, following = self._kind(), self._kind(1)
        if kind not in ("year", "ordinal", "decade", "hundred"):
            return None
        word = self._words[self.place]
        is_unit = following in ("century", "millennium")
        if kind == "ordinal" or (kind == "year" and is_unit):
            self.place += 1 + is_unit
            unit = following if is_unit else "ordinal"
            return Point(word.number, unit) if 1 <= word.number <= _CENTURIES else None
        self.place += 1
        if kind == "year":
            told = "day" if len(word.text) == _WHOLE_DAY else ""
            return Point(word.number, "year", word.text, told=told)
        return Point(word.number, "decade" if kind == "decade" else "century")

    def _after(self, point: Point) -> None:
        """Read the era, a doubt and a late part ("18th century, second half") behind a point."""
        while True:
            kind, following = self._kind(), self._kind(1)
            if kind in ("bce", "ce") and not point.era:
                if kind == "ce" and following == "year" and point.unit == "year":
                    return  # the era of what follows: "A.D. 100"
                point.era = kind
            elif kind == "circa" and following not in ("year", "decade", "ordinal"):
                point.circa = True
            elif kind == "month" and point.unit == "year" and following != "year":
                point.told = "day" if following == "day" else "month"
            elif kind == "stop" and point.unit == "century" and point.part is WHOLE:
                self.place += 1
                part = self._part() if following == "ordinal" else None
                if part is None:
                    self.place -= 1
                    return
                point.part = part
                continue
            else:
                return
            self.place += 1

    def _skip_month(self, point: Point) -> None:
        """Read "-08" after a year: 01 to 12 that is not larger than the year's last digits is a month."""
        if point.unit != "year" or self._kind() != "dash" or self._kind(1) != "year":
            return
        month = self._words[self.place + 1]
        is_month = (
            len(month.text) == 2
            and 1 <= month.number <= 12
            and month.number <= point.number % 100
            and len(point.written) == 4
            and self._kind(2) not in ("bce", "ce")
        )
        if is_month:
            self.place += 2
            point.told = "month"


def _is_later(left: Point, right: Point) -> bool:
    """Return whether two whole years with nothing else about them stand the wrong way round."""
    plain = all(one.unit == "year" and not (one.era or one.bound) for one in (left, right))
    return plain and left.number > right.number > 0 and len(right.written) == 4


def _fraction(ordinal: Word, unit: str) -> Part:
    """Return which part of a century "first half", "laatste kwart", "second third" is."""
    parts = _FRACTIONS[unit]
    place = parts if ordinal.text in LAST else min(ordinal.number, parts)
    return (place - 1) / parts, place / parts, _TOLD[unit]
