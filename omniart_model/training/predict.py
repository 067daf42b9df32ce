"""Predictions of a checkpoint for the works of a split."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from omniart_data.release import Release
from omniart_model.evaluation.constant import constant_answers, repeated
from omniart_model.evaluation.predictions import Predictions, write_predictions
from omniart_model.features.cache import FeatureCache
from omniart_model.tasks import Kind
from omniart_model.training.checkpoint import Checkpoint
from omniart_model.training.examples import Cached
from omniart_model.training.train import outputs
from omniart_model.works import in_split, pictured_works, texts
from schemas.errors import ModelError


def predict(
    checkpoint: Checkpoint, works: pa.Table, train: pa.Table, cache: FeatureCache
) -> tuple[Predictions, int]:
    """Return answers for works, and for how many there was no picture to look at.

    A work whose picture is not at hand, or cannot be decoded, gets the prior of ``train`` (for the
    period the median year): every work is answered, and nothing is guessed by the network.
    """
    features, found = cache.read(texts(works["image_sha256"]))
    answers = outputs(checkpoint.network, Cached(features, {}))
    for task in checkpoint.network.tasks:
        constant = constant_answers(train, task, checkpoint.classes[task.name])
        prior = constant["median year"] if task.kind is Kind.YEAR else next(iter(constant.values()))
        blind = ~found
        answers[task.name][blind] = repeated(prior, int(blind.sum()))
    ids = texts(works["id"])
    return Predictions(ids, checkpoint.classes, answers), int(np.sum(~found))


def predict_split(
    checkpoint: Checkpoint, release: Release, cache: FeatureCache, split: str, path: Path
) -> tuple[int, int]:
    """Write the predictions for a split; return how many works there are, and how many unseen."""
    works = pictured_works(release, split)
    train = in_split(pictured_works(release, "train"), "train")
    predictions, unseen = predict(checkpoint, works, train, cache)
    about = {
        "release": release.version,
        "release_sha256": release.digest,
        "split": split,
        "trained_on_sha256": checkpoint.release_sha256,
        "base": checkpoint.features["base"],
        "weights_sha256": checkpoint.features["weights_sha256"],
    }
    write_predictions(predictions, checkpoint.network.tasks, path, about)
    return works.num_rows, unseen


def check_features(checkpoint: Checkpoint, cache: FeatureCache) -> None:
    """Raise ModelError unless a cache's features are those that the checkpoint was trained on."""
    for name, trained in checkpoint.features.items():
        if cache.key.get(name) != trained:
            raise ModelError(
                f"the checkpoint was trained on features with {name} {trained}, "
                f"and these have {cache.key.get(name)}"
            )
