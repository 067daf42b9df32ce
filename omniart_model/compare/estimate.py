"""What a comparison would do, and for how long: counted, and timed on a step or two of each size of network."""

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import torch
from torch import nn

from omniart_data.release import Release
from omniart_model.bases.table import find_base
from omniart_model.compare.kept import Runs
from omniart_model.compare.page import subset_text
from omniart_model.compare.plan import Plan
from omniart_model.compare.settings import Training
from omniart_model.compare.studies import NO_LABEL
from omniart_model.tasks import Kind, Task
from omniart_model.training.train import batch_size
from omniart_model.works import class_index, in_split, in_subset, lacking, pictured_works

_STEPS = 2  # timed, after one that pays for memory


def relative_work(training: Training, tasks: int, features: int) -> float:
    """Return how long a training takes beside another: units, times what stands on both sides of them.

    A head counts as 250 outputs, between OmniArt's 112 types and 1,424 materials: good enough for the time left.
    """
    heads = 1 if training.alone else tasks
    return float((training.setting.shared or 256) * (features + 250 * heads))


@dataclass(frozen=True)
class Estimate:
    """One network: seeds that are kept, and the steps and seconds at most that another seed takes (all epochs).

    ``why`` says why it is not to be trained.
    """

    training: Training
    kept: int = 0
    steps: int = 0
    seconds: float = 0.0
    why: str = ""


@dataclass(frozen=True)
class Estimates:
    """All networks of a plan. ``size_bytes`` is what their answers take on the disk; ``pictures`` are looked at.

    ``first`` are sentences on what stands before it: weights to download, tables that may not be written over.
    """

    seeds: int
    networks: tuple[Estimate, ...]
    size_bytes: int
    pictures: int
    first: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the networks line by line, and what they sum up to."""
        trained = [one for one in self.networks if not one.why]
        left = sum(one.seconds * (self.seeds - one.kept) for one in trained)
        kept = sum(one.kept for one in trained)
        lines = list(map(self._line, self.networks))
        lines.append(
            f"{len(trained)} networks, {len(trained) * self.seeds} trainings, {kept} of them "
            f"done before: at most {duration(left)} (early stopping makes it less), "
            f"{self.size_bytes / 1e6:,.0f} MB of answers"
        )
        lines.append(
            f"features of {self.pictures:,} pictures come first, for each base and augmentation that lacks them"
        )
        return "\n".join([*lines, *self.first])

    def _line(self, one: Estimate) -> str:
        setting = one.training.setting
        what = f"{one.training.alone} alone" if one.training.alone else "all tasks"
        left = self.seeds - one.kept
        time_left = f"{left} x {duration(one.seconds)} at most" if left else "done before"
        time_left = f"left out: {one.why}" if one.why else time_left
        return (
            f"{setting.base}, {setting.shared:,} units, {setting.augment}, {subset_text(setting.subset)}, "
            f"{setting.method}, {what}: {time_left}"
        )


def estimate(
    release: Release,
    plan: Plan,
    runs: Runs,
    device: torch.device,
    gone: Mapping[str, str] | None = None,
) -> Estimates:
    """Return what a plan's networks would take; nothing is trained, downloaded or written.

    ``gone`` says of bases why they cannot be had.
    """
    works = pictured_works(release)
    options, step_s = runs.options, dict[tuple[int, int, int, int], float]()
    networks, size_bytes = [], 0
    for training in plan.trainings():
        setting = training.setting
        within = in_subset(works, setting.subset)
        tasks = [task for task in options.tasks if training.alone in {"", task.name}]
        outputs = sum(_outputs(release, within, task) for task in tasks)
        why = (gone or {}).get(setting.base, "") or lacking(works, setting.subset)
        if why or not outputs:
            networks.append(Estimate(training, why=why or NO_LABEL))
            continue
        rows = in_split(within, "train").num_rows
        config = setting.config(options.preset)
        batch = batch_size(rows, config.batch)
        size = find_base(setting.base).features, setting.shared, outputs, batch
        if size not in step_s:
            step_s[size] = step_seconds(*size, device)
        steps = math.ceil(rows / batch) * config.epochs
        networks.append(_kept(training, runs, steps, step_s[size] * steps))
        size_bytes += 4 * outputs * in_split(within, options.split).num_rows * options.seeds
    return Estimates(options.seeds, tuple(networks), size_bytes, works.num_rows)


def _outputs(release: Release, works: pa.Table, task: Task) -> int:
    """Return how many numbers answer a task: 0 where there is nothing to learn."""
    if task.kind is Kind.YEAR:
        known = in_split(works, "train")[task.column]
        return int(known.null_count < len(known))
    return len(class_index(release, works, task))


def _kept(training: Training, runs: Runs, steps: int, seconds: float) -> Estimate:
    found = [runs.spent(training, seed) for seed in range(runs.options.seeds)]
    known = [one.training_s for one in found if one is not None]
    return Estimate(training, len(known), steps, sum(known) / len(known) if known else seconds)


def step_seconds(
    features: int, shared: int, outputs: int, batch: int, device: torch.device
) -> float:
    """Return the wall seconds of one step of a network of that size: forward, backward, AdamW."""
    layers: list[nn.Module] = [nn.Linear(features, shared), nn.ReLU()] if shared else []
    with torch.random.fork_rng():
        network = nn.Sequential(*layers, nn.Linear(shared or features, max(outputs, 1))).to(device)
    optimiser = torch.optim.AdamW(network.parameters(), fused=True)
    seen = torch.ones(batch, features, device=device)
    times = list(_steps(network, optimiser, seen))
    return sum(times[1:]) / _STEPS


def _steps(
    network: nn.Module, optimiser: torch.optim.Optimizer, seen: torch.Tensor
) -> Iterator[float]:
    for _ in range(_STEPS + 1):
        started = time.perf_counter()
        loss = network(seen).square().mean()
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        optimiser.step()
        loss.item()  # waits for a GPU
        yield time.perf_counter() - started


def duration(seconds: float) -> str:
    """Return a time as one reads it.

    >>> duration(0.2), duration(95), duration(7000), duration(400000)
    ('1 s', '95 s', '117 min', '111 h')
    """
    if seconds < 120:
        return f"{max(math.ceil(seconds), 1)} s"
    return f"{seconds / 60:,.0f} min" if seconds < 7200 else f"{seconds / 3600:,.0f} h"
