"""What holds of the rules on texts that no museum writes: their work is bounded."""

from omniart_data.normalise.dates.grammar import parse_years
from omniart_data.normalise.makers.attribution import attribute
from omniart_data.normalise.terms.materials import split_medium
from omniart_data.normalise.terms.phrases import longest_term
from omniart_data.normalise.terms.tables import look_up

WORDS = " ".join(f"wort{number}" for number in range(20_000))


def test_a_long_medium_costs_no_more_than_a_page() -> None:
    """A text without a comma is read for some thousand characters, phrase by phrase of bounded length."""
    before = look_up.cache_info().misses

    judged = split_medium([{"text": WORDS, "language": "en"}], [], [])

    assert sum(len(use.term) for use in judged.terms) <= 4000
    words_read = 4000 // len("wort0 ") + 1
    assert look_up.cache_info().misses - before <= words_read * (longest_term() + 1) * 3
    assert longest_term() <= 12


def test_long_names_and_dates_end() -> None:
    """Nothing that stands behind the first thousand characters is read."""
    maker = {"name": WORDS, "role": "Artist", "qualifier": WORDS}

    assert len(attribute([maker]).because) < 5000
    assert parse_years(f"{' ' * 2000}1650") is None
    assert parse_years("1650") is not None
