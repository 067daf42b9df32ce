"""Artworks as they are compared with one another: whole columns of numbers, in order of id."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.normalise.distinct import Column, combined, one_array
from omniart_data.normalise.works.keepers import keeper_key
from omniart_data.normalise.works.titles import DEFINITE, LONGEST, is_generic, title_key

READS = (
    *("id", "source", "institution", "object_number", "title", "artist", "artist_id", "year"),
    *("year_first", "year_last", "period_as_given", "materials", "height_cm", "width_cm"),
    *("kept_at", "kept_in", "coarse_type"),
)
"""Columns of an artwork that are compared, or shown beside a link."""

Numbers = npt.NDArray[np.int64]
"""One number a row, [rows]; below zero: nothing is said."""

NOTHING = -1

_DETAIL = r"(?i)[(\[]\s*detail|,\s*details?\b"
_PAPER = r"paper$|^papier$|^silk$"
_FIRM = (
    r"^(?:oil paint|tempera|canvas|copper|fresco|plaster|marble|bronze|.*wood|.*panel|oak|poplar)$"
)
"""Materials of prints and drawings, and of what is neither; vellum and cardboard bear both."""


@dataclass(frozen=True)
class Compared:
    """Artworks in order of id; equal numbers are equal values."""

    table: pa.Table
    """``READS``, sorted by id."""
    source: Numbers
    number: Numbers
    """The inventory number, without blanks and in small letters."""
    is_long_number: npt.NDArray[np.bool_]
    """The number has three parts or more, or letters and two: no two works of a museum share it by chance."""
    artist: Numbers
    title: Numbers
    """The title key; nothing where it is empty."""
    titles: tuple[str, ...]
    """The title keys, by their numbers."""
    is_generic: npt.NDArray[np.bool_]
    is_detail: npt.NDArray[np.bool_]
    is_painting: npt.NDArray[np.bool_]
    keeper: Numbers
    city: Numbers
    first: npt.NDArray[np.float64]
    last: npt.NDArray[np.float64]
    is_loose: npt.NDArray[np.bool_]
    """The years are an artist's time frame, or too wide for a mean: a work may well lie outside."""
    height: npt.NDArray[np.float64]
    width: npt.NDArray[np.float64]
    support: Numbers
    """1 paper and the like, 2 paint, canvas, wood and the like; 0 both or neither."""

    def block(self, *columns: Numbers) -> Numbers:
        """Return a number for each combination of values; nothing where one of them is."""
        said = np.all([column >= 0 for column in columns], axis=0)
        codes = combined([column.astype(np.int32) for column in columns], len(self.source))
        return np.where(said, codes.astype(np.int64), NOTHING)

    def count_of(self, *columns: Numbers) -> Numbers:
        """Return for each row how many rows have its combination of values, nothing being a value too."""
        shifted = [(column + 1).astype(np.int32) for column in columns]
        codes = combined(shifted, len(self.source))
        return np.bincount(codes)[codes] if len(codes) else codes.astype(np.int64)


def compared(artworks: pa.Table) -> Compared:
    """Return artworks as they are compared; their order does not matter."""
    table = artworks.select(READS).combine_chunks()
    table = table.take(pc.sort_indices(table["id"]))
    number = pc.utf8_lower(pc.replace_substring_regex(_texts(table, "object_number"), r"\s+", ""))
    keeper, city = _keepers(table)
    title, titles = _titles(table)
    generic = np.array([is_generic(key) for key in titles] + [True])
    return Compared(
        table=table,
        source=_codes(_texts(table, "source")),
        number=_codes(number),
        is_long_number=_long(number),
        artist=_codes(pc.fill_null(one_array(table["artist_id"]), "")),
        title=title,
        titles=titles,
        is_generic=generic[title]
        & ~_array(pc.match_substring_regex(_texts(table, "title"), DEFINITE)),
        is_detail=_array(pc.match_substring_regex(_texts(table, "title"), _DETAIL)),
        is_painting=_array(pc.equal(_texts(table, "coarse_type"), "painting")),
        keeper=keeper,
        city=city,
        **_years(table),
        height=_floats(table, "height_cm"),
        width=_floats(table, "width_cm"),
        is_loose=_array(pc.is_null(one_array(table["year"]))),
        support=_support(one_array(table["materials"])),
    )


_FRAME = r"^(?P<first>\d{4})\s*-\s*(?P<last>\d{4})$"
"""An artist's time frame as the Web Gallery writes it."""


def _years(table: pa.Table) -> dict[str, npt.NDArray[np.float64]]:
    """Return first and last year; of a work without any its artist's time frame, which is loose."""
    frame = pc.extract_regex(_texts(table, "period_as_given"), _FRAME)
    found = {}
    for end in ("first", "last"):
        own = one_array(table[f"year_{end}"]).cast(pa.float64())
        found[end] = _array(pc.coalesce(own, pc.struct_field(frame, end).cast(pa.float64())))
    return found


def _texts(table: pa.Table, name: str) -> Column:
    return pc.utf8_trim_whitespace(pc.fill_null(one_array(table[name]), ""))


def _array(column: Column) -> npt.NDArray[Any]:
    found: npt.NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return found


def _floats(table: pa.Table, name: str) -> npt.NDArray[np.float64]:
    return _array(one_array(table[name]).cast(pa.float64()))


def _codes(texts: Column) -> Numbers:
    """Return a number for each text; an empty one says nothing."""
    encoded = texts.dictionary_encode()
    return _without_empty(_array(encoded.indices), encoded.dictionary.to_pylist())


def _without_empty(codes: npt.NDArray[Any], values: Sequence[str]) -> Numbers:
    numbers: Numbers = np.append(np.arange(len(values)), NOTHING)
    numbers[[place for place, value in enumerate(values) if not value]] = NOTHING
    return np.asarray(numbers[codes], np.int64)


def _long(number: Column) -> npt.NDArray[np.bool_]:
    """Say which inventory numbers are too long to be shared by chance: ``50.187.66``, ``SK-A-2630``."""
    return _array(
        pc.or_(
            pc.match_substring_regex(number, r"^[a-z0-9]+(?:[^a-z0-9]+[a-z0-9]+){2,}"),
            pc.match_substring_regex(number, r"^[a-z]{2,}[^a-z0-9]+[0-9]{3,}"),
        )
    )


def _titles(table: pa.Table) -> tuple[Numbers, tuple[str, ...]]:
    """Return the number of each row's title key, and the keys; each distinct title is read once."""
    encoded = pc.utf8_slice_codeunits(_texts(table, "title"), 0, LONGEST).dictionary_encode()
    return _by_key(_array(encoded.indices), encoded.dictionary, title_key)


def _by_key(
    codes: npt.NDArray[Any], values: Column, key: Callable[[str], str]
) -> tuple[Numbers, tuple[str, ...]]:
    numbers: dict[str, int] = {}
    found = [numbers.setdefault(key(value), len(numbers)) for value in values.to_pylist()]
    keys = tuple(numbers)
    return _without_empty(np.array(found, np.int64)[codes], keys), keys


def _keepers(table: pa.Table) -> tuple[Numbers, Numbers]:
    """Return the numbers of the institution that keeps each artwork, and of its city."""
    columns = [_texts(table, name) for name in ("kept_at", "kept_in", "institution")]
    encoded = [column.dictionary_encode() for column in columns]
    codes = combined([_array(one.indices).astype(np.int32) for one in encoded], table.num_rows)
    first = np.unique(codes, return_index=True)[1]
    rows = zip(*(column.take(pa.array(first)).to_pylist() for column in columns), strict=True)
    keys = [keeper_key(*row) for row in rows]
    names, cities = [name for name, _ in keys], [city for _, city in keys]
    return _numbered(names)[codes], _numbered(cities)[codes]


def _numbered(values: Sequence[str]) -> Numbers:
    numbers: dict[str, int] = {}
    found = [numbers.setdefault(value, len(numbers)) for value in values]
    return _without_empty(np.array(found, np.int64), tuple(numbers))


def _support(materials: Column) -> Numbers:
    """Return whether each work is on paper (1), on something firmer (2), or not told (0)."""
    owner = _array(pc.list_parent_indices(materials))
    named = materials.flatten()
    said = np.zeros((2, len(materials)), bool)
    for place, pattern in enumerate((_PAPER, _FIRM)):
        found = _array(
            pc.fill_null(pc.match_substring_regex(named, pattern), pa.scalar(value=False))
        )
        said[place, owner[found]] = True
    return np.where(said[0] & ~said[1], 1, np.where(said[1] & ~said[0], 2, 0))
