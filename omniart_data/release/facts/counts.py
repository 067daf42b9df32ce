"""How many there are of what: by source, split, label, century and the rest."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from omniart_data.release.facts.told import ALL, Fact, Numbers, Told, crossed, summed
from omniart_data.release.labels import TASKS, label_uses, living
from omniart_data.release.rows import compute, count
from schemas.artwork import ARTIST_STATUS
from schemas.release import EMBEDDED, IMAGE_STATUS, SPLITS, UNATTRIBUTED

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

SUBSETS = (0, 100, 300, 700, 1100)
"""Works per artist above which an artist is in a subset, after Strezoski & Worring 2017, Table 4; 0: all."""

PAPER = ("artist", "type", "material")
"""Tasks whose labels Strezoski & Worring 2017 count in Tables 1 and 4, beside the periods."""

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


def _subsets(told: Told) -> Numbers:
    lines: Numbers = {}
    for more_than in SUBSETS:
        rows = told.rows.filter(compute.greater(told.rows["artist_works"], more_than))
        of_split = {split: n for (split,), n in count(rows, "split").items()}
        lines[f"> {more_than:,} works per artist"] = {
            "works": rows.num_rows,
            **{split: of_split.get(split, 0) for split in SPLITS},
            **{f"{t}s": len(compute.unique(label_uses(rows, t)["value"])) for t in PAPER},
            "periods": len(compute.unique(compute.floor(rows["year"].drop_null()))),
        }
    return lines


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


COUNTS: Mapping[str, Fact] = {
    "table_one": (
        "data/*: rows; distinct artist, artwork_types, floor(year), materials; by source and over all",
        _table_one,
    ),
    "census": (
        "receipt.json: records read; data/*: rows by source and split; dropped.parquet: rows by source",
        _census,
    ),
    "dropped": ("dropped.parquet: rows by rule and source", _dropped),
    "subsets": (
        "data/* where artist_works is more than N: rows, rows by split, distinct labels, floor(year)",
        _subsets,
    ),
    "labels": (
        "labels.parquet: labels by task; living: an artwork has it; retired: none has; matched; with an artwork in a split",
        _labels,
    ),
    "terms": (
        "terms.parquet: occurrences by kind, source and how; translated = 1 - unmatched / all",
        _terms,
    ),
    "unmatched": (
        f"terms.parquet where how is unmatched: the {MOST_UNMATCHED} terms with the most occurrences, by kind and source",
        _unmatched,
    ),
    "attributes": (
        "data/*: rows by source in which the attribute's column is neither null nor empty",
        _attributes,
    ),
    "images": ("data/*: rows by image_status and source", _images),
    "artist_status": ("data/*: rows by artist_status and source", _artist_status),
    "rights": (
        "data/*: rows by rights and source; pictures passed on: those whose image_status is in release",
        _rights,
    ),
    "centuries": (
        "data/*: rows by century of year (17 is 1601 to 1700; -1 is 100 to 1 BCE) and source",
        _centuries,
    ),
    "groups": ("data/*: groups with more than one artwork", _groups),
}
"""Fact to how it is counted, in words and as a function."""
