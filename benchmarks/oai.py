"""How fast an OAI-PMH list is harvested, beside Sickle 0.7 and oaipmh-scythe 0.16, and what a torn page costs.

    .venv/bin/python benchmarks/oai.py [rounds]

20,000 EDM records in 200 pages from a service on loopback. The peers parse and count; ours parses strictly, and
stores every record durably with its page's cursor. All are whole processes, taken in turn.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from peers import peer

HERE = Path(__file__).parent
RECORDS, PAGE_SIZE = 20_000, 100
TORN_PAGE = 5

_OURS = """
import asyncio, logging, sys
from dataclasses import replace
from pathlib import Path
from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.engine.run import run_crawl
from crawlers.engine.store import RawStore
from crawlers.rijksmuseum import Rijksmuseum

logging.basicConfig(level=logging.WARNING, format="%(message)s")
base, path = sys.argv[1], Path(sys.argv[2])
source = Rijksmuseum(base_url="https://bench.invalid/oai", linked_art=False)
config = FetchConfig(
    contact="benchmark", default_rate=100_000, backoff_s=0.01, routes={"bench.invalid": base}
)

async def main():
    async with Fetch(config) as fetch:
        with RawStore(path) as store:
            await run_crawl(source, fetch, store)
            return store.count("rijksmuseum")

print(asyncio.run(main()))
"""
_SICKLE = """
import sys
from sickle import Sickle
print(sum(1 for _ in Sickle(sys.argv[1] + "/oai").ListRecords(metadataPrefix="edm")))
"""
_SCYTHE = """
import sys
from oaipmh_scythe import Scythe
with Scythe(sys.argv[1] + "/oai") as scythe:
    print(sum(1 for _ in scythe.list_records(metadata_prefix="edm")))
"""


@contextmanager
def service(*options: object) -> Iterator[str]:
    """Run the service in a process of its own until the end of the block; give its address."""
    command = [sys.executable, "-P", HERE / "oai_server.py", RECORDS, PAGE_SIZE, *options]
    server = subprocess.Popen(
        list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    assert server.stdin is not None
    try:
        yield server.stdout.readline().strip()
    finally:
        server.stdin.close()
        server.wait()


def harvest(tool: str, base: str) -> tuple[float, int, str]:
    """Return the seconds that a whole process takes, the records that it had, and what it said."""
    with tempfile.TemporaryDirectory(prefix="omniart-oai-") as folder:
        commands: dict[str, list[object]] = {
            "ours": [sys.executable, "-P", "-c", _OURS, base, Path(folder) / "raw.sqlite"],
            "sickle": [peer("sickle") / "python", "-c", _SICKLE, base],
            "oaipmh-scythe": [peer("oaipmh-scythe") / "python", "-c", _SCYTHE, base],
        }
        started = time.perf_counter()
        done = subprocess.run(
            list(map(str, commands[tool])), capture_output=True, text=True, check=False
        )
        took = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return took, int(done.stdout.split()[-1]), done.stderr.strip()


TOOLS = ("ours", "sickle", "oaipmh-scythe")


def main() -> None:
    """Print the table and keep it."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    taken: dict[str, list[float]] = {tool: [] for tool in TOOLS}
    with service() as base:
        for _ in range(rounds):
            for tool in TOOLS:
                took, had, _ = harvest(tool, base)
                if had != RECORDS:
                    raise SystemExit(f"{tool} had {had} of {RECORDS} records")
                taken[tool].append(took)
                print(f"{tool:<16}{took:8.2f} s{RECORDS / took:10,.0f} records/s", file=sys.stderr)
    torn = {}
    for tool in TOOLS:
        with service("--tear", TORN_PAGE, 2) as base:
            _, torn[tool], said = harvest(tool, base)
            print(
                f"page {TORN_PAGE} torn twice: {tool} had {torn[tool]:,} of {RECORDS:,}; said: {said[:300]!r}"
            )
    medians = {tool: statistics.median(times) for tool, times in taken.items()}
    for tool, took in medians.items():
        print(f"{tool:<16}{took:8.2f} s{RECORDS / took:10,.0f} records/s")
    kept = {
        "rounds": rounds,
        "records": RECORDS,
        "seconds": medians,
        "records_with_a_torn_page": torn,
    }
    (HERE / "results" / "oai.json").write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
