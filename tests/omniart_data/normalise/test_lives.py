"""A work that lies far from a life is told from one that may have been made in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.dates.lives import outside_life


@pytest.mark.parametrize(
    ("work", "life", "expected"),
    [
        ((1400, 1499), (-356, -356), True),
        ((1305, 1365), (935, 1020), True),
        ((1581, 1581), (1671, 1699), True),
        ((1907, 1907), (1785, 1844), True),
        ((1900, None), (1600, None), True),
        ((None, 1500), (None, 1669), True),
        ((1470, 1470), (1472, 1516), False),
        ((1920, 1920), (1840, 1904), False),
        ((1810, 1835), (1766, 1766), False),
        ((1859, 1859), (1829, 1835), False),
        ((1600, 1650), (1640, 1700), False),
        ((1581, 1581), (1699, 1671), False),
    ],
)
def test_real_lives(
    work: tuple[int | None, int | None], life: tuple[int | None, int | None], *, expected: bool
) -> None:
    """Copied authors and wrong years are outside; casts, late heirs and years of activity are not."""
    assert outside_life(*work, *life) is expected


YEAR = st.integers(-3000, 2100)


@given(YEAR, st.integers(0, 110), st.integers(0, 110), st.integers(0, 300), st.integers(0, 300))
def test_a_work_of_a_lifetime_is_never_outside(
    born: int, age: int, rest: int, before: int, behind: int
) -> None:
    """An interval with one year of the life in it is not outside, however wide and whatever else is known."""
    year, died = born + age, born + age + rest

    for first in (year - before, None):
        for last in (year + behind, None):
            assert not outside_life(first, last, born, died)
            assert not outside_life(first, last, born, None)


@given(YEAR, YEAR, st.none() | YEAR, st.none() | YEAR, st.integers(0, 500))
def test_a_wider_date_proves_less(
    first: int, last: int, born: int | None, died: int | None, wider: int
) -> None:
    """What is not outside stays so when the date is widened or opened; nobody's life proves nothing."""
    if not outside_life(first, last, born, died):
        assert not outside_life(first - wider, last + wider, born, died)
        assert not outside_life(None, last, born, died)
        assert not outside_life(first, None, born, died)
    assert not outside_life(first, last, None, None)
