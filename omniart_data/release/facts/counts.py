"""How many there are of what: by source, split, label, century and the rest."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from omniart_data.release.facts.tables4 import PAPER, SUBSETS_SQL, subsets
from omniart_data.release.facts.told import ALL, Fact, Numbers, Told, crossed, summed
from omniart_data.release.labels import TASKS, label_uses, living
from omniart_data.release.rows import compute, count
from schemas.artwork import ARTIST_STATUS
from schemas.release import EMBEDDED, IMAGE_STATUS, ROW, SPLITS, UNATTRIBUTED

FILLED = {
    "artist": "artist",
    "type": "artwork_types",
    "coarse type": "coarse_type",
    "material": "materials",
    "technique": "techniques",
    "year": "year",
    "size": "sizes",
    "place": "places",
    "IconClass": "iconclass",
    "place of keeping": "kept_at",
    "colours": "colours",
}
"""What may be known of an artwork, and the column that is neither null nor empty then."""

HOW = ("table", "head", "implied", "decision", "unmatched")


def _table_one(told: Told) -> Numbers:
    def line(rows: pa.Table) -> dict[str, int | float]:
        distinct = {task: len(compute.unique(label_uses(rows, task)["value"])) for task in PAPER}
        periods = len(compute.unique(compute.floor(rows["year"].drop_null())))
        return {
            "entries": rows.num_rows,
            "artists": distinct["artist"],
            "types": distinct["type"],
            "periods": periods,
            "materials": distinct["material"],
        }

    by_source = {
        source: line(told.rows.filter(compute.equal(told.rows["source"], source)))
        for source in told.sources
    }
    return {**by_source, ALL: line(told.rows)}


def _census(told: Told) -> Numbers:
    parts = {
        (source, split): n for (source, split), n in count(told.rows, "source", "split").items()
    }
    parts |= {(source, "dropped"): n for (source,), n in count(told.dropped, "source").items()}
    columns = (*SPLITS, UNATTRIBUTED, "dropped")
    lines: Numbers = {
        source: {
            "records read": told.records_read.get(source, 0),
            **{column: parts.get((source, column), 0) for column in columns},
        }
        for source in told.sources
    }
    return summed(lines, ("records read", *columns))


def _dropped(told: Told) -> Numbers:
    return crossed(count(told.dropped, "rule", "source"), told.sources)


def _terms(told: Told) -> Numbers:
    grouped = told.terms.group_by(["kind", "source", "how"]).aggregate([("occurrences", "sum")])
    lines: Numbers = {}
    for use in sorted(grouped.to_pylist(), key=lambda u: (u["kind"], u["source"])):
        line = lines.setdefault(f"{use['kind']}, {use['source']}", dict.fromkeys(HOW, 0))
        line[use["how"]] = use["occurrences_sum"]
    for line in lines.values():
        total = sum(line.values())
        line["translated"] = round(1 - line["unmatched"] / total, 4) if total else 0.0
    return lines


MOST_UNMATCHED = 30
"""Words that the fact ``unmatched`` names; terms.parquet has them all."""


def _unmatched(told: Told) -> Numbers:
    """Count the museums' words that no table knows, the most frequent first."""
    left = told.terms.filter(compute.equal(told.terms["how"], "unmatched")).to_pylist()
    found: dict[tuple[str, str, str], int] = {}
    for use in left:
        key = (use["term"], use["kind"], use["source"])
        found[key] = found.get(key, 0) + use["occurrences"]
    most = sorted(found, key=lambda key: (-found[key], key))[:MOST_UNMATCHED]
    return {
        f"{term} ({kind}, {source})": {"occurrences": found[term, kind, source]}
        for term, kind, source in most
    }


def _images(told: Told) -> Numbers:
    return crossed(count(told.rows, "image_status", "source"), told.sources, IMAGE_STATUS)


def _attributes(told: Told) -> Numbers:
    """Count the artworks of each source of which an attribute is known."""
    lines: Numbers = {ALL: _per_source(told.rows, told.sources)}
    for name, column in FILLED.items():
        lines[name] = _per_source(told.rows.filter(_filled(told.rows[column])), told.sources)
    return {"artworks": lines.pop(ALL), **lines}


def _per_source(rows: pa.Table, sources: Iterable[str]) -> dict[str, int | float]:
    found = {source: n for (source,), n in count(rows, "source").items()}
    line: dict[str, int | float] = {source: found.get(source, 0) for source in sources}
    return line | {ALL: rows.num_rows}


def _filled(column: "pa.ChunkedArray[Any]") -> Any:
    """Return where a column is neither null nor an empty text or list."""
    if pa.types.is_list(column.type):
        return compute.greater(compute.fill_null(compute.list_value_length(column), 0), 0)
    if pa.types.is_string(column.type):
        return compute.not_equal(compute.fill_null(column, ""), "")
    return compute.is_valid(column)


def _artist_status(told: Told) -> Numbers:
    return crossed(count(told.rows, "artist_status", "source"), told.sources, ARTIST_STATUS)


def _rights(told: Told) -> Numbers:
    found = count(told.rows, "rights", "source")
    named = {(rights or "not said", source): n for (rights, source), n in found.items()}
    inside = told.rows.filter(compute.equal(told.rows["image_status"], EMBEDDED))
    passed_on = {rights or "not said": n for (rights,), n in count(inside, "rights").items()}
    lines = crossed(named, told.sources)
    for rights, line in lines.items():
        line["pictures passed on"] = passed_on.get(rights, 0)
    return lines


def _centuries(told: Told) -> Numbers:
    """Count by whole centuries: 17 is 1601 to 1700, -1 is 100 to 1 BCE."""
    found: dict[tuple[int, str], int] = {}
    years = told.rows.select(["year", "source"]).group_by(["year", "source"])
    for year in years.aggregate([([], "count_all")]).to_pylist():
        key = (century(year["year"]), year["source"])
        found[key] = found.get(key, 0) + year["count_all"]
    in_order = sorted(found, key=lambda key: (key[0] == 0, key))
    named = {(str(c or "not known"), source): found[c, source] for c, source in in_order}
    return crossed(named, told.sources)


def century(year: float | None) -> int:
    """Return the century of a year, below zero for BCE; 0 where the year is not known.

    >>> [century(y) for y in (1600, 1600.5, 1601, 1, -1, -100, -100.5, None)]
    [16, 16, 17, 1, -1, -1, -2, 0]
    """
    if year is None or math.isnan(year):
        return 0
    whole = math.floor(year)
    return (whole - 1) // 100 + 1 if whole > 0 else -((-whole - 1) // 100 + 1) if whole else 1


def _groups(told: Told) -> Numbers:
    sizes = told.rows.group_by("group").aggregate([("id", "count")])["id_count"]
    several = sizes.filter(compute.greater(sizes, 1))
    return {
        ALL: {
            "groups of several": len(several),
            "artworks in them": compute.sum(several).as_py() or 0,
            "largest": compute.max(several).as_py() or 0,
        }
    }


def _labels(told: Told) -> Numbers:
    lines: Numbers = {}
    for task in TASKS:
        of_task = told.labels.filter(compute.equal(told.labels["task"], task))
        used = {s: _positive(of_task[s]) for s in (*SPLITS, UNATTRIBUTED)}
        alive = int(living(of_task).sum())
        own = {"labels": of_task.num_rows, "living": alive, "retired": of_task.num_rows - alive}
        own["matched"] = _positive(of_task["matched"])
        lines[task] = {**own, **{f"in {s}": n for s, n in used.items()}}
    return lines


def _positive(column: "pa.ChunkedArray[Any]") -> int:
    return compute.sum(compute.greater(column.cast(pa.int64()), 0)).as_py() or 0


_TABLE_ONE_SQL = """
WITH lines AS (SELECT source AS row, * FROM data UNION ALL SELECT 'all' AS row, * FROM data)
SELECT row, 'entries' AS column, count(*) AS number FROM lines GROUP BY row
UNION ALL SELECT row, 'artists', count(DISTINCT artist) FROM lines GROUP BY row
UNION ALL SELECT row, 'types', count(DISTINCT term)
    FROM (SELECT row, unnest(artwork_types) AS term FROM lines) GROUP BY row
UNION ALL SELECT row, 'periods', count(DISTINCT floor(year)) FROM lines GROUP BY row
UNION ALL SELECT row, 'materials', count(DISTINCT term)
    FROM (SELECT row, unnest(materials) AS term FROM lines) GROUP BY row
"""

_CENSUS_SQL = """
WITH counted AS (
    SELECT source, 'records read' AS part, records AS n FROM records_read
    UNION ALL SELECT source, split, count(*) FROM data GROUP BY ALL
    UNION ALL SELECT source, 'dropped', count(*) FROM dropped GROUP BY ALL
)
SELECT source AS row, part AS column, n AS number FROM counted
UNION ALL SELECT 'all', part, sum(n) FROM counted GROUP BY part
"""


def _crossed_sql(table: str, row: str, where: str = "") -> str:
    """Return the query that counts a table's rows by something and by source, with a sum."""
    return f"""
WITH counted AS (SELECT {row} AS row, source, count(*) AS n FROM {table}{where} GROUP BY ALL)
SELECT row, source AS column, n AS number FROM counted
UNION ALL SELECT row, 'all', sum(n) FROM counted GROUP BY row
"""  # noqa: S608 - of our own words


_RIGHTS = "coalesce(nullif(rights, ''), 'not said')"

_RIGHTS_SQL = f"""{_crossed_sql("data", _RIGHTS)}UNION ALL SELECT {_RIGHTS}, 'pictures passed on', count(*)
    FROM data WHERE image_status = '{EMBEDDED}' GROUP BY ALL
"""  # noqa: S608 - of our own words

_CENTURY = """CASE WHEN year IS NULL OR isnan(year) THEN 'not known'
    WHEN floor(year) > 0 THEN (((floor(year)::BIGINT - 1) // 100) + 1)::TEXT
    WHEN floor(year) < 0 THEN (-(((-floor(year)::BIGINT - 1) // 100) + 1))::TEXT ELSE '1' END"""

_LABELS_SQL = f"""
WITH counted AS (SELECT *, train + validation + test + unattributed > 0 AS living FROM labels)
SELECT task AS row, 'labels' AS column, count(*) AS number FROM counted GROUP BY task
UNION ALL SELECT task, 'living', count(*) FILTER (living) FROM counted GROUP BY task
UNION ALL SELECT task, 'retired', count(*) FILTER (NOT living) FROM counted GROUP BY task
UNION ALL SELECT task, 'matched', count(*) FILTER (matched) FROM counted GROUP BY task
{"".join(f"UNION ALL SELECT task, 'in {split}', count(*) FILTER ({split} > 0) FROM counted GROUP BY task" + chr(10) for split in (*SPLITS, UNATTRIBUTED))}"""  # noqa: S608 - of our own words

_TERMS_SQL = """
WITH counted AS (SELECT kind || ', ' || source AS row, how, sum(occurrences) AS n FROM terms GROUP BY ALL)
SELECT row, how AS column, n AS number FROM counted
UNION ALL SELECT row, 'translated',
    round(1 - coalesce(sum(n) FILTER (how = 'unmatched'), 0) / sum(n), 4) FROM counted GROUP BY row
"""

_UNMATCHED_SQL = f"""
SELECT term || ' (' || kind || ', ' || source || ')' AS row, 'occurrences' AS column, sum(occurrences) AS number
FROM terms WHERE how = 'unmatched' GROUP BY term, kind, source
ORDER BY number DESC, term, kind, source LIMIT {MOST_UNMATCHED}
"""  # noqa: S608 - of our own words


def _filled_sql(column: str) -> str:
    """Return the condition that a column is neither null nor an empty text or list."""
    kind = ROW.field(column).type
    if pa.types.is_list(kind):
        return f"len({column}) > 0"
    return f"{column} <> ''" if pa.types.is_string(kind) else f"{column} IS NOT NULL"


_ATTRIBUTES_SQL = "UNION ALL\n".join(
    f"SELECT * FROM ({_crossed_sql('data', repr(name), where)})\n"  # noqa: S608 - of our own words
    for name, where in (
        ("artworks", ""),
        *((name, f" WHERE {_filled_sql(column)}") for name, column in FILLED.items()),
    )
)

_GROUPS_SQL = """
WITH several AS (SELECT "group", count(*) AS n FROM data GROUP BY ALL HAVING n > 1)
SELECT 'all' AS row, 'groups of several' AS column, count(*) AS number FROM several
UNION ALL SELECT 'all', 'artworks in them', coalesce(sum(n), 0) FROM several
UNION ALL SELECT 'all', 'largest', coalesce(max(n), 0) FROM several
"""

COUNTS: Mapping[str, Fact] = {
    "table_one": (_TABLE_ONE_SQL, _table_one),
    "census": (_CENSUS_SQL, _census),
    "dropped": (_crossed_sql("dropped", "rule"), _dropped),
    "subsets": (SUBSETS_SQL, subsets),
    "labels": (_LABELS_SQL, _labels),
    "terms": (_TERMS_SQL, _terms),
    "unmatched": (_UNMATCHED_SQL, _unmatched),
    "attributes": (_ATTRIBUTES_SQL, _attributes),
    "images": (_crossed_sql("data", "image_status"), _images),
    "artist_status": (_crossed_sql("data", "artist_status"), _artist_status),
    "rights": (_RIGHTS_SQL, _rights),
    "centuries": (_crossed_sql("data", _CENTURY), _centuries),
    "groups": (_GROUPS_SQL, _groups),
}
"""Fact to the query that gives it, in SQL and as a function."""
