"""A question may be widened and asked again; tables of another one are not written over."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from omniart_model.baselines.table import plain
from omniart_model.compare.question import refusal
from omniart_model.compare.settings import Options
from omniart_model.files import as_json
from omniart_model.tasks import choose_tasks
from omniart_model.training.settings import TrainConfig

ASKED = Options(
    choose_tasks(["artist", "period"]),
    bases=("pixels", "vgg16"),
    shared=(16, 8),
    methods=("paper", "dropout"),
    seeds=2,
)


def kept_question(folder: Path, options: Options) -> Path:
    """Return where a comparison that answers some options is kept."""
    path = folder / "compare.json"
    path.write_bytes(as_json({"digest": "0" * 64, "asked": plain(options)}))
    return path


@pytest.mark.parametrize(
    ("changed", "lost"),
    [
        ({}, ""),
        ({"bases": ("pixels", "vgg19", "vgg16")}, ""),
        ({"shared": (16, 4, 8), "augment": ("flip", "zca"), "seeds": 3, "grid": True}, ""),
        ({"methods": ("paper", "recipe", "dropout"), "subsets": (0, 300)}, ""),
        ({"subsets": ()}, "--subsets 0"),
        ({"subsets": (300,)}, "--subsets 0"),
        ({"subsets": (300, 0)}, "--subsets 0 as the first"),
        ({"shared": (8, 16)}, "--shared 16 as the first"),
        ({"bases": ("pixels",)}, "--bases vgg16"),
        ({"seeds": 1}, "--seeds 2"),
        ({"split": "test"}, "--split validation"),
        ({"tasks": choose_tasks(["artist"])}, "other --tasks or --min-train"),
        ({"preset": TrainConfig(epochs=5)}, "--epochs 100"),
        ({"split": "test", "seeds": 1}, "--seeds 2; --split validation"),
    ],
)
def test_tables_of_another_question_are_not_written_over(
    changed: dict[str, Any], lost: str, tmp_path: Path
) -> None:
    """Values and seeds may be added to a question; where an answer would be lost, it is told which."""
    path = kept_question(tmp_path, ASKED)

    told = refusal(path, "0" * 64, replace(ASKED, **changed))

    assert (f"({lost}): give --replace" in told) if lost else told == ""


def test_without_stage_two_a_question_is_around_all_works(tmp_path: Path) -> None:
    """Stage 2 may be added to tables of all works, and not to them one of a subset."""
    path = kept_question(tmp_path, replace(ASKED, subsets=(), grid=True))

    assert refusal(path, "0" * 64, replace(ASKED, subsets=(0, 300), grid=True)) == ""
    assert "--subsets 0 as the first" in refusal(path, "0" * 64, replace(ASKED, subsets=(300,)))
    assert "--grid" in refusal(path, "0" * 64, replace(ASKED, subsets=()))


@pytest.mark.parametrize(
    "body",
    [b"[]", b"{", b"{}", b'{"digest": 1, "asked": []}', b'{"digest": "", "asked": {"bases": 1}}'],
)
def test_tables_that_cannot_be_read_are_not_written_over(body: bytes, tmp_path: Path) -> None:
    """What another version wrote, or nobody did, stays too; where nothing is, nothing is refused."""
    path = tmp_path / "compare.json"
    assert refusal(path, "0" * 64, ASKED) == ""

    path.write_bytes(body)

    assert "what they answer cannot be told" in refusal(path, "0" * 64, ASKED)


def test_tables_of_another_release_are_not_written_over(tmp_path: Path) -> None:
    """A release that was built anew under the same version is another question."""
    path = kept_question(tmp_path, ASKED)

    assert "another release of that version" in refusal(path, "1" * 64, ASKED)


def test_what_a_stranger_wrote_is_told_in_one_line(tmp_path: Path) -> None:
    """Names in the file of earlier tables are shown as a short part of a line."""
    strange = "x\n\x1b[31m" * 1000
    path = kept_question(tmp_path, replace(ASKED, bases=("pixels", strange)))

    told = refusal(path, "0" * 64, ASKED)

    assert told.isprintable()
    assert len(told) < 500 + len(str(tmp_path))
