"""The multi-task network: one shared layer that all tasks read, and a head for each task."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from omniart_model.tasks import Kind, Task
from omniart_model.training.settings import TrainConfig
from omniart_model.training.years import RANGE, quantiles


@dataclass(frozen=True)
class Spread:
    """Where numbers lie: their mean, and their standard deviation, at least a small number."""

    mean: Tensor
    deviation: Tensor

    @classmethod
    def of(cls, values: Tensor, least: float) -> "Spread":
        """Return the spread over the first axis; of nothing at all it is 0 and 1."""
        if not len(values):
            return cls(torch.zeros(values.shape[1:]), torch.ones(values.shape[1:]))
        deviation, mean = torch.std_mean(values, dim=0, correction=0)
        return cls(mean, deviation.clamp_min(least))


class Network(nn.Module):
    """A shared layer with ReLU (Strezoski & Worring 2017) and a linear head for each task.

    ``outputs`` gives each task's width: its classes, 1 for a year that is answered as a number, else the number of
    ``bins`` (see ``settle_bins``). ``features`` and ``years`` are
    the spreads in train; features are centred by theirs before the shared layer, and the head of a
    year predicts deviations from the mean, so that an untrained network answers the mean year and
    the steps of the optimiser are of the data's own size. Both are fixed, and saved with the
    weights. ``shared`` 0 leaves the shared layer out: a linear probe. ``dropout`` is the share of shared units
    that a step of training leaves out.

    The heads' weights lie below each other in one matrix, in the order of the tasks: one product of matrices is quicker
    than one for each head, and above all than adding up what each sends back to the shared layer.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        outputs: Mapping[str, int],
        features: int,
        shared: int,
        *,
        dropout: float = 0.0,
        bins: int = 0,
    ) -> None:
        super().__init__()
        self.tasks, self.dropout, self.bins = tuple(tasks), dropout, bins
        self.register_buffer("feature_mean", torch.zeros(features))
        self.register_buffer("feature_deviation", torch.ones(features))
        self.register_buffer("year_mean", torch.zeros(()))
        self.register_buffer("year_deviation", torch.ones(()))
        self.register_buffer("year_errors", torch.zeros(len(RANGE)))
        self.register_buffer("year_edges", torch.arange(bins + 1.0) if bins else torch.zeros(0))
        self.shared: nn.Module = nn.Identity()
        if shared:
            self.shared = nn.Sequential(nn.Linear(features, shared), nn.ReLU(inplace=True))
        self.widths = [outputs[task.name] for task in tasks]
        self.heads = nn.Linear(shared or features, sum(self.widths))
        with torch.no_grad():
            for weight, bias in self._year_heads():
                weight.zero_()
                bias.zero_()

    def settle(self, features: Spread, years: Spread) -> None:
        """Take over the spreads of train: features [F], years a scalar."""
        self.get_buffer("feature_mean").copy_(features.mean)
        self.get_buffer("feature_deviation").copy_(features.deviation)
        self.get_buffer("year_mean").copy_(years.mean)
        self.get_buffer("year_deviation").copy_(years.deviation)

    def settle_bins(self, edges: Tensor, prior: Tensor) -> None:
        """Take over the edges [bins + 1] of years, and their distribution in train [bins], the answer to begin with."""
        self.get_buffer("year_edges").copy_(edges)
        with torch.no_grad():
            for _, bias in self._year_heads():
                bias.copy_(prior.clamp_min(1e-6).log())

    def shared_features(self, features: Tensor) -> Tensor:
        """Return what the shared layer makes of features: float [B, F] to [B, shared]."""
        centred = features.float() - self.get_buffer("feature_mean")
        shared: Tensor = self.shared(centred / self.get_buffer("feature_deviation"))
        return shared

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        """Return each task's output on features [B, F]: logits [B, C] or [B, bins], or years [B]."""
        shared = self.shared_features(features)
        if self.dropout and self.training:
            shared = functional.dropout(shared, self.dropout)
        outputs = torch.split(self.heads(shared), self.widths, dim=1)
        return {
            task.name: self._answer(task, output)
            for task, output in zip(self.tasks, outputs, strict=True)
        }

    def read_years(self, answer: Tensor) -> tuple[Tensor, Tensor]:
        """Return years [B] and their ranges [B, 2], of probabilities [B, bins] or of years [B].

        Of bins the year is the distribution's median and the range what lies between its 10th and 90th percentile; a
        number's range is as wide as the middle 80 % of the errors on validation.
        """
        if not self.bins:
            return answer, answer[:, None] + self.get_buffer("year_errors")
        found = quantiles(answer, self.get_buffer("year_edges"), (RANGE[0], 0.5, RANGE[1]))
        return found[:, 1], found[:, [0, 2]]

    def _answer(self, task: Task, output: Tensor) -> Tensor:
        if task.kind is not Kind.YEAR or self.bins:
            return output
        return self.get_buffer("year_mean") + self.get_buffer("year_deviation") * output.squeeze(1)

    def _year_heads(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield weight [C, shared] and bias [C] of the heads of years, as views."""
        parts = zip(
            self.tasks,
            torch.split(self.heads.weight, self.widths),
            torch.split(self.heads.bias, self.widths),
            strict=True,
        )
        for task, weight, bias in parts:
            if task.kind is Kind.YEAR:
                yield weight, bias


def make_network(
    tasks: Sequence[Task],
    classes: Mapping[str, Sequence[str]],
    features: int,
    config: TrainConfig,
    bins: int = 0,
) -> Network:
    """Return an untrained network for the tasks; ``bins`` is the number of them that a year is answered as."""
    widths = {
        task.name: bins or 1 if task.kind is Kind.YEAR else len(classes[task.name])
        for task in tasks
    }
    return Network(tasks, widths, features, config.shared, dropout=config.dropout, bins=bins)


def unfilled(
    tasks: Sequence[Task],
    classes: Mapping[str, Sequence[str]],
    config: TrainConfig,
    shapes: Mapping[str, tuple[int, ...]],
) -> Network:
    """Return the network whose tensors have these shapes, without numbers and so without memory.

    Raises ValueError where tasks, classes and settings make another: what is asked for is then never allocated.
    """
    features, edges = (shapes.get(name, ()) for name in ("feature_mean", "year_edges"))
    if len(features) != 1 or len(edges) != 1:
        raise ValueError("feature_mean and year_edges are not rows of numbers")
    try:
        with torch.device("meta"):
            network = make_network(tasks, classes, features[0], config, max(edges[0] - 1, 0))
    except (
        RuntimeError,
        OverflowError,
        TypeError,
    ) as error:  # torch's own, for more than it can count
        raise ValueError("the network is larger than any") from error
    wanted = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    for name in sorted(wanted.keys() | shapes.keys()):
        if wanted.get(name) != shapes.get(name):
            raise ValueError(f"{name} is {shapes.get(name)}, not {wanted.get(name)}")
    return network


def network_from(
    tasks: Sequence[Task],
    classes: Mapping[str, Sequence[str]],
    config: TrainConfig,
    state: Mapping[str, Tensor],
) -> Network:
    """Return the network, ready to answer, whose tensors these are; raises ValueError for others."""
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
    network = unfilled(tasks, classes, config, shapes).to_empty(device="cpu")
    network.load_state_dict(state)
    return network.eval()
