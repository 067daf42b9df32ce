"""How fast the museums' files are read, beside libraries that only parse them, in turn in one run.

    .venv/bin/python benchmarks/reading.py [rounds]

The peers do less: pandas parses the CSV to texts, lxml builds each page's tree, pyarrow writes and reads back the
tables of the release. The ratio says what our reading of the fields costs on top of that.
"""

import statistics
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from lxml import etree

from crawlers import SOURCES
from omniart_data.normalise import normalise
from schemas.errors import RecordError
from schemas.record import RECORD

SHARED = Path(__file__).parents[2] / "shared" / "data"
CSV = sorted((SHARED / "met/csv_raw").glob("MetObjects_201*"))
PAGES = SHARED / "rijksmuseum/oai-legacy-dc-2022/pages-1-2000.tar.gz"


def read(source: str, path: Path) -> list[pa.RecordBatch]:
    """Read a bulk file into batches of records."""
    found = SOURCES[source].read_dump(path)
    return [batch for batch in found if not isinstance(batch, RecordError)]


def parse_pages() -> int:
    """Build the tree of each page of the archive; return how many there were."""
    with tarfile.open(PAGES, "r:gz") as pages:
        files = (pages.extractfile(member) for member in pages)
        return sum(etree.fromstring(file.read()) is not None for file in files if file)


def write_and_read(table: pa.Table) -> None:
    """Write a table to Parquet and read it back."""
    with tempfile.TemporaryDirectory() as folder:
        pq.write_table(table, Path(folder) / "table.parquet", compression="zstd")
        pq.read_table(Path(folder) / "table.parquet")


def seconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def compare(name: str, ours: Callable[[], object], peer: Callable[[], object], rounds: int) -> None:
    """Print the medians of both, taken in turn, and the median ratio of the pairs."""
    pairs = [(seconds(ours), seconds(peer)) for _ in range(rounds)]
    mine, theirs = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{name:<58}{mine:>8.2f} s{theirs:>8.2f} s{ratio:>8.1f}")


def main() -> None:
    """Run the comparisons."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(
        f"{'median of ' + str(rounds) + ' rounds, in turn':<58}{'ours':>10}{'peer':>10}{'ratio':>8}"
    )
    compare(
        "Met CSV, 13,377 rows: records | pandas.read_csv as texts",
        lambda: [read("met", path) for path in CSV],
        lambda: [pd.read_csv(path, dtype=str) for path in CSV],
        rounds,
    )
    compare(
        "2,000 OAI-PMH pages, 40,000 records | lxml, trees only",
        lambda: read("rijksmuseum", PAGES),
        parse_pages,
        rounds,
    )
    batches = [batch for path in CSV for batch in read("met", path)] + read("rijksmuseum", PAGES)
    records = pa.Table.from_batches(batches, schema=RECORD)
    compare(
        f"normalise {records.num_rows:,} records | pyarrow, to Parquet and back",
        lambda: normalise(records),
        lambda: write_and_read(records),
        rounds,
    )


if __name__ == "__main__":
    main()
