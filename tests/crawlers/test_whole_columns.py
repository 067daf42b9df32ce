"""Whole columns: told once for each distinct combination, and the same as row by row."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.whole_columns import Columns, record_batch
from schemas.record import RECORD, Record, Text, to_batch

TEXTS = st.text(st.sampled_from("ab|\x1f\n "), max_size=3)


def as_read(text: str) -> str:
    return text.replace("\x1f", " ").strip()


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=12))
def test_telling_columns_is_telling_rows(rows: list[tuple[str, str, str]]) -> None:
    """A function is called once for each distinct combination, and each row gets what it says of it."""
    names = ("a", "b", "c")
    batch = pa.RecordBatch.from_pylist(
        [dict(zip(names, row, strict=True)) for row in rows],
        schema=pa.schema([(name, pa.string()) for name in names]),
    )
    asked: list[tuple[str, ...]] = []

    def join(*texts: str) -> str:
        asked.append(texts)
        return "/".join(texts)

    told = Columns(batch).tell(join, *names).texts().to_pylist()

    expected = [tuple(map(as_read, row)) for row in rows]
    assert told == ["/".join(row) for row in expected]
    assert len(asked) == len(set(asked))
    assert set(asked) == set(expected)


def test_lists_are_as_they_are_told() -> None:
    """Empty, short and long lists come back at their rows."""
    batch = pa.RecordBatch.from_pydict({"a": ["x|y", "", "x|y", "z"]})
    told = Columns(batch).tell(
        lambda a: tuple(Text(part, "en") for part in a.split("|") if part), "a"
    )

    lists = pa.table([told.text_lists()], ["told"]).to_pylist()
    assert [[one["text"] for one in row["told"]] for row in lists] == [
        ["x", "y"],
        [],
        ["x", "y"],
        ["z"],
    ]


def test_a_missing_column_is_one_of_empty_texts() -> None:
    """An older file lacks columns; they read as nothing said."""
    batch = pa.RecordBatch.from_pydict({"a": ["x", "y"]})

    assert Columns(batch).text("b").to_pylist() == ["", ""]


def test_what_is_not_given_is_as_in_an_empty_record() -> None:
    """A batch of a few columns is one of records in which all else has its default."""
    given_columns = {
        "source": pa.array(["met", "met"]),
        "source_id": pa.array(["1", "2"]),
        "precedence": pa.array([2, 2], pa.int8()),
        "withdrawn": pa.array([False, False]),
        "evidence": pa.array([{"sha256": "", "number": 0}] * 2, RECORD.field("evidence").type),
    }
    batch = record_batch(given_columns, 2)

    assert batch.equals(to_batch([Record("met", "1"), Record("met", "2")]))
