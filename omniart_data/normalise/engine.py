"""Rules run on records: each distinct input judged once, each judgement a row that can be asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.normalise.distinct import Codes, Column, combined, first_rows, one_array
from omniart_data.normalise.held import Coded, Held, Rows, coded
from omniart_data.normalise.judging import Judges
from omniart_data.normalise.rule import Rule, TermUse
from schemas.artwork import JUDGEMENT, TERM_USE


@dataclass(frozen=True)
class Judgements:
    """What one rule made of the records: distinct inputs in canonical order, and which row has which."""

    rule: str
    inputs: Column
    """Each distinct input as JSON, sorted, [distinct]."""
    values: Column
    """What the rule wrote, as JSON, [distinct]."""
    because: Column
    columns: Mapping[str, Column]
    """What the rule wrote, by column, [distinct]."""
    uses: Column
    """The terms that each judgement met: list of places in ``terms``, [distinct]."""
    terms: tuple[TermUse, ...]
    rows: Codes
    """For each row the place of its judgement, -1 where it has none, [rows]."""

    def coded(self, name: str) -> Coded:
        """Return the column that the rule wrote under a name; several judgements may give one value."""
        distinct = coded(self.columns[name])
        return Coded(distinct.codes[self.rows], distinct.values)


@dataclass
class Bench:
    """The records that hold, what rules wrote about them, and the judgements so far."""

    held: Held
    rows: Rows
    judges: Judges
    written: dict[str, Coded] = field(default_factory=dict)
    done: list[Judgements] = field(default_factory=list)

    def coded(self, name: str) -> Coded:
        """Return what a rule wrote under a name, else the records' column of that name."""
        return self.written[name] if name in self.written else self.held.coded(name).at(self.rows)

    def run(self, rule: Rule) -> None:
        """Judge each distinct combination of the columns that a rule reads, in canonical order."""
        read = [self.coded(name) for name in rule.reads]
        codes = combined([one.codes for one in read], len(self.rows))
        some = first_rows(codes)
        chunk = self.judges.judge(rule, [one.column(some) for one in read])
        table = chunk.table if len(some) else chunk.table.slice(0, 0)
        order = pc.sort_indices(table["input"])
        place = np.empty(len(order), dtype=np.int32)
        place[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
        told = {name: one_array(table[name].take(order)) for name in table.column_names}
        columns = {name: told[f"={name}"] for name in rule.writes}
        self.done.append(
            Judgements(
                rule.name,
                told["input"],
                told["value"],
                told["because"],
                columns,
                told["uses"],
                chunk.terms,
                place[codes],
            )
        )
        self.written |= {name: self.done[-1].coded(name) for name in rule.writes}

    def counts(self, name: str) -> list[tuple[Any, int]]:
        """Return each distinct value of a column that is not null, and its rows."""
        column = self.coded(name)
        rows = np.bincount(column.codes, minlength=len(column.values)).tolist()
        pairs = zip(column.values.to_pylist(), rows, strict=True)
        return [(value, number) for value, number in pairs if number and value is not None]


def judgement_table(done: Sequence[Judgements]) -> pa.Table:
    """Return all judgements, numbered through: rules in their order, inputs in canonical order."""
    tables = [JUDGEMENT.empty_table()]
    number = 0
    for judgements in done:
        distinct = len(judgements.inputs)
        judged = judgements.rows[judgements.rows >= 0]
        counts = np.bincount(judged, minlength=distinct)
        columns = {
            "number": pa.array(np.arange(number, number + distinct, dtype=np.int32)),
            "rule": pa.repeat(judgements.rule, distinct),
            "input": judgements.inputs,
            "value": judgements.values,
            "because": judgements.because,
            "artworks": pa.array(counts.astype(np.int64)),
        }
        tables.append(pa.table([columns[name] for name in JUDGEMENT.names], schema=JUDGEMENT))
        number += distinct
    return pa.concat_tables(tables)


def judgement_numbers(done: Sequence[Judgements], rows: int) -> Column:
    """Return for each row the numbers of its judgements, in the order of the rules."""
    numbers = np.empty((rows, len(done)), dtype=np.int32)
    start = 0
    for place, judgements in enumerate(done):
        numbers[:, place] = np.where(judgements.rows < 0, -1, judgements.rows + start)
        start += len(judgements.inputs)
    has = numbers >= 0
    offsets = np.zeros(rows + 1, dtype=np.int32)
    np.cumsum(has.sum(axis=1), out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(numbers[has]))


def term_use_table(
    sources: Coded, done: Sequence[Judgements], forms: Mapping[str, Mapping[str, str]]
) -> pa.Table:
    """Return how often each source used each term, and what became of it, in a fixed order.

    ``forms`` gives for a kind the label under which a group of stems is shown, where that is another.
    """
    names = sources.values.to_pylist()
    counts: dict[tuple[str, TermUse], int] = {}
    for judgements in done:
        for source, place, rows in _uses(sources, judgements):
            key = (str(names[source]), judgements.terms[place])
            counts[key] = counts.get(key, 0) + rows
    table = [
        {
            "source": source,
            "kind": use.kind,
            "term": use.term,
            "language": use.language,
            "how": use.how,
            "label": forms.get(use.kind, {}).get(use.label, use.label),
            "occurrences": rows,
        }
        for (source, use), rows in counts.items()
    ]
    keys = [name for name in TERM_USE.names if name != "occurrences"]
    table.sort(key=lambda row: [row[name] for name in keys])
    return pa.Table.from_pylist(table, schema=TERM_USE)


def _uses(sources: Coded, judgements: Judgements) -> list[tuple[int, int, int]]:
    """Return (source, place of a term, rows) for each pair that occurs."""
    if not judgements.terms:
        return []
    distinct = len(judgements.inputs)
    pairs, rows = np.unique(
        sources.codes.astype(np.int64) * distinct + judgements.rows, return_counts=True
    )
    lengths = pc.list_value_length(judgements.uses).to_numpy(zero_copy_only=False)
    starts = np.cumsum(lengths, dtype=np.int64) - lengths
    source, judgement = np.divmod(pairs, distinct)
    times = lengths[judgement]
    within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    flat = judgements.uses.flatten().to_numpy(zero_copy_only=False)
    term = flat[np.repeat(starts[judgement], times) + within]
    keys, inverse = np.unique(
        np.repeat(source, times) * len(judgements.terms) + term, return_inverse=True
    )
    totals: npt.NDArray[Any] = np.zeros(len(keys), dtype=np.int64)
    np.add.at(totals, inverse, np.repeat(rows, times))
    source, term = np.divmod(keys, len(judgements.terms))
    return list(zip(source.tolist(), term.tolist(), totals.tolist(), strict=True))
