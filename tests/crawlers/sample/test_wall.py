"""The wall lets the patient through for ever, and the hasty not before they are quiet."""

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from crawlers.sample import Faults, Wall, sample_museum
from crawlers.sample.hosts import MET, WGA
from crawlers.sample.wall import Gate
from schemas.errors import UsageError


@given(st.floats(0.5, 50), st.integers(1, 40))
def test_the_rate_is_let_through(rate: float, burst: int) -> None:
    """Whoever keeps just below the rate never meets the wall, even after the whole burst at once."""
    gate = Gate(Wall(rate, burst, 30))
    times = [0.0] * burst + [(at + 1) * 1.01 / rate for at in range(300)]

    assert all(gate.lets_through(now) for now in times)
    assert gate.closed == 0


@given(st.floats(1.2, 4))
def test_above_the_rate_it_closes(haste: float) -> None:
    """Above the rate the burst is used up in burst / (asked - rate) seconds, and then nothing passes."""
    gate = Gate(Wall(10, 30, 30))
    passed = 0
    while gate.lets_through(passed / (10 * haste)):
        passed += 1

    assert passed / (10 * haste) == pytest.approx(30 / (10 * haste - 10), rel=0.2)
    assert not any(gate.lets_through(passed / (10 * haste) + later) for later in range(1, 200, 29))
    assert gate.closed == 1


def test_every_knock_begins_the_quiet_anew() -> None:
    """A request while it is shut is refused and starts the quiet again; after the quiet the burst is whole."""
    gate = Gate(Wall(10, 2, 30))
    assert [gate.lets_through(now) for now in (0, 0, 0)] == [True, True, False]
    assert not gate.lets_through(29.9)
    assert not gate.lets_through(59.8)
    assert [gate.lets_through(now) for now in (89.8, 89.8, 89.8)] == [True, True, False]
    assert gate.closed == 2


def test_over_http() -> None:
    """Behind the wall one host answers 403 with its page to everything, and the other hosts are as before."""
    wall = Wall(rate=0.001, burst=3, quiet_s=3600)
    with (
        sample_museum(works=120, faults=Faults(wall=wall)) as museum,
        requests.Session() as session,
    ):
        session.trust_env = False

        def ask(path: str, host: str = MET) -> requests.Response:
            return session.get(f"{museum.routes[host]}{path}", timeout=10)

        assert [ask("/robots.txt").status_code for _ in range(5)] == [200, 200, 200, 403, 403]
        blocked = ask("/public/collection/v1/objects")
        assert ask("/", WGA).ok
        assert museum.walls == 1
        assert museum.counts()["refused"] == 3
    assert blocked.status_code == 403
    assert blocked.headers["Content-Type"].startswith("text/html")
    assert blocked.headers["Connection"] == "close"
    assert "X-Iinfo" in blocked.headers
    assert 600 < len(blocked.content) < 900


@pytest.mark.parametrize(("rate", "burst", "quiet_s"), [(0, 1, 1), (1, 0, 1), (1, 1, -1)])
def test_a_wall_that_is_none(rate: float, burst: int, quiet_s: float) -> None:
    """A wall that lets nobody through is refused."""
    with pytest.raises(UsageError, match="the rate is above 0"):
        Wall(rate, burst, quiet_s)
