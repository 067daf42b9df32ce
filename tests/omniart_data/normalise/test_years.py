"""Museums' numbers are weighed against their words; bins and precision follow from what holds."""

import math
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.dates.bins import century, fifty_years
from omniart_data.normalise.dates.periods import named_period
from omniart_data.normalise.dates.years import (
    RULE,
    WIDEST_CENTURY,
    WIDEST_MEAN,
    WIDEST_PERIOD,
    date,
    date_rule,
)
from schemas.artwork import DATE_PRECISION


def texts(words: str) -> list[dict[str, str]]:
    """Return a column value of one date text."""
    return [{"text": words, "language": "en"}] if words else []


CHECKED = [
    ("ca. 1700", 1695, 1705, (1695, 1705, 1700.0, True)),
    ("Undated", 0, 0, (None, None, None, None)),
    ("ca. 1325–30", 1325, 30, (1325, 1330, 1327.5, True)),
    ("ca. 3300–2960 B.C.", -3300, -3300, (-3300, -2960, None, True)),
    ("1790–1810", 1790, 1790, (1790, 1810, 1800.0, False)),
    ("1779", 1600, 1850, (1779, 1779, 1779.0, False)),
    ("mid-17th century", 0, 17, (1634, 1666, 1650.0, False)),
    ("ca. 1500–1525", 1500, 153505, (1500, 1525, 1512.5, True)),
    ("1950", 1950, 9999, (1950, 1950, 1950.0, False)),
    ("6th century B.C.", -6, -6, (-599, -500, -549.5, False)),
    ("1st century", 0, 99, (1, 99, 50.0, False)),
    ("after 1700", 1701, 1710, (1701, 1710, 1705.5, False)),
    ("after 1700", None, None, (1701, None, None, False)),
    ("in of voor 1700", None, None, (None, 1700, None, False)),
    ("second half 19th century", 1950, 1999, (1850, 1899, 1874.5, False)),
    ("", -7000, 1900, (None, None, None, None)),
    ("", 1733, 1782, (1733, 1782, None, False)),
    ("", 1733, 1733, (1733, 1733, 1733.0, False)),
    ("gibberish", 1733, 1782, (1733, 1782, 1757.5, False)),
    ("before 1600", None, None, (None, 1599, None, False)),
    ("166?", None, None, (1660, 1669, 1664.5, False)),
    ("Dated 1599 (or 1659)", 1599, 1599, (1599, 1659, 1629.0, False)),
    ("186[3?]", 1863, 1863, (1863, 1863, 1863.0, True)),
    ("ca. 148", 148, 148, (148, 148, 148.0, True)),
    ("166", 1660, 1669, (1660, 1669, 1664.5, False)),
    ("ca. 850–950", 1800, 1810, (1800, 1810, 1805.0, False)),
    ("0600", None, None, (600, 600, 600.0, False)),
    ("A.D. 600", None, None, (600, 600, 600.0, False)),
    ("500 - 799", None, None, (500, 799, 649.5, False)),
]


@pytest.mark.parametrize(("words", "first", "last", "expected"), CHECKED)
def test_numbers_against_words(
    words: str, first: int | None, last: int | None, expected: tuple[object, ...]
) -> None:
    """The museum's numbers hold where they are sane and fit the text, else the text does."""
    assert date(texts(words), first, last, "").value[:4] == expected


def test_time_frame_gives_no_year() -> None:
    """A time frame is the artist's, and dates no work: it is said, and no year is given."""
    judged = date([{"text": "-", "language": "en"}], None, None, "1601-1650")

    assert judged.value == (None, None, None, None, "", None, None)
    assert "time frame of the artist" in judged.because


def test_the_production_s_date_comes_first() -> None:
    """Of a drawing of 1516 that was published in 1676 the drawing's date holds, and it is said."""
    judged = date(texts("1516") + texts("1676"), None, None, "")

    assert judged.value[:3] == (1516, 1516, 1516.0)
    assert judged.because == "the first of 2 date texts, the production's: the text '1516'"
    assert date(texts("?") + texts("1676"), None, None, "").because.startswith("the second of 2")


@pytest.mark.parametrize(
    ("words", "period", "expected"),
    [
        ("", "Edo period", (1615, 1868)),
        ("Qing dynasty", "", (1644, 1911)),
        ("1779", "Edo period", (1779, 1779)),
        ("", "New Kingdom; Dynasty 18; Reign of Thutmose III", (-1479, -1425)),
        ("", "New Kingdom; Dynasties 18–20", (-1550, -1070)),
        ("", "26th–30th Dynasty", (-664, -343)),
        ("", "Middle Kingdom; Dynasty 12, early", (-1981, -1802)),
        ("", "New Kingdom; Dynasty 18 or later", (-1550, None)),
        ("", "Qing dynasty (1644–1911), Qianlong period (1736–95)", (1736, 1795)),
        ("", "Ming (1368–1644) or Qing dynasty (1644–1911)", (1368, 1911)),
        ("", "probably late Ming dynasty", (1368, 1644)),
        ("", "in the style of the Tang dynasty", (None, None)),
        ("", "before Ming dynasty (1368–1644)", (None, None)),
        ("", "Jin dynasty", (None, None)),
    ],
)
def test_named_periods(words: str, period: str, expected: tuple[int | None, int | None]) -> None:
    """Years in the text beat the period; of period, dynasty and reign the narrowest that is known holds."""
    judged = date(texts(words), None, None, period)

    assert judged.value[:2] == expected
    if expected != (None, None):
        assert judged.value[4] == ("year" if words == "1779" else "period")


def test_numbers_of_a_period_are_told_in_it() -> None:
    """Numbers that are a named period's are no finer than the period."""
    assert date([], 1644, 1911, "Qing dynasty (1644–1911)").value[4] == "period"
    assert date([], 1733, 1733, "Qing dynasty (1644–1911)").value[4] == "year"
    assert date(texts("Edo period"), 1615, 1868, "").value[4] == "period"


def test_a_doubted_period_is_circa() -> None:
    """A question mark behind a period makes its years circa, whether they are numbers or the table's."""
    assert date([], 1271, 1368, "Yuan dynasty (1271–1368) (?)").value[3:5] == (True, "period")
    assert date(texts("Edo period (?)"), None, None, "").value[3] is True
    assert date([], 1271, 1368, "Yuan dynasty (1271–1368)").value[3] is False


def test_undated_says_so() -> None:
    """That a museum calls a work undated is a reason of its own."""
    assert "undated" in date(texts("n.d."), None, None, "").because


def test_rule_is_of_a_piece() -> None:
    """The rule writes as many values as columns, goes to another process, and takes its width as a setting."""
    narrow = pickle.loads(pickle.dumps(date_rule(10)))

    assert len(RULE.judge(texts("1650-70"), None, None, "").value) == len(RULE.writes)
    assert RULE.judge(texts("1650-70"), None, None, "").value[2] == 1660
    assert narrow.judge(texts("1650-70"), None, None, "").value[2] is None


YEAR = st.none() | st.integers(-(2**31), 2**31 - 1)


@given(
    st.lists(st.text() | st.sampled_from([words for words, *_ in CHECKED]), max_size=3),
    YEAR,
    YEAR | st.integers(-3000, 3000),
    st.text() | st.sampled_from(["Edo period", "1601-1650", "Dynasty 18 or later"]),
    st.integers(0, 400),
)
def test_rule_never_raises(
    words: list[str], first: int | None, last: int | None, period: str, widest: int
) -> None:
    """Any texts and numbers have an answer; a mean is of a closed, narrow interval, and its bins hold it."""
    dates = [{"text": text, "language": "en"} for text in words]
    judged = date(dates, first, last, period, widest_mean=widest)
    begin, end, year, circa, precision, of_century, fifty = judged.value

    assert (circa is None) == (begin is None and end is None) == (precision == "")
    assert precision in {"", *DATE_PRECISION}
    assert 0 not in (begin, end)
    if year is None:
        assert (of_century, fifty) == (None, None)
    else:
        assert (of_century is None) == (end - begin > WIDEST_CENTURY)
        assert (fifty is None) == (end - begin > WIDEST_PERIOD)
        assert begin <= year <= end
        assert end - begin <= min(widest, WIDEST_MEAN) or widest > WIDEST_MEAN


@given(st.integers(-5000, 2100).filter(bool))
def test_bins_hold_their_year(year: int) -> None:
    """A year lies in its fifty years, and these in its century."""
    fifty, of_century = fifty_years(year), century(year)
    assert fifty is not None
    assert of_century is not None
    ends = re.fullmatch(r"(-?\d+)-(-?\d+)", fifty)
    assert ends is not None
    first, last = int(ends[1]), int(ends[2])

    assert first <= year <= last
    assert last - first == 49
    assert century(first) == century(last) == of_century
    assert (year > 0) == (of_century > 0)
    assert century(math.nan) is None


def test_a_period_that_is_unknown_is_none() -> None:
    """A name that the table lacks, or that means different years in different countries, has no years."""
    assert named_period("Period of great joy") is None
    assert named_period("three kingdoms period") is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("1629 - 1807", (1718.0, None, None)),
        ("1601–1700", (1650.5, 17, None)),
        ("1600–1650", (1625.0, 17, "1601-1650")),
        ("17th century", (1649.5, 17, None)),
        ("1640–1660", (1650.0, 17, "1601-1650")),
        ("1590–1691", (1640.5, None, None)),
    ],
)
def test_bins_are_no_narrower_than_what_was_said(
    words: str, expected: tuple[float, int | None, str | None]
) -> None:
    """A century is given up to 100 years of doubt, fifty years up to 50; the mean does not hang on them."""
    value = date(texts(words), None, None, "").value

    assert (value[2], value[5], value[6]) == expected


@pytest.mark.parametrize("words", ["166", "600", "ca. 807", "no. 345"])
def test_a_small_number_alone_is_no_year(words: str) -> None:
    """Below 1000 a number without an era dates nothing, until the museum's numbers agree."""
    judged = date(texts(words), None, None, "")

    assert judged.value[:3] == (None, None, None)
    assert "no era says that its number is a year" in judged.because
    assert date([], None, None, words).value[:3] == (None, None, None)
    assert date(texts("600"), 590, 610, "").value[:2] == (600, 600)
