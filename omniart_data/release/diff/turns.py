"""Pairs of values, before and after, counted by whole columns."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniart_data.release.diff.difference import EXAMPLES, TURNS, Named, Turn, Turns, Works
from omniart_data.release.rows import compute

Mask = npt.NDArray[np.bool_]
Column = Any
"""A column of Arrow; its own type says less than the stubs want."""

BETWEEN = "\x1f"
"""Between the elements of a list that is told as one text; no term has it."""


def mask(chosen: Any) -> Mask:
    """Return a boolean column as numpy, null as False."""
    return np.asarray(compute.fill_null(chosen, False), bool)  # noqa: FBT003


def text_of(column: Column) -> Column:
    """Return each value as a text, a list as its elements; null where there is none, or nothing in it.

    >>> text_of(pa.chunked_array([[["b", "a"], [], None]])).to_pylist() == [f"b{BETWEEN}a", None, None]
    True
    >>> text_of(pa.chunked_array([[1.5, None]])).to_pylist()
    ['1.5', None]
    """
    if pa.types.is_list(column.type):
        column = compute.binary_join(column, BETWEEN)
    text = column.cast(pa.string())
    return compute.if_else(compute.equal(text, ""), pa.scalar(None, pa.string()), text)


def same_list(was: str, now: str) -> bool:
    """Say whether two texts of ``text_of`` have the same elements: their order is no label."""
    return BETWEEN in was and sorted(was.split(BETWEEN)) == sorted(now.split(BETWEEN))


def differing(old: Column, new: Column) -> Mask:
    """Return where two columns of texts differ; null is a value like any other."""
    both = mask(compute.equal(old, new))
    neither = mask(compute.and_(compute.is_null(old), compute.is_null(new)))
    return ~(both | neither)


def pairs_of(ids: Column, *columns: Column) -> list[tuple[Any, ...]]:
    """Return (values..., count, least id) of each combination of values, the most frequent first."""
    names = [f"value {number}" for number in range(len(columns))]
    table = pa.table([ids, *columns], names=["id", *names])
    grouped = table.group_by(names).aggregate([([], "count_all"), ("id", "min")])
    lines = zip(*(grouped[n].to_pylist() for n in (*names, "count_all", "id_min")), strict=True)
    return sorted(lines, key=lambda line: (-line[-2], tuple(v or "" for v in line[:-2])))


def turns_of(
    ids: Column,
    old: Column,
    new: Column,
    *,
    stricter: Callable[[str, str], bool] = lambda was, now: False,  # noqa: ARG005
) -> Turns:
    """Return what became of values that all differ; each line has the least ids as examples."""
    lines = pairs_of(ids, old, new)
    strict = [stricter(was or "", now or "") for was, now, _, _ in lines]
    listed = [
        Turn(
            shown(was),
            shown(now),
            number,
            _ids_of(ids, old, new, was, now) if number > 1 else (first,),
            is_stricter,
        )
        for (was, now, number, first), is_stricter in zip(lines[:TURNS], strict, strict=False)
    ]
    fewer = sum(line[-2] for line, is_stricter in zip(lines, strict, strict=True) if is_stricter)
    return Turns(sum(line[-2] for line in lines), len(lines), fewer, tuple(listed))


def shown(text: str | None) -> str:
    """Return a value for people: a list's elements with commas between them, empty for none."""
    return (text or "").replace(BETWEEN, ", ")


def _ids_of(ids: Column, old: Column, new: Column, was: Any, now: Any) -> tuple[str, ...]:
    return least(ids.filter(pa.array(_is(old, was) & _is(new, now))))


def _is(column: Column, value: Any) -> Mask:
    return mask(compute.is_null(column) if value is None else compute.equal(column, value))


def least(ids: Column) -> tuple[str, ...]:
    """Return the first few ids in the order of their text."""
    found = ids.take(
        compute.select_k_unstable(
            pa.table([ids], names=["id"]), EXAMPLES, sort_keys=[("id", "ascending")]
        )
    )
    return tuple(map(str, found.to_pylist()))


def works_of(ids: Column, by: Column | None = None) -> Works:
    """Return so many artworks, counted by a column."""
    if not len(ids):
        return Works()
    counts = (
        {str(line[0] or ""): int(line[1]) for line in pairs_of(ids, by)} if by is not None else {}
    )
    return Works(len(ids), dict(sorted(counts.items())), least(ids))


def named(names: Iterable[str] | Sequence[str]) -> Named:
    """Return so many names, the first few in the order of their text."""
    ordered = sorted(names)
    return Named(len(ordered), tuple(ordered[:EXAMPLES]))
