"""Two classes that are taken for each other: what they share, as far as their works in train tell.

The paper's case is Jan and Caspar Luyken, father and son. Where a pair shares period, type and material, the confusion is no
failure of the network alone.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from omniart_data.release.rows import compute
from omniart_model.report.words import joined, year_text
from omniart_model.tasks import Task

HALF = 0.5
"""From which overlap on two classes are said to share something."""

_COLUMNS = {"type": "artwork_types", "material": "materials", "museum": "institution"}


@dataclass(frozen=True)
class Shared:
    """One thing that two classes may share: how much of it, 0 to 1 (None: not known), and what it is."""

    name: str
    overlap: float | None
    told: str

    @property
    def verdict(self) -> str:
        """Return whether it is shared, in words."""
        if self.overlap is None:
            return "not known"
        return "shared" if self.overlap >= HALF else "not shared"


def alike(train: pa.Table, task: Task, a: str, b: str) -> tuple[Shared, ...]:
    """Return what two classes share: their period, types, materials and museums."""
    works = [train.filter(compute.equal(train[task.column], name)) for name in (a, b)]
    found = [_period(*(np.array(one["year"].to_pylist(), np.float64) for one in works))]
    for name, column in _COLUMNS.items():
        found.append(_labels(name, *(_counts(one[column]) for one in works)))
    return tuple(found)


def _period(*years: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Shared:
    """Return how far the middle 80 % of two classes' years lie on each other: the part of the shorter that both have."""
    known = [one[~np.isnan(one)] for one in years]
    if not all(len(one) for one in known):
        return Shared("period", None, "a year is lacking")
    (first_a, last_a), (first_b, last_b) = (np.quantile(one, (0.1, 0.9)) for one in known)
    both = min(last_a, last_b) - max(first_a, first_b)
    shorter = min(last_a - first_a, last_b - first_b)
    overlap = float(both >= 0) if shorter <= 0 else max(0.0, float(both / shorter))
    medians = joined(year_text(float(np.median(one))) for one in known)
    return Shared("period", min(overlap, 1.0), f"median years {medians}")


def _counts(column: "pa.ChunkedArray[Any]") -> Mapping[str, float]:
    """Return the share of each label in a column of texts or of lists of texts."""
    held: Counter[str] = Counter()
    for value in column.to_pylist():
        held.update(value if isinstance(value, list) else [value] if value else [])
    total = sum(held.values())
    return {label: count / total for label, count in sorted(held.items())}


def _labels(name: str, a: Mapping[str, float], b: Mapping[str, float]) -> Shared:
    """Return how much two distributions have in common: the sum of what is in both, 0 to 1."""
    if not a or not b:
        return Shared(name, None, f"no {name} is known of one")
    both = {label: min(part, b[label]) for label, part in a.items() if label in b}
    most = sorted(both, key=lambda label: (-both[label], label))[:3]
    return Shared(name, min(sum(both.values()), 1.0), joined(most) or "nothing in common")


def sentence(shared: tuple[Shared, ...]) -> str:
    """Return what a pair comes to: which of period, type and material it shares, and which not."""
    telling = [one for one in shared if one.name != "museum"]
    groups = ((word, [one.name for one in telling if one.verdict == word]) for word in _SAID)
    told = "; ".join(f"{_SAID[word]} {joined(names)}" for word, names in groups if names)
    return f"{told[:1].upper()}{told[1:]}."


_SAID = {"shared": "they share", "not shared": "they differ in", "not known": "not known is"}


def lines(shared: tuple[Shared, ...]) -> Iterator[str]:
    """Yield one line for each thing that may be shared."""
    for one in shared:
        part = "" if one.overlap is None else f" ({100 * one.overlap:.0f} % in common)"
        yield f"{one.name}: {one.verdict}{part}; {one.told}"
