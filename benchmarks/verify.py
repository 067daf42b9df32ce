"""A release of 60,000 rows verified, without and with pictures, beside merely reading all of it.

    .venv/bin/python benchmarks/verify.py [rows]

The release is a made one (tests/omniart_data/release/made.py): 60,000 invented works of 3,000 artists, 40,000 judgements,
and with pictures 54,000 of them, noise of about 8 kB each. What nobody can do without is the limit: each byte through
SHA-256, and each Parquet file read. Rounds are taken in turn, in one process. Results go to results/verify.json.
"""

import functools
import hashlib
import io
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from omniart_data.release.contents import PICTURES
from omniart_data.release.near import near_pairs
from omniart_data.release.verify import verify_release
from omniart_data.release.write import write_release
from schemas.artwork import JUDGEMENT
from tests.omniart_data.release import made as made_contents

HERE = Path(__file__).parent
RESULT = HERE / "results" / "verify.json"
ROWS, ARTISTS, JUDGEMENTS = 60_000, 3_000, 40_000
SIDE_PX = 96
ROUNDS = 3
LIMIT_S = 20


@functools.cache
def noise(number: int) -> bytes:
    """Return a JPEG that cannot be made small, and is another one for each number."""
    levels = np.random.default_rng(number).integers(0, 256, (SIDE_PX, SIDE_PX, 3), np.uint8)
    body = io.BytesIO()
    Image.fromarray(levels).save(body, "JPEG", quality=90)
    return body.getvalue()


def write(folder: Path, rows: int, *, images: bool) -> None:
    """Write a made release."""
    maker = made_contents
    judged = maker.judgements(rows)
    judgements = [judged[n % 2] | {"number": n, "value": f"{n}"} for n in range(JUDGEMENTS)]
    given: dict[str, Any] = {"judgements": pa.Table.from_pylist(judgements, schema=JUDGEMENT)}
    if images:
        kept = maker.contents(rows, artists=ARTISTS).pictures.to_pylist()
        number = {one["image_sha256"]: n for n, one in enumerate(kept)}
        random = np.random.default_rng(5)
        for one in kept:
            one["perceptual_hash"] = None
        hashes = {sha256: random.bytes(32).hex() for sha256 in number}
        for one in kept:
            one["perceptual_hash"] = hashes[one["image_sha256"]]
        pictures = pa.Table.from_pylist(kept, schema=PICTURES)
        given["pictures"] = pictures
        given["near"] = near_pairs(pictures)
        given["picture"] = lambda sha256: (noise(number[sha256]), f"{sha256}.jpg")
    write_release(maker.contents(rows, artists=ARTISTS, images=images, **given), folder)


def limit(folder: Path) -> None:
    """Read each byte of a release for its SHA-256, and each table."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as body:
                hashlib.file_digest(body, "sha256")
            if path.suffix == ".parquet":
                with pq.ParquetFile(path) as file:
                    for group in range(file.num_row_groups):
                        file.read_row_group(group)


def verified(folder: Path) -> None:
    """Verify a release, which must be sound."""
    assert verify_release(folder).failures == ()


def timed(what: Callable[[Path], None], folder: Path) -> float:
    """Return the seconds that something takes."""
    begun = time.perf_counter()
    what(folder)
    return time.perf_counter() - begun


def main(rows: int) -> None:
    """Time both kinds of release in turn, print them, and keep them."""
    with tempfile.TemporaryDirectory() as scratch:
        folders = {
            "without pictures": Path(scratch) / "bare",
            "with pictures": Path(scratch) / "full",
        }
        for name, folder in folders.items():
            write(folder, rows, images=name == "with pictures")
            noise.cache_clear()
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in folders}
        for _ in range(ROUNDS):
            for name, folder in folders.items():
                runs[name].append((timed(verified, folder), timed(limit, folder)))
        sizes = {
            name: sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            for name, folder in folders.items()
        }
    kept = {}
    for name, rounds in runs.items():
        ours, least = (statistics.median(column) for column in zip(*rounds, strict=True))
        kept[name] = {
            "rows": rows,
            "megabytes": round(sizes[name] / 1e6),
            "seconds": round(ours, 1),
            "seconds of the limit": round(least, 1),
        }
        print(f"{name}: {kept[name]} {'kept' if ours < LIMIT_S else 'BROKEN'}")
    if rows == ROWS:
        RESULT.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
