"""The ledger: lines are only ever added, and the last one of an artwork holds."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.release.ledger import (
    broken_promises,
    current,
    extend_ledger,
    moved,
    wrong_lines,
)
from omniart_data.release.read import open_release
from omniart_data.release.rows import compute
from schemas.release import LEDGER, SPLITS

sides = st.dictionaries(
    st.sampled_from("abcdefgh"), st.sampled_from([*SPLITS, "unattributed"]), max_size=8
)
histories = st.lists(sides, min_size=1, max_size=6)
NOBODY = pa.array([], pa.string())


def table(given_sides: Mapping[str, str]) -> pa.Table:
    return pa.table(
        {
            "id": pa.array(list(given_sides), pa.string()),
            "split": pa.array(list(given_sides.values()), pa.string()),
        }
    )


def held(ledger: pa.Table) -> dict[str, str]:
    rows = current(ledger).to_pylist()
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"]: row["split"] for row in rows}


@given(histories)
def test_no_line_is_ever_lost(history: list[dict[str, str]]) -> None:
    """Whatever is given version after version: every line stays, and the last of an artwork is what it was given last."""
    ledger, told, moves = None, dict[str, str](), 0
    for number, given_sides in enumerate(history):
        before = ledger
        ledger = extend_ledger(before, table(given_sides), f"{number + 1}.0.0")
        known = {name: side for name, side in given_sides.items() if side in SPLITS}
        changed = {name for name in known if told.get(name, known[name]) != known[name]}
        told |= known

        assert held(ledger) == told
        assert [*wrong_lines(ledger)] == []
        if before is not None:
            assert [*broken_promises(before, ledger, NOBODY)] == []
        assert set(moved(ledger, f"{number + 1}.0.0")["id"].to_pylist()) == changed
        moves += len(changed)
    assert ledger is not None
    assert ledger.num_rows == len(told) + moves


def test_a_move_says_from_where_to_where() -> None:
    """What was moved in a version is told with both splits; what came new is none."""
    ledger = extend_ledger(None, table({"a": "test", "b": "train"}), "1.0.0")
    ledger = extend_ledger(ledger, table({"a": "train", "b": "train", "c": "test"}), "2.0.0")

    assert moved(ledger, "2.0.0").to_pylist() == [{"id": "a", "from": "test", "to": "train"}]
    assert moved(ledger, "1.0.0").num_rows == 0
    assert moved(LEDGER.empty_table(), "1.0.0").num_rows == 0


def test_a_lost_or_changed_line_is_found() -> None:
    """A ledger that lacks a line, or has it otherwise, breaks its promise; one that was taken down does not count."""
    old = extend_ledger(None, table({"a": "test", "b": "train"}), "1.0.0")
    without = old.slice(1)
    other = pa.Table.from_pylist([row | {"split": "train"} for row in old.to_pylist()], LEDGER)

    for new in (without, other):
        (line,) = broken_promises(old, new, NOBODY)
        assert "the first: a" in line
        assert [*broken_promises(old, new, pa.array(["a"]))] == []


def test_lines_that_no_ledger_holds() -> None:
    """A line twice, or out of order, is found."""
    ledger = extend_ledger(None, table({"a": "test", "b": "train"}), "1.0.0")

    assert any("twice" in line for line in wrong_lines(ledger.take([0, 0, 1])))
    assert any("sorted" in line for line in wrong_lines(ledger.take([1, 0])))


def test_a_new_snapshot_moves_nobody(made: ModuleType, tmp_path: Path) -> None:
    """A tenth more works, a twentieth gone, all in another order, one source at another address: 0 works moved."""
    first = made.made_release(tmp_path / "omniart-1.0.0", 600, images=False)
    later = made.contents(660, images=False)
    gone = {f"{made.SOURCES[n % 2]}:{n:05d}" for n in range(20, 620, 20)}
    order = np.random.default_rng(3).permutation(660)
    rows = [row for row in later.artworks.take(order).to_pylist() if row["id"] not in gone]
    for row in rows:
        if row["source"] == made.SOURCES[0]:
            moved_to = {name: row[name].replace("sample", "moved") for name in ("url", "image_url")}
            row.update(moved_to)
    artworks = pa.Table.from_pylist(rows, schema=later.artworks.schema)
    there = compute.is_in(later.pictures["id"], value_set=artworks["id"].combine_chunks())
    read = Counter(row["source"] for row in rows)
    read[made.SOURCES[0]] += later.dropped.num_rows

    made.write_release(
        replace(
            later,
            artworks=artworks,
            pictures=later.pictures.filter(there),
            records_read=read,
            previous=first,
        ),
        tmp_path / "second",
    )

    second = open_release(tmp_path / "second")
    sides = [
        {row["id"]: row["split"] for row in release.table(columns=["id", "split"]).to_pylist()}
        for release in (first, second)
    ]
    assert len(gone) == 30
    assert [n for n in sides[0].keys() & sides[1].keys() if sides[0][n] != sides[1][n]] == []
    assert second.facts["moves"]["rows"] == {}
    assert [*broken_promises(first.ledger, second.ledger, NOBODY)] == []
