"""Rules run on tables: each distinct input judged once, each judgement a row that can be asked for."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniart_data.normalise.distinct import Codes, Column, codes_of, combined, first_rows, one_array
from omniart_data.normalise.rule import Judged, Rule, TermUse
from schemas.artwork import ARTWORK, JUDGEMENT, TERM_USE
from schemas.columns import noun

WORKING = noun(
    ("implied_types", pa.list_(pa.string()), "Artwork types that the medium implies."),
    ("maker", pa.string(), "The name of the one maker of undoubted part; null: there is none."),
)
"""Columns that rules write for later rules, and that no artwork keeps."""


@dataclass(frozen=True)
class Judgements:
    """What one rule made of a table: distinct inputs in canonical order, and which row has which."""

    rule: Rule
    inputs: tuple[str, ...]
    judged: tuple[Judged, ...]
    rows: Codes
    """For each row the place of its judgement in ``judged``, [rows]."""

    def column(self, name: str) -> Column:
        """Return the column that the rule wrote under a name, one value a row."""
        place = self.rule.writes.index(name)
        values = pa.array([one.value[place] for one in self.judged], type=column_type(name))
        return values.take(pa.array(self.rows))


def column_type(name: str) -> pa.DataType:
    """Return the Arrow type of a column that a rule writes."""
    schema = WORKING if name in WORKING.names else ARTWORK
    return schema.field(name).type


def run_rules(
    records: pa.Table, rules: Sequence[Rule]
) -> tuple[dict[str, Column], list[Judgements]]:
    """Run rules in order and return the columns they wrote, and their judgements.

    A rule reads what an earlier one wrote under a name, else the records' column of that name.
    """
    written: dict[str, Column] = {}
    done = []
    for rule in rules:
        judgements = run_rule(records, written, rule)
        written.update({name: judgements.column(name) for name in rule.writes})
        done.append(judgements)
    return written, done


def run_rule(records: pa.Table, written: Mapping[str, Column], rule: Rule) -> Judgements:
    """Judge each distinct combination of the columns that a rule reads, in canonical order."""
    columns = [
        written[name] if name in written else one_array(records[name]) for name in rule.reads
    ]
    codes = combined([codes_of(column) for column in columns], records.num_rows)
    first = pa.array(first_rows(codes))
    distinct = list(zip(*(column.take(first).to_pylist() for column in columns), strict=True))
    inputs = [_as_json(rule.reads, values) for values in distinct]
    order = sorted(range(len(distinct)), key=inputs.__getitem__)
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    judged = tuple(rule.judge(*distinct[number]) for number in order)
    return Judgements(rule, tuple(inputs[number] for number in order), judged, place[codes])


def judgement_table(done: Sequence[Judgements]) -> pa.Table:
    """Return all judgements, numbered through: rules in their order, inputs in canonical order."""
    columns: dict[str, list[Any]] = {name: [] for name in JUDGEMENT.names}
    number = 0
    for judgements in done:
        counts = np.bincount(judgements.rows, minlength=len(judgements.judged))
        columns["number"] += range(number, number + len(judgements.judged))
        columns["rule"] += [judgements.rule.name] * len(judgements.judged)
        columns["input"] += judgements.inputs
        writes = judgements.rule.writes
        columns["value"] += [_as_json(writes, one.value) for one in judgements.judged]
        columns["because"] += [one.because for one in judgements.judged]
        columns["artworks"] += counts.tolist()
        number += len(judgements.judged)
    return pa.table(columns, schema=JUDGEMENT)


def judgement_numbers(done: Sequence[Judgements], rows: int) -> Column:
    """Return for each row the numbers of its judgements, one for each rule in their order."""
    numbers = np.empty((rows, len(done)), dtype=np.int32)
    start = 0
    for place, judgements in enumerate(done):
        numbers[:, place] = judgements.rows + start
        start += len(judgements.judged)
    offsets = np.arange(rows + 1, dtype=np.int32) * len(done)
    flat = pa.array(numbers.reshape(-1))
    return pa.ListArray.from_arrays(pa.array(offsets, type=pa.int32()), flat)


def term_use_table(sources: Column, done: Sequence[Judgements]) -> pa.Table:
    """Return how often each source used each term, and what became of it, in a fixed order."""
    encoded = sources.dictionary_encode()
    names = encoded.dictionary.to_pylist()
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    counts: dict[tuple[str, TermUse], int] = {}
    for judgements in done:
        if not any(one.terms for one in judgements.judged):
            continue
        for source, place, rows in _pairs(codes, judgements.rows, len(judgements.judged)):
            for use in judgements.judged[place].terms:
                key = (names[source], use)
                counts[key] = counts.get(key, 0) + rows
    table = [
        {
            "source": source,
            "kind": use.kind,
            "term": use.term,
            "language": use.language,
            "how": use.how,
            "label": use.label,
            "occurrences": rows,
        }
        for (source, use), rows in counts.items()
    ]
    keys = [name for name in TERM_USE.names if name != "occurrences"]
    table.sort(key=lambda row: [row[name] for name in keys])
    return pa.Table.from_pylist(table, schema=TERM_USE)


def _pairs(sources: npt.NDArray[Any], places: Codes, judgements: int) -> list[tuple[int, int, int]]:
    """Return (source, judgement, rows) for each pair that occurs."""
    pairs, rows = np.unique(sources.astype(np.int64) * judgements + places, return_counts=True)
    return list(
        zip(
            (pairs // judgements).tolist(),
            (pairs % judgements).tolist(),
            rows.tolist(),
            strict=True,
        )
    )


def _as_json(names: Sequence[str], values: Sequence[Any]) -> str:
    return json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False, sort_keys=True)
