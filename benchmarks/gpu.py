"""What a GPU makes of it: matrices, heads, features and fine-tuning, beside the rate of matrices measured there.

    .venv/bin/python benchmarks/gpu.py [--device cuda] [--base NAME] [--weights FILE]

First the rate of large products of matrices in bfloat16, TF32 and float32 is measured: what the machine gives at best. Then
the heads at OmniArt's size (``heads.py``), the features of pictures that are in memory, and steps of training through the
base, of its last stage and of all of it. Each has its share of the matrix rate (MFU): the operations that it needs, as torch
counts them, over those that the machine could have done meanwhile in the number format that it counts in. Where no
weights are given a base has random ones: its rate does not hang on them. Without a GPU nothing is measured.
"""

import argparse
import io
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from heads import (
    BATCH,
    CLASSES,
    ROWS,
    SHARED,
    TASKS,
    Steps,
    measure,
    measure_memory,
    say,
    seconds,
    start,
    works,
)
from PIL import Image
from torch.utils.flop_counter import FlopCounterMode

from omniart_model.bases import torchvision_bases
from omniart_model.bases.frozen import FrozenBase, load_base
from omniart_model.bases.last_stage import last_stage
from omniart_model.bases.table import BASES, Base
from omniart_model.bases.weights import Weights, find_weights, sha256_of
from omniart_model.features.look import batch_size, launched
from omniart_model.features.pictures import Seen
from omniart_model.training.distributed import World
from omniart_model.training.finetune import Learner, Pictured
from omniart_model.training.network import Network, make_network
from omniart_model.training.pictured import Pictures
from omniart_model.training.resident import brought_to
from omniart_model.training.run import Run, chance_kept
from omniart_model.training.settings import Finetune, TrainConfig, TrainReport

RESULT = Path(__file__).parent / "results" / "gpu.json"
SIDE = 8_192
TOGETHER = 256
"""Pictures in a step of fine-tuning: what is remembered on the way through the base at a time."""


def rate(work: Callable[[], object], place: torch.device, times: int, rounds: int = 5) -> float:
    """Return the median seconds of one of some repetitions, after a round that warms up."""

    def repeated() -> None:
        for _ in range(times):
            work()

    found = [seconds(repeated, place) / times for _ in range(rounds + 1)]
    return statistics.median(found[1:])


def matrices(place: torch.device, side: int = SIDE) -> dict[str, float]:
    """Return teraflops a second of products of two square matrices, by number format."""
    kept = torch.get_float32_matmul_precision()
    found = {}
    for name, kind, precision in (
        ("bf16", torch.bfloat16, kept),
        ("tf32", torch.float32, "high"),
        ("fp32", torch.float32, "highest"),
    ):
        torch.set_float32_matmul_precision(precision)
        one, other = (torch.randn(side, side, device=place, dtype=kind) for _ in range(2))
        taken = rate(lambda one=one, other=other: one @ other, place, times=10)  # type: ignore[misc]
        found[name] = round(2 * side**3 / taken / 1e12, 1)
    torch.set_float32_matmul_precision(kept)
    return found


def operations(work: Callable[[], object]) -> int:
    """Return the operations of some work, as torch counts them: those of matrices and convolutions."""
    with FlopCounterMode(display=False) as counter:
        work()
    return int(counter.get_total_flops())


def share(flops: float, taken: float, best: float) -> float:
    """Return the share of a rate in teraflops a second that some work reaches."""
    return round(flops / taken / 1e12 / best, 3)


def heads(place: torch.device, best: dict[str, float], rows: int = ROWS) -> dict[str, Any]:
    """Measure the heads, in TF32 as training counts on a GPU."""
    with chance_kept(0, place):
        found = measure(rows, steps=50, rounds=7, place=place)
        some, few = works(4 * BATCH, 0), works(BATCH, 1)
        steps = Steps(start(TASKS, brought_to(some, place), brought_to(few, place), place))
        flops = operations(lambda: steps(1))
    found["mfu"] = share(flops, found["ms_a_step"]["ours"] / 1e3, best["tf32"])
    return found


def base_network(base: Base, weights: Path | None) -> FrozenBase:
    """Return a base with given weights, its package's, or random ones."""
    if weights is not None:
        return load_base(base, Weights(weights, sha256_of(weights)))
    if base.package:
        return load_base(base, find_weights(base, Path()))
    network = torchvision_bases.without_last(torchvision_bases.build(base), base.name)
    network.eval().requires_grad_(requires_grad=False)
    frozen: Any = FrozenBase(base, network)
    quick: FrozenBase = frozen.to(memory_format=torch.channels_last).eval()
    return quick


def extraction(
    base: Base, network: FrozenBase, place: torch.device, best: dict[str, float]
) -> dict[str, Any]:
    """Measure how many views of pictures in memory a base sees in a second, as extraction counts: in float32."""
    network = network.to(place)
    full = batch_size(network)
    shape = (full, 1, base.size_px, base.size_px, 3)
    pictures = np.random.default_rng(0).integers(0, 256, shape, np.uint8)

    def both() -> torch.Tensor:
        return launched(network, pictures, base.views)

    taken = rate(both, place, times=4)
    return {
        "views_per_second": round(full * len(base.views) / taken, 1),
        "mfu": share(operations(both), taken, best["fp32"]),
    }


def picture(number: int, side_px: int) -> bytes:
    """Return a made JPEG."""
    chance = np.random.default_rng(number)
    canvas = chance.integers(0, 256, (8, 8, 3), np.uint8)
    body = io.BytesIO()
    Image.fromarray(canvas).resize((side_px, side_px)).save(body, "JPEG", quality=90)
    return body.getvalue()


@contextmanager
def shown(base: Base, pictures: int) -> Iterator[Pictures]:
    """Bring made pictures, all of which are kept decoded."""
    names = [f"{number:064x}" for number in range(pictures)]
    with tempfile.TemporaryFile() as file, ThreadPoolExecutor() as pool:
        held = Pictures(base, names, pool, file, most_bytes=8 << 30)
        held.bring((name, picture(number, 320)) for number, name in enumerate(names))
        yield held


def finetuning(
    base: Base,
    network: FrozenBase,
    how: Finetune,
    place: torch.device,
    best: dict[str, float],
    *,
    together: int = TOGETHER,
    compiling: bool = False,
) -> dict[str, Any]:
    """Measure steps of our training through a base."""
    learner = Learner(network, how, place, compiling=compiling)
    made = works(2 * together, 0)
    config = TrainConfig(shared=SHARED, batch=together, finetune=how)
    names = {task.name: tuple(map(str, range(CLASSES[task.name]))) for task in TASKS}
    with shown(base, len(made)) as pictures, chance_kept(0, place):
        train = Pictured(pictures, np.arange(len(made)), made.labels, learner)
        heads_of = make_network(TASKS, names, base.features, config).to(place)
        report = TrainReport(batch=together)
        run = Run(
            heads_of, names, train, train, config, report=report, place=place, world=World.here()
        )
        heads_of.train()
        steps = Steps(run)
        taken = rate(lambda: steps(1), place, times=4)
        size = (together, base.size_px, base.size_px, 3)
        flops = of_a_step(learner, heads_of, np.zeros(size, np.uint8))
    return {
        "pictures_per_second": round(together / taken, 1),
        "ms_a_step": round(1e3 * taken, 1),
        "mfu": share(flops, taken, best["bf16"]),
    }


def of_a_step(learner: Learner, heads_of: Network, pictures: Seen) -> int:
    """Return the operations of a step: those of the way there, and twice those of what learns for the way back.

    They are not counted on the way back itself, where torch takes a depthwise convolution for a full one.
    """
    place = heads_of.get_buffer("feature_mean").device
    shown = torch.from_numpy(pictures).permute(0, 3, 1, 2).to(place)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        features = learner.network(shown)
    counts = {name: sum(kinds.values()) for name, kinds in counter.get_flop_counts().items()}
    there = learning = counts["Global"]
    if learner.finetune is Finetune.LAST:
        stage = {f"FrozenBase.network.{name}" for name in last_stage(learner.network.network)}
        learning = sum(found for name, found in counts.items() if name in stage)
    return int(there + 2 * learning) + 3 * operations(lambda: heads_of(features))


def everything(place: torch.device, base: Base, weights: Path | None) -> dict[str, Any]:
    """Measure all of it."""
    best = matrices(place)
    say(f"matrices: {best} TFLOP/s")
    network = base_network(base, weights)
    found: dict[str, Any] = {
        "device": torch.cuda.get_device_name(place),
        "torch": torch.__version__,
        "matrices_tflops": best,
        "heads": heads(place, best) | {"peak_mb": round(measure_memory(ROWS, str(place)))},
        "base": base.name,
        "extraction": extraction(base, network, place, best),
    }
    for how in (Finetune.LAST, Finetune.ALL):
        for compiling in (False, True):
            name = f"finetune_{how}" + ("_compiled" if compiling else "")
            found[name] = finetuning(base, network, how, place, best, compiling=compiling)
            say(f"{name}: {found[name]}")
    return found


def main() -> None:
    """Measure, print and keep; without a GPU say so and end."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--device", default="cuda")
    asked.add_argument("--base", default="resnet50", choices=sorted(set(BASES) - {"pixels"}))
    asked.add_argument("--weights", type=Path)
    given = asked.parse_args()
    if not torch.cuda.is_available():
        sys.exit("there is no GPU that torch can use here: nothing was measured")
    found = everything(torch.device(given.device), BASES[given.base], given.weights)
    text = json.dumps(found, indent=2) + "\n"
    print(text, end="")
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
