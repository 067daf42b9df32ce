"""The engine: records held by their distinct values, judged in chunks, by any number of processes."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omniart_data.normalise import normalise
from omniart_data.normalise.held import Held, coded
from omniart_data.normalise.judging import Chunk, Judges
from omniart_data.normalise.rule import Judged, Rule, TermUse
from omniart_data.normalise.sizes.measure import RULE as SIZES
from schemas.columns import TEXT
from schemas.record import RECORD, Maker, Record, Text, to_batch

WORDS = st.sampled_from(["", "a", "b", "é"])
TEXTS = st.lists(st.builds(Text, WORDS, WORDS), max_size=2).map(tuple)
RECORDS = st.lists(
    st.builds(
        Record,
        source=WORDS,
        source_id=WORDS,
        stated=WORDS,
        withdrawn=st.booleans(),
        titles=TEXTS,
        makers=st.lists(
            st.builds(Maker, WORDS, born=st.none() | st.integers(0, 2)), max_size=2
        ).map(tuple),
        types=TEXTS,
        year_first=st.none() | st.integers(0, 2),
        sha256=WORDS,
        number=st.integers(0, 3),
        supplements=st.lists(WORDS, max_size=2).map(tuple),
    ),
    max_size=9,
)


def batches(records: list[Record], size: int) -> Iterator[pa.RecordBatch]:
    """Yield records in batches of a size."""
    for start in range(0, len(records), size):
        yield to_batch(records[start : start + size])


@given(RECORDS, st.integers(1, 4))
def test_nothing_is_changed_by_holding_it(records: list[Record], size: int) -> None:
    """Whatever the batches, each column comes back as it was, whole or in parts."""
    table = pa.Table.from_batches(batches(records, size), schema=RECORD)
    held = Held(batches(records, size))

    assert held.rows == len(records)
    rows = np.arange(len(records))[::-2]
    for name in RECORD.names:
        assert held.column(name).to_pylist() == table[name].to_pylist(), name
        assert held.column(name, rows).to_pylist() == table[name].take(rows).to_pylist(), name


@given(st.lists(st.lists(WORDS, max_size=2), max_size=9), st.data())
def test_values_of_some_rows_are_those_that_they_have(lists: list[list[str]], data: Any) -> None:
    """Rows taken out of a coded column have distinct values without one that none of them has."""
    column = coded(pa.array(lists, pa.list_(pa.string())))
    rows = data.draw(st.lists(st.integers(0, len(lists) - 1), max_size=9)) if lists else []
    part = column.at(np.array(rows, np.int64))

    assert part.column().to_pylist() == [lists[row] for row in rows]
    assert sorted(map(str, part.values.to_pylist())) == sorted({str(lists[row]) for row in rows})


def test_batches_are_let_go_of() -> None:
    """Of batches that are handed over no more than one lives beside what is kept of them."""
    alive: list[int] = []

    class Counted:
        """Batches, and how many of them somebody still holds when the next is asked for."""

        def __iter__(self) -> Iterator[pa.RecordBatch]:
            before = pa.total_allocated_bytes()
            for number in range(8):
                texts = (Text(f"{'x' * 1000}", "en"),)
                yield to_batch([Record("met", f"{number}-{n}", types=texts) for n in range(500)])
                alive.append(pa.total_allocated_bytes() - before)

    held = Held(iter(Counted()))

    assert held.rows == 4000
    assert (
        max(alive) < 3_000_000
    )  # each batch has half a megabyte of words, of which one text is kept


def judged(rule: Rule, columns: list[Any], workers: int, chunk: int) -> Chunk:
    """Judge columns with so many processes, in chunks of a size."""
    with Judges(workers, chunk) as judges:
        return judges.judge(rule, columns)


def spelled(text: str | None) -> Judged:
    """Judge a text by its letters: as many terms as letters."""
    letters = text or ""
    terms = tuple(TermUse("type", letter, "", "table", letter.upper()) for letter in letters)
    return Judged((letters.upper(),), f"{len(letters)} letters", terms)


SPELLED = Rule("spelled", ("location",), ("kept_at",), spelled)


@given(st.lists(st.text("abc", max_size=4), max_size=30), st.integers(1, 7))
@settings(deadline=None)
def test_chunks_do_not_matter(texts: list[str], size: int) -> None:
    """Judgements, and the terms that they met, are the same in chunks of any size."""
    column = [pa.array(texts, pa.string())]
    whole, parts = judged(SPELLED, column, 1, 1000), judged(SPELLED, column, 1, size)

    assert whole.table.drop_columns(["uses"]).equals(parts.table.drop_columns(["uses"]))
    for chunk in (whole, parts):
        uses = [[chunk.terms[use].term for use in one] for one in chunk.table["uses"].to_pylist()]
        assert uses == [list(text) for text in texts]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_processes_do_not_matter(workers: int) -> None:
    """Sizes judged by several processes are judged as in one."""
    texts = [[{"text": f"{n} x {n + 1} cm", "language": "en"}] for n in range(1, 400)]
    column = [pa.array(texts, pa.list_(TEXT))]
    one, several = judged(SIZES, column, 1, 1000), judged(SIZES, column, workers, 60)

    assert several.table.equals(one.table)
    assert several.table["=height_cm"][7].as_py() == 8.0


def refuse(text: str | None) -> Judged:
    """Judge nothing."""
    raise ValueError(text)


def test_a_rule_that_raises_ends_the_processes() -> None:
    """What goes wrong in another process goes wrong here, and nobody waits for ever."""
    rule = Rule("refuse", ("location",), ("kept_at",), refuse)

    with pytest.raises(ValueError, match="a"):
        judged(rule, [pa.array(list("aaaaaaaa"))], 2, 2)


def test_a_table_is_the_same_for_any_number_of_processes() -> None:
    """With more distinct sizes than one process judges alone, artworks and judgements are the same bytes."""
    records = [
        Record("met", str(n), dimensions=(Text(f"{n / 10} x {n % 97} cm", "en"),))
        for n in range(61_000)
    ]
    table = pa.Table.from_batches([to_batch(records)])
    one, two = normalise(table), normalise(table.slice(0), workers=2)

    assert one.artworks.equals(two.artworks)
    assert one.judgements.equals(two.judgements)
    assert one.artworks["height_cm"].null_count < 20
