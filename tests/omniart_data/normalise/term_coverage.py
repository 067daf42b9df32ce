"""What share of the museums' words for types, materials and techniques has a row in schemas/vocab.

    PYTHONPATH=. .venv/bin/python tests/omniart_data/normalise/term_coverage.py

An occurrence is a term in an artwork; it counts as known when its whole term has a table row, with a label
("table") or without one ("says nothing": a colour, a part, an ornament, or a material that is no type beside a
type). Words known by a compound's head or by a part of the phrase alone, and words kept as they are, are counted
apart, and where several things were read in one term the worst counts; so are types that the medium implies, which
are no museum's words. The Met's ``medium`` is material and technique in one; the
Rijksmuseum's Dublin Core has no techniques. Tables grow from the first half of the distinct terms alone.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from omniart_data.normalise.rule import TermUse
from omniart_data.normalise.terms.coarse import coarse
from omniart_data.normalise.terms.materials import split_medium
from omniart_data.normalise.terms.tables import KINDS
from omniart_data.normalise.terms.types import translate_types
from tests.gold.samples import SHARED, STRATA

HALVES = ("first", "second")
NOTHING = "says nothing"
"""A table row without a label."""
WORST_FIRST = ("unmatched", "head", "decision", "table", NOTHING, "implied")
COLUMNS = ("types", "medium", "materials", "techniques")


@dataclass(frozen=True)
class Coverage:
    """Occurrences of terms by how they were found, and distinct terms."""

    how: Mapping[str, int]
    distinct: int

    @property
    def given(self) -> int:
        """Occurrences of the museums' own words."""
        return sum(count for how, count in self.how.items() if how != "implied")

    def share(self, *hows: str) -> float:
        """Return the share of the museums' words that were found in some ways."""
        return sum(self.how.get(how, 0) for how in hows) / self.given if self.given else 0.0


Uses = Counter[tuple[str, str, str, str]]
"""(kind, term, half, how) -> occurrences."""


def half_of(term: str) -> str:
    """Return which half a distinct term is in, by its hash.

    >>> half_of("oil"), half_of("linen")
    ('second', 'first')
    """
    first = hashlib.sha256(term.encode()).hexdigest()[0] in "01234567"
    return HALVES[0] if first else HALVES[1]


@dataclass(frozen=True)
class Told:
    """What became of a sample's words."""

    uses: Uses
    records: int
    without_coarse_type: int


def told_of(records: pa.Table) -> Told:
    """Return how often each term occurs in records, each once in an artwork, and how it was found."""
    columns = (records[name].to_pylist() for name in COLUMNS)
    distinct = Counter(json.dumps(row) for row in zip(*columns, strict=True))
    uses = Uses()
    without = 0
    for row, count in distinct.items():
        given, *medium = json.loads(row)
        of_medium = split_medium(*medium)
        implied = of_medium.value[2]
        of_types = translate_types(given, implied)
        for (kind, term, _), how in _once((*of_medium.terms, *of_types.terms)).items():
            uses[kind, term, half_of(term), how] += count
        if coarse(of_types.value[0], implied).value[0] is None:
            without += count
    return Told(uses, records.num_rows, without)


def _once(terms: Iterable[TermUse]) -> dict[tuple[str, str, str], str]:
    found: dict[tuple[str, str, str], str] = {}
    for use in terms:
        key = (use.kind, use.term, use.language)
        how = NOTHING if use.how == "table" and not use.label else use.how
        found[key] = min(how, found.get(key, how), key=WORST_FIRST.index)
    return found


def coverage(uses: Uses, kind: str, *halves: str) -> Coverage:
    """Return the coverage of a kind's terms in some halves."""
    mine = {
        key: count for key, count in uses.items() if key[0] == kind and key[2] in (halves or HALVES)
    }
    how = Counter[str]()
    for key, count in mine.items():
        how[key[3]] += count
    return Coverage(how, len({key[1] for key in mine if key[3] != "implied"}))


def strata(shared: Path = SHARED) -> dict[str, Told]:
    """Return each stratum of the real samples with what became of its words."""
    return {name: told_of(read(shared)) for name, read in STRATA.items()}


def all_uses(by_stratum: Mapping[str, Told]) -> Uses:
    """Return the uses of all strata together."""
    together = Uses()
    for told in by_stratum.values():
        together.update(told.uses)
    return together


def lines(by_stratum: Mapping[str, Told]) -> Iterator[str]:
    """Yield the figures as Markdown tables: terms by kind and stratum, all by halves; then unknown types."""
    together = all_uses(by_stratum)
    yield "| kind | records | occurrences | distinct | table | says nothing | head | kept | implied besides |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for kind in KINDS:
        for name, told in by_stratum.items():
            yield from _line(kind, name, coverage(told.uses, kind))
        for half in HALVES:
            yield from _line(kind, f"all, {half} half", coverage(together, kind, half))
        yield from _line(kind, "all", coverage(together, kind))
    yield ""
    yield "| records | number | without a coarse type |"
    yield "| --- | ---: | ---: |"
    for name, told in by_stratum.items():
        yield f"| {name} | {told.records:,} | {told.without_coarse_type / told.records:.2%} |"


def _line(kind: str, name: str, told: Coverage) -> Iterator[str]:
    if told.given:
        hows = ("table", NOTHING, "head", "unmatched")
        shares = " | ".join(f"{told.share(how):.2%}" for how in hows)
        implied = told.how.get("implied", 0)
        yield f"| {kind} | {name} | {told.given:,} | {told.distinct:,} | {shares} | {implied:,} |"


if __name__ == "__main__":
    print("\n".join(lines(strata())))  # noqa: T201
