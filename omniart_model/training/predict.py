"""Predictions of a checkpoint: for the works of a split, and for any pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from safetensors.torch import save
from torch import nn

from omniart_data.release import Release
from omniart_model.bases.table import Base
from omniart_model.evaluation.constant import constant_answers, repeated
from omniart_model.evaluation.predictions import Predictions, write_predictions
from omniart_model.evaluation.subset import SUBSET, check_answerable
from omniart_model.features.cache import FeatureCache
from omniart_model.features.look import batch_size, look
from omniart_model.features.pictures import Seen
from omniart_model.files import digest
from omniart_model.labels import Floats
from omniart_model.rijks14.classes import labels_to_write
from omniart_model.tasks import Kind, Task
from omniart_model.training.answers import Answers, answers
from omniart_model.training.checkpoint import Checkpoint
from omniart_model.training.examples import Cached
from omniart_model.training.years import usual_range
from omniart_model.works import in_subset, pictured_works, texts
from schemas.errors import ModelError


def predict(
    checkpoint: Checkpoint, works: pa.Table, train: pa.Table, cache: FeatureCache
) -> tuple[Predictions, int]:
    """Return answers for works, and for how many there was no picture to look at.

    A work whose picture is not at hand, or cannot be decoded, gets the prior of ``train`` (for the
    period the median year): every work is answered, and nothing is guessed by the network.
    """
    features, found = cache.read(texts(works["image_sha256"]))
    told = answers(checkpoint.network, Cached(features, {}))
    for task in checkpoint.network.tasks:
        constant = constant_answers(train, task, checkpoint.classes[task.name])
        prior = constant["median year"] if task.kind is Kind.YEAR else next(iter(constant.values()))
        told.scores[task.name][~found] = repeated(prior, int((~found).sum()))
        if task.name in told.ranges:
            told.ranges[task.name][~found] = usual_range(train, task)
    ids = texts(works["id"])
    return Predictions(ids, checkpoint.classes, told.scores, told.ranges), int(np.sum(~found))


def predict_split(
    checkpoint: Checkpoint, release: Release, cache: FeatureCache, split: str, path: Path
) -> tuple[int, int]:
    """Write the predictions for a split; return how many works there are, and how many unseen.

    A network that was trained on a subset answers the works of that subset alone, and the file says so.
    Raises ModelError where there are none.
    """
    subset = checkpoint.config.subset
    works, train = (in_subset(pictured_works(release, one), subset) for one in (split, "train"))
    check_answerable(works, subset, split)
    predictions, unseen = predict(checkpoint, works, train, cache)
    about = {
        "release": release.version,
        "release_sha256": release.digest,
        "split": split,
        "trained_on_sha256": checkpoint.release_sha256,
        "base": checkpoint.features["base"],
        "weights_sha256": checkpoint.features["weights_sha256"],
    }
    if subset:
        about[SUBSET] = str(subset)
    top = labels_to_write(release.receipt["options"])
    write_predictions(predictions, checkpoint.network.tasks, path, about, top=top)
    return works.num_rows, unseen


def check_features(checkpoint: Checkpoint, cache: FeatureCache) -> None:
    """Raise ModelError unless a cache's features are those that the checkpoint was trained on."""
    for name, trained in checkpoint.features.items():
        if cache.key.get(name) != trained:
            raise ModelError(
                f"the checkpoint was trained on features with {name} {trained}, "
                f"and these have {cache.key.get(name)}"
            )


def answer_pictures(
    checkpoint: Checkpoint, base: Base, network: nn.Module, pictures: Sequence[Seen]
) -> Answers:
    """Return a checkpoint's answers for pictures, each uint8 [K, S, S, 3] as its base sees them.

    They are those that the same pictures get in a release: features are rounded to float16 in both.
    """
    full = batch_size(network)
    features = [
        look(network, np.stack(pictures[start : start + full]), base.views)
        for start in range(0, len(pictures), full)
    ]
    return answers(checkpoint.network, Cached(np.concatenate(features), {}))


def with_what_it_learnt(
    checkpoint: Checkpoint, cache: FeatureCache, network: nn.Module
) -> FeatureCache:
    """Give a base what a checkpoint's has learnt, if it has; return the cache of that base's features.

    Raises ModelError for a cache of other features than those that the checkpoint was trained on.
    """
    check_features(checkpoint, cache)
    if checkpoint.base is None:
        return cache
    tensors = {name: tensor.contiguous() for name, tensor in checkpoint.base.items()}
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"the checkpoint's base is not {cache.base.name}: {reason}") from error
    return replace(cache, weights_sha256=digest(save(tensors)))


@dataclass(frozen=True)
class Shown:
    """How much of an answer is told: the ``top`` likeliest of one class, and of several those of ``least`` or more."""

    top: int = 5
    least: float = 0.5


def told_of(
    checkpoint: Checkpoint, found: Answers, row: int, shown: Shown
) -> dict[str, list[tuple[str, float]] | dict[str, float]]:
    """Return one picture's answers by task: labels and their scores, the likeliest first, or years.

    Of several classes at least the likeliest is told. A year is ``year``, with ``first`` and ``last`` where a range is
    known.
    """
    return {
        task.name: _years(found, task, row)
        if task.kind is Kind.YEAR
        else _labels(task, checkpoint.classes[task.name], found.scores[task.name][row], shown)
        for task in checkpoint.network.tasks
    }


def _labels(
    task: Task, classes: Sequence[str], scores: Floats, shown: Shown
) -> list[tuple[str, float]]:
    order = np.argsort(-scores, kind="stable")
    count = shown.top
    if task.kind is Kind.SEVERAL:
        count = max(1, int((scores >= shown.least).sum()))
    return [(classes[place], round(float(scores[place]), 4)) for place in order[:count]]


def _years(found: Answers, task: Task, row: int) -> dict[str, float]:
    years = {"year": round(float(found.scores[task.name][row]), 1)}
    if task.name in found.ranges:
        first, last = found.ranges[task.name][row]
        years |= {"first": round(float(first), 1), "last": round(float(last), 1)}
    return years
