"""Training of the heads on cached features: the base is frozen, so no picture is looked at again."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from omniart_model.labels import Floats, Integers, Labels, take
from omniart_model.tasks import Kind, Task
from omniart_model.training.examples import Examples
from omniart_model.training.loss import (
    balanced_class_weights,
    label_weight,
    multitask_loss,
    scaled_losses,
    task_weights,
)
from omniart_model.training.network import Network, Spread
from omniart_model.training.settings import Epoch, TrainConfig, TrainReport

log = logging.getLogger(__name__)

_LEAST_STEPS = 8  # of an epoch on a small release, so that an epoch is worth a validation
_LEAST_BATCH = 32  # the paper's
_EVALUATED = 4_096  # rows that are evaluated at a time: bounds memory, changes no mean


def fit(
    tasks: Sequence[Task],
    classes: Mapping[str, Sequence[str]],
    train: Examples,
    validation: Examples,
    config: TrainConfig,
    *,
    device: torch.device | None = None,
) -> tuple[Network, TrainReport]:
    """Train a network for the tasks and return it as it was after its best epoch on validation.

    AdamW; each epoch sees each work once, upright or mirrored by chance. The first epoch has all
    task weights at 1; then they are taken from validation and fixed. Deterministic on a CPU: the
    same examples, configuration and library give the same network.
    """
    started = time.perf_counter()
    place = device or torch.device("cpu")
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        network = _start(tasks, classes, train, config).to(place)
    report = TrainReport(train=len(train), validation=len(validation))
    report.batch = _batch_size(len(train), config.batch)
    class_weights = {
        task.name: balanced_class_weights(
            torch.from_numpy(train.labels[task.name]), len(classes[task.name])
        ).to(place)
        for task in tasks
        if task.kind is Kind.ONE
    }
    run = _Run(network, tasks, class_weights, config, report, place)
    run.all_epochs(train, validation)
    report.seconds = time.perf_counter() - started
    return network.eval(), report


def outputs(network: Network, examples: Examples) -> dict[str, Floats]:
    """Return the network's answers, probabilities [N, C] and years [N]: the mean over all views."""
    parts: dict[str, list[Floats]] = {task.name: [] for task in network.tasks}
    place = next(network.buffers()).device
    with torch.inference_mode():
        for rows in _blocks(len(examples)):
            seen = [
                network(examples.seen(rows, np.full_like(rows, view), place))
                for view in range(examples.views)
            ]
            for task in network.tasks:
                likely = [_likely(task.kind, answers[task.name]) for answers in seen]
                parts[task.name].append(torch.stack(likely).mean(0).cpu().numpy())
    return {name: np.concatenate(arrays) for name, arrays in parts.items()}


def _likely(kind: Kind, answer: Tensor) -> Tensor:
    if kind is Kind.ONE:
        return answer.softmax(dim=1)
    return answer.sigmoid() if kind is Kind.SEVERAL else answer


def _batch_size(works: int, asked: int) -> int:
    return max(1, min(asked, works, max(_LEAST_BATCH, works // _LEAST_STEPS)))


def _start(
    tasks: Sequence[Task],
    classes: Mapping[str, Sequence[str]],
    train: Examples,
    config: TrainConfig,
) -> Network:
    widths = {task.name: 1 if task.kind is Kind.YEAR else len(classes[task.name]) for task in tasks}
    spread = train.spread()
    network = Network(tasks, widths, len(spread.mean), config.shared)
    years = [train.labels[task.name] for task in tasks if task.kind is Kind.YEAR]
    known = torch.tensor([])
    if years:
        known = torch.from_numpy(years[0])
        known = known[~torch.isnan(known)]
    network.settle(spread, Spread.of(known, least=1.0))
    return network


@dataclass
class _Run:
    """One training under way."""

    network: Network
    tasks: Sequence[Task]
    class_weights: Mapping[str, Tensor]
    config: TrainConfig
    report: TrainReport
    place: torch.device

    def all_epochs(self, train: Examples, validation: Examples) -> None:
        chance = np.random.default_rng(self.config.seed)
        optimiser = torch.optim.AdamW(
            self.network.parameters(),
            lr=self.config.rate,
            weight_decay=self.config.decay,
            fused=True,
        )
        weights = {task.name: 1.0 for task in self.tasks}
        least, best = float("inf"), self._state()
        bar = tqdm(range(1, self.config.epochs + 1), unit="epoch", desc="train", disable=None)
        for number in bar:
            loss = self._epoch(train, optimiser, weights, chance)
            found = self.losses(validation)
            if number == 1:
                weights = task_weights(found)
            total = sum(weights[name] * value for name, value in found.items())
            self.report.epochs.append(Epoch(number, loss, found, total))
            bar.set_postfix({name: f"{value:.3f}" for name, value in found.items()})
            log.debug("epoch %d: train %.4f, validation %.4f %s", number, loss, total, found)
            if total < least:
                least, best, self.report.best = total, self._state(), number
            elif number - self.report.best >= self.config.patience:
                break
        self.network.load_state_dict(best)
        self.report.weights = weights

    def _epoch(
        self,
        train: Examples,
        optimiser: torch.optim.Optimizer,
        weights: Mapping[str, float],
        chance: np.random.Generator,
    ) -> float:
        """Pass once over train in an order by chance; return the mean loss of its batches."""
        self.network.train()
        order, views = chance.permutation(len(train)), chance.integers(0, train.views, len(train))
        total, steps = torch.zeros((), device=self.place), 0
        for start in range(0, len(order), self.report.batch):
            rows = order[start : start + self.report.batch]
            answers = self.network(train.seen(rows, views[rows], self.place))
            labels = self._labels(train.labels, rows)
            loss = multitask_loss(answers, labels, self.tasks, weights, self.class_weights)
            optimiser.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            optimiser.step()
            total += loss.detach()
            steps += 1
        return float(total) / max(steps, 1)

    def losses(self, examples: Examples) -> dict[str, float]:
        """Return each task's scaled mean loss over all works, upright, a block at a time."""
        self.network.eval()
        sums, sizes = (dict.fromkeys((task.name for task in self.tasks), 0.0) for _ in range(2))
        for rows in _blocks(len(examples)):
            seen = examples.seen(rows, np.zeros_like(rows), self.place)
            labels = self._labels(examples.labels, rows)
            with torch.inference_mode():
                answers = self.network(seen)
                found = scaled_losses(answers, labels, self.tasks, self.class_weights)
            for task in self.tasks:
                name = task.name
                size = label_weight(task, labels[name], self.class_weights.get(name))
                sums[name] += float(found[name]) * size
                sizes[name] += size
        return {name: sums[name] / sizes[name] if sizes[name] else 0.0 for name in sums}

    def _labels(self, labels: Mapping[str, Labels], rows: Integers) -> dict[str, Tensor]:
        return {
            task.name: torch.from_numpy(take(labels[task.name], rows)).to(self.place)
            for task in self.tasks
        }

    def _state(self) -> dict[str, Tensor]:
        return {name: tensor.clone() for name, tensor in self.network.state_dict().items()}


def _blocks(rows: int) -> Iterator[Integers]:
    for start in range(0, rows, _EVALUATED):
        yield np.arange(start, min(start + _EVALUATED, rows))
