"""One training under way: steps, epochs, validation, and the best state so far."""

import logging
import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from omniart_model.labels import Integers
from omniart_model.training.answers import blocks
from omniart_model.training.distributed import World
from omniart_model.training.examples import Announced, Examples
from omniart_model.training.loss import Sums, summed_losses
from omniart_model.training.network import Network
from omniart_model.training.resume import Kept
from omniart_model.training.settings import Epoch, Schedule, TrainConfig, TrainReport
from omniart_model.training.tail import class_balance
from omniart_model.training.targets import Targets
from omniart_model.training.weighting import TaskWeights
from schemas.errors import ModelError

log = logging.getLogger(__name__)

_VARIANCE_RATE = 1e-2  # of the tasks' log-variances: at the heads' rate they would not move in some hundred steps
_WARM_UP = 0.1  # of all steps of a cosine schedule: the rate rises from 0
_SHOWN_AFTER_S = 2.0  # an epoch that takes longer shows its batches

State = dict[str, Tensor]


@dataclass(frozen=True)
class Batch:
    """Works of one step, each in a view of its own; those of the next; and how much of the training is done, 0 to 1."""

    rows: Integers
    views: Integers
    after: Integers
    done: float


class Run:
    """What a training holds and does; ``report`` grows with it."""

    def __init__(
        self,
        network: Network,
        classes: Mapping[str, Sequence[str]],
        train: Examples,
        validation: Examples,
        config: TrainConfig,
        *,
        report: TrainReport,
        place: torch.device,
        world: World,
    ) -> None:
        self.network, self.config, self.report = network, config, report
        self.train, self.validation, self.place, self.world = train, validation, place, world
        tasks = self.tasks = network.tasks
        self.weights = TaskWeights(config.weighting, [task.name for task in tasks]).to(place)
        self.balance = class_balance(config.tail, tasks, train.labels, classes, place)
        edges = network.get_buffer("year_edges")
        self.targets = Targets(train.labels, tasks, edges, place)
        self.truth = Targets(validation.labels, tasks, edges, place)
        self.modules: dict[str, nn.Module] = {"network": network, "weights": self.weights}
        if (base := learning_base(train)) is not None:
            self.modules["base"] = base
        self.optimiser = self._optimiser()
        self.best = {name: tensor.clone() for name, tensor in self._state().items()}

    def _optimiser(self) -> torch.optim.Optimizer:
        """Return AdamW over all that learns. The tasks' variances do not decay: 0 is no better a value than others."""
        config = self.config
        groups: list[dict[str, Any]] = [{"params": list(self.network.parameters())}]
        if self.weights.log_variances.numel():
            variances = [self.weights.log_variances]
            groups.append({"params": variances, "lr": _VARIANCE_RATE, "weight_decay": 0.0})
        if "base" in self.modules:
            learnt = [part for part in self.modules["base"].parameters() if part.requires_grad]
            groups.append({"params": learnt, "lr": config.base_rate})
        self._learnt = [part for group in groups for part in group["params"]]
        self._rates = [float(group.get("lr", config.rate)) for group in groups]
        return torch.optim.AdamW(groups, lr=config.rate, weight_decay=config.decay, fused=True)

    def all_epochs(self, kept: Kept | None) -> None:
        """Train until validation gets no better, and leave everything as it was at its best."""
        began = time.perf_counter()
        done = self._go_on(kept) if kept else 0
        before = self.report.seconds
        numbers = range(done + 1, self.config.epochs + 1)
        bar = tqdm(
            numbers,
            unit="epoch",
            desc="train",
            initial=done,
            total=self.config.epochs,
            leave=None,  # below a line over many trainings it goes
            disable=None if self.world.is_first else True,
        )
        for number in bar:
            if self._is_over(number - 1):
                break
            found = self._one(number)
            bar.set_postfix({name: f"{value:.3f}" for name, value in found.items()})
            if kept and self.world.is_first and kept.is_due():
                self.report.seconds = before + time.perf_counter() - began
                kept.write(*self._to_keep())
        self._load(self.best)
        self.report.seconds = before
        self.report.weights = self.weights.named()

    def _is_over(self, done: int) -> bool:
        if self.config.schedule is Schedule.COSINE:
            return False
        return bool(self.report.best) and done - self.report.best >= self.config.patience

    def _one(self, number: int) -> Mapping[str, float]:
        """Train for one epoch and look at validation; return its losses."""
        loss = self._epoch(number)
        found = self.losses()
        if number == 1:
            self.weights.first_epoch_done(found)
        total = self.weights.total(found)
        if not math.isfinite(loss + total):
            raise ModelError(f"training diverged in epoch {number}: give a lower --rate")
        totals = [epoch.total for epoch in self.report.epochs if epoch.number == self.report.best]
        self.report.epochs.append(Epoch(number, loss, found, total))
        log.debug("epoch %d: train %.4f, validation %.4f %s", number, loss, total, found)
        last_counts = self.config.schedule is Schedule.COSINE
        if last_counts or total < min(totals, default=float("inf")):
            self.report.best = number
            for name, tensor in self._state().items():
                self.best[name].copy_(tensor)
        return found

    def _epoch(self, number: int) -> float:
        """Pass once over train in an order by chance; return the mean loss of its batches."""
        self.network.train()
        torch.manual_seed(_torch_seed(self.config.seed, number, self.world.rank))
        count = -(-len(self.train) // self.report.batch)
        total = self.learn(
            tqdm(
                self.batches(number),
                total=count,
                unit="batch",
                leave=False,
                delay=_SHOWN_AFTER_S,
                disable=None if self.world.is_first else True,
            )
        )
        self.world.add([total])
        return float(total) / max(count, 1)

    def batches(self, number: int) -> Iterator[Batch]:
        """Yield this process's part of an epoch's batches, in an order and in views by chance."""
        chance = np.random.default_rng([self.config.seed, number])
        order = chance.permutation(len(self.train))
        views = chance.integers(0, self.train.views, len(self.train))
        for start in range(0, len(order), self.report.batch):
            rows, after = (
                self.world.share(order[at : at + self.report.batch])
                for at in (start, start + self.report.batch)
            )
            done = (number - 1 + start / len(order)) / self.config.epochs
            yield Batch(rows, views[rows], after, done)

    def learn(self, batches: Iterable[Batch]) -> Tensor:
        """Make a step for each batch; return the sum of this process's parts of their losses."""
        total = torch.zeros((), device=self.place)
        for batch in batches:
            self._set_rate(batch.done)
            if isinstance(self.train, Announced):
                self.train.coming(batch.rows, batch.after)
            total += self._step(batch.rows, batch.views)
        return total

    def _set_rate(self, done: float) -> None:
        """Set the rates of all groups for a share of the training that is done, 0 to 1."""
        if self.config.schedule is Schedule.CONSTANT:
            return
        factor = min(1.0, done / _WARM_UP) * (1 + math.cos(math.pi * done)) / 2
        for group, rate in zip(self.optimiser.param_groups, self._rates, strict=True):
            group["lr"] = rate * factor

    def _step(self, rows: Integers, views: Integers) -> Tensor:
        """Make one step on this process's part of a batch; return its part of the loss."""
        answers = self.network(self.train.seen(rows, views, self.place))
        sums = self._sums(answers, self.targets.at(rows))
        self.world.add([sums.weights])
        loss: Tensor = self.weights(sums.means(), self.world.size)
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.world.add([part.grad for part in self._learnt if part.grad is not None])
        self.optimiser.step()
        return loss.detach()

    def _sums(self, answers: Mapping[str, Tensor], labels: Mapping[str, Tensor]) -> Sums:
        adjusted = self.balance.adjusted(answers)
        return summed_losses(adjusted, labels, self.tasks, self.balance.weights)

    def losses(self) -> dict[str, float]:
        """Return each task's scaled mean loss over validation, upright, a block at a time."""
        self.network.eval()
        parts = [torch.zeros(2, len(self.tasks), device=self.place)]
        for number, rows in enumerate(blocks(len(self.validation))):
            if number % self.world.size != self.world.rank:
                continue
            with torch.inference_mode():
                seen = self.validation.seen(rows, np.zeros_like(rows), self.place)
                sums = self._sums(self.network(seen), self.truth.at(rows))
                parts.append(torch.stack([sums.losses, sums.weights]))
        total = torch.stack(parts).cpu().double().sum(0).to(_wide(self.place))
        self.world.add([total])
        means = Sums(total[0], total[1]).means().tolist()
        return {task.name: mean for task, mean in zip(self.tasks, means, strict=True)}

    def _state(self) -> State:
        """Return the tensors of all that learns, as they are now and as they change."""
        return {
            f"{part}.{name}": tensor
            for part, module in self.modules.items()
            for name, tensor in module.state_dict().items()
        }

    def _load(self, state: Mapping[str, Tensor]) -> None:
        for part, module in self.modules.items():
            begin = f"{part}."
            module.load_state_dict(
                {
                    name.removeprefix(begin): tensor
                    for name, tensor in state.items()
                    if name.startswith(begin)
                }
            )

    def _to_keep(self) -> tuple[State, dict[str, Any]]:
        """Return all that the next epoch hangs on."""
        state = {f"now.{name}": tensor for name, tensor in self._state().items()}
        state |= {f"best.{name}": tensor for name, tensor in self.best.items()}
        for number, moments in self.optimiser.state_dict()["state"].items():
            state |= {f"optimiser.{number}.{name}": tensor for name, tensor in moments.items()}
        return state, {"report": asdict(self.report)}

    def _go_on(self, kept: Kept) -> int:
        """Take over a training that was broken off; return how many epochs it has done."""
        found = kept.read()
        epochs = found[1]["report"]["epochs"] if found else []
        if not self.world.all_say(len(epochs)) or found is None:
            return 0
        state, about = found
        self._load(_under("now.", state))
        self.best = {name: tensor.to(self.place) for name, tensor in _under("best.", state).items()}
        held = self.optimiser.state_dict()
        held["state"] = {}
        for name, tensor in _under("optimiser.", state).items():
            number, _, moment = name.partition(".")
            held["state"].setdefault(int(number), {})[moment] = tensor
        self.optimiser.load_state_dict(held)
        report = about["report"]
        self.report.epochs = [Epoch(**epoch) for epoch in epochs]
        self.report.best, self.report.seconds = report["best"], report["seconds"]
        log.info("%s: going on after epoch %d", kept.path, len(epochs))
        return len(epochs)


def learning_base(examples: Examples) -> nn.Module | None:
    """Return the base that the features come through, if any of it learns."""
    base = examples.base
    if base is None or not any(part.requires_grad for part in base.parameters()):
        return None
    return base


@contextmanager
def chance_kept(seed: int, place: torch.device) -> Iterator[None]:
    """Begin torch's chance with a seed, and leave the caller's as it was; on a GPU matrices are multiplied in TF32."""
    precision = torch.get_float32_matmul_precision()
    with torch.random.fork_rng([place] if place.type == "cuda" else []):
        torch.manual_seed(seed)
        if place.type == "cuda":
            torch.set_float32_matmul_precision("high")
        try:
            yield
        finally:
            torch.set_float32_matmul_precision(precision)


def _torch_seed(seed: int, epoch: int, rank: int) -> int:
    return int(np.random.SeedSequence([seed, epoch, rank]).generate_state(1, np.uint64)[0])


def _under(begin: str, state: Mapping[str, Tensor]) -> State:
    return {
        name.removeprefix(begin): tensor for name, tensor in state.items() if name.startswith(begin)
    }


def _wide(place: torch.device) -> torch.device:
    """Return where numbers of 64 bits are added over processes: on a GPU as its backend asks, else on the CPU."""
    return place if place.type == "cuda" else torch.device("cpu")
