"""Date texts become intervals, and museums' numbers are weighed against them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.dates import LATEST, Years, parse_years
from omniart_data.normalise.years import WIDEST_MEAN, date

READ = {
    "1889": (1889, 1889),
    "1889–91": (1889, 1891),
    "1503-05": (1503, 1505),
    "ca. 1870–ca. 1875": (1870, 1875),
    "1890s": (1890, 1899),
    "late 1620s": (1627, 1629),
    "1650s–60s": (1650, 1669),
    "19th century": (1800, 1899),
    "late 16th–early 17th century": (1567, 1633),
    "mid-to-late 19th century": (1834, 1899),
    "first half of the19th century": (1800, 1850),
    "18th century, second half": (1750, 1799),
    "second quarter of the sixth century BCE": (-574, -549),
    "8th/7th centuries BCE": (-799, -600),
    "450–425 BCE": (-450, -425),
    "306–30 B.C.": (-306, -30),
    "ca. 300 B.C.–A.D. 100": (-300, 100),
    "1st century BCE–1st century CE": (-99, 99),
    "2nd millennium B.C.": (-1999, -1000),
    "A.D. 1–50": (1, 50),
    "30 B.C.–A.D. 14": (-30, 14),
    "-500 - -200": (-500, -200),
    "by 1893": (None, 1893),
    "before 1600": (None, 1599),
    "after 1600": (1601, None),
    "16th century or later": (1500, None),
    "1820 or 1825": (1820, 1825),
    "A.H. 935/A.D. 1528": (1528, 1528),
    "dated A.H. 1273/A.D. 1856–7": (1856, 1857),
    "Kashō 2 (1107)": (1107, 1107),
    "text, ca. 1500; borders, first quarter 17th century": (1500, 1500),
    "June 1872": (1872, 1872),
    "17th centruy": (1600, 1699),
    "19th\ufffd20th century": (1800, 1999),
    "1743-08": (1743, 1743),
    "1799-03-12": (1799, 1799),
    "1700\u00a0-\u00a0in of voor\u00a01743-08-13": (1700, 1743),
    "na\u00a01609": (1610, None),
    "na 1600 - 1608": (1601, 1608),
    "tweede helft 17e eeuw": (1650, 1699),
    "laatste kwart 18e eeuw": (1775, 1799),
    "2. Hälfte 18. Jahrhundert": (1750, 1799),
    "XVIIIe siècle": (1700, 1799),
    "sec. XVI": (1500, 1599),
    "vor 1700": (None, 1699),
    "Winter 1885/86, Antwerp": (1885, 1886),
}


@pytest.mark.parametrize("text", READ)
def test_read(text: str) -> None:
    """The forms of the notes are read as a curator would."""
    years = parse_years(text)

    assert years is not None
    assert (years.first, years.last) == READ[text]


@pytest.mark.parametrize("text", ["Undated", "n.d.", "-", "", "Edo period", "no. 12", "folio 3"])
def test_not_understood(text: str) -> None:
    """What is no date is none."""
    assert parse_years(text) is None


@pytest.mark.parametrize(
    "text", ["ca. 1700", "c 1500", "1655?", "um 1650", "[ca. 1850]", "1650(?)"]
)
def test_circa(text: str) -> None:
    """Circa is read and not widened."""
    years = parse_years(text)

    assert years is not None
    assert years.circa
    assert years.first == years.last


@given(st.text() | st.text("0123456789-–/ .,cabcevroqadth()?", max_size=20))
def test_any_text(text: str) -> None:
    """No text raises; what is answered is an interval in its order, in years that can be."""
    years = parse_years(text)

    if years is not None:
        assert years.first is not None or years.last is not None
        if years.first is not None and years.last is not None:
            assert years.first <= years.last
        assert all(-99_999 <= end <= LATEST for end in (years.first, years.last) if end is not None)


@given(st.integers(100, 2100), st.integers(0, 99))
def test_two_digits_end_in_the_century_of_the_first(first: int, width: int) -> None:
    """``1785-90`` ends in 1790, whatever the years, unless it reads as a month."""
    last = first + width
    ends_in_same_century = last // 100 == first // 100 and last <= LATEST
    if ends_in_same_century and first >= 1000 and width:
        assert parse_years(f"{first}–{last % 100:02}") == Years(first, last)


def texts(words: str) -> list[dict[str, str]]:
    """Return a column value of one date text."""
    return [{"text": words, "language": "en"}] if words else []


@pytest.mark.parametrize(
    ("words", "first", "last", "expected"),
    [
        ("ca. 1700", 1695, 1705, (1695, 1705, 1700.0, True)),
        ("Undated", 0, 0, (None, None, None, None)),
        ("ca. 1325–30", 1325, 30, (1325, 1330, 1327.5, True)),
        ("ca. 3300–2960 B.C.", -3300, -3300, (-3300, -2960, None, True)),
        ("1779", 1600, 1850, (1779, 1779, 1779.0, False)),
        ("mid-17th century", 0, 17, (1634, 1666, 1650.0, False)),
        ("ca. 1500–1525", 1500, 153505, (1500, 1525, 1512.5, True)),
        ("after 1700", 1701, 1710, (1701, 1710, 1705.5, False)),
        ("second half 19th century", 1950, 1999, (1850, 1899, 1874.5, False)),
        ("", -7000, 1900, (None, None, None, None)),
        ("", 1733, 1782, (1733, 1782, None, False)),
        ("", 1733, 1733, (1733, 1733, 1733.0, False)),
        ("gibberish", 1733, 1782, (1733, 1782, 1757.5, False)),
        ("before 1600", None, None, (None, 1599, None, False)),
    ],
)
def test_numbers_against_words(
    words: str, first: int | None, last: int | None, expected: tuple[object, ...]
) -> None:
    """The museum's numbers hold where they are sane and fit the text, else the text does."""
    assert date(texts(words), first, last, "").value == expected


def test_time_frame_gives_no_year() -> None:
    """A time frame is the artist's: its years are given and said to be so, its mean is not."""
    judged = date([{"text": "-", "language": "en"}], None, None, "1601-1650")

    assert judged.value == (1601, 1650, None, False)
    assert "time frame of the artist" in judged.because


def test_named_period() -> None:
    """A period whose years the table knows stands in for a date."""
    judged = date([], None, None, "Edo period")

    assert judged.value == (1615, 1868, 1741.5, False)
    assert "periods.csv" in judged.because


@given(st.text(), st.none() | st.integers(-(2**31), 2**31 - 1), st.integers(-3000, 3000), st.text())
def test_rule_never_raises(words: str, first: int | None, last: int, period: str) -> None:
    """Any text and any numbers have an answer, whose mean is of a closed and narrow interval."""
    begin, end, year, circa = date(texts(words), first, last, period).value

    assert (circa is None) == (begin is None and end is None)
    if year is not None:
        assert begin <= year <= end
        assert end - begin <= WIDEST_MEAN
