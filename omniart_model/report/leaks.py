"""Works of two splits whose pictures are all but the same, side by side."""

from collections.abc import Iterator, Mapping, Sequence

from omniart_data.release.report.markup import counted, table
from omniart_model.baselines.table import Leak
from omniart_model.report.artworks import Work, tile, tiles
from omniart_model.report.prose import paragraph

SHOWN = 8
"""Pairs with their pictures; as many more as LISTED are named."""
LISTED = 50


def wanted(leaks: Sequence[Leak]) -> Iterator[str]:
    """Yield the ids of all works that are shown or named."""
    for leak in leaks[:LISTED]:
        yield from (leak.test, leak.other)


def leaks_html(leaks: Sequence[Leak], works: Mapping[str, Work]) -> str:
    """Return the pairs, the nearest of each two splits first."""
    if not leaks:
        return paragraph(
            "No picture of one split is all but the same as one of another, or none was looked for."
        )
    told = (
        f"{counted(len(leaks), 'work')} whose nearest picture in another split is all but the same."
    )
    shown = [leak for leak in leaks[:LISTED] if leak.test in works and leak.other in works]
    pairs = "".join(_pair(leak, works) for leak in shown[:SHOWN])
    rows = [
        (
            f"{works[leak.test].title} ({leak.of_split})",
            f"{works[leak.other].title} ({leak.split})",
            works[leak.test].artist,
            works[leak.other].artist,
            f"{leak.cosine:.4f}",
        )
        for leak in shown
    ]
    head = ["work", "its like", "artist", "artist of its like", "cosine"]
    listed = f"<details><summary>The same as a table</summary>\n{table(head, rows, 'near pictures')}</details>\n"
    return paragraph(told) + f'<div class="pairs">{pairs}</div>\n' + listed


def _pair(leak: Leak, works: Mapping[str, Work]) -> str:
    cells = [
        tile(works[leak.test], ("apart", leak.of_split)),
        tile(works[leak.other], ("apart", leak.split), ("quiet", f"cosine {leak.cosine:.4f}")),
    ]
    return tiles(cells, "tiles pair")
