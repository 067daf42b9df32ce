"""What the colours of a picture cost, beside Pillow's own quantizer on the same JPEG and the same core.

    taskset -c 0 .venv/bin/python benchmarks/colours.py [rounds]

The JPEGs are those that a store keeps (512 px, quality 90) of photographs in ../shared, cut as in images.py. All
decode them at no larger size than they need, and look at 96 px. Pillow's median cut and octree give nine colours
in RGB, without merging what looks the same. How good the nine are is told beside: the mean CIE76 distance of a
picture's pixels to the nearest of them.
"""

import io
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from images import pictures
from PIL import Image

from crawlers.engine.colours import LONGEST_PX, MOST, jpeg_colours, to_lab, unpack
from crawlers.engine.picture import prepare

COUNT = 200
Palette = list[tuple[int, ...]]


def seen(body: bytes) -> Image.Image:
    """Return a JPEG at the size at which colours are looked for."""
    image = Image.open(io.BytesIO(body))
    image.draft("RGB", (LONGEST_PX, LONGEST_PX))
    image.thumbnail((LONGEST_PX, LONGEST_PX), Image.Resampling.BOX)
    return image.convert("RGB")


def ours(body: bytes) -> Palette:
    """Find the colours as omniart-data does."""
    return [tuple(bytes.fromhex(one.hex[1:])) for one in unpack(jpeg_colours(body))]


def quantized(method: Image.Quantize, kmeans: int = 0) -> Callable[[bytes], Palette]:
    """Return how Pillow finds as many colours."""

    def find(body: bytes) -> Palette:
        found = seen(body).quantize(MOST, method, kmeans)
        flat = found.getpalette() or []
        return [tuple(flat[3 * n : 3 * n + 3]) for _, n in found.getcolors() or []]  # type: ignore[misc]

    return find


def decoded_only(body: bytes) -> Palette:
    """Only decode and scale: what all of them do."""
    seen(body)
    return []


FINDERS: Mapping[str, Callable[[bytes], Palette]] = {
    "decoding alone": decoded_only,
    "ours": ours,
    "Pillow, median cut": quantized(Image.Quantize.MEDIANCUT),
    "Pillow, median cut and k-means": quantized(Image.Quantize.MEDIANCUT, 10),
    "Pillow, octree": quantized(Image.Quantize.FASTOCTREE),
}


def loss(body: bytes, palette: Palette) -> float:
    """Return the mean CIE76 distance of a picture's pixels to the nearest colour found."""
    pixels = to_lab(np.asarray(seen(body)).reshape(-1, 3))
    colours = to_lab(np.array(palette, np.uint8))
    return float(np.linalg.norm(pixels[:, None] - colours[None], axis=-1).min(1).mean())


def compare(bodies: list[bytes], rounds: int) -> dict[str, dict[str, float]]:
    """Return milliseconds a picture (the median over rounds, taken in turn) and loss of each finder."""
    taken: dict[str, list[float]] = {name: [] for name in FINDERS}
    for _ in range(rounds):
        for name, find in FINDERS.items():
            started = time.perf_counter()
            for body in bodies:
                find(body)
            taken[name].append((time.perf_counter() - started) / len(bodies) * 1e3)
    table = {name: {"ms": statistics.median(times)} for name, times in taken.items()}
    for name, find in FINDERS.items():
        if name != "decoding alone":
            losses = [loss(body, find(body)) for body in bodies]
            table[name]["loss"] = statistics.mean(losses)
    return table


def main() -> None:
    """Print the table and keep it."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory(prefix="omniart-colours-") as folder:
        names = pictures(Path(folder), COUNT)
        bodies = [prepare((Path(folder) / name).read_bytes()).body for name in names]
    table = compare(bodies, rounds)
    kept = Path(__file__).parent / "results" / "colours.json"
    result = {"rounds": rounds, "pictures": COUNT, "finders": table}
    kept.write_text(json.dumps(result, indent=1) + "\n")
    for name, row in table.items():
        told = f"   loss {row['loss']:5.2f}" if "loss" in row else ""
        print(f"{name:<32}{row['ms']:6.2f} ms{told}")


if __name__ == "__main__":
    main()
