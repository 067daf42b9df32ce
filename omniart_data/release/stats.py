"""The figures of a release for people: Table 1 of the paper."""

import pandas as pd

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
        lines.append([str(source), *(f"{number:,}" for number in row)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = [
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip()
        for line in lines
    ]
    head = [INVENTED, ""] if release.is_sample else []
    return "\n".join([*head, f"Release {release.version}", *text])
