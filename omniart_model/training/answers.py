"""What a network answers for works: scores and years, and the range that a year lies in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from omniart_model.labels import Floats, Integers
from omniart_model.tasks import Kind, Task
from omniart_model.training.examples import Examples
from omniart_model.training.network import Network
from omniart_model.training.targets import year_labels
from omniart_model.training.years import RANGE

TOGETHER = 2_048  # rows that are answered at a time: bounds memory, changes no answer


@dataclass(frozen=True)
class Answers:
    """Answers by task for N works: ``scores`` are probabilities [N, C], or years [N]; ``ranges`` years [N, 2].

    A range is the first and last year of what is to hold the true one four times in five.
    """

    scores: dict[str, Floats]
    ranges: dict[str, Floats]


def answers(network: Network, examples: Examples, tasks: Sequence[Task] = ()) -> Answers:
    """Return the network's answers to some of its tasks, by default to all: each is the mean over all views.

    Of years as bins it is the answer of the mean distribution.
    """
    scores: dict[str, Floats] = {}
    ranges: dict[str, Floats] = {}
    place = next(network.buffers()).device
    for rows in blocks(len(examples)):
        with torch.inference_mode():
            seen = [
                network(examples.seen(rows, np.full_like(rows, view), place))
                for view in range(examples.views)
            ]
            for task in tasks or network.tasks:
                likely = [_likely(task, answer[task.name]) for answer in seen]
                mean = torch.stack(likely).mean(0)
                if task.kind is Kind.YEAR:
                    mean, ends = network.read_years(mean)
                    _put(ranges, task, rows, ends, len(examples))
                _put(scores, task, rows, mean, len(examples))
    return Answers(scores, ranges)


def error_range(network: Network, validation: Examples) -> Tensor:
    """Return the 10th and the 90th percentile of true minus answered years, [2]; 0 where no year is known.

    Of a network that answers years as numbers: with them the range of an answer covers 80 % of validation.
    """
    ends = torch.zeros(len(RANGE))
    for task in network.tasks:
        if task.kind is not Kind.YEAR:
            continue
        truth = year_labels(validation.labels[task.name]).year
        answered = answers(network, validation, [task]).scores[task.name]
        errors = (truth - answered).astype(np.float64)
        if (known := ~np.isnan(errors)).any():
            ends = torch.from_numpy(np.quantile(errors[known], RANGE)).float()
    return ends


def blocks(works: int) -> Iterator[Integers]:
    """Yield the rows 0 to ``works``, so many together as memory is meant to hold."""
    for start in range(0, works, TOGETHER):
        yield np.arange(start, min(start + TOGETHER, works))


def _put(into: dict[str, Floats], task: Task, rows: Integers, part: Tensor, works: int) -> None:
    """Write the answers for some rows to their place among all."""
    if task.name not in into:
        into[task.name] = np.empty((works, *part.shape[1:]), np.float32)
    into[task.name][rows[0] : rows[-1] + 1] = part.cpu().numpy()


def _likely(task: Task, answer: Tensor) -> Tensor:
    if task.kind is Kind.SEVERAL:
        return answer.sigmoid()
    return answer.softmax(dim=1) if answer.dim() == 2 else answer
