"""The base that networks are learnt through, and the pictures that it sees meanwhile."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import torch

from omniart_model.baselines.prepare import BaseChoice, cache_and_base
from omniart_model.baselines.study import Side, Study
from omniart_model.bases.frozen import FrozenBase
from omniart_model.labels import Booleans
from omniart_model.training.examples import Cached
from omniart_model.training.finetune import Learner, Pictured
from omniart_model.training.pictured import Pictures, pictures_of
from omniart_model.training.settings import Finetune
from omniart_model.works import texts


@dataclass
class Through:
    """What a study's networks are learnt through where the base learns too; used as a context.

    Pictures are brought once, when the first training asks for them: a run whose answers are all kept needs none.
    """

    study: Study
    choice: BaseChoice
    workspace: Path
    device: torch.device
    _open: ExitStack = field(default_factory=ExitStack, init=False)
    _brought: tuple[FrozenBase, Pictures] | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        """Return this."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the pictures."""
        self._open.close()

    def learner(self, finetune: Finetune) -> Learner:
        """Return the base as its weights are, to learn anew."""
        return Learner(self._all()[0], finetune, self.device)

    def examples(
        self, side: Side, cached: Cached, learner: Learner, among: Booleans | None = None
    ) -> Pictured:
        """Return the seen works of a side, or some of them, with pictures in place of the features in the cache."""
        return Pictured.of(self._all()[1], _sha256s(side, among), cached, learner)

    def asked(self, side: Side, learner: Learner) -> Pictured:
        """Return the seen works of a side, to be answered."""
        pictures = self._all()[1]
        return Pictured(pictures, pictures.places(_sha256s(side)), {}, learner)

    def _all(self) -> tuple[FrozenBase, Pictures]:
        if self._brought is None:
            study = self.study
            sides = (study.train, study.validation, study.test)
            cache, base = cache_and_base(study.cache.base, self.choice, self.workspace)
            wanted = [one for side in sides for one in _sha256s(side)]
            pictures = pictures_of(study.release, wanted, cache.base, self.workspace)
            self._brought = base, self._open.enter_context(pictures)
        return self._brought


def _sha256s(side: Side, among: Booleans | None = None) -> list[str]:
    """Return the SHA-256 of the pictures of a side's seen works, or of some of them, in the works' order."""
    names = texts(side.works["image_sha256"])
    held = side.held(among)
    return [name for name, is_held in zip(names, held.tolist(), strict=True) if is_held]
