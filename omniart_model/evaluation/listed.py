"""Texts that came as dictionaries, and the labels with scores that rows list, put where a metric looks for them."""

from typing import Any

import numpy as np
import pyarrow as pa

from omniart_data.release.rows import compute
from omniart_model.evaluation.columns import LONGEST
from omniart_model.labels import Floats, Integers
from omniart_model.shortened import shortened
from schemas.errors import ModelError


def texts_of(column: "pa.DictionaryArray[Any, Any]", where: str) -> "pa.DictionaryArray[Any, Any]":
    """Return texts [N] whose dictionary is of strings; raise ModelError, ``where`` it is, for one too long or no UTF-8.

    Only the dictionary is looked at: what it stands for is not written out.
    """
    held = column.dictionary.cast(pa.binary())
    longest = compute.max(compute.binary_length(held)).as_py() or 0
    if longest > LONGEST:
        at = compute.index(compute.binary_length(held), longest).as_py()
        begun = repr(held[at].as_buffer().slice(0, LONGEST).to_pybytes().decode(errors="replace"))
        raise ModelError(
            f"{where} holds a text of {longest:,} bytes, {LONGEST:,} at most: {shortened(begun, 40)}"
        )
    try:
        return pa.DictionaryArray.from_arrays(column.indices, held.cast(pa.string()))
    except pa.ArrowInvalid as error:
        raise ModelError(f"{where} holds a text that is not UTF-8") from error


def places_in(known: "pa.Array[Any]", texts: "pa.DictionaryArray[Any, Any]") -> Integers:
    """Return where in ``known`` each text [N] stands, int64 [N]; -1 where it does not, or is null."""
    numbers = compute.index_in(texts.dictionary, value_set=known).take(texts.indices)
    return np.asarray(numbers.fill_null(-1), np.int64)


def fill_scores(
    scores: Floats, places: Integers, column: "pa.Array[Any]", classes: "pa.Array[Any]", where: str
) -> tuple[int, int]:
    """Put some rows' scores [n] at their places in ``scores`` [N, C + beyond]; return the null labels, and scores not finite.

    ``column`` holds lists of structs, whose ``label`` is a dictionary of texts. Of a label that a row lists twice the
    last score counts. After the C classes come the best scores of labels that are no class, whatever they are: only how
    many of them are above a class can matter. Raises ModelError for texts that are none; see ``texts_of``.
    """
    pairs = compute.list_flatten(column)
    rows = places[np.asarray(compute.list_parent_indices(column), np.int64)]
    given = compute.struct_field(pairs, "score").cast(pa.float32()).fill_null(np.nan)
    values = np.asarray(given, np.float32)
    labels = texts_of(compute.struct_field(pairs, "label"), where)
    numbers = places_in(classes, labels)
    held = numbers >= 0
    scores[rows[held], numbers[held]] = values[held]
    beyond = scores.shape[1] - len(classes)
    others = np.flatnonzero(~held & np.asarray(labels.is_valid()))
    if beyond and len(others):
        once = labels.dictionary.dictionary_encode().indices  # a dictionary may hold a text twice
        codes = np.asarray(once.take(labels.indices.take(pa.array(others))))
        best_at, at, best = _best(rows[others], codes, values[others], beyond)
        scores[best_at, len(classes) + at] = best
    return labels.null_count, not_finite(values)


def _best(
    rows: Integers, labels: Integers, values: Floats, most: int
) -> tuple[Integers, Integers, Floats]:
    """Return the best scores of each row, at most so many: their rows, places from 0, and values."""
    latest = np.lexsort((-np.arange(len(rows)), labels, rows))
    rows, labels, values = rows[latest], labels[latest], values[latest]
    new = np.append(True, (np.diff(rows) != 0) | (np.diff(labels) != 0))
    rows, values = rows[new], values[new]
    order = np.lexsort((-values, rows))
    rows, values = rows[order], values[order]
    at = np.arange(len(rows)) - np.searchsorted(rows, rows)
    few = at < most
    return rows[few], at[few], values[few]


def not_finite(values: Floats) -> int:
    """Return how many of some numbers are NaN or infinite."""
    return int((~np.isfinite(values)).sum())
