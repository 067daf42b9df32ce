"""Artworks put together from the records that hold and from what the rules wrote."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.normalise.distinct import Column, one_array
from schemas.artwork import ARTWORK
from schemas.columns import TEXT

AS_GIVEN = (
    "id",
    "source",
    "source_id",
    "institution",
    "object_number",
    "url",
    "makers",
    "culture",
    "subjects",
    "location",
    "evidence",
)
"""Columns that an artwork takes over from its record as they are."""


def artwork_table(records: pa.Table, written: Mapping[str, Column]) -> pa.Table:
    """Return a row of ARTWORK for each record; ``written`` holds the rules' columns and ``judgements``."""
    columns: dict[str, Any] = {name: records[name] for name in AS_GIVEN}
    columns |= {
        "title": preferred_text(one_array(records["titles"]), "en"),
        "date_text": first_text(one_array(records["dates"])),
        "types_as_given": records["types"],
        "medium_as_given": joined_lists(
            [one_array(records[name]) for name in ("medium", "materials", "techniques")]
        ),
        "dimensions_as_given": records["dimensions"],
        "rights_as_given": pc.fill_null(records["rights"], ""),
        "rights_stated": first_said(records),
        "image_url": first_elements(one_array(records["images"])),
    }
    columns |= {name: written[name] for name in ARTWORK.names if name in written}
    return pa.table([columns[name] for name in ARTWORK.names], schema=ARTWORK)


def first_said(records: pa.Table) -> Column:
    """Return when each record's rights were first stated so; empty where the source dates nothing.

    When we received it is no such date: it moves with every crawl, though nothing is said anew.
    """
    first = pc.fill_null(records["rights_stated"], "")
    return pc.if_else(pc.equal(first, ""), pc.fill_null(records["stated"], ""), first)


def first_elements(lists: Column) -> Column:
    """Return the first element of each list of strings, an empty text where there is none.

    >>> first_elements(pa.array([["a", "b"], [], None])).to_pylist()
    ['a', '', '']
    """
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    starts = np.cumsum(lengths, dtype=np.int64) - lengths
    place = pa.array(starts, mask=lengths == 0)
    return pc.fill_null(lists.flatten().take(place), "")


def first_text(texts: Column) -> Column:
    """Return the words of the first Text of each list, empty where there is none."""
    words = pc.struct_field(texts.flatten(), "text")
    return first_elements(_lists_like(texts, words))


def preferred_text(texts: Column, language: str) -> Column:
    """Return the words of each list's first Text in a language, else of its first Text.

    >>> rows = [[{"text": "brug", "language": "nl"}, {"text": "bridge", "language": "en"}], []]
    >>> preferred_text(pa.array(rows, type=pa.list_(TEXT)), "en").to_pylist()
    ['bridge', '']
    """
    flat = texts.flatten()
    owner = pc.list_parent_indices(texts).to_numpy(zero_copy_only=False)
    fits = pc.equal(pc.struct_field(flat, "language"), language)
    fits = pc.fill_null(fits, pa.scalar(value=False)).to_numpy(zero_copy_only=False)
    place = np.full(len(texts), -1, dtype=np.int64)
    for chosen in (np.arange(len(flat)), np.flatnonzero(fits)):
        place[owner[chosen][::-1]] = chosen[::-1]  # the last assignment stays: the first element
    words = pc.struct_field(flat, "text").take(pa.array(place, mask=place < 0))
    return pc.fill_null(words, "")


def joined_lists(columns: list[Column]) -> Column:
    """Return lists of Text joined row by row, in the order of the columns."""
    owners = np.concatenate(
        [pc.list_parent_indices(column).to_numpy(zero_copy_only=False) for column in columns]
    )
    flat = pa.concat_arrays([column.flatten().cast(TEXT) for column in columns])
    order = np.argsort(owners, kind="stable")
    counts = np.bincount(owners, minlength=len(columns[0]))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), flat.take(pa.array(order)))


def _lists_like(lists: Column, values: Column) -> Column:
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values)
