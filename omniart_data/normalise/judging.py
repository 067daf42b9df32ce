"""Distinct inputs judged by a rule: in chunks, in this process or in several, with the same outcome.

A chunk's judgements are Arrow columns as soon as they are made, so that a million of them are no million objects.
"""

import json
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from omniart_data.normalise.distinct import Column
from omniart_data.normalise.rule import Judged, Rule, TermUse
from schemas.artwork import ARTWORK
from schemas.columns import MAKER, noun

WORKING = noun(
    ("material_terms", pa.list_(pa.string()), "Materials as the tables give them, stem by stem."),
    ("technique_terms", pa.list_(pa.string()), "The same of techniques."),
    ("type_terms", pa.list_(pa.string()), "The same of types."),
    ("implied_types", pa.list_(pa.string()), "Artwork types that the medium implies."),
    ("maker", MAKER, "The one maker of undoubted part; null: there is none."),
)
"""Columns that rules write for later rules, and that no artwork keeps."""

CHUNK = 20_000
"""Distinct inputs that are judged at a time: a second or less of work."""

_INPUT, _VALUE, _BECAUSE, _USES = "input", "value", "because", "uses"


@dataclass(frozen=True)
class Chunk:
    """Judgements on some distinct inputs: a row each."""

    table: pa.Table
    """input, value (both as JSON), because, uses (places in ``terms``), and the columns written."""
    terms: tuple[TermUse, ...]


def column_type(name: str) -> pa.DataType:
    """Return the Arrow type of a column that a rule writes."""
    schema = WORKING if name in WORKING.names else ARTWORK
    return schema.field(name).type


class Judges:
    """Whoever judges: this process, and for many inputs ``workers`` others beside it."""

    def __init__(self, workers: int = 1, chunk: int = CHUNK) -> None:
        self._workers = workers
        self._chunk = chunk
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        """Return itself; processes start when they are needed."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """End the processes, at once where something went wrong."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=error is not None)

    def judge(self, rule: Rule, columns: Sequence[Column]) -> Chunk:
        """Judge each row of the columns that a rule reads; the judgements are in the rows' order."""
        rows = len(columns[0]) if columns else 1
        starts = range(0, max(rows, 1), self._chunk)
        parts = ([column.slice(start, self._chunk) for column in columns] for start in starts)
        if rule.learnt or self._workers < 2 or len(starts) < 3:
            return _joined([judge_chunk(rule, part) for part in parts])
        tasks = ((rule, _to_bytes(part)) for part in parts)
        return _joined([_chunk_of(*answer) for answer in self._asked(tasks)])

    def _asked(
        self, tasks: Iterator[tuple[Rule, bytes]]
    ) -> Iterator[tuple[bytes, tuple[TermUse, ...]]]:
        if self._pool is None:
            # A forked child of a process with threads may hang, so children begin anew.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._workers, mp_context=context)
        return self._pool.map(_judge_bytes, tasks)


def judge_chunk(rule: Rule, columns: Sequence[Column]) -> Chunk:
    """Judge each row of some columns."""
    given = list(zip(*(column.to_pylist() for column in columns), strict=True)) or [()]
    if columns and not len(columns[0]):
        given = []
    judged = [rule.judge(*values) for values in given]
    terms: dict[TermUse, int] = {}
    uses = [[terms.setdefault(use, len(terms)) for use in one.terms] for one in judged]
    table = {
        _INPUT: pa.array([as_json(rule.reads, values) for values in given], pa.string()),
        _VALUE: pa.array([as_json(rule.writes, one.value) for one in judged], pa.string()),
        _BECAUSE: pa.array([one.because for one in judged], pa.string()),
        _USES: pa.array(uses, pa.list_(pa.int32())),
    }
    table |= {f"={name}": _written(judged, place, name) for place, name in enumerate(rule.writes)}
    return Chunk(pa.table(table), tuple(terms))


def as_json(names: Sequence[str], values: Sequence[Any]) -> str:
    """Return a judgement's input or value as JSON: column name to value."""
    return json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False, sort_keys=True)


def _written(judged: Sequence[Judged], place: int, name: str) -> Column:
    return pa.array([one.value[place] for one in judged], type=column_type(name))


def _joined(chunks: Sequence[Chunk]) -> Chunk:
    """Return chunks as one; each has numbered its terms by itself."""
    if len(chunks) == 1:
        return chunks[0]
    terms: dict[TermUse, int] = {}
    tables = []
    for chunk in chunks:
        place = pa.array([terms.setdefault(use, len(terms)) for use in chunk.terms], pa.int32())
        uses = chunk.table[_USES].combine_chunks()
        moved = pa.ListArray.from_arrays(_offsets(uses), place.take(uses.flatten()))
        at = chunk.table.column_names.index(_USES)
        tables.append(chunk.table.set_column(at, _USES, moved))
    return Chunk(pa.concat_tables(tables).combine_chunks(), tuple(terms))


def _offsets(lists: Column) -> Column:
    first = lists.offsets[0].as_py() if len(lists.offsets) else 0
    return pa.compute.subtract(lists.offsets, first)


def _to_bytes(columns: Sequence[Column]) -> bytes:
    return _written_table(pa.table(list(columns), names=[str(n) for n in range(len(columns))]))


def _written_table(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    body: bytes = sink.getvalue().to_pybytes()
    return body


def _read_table(body: bytes) -> pa.Table:
    with pa.ipc.open_stream(body) as stream:
        return stream.read_all()


def _judge_bytes(task: tuple[Rule, bytes]) -> tuple[bytes, tuple[TermUse, ...]]:
    """Judge a chunk in another process: columns and judgements travel as Arrow, not as objects."""
    rule, body = task
    table = _read_table(body)
    chunk = judge_chunk(rule, [column.combine_chunks() for column in table.columns])
    return _written_table(chunk.table), chunk.terms


def _chunk_of(body: bytes, terms: tuple[TermUse, ...]) -> Chunk:
    return Chunk(_read_table(body), terms)
