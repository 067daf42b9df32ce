"""How fast features are made, and read back: beside the base on tensors in memory, a DataLoader, and the file's bytes.

    .venv/bin/python benchmarks/extraction.py [--compile] [--base NAME] [--pictures N] [--rounds N]

Pictures are photographs of ../shared/data/images, as files in a workspace. In every round, in turn: the base alone on
pictures that were decoded before; ours, files to cache, in both views; and what one writes without us, a
torch DataLoader with 2 workers and torchvision's transforms before the same base. Then a cache of 30,000 pictures of
ResNet-50's size is read back in an order by chance, beside reading its files, each time with them in the page cache, and
each time without. Ratios are of medians; the peers see the same pictures in batches of the same size.
"""

import argparse
import hashlib
import json
import os
import statistics
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

from omniart_data.release.pictures import large_pictures
from omniart_model.allocation import keep_freed_memory
from omniart_model.bases.frozen import load_base
from omniart_model.bases.table import BASES, OFFLINE_BASE, Base, Kernel
from omniart_model.bases.torchvision_import import torchvision_models
from omniart_model.bases.weights import find_weights
from omniart_model.features.cache import FeatureCache
from omniart_model.features.extract import extract_workspace
from omniart_model.features.look import batch_size, compiled
from omniart_model.features.pictures import see_views
from omniart_model.workspace import picture_names, picture_path

HERE = Path(__file__).parent
REAL = HERE.parent.parent / "shared" / "data" / "images"
RESULT = HERE / "results" / "extraction.json"
CACHED, PART = 30_000, 2_048
WORKERS = 2


def bring(workspace: Path, pictures: int) -> list[str]:
    """Put so many photographs into a workspace; return their SHA-256, rising."""
    for body in photographs(pictures):
        path = picture_path(workspace, hashlib.sha256(body).hexdigest())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return list(picture_names(workspace))


def photographs(pictures: int) -> Iterator[bytes]:
    """Yield the bytes of the first so many photographs."""
    for shard in sorted(REAL.glob("*.tar")):
        with tarfile.open(shard) as tar:
            for member in tar:
                body = tar.extractfile(member)
                if body is not None and pictures:
                    yield body.read()
                    pictures -= 1


class Files(Dataset[torch.Tensor]):
    """Pictures as a DataLoader's user reads them."""

    def __init__(self, paths: list[Path], base: Base) -> None:
        torchvision_models()  # through its guard
        from torchvision import transforms  # noqa: PLC0415

        kernel = transforms.InterpolationMode(Kernel(base.kernel).value)
        self.paths = paths
        self.seen = transforms.Compose(
            [
                transforms.Resize(base.short_side_px, kernel),
                transforms.CenterCrop(base.size_px),
                transforms.PILToTensor(),
            ]
        )

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, at: int) -> torch.Tensor:
        picture: torch.Tensor = self.seen(Image.open(self.paths[at]).convert("RGB"))
        return picture


def by_loader(paths: list[Path], base: Base, network: nn.Module) -> None:
    """See pictures in both views through a DataLoader."""
    loader = DataLoader(Files(paths, base), batch_size(network), num_workers=WORKERS)
    kept = []
    with torch.inference_mode():
        for batch in loader:
            views = [network(batch), network(batch.flip(3))]
            kept.append(torch.stack(views, 1).half().numpy())
    np.concatenate(kept)


def as_tensors(pictures: np.ndarray[Any, Any], network: nn.Module) -> list[torch.Tensor]:
    """Return both views of decoded pictures, uint8 [N, 1, S, S, 3], as batches that a base takes as they are."""
    batches = torch.from_numpy(pictures)[:, 0].permute(0, 3, 1, 2).split(batch_size(network))
    return [view.contiguous() for batch in batches for view in (batch, batch.flip(3))]


def from_memory(batches: list[torch.Tensor], network: nn.Module) -> None:
    """Run a base on tensors that are in memory, and do nothing else."""
    with torch.inference_mode():
        for batch in batches:
            network(batch)


def ours(workspace: Path, base: Base, network: nn.Module) -> None:
    """Bring the features of a workspace into a cache that is empty."""
    with tempfile.TemporaryDirectory() as folder:
        report = extract_workspace(workspace, FeatureCache(Path(folder), base, "0"), network)
    assert report.extracted == report.pictures, report


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of some work; its result is let go after it."""
    started = time.perf_counter()
    result = work()
    taken = time.perf_counter() - started
    del result
    return taken


def extraction(base: Base, pictures: int, rounds: int, *, compiling: bool) -> dict[str, Any]:
    """Measure the three, in turn, on the same pictures."""
    network: nn.Module = load_base(base, find_weights(base, HERE / ".weights"))
    with tempfile.TemporaryDirectory() as folder, large_pictures():
        workspace = Path(folder)
        names = bring(workspace, pictures)
        paths = [picture_path(workspace, name) for name in names]
        seen = np.stack([see_views(path.read_bytes(), path.name, base) for path in paths])
        if compiling:
            network = compiled(network, seen[:1], base.views)
        held = as_tensors(seen, network)
        ways: dict[str, Callable[[], None]] = {
            "base alone": lambda: from_memory(held, network),
            "ours": lambda: ours(workspace, base, network),
            "DataLoader": lambda: by_loader(paths, base, network),
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(rounds + 1):
            for name, work in ways.items():
                found = seconds(work)
                print(f"round {number}: {name} {found:.2f} s", file=sys.stderr)
                if number:  # the first warms up
                    taken[name].append(found)
    middle = {name: statistics.median(found) for name, found in taken.items()}
    return {
        "base": base.name,
        "compiled": compiling,
        "pictures": len(names),
        "rounds": rounds,
        "views_per_second": {n: round(2 * len(names) / one, 1) for n, one in middle.items()},
        "ours_of_base": round(middle["base alone"] / middle["ours"], 3),
        "ours_of_loader": round(middle["DataLoader"] / middle["ours"], 3),
    }


def forget(parts: list[Path]) -> None:
    """Let the system forget what it holds of files, which are on the disk."""
    for part in parts:
        with part.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def reading(rounds: int) -> dict[str, Any]:
    """Measure reading a cache beside reading its files."""
    chance = np.random.default_rng(0)
    names = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(CACHED)]
    order = [names[place] for place in chance.permutation(CACHED)]
    with tempfile.TemporaryDirectory(dir=HERE) as folder:
        cache = FeatureCache(Path(folder), BASES["resnet50"], "0")
        for start in range(0, CACHED, PART):
            some = names[start : start + PART]
            cache.add(some, chance.random((len(some), *cache.shape), np.float32).astype(np.float16))
        parts = sorted(cache.folder.iterdir())
        ways: dict[str, Callable[[], object]] = {
            "bytes": lambda: [part.read_bytes() for part in parts],
            "read": lambda: cache.read(order),
        }
        taken: dict[str, list[float]] = {}
        for _ in range(rounds):
            for state in ("warm", "cold"):
                for name, work in ways.items():
                    if state == "cold":
                        forget(parts)
                    taken.setdefault(f"{state} {name}", []).append(seconds(work))
        size = sum(part.stat().st_size for part in parts)
    middle = {name: statistics.median(found) for name, found in taken.items()}
    return {
        "pictures": CACHED,
        "bytes": size,
        "rounds": rounds,
        "seconds": {name: round(one, 3) for name, one in middle.items()},
        "warm_ratio": round(middle["warm read"] / middle["warm bytes"], 2),
        "cold_ratio": round(middle["cold read"] / middle["cold bytes"], 2),
    }


def main() -> None:
    """Measure, print and keep."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--compile", action="store_true")
    asked.add_argument("--base", default=OFFLINE_BASE)
    asked.add_argument("--pictures", type=int, default=320)
    asked.add_argument("--rounds", type=int, default=5)
    asked = asked.parse_args()
    read = reading(2 * asked.rounds + 1)
    keep_freed_memory()  # as the command does; the base alone and the DataLoader gain as much by it
    found = {
        "extraction": extraction(
            BASES[asked.base], asked.pictures, asked.rounds, compiling=asked.compile
        ),
        "reading": read,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }
    text = json.dumps(found, indent=2) + "\n"
    print(text, end="")
    if not asked.compile:
        RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
