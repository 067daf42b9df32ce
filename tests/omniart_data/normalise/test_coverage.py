"""On all real samples: what share of the museums' words the tables know, and how few artworks have no type."""

import pytest

from tests.gold.samples import SHARED
from tests.omniart_data.normalise.term_coverage import (
    HALVES,
    NOTHING,
    Told,
    all_uses,
    coverage,
    lines,
    strata,
)

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def told() -> dict[str, Told]:
    """Return what became of the words of each stratum."""
    if not SHARED.is_dir():
        pytest.skip("the museums' own records (../shared/data) are not here")
    return strata()


@pytest.mark.parametrize(
    ("kind", "least", "silent"), [("type", 0.98, 0.05), ("material", 0.99, 0.02)]
)
def test_words_have_rows(told: dict[str, Told], kind: str, least: float, silent: float) -> None:
    """Of all occurrences 98 % (types) and 99 % (materials) have a row, in the half that no table grew from too.

    Few of them are rows without a label; of types, a material's name beside a type ("Glass", "Metal").
    """
    together = all_uses(told)

    for halves in (HALVES, HALVES[:1], HALVES[1:]):
        found = coverage(together, kind, *halves)
        assert found.given > 50_000
        assert found.share("table", NOTHING) >= least
        assert found.share(NOTHING) <= silent


def test_type_unknown_is_rare(told: dict[str, Told]) -> None:
    """In no stratum are 10 % of the artworks without a coarse type; the figures tell each stratum."""
    figures = "\n".join(lines(told))

    for name, one in told.items():
        assert one.without_coarse_type / one.records < 0.1, name
        assert f"| {name} | {one.records:,} |" in figures
