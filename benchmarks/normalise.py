"""Two million records normalised: seconds, memory, and how both follow the distinct values.

    .venv/bin/python benchmarks/normalise.py [records]

The records are all real samples of ../shared/data (tests/gold/samples.py), repeated with ids of their own. In the
main run titles and sizes are changed in each repetition, so that they stay as distinct as they are in the samples;
in the others a share of the repetitions keeps them. The peer is pyarrow that merely reads the same file and writes it
again. Each run is a process of its own; its figures are wall-clock time and the most memory that it and its workers
were seen to have together (resident sets, asked twenty times a second). Results go to results/normalise.json.
"""

import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "gold"))

from samples import SHARED, STRATA  # type: ignore[import-not-found]  # noqa: E402

RECORDS = 2_000_000
WORKERS = 2
PAGE_KB = resource.getpagesize() // 1024
LIMIT_S, LIMIT_GB = 90, 3.0
RUNS = ((16, 0.0), (4, 0.0), (1, 0.0), (1, 0.25), (1, 0.5), (1, 1.0))
"""Part of the records that is taken, and of the repetitions those in which titles and sizes are changed."""

_NUMBER = re.compile(r"(?<![\d./,])\d+(?![\d/])")
_RUN = """
import sys, time
import pyarrow.parquet as pq
from omniart_data.normalise import normalise

if __name__ == "__main__":
    started = time.perf_counter()
    done = normalise(pq.ParquetFile(sys.argv[1]).iter_batches(65_536), workers=int(sys.argv[2]))
    seconds = time.perf_counter() - started
    print(done.artworks.num_rows + done.dropped.num_rows, done.judgements.num_rows, seconds)
"""
_PEER = """
import sys, time
import pyarrow.parquet as pq

started = time.perf_counter()
table = pq.read_table(sys.argv[1])
pq.write_table(table, sys.argv[2], compression="zstd")
print(table.num_rows, 0, time.perf_counter() - started)
"""


def samples() -> pa.Table:
    """Return all real samples as one table."""
    return pa.concat_tables([read(SHARED) for read in STRATA.values()]).combine_chunks()


def repeated(table: pa.Table, records: int, share: float) -> Iterator[pa.Table]:
    """Yield the samples again and again under new ids; a share of the repetitions has words of its own."""
    turns = -(-records // table.num_rows)
    for turn in range(turns):
        rows = min(table.num_rows, records - turn * table.num_rows)
        part = table.slice(0, rows)
        ids = pc.binary_join_element_wise(part["source_id"], f"{turn}", "-")
        part = part.set_column(
            part.column_names.index("source_id"), table.schema.field("source_id"), ids
        )
        changed = turn and int(turn * share) > int((turn - 1) * share)
        yield _perturbed(part, turn) if changed else part


def _perturbed(table: pa.Table, turn: int) -> pa.Table:
    """Return records whose titles end in another number, and whose sizes are a little larger."""
    for name, change in (("titles", _entitled), ("dimensions", _enlarged)):
        lists = table[name].combine_chunks()
        texts = lists.flatten()
        words = pa.array([change(text or "", turn) for text in texts.field("text").to_pylist()])
        flat = pa.StructArray.from_arrays([words, texts.field("language")], fields=list(texts.type))
        offsets = pc.subtract(lists.offsets, lists.offsets[0])
        at = table.column_names.index(name)
        table = table.set_column(
            at, table.schema.field(name), pa.ListArray.from_arrays(offsets, flat)
        )
    return table


def _entitled(text: str, turn: int) -> str:
    return f"{text} ({turn})"


def _enlarged(text: str, turn: int) -> str:
    """Return a size text with each whole number a little larger, fractions and decimals as they are."""
    return _NUMBER.sub(lambda found: str(int(found[0]) + turn), text)


def measured(script: str, *arguments: object) -> dict[str, float]:
    """Run a script in a process of its own and return what it says of itself, and its memory."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(script)
        file.flush()
        command = [sys.executable, "-P", file.name, *map(str, arguments)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        most = 0
        while process.poll() is None:
            most = max(most, resident_kb(process.pid))
            time.sleep(0.05)
        told = process.stdout.read() if process.stdout else ""
    if process.returncode:
        sys.exit(f"a run ended with {process.returncode}")
    rows, judgements, seconds = map(float, told.split())
    return {
        "records": rows,
        "judgements": judgements,
        "seconds": round(seconds, 1),
        "peak_mb": round(most / 1024),
    }


def resident_kb(root: int) -> int:
    """Return the resident sets of a process and all below it; pages that they share count for each."""
    parents, sizes = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # a process may end while it is looked at
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            parents[int(folder.name)], sizes[int(folder.name)] = int(fields[1]), int(fields[21])
    family = {root}
    while more := {one for one, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(sizes.get(one, 0) for one in family) * PAGE_KB


def write_records(table: pa.Table, records: int, share: float, path: Path) -> None:
    """Write the records of one run."""
    with pq.ParquetWriter(path, table.schema, compression="zstd") as file:
        for part in repeated(table, records, share):
            file.write_table(part, row_group_size=65_536)


def main() -> None:
    """Print the runs and keep them."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS
    table, runs = samples(), []
    with tempfile.TemporaryDirectory(prefix="omniart-normalise-") as folder:
        for part, share in RUNS:
            path = Path(folder) / "records.parquet"
            write_records(table, records // part, share, path)
            run: dict[str, Any] = {"share": share, **measured(_RUN, path, WORKERS)}
            run["peer"] = measured(_PEER, path, Path(folder) / "again.parquet")
            runs.append(run)
            print(_line(run), flush=True)
    kept = {"samples": table.num_rows, "runs": runs, "limit_s": LIMIT_S, "limit_gb": LIMIT_GB}
    results = HERE / "results" / "normalise.json"
    results.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def _line(run: dict[str, Any]) -> str:
    ratio = run["seconds"] / run["peer"]["seconds"]
    return (
        f"{run['records']:>11,.0f} records {run['judgements']:>11,.0f} judgements {run['seconds']:6.1f} s"
        f" {run['peak_mb'] / 1024:5.2f} GB;"
        f" read and written {run['peer']['seconds']:5.1f} s, {ratio:.1f} times"
    )


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"{time.perf_counter() - started:.0f} s")
