"""A made history of five releases, as years of museums' changes in small: for its test and its page in docs/."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from omniart_data.release import Release, open_release
from omniart_data.release.diff import Difference, difference, side_of
from omniart_data.release.write import write_release
from schemas.artwork import ARTWORK, DROPPED
from tests.omniart_data.release import made as made_contents

Rows = list[dict[str, Any]]

GONE = (
    ("sample-met:00004", "withdrawn", "the source says that the object is gone"),
    ("sample-rijksmuseum:00007", "takedown", "a made request"),
)
"""Works of the third release's that are dropped, by which rule; a third is offered no more."""
SILENT = "sample-met:00016"
RELABELLED = ("sample-met:00002", "sample-met:00008", "sample-met:00014")
STRICTER = "sample-met:00032"


@dataclass(frozen=True)
class Step:
    """One release of the history: what happened, and what differs from the one before."""

    happened: str
    release: Release
    change: Difference | None


def _first(_: Rows) -> None:
    pass


def _removed(rows: Rows) -> None:
    gone = {SILENT, *(name for name, _, _ in GONE)}
    rows[:] = [row for row in rows if row["id"] not in gone]


def _relabelled(rows: Rows) -> None:
    _removed(rows)
    for row in rows:
        if row["id"] in RELABELLED:
            row.update(artwork_types=["altarpiece"], materials=["panel", "tempera"])
        if row["id"] == STRICTER:
            row.update(
                rights=made_contents.NOT_COMMERCIAL, rights_as_given=made_contents.NOT_COMMERCIAL
            )


def _merged(rows: Rows) -> None:
    _relabelled(rows)
    for row in rows:
        if row["artist"] == "Artist 04":
            row.update(artist="Artist 03", artist_id="name:artist 03")


STEPS: Sequence[tuple[str, int, Callable[[Rows], None]]] = (
    ("the first release", 118, _first),
    ("2 works are new", 120, _first),
    ("3 works are gone: withdrawn, taken down, offered no more", 120, _removed),
    ("3 works are labelled otherwise, the rights on 1 allow less", 120, _relabelled),
    ("Artist 04 turns out to be Artist 03", 120, _merged),
)
"""What happened, of how many works, and what became of their rows."""


def made_history(folder: Path) -> list[Step]:
    """Write the five releases, each after the one before, and return them."""
    steps: list[Step] = []
    for number, (happened, works, change) in enumerate(STEPS, 1):
        before = steps[-1].release if steps else None
        place = folder / str(number)
        write_release(_contents(works, change, before), place)
        release = open_release(place)
        differs = difference(side_of(before), side_of(release)) if before else None
        steps.append(Step(happened, release, differs))
    return steps


def _contents(works: int, change: Callable[[Rows], None], previous: Release | None) -> Any:
    made = made_contents.contents(works)
    rows = made.artworks.to_pylist()
    change(rows)
    kept = {row["id"] for row in rows}
    lost = [_dropped(*one) for one in GONE if one[0] not in kept]
    dropped = [*made.dropped.to_pylist(), *lost]
    read = dict.fromkeys(made_contents.SOURCES, 0)
    for line in (*rows, *dropped):
        read[line["source"]] += 1
    pictures = [line for line in made.pictures.to_pylist() if line["id"] in kept]
    for line in pictures:
        if line["id"] == STRICTER and any(
            r["rights"] != made_contents.CC0 for r in rows if r["id"] == STRICTER
        ):
            line["image_status"] = "kept out"
    return made_contents.contents(
        works,
        artworks=pa.Table.from_pylist(rows, schema=ARTWORK),
        pictures=pa.Table.from_pylist(pictures, schema=made.pictures.schema),
        dropped=pa.Table.from_pylist(dropped, schema=DROPPED),
        records_read=read,
        previous=previous,
    )


def _dropped(name: str, rule: str, reason: str) -> dict[str, Any]:
    source, source_id = name.split(":")
    evidence = {"sha256": made_contents.sha256(name.encode()), "number": 0}
    return {
        "source": source,
        "source_id": source_id,
        "rule": rule,
        "reason": reason,
        "evidence": evidence,
    }
