"""The challenge's own metrics in its own rows (``rijks_eval.m``, ``eval_mca.m``, ``eval_map.m``).

Creator: the mean over classes of the share of their works that are right, first to fifth. Rows for fewer creators take
those that test has most often, and look at their works and their scores alone. Types and materials: average precision
interpolated at eleven recall levels, over works for each class (map) and over classes for each work (imap). What no
class of a row applies to counts as 0 in the first row's imap, as it does there, and is left out of the others. Years:
errors where first and last are less than a hundred years apart.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniart_data.release import Release
from omniart_model.evaluation.predictions import Predictions, read_predictions
from omniart_model.labels import Booleans, Floats, Integers, SeveralLabels, encode
from omniart_model.rijks14.classes import REST, Challenge, challenge_of
from omniart_model.rijks14.measures import interpolated_precision, mean_class_accuracies
from omniart_model.tasks import Task, choose_tasks
from omniart_model.works import in_split, pictured_works, texts

CREATOR_ROWS = (300, 200, 100)
"""Creators of the rows after that of all: the paper's (Strezoski & Worring 2017, Table 2) and the challenge's."""
LABEL_ROWS = (75, 50, 25)
TOPS = 5

_CREATOR, _TYPE, _MATERIAL, _YEAR = choose_tasks(["artist", "type", "material", "period"])


@dataclass(frozen=True)
class Row:
    """One row of a table: ``works`` that are looked at, figures in parts of a hundred (of years: in years)."""

    task: str
    name: str
    works: int
    figures: Mapping[str, float]
    remark: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return the row as values for JSON; a figure of nothing is null."""
        figures = {
            name: None if math.isnan(value) else value for name, value in self.figures.items()
        }
        return {**vars(self), "figures": figures}


@dataclass(frozen=True)
class Scores:
    """All rows, and how much of the challenge's test they stand on."""

    release: str
    digest: str
    rows: tuple[Row, ...]
    works: int
    """Works of test with a picture, of ``test``."""
    test: int
    classes: Mapping[str, int]

    def as_dict(self) -> dict[str, object]:
        """Return the scores as values for JSON."""
        return {
            "release": self.release,
            "release_sha256": self.digest,
            "works": self.works,
            "test": self.test,
            "classes": dict(self.classes),
            "rows": [row.as_dict() for row in self.rows],
        }


def score_challenge(
    release: Release,
    predictions: Path,
    *,
    creators: Sequence[int] = CREATOR_ROWS,
    labels: Sequence[int] = LABEL_ROWS,
) -> Scores:
    """Score predictions for test by the challenge's metrics; a task that they do not answer has no rows.

    Raises ModelError for a release that is none of the challenge, or predictions that do not fit it.
    """
    challenge = challenge_of(release.receipt["options"], str(release.folder))
    works = in_split(pictured_works(release, "test"), "test")
    classes = {
        _CREATOR.name: (*challenge.creators, REST),
        _TYPE.name: challenge.types,
        _MATERIAL.name: challenge.materials,
        _YEAR.name: (),
    }
    tasks = (_CREATOR, _TYPE, _MATERIAL, _YEAR)
    found = read_predictions(predictions, texts(works["id"]), tasks, classes)
    rows: list[Row] = []
    if _CREATOR.name in found.scores:
        rows += creator_rows(works, challenge, found, creators)
    for task in (_TYPE, _MATERIAL):
        if task.name in found.scores:
            rows += label_rows(task, works, classes[task.name], found.scores[task.name], labels)
    if _YEAR.name in found.scores:
        train = pictured_works(release, "train")
        rows += year_rows(train, works, found.scores[_YEAR.name])
    test = release.table("test", columns=["id"]).num_rows
    counts = {
        "creator": challenge.creators,
        "type": challenge.types,
        "material": challenge.materials,
    }
    return Scores(
        release.version,
        release.digest,
        tuple(rows),
        works.num_rows,
        test,
        {name: len(held) for name, held in counts.items()},
    )


def creator_rows(
    works: pa.Table, challenge: Challenge, found: Predictions, sizes: Sequence[int]
) -> list[Row]:
    """Return the rows of creators: all and the rest, all, and the most frequent ones."""
    count = len(challenge.creators)
    scores = found.scores[_CREATOR.name][:, : count + 1]  # other labels of a file are no class
    label = np.array(encode(works, _CREATOR, challenge.creators), np.int64)
    label[label < 0] = count
    answered = np.isfinite(scores)
    remark = "" if answered[:, count].any() else "the rest is never answered"
    rows = [_creators(f"{count}+u", scores, label, _lacking(answered[:, :count], remark))]
    frequent = _most_frequent(np.bincount(label, minlength=count + 1)[:count])
    for size in [count, *(one for one in sizes if one < count)]:
        column = frequent[:size]
        place = np.full(count + 1, -1, np.int64)
        place[column] = np.arange(size)
        inside = place[label] >= 0
        part, own = scores[inside][:, column], place[label[inside]]
        rows.append(_creators(str(size), part, own, _lacking(np.isfinite(part), "")))
    return rows


def _creators(name: str, scores: Floats, label: Integers, remark: str) -> Row:
    shares = mean_class_accuracies(scores, label, TOPS)
    figures = {f"mca_top{top}": 100 * share for top, share in enumerate(shares, start=1)}
    return Row("creator", name, len(label), figures, remark)


def _lacking(answered: Booleans, remark: str) -> str:
    """Return a remark where the figures are lower bounds: a file that lists the best of all lacks some of the few."""
    few = min(TOPS, answered.shape[1])
    short = int((answered.sum(axis=1) < few).sum())
    if not short:
        return remark
    told = f"a lower bound: of {short:,} works fewer than {few} of these creators are listed"
    return f"{remark}; {told}" if remark else told


def label_rows(
    task: Task, works: pa.Table, classes: Sequence[str], scores: Floats, sizes: Sequence[int]
) -> list[Row]:
    """Return the rows of types or materials: all, and the most frequent ones on the works that have one of them."""
    truth = _dense(encode(works, task, classes), works.num_rows, len(classes))
    nothing = int((~truth.any(axis=1)).sum())
    remark = f"{nothing:,} works have none of them, and count as 0 in imap" if nothing else ""
    rows = [_labels(task.name, str(len(classes)), truth, scores, remark)]
    frequent = _most_frequent(truth.sum(axis=0))
    for size in (one for one in sizes if one < len(classes)):
        column = frequent[:size]
        inside = truth[:, column].any(axis=1)
        part, own = scores[inside][:, column], truth[inside][:, column]
        rows.append(_labels(task.name, str(size), own, part, ""))
    return rows


def _labels(task: str, name: str, truth: Booleans, scores: Floats, remark: str) -> Row:
    figures = {
        "map": 100 * interpolated_precision(truth, scores),
        "imap": 100 * interpolated_precision(truth.T, scores.T),
    }
    return Row(task, name, len(truth), figures, remark)


def _dense(labels: object, works: int, classes: int) -> Booleans:
    truth = np.zeros((works, classes), bool)
    if isinstance(labels, SeveralLabels):
        truth[np.repeat(np.arange(works), np.diff(labels.offsets)), labels.classes] = True
    return truth


def _most_frequent(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the numbers of classes, the most frequent first; of equal ones the earlier, as MATLAB sorts."""
    return np.asarray(np.argsort(-counts, kind="stable"), np.int64)


def year_rows(train: pa.Table, works: pa.Table, predicted: Floats) -> list[Row]:
    """Return the rows of years: the predictions', and of who always says the mean or the median of train."""
    years, known = (np.asarray(encode(one, _YEAR, ()), np.float64) for one in (works, train))
    scored, learnt = ~np.isnan(years), known[~np.isnan(known)]
    answers = {"predictions": predicted[scored].astype(np.float64)}
    if len(learnt):
        answers["mean of train"] = np.full(int(scored.sum()), learnt.mean())
        answers["median of train"] = np.full(int(scored.sum()), np.median(learnt))
    return [_years(name, answer, years[scored]) for name, answer in answers.items()]


def _years(name: str, predicted: npt.NDArray[np.float64], years: npt.NDArray[np.float64]) -> Row:
    if not len(years):
        return Row("year", name, 0, {})
    error = np.abs(predicted - years)
    figures = {
        "rmse": float(np.sqrt(np.mean(error**2))),
        "mean_error": float(error.mean()),
        "within_50": 100 * float((error <= 50).mean()),
    }
    return Row("year", name, len(years), figures)
