"""How fast pictures come home, beside img2dataset 1.47: from nginx on loopback, over TLS and over HTTP.

    .venv/bin/python benchmarks/images.py [rounds]

1,000 JPEGs of about 1,400 px, cut from the photographs in ../shared, become JPEGs of 512 px at quality 90, on
the same host and cores. Both are whole processes, taken in turn; each then also with one picture alone, so that
what starting costs can be told from what a picture costs.
"""

import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from nginx import Web, served
from peers import peer
from PIL import Image

SHARED = Path(__file__).parents[2] / "shared" / "data" / "images" / "awkward"
PHOTOGRAPHS = ("large-12mp.jpg", "large-12mp-landscape.jpg", "adobergb-painting.jpg")
COUNT = 1000
LONGER_PX = 1400
THREADS = 32

_OURS = """
import asyncio, sys
from pathlib import Path
from crawlers.engine.fetch import Fetch, FetchConfig
from crawlers.engine.image_store import ImageStore
from crawlers.engine.images import fetch_images

urls, folder, ca_file = Path(sys.argv[1]).read_text().split(), Path(sys.argv[2]), Path(sys.argv[3])
host = "pictures.invalid"
base = urls[0].split("/0")[0]
config = FetchConfig(
    contact="benchmark", default_rate=100_000, concurrency=16, ca_file=ca_file, routes={host: base}
)

async def main():
    async with Fetch(config) as fetch:
        with ImageStore(folder) as images:
            urls_ = [url.replace(base, "https://" + host) for url in urls]
            return await fetch_images(urls_, fetch, images, max_px=512)

print(asyncio.run(main()))
"""


def pictures(folder: Path, count: int = COUNT) -> list[str]:
    """Cut so many different pictures from the photographs; return their names."""
    chance = random.Random(0)
    photographs = [Image.open(SHARED / name).convert("RGB") for name in PHOTOGRAPHS]
    names = []
    for number in range(count):
        photograph = photographs[number % len(photographs)]
        scale = chance.uniform(0.35, 0.9)
        wide, high = (round(side * scale) for side in photograph.size)
        left = chance.randrange(photograph.width - wide)
        top = chance.randrange(photograph.height - high)
        cut = photograph.crop((left, top, left + wide, top + high))
        longer = chance.randint(LONGER_PX - 100, LONGER_PX + 100)
        factor = longer / max(cut.size)
        cut = cut.resize((round(cut.width * factor), round(cut.height * factor)))
        names.append(f"{number:05}.jpg")
        cut.save(folder / names[-1], quality=85)
    return names


def seconds(command: list[object], folder: Path, ca_file: Path) -> float:
    """Return how long a whole process takes that fills a folder, which is emptied before."""
    shutil.rmtree(folder, ignore_errors=True)
    environment = {
        "PATH": "/usr/bin:/bin",
        "SSL_CERT_FILE": str(ca_file),
        "HOME": str(folder.parent),
    }
    environment |= {"NO_ALBUMENTATIONS_UPDATE": "1"}
    started = time.perf_counter()
    done = subprocess.run(
        list(map(str, command)), env=environment, capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
    return took


def ours(urls: Path, folder: Path, ca_file: Path) -> float:
    """Fetch with the engine of omniart-data."""
    took = seconds([sys.executable, "-P", "-c", _OURS, urls, folder, ca_file], folder, ca_file)
    check(folder.glob("[0-9a-f][0-9a-f]/*"), urls)
    return took


def img2dataset_command(urls: Path, folder: Path, *, retries: int) -> list[object]:
    """Return the command line of img2dataset, as its own documentation advises for one machine."""
    options = {
        "url_list": urls,
        "output_folder": folder,
        "image_size": 512,
        "resize_mode": "keep_ratio_largest",
        "resize_only_if_bigger": True,
        "encode_quality": 90,
        "output_format": "files",
        "processes_count": 2,
        "thread_count": THREADS,
        "number_sample_per_shard": 500,
        "retries": retries,
        "enable_wandb": False,
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [peer("img2dataset") / "img2dataset", *flags]


def img2dataset(urls: Path, folder: Path, ca_file: Path) -> float:
    """Fetch with img2dataset."""
    took = seconds(img2dataset_command(urls, folder, retries=0), folder, ca_file)
    check(folder.rglob("*.jpg"), urls)
    return took


def check(found: object, urls: Path) -> None:
    """Refuse a run that did not bring every picture home."""
    had, wanted = len(list(found)), len(urls.read_text().split())  # type: ignore[call-overload]
    if had != wanted:
        raise SystemExit(f"{had} of {wanted} pictures came home")


def compare(web: Web, names: list[str], rounds: int, work: Path) -> dict[str, dict[str, float]]:
    """Return the medians for each protocol, all taken in turn."""
    cases: dict[str, Callable[[], float]] = {}
    for protocol, base in (("TLS", web.https), ("HTTP", web.http)):
        for count in (len(names), 1):
            listed = work / f"{protocol}-{count}.txt"
            listed.write_text("\n".join(f"{base}/{name}" for name in names[:count]) + "\n")
            for tool in (ours, img2dataset):
                cases[f"{protocol} {tool.__name__} {count}"] = (
                    lambda tool=tool, listed=listed: tool(listed, work / "out", web.ca_file)  # type: ignore[misc]
                )
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            taken[name].append(case())
            print(f"{name:<28}{taken[name][-1]:8.2f} s", file=sys.stderr)
    return _table({name: statistics.median(times) for name, times in taken.items()}, len(names))


def _table(medians: dict[str, float], count: int) -> dict[str, dict[str, float]]:
    table = {}
    for protocol in ("TLS", "HTTP"):
        our, our_start = (medians[f"{protocol} ours {n}"] for n in (count, 1))
        peer_, peer_start = (medians[f"{protocol} img2dataset {n}"] for n in (count, 1))
        table[protocol] = {
            "ours_s": our,
            "img2dataset_s": peer_,
            "ratio": peer_ / our,
            "ours_per_s": count / (our - our_start),
            "img2dataset_per_s": count / (peer_ - peer_start),
            "ratio_without_start": (peer_ - peer_start) / (our - our_start),
        }
    return table


def main() -> None:
    """Print the table and keep it."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory(prefix="omniart-images-") as folder:
        root, work = Path(folder) / "root", Path(folder) / "work"
        root.mkdir()
        work.mkdir()
        Path(folder).chmod(0o755)
        names = pictures(root)
        with served(root) as web:
            table = compare(web, names, rounds, work)
    kept = Path(__file__).parent / "results" / "images.json"
    kept.write_text(json.dumps({"rounds": rounds, "pictures": COUNT, **table}, indent=1) + "\n")
    for protocol, row in table.items():
        print(protocol, "  ".join(f"{name} {value:.2f}" for name, value in row.items()))


if __name__ == "__main__":
    main()
