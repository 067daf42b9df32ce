"""Politeness in time: waits that grow, and what Retry-After asks for."""

from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.engine.pace import back_off_s, retry_after_s


def test_retry_after_that_says_nothing() -> None:
    """Nonsense, the past and an absent header ask for no wait."""
    for value in (
        None,
        "",
        "soon",
        "-5",
        "Mon, 99999999999999999999 Jan 2020 00:00:00 GMT",
        "1.5",
        "Wed, 21 Oct 2015 07:28:00 GMT",
        "²",
    ):
        assert retry_after_s(value) == 0.0


@settings(deadline=None)
@given(st.text() | st.text("0123456789 :,GMTJanWed+-"))
def test_retry_after_of_any_text(value: str) -> None:
    """Whatever the header holds, it asks for some wait or for none."""
    assert retry_after_s(value, value) >= 0.0


@settings(deadline=None)
@given(st.integers(0, 60), st.text())
def test_back_off_doubles_within_bounds(attempt: int, salt: str) -> None:
    """A wait is a little longer than the doubled one, at most a quarter, and never above the bound."""
    wait_s = back_off_s(2.0, attempt, most_s=3600.0, salt=salt)

    assert min(2.1 * 2**attempt, 3600.0) <= wait_s <= min(2.5 * 2**attempt, 3600.0)
    assert wait_s == back_off_s(2.0, attempt, most_s=3600.0, salt=salt)
