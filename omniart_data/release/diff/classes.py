"""What became of the class index and of artists, and what each class has lost."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from omniart_data.release.diff.difference import (
    LISTED,
    Artists,
    Classes,
    Impact,
    Impacts,
    Named,
)
from omniart_data.release.diff.turns import Mask, mask, named, pairs_of, works_of
from omniart_data.release.labels import TASKS
from omniart_data.release.rows import compute
from schemas.release import SPLITS, UNATTRIBUTED

SIDES = (*SPLITS, UNATTRIBUTED)

Lines = dict[tuple[str, int], dict[str, Any]]
"""(task, number) to the line of the class index."""


def classes_of(old: pa.Table, new: pa.Table) -> Classes:
    """Return what became of the class index (``schemas.release.LABEL``): a class is its number."""
    was, now = _by_number(old), _by_number(new)
    both = [key for key in was if key in now]
    lived = {key: (_works(was[key]) > 0, _works(now[key]) > 0) for key in both}
    return Classes(
        new=named(_name(line) for key, line in now.items() if key not in was),
        retired=named(_name(now[key]) for key in both if lived[key] == (True, False)),
        returned=named(_name(now[key]) for key in both if lived[key] == (False, True)),
        renamed=named(
            f"{_name(was[key])} -> {now[key]['label']}"
            for key in both
            if was[key]["label"] != now[key]["label"]
        ),
        removed=named(_name(line) for key, line in was.items() if key not in now),
    )


def _by_number(labels: pa.Table) -> Lines:
    return {(line["task"], line["number"]): line for line in labels.to_pylist()}


def _works(line: dict[str, Any]) -> int:
    return sum(line[side] for side in SIDES)


def _name(line: dict[str, Any]) -> str:
    return f"{line['task']}: {line['label']}"


def impact_of(old: pa.Table, new: pa.Table) -> dict[str, Impacts]:
    """Return for each task the classes whose artworks in a split changed in number, the largest losses first."""
    was, now = _by_number(old), _by_number(new)
    nothing = dict.fromkeys(SIDES, 0)
    of_task: dict[str, list[Impact]] = {task: [] for task in TASKS}
    for key in was.keys() | now.keys():
        before, after = was.get(key, nothing), now.get(key, nothing)
        if any(before[side] != after[side] for side in SIDES):
            label = (now.get(key) or was[key])["label"]
            counts = ({side: line[side] for side in SIDES} for line in (before, after))
            of_task.setdefault(key[0], []).append(Impact(label, *counts))
    return {
        task: Impacts(len(lines), tuple(sorted(lines, key=_loss)[:LISTED]))
        for task, lines in of_task.items()
    }


def _loss(one: Impact) -> tuple[int, int, str]:
    """Order by what is lost in any one split, then by what is lost in all."""
    changes = one.change.values()
    return min(changes), sum(changes), one.label


def artists_of(labels: tuple[Any, Any], ids: tuple[Any, Any], works: Any) -> Artists:
    """Return what became of artists in the artworks that both releases have.

    ``labels`` and ``ids`` are the columns artist and artist_id, as they were and as they are. An id that no
    artwork has any more has become another: a known one's (merged), or a new one (given another id).
    """
    was, now = ids
    other = mask(compute.not_equal(was, now))
    lives = mask(compute.is_in(was, value_set=compute.unique(now)))
    known = mask(compute.is_in(now, value_set=compute.unique(was)))
    renamed = mask(compute.equal(was, now)) & mask(compute.not_equal(*labels))
    return Artists(
        renamed=_pairs(works, *labels, renamed),
        merged=_pairs(works, *labels, other & ~lives & known),
        given_another_id=_pairs(works, *ids, other & ~lives & ~known),
        by_another=works_of(works.filter(pa.array(other & lives))),
    )


def _pairs(works: Any, was: Any, now: Any, where: Mask) -> Named:
    if not np.any(where):
        return Named()
    rows = pa.array(where)
    return named(_arrows(works.filter(rows), was.filter(rows), now.filter(rows)))


def _arrows(works: Any, was: Any, now: Any) -> Iterator[str]:
    yield from (
        f"{old or '(none)'} -> {new or '(none)'}" for old, new, *_ in pairs_of(works, was, now)
    )
