"""What a live crawl will take, told before it begins: requests, days and bytes."""

from collections.abc import Mapping
from dataclasses import dataclass

from crawlers.engine.source import Cost, Source
from omniart_data.tables import columns
from schemas.rights import policy

DAY_S = 86_400


@dataclass(frozen=True)
class _Row:
    requests: int
    images: int
    image_bytes: int
    describing_s: float
    picturing_s: float

    def cells(self, name: str) -> tuple[str, ...]:
        days = (self.describing_s + self.picturing_s) / DAY_S
        size = f"{self.image_bytes / 1e9:,.0f}"
        return name, f"{self.requests:,}", f"{self.images:,}", size, f"{days:.1f}"


def estimate(sources: Mapping[str, Source], *, images: bool, personal: bool) -> str:
    """Return a table of requests, images, GB and days for each source and in all, one line each; without images two columns fewer.

    Sources are crawled side by side, so that in all it takes as long as the longest of them; pictures come
    when all descriptions are there. The days follow from the museums' rates alone, not from this computer.
    """
    rows = {
        name: _row(source.cost(), images=images and _wants(name, personal=personal))
        for name, source in sources.items()
    }
    head = ("source", "requests", "images", "GB", "days")
    lines = [row.cells(name) for name, row in rows.items()]
    table = [head, *lines, _together(list(rows.values())).cells("in all")]
    if not images:
        table = [(*row[:2], row[-1]) for row in table]
    return columns(table[0], table[1:])


def _wants(name: str, *, personal: bool) -> bool:
    return policy("", name).may_fetch != "personal" or personal


def _row(cost: Cost, *, images: bool) -> _Row:
    describing_s = cost.requests / cost.requests_per_second
    if not images:
        return _Row(cost.requests, 0, 0, describing_s, 0.0)
    picturing_s = cost.images / cost.images_per_second
    return _Row(cost.requests, cost.images, cost.image_bytes, describing_s, picturing_s)


def _together(rows: list[_Row]) -> _Row:
    return _Row(
        sum(row.requests for row in rows),
        sum(row.images for row in rows),
        sum(row.image_bytes for row in rows),
        max((row.describing_s for row in rows), default=0.0),
        max((row.picturing_s for row in rows), default=0.0),
    )
