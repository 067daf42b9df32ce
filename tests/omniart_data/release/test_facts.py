"""Each fact's query, asked of the release's files by DuckDB, gives the numbers that facts.json has."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from omniart_data.release.facts import COLUMNS, FACTS, Told, measure
from omniart_data.release.read import Release, open_release
from omniart_data.release.verify import SIDE_TABLES
from omniart_data.release.write import write_release
from schemas.artwork import TERM_USE
from schemas.release import NEAR
from tests.omniart_data.release import made as made_contents

duckdb = pytest.importorskip("duckdb", reason="DuckDB, which asks the queries, is not installed")


def connected(folder: Path) -> Any:
    """Return DuckDB with a view of each table of a release."""
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW data AS SELECT * FROM '{folder}/data/*.parquet'")
    for name in SIDE_TABLES:
        connection.execute(
            f"CREATE VIEW {name} AS SELECT *, file_row_number AS rowid"
            f" FROM read_parquet('{folder}/{name}.parquet', file_row_number = true)"
        )
    receipt = json.loads((folder / "receipt.json").read_bytes())
    version = json.loads((folder / "manifest.json").read_bytes())["version"]
    connection.execute("CREATE TABLE records_read (source TEXT, records BIGINT)")
    connection.execute("CREATE TABLE options (key TEXT, value TEXT)")
    for source, records in receipt["records_read"].items():
        connection.execute("INSERT INTO records_read VALUES (?, ?)", [source, records])
    for key, value in {**receipt["options"], "version": version}.items():
        connection.execute("INSERT INTO options VALUES (?, ?)", [key, str(value)])
    return connection


def cells(rows: dict[str, dict[str, float]]) -> dict[tuple[str, str], float]:
    return {(row, column): n for row, line in rows.items() for column, n in line.items() if n}


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> list[Release]:
    """Three made releases: one, a second that follows it with near-duplicates, a move and all options, one without pictures."""
    folder = tmp_path_factory.mktemp("facts")
    options = {"min_class": 2, "features": "", "split_unattributed": False}
    write_release(made_contents.contents(160, options=options), folder / "one")
    one = open_release(folder / "one")
    rows = one.table("train", "test", columns=["id", "split"]).to_pylist()
    train = next(row["id"] for row in rows if row["split"] == "train")
    test = next(row["id"] for row in rows if row["split"] == "test")
    others = sorted(row["id"] for row in rows[5:9])
    pairs = [
        {"a": min(train, test), "b": max(train, test), "distance": 3, "cosine": 0.99},
        {"a": others[0], "b": others[1], "cosine": 0.985},
        {"a": others[2], "b": others[3], "mirrored_distance": 9},
    ]
    near = pa.Table.from_pylist([pair | {"binds": True} for pair in pairs], schema=NEAR)
    write_release(
        made_contents.contents(
            200,
            options=options | {"features": "f" * 64},
            near=near,
            previous=one,
            allow_moves=True,
        ),
        folder / "two",
    )
    bare = made_contents.contents(90, images=False, term_uses=TERM_USE.empty_table())
    write_release(bare, folder / "bare")
    return [one, open_release(folder / "two"), open_release(folder / "bare")]


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_query_gives_the_numbers(releases: list[Release], number: int, fact: str) -> None:
    """Whoever runs the SQL of a fact gets the fact; what it does not name is 0."""
    told = releases[number].facts[fact]

    found = connected(releases[number].folder).execute(told["query"]).fetchall()

    asked = {(str(row), str(column)): float(n) for row, column, n in found if n}
    assert len({(row, column) for row, column, _ in found}) == len(found)
    # both round to hundredths, each its own way where a third digit is a 5
    assert asked == pytest.approx(cells(told["rows"]), abs=0.0101)


def test_what_was_moved_is_counted(releases: list[Release]) -> None:
    """A forced move is listed from where to where, and only in the version that made it."""
    first, second, _ = (release.facts["moves"]["rows"] for release in releases)

    assert first == {}
    assert second == {"test": {"train": 1, "validation": 0, "test": 0, "all": 1}}


def test_near_duplicates_are_counted_and_reckoned(releases: list[Release]) -> None:
    """Pairs by hash, by features and by both; with features also how many there may be in all."""
    first, second, _ = (
        release.facts["near_duplicates"]["rows"]["near-duplicates"] for release in releases
    )

    assert "reckoned in all" not in first
    assert (second["by hash"], second["by features"], second["by both"]) == (2, 2, 1)
    assert (second["pairs"], second["that bind, on two sides"]) == (3, 0)
    assert (second["reckoned in all"], second["reckoned not found"]) == (4, 1)


def test_shares_of_the_splits(make_release: Callable[..., Release], made: ModuleType) -> None:
    """Over many works of few artists the shares are 70/20/10 to the hundredth, and no artist is off by a work."""
    facts = make_release(900, images=False).facts

    shares = facts["split_balance"]["rows"]["> 0 works per artist"]
    assert [shares[s] for s in ("train", "validation", "test")] == pytest.approx(
        [0.7, 0.2, 0.1], abs=0.01
    )
    assert facts["stratification"]["rows"]["artists"]["worst, in works"] < 1


def test_classes_of_a_subset(made: ModuleType, make_release: Callable[..., Release]) -> None:
    """A label is a class of a subset with enough of the subset's works in train and one in test, by --min-class."""
    found = {}
    for least in (1, 10, 1000):
        release = make_release(300, images=False, artists=2, options={"min_class": least})
        found[least] = release.facts["subsets"]["rows"]

    all_works, many, none = (f"> {n:,} works per artist" for n in (0, 100, 300))
    assert [found[n][all_works]["type classes"] for n in found] == [3, 3, 0]
    assert [found[n][many]["material classes"] for n in found] == [4, 4, 0]
    assert found[1][none]["types"] == found[1][none]["type classes"] == 0
    assert found[10][many]["types"] == 3


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_says_nothing(releases: list[Release], seed: int) -> None:
    """Facts that are measured of rows in another order are the same to the last digit: verify measures them so."""
    release = releases[1]
    rows = release.table(columns=list(COLUMNS))
    told = Told(
        rows=rows.take(np.random.default_rng(seed).permutation(rows.num_rows)),
        dropped=release.side_table("dropped"),
        terms=release.side_table("terms"),
        labels=release.labels,
        records_read=release.receipt["records_read"],
        near=release.side_table("near"),
        ledger=release.ledger,
        options=release.receipt["options"],
        version=release.version,
    )

    assert measure(told) == release.facts
