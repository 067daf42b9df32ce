"""Who is in train, validation and test: 70/20/10 within each artist, groups whole, the same for ever."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniart_data.release.rows import compute
from schemas.errors import ReleaseError
from schemas.release import SPLITS, UNATTRIBUTED

Ints = npt.NDArray[np.int64]

TENTHS = np.array([7, 2, 1], np.int64)
"""Shares of train, validation and test, after Strezoski & Worring 2017: 70/20/10 for each artist."""


def apportion(seats: Ints, weights: Ints) -> Ints:
    """Return whole seats [A, 3] for each row of weights [A, 3] by largest remainder, in integers.

    Seats left over go to the largest remainders; ties to train, then to validation. Where all weights
    of a row are 0, the shares of ``TENTHS`` stand in for them.

    >>> apportion(np.array([10, 5, 1]), np.tile(TENTHS, (3, 1))).tolist()
    [[7, 2, 1], [4, 1, 0], [1, 0, 0]]
    """
    weights = np.where(weights.sum(axis=1, keepdims=True) > 0, weights, TENTHS)
    total = weights.sum(axis=1, keepdims=True)
    given, remainder = np.divmod(seats[:, None] * weights, total)
    left = seats - given.sum(axis=1)
    ranks = np.argsort(np.argsort(-remainder, axis=1, kind="stable"), axis=1, kind="stable")
    return np.asarray(given + (ranks < left[:, None]), np.int64)


def assign_splits(
    artworks: pa.Table,
    *,
    previous: pa.Table | None = None,
    seed: int = 0,
    allow_moves: bool = False,
    split_unattributed: bool = False,
) -> pa.Table:
    """Return (id, split, artist_works), row for row with ``artworks`` (of which id, artist, group are read).

    A unit is a group: its members that have an artist go to one split. Where these have several
    artists, the unit counts with the artist of its least id, for whom all its works are reckoned. The
    order of an artist's units is a keyed hash of seed, artist and group. Artworks without an artist are
    ``unattributed``: in no split, and so on no side, even where their group has works in one.

    With ``split_unattributed`` works without an artist are split too, in the same shares within their coarse type
    (which is read then). In a group that holds works of artists they go along and are not reckoned: for works of artists
    the option changes nothing.

    With ``previous`` (id, split: a ledger, a line for each artwork) every artwork keeps its split, and new ones fill
    what an artist's splits are short of. An artwork that has lost its artist is unattributed all the same. A
    group whose works were on several sides is a ReleaseError, or with ``allow_moves`` goes to the first
    of train, validation and test that one of them was in.
    """
    codes = np.full(artworks.num_rows, len(SPLITS), np.int64)
    attributed, works = _artist_works(artworks)
    rows = strata(artworks) if split_unattributed else _of_artists(artworks)
    if rows.num_rows:
        units = _units(rows, seed)
        kept = _kept(rows, units, previous, allow_moves=allow_moves)
        placed = _place(units, kept)[units.of_row]
        codes[np.arange(len(codes)) if split_unattributed else attributed] = placed
    names = pa.array([*SPLITS, UNATTRIBUTED])
    return _table(artworks["id"], names.take(codes), works)


def take_splits(artworks: pa.Table, given: pa.Table) -> pa.Table:
    """Return (id, split, artist_works), row for row with ``artworks``, with the splits of ``given`` (id, split).

    The splits are somebody else's, of a benchmark that is to be compared with: they are taken as they are, also where
    a group is on several sides by them. Raises ReleaseError where an artwork has no split, has two, or has one that
    there is not.
    """
    known = given["id"].combine_chunks()
    if given["id"].null_count or len(compute.unique(known)) != len(known):
        raise ReleaseError("the given splits name an artwork twice, or none")
    split = given["split"].take(compute.index_in(artworks["id"], value_set=known))
    sided = compute.is_in(split, value_set=pa.array(SPLITS))
    left = artworks["id"].filter(compute.invert(sided))
    if len(left):
        raise ReleaseError(
            f"{len(left)} artworks are given none of {', '.join(SPLITS)}; the first: {compute.min(left).as_py()}"
        )
    return _table(artworks["id"], split, _artist_works(artworks)[1])


def _table(ids: Any, splits: Any, works: Ints) -> pa.Table:
    return pa.Table.from_arrays(
        [ids, splits, pa.array(works, pa.int32())], names=["id", "split", "artist_works"]
    )


def _artist_works(artworks: pa.Table) -> tuple[Ints, Ints]:
    """Return which rows have an artist, and for all rows how many works that artist has; 0 where there is none."""
    works = np.zeros(artworks.num_rows, np.int64)
    named = compute.is_valid(artworks["artist"])
    attributed = np.flatnonzero(named.to_numpy(zero_copy_only=False)).astype(np.int64)
    if len(attributed):
        _, label = np.unique(_codes(artworks["artist"].take(attributed)), return_inverse=True)
        works[attributed] = np.bincount(label)[label]
    return attributed, works


_READ = ["id", "artist", "group"]

_NOBODY = "\n"
"""How the stratum of works without an artist begins; no artist's label holds a line break."""


def _of_artists(artworks: pa.Table) -> pa.Table:
    """Return (id, artist, group, rides) of the works of artists."""
    rows = artworks.select(_READ).filter(compute.is_valid(artworks["artist"]))
    return rows.append_column("rides", pa.array(np.zeros(rows.num_rows, bool)))


def strata(artworks: pa.Table) -> pa.Table:
    """Return (id, artist, group, rides) with a stratum for an artist where there is none: the coarse type.

    What has no artist and is in a group with works of one rides: it goes where they go, and takes no seat of theirs.
    """
    types = compute.fill_null(artworks["coarse_type"], "")
    nobody = compute.binary_join_element_wise(_NOBODY, types, "")
    named = compute.is_valid(artworks["artist"])
    with_artist = compute.unique(artworks["group"].filter(named))
    rides = compute.and_not(compute.is_in(artworks["group"], value_set=with_artist), named)
    artist = compute.coalesce(artworks["artist"], nobody)
    return artworks.select(_READ).set_column(1, "artist", artist).append_column("rides", rides)


@dataclass(frozen=True)
class _Units:
    """The units, numbered by rising hash within rising artist number."""

    of_row: Ints
    """[rows]: the unit of each row that is split."""
    artist: Ints
    """[units]: the number of the artist that it counts with, from 0."""
    size: Ints
    """[units]: its works, without those that ride."""

    @property
    def artists(self) -> int:
        return int(self.artist[-1]) + 1


def _codes(column: "pa.ChunkedArray[Any]") -> Ints:
    """Return a number for each text, in the order of the texts' bytes."""
    encoded = column.combine_chunks().dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    rank = np.empty(len(encoded.dictionary), np.int64)
    rank[compute.sort_indices(encoded.dictionary).to_numpy()] = np.arange(len(rank))
    return np.asarray(rank[encoded.indices.to_numpy()])


def _units(rows: pa.Table, seed: int) -> _Units:
    rides = np.asarray(rows["rides"], bool)
    by_id = np.lexsort((compute.rank(rows["id"], tiebreaker="first").to_numpy(), rides))
    group = _codes(rows["group"])[by_id]
    _, least, unit_of = np.unique(group, return_index=True, return_inverse=True)
    size = np.bincount(unit_of[~rides[by_id]], minlength=len(least))
    first = rows.select(["artist", "group"]).take(by_id[least])  # the least id's artist
    hashes = [
        hashlib.blake2b(f"{seed}\0{artist}\0{name}".encode(), digest_size=16).digest()
        for artist, name in zip(
            first["artist"].to_pylist(), first["group"].to_pylist(), strict=True
        )
    ]
    artist = np.unique(_codes(first["artist"]), return_inverse=True)[1].astype(np.int64)
    order = np.lexsort((_codes(pa.chunked_array([pa.array(hashes, pa.binary())])), artist))
    position = np.empty(len(order), np.int64)
    position[order] = np.arange(len(order))
    of_row = np.empty(len(by_id), np.int64)
    of_row[by_id] = position[unit_of]
    return _Units(of_row, artist[order], size.astype(np.int64)[order])


def _kept(rows: pa.Table, units: _Units, previous: pa.Table | None, *, allow_moves: bool) -> Ints:
    """Return the split [units] in which each unit was before; 3 for a new one."""
    kept = np.full(len(units.artist), len(SPLITS), np.int64)
    if previous is None:
        return kept
    known = previous.filter(compute.is_in(previous["split"], value_set=pa.array(SPLITS)))
    where = compute.index_in(rows["id"], value_set=known["id"].combine_chunks())
    split = compute.index_in(known["split"], value_set=pa.array(SPLITS))
    old = np.flatnonzero(compute.is_valid(where).to_numpy(zero_copy_only=False))
    side = split.take(where.filter(where.is_valid())).to_numpy().astype(np.int64)
    np.minimum.at(kept, units.of_row[old], side)
    moved = old[kept[units.of_row[old]] != side]
    if len(moved) and not allow_moves:
        example = [str(name) for name in rows["id"].take(moved).to_pylist()]
        raise ReleaseError(
            f"{len(moved)} artworks would change split, as their groups were on several sides; "
            f"the first: {min(example)}. Where that is meant, build with --allow-moves; two works that are "
            'not one are kept apart by `omniart-data decide work "keep apart"`'
        )
    return kept


def _place(units: _Units, kept: Ints) -> Ints:
    """Return the split [units]: kept where there was one, then large units, then single works."""
    place = kept.copy()
    want = apportion(_tally(units, np.ones_like(kept) > 0), _shares(units.artists))
    for split in range(len(SPLITS)):
        want[:, split] -= _tally(units, kept == split)
    new = kept == len(SPLITS)
    _place_large(units, np.flatnonzero(new & (units.size > 1)), want, place)
    single = np.flatnonzero(new & (units.size == 1))
    seats = np.bincount(units.artist[single], minlength=units.artists)
    want = apportion(seats.astype(np.int64), np.maximum(want, 0))
    artist = units.artist[single]
    rank = np.arange(len(single)) - (np.cumsum(seats) - seats)[artist]
    ends = np.cumsum(want, axis=1)[artist]
    place[single] = (rank[:, None] >= ends).sum(axis=1)
    return place


def _place_large(units: _Units, large: Ints, want: Ints, place: Ints) -> None:
    """Put each unit of several works, the largest first, where its artist is shortest of works."""
    for unit in large[np.lexsort((large, -units.size[large]))]:
        wanting = want[units.artist[unit]]
        place[unit] = split = int(np.argmax(wanting))
        wanting[split] -= units.size[unit]


def _tally(units: _Units, chosen: npt.NDArray[np.bool_]) -> Ints:
    """Return how many works [A] of each artist are in the chosen units."""
    works = np.zeros(units.artists, np.int64)
    np.add.at(works, units.artist[chosen], units.size[chosen])
    return works


def _shares(artists: int) -> Ints:
    return np.tile(TENTHS, (artists, 1))
