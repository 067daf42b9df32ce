"""Probes of several sources side by side: ten records each, and every promise checked on them."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from crawlers.engine.fetch import Fetch
from crawlers.engine.fetch_config import FetchConfig
from crawlers.engine.picture import prepare
from crawlers.engine.probe import REACHABLE, Verdict, probe
from crawlers.engine.receipt import FetchReport
from crawlers.engine.source import Source

CONNECT_S = 10.0
"""A museum that takes longer for a mere connection is not reached by a probe, which has a minute."""


async def probe_sources(
    sources: Mapping[str, Source], fetching: FetchConfig
) -> tuple[dict[str, Verdict], FetchReport]:
    """Return the verdict on each source, and what was asked of each host; bulk files are left alone."""
    connect_s = min(fetching.connect_timeout_s, CONNECT_S)
    asking = replace(fetching, downloads=None, connect_timeout_s=connect_s)
    verdicts: dict[str, Verdict] = {}
    report = FetchReport()

    async def one(name: str, source: Source) -> None:
        nonlocal report
        async with Fetch(asking) as fetch:
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
    """Return what a probe found to be otherwise, with what to do, on one line; empty where nothing is."""
    told = [f"{one.name}: {one.found}" for one in verdict.broken]
    changed = any(one.name != REACHABLE for one in verdict.broken)
    return "; ".join([*told, "its module wants mending"] if changed else told)


def unreached(verdict: Verdict) -> str:
    """Return what kept a probe from looking at all, on one line; empty where nothing did."""
    return "; ".join(one.found for one in verdict.unreached)
