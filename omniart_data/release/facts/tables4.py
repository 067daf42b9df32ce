"""Subsets of artists with many works, in the shape of Table 4 of Strezoski & Worring 2017."""

import pyarrow as pa

from omniart_data.release.facts.told import LEAST_IN_TRAIN, Numbers, Told
from omniart_data.release.labels import label_uses
from omniart_data.release.rows import compute, count
from schemas.release import SPLITS

SUBSETS = (0, 100, 300, 700, 1100)
"""Works per artist above which an artist is in a subset, after Strezoski & Worring 2017, Table 4; 0: all."""

PAPER = ("artist", "type", "material")
"""Tasks whose labels Strezoski & Worring 2017 count in Tables 1 and 4, beside the periods."""

CLASSES = ("type", "coarse type", "material", "technique")
"""Tasks whose labels are classes of a subset only where enough works have them; an artist of a subset always is one."""


def subsets(told: Told) -> Numbers:
    """Count works, labels and classes of each subset; labels are all that a work of it has."""
    lines: Numbers = {}
    for more_than in SUBSETS:
        rows = told.rows.filter(compute.greater(told.rows["artist_works"], more_than))
        of_split = {split: n for (split,), n in count(rows, "split").items()}
        lines[f"> {more_than:,} works per artist"] = {
            "works": rows.num_rows,
            **{split: of_split.get(split, 0) for split in SPLITS},
            **{f"{t}s": len(compute.unique(label_uses(rows, t)["value"])) for t in PAPER},
            **{f"{t} classes": _classes(rows, t, told.min_class) for t in CLASSES},
            "periods": len(compute.unique(compute.floor(rows["year"].drop_null()))),
        }
    return lines


def _classes(rows: pa.Table, task: str, min_class: int) -> int:
    """Return how many labels of a task have enough works in train, and one in test, among some rows."""
    uses = label_uses(rows, task, "split")
    found = count(uses, "value", "split")
    return sum(
        number >= min_class and found.get((label, "test"), 0) > 0
        for (label, split), number in found.items()
        if split == "train"
    )


_USES = {
    "artist": "SELECT DISTINCT {keys}id, artist AS value FROM {table} WHERE artist IS NOT NULL",
    "type": "SELECT DISTINCT {keys}id, unnest(artwork_types) AS value FROM {table}",
    "material": "SELECT DISTINCT {keys}id, unnest(materials) AS value FROM {table}",
    "technique": "SELECT DISTINCT {keys}id, unnest(techniques) AS value FROM {table}",
    "coarse type": (
        "SELECT DISTINCT {keys}id, coarse_type AS value FROM {table} WHERE coarse_type IS NOT NULL"
    ),
}


def _distinct_sql(task: str) -> str:
    uses = _USES[task].format(keys="row, ", table="works")
    return f"""
UNION ALL SELECT row, '{task}s', count(DISTINCT value) FROM ({uses}) GROUP BY row"""  # noqa: S608 - our words


def _classes_sql(task: str) -> str:
    uses = _USES[task].format(keys="row, split, ", table="works")
    return f"""
UNION ALL SELECT row, '{task} classes', count(*) FROM (
    SELECT row, value FROM ({uses}) GROUP BY ALL
    HAVING count(*) FILTER (split = 'train') >= coalesce((SELECT value::INT FROM options WHERE key = 'min_class'), {LEAST_IN_TRAIN})
        AND count(*) FILTER (split = 'test') > 0
) GROUP BY row"""  # noqa: S608 - of our own words


SUBSET_ROWS = " UNION ALL ".join(
    f"SELECT '> {n:,} works per artist' AS row, {n} AS more_than" for n in SUBSETS
)

SUBSETS_SQL = f"""
WITH subset AS ({SUBSET_ROWS}),
works AS (SELECT row, data.* FROM subset JOIN data ON artist_works > more_than)
SELECT row, 'works' AS column, count(*) AS number FROM works GROUP BY row
UNION ALL SELECT row, split, count(*) FROM works GROUP BY ALL\
{"".join(map(_distinct_sql, PAPER))}{"".join(map(_classes_sql, CLASSES))}
UNION ALL SELECT row, 'periods', count(DISTINCT floor(year)) FROM works GROUP BY row
"""  # noqa: S608 - of our own words
