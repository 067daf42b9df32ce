"""Whether each artwork is on the side of the splits where it belongs, and was there before."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from omniart_data.release.contents import bits
from omniart_data.release.groups import same_picture_edges, view_edges
from omniart_data.release.ledger import current, wrong_lines
from omniart_data.release.near.check import wrong_pairs
from omniart_data.release.rows import compute, count, first_of_each, order
from omniart_data.release.split import TENTHS
from omniart_data.release.verify.seen import Seen
from schemas.release import SPLITS, UNATTRIBUTED


def _sides(seen: Seen) -> Iterator[str]:
    if not bits(compute.equal(seen.rows["split"], seen.rows["file_split"])).all():
        yield "the column split does not say in which split's file a row is"
    if seen.splits["artist"].null_count and not seen.everybody:
        yield f"{seen.splits['artist'].null_count} artworks in the splits have no artist"
    rest = seen.rows.filter(compute.equal(seen.rows["file_split"], UNATTRIBUTED))
    if rest.num_rows and seen.everybody:
        yield "an artwork is in no split, and all were to be split"
    if rest.num_rows - rest["artist"].null_count:
        yield "an artwork with an artist is in unattributed"
    sides = seen.splits.group_by("group").aggregate([("split", "count_distinct")])
    torn = sides.filter(compute.greater(sides["split_count_distinct"], 1))
    for group in sorted(map(str, torn["group"].to_pylist()))[:3]:
        yield f"group {group} is on several sides; such groups: {torn.num_rows}"


def _groups(seen: Seen) -> Iterator[str]:
    links = seen.release.side_table("links")
    bound = (
        (same_picture_edges(seen.rows), "have the same picture"),
        (view_edges(seen.rows), "are views of one object"),
        (links.filter(links["applied"]), "are linked as one work"),
        (_binding(seen, links), "may be one work, which nobody has decided,"),
    )
    for edges, what in bound:
        a, b = (seen.group_of(edges[end]) for end in ("a", "b"))
        apart = np.flatnonzero(~bits(compute.equal(a, b)))
        if len(apart):
            one, other = (edges[end][int(apart[0])].as_py() for end in ("a", "b"))
            yield f"{one} and {other} {what} and are not one group"
    rows = order(seen.rows.select(["id", "group"]), "id")
    if not rows["id"].take(first_of_each(rows["group"])).equals(rows["group"]):
        yield "a group is not named by the least id among its members"
    sizes = rows.group_by("group").aggregate([([], "count_all")])
    several = sizes.filter(compute.greater(sizes["count_all"], 1))["group"].combine_chunks()
    listed = rows.filter(compute.is_in(rows["group"], value_set=several))
    told = order(seen.release.side_table("groups").select(["id", "group"]), "id")
    if not told.cast(listed.schema).combine_chunks().equals(listed.combine_chunks()):
        yield "groups.parquet does not list the groups of several artworks"


def _binding(seen: Seen, links: pa.Table) -> pa.Table:
    """Return the links that nobody has decided on, without those between sides that earlier releases gave.

    What is not decided moves no artwork: ``undecided.undecided_edges``.
    """
    links = links.filter(compute.invert(links["applied"]))
    ledger = seen.release.ledger
    older = ledger.filter(compute.not_equal(ledger["since"], seen.release.version))["id"]
    kept = seen.splits.filter(
        compute.is_in(seen.splits["id"], value_set=older.combine_chunks())
    ).select(["group", "split"])
    names = kept["group"].combine_chunks()
    a, b = (
        kept["split"].take(compute.index_in(seen.group_of(links[end]), value_set=names))
        for end in ("a", "b")
    )
    return links.filter(pa.array(~bits(compute.not_equal(a, b))))


def _near(seen: Seen) -> Iterator[str]:
    yield from wrong_pairs(seen.release.side_table("near"), seen.rows)


def _shares(seen: Seen) -> Iterator[str]:
    """Check 70/20/10 where nothing but this release decided: artists whose works are all new in it.

    A group goes whole to one split, so an artist's shares may be off by twice the works of the largest
    (``split.assign_splits`` puts the largest first, where most is wanted: it is over by less than one
    group, and short by less than two). Of an artist who shares a group with another, nothing is said.
    """
    named = seen.splits.filter(compute.is_valid(seen.splits["artist"]))
    works = {artist: n for (artist,), n in count(named, "artist").items()}
    told = named.select(["artist", "artist_works"]).group_by(["artist", "artist_works"])
    if {(w["artist"], w["artist_works"]) for w in told.aggregate([]).to_pylist()} != set(
        works.items()
    ):
        yield "artist_works is not the number of an artist's works in the splits"
    rows, ledger = seen.splits.select(["id", "artist", "group"]), current(seen.release.ledger)
    where = compute.index_in(rows["id"], value_set=ledger["id"].combine_chunks())
    is_new = bits(compute.equal(ledger["since"].take(where), seen.release.version))
    exempt = set(compute.unique(rows.filter(pa.array(~is_new))["artist"]).to_pylist())
    sizes = rows.group_by(["group", "artist"]).aggregate([([], "count_all")])
    shared = sizes.group_by("group").aggregate([([], "count_all")])
    shared = shared.filter(compute.greater(shared["count_all"], 1))["group"].combine_chunks()
    in_shared = sizes.filter(compute.is_in(sizes["group"], value_set=shared))
    exempt.update(compute.unique(in_shared["artist"]).to_pylist())
    most = sizes.group_by("artist").aggregate([("count_all", "max")])
    largest = dict(zip(most["artist"].to_pylist(), most["count_all_max"].to_pylist(), strict=True))
    found = count(seen.splits, "artist", "split")
    for artist, total in works.items():
        has = np.array([found.get((artist, split), 0) for split in SPLITS])
        slack = 1 if largest[artist] == 1 else 2 * largest[artist] + 1
        if artist not in exempt and (np.abs(10 * has - TENTHS * total) >= 10 * slack).any():
            yield f"{artist}: {', '.join(map(str, has))} works are not 70/20/10"


def _ledger(seen: Seen) -> Iterator[str]:
    ledger = current(seen.release.ledger)
    ids = ledger["id"].combine_chunks()
    yield from wrong_lines(seen.release.ledger)
    given = ledger["split"].take(compute.index_in(seen.splits["id"], value_set=ids))
    wrong = seen.splits["id"].filter(pa.array(~bits(compute.equal(given, seen.splits["split"]))))
    if len(wrong):
        first = compute.min(wrong).as_py()
        yield f"{len(wrong)} artworks are not where the ledger has them; the first: {first}"


CHECKS = (_sides, _groups, _near, _shares, _ledger)
