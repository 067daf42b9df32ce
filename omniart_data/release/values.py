"""Whether the values of an artwork are such as a release promises: by whole columns, over all rows at once."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniart_data.release.rows import compute, count
from schemas.artwork import ARTIST_CERTAINTY, ARTIST_STATUS, DATE_PRECISION
from schemas.columns import PLACE_ROLES, SIZE

Mask = npt.NDArray[np.bool_]

COLUMNS = (
    *("id", "artist", "artist_id", "artist_status", "artist_certainty", "coarse_type"),
    *("year_first", "year_last", "year", "date_precision"),
    *("sizes", "height_cm", "width_cm", "depth_cm", "diameter_cm"),
    *("places", "iconclass", "image_sha256", "colours"),
)
"""Columns of the rows that are looked at."""

MOST_COLOURS = 9
MOST_SHARE = 1.001
"""What the shares of a picture's colours may add up to: each is a float32."""

_COARSE = r"[a-z]+( [a-z]+)*"
_HEX = r"#[0-9a-f]{6}"
_LENGTHS = tuple(field.name for field in SIZE if field.name != "part")


def wrong_values(rows: pa.Table) -> Iterator[str]:
    """Yield one line for each promise about values that a row breaks, with how many do and the first."""
    for check in CHECKS:
        yield from check(rows)


def _artists(rows: pa.Table) -> Iterator[str]:
    has_artist, has_id = _is_valid(rows["artist"]), _is_valid(rows["artist_id"])
    named = _bits(compute.equal(rows["artist_status"], "named"))
    yield from _told(rows, has_artist != has_id, "have an artist without an id, or an id alone")
    yield from _told(rows, has_artist != named, "have an artist and are not 'named', or none")
    pairs = rows.select(["artist", "artist_id"]).group_by(["artist", "artist_id"]).aggregate([])
    pairs = pairs.filter(compute.is_valid(pairs["artist"]))
    for one, other, what in (
        ("artist", "artist_id", "has several ids"),
        ("artist_id", "artist", "has several labels"),
    ):
        several = [name for (name,), number in count(pairs, one).items() if number > 1]
        if several:
            yield f"{one} {min(several)} {what}; such: {len(several)}, as {other} tells"


def _closed_lists(rows: pa.Table) -> Iterator[str]:
    lists: tuple[tuple[str, Iterable[str]], ...] = (
        ("artist_status", ARTIST_STATUS),
        ("artist_certainty", ARTIST_CERTAINTY),
        ("date_precision", ("", *DATE_PRECISION)),
    )
    for column, values in lists:
        for (value,) in count(rows, column):
            if value not in values:
                yield f"{column} {value!r} is not one that there is"
    coarse = compute.unique(rows["coarse_type"].drop_null())
    for value in coarse.filter(compute.invert(_matches(coarse, _COARSE))).to_pylist():
        yield f"coarse_type {value!r} is not one that there is"


def _years(rows: pa.Table) -> Iterator[str]:
    first, last, year = (rows[name] for name in ("year_first", "year_last", "year"))
    yield from _told(rows, _bits(compute.greater(first, last)), "end before they begin")
    alone = _is_valid(year) & ~(_is_valid(first) & _is_valid(last))
    outside = _bits(compute.less(year, first)) | _bits(compute.greater(year, last))
    yield from _told(
        rows, alone | outside, "have a year that is not between year_first and year_last"
    )


def _sizes(rows: pa.Table) -> Iterator[str]:
    wrong = np.zeros(rows.num_rows, bool)
    for name in _LENGTHS:
        wrong |= ~_positive(rows[name])
        parts, parents = _elements(rows["sizes"])
        wrong[parents[~_positive(parts.field(name))]] = True
    yield from _told(rows, wrong, "have a size that is not above 0")


def _colours(rows: pa.Table) -> Iterator[str]:
    there = _is_valid(rows["colours"])
    at_hand = _is_valid(rows["image_sha256"])
    yield from _told(
        rows, there != at_hand, "have colours without a picture at hand, or none of one"
    )
    found, parents = _elements(rows["colours"])
    number = np.bincount(parents, minlength=rows.num_rows)
    yield from _told(
        rows, there & ((number < 1) | (number > MOST_COLOURS)), "have not 1 to 9 colours"
    )
    share = _numbers(found.field("share"))
    shape = _bits(_matches(found.field("hex"), _HEX)) & (share > 0) & (share <= 1)
    whole = np.bincount(parents, weights=share, minlength=rows.num_rows)
    wrong = there & ~(whole <= MOST_SHARE)
    wrong[parents[~shape]] = True
    yield from _told(rows, wrong, "have a colour that is no #rrggbb with a share of the picture")


def _iconclass(rows: pa.Table) -> Iterator[str]:
    found, parents = _elements(rows["iconclass"])
    wrong = np.zeros(rows.num_rows, bool)
    for name, length in (("division", 1), ("group", 2)):
        begins = compute.utf8_slice_codeunits(found.field("code"), 0, length)
        wrong[parents[~_bits(compute.equal(begins, found.field(name)))]] = True
    wrong[parents[~_bits(compute.greater(compute.utf8_length(found.field("code")), 0))]] = True
    yield from _told(
        rows, wrong, "have an IconClass notation whose division or group is not its own"
    )


def _places(rows: pa.Table) -> Iterator[str]:
    found, _ = _elements(rows["places"])
    for role in compute.unique(found.field("role")).to_pylist():
        if role not in PLACE_ROLES:
            yield f"role {role!r} of a place is not one that there is"


CHECKS: tuple[Callable[[pa.Table], Iterator[str]], ...] = (
    *(_artists, _closed_lists, _years, _sizes, _colours, _iconclass, _places),
)


def _told(rows: pa.Table, wrong: Mask, what: str) -> Iterator[str]:
    """Yield what is wrong with the marked rows, where there are any."""
    found = np.flatnonzero(wrong)
    if len(found):
        yield f"{len(found)} artworks {what}; the first: {rows['id'][int(found[0])].as_py()}"


def _elements(column: "pa.ChunkedArray[Any]") -> tuple[Any, npt.NDArray[np.int64]]:
    """Return the structs of a list column end to end, and for each the number of its row."""
    lists = column.combine_chunks()
    return lists.flatten(), np.asarray(compute.list_parent_indices(lists), np.int64)


def _is_valid(column: Any) -> Mask:
    return np.asarray(compute.is_valid(column), bool)


def _bits(chosen: Any) -> Mask:
    """Return a boolean column as numpy, null as False."""
    return np.asarray(compute.fill_null(chosen, False), bool)  # noqa: FBT003


def _numbers(column: Any) -> npt.NDArray[np.float64]:
    """Return numbers as numpy, null as NaN, which compares as false with everything."""
    return np.asarray(compute.fill_null(column.cast(pa.float64()), np.nan), np.float64)


def _positive(column: Any) -> Mask:
    """Return where a number is null, or above 0 and finite."""
    found = _numbers(column)
    return ~_is_valid(column) | ((found > 0) & np.isfinite(found))


def _matches(texts: Any, pattern: str) -> Any:
    return compute.match_substring_regex(texts, f"^(?:{pattern})$")
