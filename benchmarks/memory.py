"""The most memory that a crawl takes, for 20,000 objects and for 200,000.

    .venv/bin/python benchmarks/memory.py [small] [large]

The Met's crawler against an API of its kind on loopback, each in a process of its own; the figure is the largest
resident set that the system saw of the crawling process. Takes about ten minutes.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from service import beside

HERE = Path(__file__).parent
SMALL, LARGE = 20_000, 200_000
LIMIT = 1.3

_OURS = """
import asyncio, logging, resource, sys
from pathlib import Path
from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.engine.run import run_crawl
from crawlers.engine.store import RawStore
from crawlers.met import Met

logging.basicConfig(level=logging.ERROR)
base, path = sys.argv[1], Path(sys.argv[2])
source = Met(base_url="https://bench.invalid/public/collection/v1", pointer_url="")
config = FetchConfig(
    contact="benchmark", default_rate=100_000, concurrency=8, routes={"bench.invalid": base}
)

async def main():
    async with Fetch(config) as fetch:
        with RawStore(path) as store:
            await run_crawl(source, fetch, store)
            return store.count("met")

print(asyncio.run(main()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def crawl(count: int) -> dict[str, float]:
    """Crawl so many objects, and return seconds and MB."""
    with (
        beside("met_server.py", count) as service,
        tempfile.TemporaryDirectory(prefix="omniart-memory-") as folder,
    ):
        started = time.perf_counter()
        command = [
            sys.executable,
            "-P",
            "-c",
            _OURS,
            service.address,
            str(Path(folder) / "raw.sqlite"),
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        took = time.perf_counter() - started
    had, kilobytes = map(int, done.stdout.split())
    if had != count:
        raise SystemExit(f"{had} of {count} objects came home")
    return {"objects": count, "seconds": took, "peak_mb": kilobytes / 1024}


def main() -> None:
    """Print the table and keep it."""
    sizes = [int(text) for text in sys.argv[1:]] or [SMALL, LARGE]
    runs = [crawl(count) for count in sizes]
    for run in runs:
        print(
            f"{run['objects']:>9,.0f} objects  {run['peak_mb']:6.1f} MB  {run['seconds']:6.1f} s"
            f"  {run['objects'] / run['seconds']:,.0f} a second"
        )
    ratio = runs[-1]["peak_mb"] / runs[0]["peak_mb"]
    print(f"ratio {ratio:.2f} (limit {LIMIT})")
    kept = {"runs": runs, "ratio": ratio}
    (HERE / "results" / "memory.json").write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
