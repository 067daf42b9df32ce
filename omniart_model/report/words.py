"""How a baseline's report says things: what the metrics are called, and how figures are written. No torch."""

import math
from collections.abc import Iterable

from omniart_model.evaluation.measured import Difference, Measured
from omniart_model.evaluation.printed import number_text, title_text
from omniart_model.evaluation.table import BY_NAME

INVENTED = (
    "These works are invented: they come from the sample museum, which is drawn by code. "
    "The figures show that the programs run, and nothing about art."
)


figure_text, head = number_text, title_text
"""A figure, and a metric as the head of a column: a page has them as a terminal has."""


def ordered(keys: Iterable[str]) -> list[str]:
    """Return metrics, each once, in the order of the table.

    >>> ordered(["zeal", "top3", "top1", "zeal"])
    ['top1', 'top3', 'zeal']
    """
    places = {key: place for place, key in enumerate(BY_NAME)}
    return sorted(set(keys), key=lambda key: (places.get(key, len(places)), key))


def interval_text(key: str, found: Measured | Difference) -> str:
    """Return a 95 % interval, empty where there is none.

    >>> interval_text("top1", Measured(0.5, 0.41, 0.59)), interval_text("top1", Measured(0.5))
    ('0.410 to 0.590', '')
    """
    if math.isnan(found.low) or math.isnan(found.high):
        return ""
    return f"{figure_text(key, found.low)} to {figure_text(key, found.high)}"


def spread_text(key: str, found: Measured) -> str:
    """Return the spread over seeds, empty where there is one seed.

    >>> spread_text("top1", Measured(0.5, spread=0.0123, seeds=5))
    '± 0.012, 5 seeds'
    """
    if found.seeds < 2 or math.isnan(found.spread):
        return ""
    return f"± {figure_text(key, found.spread)}, {found.seeds} seeds"


def difference_text(key: str, found: Difference) -> str:
    """Return the network minus another answer, with what may be said of it.

    >>> from omniart_model.evaluation.measured import Verdict
    >>> difference_text("top1", Difference(0.1, 0.05, 0.15, Verdict.BETTER))
    '+0.100, better'
    """
    sign = "+" if found.value >= 0 else ""
    return f"{sign}{figure_text(key, found.value)}, {found.verdict.value}"


def works_text(works: int) -> str:
    """Return how many works there are.

    >>> works_text(1), works_text(1200)
    ('1 work', '1,200 works')
    """
    return f"{works:,} work" if works == 1 else f"{works:,} works"


def year_text(year: float | None) -> str:
    """Return a year in words; years before our era are below zero, and there is no year 0.

    >>> year_text(1642.5), year_text(-450.0), year_text(None)
    ('1642', '450 BCE', 'no year')
    """
    if year is None or math.isnan(year):
        return "no year"
    return f"{-math.floor(year)} BCE" if year < 0 else str(math.floor(year))


def century_text(century: int) -> str:
    """Return a century in words.

    >>> century_text(17), century_text(21), century_text(-5), century_text(12)
    ('17th century', '21st century', '5th century BCE', '12th century')
    """
    number = abs(century)
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending} century" + (" BCE" if century < 0 else "")


def joined(words: Iterable[str]) -> str:
    """Return words as a sentence has them.

    >>> joined(["a"]), joined(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    held = list(words)
    return " and ".join([", ".join(held[:-1]), held[-1]] if len(held) > 1 else held)
