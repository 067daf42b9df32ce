"""Networks' answers on disk: what was trained once is not trained again, so that one more base costs one more run.

``runs/<key>/<seed>.safetensors`` in the folder of a comparison: each task's answers, and as JSON in its header what
they rest on. No pickle is read. A file that is damaged, or rests on something else, is trained anew.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from omniart_model.baselines.study import Scores
from omniart_model.compare.settings import Options, Training
from omniart_model.files import as_json, digest
from omniart_model.kept_arrays import keep_arrays, map_arrays, texts_of
from omniart_model.labels import Floats
from omniart_model.tasks import Task
from schemas.errors import ModelError

log = logging.getLogger(__name__)

FORM = 3
"""Version of the files' form."""
_ABOUT = "about"


@dataclass(frozen=True)
class Spent:
    """What a training cost: wall seconds, of training and of answering ``speed.BATCHES`` batches, and epochs.

    ``batch`` is how many works were in a batch: on a small release fewer than were asked.
    """

    training_s: float
    answering_s: float
    epochs: int
    batch: int


@dataclass(frozen=True)
class Runs:
    """The runs that a comparison keeps."""

    folder: Path
    options: Options

    def key(self, training: Training) -> str:
        """Return the name of a training: over its setting, the tasks and the settings of all trainings."""
        settings = {
            "form": FORM,
            "alone": training.alone,
            "setting": asdict(training.setting),
            "tasks": [asdict(task) for task in self.options.tasks],
            "split": self.options.split,
            "config": asdict(training.setting.config(self.options.preset)),
        }
        return digest(as_json(settings))[:16]

    def path(self, training: Training, seed: int) -> Path:
        """Return where a training's answers with a seed are."""
        return self.folder / "runs" / self.key(training) / f"{seed}.safetensors"

    def spent(
        self, training: Training, seed: int, rests_on: Mapping[str, Any] | None = None
    ) -> Spent | None:
        """Return what a kept run cost, if it is there, whole, and rests on the same; None: it is to be trained.

        Asked without ``rests_on`` only the header is read: what it cost hangs on no answer.
        """
        path = self.path(training, seed)
        if not path.is_file():
            return None
        try:
            texts = texts_of(path) if rests_on is None else map_arrays(path)[1]
            about = json.loads(texts[_ABOUT])
            spent = Spent(**about["spent"])
        except (ModelError, ValueError, KeyError, TypeError) as error:
            log.warning("%s is no run that can be used, and is made again: %s", path, error)
            return None
        return spent if rests_on is None or about.get("rests_on") == rests_on else None

    def keep(
        self,
        training: Training,
        seed: int,
        scores: Scores,
        spent: Spent,
        rests_on: Mapping[str, Any],
    ) -> None:
        """Write a run's answers, whole or not at all; raises ModelError."""
        about = {"rests_on": rests_on, "spent": asdict(spent)}
        keep_arrays(self.path(training, seed), scores, {_ABOUT: json.dumps(about, sort_keys=True)})

    def answers(self, training: Training, task: Task) -> tuple[Floats, ...]:
        """Return a training's answers to one task by seed, mapped from their files; raises ModelError."""
        seeds = range(self.options.seeds)
        return tuple(map_arrays(self.path(training, seed))[0][task.name] for seed in seeds)
