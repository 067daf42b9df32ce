"""Whether each artwork is on the side of the splits where it belongs, and was there before."""

import re
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa

from omniart_data.release.contents import bits, sure_edges
from omniart_data.release.continuity import TAKEN_DOWN
from omniart_data.release.groups import group_artworks, same_picture_edges, view_edges
from omniart_data.release.ledger import current, wrong_lines
from omniart_data.release.near.check import unsought_pairs, wrong_pairs
from omniart_data.release.rows import compute, count, first_of_each, order
from omniart_data.release.split import TENTHS, strata
from omniart_data.release.undecided import in_too_large
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
    if seen.given:
        return
    torn = torn_groups(seen.splits)
    for group in sorted(map(str, torn["group"].to_pylist()))[:3]:
        yield f"group {group} is on several sides; such groups: {torn.num_rows}"


def torn_groups(rows: pa.Table) -> pa.Table:
    """Return, as (group, ...), the groups that are on several sides; reads ``group`` and ``split``."""
    sides = rows.group_by("group").aggregate([("split", "count_distinct")])
    return sides.filter(compute.greater(sides["split_count_distinct"], 1))


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

    What is not decided moves no artwork, nor makes a group too large: ``undecided.undecided_edges``.
    """
    links = links.filter(compute.invert(links["applied"]))
    links = links.filter(pa.array(~in_too_large(seen.rows, links)))
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
    if wrong := [*wrong_pairs(seen.near, seen.rows)]:
        yield from wrong
        return
    sure = sure_edges(seen.rows, seen.rows, seen.release.side_table("links"))
    taken_down = count(seen.dropped, "rule").get((TAKEN_DOWN,), 0)
    yield from unsought_pairs(seen.near, seen.rows, sure, taken_down)


def _shares(seen: Seen) -> Iterator[str]:
    """Check 70/20/10 where nothing but this release decided: artists whose works are all new in it.

    A group goes whole to one split, so an artist's shares may be off by twice the works of the largest
    (``split.assign_splits`` puts the largest first, where most is wanted: it is over by less than one
    group, and short by less than two). Of an artist who shares a group with another, nothing is said. Works without an
    artist that are split stand in for one by their coarse type; those that ride with an artist's group count nowhere.
    Splits that were given have the shares that they have.
    """
    yield from _artist_works(seen)
    if seen.given:
        return
    named = seen.splits.filter(compute.is_valid(seen.splits["artist"]))
    placed = seen.splits if seen.everybody else named
    rows = strata(placed).append_column("split", placed["split"])
    rows = rows.filter(compute.invert(rows["rides"]))
    exempt = _not_decided_here(seen, rows)
    sizes = rows.group_by(["group", "artist"]).aggregate([([], "count_all")])
    most = sizes.group_by("artist").aggregate([("count_all", "max")])
    largest = dict(zip(most["artist"].to_pylist(), most["count_all_max"].to_pylist(), strict=True))
    found = count(rows, "artist", "split")
    for (artist,), total in count(rows, "artist").items():
        has = np.array([found.get((artist, split), 0) for split in SPLITS])
        slack = 1 if largest[artist] == 1 else 2 * largest[artist] + 1
        if artist not in exempt and (np.abs(10 * has - TENTHS * total) >= 10 * slack).any():
            whose = artist if artist.strip() == artist else f"without an artist, {artist.strip()}"
            yield f"{whose}: {', '.join(map(str, has))} works are not 70/20/10"


def _artist_works(seen: Seen) -> Iterator[str]:
    named = seen.splits.filter(compute.is_valid(seen.splits["artist"]))
    works = {artist: n for (artist,), n in count(named, "artist").items()}
    told = named.select(["artist", "artist_works"]).group_by(["artist", "artist_works"])
    pairs = {(line["artist"], line["artist_works"]) for line in told.aggregate([]).to_pylist()}
    if pairs != set(works.items()):
        yield "artist_works is not the number of an artist's works in the splits"


def _not_decided_here(seen: Seen, rows: pa.Table) -> set[str]:
    """Return the artists of whose works some were placed before, or are in a group with another's."""
    ledger = current(seen.release.ledger)
    where = compute.index_in(rows["id"], value_set=ledger["id"].combine_chunks())
    is_new = bits(compute.equal(ledger["since"].take(where), seen.release.version))
    exempt = set(compute.unique(rows.filter(pa.array(~is_new))["artist"]).to_pylist())
    sizes = rows.group_by(["group", "artist"]).aggregate([])
    shared = sizes.group_by("group").aggregate([([], "count_all")])
    shared = shared.filter(compute.greater(shared["count_all"], 1))["group"].combine_chunks()
    in_shared = sizes.filter(compute.is_in(sizes["group"], value_set=shared))
    return exempt | set(compute.unique(in_shared["artist"]).to_pylist())


def _ledger(seen: Seen) -> Iterator[str]:
    ledger = current(seen.release.ledger)
    ids = ledger["id"].combine_chunks()
    yield from wrong_lines(seen.release.ledger)
    yield from wrong_versions(seen.release.ledger, seen.release.version)
    given = ledger["split"].take(compute.index_in(seen.splits["id"], value_set=ids))
    wrong = seen.splits["id"].filter(pa.array(~bits(compute.equal(given, seen.splits["split"]))))
    if len(wrong):
        first = compute.min(wrong).as_py()
        yield f"{len(wrong)} artworks are not where the ledger has them; the first: {first}"


def wrong_versions(ledger: pa.Table, version: str) -> Iterator[str]:
    """Yield what is wrong with the versions of a ledger's lines: none is above the release's own, nor falls.

    >>> ledger = pa.table({"id": ["a", "a", "b"], "since": ["1.10.0", "1.9.0", "2.0.0"]})
    >>> for line in wrong_versions(ledger, "1.10.0"):
    ...     print(line)
    ledger.parquet: 2.0.0 is above the version of the release
    ledger.parquet: the lines of a are not in the order of their versions
    """
    known = compute.unique(ledger["since"]).to_pylist()
    if odd := sorted(name for name in known if not _VERSION.fullmatch(name or "")):
        yield f"ledger.parquet: {odd[0]!r} is no version"
        return
    above = [name for name in known if _numbers(name) > _numbers(version)]
    if above:
        yield f"ledger.parquet: {max(above, key=_numbers)} is above the version of the release"
    ranked = pa.array(sorted(known, key=_numbers), pa.string())
    since = np.asarray(compute.index_in(ledger["since"], value_set=ranked), np.int64)
    ids = ledger["id"].combine_chunks()
    same = np.asarray(compute.equal(ids[1:], ids[:-1]), bool)
    wrong = np.flatnonzero(same & (np.diff(since) <= 0))
    if len(wrong):
        first = ids[int(wrong[0])].as_py()
        yield f"ledger.parquet: the lines of {first} are not in the order of their versions"


_VERSION = re.compile(r"\d+\.\d+\.\d+")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _copies(seen: Seen) -> Iterator[str]:
    """Check that no picture lies in two splits, byte for byte, also where the sources served it in two forms.

    Blank pictures have no perceptual hash and are nobody's copy. Two that hang together
    by pairs of near.parquet that do not bind are let be, and so are all where the splits were given.
    """
    if seen.given:
        return
    unbound = seen.near.filter(compute.invert(seen.near["binds"])).select(["a", "b"])
    ends = compute.unique(
        pa.chunked_array([*unbound["a"].chunks, *unbound["b"].chunks], pa.string())
    )
    hung = group_artworks(ends, unbound)
    exempt = dict(zip(hung["id"].to_pylist(), hung["group"].to_pylist(), strict=True))
    rows = seen.splits.filter(compute.is_valid(seen.splits["perceptual_hash"]))
    sides: dict[bytes, tuple[str, str]] = {}
    for name, split in zip(rows["id"].to_pylist(), rows["split"].to_pylist(), strict=True):
        body = seen.bodies.get(name)
        if body is None or (other := sides.setdefault(body, (name, split)))[1] == split:
            continue
        if name not in exempt or exempt[name] != exempt.get(other[0]):
            yield f"{other[0]} in {other[1]} and {name} in {split} have the same picture"
            return


CHECKS: tuple[Callable[[Seen], Iterator[str]], ...] = (
    _sides,
    _groups,
    _near,
    _copies,
    _shares,
    _ledger,
)
"""The promises about groups and splits, in the order in which failures are told."""
