"""How well the splits keep to 70/20/10, what was moved, and what is known of near-duplicates."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniart_data.release.facts.tables4 import SUBSET_ROWS, SUBSETS
from omniart_data.release.facts.told import Fact, Numbers, Told, crossed
from omniart_data.release.labels import label_uses
from omniart_data.release.ledger import moved
from omniart_data.release.rows import compute, count
from omniart_data.release.split import TENTHS
from schemas.release import SPLITS

SHARES = (0.7, 0.2, 0.1)
LEAST = 10
"""Works that a label must have in the splits for its deviation to say anything."""

LABELS = ("artist", "type", "coarse type", "material")
"""Tasks whose labels are looked at one by one, beside periods of fifty years."""


def _split_balance(told: Told) -> Numbers:
    """Tell the shares of the splits over all works of artists, and in each subset."""
    lines: Numbers = {}
    for more_than in SUBSETS:
        rows = told.rows.filter(compute.greater(told.rows["artist_works"], more_than))
        found = count(rows, "split")
        total = rows.num_rows
        shares = [found.get((split,), 0) / total if total else 0.0 for split in SPLITS]
        lines[f"> {more_than:,} works per artist"] = {
            **{split: round(share, 4) for split, share in zip(SPLITS, shares, strict=True)},
            "points off": _points_off(shares) if total else 0.0,
            "works": total,
        }
    return lines


def _points_off(shares: list[float]) -> float:
    """Return by how many points of a hundred the share that is furthest off 70/20/10 is so."""
    return round(100 * max(abs(a - b) for a, b in zip(shares, SHARES, strict=True)), 2)


def _stratification(told: Told) -> Numbers:
    """Tell by how much the labels' shares differ from 70/20/10: of train, validation and test the one furthest off."""
    inside = told.rows.filter(compute.is_in(told.rows["split"], value_set=pa.array(SPLITS)))
    lines: Numbers = {}
    for task in LABELS:
        lines[f"{task}s"] = _deviation(label_uses(inside, task, "split"))
    periods = inside.select(["split", "period"]).rename_columns(["split", "value"])
    lines["periods"] = _deviation(periods.filter(compute.is_valid(periods["value"])))
    return lines


def _deviation(uses: pa.Table) -> dict[str, int | float]:
    """Return the worst and the mean deviation over labels, of at least ``LEAST`` works, from (split, value)."""
    names = compute.unique(uses["value"])
    labels = np.asarray(compute.index_in(uses["value"], value_set=names), np.int64)
    splits = np.asarray(compute.index_in(uses["split"], value_set=pa.array(SPLITS)), np.int64)
    counts = np.zeros((len(names), len(SPLITS)), np.int64)
    np.add.at(counts, (labels, splits), 1)
    total = counts.sum(axis=1)
    enough = total >= LEAST
    tenths = np.abs(10 * counts - total[:, None] * TENTHS).max(axis=1)  # whole numbers: exact
    works = [off / 10 for off in tenths.tolist()]
    points = [
        100 * off / 10 / n
        for off, n in zip(tenths[enough].tolist(), total[enough].tolist(), strict=True)
    ]
    return {
        "labels": len(names),
        f"of {LEAST} works or more": int(enough.sum()),
        "worst, in works": round(max(works, default=0.0), 2),
        "mean, in works": _mean(works),
        "worst, in points": round(max(points, default=0.0), 2),
        "mean, in points": _mean(points),
    }


def _mean(values: list[float]) -> float:
    """Return the mean to the hundredth, the same in whatever order the labels come: ``fsum`` rounds but once."""
    return round(math.fsum(values) / len(values), 2) if values else 0.0


def _moves(told: Told) -> Numbers:
    changed = moved(told.ledger, told.version)
    return crossed(count(changed, "from", "to"), SPLITS)


def _near_duplicates(told: Told) -> Numbers:
    """Count pairs by the ways in which they were found, and those that were not, as far as that can be told.

    Two ways that find pairs independently tell how many neither finds (Chapman 1951: (n1 + 1)(n2 + 1)/(m + 1) - 1
    in all). Hash and features are not quite independent: what one finds easily the other does too, so that more is
    missing than this says. Without features there is nothing to reckon from.
    """
    near = told.near
    by_hash = _valid(near["distance"]) | _valid(near["mirrored_distance"])
    by_features = _valid(near["cosine"])
    line: dict[str, int | float] = {
        "by hash": int(by_hash.sum()),
        "of them mirrored alone": int(
            (_valid(near["mirrored_distance"]) & ~_valid(near["distance"])).sum()
        ),
        "by features": int(by_features.sum()),
        "by both": int((by_hash & by_features).sum()),
        "pairs": near.num_rows,
        "that bind": int(np.asarray(near["binds"], bool).sum()),
        "that bind, on two sides": _on_two_sides(told, binding=True),
        "that do not bind, on two sides": _on_two_sides(told, binding=False),
    }
    if told.options.get("features"):
        both = line["by both"]
        everything = (line["by hash"] + 1) * (line["by features"] + 1) / (both + 1) - 1
        line["reckoned in all"] = round(everything)
        line["reckoned not found"] = max(round(everything) - near.num_rows, 0)
    return {"near-duplicates": line}


def _on_two_sides(told: Told, *, binding: bool) -> int:
    """Return how many pairs that bind, or do not, are in different splits; artworks in none are on no side."""
    bound = told.near.filter(compute.equal(told.near["binds"], binding))
    ids, splits = told.rows["id"].combine_chunks(), told.rows["split"]
    sides = [splits.take(compute.index_in(bound[end], value_set=ids)) for end in ("a", "b")]
    inside = [compute.is_in(side, value_set=pa.array(SPLITS)) for side in sides]
    apart = compute.and_(compute.not_equal(*sides), compute.and_(*inside))
    return int(compute.sum(apart).as_py() or 0)


def _valid(column: Any) -> npt.NDArray[np.bool_]:
    return np.asarray(compute.is_valid(column), bool)


_BALANCE_SQL = f"""
WITH subset AS ({SUBSET_ROWS}),
works AS (SELECT row, split, count(*) AS n FROM subset JOIN data ON artist_works > more_than GROUP BY ALL)
SELECT row, split AS column, round(n / sum(n) OVER (PARTITION BY row), 4) AS number FROM works
UNION ALL SELECT row, 'works', sum(n) FROM works GROUP BY row
UNION ALL SELECT row, 'points off', round(100 * greatest(
    abs(coalesce(sum(n) FILTER (split = 'train'), 0) / sum(n) - 0.7),
    abs(coalesce(sum(n) FILTER (split = 'validation'), 0) / sum(n) - 0.2),
    abs(coalesce(sum(n) FILTER (split = 'test'), 0) / sum(n) - 0.1)), 2) FROM works GROUP BY row
"""  # noqa: S608 - of our own constants

_STRATIFICATION_SQL = f"""
WITH inside AS (SELECT * FROM data WHERE split IN ('train', 'validation', 'test')),
uses AS (
    SELECT 'artists' AS row, artist AS label, split FROM inside
    UNION ALL SELECT 'coarse types', coarse_type, split FROM inside
    UNION ALL SELECT 'periods', period, split FROM inside
    UNION ALL SELECT 'types', unnest(list_distinct(artwork_types)), split FROM inside
    UNION ALL SELECT 'materials', unnest(list_distinct(materials)), split FROM inside
),
counted AS (
    SELECT row, label, count(*) AS n, greatest(
        abs(count(*) FILTER (split = 'train') - 0.7 * count(*)),
        abs(count(*) FILTER (split = 'validation') - 0.2 * count(*)),
        abs(count(*) FILTER (split = 'test') - 0.1 * count(*))
    )::DOUBLE AS off
    FROM uses WHERE label IS NOT NULL GROUP BY ALL
),
numbers AS (
    SELECT row, count(*) AS labels, count(*) FILTER (n >= {LEAST}) AS enough, max(off) AS works, avg(off) AS works_mean,
        max(100 * off / n) FILTER (n >= {LEAST}) AS worst, avg(100 * off / n) FILTER (n >= {LEAST}) AS mean
    FROM counted GROUP BY row
)
SELECT row, 'labels' AS column, labels AS number FROM numbers
UNION ALL SELECT row, 'of {LEAST} works or more', enough FROM numbers
UNION ALL SELECT row, 'worst, in works', round(works, 2) FROM numbers
UNION ALL SELECT row, 'mean, in works', round(works_mean, 2) FROM numbers
UNION ALL SELECT row, 'worst, in points', round(worst, 2) FROM numbers
UNION ALL SELECT row, 'mean, in points', round(mean, 2) FROM numbers
"""  # noqa: S608 - of our own constants

_MOVES_SQL = """
WITH lines AS (
    SELECT id, split, since, lag(split) OVER (PARTITION BY id ORDER BY rowid) AS before FROM ledger
),
moved AS (SELECT before, split, count(*) AS n FROM lines
    WHERE before IS NOT NULL AND since = (SELECT value FROM options WHERE key = 'version') GROUP BY ALL)
SELECT before AS row, split AS column, n AS number FROM moved
UNION ALL SELECT before, 'all', sum(n) FROM moved GROUP BY before
"""

_NEAR_SQL = """
WITH found AS (
    SELECT a, b, binds, distance IS NOT NULL AS upright, mirrored_distance IS NOT NULL AS mirrored,
        cosine IS NOT NULL AS features
    FROM near
),
numbers AS (
    SELECT count(*) FILTER (upright OR mirrored) AS by_hash,
        count(*) FILTER (mirrored AND NOT upright) AS mirrored_alone,
        count(*) FILTER (features) AS by_features,
        count(*) FILTER (features AND (upright OR mirrored)) AS by_both,
        count(*) AS pairs, count(*) FILTER (binds) AS bound
    FROM found
),
sides AS (
    SELECT count(*) FILTER (binds) AS n, count(*) FILTER (NOT binds) AS unbound FROM near JOIN data one ON near.a = one.id JOIN data other ON near.b = other.id
    WHERE one.split <> other.split AND 'unattributed' NOT IN (one.split, other.split)
),
reckoned AS (
    SELECT round((by_hash + 1) * (by_features + 1) / (by_both + 1) - 1) AS everything, pairs FROM numbers
    WHERE (SELECT value FROM options WHERE key = 'features') <> ''
)
SELECT 'near-duplicates' AS row, 'by hash' AS column, by_hash AS number FROM numbers
UNION ALL SELECT 'near-duplicates', 'of them mirrored alone', mirrored_alone FROM numbers
UNION ALL SELECT 'near-duplicates', 'by features', by_features FROM numbers
UNION ALL SELECT 'near-duplicates', 'by both', by_both FROM numbers
UNION ALL SELECT 'near-duplicates', 'pairs', pairs FROM numbers
UNION ALL SELECT 'near-duplicates', 'that bind', bound FROM numbers
UNION ALL SELECT 'near-duplicates', 'that bind, on two sides', n FROM sides
UNION ALL SELECT 'near-duplicates', 'that do not bind, on two sides', unbound FROM sides
UNION ALL SELECT 'near-duplicates', 'reckoned in all', everything FROM reckoned
UNION ALL SELECT 'near-duplicates', 'reckoned not found', greatest(everything - pairs, 0) FROM reckoned
"""

BALANCE: Mapping[str, Fact] = {
    "split_balance": (_BALANCE_SQL, _split_balance),
    "stratification": (_STRATIFICATION_SQL, _stratification),
    "moves": (_MOVES_SQL, _moves),
    "near_duplicates": (_NEAR_SQL, _near_duplicates),
}
"""Fact to the query that gives it, in SQL and as a function."""
