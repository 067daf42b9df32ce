"""How much of what the museums say is understood, by occurrence, on all real samples; `make coverage` runs it.

    .venv/bin/python tests/gold/coverage.py    measure, keep the figures, write them into docs/quality.md

An occurrence is one statement of one artwork: a term, its date, its sizes, a place, a notation, where it is kept.
The distinct statements are in two halves by their hash, since tables and grammars grow from the first; what is
not understood is printed from that half alone. What says in so many words that there is nothing to say ("undated",
"dimensions unavailable", "onbekend") is left out and counted.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from omniart_data.normalise.dates.grammar import is_undated, parse_years
from omniart_data.normalise.dates.periods import named_period
from omniart_data.normalise.dates.years import date
from omniart_data.normalise.iconclass_codes import candidate, classify
from omniart_data.normalise.places.keeping import keep
from omniart_data.normalise.places.told import places_of
from omniart_data.normalise.sizes.measure import is_unavailable, measure
from omniart_data.normalise.terms.tables import KINDS
from tests.gold.further import FURTHER
from tests.gold.measure import RESULTS, Blocks, write_page
from tests.gold.samples import SHARED, STRATA
from tests.omniart_data.normalise.term_coverage import (
    HALVES,
    NOTHING,
    Told,
    Uses,
    all_uses,
    coverage,
    half_of,
    told_of,
)

RESULT = RESULTS / "coverage.json"
ANSWERED, BESIDES, MISSED, LEFT_OUT = "answered", "besides", "missed", "left out"
SHOWN = 15
"""How many values that are not understood are printed of each attribute."""

Texts = Sequence[Mapping[str, str]] | None
Outcomes = Iterator[tuple[str, str]]
"""(value, outcome) of each statement of an artwork."""
Answers = Counter[tuple[str, str, str]]
"""(attribute, value, outcome) -> occurrences."""


def _given(texts: Texts) -> list[str]:
    return [text["text"] for text in texts or () if text["text"].strip()]


def dates(said: Texts, first: int | None, last: int | None, period: str | None) -> Outcomes:
    """Tell of a date whether its words are understood; "besides": only the museum's numbers or period are.

    >>> list(dates([{"text": "Undated", "language": "en"}], None, None, ""))
    [('Undated', 'left out')]
    """
    texts = _given(said)
    if not texts:
        return
    value = "\n".join(texts)
    if all(map(is_undated, texts)):
        yield value, LEFT_OUT
    elif any(parse_years(text) or named_period(text) for text in texts):
        yield value, ANSWERED
    else:
        is_known = any(year is not None for year in date(said, first, last, period).value[:2])
        yield value, BESIDES if is_known else MISSED


def sizes(said: Texts) -> Outcomes:
    """Tell of the sizes of an artwork whether any of them is read.

    >>> list(sizes([{"text": "H. 5 cm", "language": "en"}])), list(sizes([]))
    ([('H. 5 cm', 'answered')], [])
    """
    texts = _given(said)
    if not texts:
        return
    if all(map(is_unavailable, texts)):
        yield "\n".join(texts), LEFT_OUT
    else:
        yield "\n".join(texts), ANSWERED if measure(said).value[0] else MISSED


def places(said: Texts) -> Outcomes:
    """Tell of each place whether all its parts are known to the table.

    >>> list(places([{"text": "Parijs", "language": "nl"}, {"text": "onbekend", "language": "nl"}]))
    [('Parijs', 'answered'), ('onbekend', 'left out')]
    """
    for text in said or ():
        if text["text"].strip():
            told = places_of(text["text"], text["language"] or "")
            known = ANSWERED if told.places else LEFT_OUT
            yield text["text"], MISSED if told.unknown else known


def notations(said: Texts) -> Outcomes:
    """Tell of each subject that looks like an IconClass notation whether it is one.

    >>> list(notations([{"text": one, "language": "nl"} for one in ("portret", "61B2", "25Q99")]))
    [('61B2', 'answered'), ('25Q99', 'missed')]
    """
    valid = {one["code"] for one in classify(said).value[0]}
    for text in _given(said):
        notation = candidate(text) or text
        if notation in valid or candidate(text):
            yield text, ANSWERED if notation in valid else MISSED


def locations(location: str | None, institution: str | None) -> Outcomes:
    """Tell of where an artwork is kept whether an institution and its city are told.

    >>> list(locations("Galleria degli Uffizi, Florence", "")), list(locations("Whereabouts unknown", ""))
    ([('Galleria degli Uffizi, Florence', 'answered')], [('Whereabouts unknown', 'left out')])
    """
    if location and location.strip():
        at, city = keep(location, institution).value
        told = ANSWERED if at and city else MISSED
        yield location, told if at or city else LEFT_OUT


@dataclass(frozen=True)
class Attribute:
    """What is asked of an attribute, and of which columns of a record."""

    columns: tuple[str, ...]
    judge: Callable[..., Outcomes]


ATTRIBUTES: Mapping[str, Attribute] = {
    "dates": Attribute(("dates", "year_first", "year_last", "period"), dates),
    "sizes": Attribute(("dimensions",), sizes),
    "places": Attribute(("places",), places),
    "IconClass": Attribute(("subjects",), notations),
    "locations": Attribute(("location", "institution"), locations),
}


def answers_of(records: pa.Table) -> Answers:
    """Return how often each statement occurs in records, and whether it is understood."""
    found = Answers()
    for name, attribute in ATTRIBUTES.items():
        columns = (records[column].to_pylist() for column in attribute.columns)
        distinct = Counter(json.dumps(row) for row in zip(*columns, strict=True))
        for row, count in distinct.items():
            for value, outcome in attribute.judge(*json.loads(row)):
                found[name, value, outcome] += count
    return found


Figures = Mapping[str, Any]


def term_figures(uses: Uses, kind: str, *halves: str) -> dict[str, int]:
    """Return occurrences, distinct terms, and occurrences by how a term was found.

    "says nothing": by a row of the table that gives no label, as that of "unknown" does.
    """
    told = coverage(uses, kind, *halves)
    return {"n": told.given, "distinct": told.distinct, **dict(sorted(told.how.items()))}


def answer_figures(answers: Answers, name: str, *halves: str) -> dict[str, int]:
    """Return occurrences, distinct statements, and occurrences by outcome; n lacks what is left out."""
    told = Counter[str]()
    distinct: set[str] = set()
    for (attribute, value, outcome), count in answers.items():
        if attribute == name and half_of(value) in halves:
            told[outcome] += count
            if outcome != LEFT_OUT:
                distinct.add(value)
    outcomes = {one: told[one] for one in (ANSWERED, BESIDES, MISSED, LEFT_OUT)}
    return {"n": told.total() - told[LEFT_OUT], "distinct": len(distinct), **outcomes}


_CUTS: Mapping[str, tuple[str, ...]] = {
    "first half": HALVES[:1],
    "second half": HALVES[1:],
    "all": HALVES,
}


def figures_of(by_sample: Mapping[str, Told], answers: Answers) -> Figures:
    """Return all figures: of terms and of answers by half, and of each sample."""
    uses = all_uses(by_sample)
    return {
        "terms": {
            kind: {cut: term_figures(uses, kind, *halves) for cut, halves in _CUTS.items()}
            for kind in KINDS
        },
        "answers": {
            name: {cut: answer_figures(answers, name, *halves) for cut, halves in _CUTS.items()}
            for name in ATTRIBUTES
        },
        "samples": {
            name: {
                "records": told.records,
                "without_coarse_type": told.without_coarse_type,
                **{kind: term_figures(told.uses, kind) for kind in KINDS},
            }
            for name, told in by_sample.items()
        },
    }


def kept() -> Figures:
    """Return the figures that were kept last."""
    found: Figures = json.loads(RESULT.read_text(encoding="utf-8"))
    return found


def share(told: Mapping[str, int], how: str) -> float:
    """Return the share of occurrences of which something is true.

    >>> share({"n": 8, "table": 6}, "table"), share({"n": 0}, "table")
    (0.75, 0.0)
    """
    return told.get(how, 0) / told["n"] if told["n"] else 0.0


def known(told: Mapping[str, int]) -> float:
    """Return the share of words that have a row of the tables, with a label or with none."""
    return share(told, "table") + share(told, NOTHING)


def terms_table() -> str:
    """Return the coverage of terms as a table of Markdown."""
    lines = [
        _head(
            "attribute",
            "values",
            "n",
            "distinct",
            "a row",
            "of them say nothing",
            "a head",
            "kept",
            "implied",
        )
    ]
    for kind, cuts in kept()["terms"].items():
        lines += [_row(f"{kind}s", cut, *_term_cells(told)) for cut, told in cuts.items()]
    return "\n".join(lines)


def answers_table() -> str:
    """Return what is answered as a table of Markdown."""
    lines = [_head("attribute", "values", "n", "distinct", "answered", "besides", "left out")]
    for name, cuts in kept()["answers"].items():
        for cut, told in cuts.items():
            counts = (f"{told['n']:,}", f"{told['distinct']:,}")
            shares = (f"{share(told, how):.2%}" for how in (ANSWERED, BESIDES))
            lines.append(_row(name, cut, *counts, *shares, f"{told[LEFT_OUT]:,}"))
    return "\n".join(lines)


def samples_table() -> str:
    """Return for each sample how many types and materials have a row, and how many records no coarse type."""
    lines = [_head("sample", "records", "types", "a row", "materials", "a row", "type unknown")]
    for name, told in kept()["samples"].items():
        cells = [f"{told['records']:,}"]
        for kind in ("type", "material"):
            n = told[kind]["n"]
            cells += [f"{n:,}" if n else "", f"{known(told[kind]):.2%}" if n else ""]
        unknown = told["without_coarse_type"] / told["records"]
        lines.append(_row(name, *cells, f"{unknown:.1%}" if name in STRATA else ""))
    return "\n".join(lines)


def _term_cells(told: Mapping[str, int]) -> list[str]:
    shares = [f"{known(told):.2%}"]
    shares += [f"{share(told, how):.2%}" for how in (NOTHING, "head", "unmatched")]
    return [f"{told['n']:,}", f"{told['distinct']:,}", *shares, f"{told.get('implied', 0):,}"]


def _head(*names: str) -> str:
    texts = [name for name in names if name in {"attribute", "values", "sample"}]
    rules = ["---" if name in texts else "---:" for name in names]
    return f"{_row(*names)}\n{_row(*rules)}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


BLOCKS: Blocks = {"terms": terms_table, "answers": answers_table, "samples": samples_table}


def missed(uses: Uses, answers: Answers) -> Iterator[str]:
    """Yield the most frequent values of the first half that are not understood, by attribute."""
    found = {kind: Counter[str]() for kind in (*KINDS, *ATTRIBUTES)}
    for (kind, term, _, how), count in uses.items():
        if how in {"head", "unmatched"}:
            found[kind][term] += count
    for (name, value, outcome), count in answers.items():
        if outcome in {BESIDES, MISSED}:
            found[name][value] += count
    for name, values in found.items():
        first = Counter({one: n for one, n in values.items() if half_of(one) == HALVES[0]})
        shown = ", ".join(f"{value!r} {count}" for value, count in first.most_common(SHOWN))
        yield f"{name}: {shown or 'nothing'}"


def main() -> None:
    """Measure on all samples, keep and print the figures, and write them into the page."""
    if not SHARED.is_dir():
        sys.exit("the museums' own records (../shared/data) are not here: nothing to measure on")
    by_sample, answers = {}, Answers()
    for name, read in (*STRATA.items(), *FURTHER.items()):
        records = read(SHARED)
        by_sample[name] = told_of(records)
        answers.update(answers_of(records))
    told = json.dumps(figures_of(by_sample, answers), indent=1)
    RESULT.write_text(f"{told}\n", encoding="utf-8")
    write_page("coverage", BLOCKS)
    print(*(block() for block in BLOCKS.values()), sep="\n\n")
    print("\nnot understood, of the first half\n")
    print("\n".join(missed(all_uses(by_sample), answers)))


if __name__ == "__main__":
    main()
