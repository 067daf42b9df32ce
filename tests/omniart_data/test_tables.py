"""Tables for people: what was asked of each host, what became of all that was named, how pictures ended."""

from crawlers.engine.census import Census
from crawlers.engine.images import ImageReport
from crawlers.engine.receipt import HostReport
from omniart_data.tables import census_table, ending_table, host_table


def test_a_receipt_has_a_line_for_each_host() -> None:
    """Requests, bytes, peak, refusals, retries, walls and waiting stand under their names."""
    report = HostReport(1200, 1190, 5_400_000, 9, {403: 7, 404: 2}, 0, 8, 1, 0, 75.0)

    head, line = host_table({"museum.example": report}).splitlines()

    assert head.split() == ["host", "requests", "MB", "peak/s", "403", "429", "retries", "walls", "waited,", "all", "requests"]  # fmt: skip
    assert line.split(maxsplit=8) == ["museum.example", "1,200", "5.4", "9", "7", "0", "8", "1", "1 min 15 s"]  # fmt: skip


def test_a_census_says_why() -> None:
    """Below the counts stand the reasons, the most frequent first, and what does not add up of a finished crawl."""
    census = Census(
        named=10,
        stored=6,
        withdrawn=1,
        unfetched={"status 500": 1, "no answer": 2},
        listed=10,
        expected=12,
        supplements_left={"la-object: status 404": 4},
    )

    _, line, *below = census_table({"met": census}, ["met"]).splitlines()

    assert line.split() == ["met", "10", "6", "1", "3", "0"]
    assert below == [
        "met: 2 unfetched: no answer",
        "met: 1 unfetched: status 500",
        "met: 4 lack a further answer: la-object: status 404",
        "met: the source says 12, and named 10",
    ]
    assert census_table({"met": census}, []).splitlines()[2:] == below[:-1]


def test_every_address_is_told_once() -> None:
    """How pictures ended is told with the reason; what did not happen is not told."""
    report = ImageReport(fetched=1200, quarantined_by={"truncated": 3}, failed_by={}, left=2)

    assert [line.split(maxsplit=1) for line in ending_table(report).splitlines()] == [
        ["1,200", "fetched"],
        ["3", "quarantined: truncated"],
        ["2", "left for the next run"],
    ]
