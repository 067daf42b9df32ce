"""Artists who are none after all: of a time in which they cannot have lived, or rejected by a decision."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from omniart_data.normalise.dates.lives import outside_life
from omniart_data.normalise.distinct import combined, first_rows
from omniart_data.normalise.engine import Bench, Judgements
from omniart_data.normalise.judging import as_json

FAR = 50
"""Years by which a work must lie outside a life, beyond what ``outside_life`` allows for: a century after a death."""

_READS = ("maker", "year_first", "year_last")

Case = tuple[Any, ...]
"""One distinct input, column by column."""


def check_lives(bench: Bench) -> None:
    """Take the artist from works that lie far outside the maker's life, with a judgement that says so.

    It runs once artists are named, for it overrules the rules for who made a work and when.
    """
    _name_nobody(
        bench,
        "lives",
        _READS,
        is_case=lambda case: _is_far(*case),
        status="other role",
        because=_because,
    )


def follow_rejections(bench: Bench) -> None:
    """Let status and certainty say that an artist was rejected by a decision, and so names nobody."""
    _name_nobody(
        bench,
        "rejections",
        ("artist", "artist_status"),
        is_case=lambda case: case[0] is None and case[1] == "named",
        status="decided",
        because=lambda _artist, _status: "decisions/artist.csv: who is named is no artist",
    )


def _name_nobody(
    bench: Bench,
    rule: str,
    reads: tuple[str, ...],
    *,
    is_case: Callable[[Case], bool],
    status: str,
    because: Callable[..., str],
) -> None:
    """Say of some distinct inputs that nobody is the artist, as one more judgement of their artworks."""
    nobody = {**_NOBODY, "artist_status": status}
    if not {*nobody, *reads} <= bench.written.keys():
        return
    read = [bench.written[name] for name in reads]
    codes = combined([one.codes for one in read], len(bench.rows))
    cases = list(zip(*(one.column(first_rows(codes)).to_pylist() for one in read), strict=True))
    told = {at: as_json(reads, case) for at, case in enumerate(cases) if is_case(case)}
    if not told:
        return
    order = sorted(told, key=told.__getitem__)
    place = np.full(len(cases), -1, np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    rows = place[codes]
    for name, value in nobody.items():
        column = bench.written[name]
        bench.written[name] = column.with_value(rows >= 0, value)
    bench.done.append(
        Judgements(
            rule=rule,
            inputs=pa.array([told[at] for at in order]),
            values=pa.array([as_json(tuple(nobody), tuple(nobody.values())) for _ in order]),
            because=pa.array([because(*cases[at]) for at in order]),
            columns={},
            uses=pa.array([[] for _ in order], pa.list_(pa.int32())),
            terms=(),
            rows=rows,
        )
    )


_NOBODY: Mapping[str, Any] = {
    "artist": None,
    "artist_id": None,
    "artist_certainty": "",
    "artist_qualifier": "",
}


def _is_far(maker: Mapping[str, Any] | None, first: int | None, last: int | None) -> bool:
    """Return whether a work lies more than about a century outside a maker's life.

    >>> _is_far({"born": -356, "died": -356}, 1400, 1499), _is_far({"born": 1840, "died": 1904}, 1960, 1960)
    (True, False)
    """
    if maker is None or _is_a_century(maker["born"], maker["died"]):
        return False
    later = None if first is None else first - FAR
    earlier = None if last is None else last + FAR
    return outside_life(later, earlier, maker["born"], maker["died"])


def _is_a_century(born: int | None, died: int | None) -> bool:
    """Return whether the numbers for a life are that of a century, as the Met has a few ("18")."""
    return born == died and born is not None and 1 <= born <= 21


def _because(maker: Mapping[str, Any], first: int | None, last: int | None) -> str:
    years = "–".join(str(year) for year in (first, last) if year is not None)
    life = "–".join("?" if maker[name] is None else str(maker[name]) for name in ("born", "died"))
    return f"{maker['name']} lived {life}, and the work is of {years}: it was made by somebody else"
