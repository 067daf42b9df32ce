"""Receipts: what was asked of each host, added up and kept."""

import asyncio
import json

from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from loopback import HOST, URL, museum

from crawlers.engine.fetch import FetchReport, HostReport

counts = st.integers(0, 10**9)
reports = st.builds(
    HostReport,
    requests=counts,
    answers=counts,
    size_bytes=counts,
    peak_per_s=counts,
    statuses=st.dictionaries(st.integers(100, 599), counts, max_size=4),
    html=counts,
    retries=counts,
    walls=counts,
    pauses=counts,
    waited_s=st.integers(0, 10**6).map(float),
)


@given(reports, reports, reports)
def test_receipts_add_up(one: HostReport, two: HostReport, three: HostReport) -> None:
    """In whatever order runs are added, the sum is the same; adding nothing changes nothing."""
    assert (one + two) + three == one + (three + two)
    assert one + HostReport() == one
    assert sum((one + two).statuses.values()) == sum(
        [*one.statuses.values(), *two.statuses.values()]
    )
    assert (one + two).peak_per_s == max(one.peak_per_s, two.peak_per_s)


@given(st.dictionaries(st.text(max_size=5), reports, max_size=3))
def test_receipts_survive_json(hosts: dict[str, HostReport]) -> None:
    """What was written as JSON is read as what it was."""
    report = FetchReport(hosts)
    assert FetchReport.from_json(json.loads(json.dumps(report.to_json()))) == report
    assert report + FetchReport() == report


def test_a_receipt_counts_what_was_sent() -> None:
    """Every status but 200, every byte, and the most requests of any one second are told."""

    async def serve(request: web.BaseRequest) -> web.Response:
        status = {"/3": 404, "/5": 410, "/7": 404}.get(request.path, 200)
        return web.Response(status=status, body=b"x" * 10)

    async def ask() -> HostReport:
        async with museum(serve, default_rate=20.0) as fetch:
            async for _ in fetch.get_all(f"{URL}/{n}" for n in range(29)):
                pass
            return fetch.report.hosts[HOST]

    report = asyncio.run(ask())
    assert (report.requests, report.answers, report.size_bytes) == (30, 30, 290)
    assert report.statuses == {404: 2, 410: 1}
    assert 10 <= report.peak_per_s <= 21
