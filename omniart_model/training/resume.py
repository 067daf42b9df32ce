"""A training that can be broken off at any moment: what an epoch leaves on disk for the next one to go on from.

One safetensors file holds everything, with the words as JSON in its header: it is whole or not there, and no pickle.
Chance needs no place in it: that of an epoch hangs on the seed, the epoch's number and the process alone.
"""

import hashlib
import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from omniart_data.release.leftovers import leftovers
from omniart_model.kept_arrays import keep_arrays, map_arrays
from omniart_model.labels import Labels, SeveralLabels, YearLabels
from omniart_model.tasks import Task
from omniart_model.training.network import Spread
from omniart_model.training.settings import TrainConfig
from schemas.errors import ModelError

log = logging.getLogger(__name__)

FORM = 1
"""Version of the file's form."""

_SHARE = 0.05  # of the time of a training that may go into writing: a small network is not kept every millisecond


@dataclass
class Kept:
    """The file of one training; ``key`` tells its settings and data from all others'."""

    path: Path
    key: str
    _written: float = field(default=-float("inf"), init=False)
    _took: float = field(default=0.0, init=False)

    def read(self) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
        """Return the tensors and the words of a training that was broken off, None if there is none to go on with.

        One of other settings or data is no use, and is written over: a log line says so.
        """
        self._clear_up()
        if not self.path.exists():
            return None
        try:
            arrays, texts = map_arrays(self.path)
            about = json.loads(texts.get("about", "{}"))
        except (ModelError, ValueError) as error:
            log.warning("%s: training starts anew", error)
            return None
        if (about.get("form"), about.get("key")) != (FORM, self.key):
            log.warning("%s is of other settings or data: training starts anew", self.path)
            return None
        return {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}, about

    def is_due(self) -> bool:
        """Return whether writing again keeps to its share of the time."""
        return time.monotonic() - self._written >= self._took / _SHARE

    def write(self, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
        """Replace the file, whole or not at all; raises ModelError where that fails."""
        began = time.monotonic()
        words = json.dumps({**about, "form": FORM, "key": self.key})
        plain = {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()}
        keep_arrays(self.path, plain, {"about": words})
        self._written = time.monotonic()
        self._took = self._written - began

    def remove(self) -> None:
        """Remove the file: the training is done."""
        self.path.unlink(missing_ok=True)

    @property
    def _prefix(self) -> str:
        return f".{self.path.name}."

    def _clear_up(self) -> None:
        for left in leftovers(self.path.parent, self._prefix):
            left.unlink(missing_ok=True)


def key_of(
    tasks: Sequence[Task],
    classes: Mapping[str, Sequence[str]],
    config: TrainConfig,
    *,
    spread: Spread,
    labels: Sequence[Mapping[str, Labels]],
    where: Sequence[object],
) -> str:
    """Return a SHA-256 over what a training hangs on: settings, classes, labels, and the spread of train's features.

    The spread stands for the features: two sets of pictures do not have the same mean and deviation in each of
    hundreds of numbers. ``where`` is what else the last bit hangs on (device, processes).
    """
    words = {
        "tasks": [asdict(task) for task in tasks],
        "classes": {task.name: list(classes[task.name]) for task in tasks},
        "config": asdict(config),
        "where": [torch.__version__, *map(str, where)],
    }
    found = hashlib.sha256(json.dumps(words, sort_keys=True).encode())
    found.update(spread.mean.cpu().numpy().tobytes() + spread.deviation.cpu().numpy().tobytes())
    for side in labels:
        for task in tasks:
            for array in _arrays(side[task.name]):
                found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def _arrays(labels: Labels) -> Sequence[np.ndarray[Any, Any]]:
    if isinstance(labels, SeveralLabels):
        return labels.offsets, labels.classes, labels.known
    if isinstance(labels, YearLabels):
        return labels.year, labels.first, labels.last
    return (labels,)
