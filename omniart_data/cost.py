"""What a live crawl will take, told before it begins: requests, days and bytes."""

from collections.abc import Mapping

from crawlers.engine.source import Cost, Source
from schemas.rights import policy

DAY_S = 86_400


def estimate(sources: Mapping[str, Source], *, images: bool, personal: bool) -> str:
    """Return a table of requests, days and GB for each source and in all, one line each.

    The museums are asked side by side only within one host each, one after the other between them, so that
    the days add up. They follow from the museums' rates alone, not from this computer.
    """
    lines = [f"{'source':<14}{'requests':>12}{'images':>12}{'GB':>8}{'days':>8}"]
    totals = [0, 0, 0.0, 0.0]
    for name, source in sources.items():
        wants = images and (policy("", name).may_fetch != "personal" or personal)
        row = _row(source.cost(), images=wants)
        lines.append(_line(name, row))
        totals = [total + value for total, value in zip(totals, row, strict=True)]
    lines.append(_line("in all", totals))
    return "\n".join(lines)


def _row(cost: Cost, *, images: bool) -> list[float]:
    pictures = cost.images if images else 0
    seconds = cost.requests / cost.requests_per_second
    if images:
        seconds += pictures / cost.images_per_second
    return [cost.requests, pictures, cost.image_bytes / 1e9 if images else 0.0, seconds / DAY_S]


def _line(name: str, row: list[float]) -> str:
    requests, pictures, gigabytes, days = row
    return f"{name:<14}{requests:>12,.0f}{pictures:>12,.0f}{gigabytes:>8.0f}{days:>8.1f}"
