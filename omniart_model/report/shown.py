"""What a baseline's report and its model card are made of."""

from collections.abc import Mapping
from dataclasses import dataclass

from omniart_model.baselines.study import Answer, Study
from omniart_model.baselines.table import Table
from omniart_model.labels import Booleans, Floats
from omniart_model.tasks import Kind, Task
from omniart_model.training.network import Network
from omniart_model.training.settings import TrainConfig, TrainReport


@dataclass(frozen=True)
class Shown:
    """A baseline: figures, what they are of, and the network of the checkpoint.

    ``answer`` is the multi-task network's, by seed, and ``best`` the place of the checkpoint's seed in it; ``training`` and
    ``config`` are of that seed. ``features`` is the key of the feature cache, ``pictures`` how many there are in the
    release and ``unseen`` how many of them no features could be had of. ``licence`` is that of the base's weights.
    ``study`` is the release as the checkpoint's base sees it, which may have learnt too; ``full`` says that all answers
    stand in the table, as `omniart-model baselines` makes it, and not as `train` does.
    """

    table: Table
    study: Study
    network: Network
    answer: Answer
    best: int
    training: TrainReport
    config: TrainConfig
    features: Mapping[str, str]
    pictures: int
    unseen: int
    licence: str = ""
    full: bool = True

    @property
    def title(self) -> str:
        """Return the title of page and card."""
        return f"Baseline of OmniArt {self.table.release}"

    @property
    def is_sample(self) -> bool:
        """Say whether works of the sample museum are in the release, which are invented."""
        return self.study.release.is_sample

    @property
    def seen(self) -> Booleans:
        """Return which scored works the network has looked at, bool [N]; the others are answered with the prior."""
        return self.study.measured.seen

    @property
    def one(self) -> Task | None:
        """Return the task of one class whose confusions are shown: the artist where it is learnt, or else the first."""
        of_kind = [task for task in self.answered if task.kind is Kind.ONE]
        return next((task for task in of_kind if task.name == "artist"), next(iter(of_kind), None))

    @property
    def year(self) -> Task | None:
        """Return the task that is a year, where it is learnt."""
        return next((task for task in self.answered if task.kind is Kind.YEAR), None)

    @property
    def answered(self) -> tuple[Task, ...]:
        """Return the tasks that the network answers."""
        return tuple(task for task in self.study.tasks if self.answer.of(task))

    def told(self, task: Task) -> Floats:
        """Return the checkpoint's answers to a task for the scored works: scores [N, C], or years [N]."""
        return self.answer.of(task)[self.best]
