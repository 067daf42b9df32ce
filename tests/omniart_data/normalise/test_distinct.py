"""Equal values get equal codes, whatever the Arrow type, its nulls, its slices and its chunks."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.normalise.distinct import codes_of, combined, first_rows, one_array
from schemas.columns import EVIDENCE, MAKER, TEXT

SHORT = st.text("ab\x00é", max_size=2)
NUMBER = st.integers(-2, 2)


def values(kind: pa.DataType) -> st.SearchStrategy[Any]:
    """Return a strategy for Python values, None among them, of an Arrow type."""
    if pa.types.is_struct(kind):
        fields = {field.name: values(field.type) for field in kind}
        return st.none() | st.fixed_dictionaries(fields)
    if pa.types.is_list(kind):
        return st.none() | st.lists(values(kind.value_type), max_size=3)
    if pa.types.is_integer(kind):
        return st.none() | NUMBER
    if pa.types.is_boolean(kind):
        return st.none() | st.booleans()
    return st.none() | SHORT


def naive(column: list[Any]) -> list[int]:
    """Return codes by a plain loop: the order of first appearance."""
    seen: dict[str, int] = {}
    return [seen.setdefault(repr(value), len(seen)) for value in column]


KINDS = [
    pa.string(),
    pa.int32(),
    pa.bool_(),
    TEXT,
    EVIDENCE,
    pa.list_(pa.string()),
    pa.list_(TEXT),
    pa.list_(MAKER),
    pa.list_(pa.list_(pa.int8())),
    pa.large_list(pa.string()),
]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_codes_agree_with_a_loop(kind: pa.DataType) -> None:
    """Codes are those of a loop over Python values, of a whole array and of a slice of it."""
    value = values(pa.list_(kind.value_type) if pa.types.is_large_list(kind) else kind)

    @given(st.lists(value, max_size=12), st.integers(0, 3), st.integers(0, 3))
    def check(column: list[Any], before: int, after: int) -> None:
        array = pa.array(column, type=kind)
        sliced = array[before : max(before, len(array) - after)]
        assert codes_of(array).tolist() == naive(array.to_pylist())
        assert codes_of(sliced).tolist() == naive(sliced.to_pylist())

    check()


@given(st.lists(st.lists(values(pa.list_(TEXT)), max_size=4), max_size=4))
def test_chunks_are_one_column(chunks: list[list[Any]]) -> None:
    """A column in chunks has the codes of the same column in one piece."""
    kind = pa.list_(TEXT)
    chunked = pa.chunked_array([pa.array(chunk, type=kind) for chunk in chunks], type=kind)

    assert codes_of(one_array(chunked)).tolist() == naive(chunked.to_pylist())


def test_what_a_null_list_hides_does_not_count() -> None:
    """A null list is null whatever elements lie beneath it in the buffers."""
    hidden = pa.ListArray.from_arrays(
        pa.array([0, 2, 4, 6], type=pa.int32()),
        pa.array(["a", "b", "c", "d", "a", "b"]),
        mask=pa.array([False, True, False]),
    )

    assert codes_of(hidden).tolist() == [0, 1, 0]


@given(st.lists(st.tuples(NUMBER, SHORT, st.booleans()), max_size=20))
def test_combinations_agree_with_a_loop(rows: list[tuple[int, str, bool]]) -> None:
    """Codes of several columns together are those of tuples; the first row of each is its first."""
    columns = [codes_of(pa.array([row[at] for row in rows])) for at in range(3)]
    codes = combined(columns, len(rows))

    assert codes.tolist() == naive(rows)
    assert first_rows(codes).tolist() == [codes.tolist().index(one) for one in sorted(set(codes))]


def test_no_columns_are_one_combination() -> None:
    """A rule that reads nothing is judged once."""
    assert np.array_equal(combined([], 3), [0, 0, 0])
