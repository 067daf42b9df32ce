"""When an invented work was made, and how each museum would write that."""

import random
from dataclasses import dataclass

FORMS = ("exact", "circa", "range", "circa range", "century", "before", "unknown")


@dataclass(frozen=True)
class Dating:
    """The year of a work, known to nobody but us, and the interval that the museums give.

    ``form`` is one of ``FORMS``; years below zero are BCE; the interval holds the year.
    """

    year: int
    first: int
    last: int
    form: str


def invent_dating(rng: random.Random, first: int, last: int, *, weights: tuple[int, ...]) -> Dating:
    """Return a dating of a work made between two years; ``weights`` are those of ``FORMS``.

    Before the common era nothing is known to the year: there "exact" and "circa" become ranges.
    """
    year = rng.randint(first, last)
    form = rng.choices(FORMS, weights)[0]
    if year < 0 and form in {"exact", "circa", "before"}:
        form = "circa range"
    if form == "century":
        begin = year // 100 * 100
        return Dating(year, begin, begin + 99, form)
    if form in {"range", "circa range"}:
        begin, end = max(first, year - rng.randint(0, 6)), min(last, year + rng.randint(1, 7))
        return Dating(year, begin, end, form) if begin < end else Dating(year, year, year, "exact")
    if form == "before":
        return Dating(year, min(first, year), year, form)
    return Dating(year, year, year, form)


def _shown(year: int) -> str:
    return f"{-year} BCE" if year < 0 else str(year)


def century(year: int) -> str:
    """Return the century of a year in English.

    >>> century(1650), century(-450), century(1200), century(2001)
    ('17th century', '5th century BCE', '13th century', '21st century')
    """
    number = year // 100 + 1 if year > 0 else (-year - 1) // 100 + 1
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending} century" + (" BCE" if year < 0 else "")


def _span(first: int, last: int, dash: str) -> str:
    """Return two years as museums shorten them: 1630 and 1635 are 1630–35, -480 and -475 480–475 BCE."""
    if first < 0:
        return f"{-first}{dash}{_shown(last) if last < 0 else last}"
    same = first // 100 == last // 100
    return f"{first}{dash}{last % 100:02d}" if same else f"{first}{dash}{last}"


def met_date(dating: Dating) -> tuple[str, int, int]:
    """Return the Met's text and its begin and end; 0 and 0 where it knows nothing.

    >>> met_date(Dating(1632, 1630, 1635, "circa range"))
    ('ca. 1630–35', 1630, 1635)
    >>> met_date(Dating(-450, -460, -445, "circa range")), met_date(Dating(1632, 1632, 1632, "circa"))
    (('ca. 460–445 BCE', -460, -445), ('ca. 1632', 1627, 1637))
    """
    first, last = dating.first, dating.last
    span = _span(first, last, "–")
    match dating.form:
        case "unknown":
            return "", 0, 0
        case "circa":
            return f"ca. {_shown(first)}", first - 5, last + 5
        case "century":
            return century(dating.year), first, last
        case "range" | "circa range":
            return ("ca. " if dating.form == "circa range" else "") + span, first, last
        case "before":
            return f"before {last}", first, last
        case _:
            return _shown(first), first, last


def rijks_date(dating: Dating) -> tuple[tuple[str, str], ...]:
    """Return the Rijksmuseum's texts as (language, text), Dutch first; none where it knows nothing.

    >>> rijks_date(Dating(1632, 1630, 1635, "circa range"))
    (('nl', 'ca. 1630 - ca. 1635'), ('en', 'c. 1630 - c. 1635'))
    >>> rijks_date(Dating(-250, -300, -200, "century"))
    (('nl', '-300 - -200'), ('en', '-300 - -200'))
    """
    first, last = dating.first, dating.last
    match dating.form:
        case "unknown":
            return ()
        case "circa":
            return ("nl", f"ca. {first}"), ("en", f"c. {first}")
        case "circa range":
            return ("nl", f"ca. {first} - ca. {last}"), ("en", f"c. {first} - c. {last}")
        case "range" | "century":
            return ("nl", f"{first} - {last}"), ("en", f"{first} - {last}")
        case "before":
            return ("nl", f"voor {last}"), ("en", f"before {last}")
        case _:
            return ("nl", str(first)), ("en", str(first))


def wga_date(dating: Dating) -> str:
    """Return the Web Gallery's text, a dash where it knows nothing.

    >>> wga_date(Dating(1632, 1630, 1635, "circa range")), wga_date(Dating(1632, 1632, 1632, "unknown"))
    ('c. 1630-35', '-')
    """
    first, last = dating.first, dating.last
    return {
        "exact": str(first),
        "circa": f"c. {first}",
        "range": _span(first, last, "-"),
        "circa range": f"c. {_span(first, last, '-')}",
        "century": century(dating.year),
        "before": f"before {last}",
        "unknown": "-",
    }[dating.form]


def wga_time_frame(first: int, last: int) -> str:
    """Return the Web Gallery's bin of fifty years: that of the middle of an artist's activity.

    >>> wga_time_frame(1610, 1650), wga_time_frame(1650, 1650), wga_time_frame(1651, 1651)
    ('1601-1650', '1601-1650', '1651-1700')
    """
    start = ((first + last) // 2 - 1) // 50 * 50 + 1
    return f"{start:04d}-{start + 49:04d}"
