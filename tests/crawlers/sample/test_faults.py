"""Which fault falls where is a matter of the seed, the address and the count, and it always passes."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.sample import FAULTS, MIXED, Faults, Wall, parse_faults
from crawlers.sample.faults import ANY, MOST_IN_A_ROW, Ledger
from schemas.errors import UsageError

URLS = [f"/sample-met.invalid/objects/{number}" for number in range(400)]
ISSUE = {"403", "429", "429-date", "500", "503", "reset", "slow", "truncated", "html"}


def _answers(faults: Faults, order: list[str], sort: str = "json") -> dict[str, list[str]]:
    ledger, told = Ledger(faults), dict[str, list[str]]()
    for url in order:
        told.setdefault(url, []).append(ledger.next(url, sort))
    return told


@given(st.integers(0, 99), st.floats(0, 1), st.permutations(URLS[:6] * 5))
def test_the_same_seed_the_same_faults(seed: int, share: float, order: list[str]) -> None:
    """The nth answer of an address is the same in whatever order addresses are asked."""
    faults = Faults(share, seed=seed)

    assert _answers(faults, order) == _answers(faults, sorted(order))


@given(st.integers(0, 99), st.floats(0, 1), st.sampled_from(sorted(ANY)))
def test_no_more_than_three_in_a_row(seed: int, share: float, sort: str) -> None:
    """Whatever the share, an address answers rightly after three faults at the most: crawls come to an end."""
    for told in _answers(Faults(share, seed=seed), URLS[:4] * 20, sort).values():
        runs = "".join("x" if kind else " " for kind in told).split()
        assert all(len(run) <= MOST_IN_A_ROW for run in runs)


def test_share() -> None:
    """A share of 0.3 is about three tenths of the answers, of all kinds that there are for the sort."""
    fallen = Counter(
        kind for told in _answers(Faults(0.3), URLS * 5).values() for kind in told if kind
    )

    assert 0.25 < fallen.total() / (len(URLS) * 5) < 0.33
    assert set(fallen) >= ISSUE
    assert not any("token" in kind for kind in fallen), "an object is no page of a list"


def test_seeds_differ() -> None:
    """Another seed lets other answers go wrong, and no share lets none."""
    assert _answers(Faults(0.3, seed=1), URLS) != _answers(Faults(0.3, seed=2), URLS)
    assert all(told == [""] for told in _answers(Faults(), URLS).values())


def test_what_lasts_lasts() -> None:
    """A placeholder stays with the addresses that it was chosen for."""
    told = _answers(Faults(0.5, ("placeholder",)), URLS[:50] * 6, "image").values()

    assert {tuple(one) for one in told} == {("placeholder",) * 6, ("",) * 6}


def test_mixed() -> None:
    """``all`` holds every fault that a soak is made of, and none that leaves a mark on a careful crawl."""
    assert {*ISSUE, "repeated-token", "duplicate-records"} <= set(MIXED)
    assert not set(MIXED) & {"bomb", "placeholder", "huge", "restamp", "png", "robots-disallow"}
    assert Faults(0.3).chosen == MIXED
    assert all("\n" not in meaning and meaning for meaning in FAULTS.values())
    assert json.loads(json.dumps(dict(FAULTS))) == FAULTS


def test_texts() -> None:
    """A text for the command line says all that a test can say."""
    assert parse_faults("") == Faults()
    assert parse_faults("all:0.3, wall") == Faults(0.3, MIXED, wall=Wall())
    assert parse_faults("wall=9") == Faults(wall=Wall(rate=9))
    assert parse_faults("reset") == Faults(0.1, ("reset",))
    assert parse_faults("html:.5,empty,seed=7,slow_s=0.2,retry_after_s=2,huge_bytes=9") == Faults(
        0.5, ("html", "empty"), 7, None, 0.2, 2, 9
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("haste", "'haste' is no fault; there are all, wall, 403, 429, "),
        ("html:2", "a share of 2.0 of the answers"),
        ("html:much", "after the colon"),
        ("html:-1", "after the colon"),
        ("html:nan", "after the colon"),
        ("html:0.1,500:0.2", "one share holds for all"),
        ("wall=0", "rate is above 0"),
        ("wall=9/30/30/1", "10/30/30"),
        ("wall=x", "'x' is no number"),
        ("wall=9/2.5", "no whole number"),
        ("seed=-1", "no whole number"),
        ("sead=1", "options are seed"),
    ],
)
def test_texts_that_say_nothing(text: str, says: str) -> None:
    """What cannot be read is a usage error that says what can."""
    with pytest.raises(UsageError, match=says):
        parse_faults(text)
