"""How alike a base finds a photograph and a changed copy of it, and how alike two that are not one work.

    .venv/bin/python benchmarks/photo_copies.py [--workspace FOLDER] [--sheet PAIRS.png]

The 3,758 photographs of ../shared/data/images and the 300 made copies of near_photographs.py, 60 of a kind. Their
features are compared all with all, exactly: nothing here hangs on how a build searches. Printed are, per kind, the
number of copies whose cosine with their original is so much or more (of a mirrored one: with its mirrored view), the
cosines of the known pairs, and how many other pairs are as near; ``--sheet`` shows the 40 nearest of two photographs.
"""

import argparse
import csv
import hashlib
import io
import json
import random
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
from near_photographs import COPIES, KINDS, REAL, SEED, copy_of, known_pairs, photographs
from PIL import Image, ImageDraw

from omniart_model.baselines.make import BaseChoice, choose_device, prepare_workspace_features
from omniart_model.features.file import write_features
from omniart_model.workspace import picture_names, picture_path

SHOWN, TILE_PX = 40, 160
LIMITS = (0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99)
"""Cosines at which recall and other pairs are counted, to see what the limit costs."""

Floats = npt.NDArray[np.float32]


class Copy(NamedTuple):
    """A changed photograph: its bytes, the file that it was made of, and how it was changed."""

    body: bytes
    original: str
    kind: str


def copies(bodies: dict[str, bytes]) -> list[Copy]:
    """Return the made copies: the same ones as near_photographs.py makes."""
    with (REAL / "index.csv").open(encoding="utf-8", newline="") as file:
        names = [row["file"] for row in csv.DictReader(file)]
    chosen = random.Random(SEED).sample(names, COPIES)
    kinds = [KINDS[number % len(KINDS)] for number in range(COPIES)]
    return [
        Copy(copy_of(bodies[name], kind), name, kind)
        for name, kind in zip(chosen, kinds, strict=True)
    ]


def put(workspace: Path, body: bytes) -> str:
    """Put a picture into a workspace; return its SHA-256."""
    sha256 = hashlib.sha256(body).hexdigest()
    path = picture_path(workspace, sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return sha256


def features_of(workspace: Path) -> tuple[dict[str, int], Floats, Floats]:
    """Return the row of each picture of a workspace, and the unit vectors of both views, by way of a file."""
    cache, _ = prepare_workspace_features(
        workspace, BaseChoice("efficientnet-lite0"), workspace, choose_device("auto")
    )
    path = workspace / "features.parquet"
    write_features(cache, picture_names(workspace), path)
    table = pq.read_table(path)
    views = []
    for name in ("features", "mirrored"):
        halves = np.frombuffer(b"".join(table[name].to_pylist()), "<f2").astype(np.float32)
        rows = halves.reshape(table.num_rows, -1)
        views.append(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    return {sha: row for row, sha in enumerate(table["image_sha256"].to_pylist())}, *views


def of_copies(made: list[tuple[Copy, int, int]], upright: Floats, mirrored: Floats) -> Any:
    """Return per kind the copies' cosines with their originals, in figures."""
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for copy, row, original in made:
        view = mirrored if copy.kind == "mirrored" else upright
        found[copy.kind].append(float(upright[row] @ view[original]))
    return {
        kind: {
            "of": len(cosines),
            "least": round(min(cosines), 4),
            "median": round(float(np.median(cosines)), 4),
            **{f">= {limit}": sum(one >= limit for one in cosines) for limit in LIMITS},
        }
        for kind, cosines in found.items()
    }


def other_pairs(
    upright: Floats, mirrored: Floats, known: set[tuple[int, int]], origin: npt.NDArray[np.int64]
) -> list[tuple[float, int, int]]:
    """Return the pairs of different works with a cosine from the least limit up, highest first.

    ``origin`` is of each row the row that it was made of: what has the same is no other pair, and no more are
    copies of a known pair.
    """
    pairs = []
    for a in range(len(upright)):
        cosine = np.maximum(upright[a] @ upright[a + 1 :].T, upright[a] @ mirrored[a + 1 :].T)
        for b in np.flatnonzero(cosine >= LIMITS[0]) + a + 1:
            one, other = sorted((int(origin[a]), int(origin[b])))
            if one != other and (one, other) not in known:
                pairs.append((float(cosine[b - a - 1]), a, int(b)))
    return sorted(pairs, reverse=True)


def sheet(pairs: list[tuple[float, int, int]], rows: list[tuple[str, bytes]], path: Path) -> None:
    """Draw pairs side by side, numbered, with their cosines, four pairs in a line."""
    width, height = 2 * TILE_PX + 16, TILE_PX + 30
    page = Image.new("RGB", (4 * width, -(-len(pairs) // 4) * height), "white")
    draw = ImageDraw.Draw(page)
    for number, (cosine, *ends) in enumerate(pairs):
        left, top = number % 4 * width, number // 4 * height
        for side, row in enumerate(ends):
            picture = Image.open(io.BytesIO(rows[row][1])).convert("RGB")
            picture.thumbnail((TILE_PX, TILE_PX))
            page.paste(picture, (left + side * TILE_PX, top + 26))
        names = [rows[row][0].removesuffix(".jpg")[-22:] for row in ends]
        draw.text((left + 2, top), f"{number + 1}: {cosine:.4f}", "black")
        draw.text((left + 2, top + 12), " | ".join(names), "black")
    page.save(path)


def measured(workspace: Path, pairs_png: Path | None) -> dict[str, Any]:
    """Return all figures."""
    bodies = dict(photographs())
    name_of = {put(workspace, body): name for name, body in bodies.items()}
    made = copies(bodies)
    sha_of = {name: hashlib.sha256(body).hexdigest() for name, body in bodies.items()}
    copied = {put(workspace, copy.body): copy for copy in made}
    row_of, upright, mirrored = features_of(workspace)
    place = {name: row_of[sha256] for name, sha256 in sha_of.items()}
    origin = np.arange(len(upright))
    for sha256, copy in copied.items():
        origin[row_of[sha256]] = place[copy.original]
    known = [pair for pair in known_pairs() if all(name in place for name in pair)]
    others = other_pairs(
        upright, mirrored, {tuple(sorted((place[a], place[b]))) for a, b in known}, origin
    )
    originals = [pair for pair in others if all(origin[end] == end for end in pair[1:])]
    shown = [(f"copy of {copy.original}", copy.body) for copy in copied.values()]
    by_row = {row_of[sha]: one for sha, one in zip(copied, shown, strict=True)}
    by_row |= {row_of[sha]: (name, bodies[name]) for sha, name in name_of.items()}
    rows = [by_row[row] for row in range(len(upright))]
    if pairs_png is not None:
        sheet(originals[:SHOWN], rows, pairs_png)
    return {
        "pictures": len(upright),
        "copies": of_copies(
            [(copy, row_of[sha], place[copy.original]) for sha, copy in copied.items()],
            upright,
            mirrored,
        ),
        "known pairs": {
            f"{a} {b}": round(float(upright[place[a]] @ upright[place[b]]), 4) for a, b in known
        },
        "other pairs": {
            f">= {limit}": sum(pair[0] >= limit for pair in others) for limit in LIMITS
        },
        "of them of two photographs": {
            f">= {limit}": sum(
                pair[0] >= limit and all(origin[end] == end for end in pair[1:]) for pair in others
            )
            for limit in LIMITS
        },
        "nearest": [
            f"{number}: {cosine:.4f} {rows[a][0]} {rows[b][0]}"
            for number, (cosine, a, b) in enumerate(originals[:SHOWN], 1)
        ],
    }


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--workspace", type=Path, help="keeps the features for another time")
    asked.add_argument("--sheet", type=Path, help="a PNG of the nearest other pairs")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(measured(given.workspace or Path(name), given.sheet), indent=1))


if __name__ == "__main__":
    main()
