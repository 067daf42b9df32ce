"""Whether a build has lost what the last release was made of: another collection is not its next version."""

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.release import Release
from schemas.errors import ReleaseError

MOST_LOST = 0.5
"""Share of a source's artworks that may go from one release to the next; a museum withdraws far fewer."""

ACCEPT = "for another collection give a --workspace of its own; where they are meant to go, build with --accept-loss"


def check_sources(read: Collection[str], previous: Release) -> None:
    """Raise ReleaseError where a source of the previous release's artworks was not read at all."""
    had = pc.unique(previous.table(columns=["source"])["source"]).to_pylist()
    absent = sorted(set(map(str, had)) - set(read))
    if absent:
        raise ReleaseError(
            f"{previous.version} has artworks of {', '.join(absent)}, of which nothing was read: {ACCEPT}"
        )


def check_artworks(artworks: pa.Table, previous: Release) -> None:
    """Raise ReleaseError where most of a source's artworks in the previous release are gone."""
    had = previous.table(columns=["id", "source"])
    there = pc.is_in(had["id"], value_set=pc.unique(artworks["id"]))
    counted = had.append_column("there", there).group_by("source")
    lines = counted.aggregate([("there", "sum"), ("there", "count")]).to_pylist()
    gone = [
        f"{line['source']}: {line['there_count'] - (line['there_sum'] or 0):,} of {line['there_count']:,} artworks"
        for line in sorted(lines, key=lambda line: str(line["source"]))
        if (line["there_sum"] or 0) < (1 - MOST_LOST) * line["there_count"]
    ]
    if gone:
        raise ReleaseError(f"{'; '.join(gone)} of {previous.version} are gone: {ACCEPT}")
