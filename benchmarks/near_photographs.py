"""How many near-duplicates among real photographs are found, by hash alone and with features.

    .venv/bin/python benchmarks/near_photographs.py

Reads the 3,758 photographs of ../shared/data/images and 300 made copies of some of them (seed fixed): saved anew,
cropped by 5 %, brighter, of half the size, mirrored. A copy has the artist of its original and nothing else that
could link the two. Takes the command lines that a maintainer takes: build, features, build --features; and says per
kind how many copies are in one group with their original by near-duplicates (or the same bytes) alone, where the
known pairs of near_duplicates.csv are, and how many other pairs there are.
"""

import csv
import io
import json
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from PIL import Image, ImageEnhance, ImageOps

from omniart_data.release import Release, group_artworks, open_release, same_picture_edges
from omniart_data.release.groups import EDGE
from omniart_data.release.rows import compute

HERE = Path(__file__).parent
REAL = HERE.parent.parent / "shared" / "data" / "images"
MAPPING = HERE.parent / "docs" / "examples" / "photographs.toml"
RESULT = HERE / "results" / "near_photographs.json"
COPIES, SEED = 300, 5
KINDS = ("saved anew", "cropped by 5 %", "brighter", "half the size", "mirrored")
CARRIED = ("type", "artist", "artist_death", "licence", "museum")
"""What a copy's row says; no title, number or date, by which it would be linked."""


def copy_of(body: bytes, kind: str) -> bytes:
    """Return a picture changed as the kind says, as a JPEG."""
    image = Image.open(io.BytesIO(body)).convert("RGB")
    width, height = image.size
    if kind == "cropped by 5 %":
        x, y = round(width * 0.025), round(height * 0.025)
        image = image.crop((x, y, width - x, height - y))
    elif kind == "brighter":
        image = ImageEnhance.Brightness(image).enhance(1.2)
    elif kind == "half the size":
        image = image.resize((width // 2, height // 2), Image.Resampling.LANCZOS)
    elif kind == "mirrored":
        image = ImageOps.mirror(image)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70 if kind == "saved anew" else 90)
    return out.getvalue()


def collection(folder: Path) -> dict[str, tuple[str, str]]:
    """Make a collection of the photographs and the copies; return copy to (original, kind)."""
    with (REAL / "index.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = random.Random(SEED).sample(rows, COPIES)
    copies, made = {}, {}
    bodies = dict(photographs())
    for number, row in enumerate(chosen):
        kind = KINDS[number % len(KINDS)]
        name = f"copy-{number:03d}.jpg"
        copies[name] = (row["file"], kind)
        made[name] = copy_of(bodies[row["file"]], kind)
        rows.append(dict.fromkeys(row, "") | {"file": name} | {c: row[c] for c in CARRIED})
    with (folder / "index.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    for shard in REAL.glob("*.tar"):
        shutil.copy(shard, folder / shard.name)
    with tarfile.open(folder / "objects-99.tar", "w") as tar:
        for name, body in made.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            tar.addfile(entry, io.BytesIO(body))
    return copies


def photographs() -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each photograph."""
    for shard in sorted(REAL.glob("*.tar")):
        with tarfile.open(shard) as tar:
            for member in tar:
                body = tar.extractfile(member)
                if body is not None:
                    yield member.name, body.read()


def run(*command: str | Path) -> None:
    """Run one of our commands; its words go to stderr."""
    subprocess.run(
        [Path(sys.executable).parent / command[0], *command[1:]], check=True, stdout=sys.stderr
    )


def together(release: Release, ways: tuple[str, ...]) -> dict[str, str]:
    """Return the group of each artwork by near-duplicates found in these ways, and by the same bytes."""
    near = release.side_table("near")
    found = pa.array(
        [any(row[way] is not None for way in ways) for row in near.to_pylist()], pa.bool_()
    )
    pairs = (
        near.filter(found)
        .select(["a", "b"])
        .append_column("because", pa.repeat("near", compute.sum(found).as_py() or 0))
    )
    rows = release.table(columns=["id", "image_sha256"])
    edges = pa.concat_tables([pairs.cast(EDGE), same_picture_edges(rows)])
    groups = group_artworks(rows["id"].combine_chunks(), edges)
    return dict(zip(groups["id"].to_pylist(), groups["group"].to_pylist(), strict=True))


def measured(
    release: Release, copies: dict[str, tuple[str, str]], ways: tuple[str, ...]
) -> dict[str, Any]:
    """Return per kind how many copies are with their original, and of the known pairs how many."""
    group = {name.partition(":")[2]: one for name, one in together(release, ways).items()}
    of_kind = {kind: [0, 0] for kind in KINDS}
    for copy, (original, kind) in copies.items():
        of_kind[kind][0] += group[copy] == group[original]
        of_kind[kind][1] += 1
    known = [pair for pair in known_pairs() if all(name in group for name in pair)]
    return {
        "copies": {kind: {"found": found, "of": of} for kind, (found, of) in of_kind.items()},
        "known pairs": {"found": sum(group[a] == group[b] for a, b in known), "of": len(known)},
    }


def known_pairs() -> list[tuple[str, str]]:
    """Return the pairs that are known of the photographs."""
    with (REAL / "near_duplicates.csv").open(encoding="utf-8", newline="") as file:
        return [(row["file_a"], row["file_b"]) for row in csv.DictReader(file)]


def sides(release: Release, copies: dict[str, tuple[str, str]]) -> dict[str, int]:
    """Return how many known pairs, and found ones, are on two sides of the splits: none may be."""
    rows = release.table(columns=["id", "split"])
    split = dict(zip(rows["id"].to_pylist(), rows["split"].to_pylist(), strict=True))
    named = {name.partition(":")[2]: one for name, one in split.items()}

    def apart(one: str, other: str) -> bool:
        sides = {named[one], named[other]}
        return len(sides) > 1 and "unattributed" not in sides

    known = [pair for pair in known_pairs() if all(name in named for name in pair)]
    near = release.side_table("near").to_pylist()
    ends = [[row[end].partition(":")[2] for end in ("a", "b")] for row in near]
    planted = {(copy, original) for copy, (original, _) in copies.items()}
    others = [(a, b) for a, b in ends if (a, b) not in planted and (b, a) not in planted]
    return {
        "known pairs on two sides": sum(apart(*pair) for pair in known),
        "near pairs": len(near),
        "near pairs on two sides": sum(apart(a, b) for a, b in ends),
        "near pairs of no copy and its original": len(others),
    }


def main() -> None:
    """Build twice, measure, print and keep."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "photographs").mkdir()
        copies = collection(place / "photographs")
        build = (
            "omniart-data",
            "build",
            "--from",
            f"local={place / 'photographs'}",
            "--mapping",
            MAPPING,
        )
        run(*build, "--workspace", place / "one")
        chosen = ("--base", "efficientnet-lite0")
        run(
            "omniart-model",
            "features",
            place / "one",
            *chosen,
            "--out",
            place / "features.parquet",
        )
        run(*build, "--workspace", place / "two", "--features", place / "features.parquet")
        by_hash, with_features = (
            open_release(place / w / "releases" / "omniart-1.0.0") for w in ("one", "two")
        )
        hashes, all_ways = (
            ("distance", "mirrored_distance"),
            ("distance", "mirrored_distance", "cosine"),
        )
        kept = {
            "hash alone": measured(by_hash, copies, hashes) | sides(by_hash, copies),
            "features alone": measured(with_features, copies, ("cosine",)),
            "hash and features": measured(with_features, copies, all_ways)
            | sides(with_features, copies),
        }
    RESULT.write_text(json.dumps(kept, indent=1) + "\n")
    print(json.dumps(kept, indent=1))


if __name__ == "__main__":
    main()
