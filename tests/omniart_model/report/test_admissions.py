"""What page, card and terminal say alike of how far their figures go."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from omniart_model.baselines.printed import terminal
from omniart_model.baselines.table import OF_ONE_SEED, TaskTable
from omniart_model.evaluation.measured import LEAST_WORKS, Better, Difference, Measured
from omniart_model.evaluation.printed import TOO_FEW
from omniart_model.report.card import model_card
from omniart_model.report.making import facts
from omniart_model.report.page import report_page
from omniart_model.report.shown import Shown
from omniart_model.report.verdict import OF_TEST
from omniart_model.training.settings import Schedule, Weighting


def page_words(shown: Shown) -> str:
    """Return what can be read on the page, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", report_page(shown))).split())


def terminal_words(shown: Shown) -> str:
    """Return what the terminal shows; of the made table each answer has what a terminal has room for."""
    tasks = tuple(
        replace(
            one,
            answers={
                name: {**dict.fromkeys(("top3",), next(iter(held.values()))), **held}
                for name, held in one.answers.items()
            },
        )
        for one in shown.table.tasks
    )
    return terminal(replace(shown.table, tasks=tasks, continuity=()))


SAYS = [page_words, model_card, terminal_words]


def without_intervals(shown: Shown) -> Shown:
    """Return a baseline as `--resamples 0` makes it: every difference has a value and no interval."""

    def bare(found: Difference) -> Difference:
        return Difference.judged(found.value, math.nan, math.nan, Better.HIGHER)

    def of_task(one: TaskTable) -> TaskTable:
        beside = {
            name: {key: bare(found) for key, found in held.items()}
            for name, held in one.differences.items()
        }
        return replace(one, differences=beside)

    table = shown.table
    left_out = tuple(replace(one, difference=bare(one.difference)) for one in table.left_out)
    tasks = tuple(map(of_task, table.tasks))
    return replace(shown, table=replace(table, tasks=tasks, left_out=left_out))


@pytest.mark.parametrize("says", SAYS)
def test_what_was_not_measured_is_no_verdict(shown: Shown, says: Callable[[Shown], str]) -> None:
    """Without intervals each difference is said not to be measured, and nowhere to be none, better or worse."""
    told = says(without_intervals(shown))

    # What is said of how to read a table stays.
    rows = re.sub(r"covers 0 it says no difference|covers 0 there is no difference", "", told)
    assert "not measured" in rows
    assert not re.search(
        r"no difference|not told apart|, better|, worse|(better|worse) (by|than)", rows
    )


def test_the_sentence_names_what_was_not_measured(shown: Shown) -> None:
    """The sentence above a task's table has a place of its own for answers that the network is not measured beside."""
    told = page_words(without_intervals(shown))
    assert (
        "By top 1 the network is not measured beside prior, single-task networks and far ahead."
        in told
    )
    assert "network +0.375, not measured" in told


def on_few_works(shown: Shown) -> Shown:
    """Return a baseline all of whose figures are of nineteen works, so that none has an interval."""

    def few(held: Any) -> Any:
        if isinstance(held, Measured):
            return replace(held, low=math.nan, high=math.nan, n=LEAST_WORKS - 1)
        if isinstance(held, Mapping):
            return {name: few(one) for name, one in held.items()}
        return held

    table = without_intervals(shown).table
    tasks = [replace(one, answers=few(one.answers), cuts=few(one.cuts)) for one in table.tasks]
    told = {name: few(getattr(table, name)) for name in ("museum_told", "museum_majority")}
    left_out = [replace(o, without=few(o.without), within=few(o.within)) for o in table.left_out]
    continuity = [replace(one, metrics=few(one.metrics)) for one in table.continuity]
    changed = {"tasks": tuple(tasks), "left_out": tuple(left_out), "continuity": tuple(continuity)}
    return replace(shown, table=replace(table, **changed, **told))


@pytest.mark.parametrize("says", SAYS)
def test_too_few_works_are_said_where_there_is_no_interval(
    shown: Shown, says: Callable[[Shown], str]
) -> None:
    """Why there is no interval stands once in card and terminal, once in each part of the page, and only where it is so."""
    told = says(on_few_works(shown))

    parts = {"verdict", "paper", "cuts", "museums", "continuity"} if says is page_words else {"all"}
    assert told.count(TOO_FEW) == len(parts)
    assert TOO_FEW not in says(shown)
    assert TOO_FEW not in says(without_intervals(shown))  # twenty works and more
    assert not re.search(r" \(\)|\bnan\b|none to| \[\]", told)


@pytest.mark.parametrize("says", SAYS)
def test_museums_left_out_are_of_one_seed(shown: Shown, says: Callable[[Shown], str]) -> None:
    """Beside the verdicts on museums stands that they are of one seed, and only where there are any."""
    assert OF_ONE_SEED in says(shown)
    assert OF_ONE_SEED not in says(replace(shown, table=replace(shown.table, left_out=())))


@pytest.mark.parametrize("says", [page_words, model_card])
def test_classes_are_said_to_hang_on_test(shown: Shown, says: Callable[[Shown], str]) -> None:
    """Page and card admit that the labels of test have a part in which labels are classes, and why."""
    told = says(shown)
    assert OF_TEST in told
    assert "labels with at least 10 works in train and 1 in test." in told


def test_the_epoch_that_validation_finds(shown: Shown) -> None:
    """At a constant rate the network is that of the epoch with the least loss on validation, and is said to be."""
    report = replace(shown.training, best=2)
    told = page_words(replace(shown, training=report))
    assert (
        "The network is that of the epoch that is the best on validation, 2, where it is 1.000"
        in told
    )
    assert "as it was after epoch 2 of 3 epochs, the best on validation." in told
    assert (
        "Chosen on validation: the tasks' weights, how wide the ranges of years are, the epoch that is kept and "
        "the checkpoint's seed." in told
    )


@pytest.mark.parametrize("says", [page_words, model_card])
def test_the_last_epoch_of_a_cosine(shown: Shown, says: Callable[[Shown], str]) -> None:
    """Under a cosine schedule the last epoch's network is kept, and no word says that validation chose it."""
    told = says(replace(shown, config=replace(shown.config, schedule=Schedule.COSINE)))
    assert "the last of 3 epochs: a cosine schedule ends at a rate of 0" in told
    assert (
        "Chosen on validation: the tasks' weights, how wide the ranges of years are and the checkpoint's seed."
        in told
    )
    assert not re.search(r"epoch that is (kept|the best)|after epoch|it is least", told)


def test_the_curve_of_a_cosine_marks_the_last_epoch(shown: Shown) -> None:
    """Beneath the curve stands that the last epoch's network is kept, whatever validation says."""
    told = page_words(replace(shown, config=replace(shown.config, schedule=Schedule.COSINE)))
    assert "The network is that of the last epoch, whatever validation says, 3," in told


def test_validation_may_have_chosen_nothing(shown: Shown) -> None:
    """One seed, weights that are all alike and a cosine schedule leave validation nothing to choose but ranges."""
    config = replace(shown.config, schedule=Schedule.COSINE, weighting=Weighting.EQUAL)
    alone = replace(shown.answer, seeds=shown.answer.seeds[:1])
    told = " ".join(facts(replace(shown, config=config, answer=alone)))
    assert "Chosen on validation: how wide the ranges of years are." in told
    assert "1 seed; the checkpoint is of seed 1, of the last of 3 epochs" in told
