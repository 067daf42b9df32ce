"""Probes of several sources side by side: ten records each, and every promise checked on them."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace

from crawlers.engine.fetch import Fetch
from crawlers.engine.fetch_config import FetchConfig
from crawlers.engine.picture import prepare
from crawlers.engine.probe import Verdict, probe
from crawlers.engine.receipt import FetchReport
from crawlers.engine.source import Source


async def probe_sources(
    sources: Mapping[str, Source], fetching: FetchConfig
) -> tuple[dict[str, Verdict], FetchReport]:
    """Return the verdict on each source, and what was asked of each host; bulk files are left alone."""
    verdicts: dict[str, Verdict] = {}
    report = FetchReport()

    async def one(name: str, source: Source) -> None:
        nonlocal report
        async with Fetch(replace(fetching, downloads=None)) as fetch:
            verdicts[name] = await probe(source, fetch, decode=look_at)
            report += fetch.report

    async with asyncio.TaskGroup() as group:
        for name, source in sources.items():
            group.create_task(one(name, source))
    return {name: verdicts[name] for name in sources}, report


def look_at(body: bytes) -> str:
    """Say what a picture is; raise RefusedPictureError for what is no sound one."""
    original = prepare(body).original
    return f"{original.form}, {original.width_px} x {original.height_px} px"


def broken(verdict: Verdict) -> str:
    """Return what a probe found wrong, on one line; empty where nothing is."""
    return "; ".join(_wrong(verdict))


def _wrong(verdict: Verdict) -> Iterable[str]:
    return (f"{one.name}: {one.found}" for one in verdict.checks if one.ok is False)
