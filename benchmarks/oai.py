"""How fast an OAI-PMH list is harvested, beside Sickle 0.7 and oaipmh-scythe 0.16, and what a torn page costs.

    .venv/bin/python benchmarks/oai.py [rounds]

20,000 EDM records in 200 pages from a service on loopback. The peers parse and count; ours parses strictly, and
stores every record durably with its page's cursor. Each is a process of its own, taken in turn; the harvest is
timed from its first request to its last record, and the whole process as well, imports included.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from peers import peer
from service import beside

HERE = Path(__file__).parent
RECORDS, PAGE_SIZE = 20_000, 100
TORN_PAGE = 5

_OURS = """
import asyncio, logging, sys, time
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
    started = time.perf_counter()
    async with Fetch(config) as fetch:
        with RawStore(path) as store:
            await run_crawl(source, fetch, store)
            took = time.perf_counter() - started
            print(took, store.count("rijksmuseum"))

asyncio.run(main())
"""
_SICKLE = """
import sys, time
from sickle import Sickle
started = time.perf_counter()
count = sum(1 for _ in Sickle(sys.argv[1] + "/oai").ListRecords(metadataPrefix="edm"))
print(time.perf_counter() - started, count)
"""
_SCYTHE = """
import sys, time
from oaipmh_scythe import Scythe
started = time.perf_counter()
with Scythe(sys.argv[1] + "/oai") as scythe:
    count = sum(1 for _ in scythe.list_records(metadata_prefix="edm"))
print(time.perf_counter() - started, count)
"""


@dataclass(frozen=True)
class Harvest:
    """How one harvest went: seconds of it, seconds of the whole process, records, and what it said."""

    seconds: float
    whole_s: float
    records: int
    said: str


def harvest(tool: str, base: str) -> Harvest:
    """Harvest all with a tool."""
    with tempfile.TemporaryDirectory(prefix="omniart-oai-") as folder:
        commands: dict[str, list[object]] = {
            "ours": [sys.executable, "-P", "-c", _OURS, base, Path(folder) / "raw.sqlite"],
            "sickle": [peer("sickle") / "python", "-c", _SICKLE, base],
            "oaipmh-scythe": [peer("oaipmh-scythe") / "python", "-c", _SCYTHE, base],
        }
        started = time.perf_counter()
        command = list(map(str, commands[tool]))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        whole_s = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    took, records = done.stdout.split()
    return Harvest(float(took), whole_s, int(records), done.stderr.strip())


TOOLS = ("ours", "sickle", "oaipmh-scythe")


def main() -> None:
    """Print the table and keep it."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    runs: dict[str, list[Harvest]] = {tool: [] for tool in TOOLS}
    with beside("oai_server.py", RECORDS, PAGE_SIZE) as service:
        for _ in range(rounds):
            for tool in TOOLS:
                run = harvest(tool, service.address)
                if run.records != RECORDS:
                    raise SystemExit(f"{tool} had {run.records} of {RECORDS} records")
                runs[tool].append(run)
    torn = {}
    for tool in TOOLS:
        with beside("oai_server.py", RECORDS, PAGE_SIZE, "--tear", TORN_PAGE, 2) as service:
            run = harvest(tool, service.address)
        torn[tool] = run.records
        print(f"page {TORN_PAGE} torn twice: {tool} had {run.records:,} of {RECORDS:,}")
        print("".join(f"    {line[:150]}\n" for line in run.said.splitlines()), end="")
    seconds = {tool: statistics.median(run.seconds for run in runs[tool]) for tool in TOOLS}
    whole = {tool: statistics.median(run.whole_s for run in runs[tool]) for tool in TOOLS}
    for tool, took in seconds.items():
        rate = RECORDS / took
        print(f"{tool:<16}{took:6.2f} s{rate:8,.0f} records/s; whole process {whole[tool]:.2f} s")
    kept = {"rounds": rounds, "records": RECORDS, "seconds": seconds, "whole_process_s": whole}
    kept["records_with_a_torn_page"] = torn
    (HERE / "results" / "oai.json").write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
