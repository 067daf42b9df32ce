"""Artworks put together from the records that hold and from what the rules wrote."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from omniart_data.normalise.distinct import Column, combined, first_rows
from omniart_data.normalise.held import Coded, texts_or_empty
from omniart_data.normalise.statements import Statements
from schemas.artwork import ARTWORK
from schemas.columns import TEXT

AS_GIVEN = (
    "source",
    "source_id",
    "institution",
    "object_number",
    "url",
    "makers",
    "culture",
    "subjects",
    "location",
)
"""Columns that an artwork takes over from its record as they are."""

_RENAMED = {
    "types_as_given": "types",
    "dimensions_as_given": "dimensions",
    "places_as_given": "places",
    "period_as_given": "period",
}
"""Columns that an artwork takes over under another name, since a rule has its own of theirs."""


def artwork_table(
    statements: Statements, written: dict[str, Coded], judgements: Column
) -> pa.Table:
    """Return a row of ARTWORK for each record that holds; ``written`` are the rules' columns.

    Records and rules' columns are let go of as they are used: the table is the last that holds them. A
    column of ARTWORK that no rule wrote is null.
    """
    columns: dict[str, Any] = {
        "id": statements.ids,
        "evidence": statements.evidence,
        "judgements": judgements,
    }
    for name, make in _MADE.items():
        columns[name] = make(statements)
    for name in (*AS_GIVEN, *_RENAMED):
        given = _RENAMED.get(name, name)
        columns[name] = statements.held.column(given, statements.rows)
        statements.held.let_go(given)
    for name in [name for name in ARTWORK.names if name in written]:
        columns[name] = written.pop(name).column()
    missing = [name for name in ARTWORK.names if name not in columns]
    columns |= {name: pa.nulls(len(statements.rows), ARTWORK.field(name).type) for name in missing}
    return pa.table([columns[name] for name in ARTWORK.names], schema=ARTWORK)


def _through_values(
    name: str, change: Callable[[Column], Column]
) -> Callable[[Statements], Column]:
    """Return a maker of a column whose distinct values are changed, not its rows."""

    def make(statements: Statements) -> Column:
        given = statements.held.coded(name).at(statements.rows)
        return Coded(given.codes, change(given.values)).column()

    return make


def _medium(statements: Statements) -> Column:
    """Return medium, materials and techniques as one list a row, joined for each distinct three."""
    names = ("medium", "materials", "techniques")
    parts = [statements.held.coded(name).at(statements.rows) for name in names]
    codes = combined([part.codes for part in parts], len(statements.rows))
    some = first_rows(codes)
    values = joined_lists([part.column(some) for part in parts])
    return Coded(codes, values).column()


def first_said(statements: Statements) -> Column:
    """Return when each record's rights were first stated so; empty where the source dates nothing.

    When we received it is no such date: it moves with every crawl, though nothing is said anew.
    """
    given = [statements.held.column(n, statements.rows) for n in ("rights_stated", "stated")]
    first, stated = map(texts_or_empty, given)
    return pc.if_else(pc.equal(first, ""), stated, first)


def first_image(statements: Statements) -> Column:
    """Return the first image of each record; empty where there is none."""
    return first_elements(statements.held.column("images", statements.rows))


def title(statements: Statements) -> Column:
    """Return the preferred title of each record."""
    return preferred_text(statements.held.column("titles", statements.rows), "en")


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


_MADE: Mapping[str, Callable[[Statements], Column]] = {
    "title": title,
    "date_text": _through_values("dates", first_text),
    "medium_as_given": _medium,
    "rights_as_given": _through_values("rights", texts_or_empty),
    "rights_stated": first_said,
    "image_url": first_image,
}
"""Columns of an artwork that are made of its record's, before anything of that is let go of."""
