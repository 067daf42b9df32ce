"""The parts of a comparison: its plan, what it keeps, its verdicts, and its words."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniart_model.compare.judge import Judge
from omniart_model.compare.kept import Runs, Spent
from omniart_model.compare.plan import make_plan
from omniart_model.compare.render import markdown, terminal
from omniart_model.compare.settings import AUGMENTATIONS, METHODS, Options, Setting, Training
from omniart_model.compare.speed import BATCH, BATCHES, answering_seconds
from omniart_model.compare.studies import Scope
from omniart_model.compare.table import Comparison, FactorTable, SubsetTable
from omniart_model.evaluation.measured import LEAST_WORKS, Verdict
from omniart_model.evaluation.printed import TOO_FEW
from omniart_model.printing import printable_lines
from omniart_model.report.markdown import escaped
from omniart_model.tasks import choose_tasks
from omniart_model.training.examples import Cached
from omniart_model.training.network import Network
from omniart_model.training.settings import (
    PRESETS,
    Tail,
    TrainConfig,
    Weighting,
    YearHead,
)

TASKS = choose_tasks(["artist", "period"])
CLASSES = {"artist": ("a", "b", "c"), "period": ()}
WORKS, SPENT = 60, Spent(2.0, 0.5, 4, 32)
HOSTILE = "1.0.0\n# <script>|[x](http://evil)\x1b[31m"


def options_of(**values: Any) -> Options:
    """Return options of two tasks."""
    return replace(Options(TASKS, bases=("pixels",), seeds=2), **values)


def some(values: Sequence[object], least: int = 1) -> st.SearchStrategy[tuple[object, ...]]:
    """Return some of the values, each once, in any order."""
    return st.lists(st.sampled_from(values), min_size=least, unique=True).map(tuple)


@given(
    st.builds(
        options_of,
        bases=some(["resnet50", "vgg16", "vgg19"]),
        shared=some([0, 64, 1024, 8192]),
        augment=some(AUGMENTATIONS),
        subsets=some([0, 100, 300], least=0),
        methods=some(list(METHODS)),
        grid=st.booleans(),
    )
)
def test_a_plan_asks_for_each_network_once(options: Options) -> None:
    """Every row's network is trained once, and those of the same features one after the other."""
    plan = make_plan(options)
    trainings = plan.trainings()

    rows = {row.training for table in plan.tables for row in table.rows}
    stage_two = {one for sub in plan.subsets for one in (sub.together, *sub.alone.values())}
    assert set(trainings) == rows | stage_two
    assert len(set(trainings)) == len(trainings)
    features = [(t.setting.base, t.setting.augment, t.setting.subset) for t in trainings]
    starts = sum(now != before for now, before in zip(features[1:], features, strict=False))
    assert starts == len(set(features)) - bool(features)
    assert all(len(table.rows) > 1 for table in plan.tables)


def test_one_task_has_no_stage_two() -> None:
    """A network of one task is already alone."""
    assert make_plan(options_of(tasks=choose_tasks(["artist"]))).subsets == ()


def test_a_key_is_of_all_that_a_network_hangs_on(tmp_path: Path) -> None:
    """Another setting, task, epoch or split is another run; another seed is another file of the same."""
    options = options_of()
    training = Training(options.middle)
    runs = Runs(tmp_path, options)
    others = [
        Runs(tmp_path, replace(options, split="test")).key(training),
        Runs(tmp_path, replace(options, preset=replace(options.preset, epochs=7))).key(training),
        Runs(tmp_path, replace(options, tasks=choose_tasks(["artist"]))).key(training),
        runs.key(Training(options.middle, "artist")),
        *(runs.key(Training(replace(options.middle, method=name))) for name in list(METHODS)[1:]),
    ]

    assert runs.key(training) not in others
    assert len(set(others)) == len(others)
    assert Runs(tmp_path, replace(options, seeds=9)).key(training) == runs.key(training)
    assert runs.path(training, 0).parent == runs.path(training, 1).parent


def test_a_kept_run_that_rests_on_something_else_is_not_taken(tmp_path: Path) -> None:
    """Answers of other features or of another release are trained anew, and what is no such file is too."""
    runs, training = Runs(tmp_path, options_of()), Training(options_of().middle)
    scores = {"artist": np.zeros((2, 3), np.float32)}

    runs.keep(training, 0, scores, SPENT, {"release_sha256": "a"})

    assert runs.spent(training, 0, {"release_sha256": "a"}) == SPENT
    assert runs.spent(training, 0, {"release_sha256": "b"}) is None
    assert runs.spent(training, 1) is None
    runs.path(training, 0).write_bytes(b"\x80\x04K\x01.")  # a pickle
    assert runs.spent(training, 0) is None


def judged(folder: Path, answers: dict[int, np.ndarray], wanted: np.ndarray) -> FactorTable:
    """Return the table of shared sizes whose networks gave these answers [N, 3] to one task, with two seeds."""
    options = options_of(shared=tuple(answers), tasks=choose_tasks(["artist"]))
    runs, plan = Runs(folder, options), make_plan(options)
    for row in plan.tables[0].rows:
        for seed in range(2):
            scores = {"artist": answers[row.training.setting.shared].astype(np.float32)}
            runs.keep(row.training, seed, scores, SPENT, {})
    works = pa.table({"artist": pa.array([CLASSES["artist"][one] for one in wanted])})
    scope = Scope(works, options.tasks, CLASSES)
    return Judge(runs, {0: scope}, {}).table(plan.tables[0])


def test_a_row_is_the_best_only_where_the_interval_allows(tmp_path: Path) -> None:
    """A network that is always right is the best beside one that guesses; of two that are as good none is."""
    chance = np.random.default_rng(0)
    wanted = chance.integers(0, 3, WORKS)
    right, guess = np.eye(3)[wanted], chance.random((WORKS, 3))
    nearly = np.where(np.arange(WORKS)[:, None] < 1, 1 - right, right)

    clear = judged(tmp_path / "clear", {8: guess, 16: right}, wanted)
    close = judged(tmp_path / "close", {8: guess, 16: right, 32: nearly}, wanted)

    assert clear.best["artist"].alone
    assert clear.best["artist"].row == "16"
    assert clear.rows[1].beside["artist"].verdict.value == "better"
    assert clear.rows[0].beside == {}
    assert not close.best["artist"].alone
    assert (close.best["artist"].row, close.best["artist"].like) == ("16", ("32",))
    said = terminal(said_of(close))
    assert "artist: no difference between 16, which has the best figure, and 32." in said
    assert "* " not in said
    assert "* 1.000" in terminal(said_of(clear))
    assert "**1.000" in markdown(said_of(clear))


@pytest.mark.parametrize("works", [LEAST_WORKS - 1, LEAST_WORKS])
def test_on_too_few_works_no_row_is_the_best(works: int, tmp_path: Path) -> None:
    """Of nineteen works nothing is called best, and none is called no difference; of twenty it is."""
    wanted, enough = np.arange(works) % 3, works >= LEAST_WORKS
    right = np.eye(3)[wanted]

    table = judged(tmp_path, {8: 1 - right, 16: right}, wanted)

    said = [words(said_of(table)) for words in (terminal, markdown)]
    assert set(table.best) == ({"artist"} if enough else set())
    verdict = table.rows[1].beside["artist"].verdict
    assert verdict is (Verdict.BETTER if enough else Verdict.UNMEASURED)
    for told in said:
        assert ("is the best" in told) == enough
        assert "no difference between" not in told
        assert told.replace("\\", "").count(TOO_FEW) == (not enough)


def said_of(*tables: FactorTable, release: str = "1.0.0", why: str = "") -> Comparison:
    """Return a comparison of one task."""
    options = options_of()
    return Comparison(
        release,
        "0" * 64,
        is_sample=False,
        asked=options,
        middle=options.middle,
        metrics={"artist": "top1"},
        tables=tables,
        subsets=(),
        left_out={"vgg16": why} if why else {},
    )


def test_words_of_others_are_no_markup() -> None:
    """A version, a path or a reason opens no cell, heading, tag or link, and sends nothing to the terminal."""
    said = said_of(release=HOSTILE, why=HOSTILE)

    page, lines = markdown(said), printable_lines(terminal(said))

    assert "<script>" not in page
    assert "[x](" not in page.replace("\\[", "")
    assert all(
        not line.startswith("# <") and not line.startswith("# &") for line in page.split("\n")
    )
    assert "\x1b" not in lines
    assert "\x1b" not in page


@given(st.text())
def test_an_escaped_text_is_one_line(text: str) -> None:
    """Whatever is in it, no line ends, no cell, and no tag begins."""
    made = escaped(text)

    assert len(made.splitlines()) <= 1
    assert "<" not in made
    assert "|" not in made.replace("\\|", "")


def test_on_test_the_page_warns() -> None:
    """Figures of test say what choosing by them costs."""
    assert "no test left" in terminal(replace(said_of(), asked=options_of(split="test")))


def test_answering_is_200_batches_of_32() -> None:
    """The clock is about so many works, whatever their number, after a few that warm up."""
    asked: list[int] = []

    class Counted(Cached):
        """Works that count how often they are looked at."""

        def seen(self, rows, views, place):  # type: ignore[no-untyped-def]
            asked.extend(rows)
            return super().seen(rows, views, place)

    network = Network(TASKS, {"artist": 3, "period": 1}, 8, 4)

    seconds = answering_seconds(network, Counted(np.zeros((50, 2, 8), np.float16), {}))

    assert seconds > 0
    assert BATCHES * BATCH <= len(asked) <= 1.1 * BATCHES * BATCH
    assert set(asked) == set(range(50))


def test_a_method_changes_the_training_alone() -> None:
    """Each way to train differs from the paper's in the settings that it names."""
    setting = Setting("pixels", 64, "flip", 0, "paper")
    preset = options_of().preset
    paper = vars(setting.config(preset, 3))

    for name, changed in METHODS.items():
        made = vars(replace(setting, method=name).config(preset, 3))
        assert {key for key in made if made[key] != paper[key]} == set(changed)
    assert paper["shared"] == 64
    assert paper["seed"] == 3


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_the_papers_way_is_the_papers_whatever_the_preset(preset: TrainConfig) -> None:
    """A number for the year, class weights, the ratio of losses, no dropout; the recipe is the recommended preset."""
    setting = Setting("pixels", 64, "flip", 0, "paper")
    config, recipe = setting.config(preset), replace(setting, method="recipe").config(preset)
    recommended = PRESETS["fast"]

    assert (config.year, config.tail) == (YearHead.NUMBER, Tail.WEIGHTS)
    assert (config.weighting, config.dropout) == (Weighting.RATIO, 0.0)
    assert recipe == replace(recommended, shared=64, batch=preset.batch, seed=0, subset=0)


@pytest.mark.parametrize("epochs", [5, 15, 100])
def test_no_method_has_more_epochs_than_were_asked(epochs: int) -> None:
    """The most epochs bind every method, and the page names those that have fewer of their own."""
    asked = options_of(methods=tuple(METHODS), preset=TrainConfig(epochs=epochs))

    found = {
        name: replace(asked.middle, method=name).config(asked.preset).epochs for name in METHODS
    }
    said = terminal(replace(said_of(), asked=asked))

    assert found == dict.fromkeys(METHODS, epochs) | {"recipe": min(epochs, 15)}
    assert f"at most {epochs} epochs{' (recipe: 15)' if epochs > 15 else ''}, batches" in said


def test_the_page_says_how_many_works_were_in_a_batch(tmp_path: Path) -> None:
    """What was used stands there, not what was asked: subset by subset where they differ."""
    table = judged(
        tmp_path,
        {8: np.eye(3)[np.zeros(60, int)], 16: np.eye(3)[np.ones(60, int)]},
        np.zeros(60, int),
    )
    small, large = SubsetTable(0, options_of().middle, batch=44), options_of().middle
    other = SubsetTable(300, replace(large, subset=300), batch=32)
    nobody = SubsetTable(700, replace(large, subset=700), why="nobody")

    assert [row.batch for row in table.rows] == [32, 32]
    assert "batches of 32 works; at most 1,024 were asked." in terminal(said_of(table))
    both = terminal(replace(said_of(), subsets=(small, other, nobody)))
    assert (
        "batches of 44 (all works), 32 (artists with more than 300 works); at most 1,024 were asked."
        in both
    )
    exact = options_of(preset=TrainConfig(batch=32))
    assert "batches of 32 works." in terminal(replace(said_of(table), asked=exact))


def test_what_is_not_measured_has_no_best(tmp_path: Path) -> None:
    """Rows without figures are left out, and one row alone is not the best of anything."""
    options = options_of(shared=(8, 16), tasks=choose_tasks(["artist"]))
    plan, runs = make_plan(options), Runs(tmp_path, options)
    reasons = {row.training: "gone" for row in plan.tables[0].rows}

    table = Judge(runs, {}, reasons).table(plan.tables[0])

    assert [row.why for row in table.rows] == ["gone", "gone"]
    assert table.best == {}
