"""What goes into a release, and the rows that are made of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from omniart_data.release.groups import (
    EDGE,
    check_sizes,
    explain_groups,
    group_artworks,
    same_picture_edges,
    view_edges,
)
from omniart_data.release.labels import ARTISTS, TermIds, check_same_persons
from omniart_data.release.ledger import current
from omniart_data.release.near.binding import bind, near_edges
from omniart_data.release.rows import compute, count, order
from omniart_data.release.split import assign_splits, take_splits
from omniart_data.release.undecided import undecided_edges
from schemas.artwork import ARTWORK, DROPPED, JUDGEMENT, TERM_USE
from schemas.decision import CANDIDATE, FLAGGED, LINK
from schemas.errors import ReleaseError
from schemas.release import EMBEDDED, GROUP, NEAR, PICTURE, ROW
from schemas.rights import may_pass_on, policy

if TYPE_CHECKING:
    from omniart_data.release.read import Release

PICTURES = pa.schema([ROW.field("id"), *(PICTURE.field(n) for n in PICTURE.names if n != "image")])
"""What is known of each artwork's picture; the bytes come through ``Contents.picture``."""

META = pa.schema([column for column in ROW if column.name != "image"])
"""A row of a release without its picture."""


GIVEN_SPLITS = "given_splits"
"""The option in a receipt that says that the splits are not ours, and that no promise of ours about them holds."""


@dataclass(frozen=True)
class Input:
    """One file or crawl that was read; ``name`` is a file name, never a path."""

    source: str
    name: str
    sha256: str
    size_bytes: int
    records: int


def no_picture(sha256: str) -> tuple[bytes, str]:
    """Stand for ``Contents.picture`` where no picture is embedded."""
    raise ReleaseError(f"the picture {sha256} is to be in the release, and nobody gives its bytes")


@dataclass(frozen=True)
class Contents:
    """All that a release is made of; nothing else enters it, least of all the time of day.

    ``pictures`` has one row for each artwork (``PICTURES``). ``picture`` gives for an image SHA-256 the
    bytes to embed and a file name; it is asked only for pictures whose status is "in release".
    ``edges`` (``EDGE``) binds artworks beyond equal picture bytes, views of one object and the applied ``links``
    (``LINK``); those that nobody has decided on bind too, as far as no artwork moves for them. ``near`` (``NEAR``) binds
    where no group becomes too large for it and ``apart``, pairs that people keep apart, lets it. ``credits`` gives
    each source the attribution line that it asks for. ``candidates`` is what waits for a decision of people,
    ``flagged`` the decisions that were not applied, ``decisions`` how many there are in all. ``term_ids`` gives
    labels their ids. ``drift`` is what the receipt says of unmatched words (``omniart_data.drift``).
    ``given_splits`` (id, split) are splits of somebody else, a benchmark's, that are taken as they are: every artwork
    has one, also without an artist, and a group may be on several sides; the receipt says so (``GIVEN_SPLITS``).
    """

    artworks: pa.Table
    dropped: pa.Table
    judgements: pa.Table
    term_uses: pa.Table
    pictures: pa.Table
    records_read: Mapping[str, int]
    picture: Callable[[str], tuple[bytes, str]] = no_picture
    inputs: tuple[Input, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    credits: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    edges: pa.Table | None = None
    candidates: pa.Table = field(default_factory=CANDIDATE.empty_table)
    links: pa.Table = field(default_factory=LINK.empty_table)
    flagged: pa.Table = field(default_factory=FLAGGED.empty_table)
    near: pa.Table = field(default_factory=NEAR.empty_table)
    decisions: int = 0
    drift: Mapping[str, Any] = field(default_factory=dict)
    term_ids: TermIds = field(default_factory=dict)
    previous: "Release | None" = None
    seed: int = 0
    allow_moves: bool = False
    split_unattributed: bool = False
    given_splits: pa.Table | None = None
    accept_large_groups: bool = False
    apart: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Composed:
    """The tables of a release; ``rows`` is sorted by id and lacks the pictures' bytes."""

    rows: pa.Table
    dropped: pa.Table
    judgements: pa.Table
    terms: pa.Table
    groups: pa.Table
    candidates: pa.Table
    links: pa.Table
    flagged: pa.Table
    near: pa.Table


def compose(contents: Contents) -> Composed:
    """Group, split and join what goes into a release; raises ReleaseError where it does not add up.

    All but the ledger, which has the version in it, and that hangs on what is composed here.
    """
    artworks = order(_shaped(contents.artworks, ARTWORK, "artworks"), "id")
    pictures = order(_shaped(contents.pictures, PICTURES, "pictures"), "id")
    if len(compute.unique(artworks["id"])) != artworks.num_rows:
        raise ReleaseError("an id stands for several artworks")
    if not artworks["id"].equals(pictures["id"]):
        raise ReleaseError("pictures and artworks are not of the same ids")
    dropped = _shaped(contents.dropped, DROPPED, "dropped")
    check_census(contents.records_read, artworks, dropped)
    if contents.previous is not None:
        check_same_persons(
            artworks, contents.previous.labels, contents.previous.table(columns=ARTISTS)
        )
    given = (contents.edges or EDGE.empty_table()).cast(EDGE)
    links = order(_shaped(contents.links, LINK, "links"), "a", "b")
    ids = artworks["id"].combine_chunks()
    sure = pa.concat_tables([sure_edges(artworks, pictures, links), given])
    if not contents.accept_large_groups:
        check_sizes(ids, sure)
    near = order(_shaped(contents.near, NEAR, "near"), "a", "b")
    near = bind(near, sure, ids, contents.apart)
    sure = pa.concat_tables([sure, near_edges(near)])
    held = current(contents.previous.ledger) if contents.previous else None
    everybody = contents.split_unattributed or contents.given_splits is not None
    undecided = undecided_edges(artworks, sure, links, held, everybody=everybody)
    edges = pa.concat_tables([sure, undecided])
    groups = group_artworks(ids, edges)
    artworks = artworks.append_column("group", groups["group"])
    splits = _splits(artworks, contents, held)
    joined = {name: artworks[name] for name in artworks.column_names}
    joined |= {name: splits[name] for name in ("split", "artist_works")}
    joined |= {name: pictures[name] for name in PICTURES.names if name != "id"}
    joined["may_train"] = leaves_to_train(artworks)
    rows = pa.Table.from_arrays([joined[name] for name in META.names], schema=META)
    _check_rights(rows)
    evidence = {n: compute.struct_field(dropped["evidence"], n) for n in ("sha256", "number")}
    for name, column in evidence.items():
        dropped = dropped.append_column(name, column)
    keys = ("source", "source_id", "rule", "sha256", "number", "reason")
    return Composed(
        rows=rows,
        dropped=order(dropped, *keys).select(DROPPED.names),
        judgements=order(_shaped(contents.judgements, JUDGEMENT, "judgements"), "number"),
        terms=order(_shaped(contents.term_uses, TERM_USE, "term_uses"), *TERM_USE.names),
        groups=explain_groups(groups, edges).cast(GROUP),
        candidates=_shaped(contents.candidates, CANDIDATE, "candidates"),
        links=links,
        near=near,
        flagged=order(_shaped(contents.flagged, FLAGGED, "flagged"), *FLAGGED.names),
    )


def _splits(artworks: pa.Table, contents: Contents, held: pa.Table | None) -> pa.Table:
    """Return (id, split, artist_works) of artworks in their groups: those that were given, or those that are assigned."""
    if contents.given_splits is not None:
        return take_splits(artworks, contents.given_splits)
    return assign_splits(
        artworks,
        previous=held,
        seed=contents.seed,
        allow_moves=contents.allow_moves,
        split_unattributed=contents.split_unattributed,
    )


def sure_edges(artworks: pa.Table, pictures: pa.Table, links: pa.Table) -> pa.Table:
    """Return the edges, as ``EDGE``, that bind in any case: equal bytes, views of one object, applied links."""
    same_works = links.filter(links["applied"]).select(EDGE.names).cast(EDGE)
    return pa.concat_tables([same_picture_edges(pictures), view_edges(artworks), same_works])


def check_census(read: Mapping[str, int], artworks: pa.Table, dropped: pa.Table) -> None:
    """Raise ReleaseError unless each source's records read are its artworks and dropped rows together."""
    kept, left = count(artworks, "source"), count(dropped, "source")
    for source in sorted({*read, *(s for (s,) in kept), *(s for (s,) in left)}):
        out = kept.get((source,), 0) + left.get((source,), 0)
        if read.get(source, 0) != out:
            raise ReleaseError(
                f"{source}: {read.get(source, 0):,} records were read, "
                f"{out:,} came out as artworks or as dropped"
            )


def _shaped(table: pa.Table, schema: pa.Schema, name: str) -> pa.Table:
    """Return the table with exactly the schema's columns; raises ReleaseError where it has others."""
    try:
        return table.select(schema.names).cast(schema).combine_chunks()
    except (KeyError, pa.ArrowInvalid, pa.ArrowNotImplementedError) as wrong:
        raise ReleaseError(f"{name}: not the columns of a release: {wrong}") from wrong


def leaves_to_train(rows: pa.Table) -> pa.Array:
    """Return for each row whether a network may learn from its picture, by its rights and source."""
    columns = (rows[name].to_pylist() for name in ("rights", "source"))
    return pa.array(
        [policy(rights or "", source).may_train for rights, source in zip(*columns, strict=True)],
        pa.string(),
    )


def _check_rights(rows: pa.Table) -> None:
    """Raise ReleaseError for a picture that is to be embedded though its rights do not allow it."""
    embedded = rows.filter(compute.equal(rows["image_status"], EMBEDDED))
    for rights, source in count(embedded, "rights", "source"):
        if not may_pass_on(rights, source):
            raise ReleaseError(
                f"{source}: pictures under {rights or 'no stated rights'} may not be passed on"
            )


def bits(chosen: Any) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Return a boolean column as numpy, null as False."""
    return np.asarray(compute.fill_null(chosen, False), bool)  # noqa: FBT003
