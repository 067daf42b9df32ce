"""Whether the tables that people decide from hold together: candidates, links, and decisions that were not applied."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from omniart_data.release.contents import bits
from omniart_data.release.read import Release
from omniart_data.release.rows import compute, count
from schemas.decision import ACTIONS, KINDS


def wrong_questions(release: Release, ids: "pa.ChunkedArray[Any]") -> Iterator[str]:
    """Yield what is wrong with these tables of a release whose artworks have these ids."""
    links, candidates, flagged = map(release.side_table, ("links", "candidates", "flagged"))
    works = candidates.filter(compute.equal(candidates["kind"], "work"))
    yield from _strangers("links", links, ("a", "b"), ids)
    yield from _strangers("candidates", works, ("subject", "object"), ids)
    yield from _pairs(links)
    for name, table in (("links", links), ("candidates", candidates)):
        score = table["score"]
        if not (bits(compute.greater_equal(score, 0)) & bits(compute.less_equal(score, 100))).all():
            yield f"{name}.parquet: a score is not 0 to 100"
    for (kind,) in count(candidates, "kind"):
        if kind not in KINDS:
            yield f"candidates.parquet: kind {kind!r} is not one that there is"
    for kind, action in count(flagged, "kind", "action"):
        if kind not in KINDS or action not in ACTIONS:
            yield f"flagged.parquet: {kind!r} {action!r} is no decision"
    if not bits(compute.not_equal(flagged["why"], "")).all():
        yield "flagged.parquet: a decision is not applied, and nothing says why"


def _strangers(
    name: str, table: pa.Table, ends: tuple[str, str], ids: "pa.ChunkedArray[Any]"
) -> Iterator[str]:
    for end in ends:
        if not bits(compute.is_in(table[end], value_set=ids.combine_chunks())).all():
            yield f"{name}.parquet: {end} is not always the id of an artwork"


def _pairs(links: pa.Table) -> Iterator[str]:
    if not bits(compute.less(links["a"], links["b"])).all():
        yield "links.parquet: a is not always less than b"
    if links.group_by(["a", "b"]).aggregate([]).num_rows != links.num_rows:
        yield "links.parquet: two artworks are linked twice"
