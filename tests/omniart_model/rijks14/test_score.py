"""The challenge's own figures: equal to its definitions written out word for word, in its own rows."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from omniart_data.release import Release
from omniart_model.cli import app
from omniart_model.evaluation.columns import SCORED
from omniart_model.rijks14.classes import REST, Challenge, challenge_of
from omniart_model.rijks14.published import CLASSES, CODE
from omniart_model.rijks14.score import Row, Scores, score_challenge
from omniart_model.rijks14.table import lines_of
from omniart_model.works import pictured_works
from schemas.errors import ModelError

Floats = npt.NDArray[np.float64]


def mca(labels: Sequence[int], scores: Floats, top: int) -> float:
    """Say in loops what eval_mca.m says: the mean over classes of the share of their works that are right."""
    right = np.zeros(scores.shape[1])
    works = np.zeros(scores.shape[1])
    for label, own in zip(labels, scores, strict=True):
        first = sorted(range(len(own)), key=lambda n: (-own[n], n))[:top]
        works[label] += 1
        right[label] += label in first
    return 100 * float(np.mean([r / max(n, 1) for r, n in zip(right, works, strict=True)]))


def interpolated(truth: npt.NDArray[np.bool_], scores: Floats) -> float:
    """Say in loops what eval_map.m says: for each column the best precision at eleven recalls, 0 where none is."""
    found = []
    for column in range(truth.shape[1]):
        ranked = sorted(range(len(truth)), key=lambda n: (-scores[n, column], n))
        hits, precision, recall = 0, [], []
        for place, work in enumerate(ranked, start=1):
            hits += bool(truth[work, column])
            precision.append(hits / place)
            recall.append(hits / max(int(truth[:, column].sum()), 1))
        for level in range(11):
            reached = [p for p, r in zip(precision, recall, strict=True) if 10 * r >= level - 1e-9]
            found.append(max(reached) if reached and hits else 0.0)
    return 100 * float(np.mean(found))


def pairs(labels: Sequence[str], scores: Floats) -> pa.Array:
    """Return a column of predictions that lists all labels."""
    return pa.array(
        [
            [{"label": n, "score": float(s)} for n, s in zip(labels, own, strict=True)]
            for own in scores
        ],
        SCORED,
    )


@pytest.fixture(scope="module")
def scored_works(read_release: Release) -> list[dict[str, Any]]:
    """Return the works that are scored."""
    return pictured_works(read_release, "test").to_pylist()


@pytest.fixture(scope="module")
def classes(read_release: Release) -> Challenge:
    """Return the challenge's classes."""
    return challenge_of(read_release.receipt["options"], "here")


@pytest.fixture(scope="module")
def answers(scored_works: list[dict[str, Any]], classes: Challenge) -> dict[str, Floats]:
    """Return made answers, with many equal scores among them."""
    chance, works = np.random.default_rng(3), len(scored_works)
    sizes = {"artist": len(classes.creators) + 1, "type": 3, "material": 2}
    made = {
        name: chance.integers(0, 6, (works, size)).astype(float) for name, size in sizes.items()
    }
    return made | {"year": chance.uniform(1500, 2000, works)}


@pytest.fixture(scope="module")
def scored(
    read_release: Release,
    scored_works: list[dict[str, Any]],
    classes: Challenge,
    answers: dict[str, Floats],
    tmp_path_factory: pytest.TempPathFactory,
) -> Scores:
    """Return the scores of the made answers, in rows of a made size."""
    path = tmp_path_factory.mktemp("predictions") / "predictions.parquet"
    columns = {
        "id": pa.array([row["id"] for row in scored_works]),
        "artist": pairs([*classes.creators, REST], answers["artist"]),
        "type": pairs(classes.types, answers["type"]),
        "material": pairs(classes.materials, answers["material"]),
        "year": pa.array(answers["year"], pa.float32()),
    }
    pq.write_table(pa.table(columns).take(np.arange(len(scored_works))[::-1]), path)
    return score_challenge(read_release, path, creators=(3, 2), labels=(2, 1))


def row(scores: Scores, task: str, name: str) -> Row:
    """Return one row."""
    (found,) = (one for one in scores.rows if (one.task, one.name) == (task, name))
    return found


def test_creators_are_scored_as_the_challenge_does(
    scored: Scores,
    scored_works: list[dict[str, Any]],
    classes: Challenge,
    answers: dict[str, Floats],
) -> None:
    """With the rest, of all creators, and of the most frequent ones with their works and columns alone."""
    names = [*classes.creators, REST]
    labels = [names.index(work["artist"] or REST) for work in scored_works]
    counts = np.bincount(labels, minlength=5)[:4]
    frequent = sorted(range(4), key=lambda n: (-counts[n], n))

    whole = row(scored, "creator", "4+u")
    assert whole.works == len(scored_works)
    for top in (1, 2, 5):
        assert whole.figures[f"mca_top{top}"] == pytest.approx(mca(labels, answers["artist"], top))
    for size in (4, 3, 2):
        column = frequent[:size]
        inside = [n for n, label in enumerate(labels) if label in column]
        own = [column.index(labels[n]) for n in inside]
        found = row(scored, "creator", str(size))
        assert (found.works, found.remark) == (len(inside), "")
        for top in (1, 2):
            expected = mca(own, answers["artist"][inside][:, column], top)
            assert found.figures[f"mca_top{top}"] == pytest.approx(expected)


@pytest.mark.parametrize(("task", "column"), [("type", "artwork_types"), ("material", "materials")])
def test_labels_are_scored_as_the_challenge_does(  # noqa: PLR0917
    task: str,
    column: str,
    scored: Scores,
    scored_works: list[dict[str, Any]],
    classes: Challenge,
    answers: dict[str, Floats],
) -> None:
    """MAP by class and by work at eleven recalls; works without a label are 0 in the first row alone."""
    names = classes.types if task == "type" else classes.materials
    truth = np.array([[name in work[column] for name in names] for work in scored_works])
    scores = answers[task]
    found = row(scored, task, str(len(names)))

    assert not truth.any(axis=1).all()
    assert "count as 0 in imap" in found.remark
    assert found.figures["map"] == pytest.approx(interpolated(truth, scores))
    assert found.figures["imap"] == pytest.approx(interpolated(truth.T, scores.T))
    frequent = sorted(range(len(names)), key=lambda n: (-truth[:, n].sum(), n))[:1]
    inside = truth[:, frequent].any(axis=1)
    part, own = scores[inside][:, frequent], truth[inside][:, frequent]
    first = row(scored, task, "1")
    assert first.works == inside.sum()
    assert first.figures["map"] == pytest.approx(interpolated(own, part))
    assert first.figures["imap"] == pytest.approx(interpolated(own.T, part.T))


def test_years_are_scored_as_the_challenge_does(
    scored: Scores,
    scored_works: list[dict[str, Any]],
    answers: dict[str, Floats],
    challenge: ModuleType,
) -> None:
    """Where first and last are less than a hundred years apart, against their mean; beside train's mean and median."""
    numbers = [int(work["id"][8:15]) - 1 for work in scored_works]
    first, last = challenge.years()[numbers].T
    near = np.abs(first - last) < 100
    error = np.abs(answers["year"].astype(np.float32)[near] - ((first + last) / 2)[near])
    found = row(scored, "year", "predictions")

    assert 0 < found.works == near.sum() < len(scored_works)
    assert found.figures["rmse"] == pytest.approx(np.sqrt(np.mean(error**2)))
    assert found.figures["mean_error"] == pytest.approx(error.mean())
    assert found.figures["within_50"] == pytest.approx(100 * (error <= 50).mean())
    of_train = np.flatnonzero(challenge.sets() == 1)
    years = challenge.years()[of_train]
    years = years[np.abs(years[:, 0] - years[:, 1]) < 100].mean(axis=1)
    error = np.abs(years.mean() - ((first + last) / 2)[near])
    assert row(scored, "year", "mean of train").figures["mean_error"] == pytest.approx(error.mean())


def test_short_lists_are_lower_bounds_and_say_so(
    read_release: Release, scored_works: list[dict[str, Any]], classes: Challenge, tmp_path: Path
) -> None:
    """Where a file lists the best creator alone and never the rest, the rows say that they are lower bounds."""
    best = pa.array([[{"label": classes.creators[0], "score": 1.0}]] * len(scored_works), SCORED)
    ids = pa.array([work["id"] for work in scored_works])
    pq.write_table(pa.table({"id": ids, "artist": best}), tmp_path / "short.parquet")

    scores = score_challenge(read_release, tmp_path / "short.parquet", creators=(2,))

    assert [one.name for one in scores.rows] == ["4+u", "4", "2"]
    assert scores.rows[0].figures["mca_top5"] == pytest.approx(20)
    assert "the rest is never answered" in scores.rows[0].remark
    assert all("a lower bound" in one.remark for one in scores.rows)
    pq.write_table(pa.table({"id": ids[:-1], "artist": best[:-1]}), tmp_path / "few.parquet")
    with pytest.raises(ModelError, match="1 works are not predicted"):
        score_challenge(read_release, tmp_path / "few.parquet")


def test_published_figures_stand_beside_the_whole_challenge_alone(scored: Scores) -> None:
    """Theirs are beside ours only where classes and works are the challenge's, and marked as theirs."""
    made = list(lines_of(scored))
    figures = {**CODE["creator", "374"], "mca_top5": float("nan")}
    whole = Scores("1.0.0", "", (Row("creator", "374", 9, figures),), 9, 9, CLASSES)

    assert not any(line.theirs for line in made)
    assert any("not the whole challenge" in line.text for line in made)
    theirs = [line.text for line in lines_of(whole) if line.theirs]
    assert [text.split("  ")[1] for text in theirs] == [
        "their code (Mensink & van Gemert)",
        "their FVKit (2018)",
    ]
    assert theirs[0].split()[-5:] == ["65.53", "73.33", "77.26", "79.78", "81.33"]


def test_from_files_to_figures(files: Path, tmp_path: Path) -> None:
    """The commands lead from the challenge's files to a network and its figures, which beat chance by far."""
    run = CliRunner()
    workspace = tmp_path / "rijks14"
    given = [
        "--gt",
        f"{files}/rijksgt.mat",
        "--xml",
        f"{files}/xml",
        "--images",
        f"{files}/jpg2.tar",
    ]
    read = run.invoke(
        app, ["rijks14", "read", *given, "--workspace", str(workspace), "--rest-class"]
    )
    assert read.exit_code == 0, read.output
    assert "4 creators and the rest, 3 types, 2 materials" in read.output
    release = workspace / "releases" / "rijks14-1.0.0"
    least = [
        word for task in ("artist", "type", "material") for word in ("--min-train", f"{task}=1")
    ]
    train = run.invoke(
        app,
        [
            "train",
            str(release),
            "--out",
            str(tmp_path / "trained"),
            "--epochs",
            "12",
            "--shared",
            "64",
            "--base",
            "pixels",
            "--split",
            "test",
            *least,
        ],
    )
    assert train.exit_code == 0, train.output
    predictions = tmp_path / "trained" / "predictions.parquet"
    figures = tmp_path / "figures.json"

    scored = run.invoke(
        app, ["rijks14", "score", str(release), str(predictions), "--json", str(figures)]
    )

    assert scored.exit_code == 0, scored.output
    assert "creator: mean class accuracy" in scored.output
    assert "never answered" not in scored.output
    assert "a lower bound" not in scored.output
    rows = {(one["task"], one["name"]): one for one in json.loads(figures.read_bytes())["rows"]}
    assert rows["creator", "4+u"]["figures"]["mca_top1"] > 60
    assert rows["creator", "4"]["figures"]["mca_top1"] > 75
    error = {
        name: rows["year", name]["figures"]["mean_error"]
        for name in ("predictions", "mean of train")
    }
    assert error["predictions"] < error["mean of train"]
