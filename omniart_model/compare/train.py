"""The trainings of a comparison, one after the other: those that are kept are not done again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tqdm import tqdm

from omniart_model.baselines.study import Study
from omniart_model.compare.estimate import step_seconds
from omniart_model.compare.kept import Runs, Spent
from omniart_model.compare.settings import Training
from omniart_model.compare.speed import answering_seconds
from omniart_model.compare.studies import NO_LABEL, Studies
from omniart_model.training.examples import Cached
from omniart_model.training.train import fit, outputs
from schemas.errors import ModelError

_BAR = "{desc}: {percentage:3.0f}%|{bar}| {elapsed} gone, {remaining} left{postfix}"


@dataclass
class Trainer:
    """Trains what a plan asks for. ``reasons`` says of a training why it was not done, in a line."""

    studies: Studies
    runs: Runs
    reasons: dict[Training, str] = field(default_factory=dict)
    trained: int = 0

    def train(self, trainings: Sequence[Training], work: Callable[[Training], float]) -> None:
        """Do all trainings with every seed; ``work`` is how long one takes beside the others, for the time left."""
        seeds = self.runs.options.seeds
        total = sum(map(work, trainings)) * seeds
        with tqdm(total=total, desc="compare", bar_format=_BAR, disable=None) as bar:
            for number, training in enumerate(trainings, start=1):
                bar.set_postfix_str(f"network {number} of {len(trainings)}")
                try:
                    for seed in range(seeds):
                        self._once(training, seed)
                        bar.update(work(training))
                except _NotPossible as error:
                    self.reasons[training] = str(error)
                    bar.update(work(training) * seeds)

    def _once(self, training: Training, seed: int) -> None:
        """Do a training with one seed, and keep its answers; nothing where they are kept."""
        study = self._study(training)
        tasks = [task for task in study.tasks if training.alone in {"", task.name}]
        if not tasks:
            raise _NotPossible(NO_LABEL)
        side = study.measured
        about = {**study.rests_on(side), "device": self.studies.device.type}
        if self.runs.spent(training, seed, about) is not None:
            return
        if not self.trained:
            step_seconds(8, 8, 2, 4, self.studies.device)  # the first step of all pays for imports
        config = training.setting.config(self.runs.options.preset, seed)
        network, report = fit(
            tasks,
            study.classes,
            study.examples(study.train, tasks),
            study.examples(study.validation, tasks),
            config,
            device=self.studies.device,
        )
        measured = Cached(side.features, {})
        scores = study.filled(side, outputs(network, measured))
        answering_s = answering_seconds(network, measured)
        spent = Spent(report.seconds, answering_s, len(report.epochs), report.batch)
        self.runs.keep(training, seed, scores, spent, about)
        self.trained += 1

    def _study(self, training: Training) -> Study:
        try:
            return self.studies.study(training.setting)
        except ModelError as error:
            raise _NotPossible(str(error)) from error


class _NotPossible(Exception):  # noqa: N818 - the reason of a row, and no error of the program
    """A training that cannot be done, and why."""
