"""The newest statement of an object holds; the others are dropped with a reason and stay as evidence."""

from collections.abc import Callable

import pyarrow as pa
import pytest

from omniart_data.normalise.statements import newest_statements
from schemas.artwork import DROPPED
from schemas.record import RECORD, Record

OLD, NEW = "2019-10-01T00:00:00Z", "2023-05-01T00:00:00Z"


def statement(sha256: str, stated: str = "", precedence: int = 1, **more: bool) -> Record:
    """Return a statement about one object, told apart by its evidence."""
    return Record("met", "1", stated=stated, precedence=precedence, sha256=sha256, **more)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (statement("x", OLD), statement("a", NEW)),
        (statement("x", NEW, 1), statement("a", NEW, 2)),
        (statement("x", "", 1), statement("a", OLD, 2)),
        (statement("x", NEW, 1), statement("a", "", 2)),
        (statement("a"), statement("b")),
    ],
    ids=["later", "same time, live", "undated file", "undated but live", "by evidence"],
)
def test_which_is_newer(
    make_records: Callable[..., pa.Table], older: Record, newer: Record
) -> None:
    """Dates decide where all have one, precedence where one has none, evidence where all is equal."""
    for given in ((older, newer), (newer, older)):
        done = newest_statements(make_records(*given))

        assert [one["sha256"] for one in done.records["evidence"][0].as_py()] == [
            newer.sha256,
            older.sha256,
        ]
        [dropped] = done.dropped.to_pylist()
        assert dropped["rule"] == "superseded"
        assert dropped["evidence"]["sha256"] == older.sha256
        assert f"evidence {newer.sha256} number 0" in dropped["reason"]


def test_received_dates_what_the_source_does_not(make_records: Callable[..., pa.Table]) -> None:
    """Of two undated answers the one that we received later holds."""
    older = Record("met", "1", received=OLD, sha256="x")
    newer = Record("met", "1", received=NEW, sha256="a")
    done = newest_statements(make_records(newer, older))

    assert done.records["evidence"][0].as_py()[0]["sha256"] == "a"


def test_reason_names_the_date(make_records: Callable[..., pa.Table]) -> None:
    """The reason says of when the statement is that holds."""
    done = newest_statements(make_records(statement("x", OLD), statement("a", NEW)))

    assert f"newer statement of {NEW}" in done.dropped["reason"][0].as_py()


def test_withdrawn_drops_the_object(make_records: Callable[..., pa.Table]) -> None:
    """A newest statement that says "gone" drops the object, and what it supersedes as well."""
    gone = statement("a", NEW, withdrawn=True)
    done = newest_statements(make_records(statement("x", OLD), gone))

    assert done.records.num_rows == 0
    assert sorted(done.dropped["rule"].to_pylist()) == ["superseded", "withdrawn"]
    assert all(NEW in reason for reason in done.dropped["reason"].to_pylist())


def test_back_again_after_a_withdrawal(make_records: Callable[..., pa.Table]) -> None:
    """An object that was withdrawn and is told of again is kept."""
    done = newest_statements(make_records(statement("a", OLD, withdrawn=True), statement("x", NEW)))

    assert done.records.num_rows == 1
    assert done.dropped["rule"].to_pylist() == ["superseded"]


def test_same_id_of_two_sources_is_two_objects(make_records: Callable[..., pa.Table]) -> None:
    """Ids are a source's own."""
    done = newest_statements(make_records(Record("met", "1"), Record("wga", "1")))

    assert done.records["id"].to_pylist() == ["met:1", "wga:1"]
    assert done.dropped.num_rows == 0


def test_nothing_in_nothing_out() -> None:
    """An empty table is no error."""
    done = newest_statements(RECORD.empty_table())

    assert done.records.num_rows == 0
    assert done.dropped.schema.equals(DROPPED)
