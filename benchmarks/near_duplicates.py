"""Near hashes among hundreds of thousands and millions: all pairs within 8 of 64 bits, beside faiss.

    .venv/bin/python benchmarks/near_duplicates.py

Made hashes with planted pairs: every 50th is another one with 0 to 8 bits changed. Each size is a process of its own,
so that its memory is its own. faiss-cpu compares all with all (``IndexBinaryFlat.range_search``), which finds all
pairs for certain; as that grows with the square, it gets every hash at the smallest size, and at the others 10,000 of
them to be looked up among all. Rounds are taken in turn.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from peers import peer

from omniart_data.release.near.hamming import DISTANCE, pairs_within

HERE = Path(__file__).parent
RESULT = HERE / "results" / "near_duplicates.json"
SIZES = (50_000, 500_000, 2_000_000)
LIMITS = {500_000: (60, 2_000), 2_000_000: (360, 8_000)}
"""Seconds and megabytes that a size may take."""
ROUNDS = 3
ASKED = 10_000


def made(number: int) -> tuple[Any, Any]:
    """Return hashes uint64 [N], and the planted pairs [P, 2]."""
    random = np.random.default_rng(20)
    keys = random.integers(0, 2**64, number, np.uint64)
    planted = number // 50
    first = random.choice(number // 2, planted, replace=False)
    last = np.arange(number - planted, number)
    for place, (one, other) in enumerate(zip(first, last, strict=True)):
        bits = random.choice(64, place % (DISTANCE + 1), replace=False)
        keys[other] = keys[one] ^ np.uint64(sum(1 << int(bit) for bit in bits))
    return keys, np.stack([first, last], axis=1)


def ours(number: int) -> dict[str, float]:
    """Search, and say how long it took, how much memory, and how many planted pairs were not found."""
    keys, planted = made(number)
    begun = time.perf_counter()
    parts = [np.stack([np.minimum(a, b), np.maximum(a, b)]) for a, b in pairs_within(keys)]
    took = time.perf_counter() - begun
    pairs = np.concatenate(parts, axis=1)
    names = pairs[0] * number + pairs[1]
    missed = ~np.isin(planted[:, 0] * number + planted[:, 1], names)
    return {
        "seconds": took,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        "pairs": len(names),
        "planted": len(planted),
        "missed": int(missed.sum()),
        "twice": len(names) - len(np.unique(names)),
    }


FAISS = """
import json, sys, time, numpy as np, faiss
keys = np.load(sys.argv[1]); asked = int(sys.argv[2])
codes = keys.astype(">u8").view(np.uint8).reshape(len(keys), 8)
begun = time.perf_counter()
index = faiss.IndexBinaryFlat(64); index.add(codes)
limits, _, found = index.range_search(codes[-asked:], 9)
print(json.dumps({"seconds": time.perf_counter() - begun, "found": int(limits[-1])}))
"""


def theirs(number: int, folder: Path) -> dict[str, float]:
    """Let faiss look up the last hashes among all, in its own environment."""
    path = folder / f"{number}.npy"
    if not path.exists():
        np.save(path, made(number)[0])
    asked = number if number == SIZES[0] else ASKED
    command = [peer("faiss") / "python", "-c", FAISS, path, str(asked)]
    told: dict[str, float] = json.loads(
        subprocess.run(command, check=True, capture_output=True).stdout
    )
    return told | {"asked": asked}


def in_own_process(number: int) -> dict[str, float]:
    """Run ``ours`` in a process of its own."""
    command = [sys.executable, __file__, str(number)]
    told: dict[str, float] = json.loads(
        subprocess.run(command, check=True, capture_output=True).stdout
    )
    return told


def main() -> None:
    """Time all sizes in turn, print them, and keep them."""
    folder = HERE / ".peers" / "hashes"
    folder.mkdir(parents=True, exist_ok=True)
    runs: dict[int, list[tuple[dict[str, float], dict[str, float]]]] = {size: [] for size in SIZES}
    for _ in range(ROUNDS):
        for size in SIZES:
            runs[size].append((in_own_process(size), theirs(size, folder)))
    kept = {}
    for size, rounds in runs.items():
        mine, peers = zip(*rounds, strict=True)
        seconds = statistics.median(one["seconds"] for one in mine)
        theirs_s = statistics.median(one["seconds"] for one in peers)
        kept[str(size)] = {
            **mine[0],
            "seconds": round(seconds, 1),
            "megabytes": round(max(one["megabytes"] for one in mine)),
            "faiss asked": peers[0]["asked"],
            "faiss seconds": round(theirs_s, 1),
            "faiss seconds for all": round(theirs_s * size / peers[0]["asked"]),
        }
        print(size, kept[str(size)], file=sys.stderr)
        if size in LIMITS:
            within = (seconds < LIMITS[size][0], kept[str(size)]["megabytes"] < LIMITS[size][1])
            print(
                f"{size:,}: time {'kept' if within[0] else 'BROKEN'}, memory {'kept' if within[1] else 'BROKEN'}"
            )
        assert all(one["missed"] == one["twice"] == 0 for one in mine)
    RESULT.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(ours(int(sys.argv[1]))))
    else:
        main()
