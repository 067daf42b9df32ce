"""The model card: what the hub reads, what a reader reads, and what both can do with it."""

import inspect
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from omniart_model.cli import app
from omniart_model.commands.settings import settings
from omniart_model.manifest import write_manifest
from omniart_model.report.card import model_card
from omniart_model.report.shown import Shown
from omniart_model.report.words import INVENTED
from omniart_model.training.checkpoint import save_checkpoint
from omniart_model.training.settings import (
    PRESETS,
    Finetune,
    Schedule,
    Tail,
    TrainConfig,
    Weighting,
    YearHead,
)


@pytest.fixture(scope="module")
def card(shown: Shown) -> str:
    """Return the card of the made baseline."""
    return model_card(shown)


def front(card: str) -> Mapping[str, Any]:
    """Return the head of a card as the hub reads it."""
    _, head, _ = card.split("---\n", 2)
    found: Mapping[str, Any] = yaml.safe_load(head)
    return found


def block(card: str, language: str, heading: str) -> str:
    """Return the first block of code under a heading."""
    found = re.search(rf"## {heading}\n.*?```{language}\n(.*?)```", card, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_hub_can_read_the_head(card: str) -> None:
    """Licence of the weights, data, metrics and figures: the hub's own reader makes results of them."""
    hub = pytest.importorskip("huggingface_hub", reason="the hub's reader is not installed")
    found = front(card)
    assert (found["license"], found["license_name"]) == ("other", "not-chosen")
    assert found["datasets"] == ["omniart-1.0.0"]
    assert "invented" in found["tags"]

    results = hub.ModelCard(card).data.eval_results

    top1 = next(one for one in results if one.metric_name == "top 1")
    assert (top1.metric_type, top1.metric_value, top1.task_name) == ("accuracy", 0.625, "artist")
    assert top1.dataset_split == "test"


def test_a_licence_that_the_hub_does_not_know_is_named(shown: Shown) -> None:
    """Weights under other terms, or under none that are known, are "other", with a link to what is known."""
    found = front(model_card(replace(shown, licence="Own terms: ask <us>")))
    assert found["license"] == "other"
    assert found["license_link"] == "README.md#licence"
    assert "Own terms: ask &lt;us>" in model_card(replace(shown, licence="Own terms: ask <us>"))


def test_a_figure_of_nothing_is_no_result(shown: Shown) -> None:
    """The index of the hub knows no NaN: such figures are left out, and a task without any with them."""
    tasks = tuple(replace(one, answers={}, differences={}) for one in shown.table.tasks)
    bare = model_card(replace(shown, table=replace(shown.table, tasks=tasks)))
    assert "model-index" not in front(bare)
    assert "NaN" not in bare


def test_the_card_tells_what_it_must(card: str, shown: Shown) -> None:
    """Data, weights, settings, figures with their verdicts, cuts, choices, limits: each has its place."""
    for told in (
        INVENTED,
        shown.table.digest,
        shown.features["weights_sha256"],
        "Apache-2.0",
        "224 bicubic",
        "0.625 (0.500 to 0.750) ± 0.012",
        "0.250; network +0.375, better",
        "network +0.025, no difference",
        "## By museum",
        "## By century",
        "after one epoch at w = 1 and then fixed",
        "here it is 1/10",
        "mean class accuracy",
        "no authentication",
        "Sample museum 100 %",
        "their noise with them",
    ):
        assert told in card, told


def test_hostile_words_stay_in_their_cells(hostile: Shown, evil: str) -> None:
    """A museum that is called by markup, pipes and line breaks makes neither markup nor cells nor lines."""
    card = model_card(hostile)

    assert "<script" not in card
    assert "<img" not in card
    assert "\x1b" not in card
    lines = card.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("| --- |"):
            cells = len(re.findall(r"(?<!\\)\|", line))
            row = number + 1
            while row < len(lines) and lines[row].startswith("|"):
                assert len(re.findall(r"(?<!\\)\|", lines[row].replace("\\\\", ""))) == cells
                row += 1
    assert evil[:9] not in card


def test_the_card_follows_the_settings(shown: Shown) -> None:
    """What was not done the paper's way is not said to be."""
    config = replace(shown.config, weighting=Weighting.EQUAL, finetune=Finetune.LAST)
    card = model_card(replace(shown, config=config))
    assert "w is 1 for every task, which is not the paper's way" in card
    assert "its last stage trained too" in card
    assert "evaluation mode" not in card


def test_the_snippet_runs(card: str, shown: Shown, tmp_path: Path) -> None:
    """What the card says of loading the checkpoint works as it stands, beside the folder of baselines."""
    folder = tmp_path / "baselines" / "1.0.0"
    save_checkpoint(
        folder,
        shown.network,
        shown.study.classes,
        shown.study.release,
        features=shown.features,
        config=shown.config,
        report=shown.training,
    )
    write_manifest(folder, shown.table.release, shown.table.digest)

    done = subprocess.run(
        [sys.executable, "-c", block(card, "python", "How to load it")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    classes = shown.study.classes["artist"]
    assert done.stdout == f"torch.Size([1, {len(classes)}]) {classes[:3]}\n"


CHANGED = TrainConfig(
    shared=77,
    epochs=3,
    patience=4,
    batch=33,
    rate=3e-5,
    schedule=Schedule.COSINE,
    base_rate=2e-6,
    decay=0.125,
    dropout=0.25,
    seed=4,
    subset=100,
    year=YearHead.BINS,
    year_bin=25,
    tail=Tail.LOGITS,
    weighting=Weighting.UNCERTAINTY,
    finetune=Finetune.LAST,
)
"""A training in which nothing is as a preset has it."""


@pytest.mark.parametrize(
    ("preset", "config"),
    [
        *((name, replace(one, shared=77, seed=4)) for name, one in PRESETS.items()),
        ("fast", CHANGED),
    ],
)
def test_the_command_makes_it_again(
    shown: Shown,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    preset: str,
    config: TrainConfig,
) -> None:
    """The command line is one that the program takes, and says all that the baseline was made with."""
    monkeypatch.chdir(workspace)
    features = {**shown.features, "augmentation": "rotation"}

    for full, wanted in ((True, "baselines"), (False, "train")):
        card = model_card(replace(shown, config=config, features=features, full=full))
        name, command, *arguments = shlex.split(
            block(card, "sh", "How to make it again").replace("\\\n", "")
        )
        taken = typer.main.get_command(app).commands[command].make_context(command, arguments)  # type: ignore[attr-defined]
        chosen = {key: taken.params[key] for key in inspect.signature(settings).parameters}

        assert (name, command) == ("omniart-model", wanted)
        assert taken.params["preset"] == preset
        assert settings(**chosen) == replace(config, seed=3)
        assert taken.params["seeds"] == 2
        assert (taken.params["base"], taken.params["augment"]) == ("efficientnet-lite0", "rotation")
        assert taken.params["min_train"] == ["artist=1"]
