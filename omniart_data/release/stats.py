"""The figures of a release for people: Table 1 of the paper."""

import pandas as pd

from omniart_data.printing import printable
from omniart_data.release.read import Release

HEADINGS = {
    "entries": "Entries",
    "artists": "Artists",
    "types": "Artwork types",
    "periods": "Periods",
    "materials": "Materials",
}
"""Columns of Table 1 of Strezoski & Worring 2017; a period is a distinct year of creation."""

INVENTED = "These works are invented: the release is made of the sample museum."


def table_one(release: Release) -> pd.DataFrame:
    """Return the paper's Table 1: a row for each source and one for all, indexed by source, int64.

    The row ``all`` is not the sum: a label of several sources counts once.
    """
    rows = release.facts["table_one"]["rows"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(HEADINGS), dtype="int64")
    return frame.rename_axis("source")


def render_table_one(release: Release) -> str:
    """Return Table 1 as text for a terminal: numbers to the right, thousands marked."""
    lines = [["", *HEADINGS.values()]]
    for source, row in table_one(release).iterrows():
        lines.append([printable(str(source)), *(f"{number:,}" for number in row)])
    return "\n".join([*_head(release), *_aligned(lines)])


def render_fact(release: Release, name: str) -> str:
    """Return one table of ``facts.json`` as text for a terminal; an empty table is one dash."""
    rows: dict[str, dict[str, float]] = release.facts[name]["rows"]
    columns = list(next(iter(rows.values()), {}))
    lines = [["", *map(printable, columns)]]
    lines += [
        [printable(row), *(_number(told[column]) for column in columns)]
        for row, told in rows.items()
    ]
    return "\n".join(
        [f"{name.replace('_', ' ').capitalize()}", *(_aligned(lines) if rows else ["-"])]
    )


def _head(release: Release) -> list[str]:
    invented = [INVENTED, ""] if release.is_sample else []
    return [*invented, f"Release {release.version}"]


def _number(value: float) -> str:
    return f"{value:,.4f}" if isinstance(value, float) else f"{value:,}"


def _aligned(lines: list[list[str]]) -> list[str]:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return [
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip()
        for line in lines
    ]
