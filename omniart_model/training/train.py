"""Training of the network on works whose features a base has made, or makes while it learns too."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from omniart_model.labels import Floats
from omniart_model.tasks import Kind, Task
from omniart_model.training.answers import answers, error_range
from omniart_model.training.distributed import World
from omniart_model.training.examples import Examples
from omniart_model.training.network import Network, Spread, make_network
from omniart_model.training.resident import brought_to
from omniart_model.training.resume import Kept, key_of
from omniart_model.training.run import Run, chance_kept
from omniart_model.training.settings import TrainConfig, TrainReport, YearHead
from omniart_model.training.targets import year_labels
from omniart_model.training.years import bin_edges, shares_of_bins

_LEAST_STEPS = (
    64  # of an epoch on a small release: task weights taken after fewer would tell of no learning
)
_LEAST_BATCH = 32  # the paper's


def fit(
    tasks: Sequence[Task],
    classes: Mapping[str, Sequence[str]],
    train: Examples,
    validation: Examples,
    config: TrainConfig,
    *,
    device: torch.device | None = None,
    keep: Path | None = None,
) -> tuple[Network, TrainReport]:
    """Train a network for the tasks and return it as it was after its best epoch (``Schedule`` says which).

    AdamW; each epoch sees each work once, upright or mirrored by chance. Where ``train`` has a base that learns,
    its parameters are learnt with the network's, and left as they were after that epoch too; whether it runs in its
    training or its evaluation mode is for ``train`` and ``validation`` to see to. Deterministic on a CPU:
    the same examples, configuration and library give the same network, also where a training was killed and goes
    on from the file ``keep``, which is gone when it is done. Joined processes (``World``) train one network.
    """
    started = time.perf_counter()
    place = device or torch.device("cpu")
    world = World.here()
    spread = train.spread()
    sides = train.labels, validation.labels
    where = place.type, world.size
    key = key_of(tasks, classes, config, spread=spread, labels=sides, where=where)
    report = TrainReport(train=len(train), validation=len(validation))
    report.batch = batch_size(len(train), config.batch)
    with chance_kept(config.seed, place):
        network = _start(tasks, classes, train, spread, config).to(place)
        near = brought_to(train, place), brought_to(validation, place)
        run = Run(network, classes, *near, config, report=report, place=place, world=world)
        run.all_epochs(Kept(keep, key) if keep else None)
    network.eval()
    if not network.bins:
        network.get_buffer("year_errors").copy_(error_range(network, near[1]))
    if keep and world.is_first:
        Kept(keep, key).remove()
    report.seconds += time.perf_counter() - started
    return network, report


def outputs(network: Network, examples: Examples) -> dict[str, Floats]:
    """Return the network's answers, probabilities [N, C] and years [N]: the mean over all views."""
    return answers(network, examples).scores


def batch_size(works: int, asked: int) -> int:
    """Return how many works are in a batch where ``asked`` is the most: fewer on a small release, for steps enough."""
    return max(1, min(asked, works, max(_LEAST_BATCH, works // _LEAST_STEPS)))


def _start(
    tasks: Sequence[Task],
    classes: Mapping[str, Sequence[str]],
    train: Examples,
    spread: Spread,
    config: TrainConfig,
) -> Network:
    """Return an untrained network that knows what is to be known of train before a step is made."""
    years = [year_labels(train.labels[task.name]) for task in tasks if task.kind is Kind.YEAR]
    binned = config.year is YearHead.BINS and any(~np.isnan(one.year).all() for one in years)
    edges = torch.zeros(0)
    if binned:
        edges = bin_edges(years[0].year, years[0].first, years[0].last, config.year_bin)
    network = make_network(tasks, classes, len(spread.mean), config, max(len(edges) - 1, 0))
    known = torch.from_numpy(years[0].year) if years else torch.zeros(0)
    network.settle(spread, Spread.of(known[~torch.isnan(known)], least=1.0))
    if binned:
        network.settle_bins(edges, _prior(years[0].first, years[0].last, edges))
    return network


def _prior(first: Floats, last: Floats, edges: Tensor) -> Tensor:
    """Return the distribution of train's years over the bins, [bins], a part of the works at a time."""
    known = np.flatnonzero(~np.isnan(first))
    total = torch.zeros(len(edges) - 1)
    for rows in np.array_split(known, max(1, len(known) // 4_096)):
        begin, end = torch.from_numpy(first[rows]), torch.from_numpy(last[rows])
        total += shares_of_bins(begin, end, edges).sum(0)
    return total / total.sum()
