"""Whether the network sees the art or the photographer: museums left out, and museums told from the features."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from omniart_model.baselines.answers.linear import linear_answer
from omniart_model.baselines.fitting import Fitted, fitted
from omniart_model.baselines.how import How
from omniart_model.baselines.study import Side, Study
from omniart_model.baselines.table import LeftOut
from omniart_model.evaluation.constant import constant_answers, repeated
from omniart_model.evaluation.measured import LEAST_WORKS, Measured
from omniart_model.evaluation.resample import Resamples
from omniart_model.evaluation.score import differences, score
from omniart_model.evaluation.table import MAIN
from omniart_model.files import digest
from omniart_model.labels import Booleans, encode
from omniart_model.tasks import UNKNOWN, Kind, Task
from omniart_model.training.settings import Tail

LEAST_TRAIN = 100
"""Works of all other museums in train that are enough to learn from."""

MUSEUM = Task("museum", Kind.ONE, "museum", standing=False)
"""Which museum a work is in: told from the features, and never a task of the network."""


@dataclass(frozen=True)
class MuseumsTold:
    """How often a museum is told from the features, the majority's share, and the networks of museums left out."""

    told: Measured | None
    majority: Measured | None
    left_out: tuple[LeftOut, ...]


def museums_told(study: Study, how: How, resamples: Resamples) -> MuseumsTold:
    """Return all that is asked about museums."""
    return MuseumsTold(*tell_museums(study, how, resamples), leave_out(study, how, resamples))


def left_out_museums(study: Study) -> list[str]:
    """Return the museums with works in train, enough in the train of all others, and in test enough for a verdict."""
    sides = (study.train, study.validation)
    seen = [np.array(side.museums)[side.seen] for side in sides]
    enough = []
    for name in sorted(set(study.test.museums)):
        train, validation = (int((museums != name).sum()) for museums in seen)
        own = len(seen[0]) - train
        if own and train >= LEAST_TRAIN and validation and _allows_a_verdict(study, name):
            enough.append(name)
    return enough


def _allows_a_verdict(study: Study, museum: str) -> bool:
    """Return whether enough of a museum's test works have a label, of some task, that others' works in train have too."""
    own = np.array(study.test.museums) == museum
    return any(
        (own & study.truth(task).known & _learnable(study, task, museum)).sum() >= LEAST_WORKS
        for task in study.tasks
    )


def leave_out(study: Study, how: How, resamples: Resamples) -> tuple[LeftOut, ...]:
    """Return for each museum and task how a network fares on works of a museum that it has never seen.

    Beside it stands a network that has seen as many works, drawn by chance from all museums: leaving a museum out
    makes train smaller, and that alone must not be taken for the museum's doing. Of a task of one class, works whose
    label occurs in no other museum's train are not counted; of several, all are. One seed each: ``OF_ONE_SEED``.
    """
    found: list[LeftOut] = []
    for museum in left_out_museums(study):
        without, within = _pair(study, how, museum)
        found += _measured(study, resamples, museum, without, within)
    return tuple(found)


def _pair(study: Study, how: How, museum: str) -> tuple[Fitted, Fitted]:
    others = [np.array(side.museums) != museum for side in (study.train, study.validation)]
    name, config = digest(museum.encode())[:16], replace(how.config, seed=how.seeds[0])
    with how.progress.step(f"without {museum}", 1):
        without = fitted(study, how, f"without {name}", config, among=others)
    with how.progress.step(f"as many works as without {museum}", 1):
        same = [
            as_many(side, among, config.seed)
            for side, among in zip((study.train, study.validation), others, strict=True)
        ]
        within = fitted(study, how, f"as many as without {name}", config, among=same)
    return without, within


def as_many(side: Side, among: Booleans, seed: int) -> Booleans:
    """Return as many seen works as are marked, drawn by chance from all, bool [N]."""
    seen = np.flatnonzero(side.seen)
    drawn = np.random.default_rng(seed).choice(seen, int((side.seen & among).sum()), replace=False)
    chosen = np.zeros(len(side), np.bool_)
    chosen[drawn] = True
    return chosen


def _measured(
    study: Study, resamples: Resamples, museum: str, without: Fitted, within: Fitted
) -> Iterator[LeftOut]:
    own = np.array(study.test.museums) == museum
    for task in study.tasks:
        among = own & _learnable(study, task, museum)
        if not among.any():
            continue
        truth, metric = study.truth(task), MAIN[task.kind].name
        pair = [without.scores[task.name]], [within.scores[task.name]]
        first, second = (score(truth, one, resamples, among=among)[metric] for one in pair)
        if not first.n:
            continue  # no class of the task has a work in this museum
        difference = differences(truth, *pair, resamples, among=among)[metric]
        yield LeftOut(museum, task.name, metric, first, second, difference)


def _learnable(study: Study, task: Task, museum: str) -> Booleans:
    """Return which test works have a label that some other museum's works in train have too, bool [N]."""
    elsewhere = (np.array(study.train.museums) != museum) & study.train.seen
    if task.kind is not Kind.ONE:
        told = elsewhere & np.asarray(study.train.works[task.column].is_valid())
        return np.full(len(study.test), told.any())
    classes = study.classes[task.name]
    train, test = (
        np.asarray(encode(side.works, task, classes)) for side in (study.train, study.test)
    )
    others = elsewhere & (train != UNKNOWN)
    known: Booleans = np.isin(test, np.unique(train[others]))
    return known


def tell_museums(
    study: Study, how: How, resamples: Resamples
) -> tuple[Measured | None, Measured | None]:
    """Return how often a linear probe tells a test work's museum from the features, and the majority's share.

    None where there is one museum only.
    """
    museums = tuple(sorted(set(study.train.museums)))
    if len(museums) < 2:
        return None, None
    asked = replace(
        study,
        tasks=(MUSEUM,),
        classes={MUSEUM.name: museums},
        train=_with_museum(study.train),
        validation=_with_museum(study.validation),
        test=_with_museum(study.test),
    )
    how = replace(how, config=replace(how.config, tail=Tail.NONE))  # accuracy is asked for
    once = replace(how, seeds=how.seeds[:1])
    told = linear_answer(asked, once, "museum told", "", 0.1)
    truth, metric = asked.truth(MUSEUM), MAIN[Kind.ONE].name
    constants = constant_answers(asked.train.works, MUSEUM, museums)
    majority = repeated(next(iter(constants.values())), len(asked.test))
    found = score(truth, told.of(MUSEUM), resamples)[metric]
    return found, score(truth, [majority], resamples)[metric]


def _with_museum(side: Side) -> Side:
    museums = pa.array(side.museums, pa.string())
    return replace(side, works=side.works.append_column(MUSEUM.column, museums))
