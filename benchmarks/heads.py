"""How fast the heads learn and answer at OmniArt's size, beside a plain loop, and beside a network for each task.

    .venv/bin/python benchmarks/heads.py [--device cpu] [--rows N] [--steps N] [--rounds N]

302,551 works of train with 2,048 features in two views, float16 in memory; a shared layer of 6,144 units; 390 artists, 112
types, 1,424 materials and the year, with made labels as sparse and as uneven as a museum's. In every round, in turn and in
one process, two steps at a time: our own training (``training/run.py``, of which nothing is left out), a reference that does no
more than must be done, over the same arrays, and four single-task networks; then 200 batches of 32 are answered, as
the paper times it. Figures are medians over rounds, ratios of what was measured in one round. The memory is that of a
process of its own, which holds the works and trains.
"""

import argparse
import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from omniart_model.compare.speed import answering_seconds
from omniart_model.labels import Labels, SeveralLabels
from omniart_model.tasks import Task, choose_tasks
from omniart_model.training.distributed import World
from omniart_model.training.examples import Cached, Examples
from omniart_model.training.network import make_network
from omniart_model.training.resident import brought_to
from omniart_model.training.run import Run
from omniart_model.training.settings import TrainConfig, TrainReport

RESULT = Path(__file__).parent / "results" / "heads.json"
ROWS, FEATURES, SHARED, BATCH = 302_551, 2_048, 6_144, 1_024
CLASSES = {"artist": 390, "type": 112, "material": 1_424, "period": 0}
PER_WORK = {"type": 1.2, "material": 2.4}  # labels of a work, about
VALIDATION = 2_048
TASKS = choose_tasks(["artist", "type", "material", "period"])
_BLOCK = 4_096  # rows of features that are made, and repeated
_TURN = 2  # steps of one way before it is the next one's turn
_ANSWERING_ROUNDS = 3


def uneven(classes: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return shares of classes that fall as Zipf's law says."""
    shares = 1 / np.arange(1, classes + 1)
    found: np.ndarray[Any, np.dtype[np.float64]] = shares / shares.sum()
    return found


def several(rows: int, name: str, chance: np.random.Generator) -> SeveralLabels:
    """Return made labels: at least one a work, each of a class once."""
    lengths = 1 + chance.poisson(PER_WORK[name] - 1, rows)
    at = np.repeat(np.arange(rows), lengths)
    classes = CLASSES[name]
    pairs = np.unique(at * classes + chance.choice(classes, len(at), p=uneven(classes)))
    offsets = np.concatenate([[0], np.cumsum(np.bincount(pairs // classes, minlength=rows))])
    return SeveralLabels(offsets.astype(np.int64), pairs % classes, np.ones(rows, bool), classes)


def works(rows: int, seed: int) -> Cached:
    """Return made works, the same for the same seed; features are positive, as after a ReLU and a mean."""
    chance = np.random.default_rng(seed)
    block = np.abs(chance.standard_normal((_BLOCK, 2, FEATURES), np.float32)).astype(np.float16)
    features = np.empty((rows, 2, FEATURES), np.float16)
    for start in range(0, rows, _BLOCK):
        features[start : start + _BLOCK] = block[: rows - start]
    labels: dict[str, Labels] = {
        "artist": chance.choice(CLASSES["artist"], rows, p=uneven(CLASSES["artist"])),
        "type": several(rows, "type", chance),
        "material": several(rows, "material", chance),
        "period": chance.normal(1700, 120, rows).astype(np.float32),
    }
    return Cached(features, labels)


def start(tasks: Sequence[Task], train: Examples, validation: Examples, place: torch.device) -> Run:
    """Return our training of some tasks, before its first step."""
    config, report = TrainConfig(shared=SHARED, batch=BATCH), TrainReport(batch=BATCH)
    torch.manual_seed(0)
    names = {task.name: tuple(map(str, range(CLASSES[task.name]))) for task in tasks}
    network = make_network(tasks, names, FEATURES, config).to(place)
    run = Run(
        network, names, train, validation, config, report=report, place=place, world=World.here()
    )
    network.train()
    return run


class Steps:
    """Our training, some steps at a time, epoch after epoch."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._batches = itertools.chain.from_iterable(map(run.batches, itertools.count(1)))

    def __call__(self, steps: int) -> None:
        """Make some steps."""
        self.run.learn(itertools.islice(self._batches, steps))


@dataclass
class Sparse:
    """Labels of several classes as a reference holds them."""

    offsets: Tensor
    classes: Tensor
    count: int

    @classmethod
    def of(cls, labels: Labels, place: torch.device) -> "Sparse":
        """Return labels on a device."""
        assert isinstance(labels, SeveralLabels)
        offsets, classes = map(torch.from_numpy, (labels.offsets, labels.classes))
        return cls(offsets.to(place), classes.to(place), labels.count)

    def dense(self, rows: Tensor) -> Tensor:
        """Return 0 and 1, float [B, C]."""
        begin = self.offsets[rows]
        lengths = self.offsets[rows + 1] - begin
        at = torch.repeat_interleave(lengths)
        first = lengths.cumsum(0) - lengths
        within = torch.arange(len(at), device=rows.device) - first[at]
        found = torch.zeros(len(rows), self.count, device=rows.device)
        found[at, self.classes[begin[at] + within]] = 1.0
        return found


class Reference:
    """The plain loop: index, float, linear, ReLU, four heads, four losses, AdamW."""

    def __init__(self, train: Cached, place: torch.device) -> None:
        self.features = torch.from_numpy(train.features).to(place)
        self.artist = torch.from_numpy(np.asarray(train.labels["artist"])).to(place)
        self.year = torch.from_numpy(np.asarray(train.labels["period"])).to(place)
        self.several = {name: Sparse.of(train.labels[name], place) for name in PER_WORK}
        self.shared = nn.Linear(FEATURES, SHARED).to(place)
        self.heads = {
            name: nn.Linear(SHARED, count or 1).to(place) for name, count in CLASSES.items()
        }
        heads = (part for head in self.heads.values() for part in head.parameters())
        learnt = [*self.shared.parameters(), *heads]
        self.optimiser = torch.optim.AdamW(learnt, lr=2e-4, fused=True)
        self.chance, self.place = torch.Generator().manual_seed(0), place
        self.order = torch.randperm(len(train), generator=self.chance)
        self.at = 0

    def __call__(self, steps: int) -> None:
        """Make some steps."""
        for _ in range(steps):
            if self.at + BATCH > len(self.order):
                self.at = 0
            rows = self.order[self.at : self.at + BATCH]
            views = torch.randint(0, 2, (BATCH,), generator=self.chance)
            self.at += BATCH
            self._step(rows.to(self.place), views.to(self.place))

    def _step(self, rows: Tensor, views: Tensor) -> None:
        shared = functional.relu(self.shared(self.features[rows, views].float()))
        out = {name: head(shared) for name, head in self.heads.items()}
        loss = functional.cross_entropy(out["artist"], self.artist[rows])
        for name, labels in self.several.items():
            truth = labels.dense(rows)
            loss = loss + functional.binary_cross_entropy_with_logits(out[name], truth)
        loss = loss + 0.1 * functional.l1_loss(out["period"].squeeze(1), self.year[rows])
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()


def seconds(work: Callable[[], object], place: torch.device) -> float:
    """Return the wall time of some work, a GPU's own included."""
    wait(place)
    began = time.perf_counter()
    work()
    wait(place)
    return time.perf_counter() - began


def wait(place: torch.device) -> None:
    """Let a GPU come to an end."""
    if place.type == "cuda":
        torch.cuda.synchronize(place)


def say(text: str) -> None:
    """Say how far it is."""
    print(text, file=sys.stderr, flush=True)


def measure(rows: int, steps: int, rounds: int, place: torch.device) -> dict[str, Any]:
    """Measure everything but the memory."""
    made, checked = works(rows, 0), works(VALIDATION, 1)
    near, near_checked = brought_to(made, place), brought_to(checked, place)
    multi = start(TASKS, near, near_checked, place)
    alone = {task.name: start([task], near, near_checked, place) for task in TASKS}
    ways: dict[str, Callable[[int], None]] = {
        "ours": Steps(multi),
        "reference": Reference(made, place),
        **{name: Steps(run) for name, run in alone.items()},
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    in_turn(ways, 1, place)  # warms up
    for number in range(1, rounds + 1):
        for name, found in in_turn(ways, steps // _TURN, place).items():
            taken[name].append(found)
        told = {name: round(1e3 * found[-1]) for name, found in taken.items()}
        say(f"round {number} of {rounds}: ms a step {told}")
    return {
        "rows": rows,
        "steps_a_round": steps // _TURN * _TURN,
        "rounds": rounds,
        "ms_a_step": {
            name: round(1e3 * statistics.median(all_), 2) for name, all_ in taken.items()
        },
        "seconds_an_epoch": round(statistics.median(taken["ours"]) * -(-rows // BATCH), 1),
        "ours_of_reference": ratio([taken["ours"]], [taken["reference"]]),
        "single_of_multi": ratio([taken[name] for name in alone], [taken["ours"]]),
        "answering": answering(multi, alone, near_checked),
    }


def in_turn(
    ways: dict[str, Callable[[int], None]], turns: int, place: torch.device
) -> dict[str, float]:
    """Return the mean seconds of a step of each, of which two are made in each turn: a busy machine is busy for all."""
    taken = dict.fromkeys(ways, 0.0)
    for _ in range(turns):
        for name, way in ways.items():
            taken[name] += seconds(lambda way=way: way(_TURN), place)  # type: ignore[misc]
    return {name: found / (turns * _TURN) for name, found in taken.items()}


def answering(multi: Run, alone: dict[str, Run], checked: Examples) -> dict[str, Any]:
    """Measure 200 batches of 32 of the one network and of the four."""
    runs = {"multi": multi, **alone}
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run.network.eval()
    for number in range(_ANSWERING_ROUNDS):
        for name, run in runs.items():
            taken[name].append(answering_seconds(run.network, checked))
        say(
            f"answers, round {number + 1}: { ({n: round(one[-1], 2) for n, one in taken.items()}) }"
        )
    singles = [taken[name] for name in alone]
    return {
        "multi_s": round(statistics.median(taken["multi"]), 2),
        "single_s": round(statistics.median(map(sum, zip(*singles, strict=True))), 2),
        "single_of_multi": ratio(singles, [taken["multi"]]),
    }


def ratio(some: Sequence[Sequence[float]], others: Sequence[Sequence[float]]) -> float:
    """Return the median over rounds of the sum of some over the sum of others."""
    above, below = (map(sum, zip(*one, strict=True)) for one in (some, others))
    return round(statistics.median(a / b for a, b in zip(above, below, strict=True)), 3)


def memory(rows: int, place: torch.device) -> float:
    """Return the peak of this process, in MB, when it holds all works, trains and looks at validation."""
    made, checked = works(rows, 0), works(VALIDATION, 1)
    run = start(TASKS, brought_to(made, place), brought_to(checked, place), place)
    Steps(run)(3)
    run.losses()
    if place.type == "cuda":
        return torch.cuda.max_memory_allocated(place) / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def measure_memory(rows: int, device: str) -> float:
    """Return the peak memory of a process of its own, in MB."""
    command = [sys.executable, __file__, "--memory", "--rows", str(rows), "--device", device]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Measure, print and keep."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--device", default="cpu")
    asked.add_argument("--rows", type=int, default=ROWS)
    asked.add_argument("--steps", type=int, default=8)
    asked.add_argument("--rounds", type=int, default=7)
    asked.add_argument("--memory", action="store_true", help="only print the peak of this process")
    given = asked.parse_args()
    place = torch.device(given.device)
    if given.memory:
        print(memory(given.rows, place))
        return
    peak = measure_memory(given.rows, given.device)
    say(f"peak {peak:.0f} MB")
    found = measure(given.rows, given.steps, given.rounds, place)
    found |= {
        "peak_mb": round(peak),
        "device": torch.cuda.get_device_name(place) if place.type == "cuda" else "cpu",
        "threads": torch.get_num_threads(),
        "cores": os.cpu_count(),
        "torch": torch.__version__,
    }
    text = json.dumps(found, indent=2) + "\n"
    print(text, end="")
    if given.rows == ROWS and place.type == "cpu":
        RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
