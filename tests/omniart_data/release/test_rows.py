"""The digest of rows that no order changes."""

import hashlib

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from omniart_data.release.rows import RowDigest, canonical_rows, count, spread

SCHEMA = pa.schema(
    [
        ("text", pa.string()),
        ("number", pa.int32()),
        ("real", pa.float32()),
        ("flag", pa.bool_()),
        ("list", pa.list_(pa.string())),
        ("structs", pa.list_(pa.struct([("a", pa.string()), ("b", pa.list_(pa.string()))]))),
        ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
    ]
)
texts = st.none() | st.text(st.sampled_from("ab:1nv\0é"), max_size=3)
lists = st.none() | st.lists(texts, max_size=3)
rows = st.fixed_dictionaries(
    {
        "text": texts,
        "number": st.none() | st.integers(-3, 3),
        "real": st.none() | st.sampled_from([0.0, 0.5, -1.5]),
        "flag": st.none() | st.booleans(),
        "list": lists,
        "structs": st.none()
        | st.lists(st.none() | st.fixed_dictionaries({"a": texts, "b": lists}), max_size=2),
        "image": st.none()
        | st.fixed_dictionaries({"bytes": st.none() | st.binary(max_size=2), "path": texts}),
    }
)


def digest(*tables: pa.Table) -> str:
    found = RowDigest()
    for table in tables:
        found.add(table)
    return found.hex


@given(st.lists(rows, min_size=1, max_size=6))
def test_different_rows_have_different_bytes(drawn: list[dict[str, object]]) -> None:
    """Rows have the same canonical bytes exactly when they are equal, null and empty told apart."""
    forms = list(canonical_rows(pa.Table.from_pylist(drawn, schema=SCHEMA)))

    for one, form in zip(drawn, forms, strict=True):
        assert [other == one for other in drawn] == [other == form for other in forms]


@given(st.lists(rows, max_size=6), st.integers(0, 6))
def test_digest_is_of_the_rows_alone(drawn: list[dict[str, object]], cut: int) -> None:
    """Order, chunks, slices and row groups do not matter."""
    table = pa.Table.from_pylist(drawn, schema=SCHEMA)
    backwards = pa.Table.from_pylist(drawn[::-1], schema=SCHEMA)

    assert digest(table) == digest(backwards)
    assert digest(table) == digest(table.slice(0, cut), table.slice(cut))
    assert digest(table) == digest(pa.concat_tables([table.slice(cut), table.slice(0, cut)]))


def test_a_row_that_stands_twice_counts_twice() -> None:
    """A pair of equal rows does not cancel out."""
    one = pa.table({"a": ["x"]})

    assert digest(one, one) != digest(one.slice(0, 0))
    assert digest(one, one) != digest(one)


def test_digest_stays_what_it_was() -> None:
    """The canonical form is part of the format of releases: these bytes may never change."""
    row = {
        "text": "é",
        "number": -7,
        "real": 0.5,
        "flag": True,
        "list": ["a", None],
        "structs": [{"a": "", "b": []}],
        "image": {"bytes": b"\x00", "path": "p"},
    }

    (form,) = canonical_rows(pa.Table.from_pylist([row], schema=SCHEMA))

    picture = hashlib.sha256(b"\x00").digest()
    assert form == b"".join(
        [
            *(b"3:v\xc3\xa9", b"3:v-7", b"20:v4602678819172646912", b"5:vtrue"),
            *(b"8:v2:va1:n", b"10:v7:v1:v1:v", b"41:v33:v" + picture + b"2:vp"),
        ]
    )


def test_spread_leaves_out_empty_and_null_lists() -> None:
    """Only elements become rows, in chunks as well as whole."""
    table = pa.table({"id": ["a", "b", "c"], "terms": [["x", "y"], [], None]})
    chunked = pa.concat_tables([table.slice(0, 1), table.slice(1)])

    assert spread(chunked, ["id"], "terms")["value"].to_pylist() == ["x", "y"]


def test_count_counts_null_as_empty() -> None:
    """Counts come sorted by key."""
    table = pa.table({"a": ["y", None, "x", "y"], "b": ["1", "1", "1", "1"]})

    assert count(table, "a", "b") == {("", "1"): 1, ("x", "1"): 1, ("y", "1"): 2}
