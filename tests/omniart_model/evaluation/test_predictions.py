"""Anybody's predictions are scored as the document says, or refused in one line."""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from omniart_data.release import Release
from omniart_data.release.rows import compute
from omniart_model.evaluation.columns import LONGEST, SCORED
from omniart_model.evaluation.evaluate import PREDICTED, Evaluation, evaluate
from omniart_model.evaluation.one_class import ranks
from omniart_model.evaluation.predictions import (
    Predictions,
    read_predictions,
    write_predictions,
)
from omniart_model.evaluation.predictions_file import BEYOND
from omniart_model.evaluation.printed import TOO_FEW, terminal
from omniart_model.evaluation.resample import RESAMPLES
from omniart_model.files import as_json
from omniart_model.tasks import choose_tasks
from omniart_model.works import in_split, pictured_works
from schemas.errors import ModelError, UsageError

TASKS = choose_tasks(["artist", "type", "coarse_type", "material", "period"])

COLUMNS = ("id", "artist", "type", "coarse_type", "material", "year")
"""Of a predictions file, as docs/predictions.md has them."""
ARTISTS = tuple(f"Artist {letter}" for letter in "ABCD")
CLASSES = {
    "artist": ARTISTS,
    "type": ("painting", "print"),
    "coarse type": ("painting", "print"),
    "material": ("canvas", "oil paint", "paper"),
    "period": (),
}


def right_answers(release: Release, split: str = "test") -> pa.Table:
    """Return a predictions table in which everything is right."""
    works = in_split(pictured_works(release), split)
    kinds = (
        ("artist", CLASSES["artist"]),
        ("artwork_types", CLASSES["type"]),
        ("coarse_type", CLASSES["coarse type"]),
    )
    columns: dict[str, pa.Array] = {"id": works["id"].combine_chunks()}
    for column, classes in (*kinds, ("materials", CLASSES["material"])):
        rows = [
            [{"label": c, "score": float(c == held or c in (held or []))} for c in classes]
            for held in works[column].to_pylist()
        ]
        name = {"artwork_types": "type", "materials": "material"}.get(column, column)
        columns[name] = pa.array(rows, SCORED)
    return pa.table({**columns, "year": works["year"].combine_chunks()})


@pytest.fixture
def score(release: Release, tmp_path: Path) -> Callable[[pa.Table], Evaluation]:
    """Return a function that writes a predictions table to a file and scores it."""

    def written(table: pa.Table) -> Evaluation:
        pq.write_table(table, tmp_path / "predictions.parquet")
        return evaluate(release, tmp_path / "predictions.parquet", TASKS)

    return written


def figure(evaluation: Evaluation, task: str, key: str, answer: str = PREDICTED) -> float:
    """Return one number of an evaluation."""
    return next(one for one in evaluation.tasks if one.task.name == task).answers[answer][key].value


def test_right_answers_score_best(
    release: Release, score: Callable[[pa.Table], Evaluation]
) -> None:
    """All right, in any order of rows: every share is 1 and every error 0."""
    table = right_answers(release)

    found = score(table.take(list(range(table.num_rows))[::-1]))

    for task, key, best in (
        ("artist", "top1_all", 1),
        ("artist", "mean_class_accuracy", 1),
        ("type", "map_class", 1),
        ("coarse type", "top1", 1),
        ("coarse type", "mean_class_accuracy", 1),
        ("material", "imap_11_point", 1),
        ("period", "mean_error", 0),
        ("period", "within_25", 1),
    ):
        assert figure(found, task, key) == best


def test_constant_answers_stand_beside(
    release: Release, score: Callable[[pa.Table], Evaluation]
) -> None:
    """The majority artist is right for a quarter, and the median year's error is the least constant's.

    Of two coarse types the majority is right where it is true, and both are among the first three.
    """
    found = score(right_answers(release))

    years = np.asarray(in_split(pictured_works(release), "test")["year"])
    train = np.asarray(in_split(pictured_works(release), "train")["year"])
    assert figure(found, "artist", "top1", "majority class") == pytest.approx(0.25)
    assert figure(found, "artist", "top3", "majority class") == pytest.approx(0.75)
    kinds = in_split(pictured_works(release), "test")["coarse_type"].to_pylist()
    majority = figure(found, "coarse type", "top1", "majority class")
    assert majority in {kinds.count(kind) / len(kinds) for kind in CLASSES["coarse type"]}
    assert figure(found, "coarse type", "top3", "majority class") == 1
    assert figure(found, "period", "mean_error", "median year") == pytest.approx(
        np.abs(years - np.median(train)).mean()
    )
    assert figure(found, "period", "mean_error", "mean year") == pytest.approx(
        np.abs(years - train.mean()).mean(), rel=1e-5
    )
    assert 0 < figure(found, "type", "map_class", "prior") < 1


def test_one_label_is_no_second_guess(
    release: Release, score: Callable[[pa.Table], Evaluation]
) -> None:
    """Who names one artist only, and wrongly, is not right among the first three."""
    table = right_answers(release)
    wrong = [[{"label": "Nobody", "score": 1.0}]] * table.num_rows
    table = table.set_column(1, "artist", pa.array(wrong, SCORED))

    assert figure(score(table), "artist", "top3_all") == 0


def test_an_absent_column_is_not_scored(
    release: Release, score: Callable[[pa.Table], Evaluation]
) -> None:
    """A file with years alone is scored on years alone."""
    found = score(right_answers(release).select(["id", "year"]))

    assert [one.task.name for one in found.tasks] == ["period"]


def test_ranges_are_scored_beside_the_year(
    release: Release, score: Callable[[pa.Table], Evaluation]
) -> None:
    """Where both ends are given, how often they hold and how far apart they are is told; of nobody else."""
    found = score(ranged(right_answers(release), 5))

    assert figure(found, "period", "range_holds") == 1
    assert figure(found, "period", "range_width") == 10
    period = next(one for one in found.tasks if one.task.name == "period")
    assert "range_holds" not in period.answers["median year"]
    assert "range_holds" not in score(right_answers(release)).tasks[-1].answers[PREDICTED]


def test_wider_numbers_and_other_columns_are_taken(
    release: Release, score: Callable[[pa.Table], Evaluation]
) -> None:
    """What pandas and polars write is read as well: large texts and lists, float64, columns of one's own."""
    table = right_answers(release)
    pair = pa.struct([pa.field("label", pa.large_string()), pa.field("score", pa.float64())])
    wide = {name: table[name].cast(pa.large_list(pair)) for name in ("artist", "type", "material")}
    other = pa.table({"id": table["id"].cast(pa.large_string()), **wide, "remark": table["id"]})
    other = other.append_column("year", table["year"].cast(pa.float64()))

    assert score(other).tasks[0].answers == score(table).tasks[0].answers
    assert figure(score(other), "period", "mean_error") == 0


def test_every_figure_has_its_interval_and_its_works(release: Release, tmp_path: Path) -> None:
    """JSON holds value, low, high and n of every metric of every answer, null where there is none, and no seeds."""
    path = tmp_path / "predictions.parquet"
    pq.write_table(right_answers(release, "validation"), path)
    found = evaluate(release, path, TASKS, "validation")

    told = json.loads(as_json(found.as_dict()))

    assert (told["release"], told["split"], told["resamples"]) == ("1.0.0", "validation", RESAMPLES)
    assert (told["works"], told["subset"]) == (24, 0)
    artist = told["tasks"]["artist"]
    assert artist["works"] == {"all": 24, "known": 24, "labelled": 24}
    assert (artist["classes"], artist["classes_measured"], artist["cuts"]) == (4, 4, {})
    assert artist["answers"][PREDICTED]["top1"] == {"value": 1, "low": 1, "high": 1, "n": 24}
    majority = artist["answers"]["majority class"]["top1"]
    assert 0 <= majority["low"] < majority["value"] == 0.25 < majority["high"] <= 0.5
    test = tmp_path / "test.parquet"
    pq.write_table(right_answers(release), test)
    few = evaluate(release, test, TASKS).as_dict()["tasks"]["artist"]["answers"]  # type: ignore[index]
    assert few[PREDICTED]["top1"] == {"value": 1, "low": None, "high": None, "n": 12}
    nothing = told["tasks"]["period"]["answers"][PREDICTED]["in_interval"]
    assert nothing == {"value": None, "low": None, "high": None, "n": 0}
    again = evaluate(release, path, TASKS, "validation")
    assert as_json(again.as_dict()) == as_json(found.as_dict())


def test_parts_of_a_split_are_scored_where_asked(release: Release, tmp_path: Path) -> None:
    """Cuts are the predictions' own figures by part; without resamples they have no interval; others are named."""
    path = tmp_path / "predictions.parquet"
    pq.write_table(right_answers(release), path)

    found = evaluate(release, path, TASKS, resamples=0, cuts=["museum", "subset"])

    artist = found.tasks[0]
    assert list(artist.cuts) == ["museum"]  # no artist has more than a hundred works
    whole = artist.cuts["museum"]["Sample museum"]["top1"]
    assert (whole.value, whole.n, math.isnan(whole.low)) == (1, 12, True)
    with pytest.raises(UsageError, match="cut by 'colour'; there are: museum, century, subset"):
        evaluate(release, path, TASKS, cuts=["colour"])


def test_the_terminal_shows_metrics_by_row(release: Release, tmp_path: Path) -> None:
    """Each metric is a line: the works it is measured on, then every answer's figure with its interval."""
    path = tmp_path / "predictions.parquet"
    pq.write_table(right_answers(release, "validation"), path)

    told = terminal(evaluate(release, path, TASKS, "validation", cuts=["museum"]))

    lines = told.splitlines()
    assert lines[0].startswith(
        "release 1.0.0, validation: 24 works; in brackets 95 % intervals, from 1,000"
    )
    assert TOO_FEW not in told
    assert lines[2] == (
        "artist: 24 works whose artist is known, and of 24 of them it is a class; "
        "4 of 4 classes have a work (a class: at least 3 in train, 1 in test)"
    )
    assert lines[3].split() == ["works", "predictions", "majority", "class"]
    assert lines[4].split()[:6] == ["top", "1", "24", "1.000", "[1.000,", "1.000]"]
    assert "  by museum      works  top 1\n  Sample museum     24  1.000 [1.000, 1.000]\n" in told


def test_the_terminal_says_why_there_is_no_interval(
    release: Release, score: Callable[[pa.Table], Evaluation], tmp_path: Path
) -> None:
    """Figures of twelve works stand alone, and above them stands once that so few works are too few for an interval."""
    told = terminal(score(right_answers(release)))
    cut = terminal(evaluate(release, tmp_path / "predictions.parquet", TASKS, cuts=["museum"]))

    assert told.splitlines()[1] == TOO_FEW
    assert told.count("too few works for an interval") == told.count(TOO_FEW) == 1
    assert told.splitlines()[5].split() == ["top", "1", "12", "1.000", "0.250"]
    assert "  by museum      works  top 1\n  Sample museum     12  1.000\n" in cut
    assert cut.count(TOO_FEW) == 1


@pytest.fixture(scope="module")
def unequal(made: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release in which one artist of four has more than a hundred works, and half of all."""
    folder = tmp_path_factory.mktemp("unequal") / "releases" / "omniart-1.0.0"
    opened: Release = made.made_release(folder, 240, hands=(0, 1, 0, 2, 0, 3))
    return opened


def of_subset(release: Release, path: Path, **about: str) -> Path:
    """Write right answers for the works of the artist with more than a hundred works, and what the file says of itself."""
    answers = right_answers(release)
    artists = in_split(pictured_works(release), "test")["artist_works"]
    table = answers.filter(compute.greater(artists, 100))
    pq.write_table(table.replace_schema_metadata(about), path)
    return path


@pytest.mark.parametrize("about", [{}, {"subset": "100"}, {"subset": "x" * 99}])
def test_a_subset_is_scored_where_it_is_asked_for(
    unequal: Release, about: dict[str, str], tmp_path: Path
) -> None:
    """Works and classes are those of artists with more than so many works, and the answer says so in all forms."""
    path = of_subset(unequal, tmp_path / "p", **about)

    found = evaluate(unequal, path, TASKS, subset=100)

    works = compute.greater(in_split(pictured_works(unequal), "test")["artist_works"], 100)
    assert found.works == compute.sum(works).as_py() < len(works)
    assert found.tasks[0].classes == ("Artist A",)
    assert (found.as_dict()["subset"], found.subset) == (100, 100)
    assert terminal(found).startswith(
        f"release 1.0.0, test, artists of more than 100 works: {found.works} works"
    )


@pytest.mark.parametrize("subset", [0, 300])
def test_a_file_of_another_subset_is_refused(unequal: Release, subset: int, tmp_path: Path) -> None:
    """A file that says which subset it answers is refused without it, with the option to give."""
    path = of_subset(unequal, tmp_path / "p", subset="100")

    with pytest.raises(UsageError, match="more than 100 works alone: give --subset 100"):
        evaluate(unequal, path, TASKS, subset=subset)


def test_a_subset_without_a_work_is_refused(unequal: Release, tmp_path: Path) -> None:
    """Where no artist has so many works there is nothing to score."""
    path = of_subset(unequal, tmp_path / "p")

    with pytest.raises(ModelError, match="no work with a picture by an artist with more than 700"):
        evaluate(unequal, path, TASKS, subset=700)
    with pytest.raises(ModelError, match="works are not predicted, the first is"):
        evaluate(unequal, path, TASKS)


def change(table: pa.Table, name: str, value: object) -> pa.Table:
    """Return a table with the first row's value in a column replaced."""
    index = table.column_names.index(name)
    values = [value, *table[name].to_pylist()[1:]]
    return table.set_column(index, name, pa.array(values, table[name].type))


def renamed(table: pa.Table, name: str, fields: list[str]) -> pa.Table:
    """Return a table in which the parts of a column's lists have other names."""
    index, column = table.column_names.index(name), table[name].combine_chunks()
    parts = column.flatten().flatten()
    pairs = pa.StructArray.from_arrays(parts, fields)
    return table.set_column(index, name, pa.ListArray.from_arrays(column.offsets, pairs))


def not_utf8(table: pa.Table) -> pa.Table:
    """Return a table with the first id in another encoding."""
    ids = [b"\xff", *(one.encode() for one in table["id"].to_pylist()[1:])]
    return table.set_column(0, "id", pa.array(ids, pa.binary()).view(pa.string()))


def ranged(table: pa.Table, half: float) -> pa.Table:
    """Return a table in which each year lies in the middle of a range."""
    for name, side in (("year_first", -1), ("year_last", 1)):
        table = table.append_column(
            name, compute.add(table["year"], pa.scalar(side * half, "float"))
        )
    return table


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda table: table.slice(1), "1 works are not predicted, the first is 'sample-met:"),
        (lambda table: pa.concat_tables([table, table.slice(3, 1)]), "1 ids occur again"),
        (lambda table: change(table, "id", "met:7"), "1 works are not to be predicted.* 'met:7'"),
        (lambda table: change(table, "id", None), "1 works are not to be predicted"),
        (
            lambda table: change(table, "id", "met:\x1b]0;x\x07"),
            r"1 works are not to be predicted.* 'met:\\x1b]0;x\\x07'",
        ),
        (lambda table: change(table, "year", float("nan")), "1 answers for period are not finite"),
        (lambda table: change(table, "year", None), "year is null in 1 rows"),
        (lambda table: change(table, "type", None), "type is null in 1 rows"),
        (
            lambda table: change(table, "artist", [{"label": "A", "score": None}]),
            "1 answers for artist are not finite",
        ),
        (
            lambda table: table.select(["id"]),
            r"lacks a column of answers \(artist, type, coarse_type, material, technique, iconclass, year\)$",
        ),
        (lambda table: table.drop_columns(["id"]), "lacks the column id$"),
        (
            lambda table: table.select(["id"]).rename_columns(["work"]),
            "lacks the column id and a column of answers",
        ),
        (lambda table: ranged(table, 5).drop_columns(["year_last"]), "stand together, beside year"),
        (lambda table: ranged(table, 5).drop_columns(["year"]), "stand together, beside year"),
        (lambda table: ranged(table, -1), "year_first is after year_last in 12 rows"),
        (lambda table: change(ranged(table, 5), "year_last", None), "year_last is null in 1 rows"),
        (
            lambda table: change(ranged(table, 5), "year_first", float("-inf")),
            "1 answers for period are not finite",
        ),
        (
            lambda table: table.set_column(1, "artist", table["id"]),
            "artist is string, not list<",
        ),
        (
            lambda table: change(table, "artist", [{"label": None, "score": 1.0}]),
            "1 labels of artist are null",
        ),
        (lambda table: change(table, "artist", [None]), "1 answers for artist are not finite"),
        (lambda table: renamed(table, "artist", ["Label", "score"]), "artist is list<.*Label: str"),
        (lambda table: renamed(table, "artist", ["label", "Score"]), "artist is list<.*Score: flo"),
        (
            lambda table: renamed(table, "artist", ["label", "label"]),
            "artist is list<.*label: string, label",
        ),
        (
            lambda table: renamed(table, "artist", ["a\nb" * 9_999, "score"]),
            r"artist is list<\S+ struct<a ba b.*\.\.\., not list",
        ),
        (
            lambda table: table.set_column(5, "year", table["id"]),
            "year is string, not float",
        ),
        (lambda table: change(table, "id", "a" * (LONGEST + 1)), "id holds a text of 1,001 bytes"),
        (
            lambda table: change(table, "id", "a" * LONGEST),
            "1 works are not to be predicted, the first is 'a{199}\\.\\.\\.$",
        ),
        (not_utf8, "id holds a text that is not UTF-8"),
    ],
)
def test_what_cannot_be_scored_is_refused(
    release: Release,
    score: Callable[[pa.Table], Evaluation],
    spoil: Callable[[pa.Table], pa.Table],
    message: str,
) -> None:
    """Incomplete, repeated, unknown, null and ill-typed answers are one line that says which."""
    with pytest.raises(ModelError, match=message) as caught:
        score(spoil(right_answers(release)))

    assert "\n" not in str(caught.value)


def test_repeated_ids_are_found_in_one_pass(tmp_path: Path) -> None:
    """Of 200,000 works the last stands twice: counting each anew would take minutes."""
    ids = [f"met:{n:06d}" for n in range(200_000)]
    twice = pa.array([*ids, ids[-1]])
    pq.write_table(
        pa.table({"id": twice, "year": pa.nulls(len(twice), pa.float32())}), tmp_path / "p"
    )

    with pytest.raises(ModelError, match="1 ids occur again, the first is 'met:199999'"):
        read_predictions(tmp_path / "p", ids, TASKS, {})


def _made(chance: np.random.Generator, works: int, names: int) -> list[list[dict[str, object]]]:
    """Return labels for works, some twice, some equal in score, half of them no class."""
    return [
        [
            {"label": f"Artist {number:02d}", "score": float(score)}
            for number, score in zip(
                chance.integers(0, names, 12), chance.integers(0, 6, 12), strict=True
            )
        ]
        for _ in range(works)
    ]


def test_labels_that_are_no_class_take_their_places(tmp_path: Path) -> None:
    """A work's own class is among the first three as often as with a column for each label that anybody names."""
    rows = _made(np.random.default_rng(0), 3_000, 14)
    classes = tuple(f"Artist {number:02d}" for number in range(7))
    every = (*classes, *(f"Artist {number:02d}" for number in range(7, 14)))
    dense = np.full((len(rows), len(every)), -np.inf, np.float32)
    for row, labels in enumerate(rows):
        for one in labels:
            dense[row, every.index(str(one["label"]))] = one["score"]
    ids = [str(number) for number in range(len(rows))]
    pq.write_table(pa.table({"id": ids, "artist": pa.array(rows, SCORED)}), tmp_path / "p")

    found = read_predictions(tmp_path / "p", ids, choose_tasks(["artist"]), {"artist": classes})

    own = np.random.default_rng(1).integers(0, len(classes), len(rows))
    scores = found.scores["artist"]
    assert found.classes["artist"] == classes
    assert scores.shape[1] == len(classes) + BEYOND
    np.testing.assert_array_equal(scores[:, : len(classes)], dense[:, : len(classes)])
    for first in (1, 2, 3):
        np.testing.assert_array_equal(ranks(scores, own) < first, ranks(dense, own) < first)


def test_labels_of_ones_own_take_no_memory(tmp_path: Path) -> None:
    """A hundred thousand artists that no release has are three columns, not a hundred thousand."""
    ids = [f"w{number}" for number in range(2_000)]
    rows = [[{"label": f"{one} {n}", "score": float(n)} for n in range(50)] for one in ids]
    pq.write_table(pa.table({"id": ids, "artist": pa.array(rows, SCORED)}), tmp_path / "p")

    found = read_predictions(tmp_path / "p", ids, choose_tasks(["artist"]), {"artist": ARTISTS})

    assert found.scores["artist"].shape == (2_000, len(ARTISTS) + BEYOND)
    np.testing.assert_array_equal(found.scores["artist"][:, -BEYOND:], [[49, 48, 47]] * 2_000)


def test_endless_lists_are_refused_unread(release: Release, tmp_path: Path) -> None:
    """A few kilobytes can list one label ten million times: how many there are is looked at first."""
    table = right_answers(release).select(["id"])
    label = pa.DictionaryArray.from_arrays(np.zeros(10_000_000, np.int8), pa.array(["A"]))
    score = pa.array(np.zeros(10_000_000, np.float32))
    pairs = pa.StructArray.from_arrays([label, score], ["label", "score"])
    ends = pa.array([0, *[len(pairs)] * table.num_rows], pa.int32())
    pq.write_table(
        table.append_column("artist", pa.ListArray.from_arrays(ends, pairs)), tmp_path / "p"
    )

    assert (tmp_path / "p").stat().st_size < 10_000
    with pytest.raises(ModelError, match="artist lists 10,000,011 labels for 12 works: list the"):
        evaluate(release, tmp_path / "p", TASKS)


def _listed(**fields: pa.Array) -> pa.Array:
    """Return a column in which each row lists one label; ``fields`` are the parts of it."""
    pairs = pa.StructArray.from_arrays([*fields.values()], [*fields])
    return pa.ListArray.from_arrays(pa.array(np.arange(len(pairs) + 1), pa.int32()), pairs)


def _repeated(text: str, rows: int) -> pa.DictionaryArray:
    """Return a text so many times, held once."""
    return pa.DictionaryArray.from_arrays(np.zeros(rows, np.int8), pa.array([text]))


@contextmanager
def most_allocated() -> Iterator[pa.MemoryPool]:
    """Give a pool that knows how many bytes Arrow has held at most within."""
    before = pa.default_memory_pool()
    pool = pa.proxy_memory_pool(before)
    pa.set_memory_pool(pool)
    try:
        yield pool
    finally:
        pa.set_memory_pool(before)


@pytest.mark.parametrize("works", [1_000, 20_000])
@pytest.mark.parametrize("column", ["id", "artist"])
def test_a_text_without_end_is_never_repeated(tmp_path: Path, works: int, column: str) -> None:
    """A text of 8 MB that a small file holds once, for each work, is refused before it stands for gigabytes."""
    ids: list[str] = [f"w{number}" for number in range(works)]
    endless, scores = _repeated("a" * 8_000_000, works), pa.array(np.zeros(works, np.float32))
    given = endless if column == "id" else pa.array(ids)
    artists = _listed(label=endless if column == "artist" else _repeated("A", works), score=scores)
    pq.write_table(pa.table({"id": given, "artist": artists}), tmp_path / "p", compression="zstd")
    about = (
        f"({column}.* takes 8,000,|{column} holds a text of 8,000,000 bytes, 1,000 at most: 'aaa)"
    )

    assert (tmp_path / "p").stat().st_size < 200_000
    with most_allocated() as pool, pytest.raises(ModelError, match=about) as caught:
        read_predictions(tmp_path / "p", ids, choose_tasks(["artist"]), {"artist": ARTISTS})
    assert len(str(caught.value)) < 300
    assert (pool.max_memory() or 0) < 50_000_000


def test_other_fields_are_not_read(tmp_path: Path) -> None:
    """Label and score are found by their names, in any order; what else a struct holds may be of any size."""
    ids: list[str] = [f"w{number}" for number in range(2_000)]
    column = _listed(
        remark=_repeated("a" * 8_000_000, len(ids)),
        score=pa.array(np.arange(len(ids)), pa.float64()),
        label=_repeated(ARTISTS[1], len(ids)),
    )
    pq.write_table(pa.table({"id": ids, "artist": column}), tmp_path / "p", compression="zstd")

    found = read_predictions(tmp_path / "p", ids, choose_tasks(["artist"]), {"artist": ARTISTS})

    np.testing.assert_array_equal(found.scores["artist"][:, 1], np.arange(len(ids)))


@pytest.mark.parametrize(
    ("kind", "ids"),
    [
        (pa.string(), pa.string()),
        (pa.large_string(), pa.large_string()),
        (pa.binary(), pa.string_view()),
        (pa.dictionary(pa.int16(), pa.string()), pa.dictionary(pa.int32(), pa.string())),
    ],
)
@pytest.mark.parametrize("how", [{}, {"use_dictionary": False}, {"dictionary_pagesize_limit": 64}])
@pytest.mark.parametrize("rows", [10_000, 7])
def test_texts_of_every_form_are_read(
    tmp_path: Path, kind: pa.DataType, ids: pa.DataType, how: dict[str, Any], rows: int
) -> None:
    """Plain, by dictionary, by one that was given up half-way, and in parts that each have their own: all the same."""
    names = [f"Artist {number % 23:02d}" for number in range(100)]
    works = [f"w{number}" for number in range(100)]
    labels = pa.array(names)
    given = (
        labels.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else labels.cast(kind)
    )
    column = _listed(label=given, score=pa.array(np.arange(100), pa.float32()))
    held = pa.array(works)
    held = held.dictionary_encode().cast(ids) if pa.types.is_dictionary(ids) else held.cast(ids)
    table = pa.table({"id": held, "artist": column})
    pq.write_table(table, tmp_path / "p", row_group_size=rows, **how)
    classes = tuple(sorted(set(names)))[:20]

    found = read_predictions(tmp_path / "p", works, choose_tasks(["artist"]), {"artist": classes})

    scores = found.scores["artist"]
    assert scores.shape == (100, 21)
    for number, name in enumerate(names):
        at = classes.index(name) if name in classes else 20
        assert scores[number, at] == number
        assert np.isfinite(scores[number]).sum() == 1


def test_texts_of_pandas_polars_and_duckdb_are_read(tmp_path: Path) -> None:
    """What they write of their own accord has types and encodings of its own, and says the same."""
    pandas, polars, duckdb = map(pytest.importorskip, ("pandas", "polars", "duckdb"))
    works = [f"w{number}" for number in range(50)]
    rows = [[{"label": ARTISTS[number % 4], "score": float(number)}] for number in range(50)]
    frame = pandas.DataFrame({"id": works, "artist": rows})
    frame.to_parquet(tmp_path / "pandas")
    frame.assign(id=frame["id"].astype("category")).to_parquet(tmp_path / "category")
    polars.DataFrame({"id": works, "artist": rows}).write_parquet(
        tmp_path / "polars", row_group_size=20
    )
    table = pa.table({"id": works, "artist": pa.array(rows, SCORED)})
    duckdb.connect().from_arrow(table).write_parquet(str(tmp_path / "duckdb"))

    for name in ("pandas", "category", "polars", "duckdb"):
        found = read_predictions(
            tmp_path / name, works, choose_tasks(["artist"]), {"artist": ARTISTS}
        )
        at = np.arange(50)
        np.testing.assert_array_equal(found.scores["artist"][at, at % 4], at)


def test_texts_that_are_no_dictionary_are_refused(tmp_path: Path) -> None:
    """Of an encoding in which one text leans on the other a few bytes could be gigabytes: how to write it is told."""
    table = pa.table({"id": ["a", "b"], "year": [1.0, 2.0]})
    pq.write_table(
        table, tmp_path / "p", use_dictionary=False, column_encoding={"id": "DELTA_BYTE_ARRAY"}
    )

    with pytest.raises(ModelError, match="id is encoded as DELTA_BYTE_ARRAY: write texts plain or"):
        read_predictions(tmp_path / "p", ["a", "b"], TASKS, CLASSES)


def test_works_are_compared_before_answers_are_read(release: Release, tmp_path: Path) -> None:
    """Of a file for other works the answers, here torn ones, are not looked at; far too many works are only counted."""
    table, path = right_answers(release), tmp_path / "p"
    for given, message in (
        (table.slice(1), "1 works are not predicted"),
        (table, "is not a Parquet file that can be read"),
        (pa.concat_tables([table] * 3), "has 36 rows, and 12 works are to be predicted"),
    ):
        pq.write_table(given, path, compression="zstd")
        artists = pq.read_metadata(path).row_group(0).column(1)
        start, body = artists.dictionary_page_offset, bytearray(path.read_bytes())
        body[start : start + artists.total_compressed_size] = bytes(artists.total_compressed_size)
        path.write_bytes(body)

        with pytest.raises(ModelError, match=message) as caught:
            evaluate(release, path, TASKS)
        assert "\n" not in str(caught.value)


def test_two_columns_of_one_name_are_refused(release: Release, tmp_path: Path) -> None:
    """Which of the two is meant nobody can tell."""
    table = right_answers(release)
    pq.write_table(table.append_column("year", table["year"]), tmp_path / "p")

    with pytest.raises(ModelError, match="has 2 columns that are called year"):
        evaluate(release, tmp_path / "p", TASKS)


@pytest.mark.parametrize("body", [b"", b"id,year\n", b"PAR1"])
def test_no_parquet_file_is_refused(release: Release, tmp_path: Path, body: bytes) -> None:
    """A file of another kind is named as such."""
    (tmp_path / "file").write_bytes(body)

    with pytest.raises(ModelError, match="is not a Parquet file"):
        evaluate(release, tmp_path / "file", TASKS)


def test_an_unknown_split_is_named(release: Release, tmp_path: Path) -> None:
    """The unattributed works are no split to be scored on."""
    with pytest.raises(UsageError, match="'unattributed'; there are: train, validation, test"):
        pictured_works(release, "unattributed")


def test_written_predictions_are_read_back(tmp_path: Path) -> None:
    """Scores come back as they were, the best ten of an artist's, whatever the order of works."""
    chance = np.random.default_rng(0)
    artists = tuple(f"artist {n:02d}" for n in range(14))
    classes = {
        "artist": artists,
        "type": ("a", "b"),
        "coarse type": ("a", "b", "c"),
        "material": (),
        "period": (),
    }
    scores = {
        "artist": chance.random((5, 14), np.float32),
        "type": chance.random((5, 2), np.float32),
        "coarse type": chance.random((5, 3), np.float32),
        "material": np.zeros((5, 0), np.float32),
        "period": chance.random(5, np.float32),
    }
    ids = [f"w{n}" for n in range(5)]

    write_predictions(Predictions(ids, classes, scores), TASKS, tmp_path / "p", {"release": "1"})
    found = read_predictions(tmp_path / "p", ids[::-1], TASKS, classes)

    np.testing.assert_array_equal(found.scores["type"][::-1], scores["type"])
    np.testing.assert_array_equal(found.scores["coarse type"][::-1], scores["coarse type"])
    np.testing.assert_array_equal(found.scores["period"][::-1], scores["period"])
    kept = np.isfinite(found.scores["artist"][::-1])
    assert (kept.sum(axis=1) == 10).all()
    np.testing.assert_array_equal(found.scores["artist"][::-1][kept], scores["artist"][kept])
    assert scores["artist"][~kept].max() <= np.sort(scores["artist"], axis=1)[:, 4].max()
    assert pq.read_schema(tmp_path / "p").metadata[b"release"] == b"1"
    assert pq.read_schema(tmp_path / "p").names == list(COLUMNS)


def test_written_ranges_are_read_back(tmp_path: Path) -> None:
    """First and last years stand beside the year, whatever the order of works."""
    chance, ids = np.random.default_rng(0), ["a", "b", "c"]
    years = chance.random(3, np.float32)
    ranges = np.column_stack([years - 1, years + 2]).astype(np.float32)
    period = choose_tasks(["period"])
    given = Predictions(ids, {"period": ()}, {"period": years}, {"period": ranges})

    write_predictions(given, period, tmp_path / "p", {})
    found = read_predictions(tmp_path / "p", ids[::-1], period, {"period": ()})

    assert pq.read_schema(tmp_path / "p").names == ["id", "year", "year_first", "year_last"]
    np.testing.assert_array_equal(found.ranges["period"][::-1], ranges)
