"""How the artworks are spread: what the report draws, beside what is merely counted."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniart_data.release.facts.counts import century
from omniart_data.release.facts.told import Fact, Numbers, Told, crossed
from omniart_data.release.labels import label_uses
from omniart_data.release.rows import compute, count
from schemas.release import EMBEDDED, SPLITS, UNATTRIBUTED

MOST_COMMON = 20
"""Types and materials that the facts name; labels.parquet has all."""

RANKS = tuple(sorted({round(10 ** (step / 16)) for step in range(7 * 16 + 1)}))
"""Ranks of artists that the fact ``artists_tail`` gives, sixteen in each power of ten, beside the last one."""

SHADES = 32
"""Shades of a century that the fact ``colours`` gives; the rest are one."""

_WHOLE = 10_000
"""In how many parts a picture is counted, so that its shares add up in integers, in whatever order."""

Integers = npt.NDArray[np.int64]


def _common(task: str) -> Any:
    def ask(told: Told) -> Numbers:
        """Count the artworks of the most common labels of a task, by source."""
        uses = label_uses(told.rows, task, "source")
        totals = {label: n for (label,), n in count(uses, "value").items()}
        most = sorted(totals, key=lambda label: (-totals[label], label))[:MOST_COMMON]
        chosen = uses.filter(compute.is_in(uses["value"], value_set=pa.array(most, pa.string())))
        return crossed(count(chosen, "value", "source"), told.sources, most)

    return ask


def _artists_tail(told: Told) -> Numbers:
    """Give the works in the splits of the artist at each rank, the one with the most first."""
    rows = told.rows.select(["artist", "artist_works"])
    artists = rows.filter(compute.is_valid(rows["artist"])).group_by("artist")
    works = np.asarray(artists.aggregate([("artist_works", "max")])["artist_works_max"], np.int64)
    works = -np.sort(-works[works > 0])
    ranks = [rank for rank in RANKS if rank < len(works)] + [len(works)] * bool(len(works))
    return {str(rank): {"works": int(works[rank - 1])} for rank in ranks}


def _pictures(told: Told) -> Numbers:
    """Count the artworks of each split, and those whose picture is in the release."""
    works = count(told.rows, "split")
    inside = count(told.rows.filter(compute.equal(told.rows["image_status"], EMBEDDED)), "split")
    return {
        split: {"works": works.get((split,), 0), "in release": inside.get((split,), 0)}
        for split in (*SPLITS, UNATTRIBUTED)
    }


def _same_pictures(told: Told) -> Numbers:
    """Count the pictures that several artworks have, byte for byte, and those of them that are in two splits."""
    known = told.rows.filter(compute.is_valid(told.rows["image_sha256"]))
    known = known.append_column(
        "inside", compute.is_in(known["split"], value_set=pa.array(SPLITS)).cast(pa.int64())
    )
    sides = known.group_by(["image_sha256", "split"]).aggregate(
        [([], "count_all"), ("inside", "max")]
    )
    found = sides.group_by("image_sha256").aggregate([("count_all", "sum"), ("inside_max", "sum")])
    several = found.filter(compute.greater(found["count_all_sum"], 1))
    return {
        "same bytes": {
            "pictures": several.num_rows,
            "artworks": compute.sum(several["count_all_sum"]).as_py() or 0,
            "pictures in two splits": int(
                np.sum(np.asarray(several["inside_max_sum"], np.int64) > 1)
            ),
        }
    }


def _colours(told: Told) -> Numbers:
    """Add up the shares of the colours of each century's pictures, in 512 shades, and give the largest."""
    rows = told.rows.filter(compute.is_valid(told.rows["colours"])).select(["year", "colours"])
    if not rows.num_rows:
        return {}
    centuries = [century(year) for year in rows["year"].to_pylist()]
    names = sorted(set(centuries), key=lambda name: (name == 0, name))
    which = np.searchsorted(np.array(sorted(names)), np.array(centuries))
    lists = rows["colours"].combine_chunks()
    shades, parts = _shades(compute.list_flatten(lists))
    of_row = which[np.asarray(compute.list_parent_indices(lists), np.int64)]
    summed = np.zeros((len(names), 512), np.int64)
    np.add.at(summed, (of_row, shades), parts)
    line = {name: number for number, name in enumerate(sorted(names))}
    pictures = np.bincount(which, minlength=len(names))
    return {
        str(name or "not known"): _largest(summed[line[name]])
        | {"pictures": int(pictures[line[name]])}
        for name in names
    }


def _shades(colours: Any) -> tuple[Integers, Integers]:
    """Return of each colour its shade, three bits for each of red, green and blue, and its share in whole parts."""
    text, share = compute.struct_field(colours, "hex"), compute.struct_field(colours, "share")
    digits = pa.array(list("0123456789abcdef"))
    shade = np.zeros(len(colours), np.int64)
    for start in (1, 3, 5):
        digit = compute.index_in(
            compute.utf8_slice_codeunits(text, start, start + 1), value_set=digits
        )
        shade = shade * 8 + np.asarray(compute.fill_null(digit, 0), np.int64) // 2
    parts = np.floor(np.nan_to_num(np.asarray(share, np.float64)) * _WHOLE + 0.5)
    return shade, parts.astype(np.int64)


def _largest(summed: Integers) -> dict[str, int | float]:
    names = {int(n): shade_name(int(n)) for n in np.flatnonzero(summed)}
    most = sorted(names, key=lambda n: (-summed[n], names[n]))[:SHADES]
    total, shown = int(summed.sum()), int(summed[most].sum())
    line: dict[str, int | float] = {names[n]: round(int(summed[n]) / total, 4) for n in most}
    return line | {"others": round((total - shown) / total, 4) if total else 0.0}


def shade_name(shade: int) -> str:
    """Return the middle of a shade as sRGB.

    >>> shade_name(0), shade_name(511), shade_name(0o700)
    ('#101010', '#f0f0f0', '#f01010')
    """
    return "#" + "".join(f"{(shade >> bits & 7) * 2 + 1:x}0" for bits in (6, 3, 0))


def _common_sql(column: str) -> str:
    return f"""
WITH uses AS (SELECT DISTINCT id, source, unnest({column}) AS label FROM data),
most AS (SELECT label FROM uses GROUP BY label ORDER BY count(*) DESC, label LIMIT {MOST_COMMON}),
counted AS (SELECT label AS row, source, count(*) AS n FROM uses WHERE label IN (FROM most) GROUP BY ALL)
SELECT row, source AS column, n AS number FROM counted
UNION ALL SELECT row, 'all', sum(n) FROM counted GROUP BY row
"""  # noqa: S608 - of our own words


_TAIL_SQL = f"""
WITH artists AS (SELECT artist, max(artist_works) AS works FROM data WHERE artist IS NOT NULL GROUP BY artist),
ranked AS (SELECT works, row_number() OVER (ORDER BY works DESC) AS rank FROM artists WHERE works > 0)
SELECT rank::TEXT AS row, 'works' AS column, works AS number FROM ranked
WHERE rank IN ({", ".join(map(str, RANKS))}) OR rank = (SELECT max(rank) FROM ranked)
"""  # noqa: S608 - of our own numbers

_PICTURES_SQL = f"""
SELECT split AS row, 'works' AS column, count(*) AS number FROM data GROUP BY split
UNION ALL SELECT split, 'in release', count(*) FROM data WHERE image_status = '{EMBEDDED}' GROUP BY split
"""  # noqa: S608 - of our own words

_SAME_PICTURES_SQL = f"""
WITH several AS (
    SELECT count(*) AS works, count(DISTINCT split) FILTER (split <> '{UNATTRIBUTED}') AS sides
    FROM data WHERE image_sha256 IS NOT NULL GROUP BY image_sha256 HAVING count(*) > 1
)
SELECT 'same bytes' AS row, 'pictures' AS column, count(*) AS number FROM several
UNION ALL SELECT 'same bytes', 'artworks', sum(works) FROM several
UNION ALL SELECT 'same bytes', 'pictures in two splits', count(*) FROM several WHERE sides > 1
"""  # noqa: S608 - of our own words

_COLOURS_SQL = f"""
WITH dated AS (
    SELECT CASE WHEN year IS NULL OR isnan(year) THEN 'not known'
        WHEN floor(year) > 0 THEN (((floor(year)::BIGINT - 1) // 100) + 1)::TEXT
        WHEN floor(year) < 0 THEN (-(((-floor(year)::BIGINT - 1) // 100) + 1))::TEXT ELSE '1' END AS row, colours
    FROM data WHERE colours IS NOT NULL
),
single AS (SELECT row, unnest(colours) AS colour FROM dated),
shades AS (
    SELECT row, concat('#', translate(colour.hex[2], '0123456789abcdef', '1133557799bbddff'), '0',
        translate(colour.hex[4], '0123456789abcdef', '1133557799bbddff'), '0',
        translate(colour.hex[6], '0123456789abcdef', '1133557799bbddff'), '0') AS shade,
        floor(colour.share::DOUBLE * {_WHOLE} + 0.5)::BIGINT AS parts
    FROM single
),
summed AS (SELECT row, shade, sum(parts) AS parts FROM shades GROUP BY ALL),
ranked AS (
    SELECT *, sum(parts) OVER (PARTITION BY row) AS whole,
        row_number() OVER (PARTITION BY row ORDER BY parts DESC, shade) AS rank FROM summed
)
SELECT row, shade AS column, round(parts / whole, 4) AS number FROM ranked WHERE rank <= {SHADES}
UNION ALL SELECT row, 'others', round(sum(parts) / max(whole), 4) FROM ranked WHERE rank > {SHADES} GROUP BY row
UNION ALL SELECT row, 'pictures', count(*) FROM dated GROUP BY row
"""  # noqa: S608 - of our own numbers

SHAPES: Mapping[str, Fact] = {
    "types": (_common_sql("artwork_types"), _common("type")),
    "materials": (_common_sql("materials"), _common("material")),
    "artists_tail": (_TAIL_SQL, _artists_tail),
    "pictures": (_PICTURES_SQL, _pictures),
    "same_pictures": (_SAME_PICTURES_SQL, _same_pictures),
    "colours": (_COLOURS_SQL, _colours),
}
"""Fact to the query that gives it, in SQL and as a function."""
