"""Words bound the museum's numbers, and the reason that is given for a date is true."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.dates.grammar import Years, parse_years
from omniart_data.normalise.dates.weighing import meets, weighed

FIT = "the museum's numbers, which fit"
AS_FAR = "as far as"
BEYOND = "reach beyond it"
FAR_BEYOND = "reach more than 25 years beyond it"
PART = "leave out part of it"
NOT_MET = "do not meet it"

WEIGHED = [
    # words, first, last, expected, why
    ("ca. 1825", 1847, 1850, (1825, 1825), NOT_MET),
    ("ca. 1829", 1817, 1823, (1829, 1829), NOT_MET),
    ("1778", 1772, 1775, (1778, 1778), NOT_MET),
    ("1835–40", 1827, 1830, (1835, 1840), NOT_MET),
    ("after 1833", 1822, 1832, (1834, None), NOT_MET),
    ("early 20th century (14th century style)", 1300, 1399, (1900, 1933), NOT_MET),
    ("1597–98", 1572, 1623, (1597, 1598), BEYOND),
    ("1846", 1843, 1846, (1846, 1846), BEYOND),
    ("1660s", 1635, 1685, (1660, 1669), BEYOND),
    ("200 B.C.–A.D. 300", -175, 325, (-200, 300), BEYOND),
    ("1849–52", 1849, 1849, (1849, 1852), PART),
    ("1912–17", 1913, 1916, (1912, 1917), PART),
    ("20th century", 1900, 1957, (1900, 1999), PART),
    ("ca. 1700", 1695, 1705, (1695, 1705), FIT),
    ("ca. 1524", 1499, 1549, (1499, 1549), FIT),
    ("ca. 1524", 1498, 1549, (1524, 1524), FAR_BEYOND),
    ("ca. 1835", 1832, 1867, (1835, 1835), FAR_BEYOND),
    ("ca. 1460–70", 1455, 1465, (1460, 1470), BEYOND),
    ("ca. 1937–38", 1937, 1937, (1937, 1938), PART),
    ("ca. 2nd–3rd century", 50, 350, (100, 299), FAR_BEYOND),
    ("probably 1805", 1804, 1810, (1804, 1810), FIT),
    ("possibly 1785", 1785, 1819, (1785, 1785), FAR_BEYOND),
    ("18th century", 1700, 1800, (1700, 1799), AS_FAR),
    ("mid-20th century", 1900, 2000, (1934, 1966), AS_FAR),
    ("late 16th century", 1575, 1599, (1575, 1599), FIT),
    ("6th century B.C.", -600, -501, (-600, -501), FIT),
    ("after 1886", 1887, 1896, (1887, 1896), FIT),
    ("After 1831", 1831, 1850, (1832, 1850), AS_FAR),
    ("before 1600", 1500, 1900, (None, 1599), BEYOND),
    ("designed 1684–86, woven 1692–1700", 1684, 1700, (1684, 1700), FIT),
    ("designed 1684–86, woven 1692–1700", 1600, 1750, (1684, 1700), BEYOND),
    ("designed 1684–86, woven 1692–1700", 1680, 1687, (1684, 1686), BEYOND),
    ("1902, cast before 1939", 1902, 1938, (1902, 1938), FIT),
    ("modeled perhaps ca. 1878, cast 1920", 1873, 1920, (1873, 1920), FIT),
    ("17th century, probably after 1625", 1625, 1636, (1625, 1636), FIT),
    ("early 20th century cast, after model of 1803", 1803, 1915, (1900, 1915), AS_FAR),
]


@pytest.mark.parametrize(("words", "first", "last", "expected", "why"), WEIGHED)
def test_weighed(
    words: str, first: int, last: int, expected: tuple[int | None, int | None], why: str
) -> None:
    """What the museums' own contradictions come to, and the reason that is told."""
    said = parse_years(words)
    assert said is not None
    years, because = weighed(words, said, Years(first, last))

    assert (years.first, years.last) == expected
    assert why in because


FORMS = st.one_of(
    st.integers(1000, 2000).map(str),
    st.integers(1000, 2000).map("ca. {}".format),
    st.tuples(st.integers(1000, 2000), st.integers(0, 60)).map(lambda r: f"{r[0]}–{sum(r)}"),
    st.tuples(
        st.sampled_from(["", "ca. ", "early ", "second half of the "]), st.integers(11, 20)
    ).map(lambda c: f"{c[0]}{c[1]}th century"),
    st.tuples(st.sampled_from(["before", "after", "by"]), st.integers(1000, 2000)).map(
        lambda bound: f"{bound[0]} {bound[1]}"
    ),
    st.tuples(st.integers(1400, 2000), st.integers(0, 90)).map(
        lambda two: f"modeled {two[0]}, cast {sum(two)}"
    ),
)


@given(FORMS, st.integers(950, 2100), st.integers(0, 300))
def test_the_reason_is_true(words: str, first: int, width: int) -> None:
    """Numbers are said to fit where they are the answer and meet the words, to miss where they do not."""
    said, numbers = parse_years(words), Years(first, first + width)
    assert said is not None
    years, because = weighed(words, said, numbers)
    is_numbers = (years.first, years.last) == (numbers.first, numbers.last)

    assert meets(said, numbers) == (NOT_MET not in because)
    assert years == said or meets(said, years)
    if FIT in because:
        assert is_numbers
    if NOT_MET in because:
        assert years == said
    if AS_FAR in because:
        assert not is_numbers
        assert first <= (years.first or 0) <= (years.last or 0) <= first + width
    if re.fullmatch(r"\d+(–\d+)?", words):
        assert years == said
    if words.startswith("ca. ") and years != said:
        assert said.first is not None
        assert said.last is not None
        assert said.first - 25 <= first <= first + width <= said.last + 25
