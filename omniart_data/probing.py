"""Probes of several sources side by side: ten records each, and every promise checked on them."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from crawlers.engine.fetch import Fetch
from crawlers.engine.fetch_config import FetchConfig
from crawlers.engine.picture import prepare
from crawlers.engine.probe import TIME, Verdict, probe
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
    """Return which promises a probe found broken, on one line; empty where none is."""
    return "; ".join(f"{one.name}: {one.found}" for one in verdict.wrong if one.name != TIME)


def unfinished(verdict: Verdict) -> str:
    """Return why a probe came to no end, on one line; empty where it came to one."""
    return "; ".join(one.found for one in verdict.wrong if one.name == TIME)
