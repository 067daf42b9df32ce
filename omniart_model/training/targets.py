"""Labels as the loss reads them, batch by batch, on the device: what is sparse stays so until it is asked for."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from omniart_model.labels import Integers, Labels, SeveralLabels, YearLabels
from omniart_model.tasks import Kind, Task
from omniart_model.training.years import shares_of_bins


class Targets:
    """The labels of N works. ``edges`` [E] are those of the bins that years are learnt as; empty: as numbers."""

    def __init__(
        self,
        labels: Mapping[str, Labels],
        tasks: Sequence[Task],
        edges: Tensor,
        place: torch.device,
    ) -> None:
        self._place, self._edges = place, edges.to(place)
        self._several: dict[str, SeveralLabels] = {}
        self._held: dict[str, Tensor] = {}
        for task in tasks:
            of_task = labels[task.name]
            if isinstance(of_task, SeveralLabels):
                self._several[task.name] = of_task
                if not of_task.known.all():
                    self._held[task.name] = torch.from_numpy(~of_task.known).to(place)
            elif task.kind is Kind.YEAR:
                self._held[task.name] = self._years(of_task)
            else:
                self._held[task.name] = torch.from_numpy(np.asarray(of_task, np.int64)).to(place)

    def _years(self, labels: Labels) -> Tensor:
        """Return years [N], or first and last year [N, 2]."""
        years = year_labels(labels)
        if len(self._edges):
            return torch.from_numpy(np.stack([years.first, years.last], axis=1)).to(self._place)
        return torch.from_numpy(years.year).to(self._place)

    def at(self, rows: Integers) -> dict[str, Tensor]:
        """Return each task's labels of some works, as ``multitask_loss`` takes them."""
        index = torch.from_numpy(rows).to(self._place)
        found = {}
        for name, held in self._held.items():
            part = held[index]
            binned = part.dim() == 2
            found[name] = shares_of_bins(part[:, 0], part[:, 1], self._edges) if binned else part
        for name, labels in self._several.items():
            found[name] = self._dense(labels, rows, found.get(name))
        return found

    def _dense(self, labels: SeveralLabels, rows: Integers, unknown: Tensor | None) -> Tensor:
        """Return 0 and 1, NaN throughout where unknown, [B, C], scattered on the device."""
        at, classes = labels.places(rows)
        flat = torch.from_numpy(at * labels.count + classes).to(self._place)
        dense = torch.zeros(len(rows) * labels.count, device=self._place).index_fill_(0, flat, 1.0)
        dense = dense.view(len(rows), labels.count)
        return dense if unknown is None else dense.masked_fill_(unknown[:, None], torch.nan)


def year_labels(labels: Labels) -> YearLabels:
    """Return years with their intervals; years alone are known to the year."""
    if isinstance(labels, YearLabels):
        return labels
    return YearLabels.points(np.asarray(labels, np.float32))
