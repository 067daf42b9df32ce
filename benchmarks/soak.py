"""A crawl through 30 % of faulty answers, killed 50 times at random moments, beside a calm one.

    .venv/bin/python benchmarks/soak.py [kills] [works] [seed]

Two sample museums with the same works, one of which misbehaves in every way that waiting mends, are crawled whole:
descriptions, Linked Art, bulk file, pictures. The crawling process is killed (kill -9) and started again; at the end
both workspaces must hold the same, record for record and picture for picture. The waits before walls are shortened,
as in tests: nothing else is. Takes some minutes.
"""

import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawlers.engine.image_store import ImageStore
from crawlers.engine.store import RawStore

HERE = Path(__file__).parent
KILLS, WORKS, SEED = 50, 1200, 0
SHARE = 0.3
MORE_RUNS = 20
"""After the last kill the crawl may be started so often until nothing is left to ask for."""
COMMAND = Path(sys.executable).parent / "omniart-data"

_CRAWL = """
import asyncio, sys
from pathlib import Path
from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.engine.images import fetch_images
from crawlers.engine.run import run_crawl
from crawlers.sample import SAMPLE_SOURCES, routes_of
from omniart_data.gather import gather_store
from omniart_data.images import wanted
from omniart_data.normalise import normalise
from omniart_data.workspace import Workspace

place = Workspace(Path(sys.argv[2]))
config = FetchConfig(
    contact="soak", default_rate=2000.0, concurrency=8, backoff_s=0.01, wall_backoff_s=0.02,
    routes=routes_of(sys.argv[1]), downloads=place.downloads,
)

async def crawl(store):
    async with Fetch(config) as fetch:
        runs = [run_crawl(source, fetch, store) for source in SAMPLE_SOURCES.values()]
        return sum(report.census.left for report in await asyncio.gather(*runs))

async def pictures(store, images):
    artworks = normalise(gather_store(store, SAMPLE_SOURCES, lambda _: None).records).artworks
    async with Fetch(config) as fetch:
        report = await fetch_images(wanted(artworks, personal=True), fetch, images)
        return report.failed + report.left

with place.opened("soak") as (store, images):
    left = asyncio.run(crawl(store))
    left += asyncio.run(pictures(store, images))
sys.exit(left > 0)
"""


@contextmanager
def museum(works: int, *options: object) -> Iterator[str]:
    """Run a sample museum in a process of its own; give its address."""
    command = [COMMAND, "museum", "--works", works, "--lifetime", 7200, *options]
    server = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield re.findall(r"http://[0-9.:]+", server.stdout.readline())[0]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def start(address: str, workspace: Path) -> "subprocess.Popen[str]":
    """Start a crawl."""
    command = [sys.executable, "-P", "-c", _CRAWL, address, str(workspace)]
    silent = subprocess.DEVNULL
    return subprocess.Popen(command, stdout=silent, stderr=subprocess.PIPE, text=True)


def finish(address: str, workspace: Path) -> int:
    """Crawl until nothing is left to ask for; return how many runs that took."""
    for runs in range(1, MORE_RUNS + 1):
        crawl = start(address, workspace)
        said = crawl.communicate()[1]
        if crawl.returncode == 0:
            return runs
        if "Traceback" in said:
            raise SystemExit(said[-3000:])
    raise SystemExit(f"after {MORE_RUNS} runs something is still left: {said[-1000:]}")


def soak(address: str, workspace: Path, kills: int, chance: random.Random) -> dict[str, int]:
    """Crawl a museum that misbehaves, killed so often; return how that went."""
    killed = runs = 0
    while killed < kills and runs < 4 * kills:
        runs += 1
        crawl = start(address, workspace)
        time.sleep(chance.uniform(1.0, 3.0))
        if crawl.poll() is None:
            os.kill(crawl.pid, signal.SIGKILL)
            killed += 1
        crawl.communicate()
    return {"kills": killed, "runs": runs + finish(address, workspace)}


def digests(workspace: Path) -> tuple[str, str]:
    """Return what a workspace holds, as two hashes: descriptions, pictures."""
    with RawStore(workspace / "raw" / "raw.sqlite") as raw:
        records = raw.digest()
    with ImageStore(workspace / "images") as images:
        return records, images.digest()


def main() -> None:
    """Print how both ended, and keep it."""
    given = [int(text) for text in sys.argv[1:]]
    kills, works, seed = [*given, *(KILLS, WORKS, SEED)[len(given) :]]
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="omniart-soak-") as folder:
        calm, soaked = Path(folder) / "calm", Path(folder) / "soaked"
        with museum(works) as address:
            finish(address, calm)
        fault = f"all:{SHARE},seed={seed},slow_s=0.05,retry_after_s=0"
        with museum(works, "--fault", fault) as address:
            counts = soak(address, soaked, kills, random.Random(seed))
        held = digests(calm), digests(soaked)
    kept = {**counts, "share_faulty": SHARE, "works": works, "seed": seed}
    kept |= {"records_same": held[0][0] == held[1][0], "pictures_same": held[0][1] == held[1][1]}
    print(kept, f"{time.perf_counter() - started:.0f} s")
    (HERE / "results" / "soak.json").write_text(json.dumps(kept, indent=1) + "\n")
    raise SystemExit(held[0] != held[1])


if __name__ == "__main__":
    main()
