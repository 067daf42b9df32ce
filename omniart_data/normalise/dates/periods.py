"""Named periods, dynasties and reigns, and the years they stand for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache

from omniart_data.normalise.dates.grammar import Years, all_years, hull
from omniart_data.normalise.terms.tables import plain
from omniart_data.normalise.vocabulary import vocabulary_rows

_LONGEST = 300
_MODIFIER = re.compile(
    r"(?:probably|possibly|perhaps|early|earlier|first half of|second half of|mid|middle|late|later|ca\.|the"
    r"|(?:joint )?reigns? of)[ -]+(?:the )?"
)
_NOT_OF_IT = re.compile(r"(?:before|after|in imitation|imitation|(?:in the )?style of)\b")
_DOUBT = re.compile(r"\s*(?:\([^()]*\)|\?)|,? probably$")
_JOINT = re.compile(r"\s*(?:–|—|-|\ufffd|/|\bor\b|\band\b|\bto\b)\s*")
_OR_LATER = re.compile(r" or (?:slightly )?later$")
_DYNASTY = re.compile(r"(?:dyn(?:asty|asties|\.)? )?(\d{1,2})(?:st|nd|rd|th)?(?: dynast(?:y|ies))?")


def named_period(name: str) -> tuple[Years, str] | None:
    """Return the years of a named period, and why; years in the name itself come first.

    Of period, dynasty and reign in one text the last that is known is taken: it is the narrowest. "Probably",
    "early" and "late" change nothing: which part they mean is for the reader; "?" is circa. What is said to
    be before a period, or in its style, has no years.

    >>> named_period("Edo period")[0]
    Years(first=1615, last=1868, circa=False, precision='period')
    >>> named_period("New Kingdom; Dynasty 18; reign of Thutmose III")[0].first
    -1479
    >>> named_period("Dynasties 18–20")[0].last, named_period("Ming (1368–1644) or Qing (1644–1911)")[0].last
    (-1070, 1911)
    >>> named_period("Qing dynasty (1644–1911), Kangxi period (1662–1722)")[0].first
    1662
    >>> named_period("Yuan dynasty (1271–1368) (?)")[0].circa
    True
    >>> named_period("style of Tang dynasty (618–907)") is None
    True
    """
    read = name[:_LONGEST]  # what is kept in memory is never longer than what is read
    found = _named_period(read)
    if found is None or "?" not in read:
        return found
    return replace(found[0], circa=True), found[1]


@lru_cache(maxsize=4096)
def _named_period(name: str) -> tuple[Years, str] | None:
    words = plain(name)
    if not words or _NOT_OF_IT.match(words):
        return None
    row = _periods().get(words)
    if row is not None:
        return _years(row), _named(row)
    printed = [one for one in all_years(name) if one.is_closed and not one.is_lone_number]
    if printed:
        years = _narrowest(printed)
        return Years(years.first, years.last, precision="period"), f"years in {name!r}"
    for part in reversed(re.split(r"\s*[;,]\s*", _DOUBT.sub("", words))):
        found = _of_part(part)
        if found is not None:
            return found
    return None


def _narrowest(printed: list[Years]) -> Years:
    """Return the years that lie in all others, else from the first to the last."""
    whole = hull(printed)
    narrow = min(printed, key=lambda one: (one.last or 0) - (one.first or 0))
    is_inside = all(
        (one.first or 0) <= (narrow.first or 0) and (narrow.last or 0) <= (one.last or 0)
        for one in printed
    )
    return narrow if is_inside or whole is None else whole


def _of_part(part: str) -> tuple[Years, str] | None:
    """Return the years of one name, of several that are joined, or of one "or later"."""
    without = _OR_LATER.sub("", part)
    rows = _rows(without)
    if not rows:
        return None
    whole = hull([_years(row) for row in rows])
    if whole is None:
        return None
    if without != part:
        whole = Years(whole.first, None, precision="period")
    return whole, "; ".join(dict.fromkeys(map(_named, rows)))


def _rows(part: str) -> list[Mapping[str, str]]:
    row = _row(part)
    if row is not None:
        return [row]
    rows = [_row(piece) for piece in _JOINT.split(part)]
    known = [row for row in rows if row is not None]
    return known if len(known) == len(rows) and len(rows) > 1 else []


def _row(name: str) -> Mapping[str, str] | None:
    """Return the row of a name, without modifiers where need be."""
    for form in _forms(name):
        row = _periods().get(form) or _periods().get(f"{form} dynasty")
        if row is not None:
            return row
    return None


def _forms(name: str) -> Iterator[str]:
    while True:
        yield name
        number = _DYNASTY.fullmatch(name)
        if number is not None:
            yield f"dynasty {int(number[1])}"
        modifier = _MODIFIER.match(name)
        if modifier is None:
            return
        name = name[modifier.end() :]


def _years(row: Mapping[str, str]) -> Years:
    return Years(int(row["first"]), int(row["last"]), precision="period")


def _named(row: Mapping[str, str]) -> str:
    return f"periods.csv: {row['name']} ({row['source']})"


@cache
def _periods() -> Mapping[str, Mapping[str, str]]:
    return {row["name"]: row for row in vocabulary_rows("periods")}
