"""Two million artworks linked: time and memory, and how they grow; the artworks are the real samples, repeated.

    .venv/bin/python benchmarks/links.py                  the museums' files of ../shared/data, normalised
    .venv/bin/python benchmarks/links.py ARTWORKS.parquet columns of schemas/artwork.py that are there already

Each copy has ids and inventory numbers of its own, and a word of its own in each title that is not generic: titles stay as
distinct as they are. Artists and keepers stay the same, so an artist's works at one keeper become sixteen times
as many in each source, and their pairs 256 times: far more than two million artworks of real museums would have.
"""

import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from omniart_data.normalise import normalise
from omniart_data.normalise.works.compared import READS
from omniart_data.normalise.works.links import link_works
from omniart_data.normalise.works.titles import is_generic, title_key
from tests.gold.samples import SHARED, STRATA

HERE = Path(__file__).parent
SIZES = (125_000, 500_000, 2_000_000)
SECONDS, MEGABYTES = 180, 3_000
"""What two million artworks may take."""


def real_artworks() -> pa.Table:
    """Return the artworks of all real samples."""
    strata = [read(SHARED) for read in STRATA.values()]
    return normalise(pa.concat_tables(strata)).artworks


def repeated(artworks: pa.Table, count: int) -> pa.Table:
    """Return so many artworks: the given ones again and again, each time with marks of their own."""
    artworks = artworks.select(READS)
    encoded = artworks["title"].combine_chunks().dictionary_encode()
    tells = [not is_generic(title_key(title or "")) for title in encoded.dictionary.to_pylist()]
    marked = pc.take(pa.array(tells), encoded.indices)
    copies = []
    for number in range(-(-count // artworks.num_rows)):
        mark = f" q{number}" if number else ""
        changed = {
            "id": pc.binary_join_element_wise(artworks["id"], mark, ""),
            "title": pc.binary_join_element_wise(
                artworks["title"], pc.if_else(marked, mark, ""), ""
            ),
            "object_number": pc.if_else(
                pc.equal(artworks["object_number"], ""),
                "",
                pc.binary_join_element_wise(artworks["object_number"], mark.strip(), ""),
            ),
        }
        copies.append(
            pa.table([changed.get(name, artworks[name]) for name in READS], names=list(READS))
        )
    return pa.concat_tables(copies).slice(0, count)


def measured(path: str) -> dict[str, Any]:
    """Link the artworks of a file, in this process, and return what it took."""
    artworks = pq.read_table(path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    links = link_works(artworks)
    return {
        "artworks": artworks.num_rows,
        "seconds": round(time.perf_counter() - started, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "of_these_the_table_mb": round(before / 1024),
        "applied": int(pc.sum(links.links["applied"], min_count=0).as_py()),
        "proposed": links.candidates.num_rows,
        "left_out_blocks": links.left_out_blocks,
        "left_out_artworks": links.left_out_artworks,
    }


def main() -> None:
    """Measure each size in a process of its own, print the figures and keep them."""
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measured(sys.argv[2])))
        return
    real = pq.read_table(sys.argv[1]) if sys.argv[1:] else real_artworks()
    runs = []
    with tempfile.TemporaryDirectory(prefix="omniart-links-") as folder:
        for size in SIZES:
            path = str(Path(folder) / "artworks.parquet")
            pq.write_table(repeated(real, size), path)
            command = [sys.executable, __file__, "--one", path]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            runs.append(json.loads(done.stdout))
            print(runs[-1])
    last = runs[-1]
    fits = last["seconds"] <= SECONDS and last["peak_mb"] <= MEGABYTES
    print(f"limits {SECONDS} s and {MEGABYTES} MB: {'kept' if fits else 'NOT KEPT'}")
    kept = {
        "runs": runs,
        "limit_s": SECONDS,
        "limit_mb": MEGABYTES,
        "python": platform.python_version(),
    }
    (HERE / "results" / "links.json").write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
