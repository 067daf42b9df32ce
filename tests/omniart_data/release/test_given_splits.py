"""Splits that a benchmark gives are taken as they are, and a release says so."""

from collections.abc import Callable
from types import ModuleType

import pyarrow as pa
import pytest

from omniart_data.release import Release, verify_release
from omniart_data.release.split import take_splits
from schemas.errors import ReleaseError
from schemas.release import SPLITS


def given(made: ModuleType, works: int = 60, **changed: str) -> pa.Table:
    """Return splits for made artworks in turn; some have another one."""
    ids = made.contents(works).artworks["id"].to_pylist()
    splits = {one: SPLITS[number % 3] for number, one in enumerate(ids)} | changed
    return pa.table({"id": pa.array(splits), "split": pa.array(splits.values())})


def test_given_splits_are_taken(made: ModuleType, make_release: Callable[..., Release]) -> None:
    """Every artwork is where it was given, with an artist or without, and artists' works are counted as ever."""
    splits = given(made)
    release = make_release(60, given_splits=splits)

    rows = release.table(*SPLITS, columns=["id", "split", "artist", "artist_works"]).to_pylist()
    assert {row["id"]: row["split"] for row in rows} == {
        row["id"]: row["split"] for row in splits.to_pylist()
    }
    assert release.table("unattributed", columns=["id"]).num_rows == 0
    for row in rows:
        same = sum(one["artist"] == row["artist"] for one in rows)
        assert row["artist_works"] == (same if row["artist"] else 0)


def test_what_is_not_promised_of_them_is_told(
    made: ModuleType, make_release: Callable[..., Release]
) -> None:
    """Groups on several sides are no failure and are counted; a release of ours with such groups fails still."""
    release = make_release(60, given_splits=given(made))

    report = verify_release(release.folder)

    sides: dict[str, set[str]] = {}
    for row in release.table(*SPLITS, columns=["group", "split"]).to_pylist():
        sides.setdefault(row["group"], set()).add(row["split"])
    torn = sum(len(one) > 1 for one in sides.values())
    assert torn > 0
    assert report.failures == ()
    assert any(f"{torn} groups are on several sides" in note for note in report.notes)
    assert release.receipt["options"]["given_splits"] is True
    assert "with its own train, validation and test" in (release.folder / "README.md").read_text()
    assert verify_release(make_release(60).folder).notes == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda table: table.slice(1), "1 artworks are given none of train, validation, test"),
        (lambda table: pa.concat_tables([table, table.slice(0, 1)]), "name an artwork twice"),
        (
            lambda table: table.set_column(1, "split", pa.array(["unattributed"] * len(table))),
            "60 artworks are given none",
        ),
    ],
)
def test_each_artwork_has_one(
    change: Callable[[pa.Table], pa.Table], told: str, made: ModuleType
) -> None:
    """An artwork without a split, with two, or with none that there is, is a ReleaseError."""
    with pytest.raises(ReleaseError, match=told):
        take_splits(made.contents(60).artworks, change(given(made)))
