"""Continuity: the last release's network on the new release, and both networks on the works that both hold.

A figure that changes from one release to the next has changed with the data, with the network, or with both: on the
same works it is the network's doing, and with the same network it is the data's.
"""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from omniart_data.release.rows import compute
from omniart_model.baselines.how import How
from omniart_model.baselines.prepare import BaseChoice, features_for
from omniart_model.baselines.study import Answer, Side, Study, read_side
from omniart_model.baselines.table import Continued
from omniart_model.baselines.written import PREDICTIONS
from omniart_model.bases.at_hand import base_at_hand
from omniart_model.evaluation.resample import Resamples
from omniart_model.evaluation.score import score
from omniart_model.evaluation.truth import Truth, truth_of
from omniart_model.labels import Booleans, Floats
from omniart_model.manifest import MANIFEST
from omniart_model.shortened import shortened
from omniart_model.tasks import Kind, Task
from omniart_model.training.answers import answers
from omniart_model.training.checkpoint import Checkpoint, check_class_index, load_checkpoint
from omniart_model.training.examples import Cached
from schemas.errors import ModelError

log = logging.getLogger(__name__)


def previous_baseline(study: Study, out: Path) -> Path | None:
    """Return the baseline, beside the one to be made, of the release that this one follows; None where there is none."""
    told = study.release.receipt["previous"]
    if told is None:
        return None
    folder = out.with_name(str(told["version"]))
    return folder if (folder / MANIFEST).is_file() else None


def continued(
    study: Study, network: Answer, how: How, resamples: Resamples, out: Path
) -> tuple[Continued, ...]:
    """Return the last network's figures on this release, and both networks' on the works that both test splits hold.

    What keeps the last network from being scored is said in the log: another release or class index, features that
    cannot be had, numbers that are none.
    """
    folder = previous_baseline(study, out)
    if folder is None:
        return ()
    try:
        with how.progress.step("the last release's network", 0.1), base_at_hand():
            checkpoint = load_checkpoint(folder)
            _check_release(checkpoint, study, folder)
            check_class_index(checkpoint, study.release)
            both = held_by_both(study, folder)
            told = _answers(checkpoint, study, how)
    except ModelError as error:
        log.warning("the baseline of the last release is not compared with: %s", error)
        return ()
    return tuple(_rows(study, network, checkpoint, told, both=both, resamples=resamples))


def _check_release(checkpoint: Checkpoint, study: Study, folder: Path) -> None:
    """Raise ModelError unless a checkpoint is of the very release that the study's follows, by its digest."""
    told = study.release.receipt["previous"]
    if checkpoint.release_sha256 != told["digest"]:
        raise ModelError(
            f"{folder} is of another release {told['version']} than the one that {study.release.version} follows: its id"
            f" is {shortened(checkpoint.release_sha256, 12)}, not {shortened(str(told['digest']), 12)}"
        )


def _rows(
    study: Study,
    network: Answer,
    checkpoint: Checkpoint,
    told: Mapping[str, Floats],
    *,
    both: Booleans,
    resamples: Resamples,
) -> Iterator[Continued]:
    old, new = checkpoint.release, study.release.version
    for task in study.tasks:
        if task.name not in told:
            continue
        truth, scores, lacking = _in_classes(study, task, checkpoint, told[task.name])
        before, now = [scores], network.of(task)
        whole = score(truth, before, resamples)
        yield Continued(old, f"test of {new}", task.name, whole, lacking)
        if both.any():
            shared = f"test of {old} and {new}, {both.sum():,} works"
            of_old = score(truth, before, resamples, among=both)
            of_new = score(study.truth(task), now, resamples, among=both)
            yield Continued(old, shared, task.name, of_old, lacking)
            yield Continued(new, shared, task.name, of_new)


def held_by_both(study: Study, folder: Path) -> Booleans:
    """Return which test works the last release's baseline, in ``folder``, has answered as test works too, bool [N].

    Its predictions say so, and the ledger does not: a work that had no picture then, or whose rights kept it from
    being looked at, was in that release and in none of its figures. Raises ModelError where they cannot be read.
    """
    answered = _answered(folder / PREDICTIONS)
    return np.array([one in answered for one in study.test.ids], np.bool_)


def _answered(path: Path) -> set[str]:
    """Return the ids in a file of predictions for a test split; raises ModelError."""
    try:
        held = pq.read_table(path, columns=["id"])
        ids = held["id"].cast(pa.string()).to_pylist()
    except (pa.ArrowException, KeyError, OSError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"{path} cannot be read: {shortened(reason)}") from error
    if (held.schema.metadata or {}).get(b"split") != b"test":
        raise ModelError(f"{path} does not answer a test split")
    return {one for one in ids if one}


def _answers(checkpoint: Checkpoint, study: Study, how: How) -> dict[str, Floats]:
    """Return the network's answers for the test works, by its own classes; works not seen are answered with nothing."""
    side = study.test
    if dict(checkpoint.features) != study.cache.key or checkpoint.base is not None:
        side = _seen_by(checkpoint, study, how)
    network = checkpoint.network.to(how.device)
    found = answers(network, Cached(side.features, {})).scores
    for name, scores in found.items():
        if not np.isfinite(scores).all():
            raise ModelError(f"it answers {name} with numbers that are not finite")
    for task in study.tasks:
        if task.name not in found:
            continue
        blind = ~side.seen
        # What is most frequent now is no knowledge of the last network's: it is right where nothing is all the same.
        found[task.name][blind] = study.prior(task) if task.kind is Kind.YEAR else 0.0
    return found


def _seen_by(checkpoint: Checkpoint, study: Study, how: How) -> Side:
    """Return the test works with the features that a network was trained on."""
    choice = BaseChoice(checkpoint.features["base"])
    cache = features_for(
        checkpoint, study.release, choice, how.workspace, device=how.device, splits=("test",)
    )
    return read_side(study.test.works, cache)


def _in_classes(
    study: Study, task: Task, checkpoint: Checkpoint, answers: Floats
) -> tuple[Truth, Floats, int]:
    """Return truth and scores by the new release's classes, and how many of them the network does not have.

    Those are not answered, minus infinity. Classes that only the network has stay answers where a work has one class:
    it may be wrong with them. Where it has several, each class is judged by itself, and they are left out.
    """
    if task.kind is Kind.YEAR:
        return study.truth(task), answers, 0
    classes, own = study.classes[task.name], checkpoint.classes[task.name]
    extra = tuple(name for name in own if name not in set(classes))
    columns = classes + (extra if task.kind is Kind.ONE else ())
    at = np.asarray(
        compute.index_in(pa.array(columns, pa.string()), value_set=pa.array(own, pa.string()))
        .fill_null(-1)
        .to_numpy(zero_copy_only=False)
    )
    scores = np.full((len(answers), len(columns)), -np.inf, np.float32)
    scores[:, at >= 0] = answers[:, at[at >= 0]]
    lacking = int((at < 0).sum())
    return truth_of(study.test.works, task, classes, columns), scores, lacking
