"""How fast hosts are asked: no slip of the hand on a command line hurries a museum."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from crawlers import SOURCES
from omniart_data.reach import Manners, reach
from omniart_data.settings import Settings

OWN = {host: rate for source in SOURCES.values() for host, rate in source.rates.items()}
API = "collectionapi.metmuseum.org"
RATES = st.floats(0.01, 1e4, allow_nan=False)


def settings(**rates: float) -> Settings:
    """Return settings with rates of hosts; in their names a double underscore stands for a full stop."""
    named = {host.replace("__", "."): rate for host, rate in rates.items()}
    return Settings(contact="data@museum.example", rates=named)


@given(ceiling=RATES)
def test_a_rate_is_a_ceiling(ceiling: float) -> None:
    """With --rate N no host is asked more than N times a second, nor more often than it bears."""
    fetching = reach((), settings(), Manners(rate=repr(ceiling)), None).fetching

    assert dict(fetching.rates) == {host: min(rate, ceiling) for host, rate in OWN.items()}
    assert fetching.rate("of.nobody.example") == min(1.0, ceiling)
    assert not fetching.find_rate


@given(ceiling=RATES, own=RATES)
def test_a_host_named_in_the_settings_has_their_rate(ceiling: float, own: float) -> None:
    """[rates] takes the place of the museum's own rate, above it as well, and --rate is a ceiling on that."""
    named = settings(collectionapi__metmuseum__org=own)

    assert reach((), named, Manners(), None).fetching.rate(API) == own
    with_both = reach((), named, Manners(rate=repr(ceiling)), None).fetching
    assert with_both.rate(API) == min(own, ceiling)


def test_finding_begins_at_the_own_rate() -> None:
    """--rate auto begins where the museum's own rate is."""
    fetching = reach((), settings(), Manners(rate="auto"), None).fetching

    assert fetching.find_rate
    assert dict(fetching.rates) == OWN


def test_the_sample_museum_is_asked_just_so(tmp_path: Path) -> None:
    """For the sample museum N is the rate, above what real museums bear as well."""
    manners = Manners(rate="900", museum="http://127.0.0.1:9")

    asked = reach((), settings(), manners, tmp_path)

    assert {asked.fetching.rate(host) for host in asked.fetching.routes} == {900.0}
    assert asked.note == ""


def test_a_rate_without_effect_is_told() -> None:
    """A ceiling above every host's own rate changes nothing, and where to set other rates is told."""
    notes = {
        rate: reach((), settings(), Manners(rate=rate), None).note
        for rate in ("9", "8", "2", "auto", "")
    }

    assert [rate for rate, note in notes.items() if note] == ["9"]
    assert "[rates]" in notes["9"]
