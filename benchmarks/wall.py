"""What comes home from behind a wall like the Met's, and how soon; img2dataset 1.47 stands before the same one.

    .venv/bin/python benchmarks/wall.py [pictures]

The wall: 10 requests a second, 30 at once, then 403 to everything until 30 s of quiet. 3,000 small pictures, of
which one in a hundred is torn. Ours once at a fixed rate of 9, once finding the rate by itself from 3 a second.
Takes about 20 minutes.
"""

import io
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from images import img2dataset_command
from PIL import Image
from service import Service, beside

HERE = Path(__file__).parent
PICTURES = 3000
RATE, BURST, QUIET_S = 10, 30, 30
TORN_EVERY = 100

_OURS = """
import asyncio, json, logging, sys
from pathlib import Path
from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.engine.image_store import ImageStore
from crawlers.engine.images import fetch_images

base, count, folder, rate = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
config = FetchConfig(
    contact="benchmark",
    default_rate=3.0 if rate == "auto" else float(rate),
    find_rate=rate == "auto",
    routes={"walled.invalid": base},
)

async def main():
    async with Fetch(config) as fetch:
        with ImageStore(folder) as images:
            urls = [f"https://walled.invalid/{n:05}.jpg" for n in range(count)]
            report = await fetch_images(urls, fetch, images, max_px=512)
            host = fetch.report.hosts["walled.invalid"]
            print(json.dumps({"had": report.fetched, "walls": host.walls, "requests": host.requests}))

asyncio.run(main())
"""


def pictures(folder: Path, count: int) -> int:
    """Make so many small pictures, some of them torn; return how many can be decoded."""
    chance = random.Random(0)
    whole = 0
    for number in range(count):
        colours = bytes(chance.randrange(256) for _ in range(8 * 6 * 3))
        picture = Image.frombytes("RGB", (8, 6), colours).resize((320, 240))
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=80)
        body = out.getvalue()
        torn = number % TORN_EVERY == 7
        whole += not torn
        (folder / f"{number:05}.jpg").write_bytes(body[: len(body) // 2] if torn else body)
    return whole


WALLED = ("wall_server.py", RATE, BURST, QUIET_S)
"""The program, and its wall; the folder comes last."""


def ours(root: Path, work: Path, count: int, rate: str) -> dict[str, float]:
    """Fetch with the engine of omniart-data, at a rate or finding it."""
    with beside(*WALLED, root) as walled:
        started = time.perf_counter()
        folder = work / f"ours-{rate}"
        command = [sys.executable, "-P", "-c", _OURS, walled.address, count, folder, rate]
        done = subprocess.run(
            list(map(str, command)), stdout=subprocess.PIPE, text=True, check=True
        )
        took = time.perf_counter() - started
    return {"seconds": took, "had": json.loads(done.stdout)["had"], **seen(walled)}


def img2dataset(root: Path, work: Path, count: int) -> dict[str, float]:
    """Fetch with img2dataset, which tries each address three times."""
    folder = work / "img2dataset"
    with beside(*WALLED, root) as walled:
        listed = work / "urls.txt"
        listed.write_text("".join(f"{walled.address}/{n:05}.jpg\n" for n in range(count)))
        started = time.perf_counter()
        command = img2dataset_command(listed, folder, retries=2)
        subprocess.run(list(map(str, command)), capture_output=True, check=True)
        took = time.perf_counter() - started
    return {"seconds": took, "had": len(list(folder.rglob("*.jpg"))), **seen(walled)}


def seen(walled: Service) -> dict[str, int]:
    """Return how often the wall closed, and how many requests came."""
    closings, requests = map(int, walled.said.split())
    return {"closings": closings, "requests": requests}


def main() -> None:
    """Print the table and keep it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    with tempfile.TemporaryDirectory(prefix="omniart-wall-") as folder:
        root, work = Path(folder) / "root", Path(folder) / "work"
        root.mkdir()
        work.mkdir()
        whole = pictures(root, count)
        runs = {"img2dataset": img2dataset(root, work, count)}
        for rate in ("9", "auto"):
            runs[f"ours, rate {rate}"] = ours(root, work, count, rate)
    limits = {"ours, rate 9": 1.15 * count / 9, "ours, rate auto": 2 * count / RATE}
    for name, run in runs.items():
        limit = f"(limit {limits[name]:.0f} s)" if name in limits else ""
        share = run["had"] / whole
        print(
            f"{name:<16}{run['had']:>6} of {whole} decodable ({share:.1%}) in {run['seconds']:.0f} s"
            f" {limit}; the wall closed {run['closings']:.0f} times, {run['requests']:.0f} requests"
        )
    kept = {"pictures": count, "decodable": whole, "limits_s": limits, "runs": runs}
    (HERE / "results" / "wall.json").write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
