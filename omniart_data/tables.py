"""Tables of text for people: what was asked of each host, and what each source holds."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from crawlers.engine.census import Census
from crawlers.engine.images import ImageReport
from crawlers.engine.receipt import HostReport
from crawlers.engine.run import CrawlReport
from omniart_data.printing import printable
from omniart_data.run_state import duration

WALL_STATUSES = (403, 429)


def columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose first column is set to the left and the others to the right, as wide as needed.

    >>> print(columns(("host", "requests"), [("museum.example", "7")]))
    host            requests
    museum.example         7
    """
    lines = _cells(head, rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        ).rstrip()
        for line in lines
    )


def columns_of_text(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of texts, all set to the left.

    >>> print(columns_of_text(("fault", "meaning"), [("reset", "it breaks off")]))
    fault  meaning
    reset  it breaks off
    """
    lines = _cells(head, rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cells(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return a table with printable cells: a line break or an escape sequence would tear it."""
    return [tuple(map(printable, row)) for row in (head, *rows)]


def host_table(hosts: Mapping[str, HostReport]) -> str:
    """Return the receipt: a line for each host that was asked."""
    head = (
        "host",
        "requests",
        "MB",
        "peak/s",
        "403",
        "429",
        "retries",
        "walls",
        "waited, all requests",
    )
    return columns(head, [_host_row(name, host) for name, host in sorted(hosts.items())])


def _host_row(name: str, host: HostReport) -> tuple[str, ...]:
    return (
        name,
        f"{host.requests:,}",
        f"{host.size_bytes / 1e6:,.1f}",
        f"{host.peak_per_s:g}",
        *(f"{host.statuses.get(status, 0):,}" for status in WALL_STATUSES),
        f"{host.retries:,}",
        f"{host.walls:,}",
        duration(host.waited_s),
    )


def change_table(reports: Mapping[str, CrawlReport]) -> str:
    """Return what this run brought of each source, beside what was held before."""
    head = ("source", "received", "new", "changed", "same", "withdrawn")
    rows = [
        (
            name,
            *(
                f"{count:,}"
                for count in (one.records, one.new, one.changed, one.same, one.withdrawn)
            ),
        )
        for name, one in reports.items()
    ]
    return columns(head, rows)


def census_table(censuses: Mapping[str, Census], finished: Collection[str]) -> str:
    """Return what became of all that each source named, and below it why something is unfetched.

    Whether a source named as much as it says there is can be said of the ``finished`` ones.
    """
    head = ("source", "named", "stored", "withdrawn", "unfetched", "not asked yet")
    rows = [
        (
            name,
            f"{one.named:,}",
            f"{one.stored:,}",
            f"{one.withdrawn:,}",
            f"{sum(one.unfetched.values()):,}",
            f"{one.unsettled:,}",
        )
        for name, one in censuses.items()
    ]
    return "\n".join([columns(head, rows), *map(printable, _reasons(censuses, finished))])


def _reasons(censuses: Mapping[str, Census], finished: Collection[str]) -> Iterable[str]:
    for name, one in censuses.items():
        for reason, count in _most_first(one.unfetched):
            yield f"{name}: {count:,} unfetched: {reason}"
        for reason, count in _most_first(one.supplements_left):
            if reason:
                yield f"{name}: {count:,} lack a further answer: {reason}"
            else:
                yield f"{name}: {count:,} objects wait for further answers (Linked Art)"
        if name in finished and not one.as_expected:
            yield f"{name}: the source says {one.expected:,}, and named {one.listed:,}"


def _most_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def picture_counts(counts: Mapping[str, int]) -> str:
    """Return how many addresses of pictures ended in each way, on one line.

    >>> picture_counts({"fetched": 1200, "failed": 0})
    'pictures: 1,200 fetched, 0 failed'
    """
    return "pictures: " + ", ".join(f"{count:,} {status}" for status, count in counts.items())


def reason_lines(reasons: Iterable[tuple[str, str, int]]) -> list[str]:
    """Return how many pictures ended so for each reason, a line each.

    >>> reason_lines([("quarantined", "not a picture", 1200)])
    ['pictures: 1,200 quarantined: not a picture']
    """
    return [
        printable(f"pictures: {count:,} {status}: {reason}") for status, reason, count in reasons
    ]


def ending_table(report: ImageReport) -> str:
    """Return how the fetching of pictures ended: every address in exactly one way, with the reason."""
    rows = [("fetched", report.fetched, ""), ("gone", report.gone, "")]
    rows += [("quarantined", count, why) for why, count in _most_first(report.quarantined_by)]
    rows += [("failed", count, why) for why, count in _most_first(report.failed_by)]
    rows += [
        ("known from an earlier run", report.known, ""),
        ("left for the next run", report.left, ""),
    ]
    rows += [("note", count, why) for why, count in _most_first(report.notes)]
    return "\n".join(
        f"{count:>10,}  {ending}{why and ': '}{printable(why)}"
        for ending, count, why in rows
        if count
    )
