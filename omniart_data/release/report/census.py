"""The parts of the report on how many there are: what became of records, and how the artworks are spread."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from omniart_data.release.facts import ALL, Numbers
from omniart_data.release.report.markup import (
    Names,
    counted,
    fact_table,
    figure,
    key,
    listed,
    number,
    paragraph,
    safe,
    share,
    table,
)
from omniart_data.release.report.plots import Bar, Swatches, bars, swatches, tail
from omniart_data.release.report.style import SERIES
from omniart_data.release.rows import compute, order
from schemas.release import SPLITS, UNATTRIBUTED

Facts = Mapping[str, Any]

OF_SPLIT = {"train": "c0", "validation": "c1", "test": "c2", UNATTRIBUTED: "c5"}
SHARES = {"train": 0.7, "validation": 0.2, "test": 0.1}
EXAMPLES = 3


def rows_of(facts: Facts, name: str) -> Numbers:
    """Return the numbers of a fact; none where the release was written without it."""
    found: Numbers = facts[name]["rows"] if name in facts else {}
    return found


def waterfall(names: Names, facts: Facts) -> str:
    """Return how the records that were read became the splits, each step where the one before ends."""
    held = rows_of(facts, "census")[ALL]
    whole = held["records read"]
    lines = [Bar("records read", [("c3", whole)], number(whole))]
    left = whole
    for rule, line in rows_of(facts, "dropped").items():
        left -= line[ALL]
        told = f"-{number(line[ALL])} ({share(line[ALL], whole)})"
        lines.append(Bar(f"dropped: {rule}", [("lost", line[ALL])], told, left))
    lines.append(Bar("artworks", [("c3", left)], number(left)))
    for part in (UNATTRIBUTED, *SPLITS):
        left -= held[part]
        told = f"{number(held[part])} ({share(held[part], whole)})"
        lines.append(Bar(part, [(OF_SPLIT[part], held[part])], told, left))
    return figure(
        "From records to splits",
        bars(names, "What became of every record", lines),
        fact_table("What became of every record", rows_of(facts, "census"), "source"),
        fact_table("Dropped, by rule", rows_of(facts, "dropped"), "rule"),
    )


def of_sources(facts: Facts) -> dict[str, str]:
    """Return the class of colour of each source."""
    sources = [source for source in rows_of(facts, "census") if source != ALL]
    return {source: f"c{place % SERIES}" for place, source in enumerate(sources)}


def by_source(names: Names, facts: Facts) -> str:
    """Return the artworks of each source, by split."""
    lines = []
    for source, line in rows_of(facts, "census").items():
        if source != ALL:
            parts = [(css, line[split]) for split, css in OF_SPLIT.items()]
            lines.append(Bar(source, parts, number(sum(n for _, n in parts))))
    return figure(
        "Artworks by source and split",
        key(OF_SPLIT),
        bars(names, "Artworks by source and split", lines),
        fact_table("Artworks, labels and periods by source", rows_of(facts, "table_one"), "source"),
    )


def spread(names: Names, facts: Facts, name: str, caption: str, first: str) -> str:
    """Return a fact that counts by something and by source, as bars that are stacked by source."""
    rows, colours = rows_of(facts, name), of_sources(facts)
    label = century_name if first == "century" else str
    lines = [
        Bar(
            label(row),
            [(css, line.get(source, 0)) for source, css in colours.items()],
            number(line[ALL]),
        )
        for row, line in rows.items()
    ]
    if not lines:
        return figure(caption, paragraph("None is known."))
    drawn = bars(names, caption, lines)
    return figure(caption, key(colours), drawn, fact_table(caption, rows, first))


def century_name(row: str) -> str:
    """Return a century of the facts as people write it.

    >>> [century_name(row) for row in ("17", "21", "-1", "not known")]
    ['17th century', '21st century', '1st century BCE', 'not known']
    """
    if not row.lstrip("-").isdigit():
        return row
    value = abs(int(row))
    ending = "th" if 10 < value % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending} century{' BCE' if row.startswith('-') else ''}"


def artists(names: Names, facts: Facts) -> str:
    """Return the long tail: few artists with many works, many with few."""
    ranks, subsets = rows_of(facts, "artists_tail"), rows_of(facts, "subsets")
    caption = "Works by rank of the artist, both by powers of ten"
    if not ranks:
        return figure(caption, paragraph("No artist has a work in the splits."))
    points = [(int(rank), int(line["works"])) for rank, line in ranks.items()]
    limits = {
        int(row.split()[1].replace(",", "")): int(line["artists"])
        for row, line in subsets.items()
        if not row.startswith("> 0 ")
    }
    return figure(
        caption,
        tail(names, caption, points, limits),
        fact_table("Works by rank", ranks, "rank"),
        fact_table("Subsets by works per artist", subsets, "subset"),
    )


def balance(names: Names, facts: Facts) -> str:
    """Return how each subset is divided, with marks where 70 and 90 in a hundred are."""
    rows = rows_of(facts, "split_balance")
    lines = [
        Bar(row, [(OF_SPLIT[split], line[split]) for split in SPLITS], _shares(line))
        for row, line in rows.items()
        if line["works"]
    ]
    caption = "Shares of the splits, in hundredths; marked: 70 and 90"
    if not lines:
        return figure(caption, paragraph("The splits are empty."))
    return figure(
        caption,
        key({split: OF_SPLIT[split] for split in SPLITS}),
        bars(names, "Shares of the splits", lines, (0.7, 0.9)),
        _deviations(rows),
        fact_table("How far labels are from 70/20/10", rows_of(facts, "stratification"), "labels"),
    )


def _shares(line: Mapping[str, float]) -> str:
    return " / ".join(f"{100 * line[split]:.1f}" for split in SPLITS)


def _deviations(rows: Numbers) -> str:
    """Return by how many points each share is off."""
    head = ["subset", "works", *(f"{split}, points off" for split in SPLITS)]
    body: list[Sequence[str | float]] = [
        [row, line["works"], *(round(100 * (line[split] - SHARES[split]), 2) for split in SPLITS)]
        for row, line in rows.items()
        if line["works"]
    ]
    told = "Deviation from 70/20/10"
    return f"<details><summary>{told}: the numbers</summary>\n{table(head, body, told)}</details>\n"


def colours(names: Names, facts: Facts) -> str:
    """Return the shades of each century's pictures, dark to light."""
    rows = rows_of(facts, "colours")
    caption = "Colours by century, the commonest shades from dark to light"
    lines = [
        Swatches(
            century_name(row),
            sorted(
                ((c, n) for c, n in line.items() if c.startswith("#")),
                key=lambda one: _light(one[0]),
            ),
            counted(int(line["pictures"]), "picture"),
        )
        for row, line in rows.items()
    ]
    if not lines:
        return figure(caption, paragraph("No picture is at hand."))
    return figure(caption, swatches(names, caption, lines), _colour_table(rows))


def _light(colour: str) -> tuple[int, str]:
    """Return how light a colour is (ITU-R BT.709, in ten-thousandths), and the colour, for a firm order."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return 2126 * red + 7152 * green + 722 * blue, colour


def _colour_table(rows: Numbers) -> str:
    told = "Colours by century"
    body: list[Sequence[str | float]] = [
        [row, shade, part]
        for row, line in rows.items()
        for shade, part in line.items()
        if shade != "pictures"
    ]
    made = table(["century", "shade", "share"], body, told)
    return f"<details><summary>{told}: the numbers</summary>\n{made}</details>\n"


def reasons(facts: Facts, dropped: pa.Table) -> str:
    """Return for each rule what it dropped, and the first few records with the reason in its words."""
    rows = rows_of(facts, "dropped")
    if not rows:
        return paragraph("No record was dropped.")
    parts = []
    for rule, line in rows.items():
        of_rule = dropped.filter(compute.equal(dropped["rule"], rule))
        first = _first(of_rule.select(["source", "source_id", "reason"]))
        parts.append(f"<h3>{safe(rule)}: {counted(int(line[ALL]), 'record')}, such as</h3>\n")
        parts.append(
            listed(f"{row['source']}:{row['source_id']}: {row['reason']}" for row in first)
        )
    return "".join(parts)


def _first(rows: pa.Table) -> list[dict[str, Any]]:
    """Return the least rows, each of another source as far as there are any."""
    least = order(rows, "source", "source_id", "reason")
    sources = compute.unique(least["source"]).to_pylist()
    each = max(1, EXAMPLES // max(len(sources), 1))
    chosen = [
        row
        for source in sources
        for row in least.filter(compute.equal(least["source"], source)).slice(0, each).to_pylist()
    ]
    return chosen[:EXAMPLES]


def unmatched(names: Names, facts: Facts) -> str:
    """Return the museums' words that no table knows, and how many were translated."""
    rows = rows_of(facts, "unmatched")
    caption = "Museums' words that no table knows, by how often they occur"
    lines = [
        Bar(row, [("c4", line["occurrences"])], number(line["occurrences"]))
        for row, line in rows.items()
    ]
    drawn = bars(names, caption, lines) if lines else paragraph("Every word was translated.")
    terms = fact_table("Words that were translated", rows_of(facts, "terms"), "kind and source")
    return figure(
        caption, drawn, fact_table("Words that no table knows", rows, "word") if rows else "", terms
    )
