"""A training that is killed goes on where it was, and nobody can tell afterwards."""

import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from omniart_model.training.settings import TrainConfig
from omniart_model.training.train import fit
from schemas.errors import ModelError
from tests.omniart_model.training.made_training import CLASSES, TASKS, planted

CONFIG = TrainConfig(shared=8, epochs=3)


def test_killed_trainings_end_as_undisturbed_ones(trainings: Path) -> None:
    """Killed six times, between and within epochs, a training ends with the same bytes: network, curve, weights."""
    for name in ("network.safetensors", "report.json"):
        killed, undisturbed = (
            (trainings / folder / name).read_bytes() for folder in ("killed", "undisturbed")
        )
        assert killed == undisturbed, name


def test_each_run_goes_on_from_the_one_before(trainings: Path) -> None:
    """At each kill more epochs are on disk than at the one before; when all is done nothing is left there."""
    kills = json.loads((trainings / "kills.json").read_text())

    assert len(kills["epochs"]) == 6
    assert kills["epochs"] == sorted(set(kills["epochs"]))
    assert kills["left"] == []


@pytest.fixture
def broken_off(tmp_path: Path) -> Path:
    """Return the file of a training of CONFIG that came to nothing after its first epoch."""
    keep = tmp_path / "training.safetensors"

    class Pulled:
        """Works whose place is pulled away in the second epoch."""

        def __init__(self) -> None:
            self.works, self.looked = planted(64, 1), 0

        def __getattr__(self, name: str) -> object:
            return getattr(self.works, name)

        def __len__(self) -> int:
            return len(self.works)

        def seen(self, *asked: object) -> torch.Tensor:
            self.looked += 1
            if self.looked > 2:  # the first epoch is two batches
                raise KeyboardInterrupt
            return self.works.seen(*asked)  # type: ignore[arg-type]

    with pytest.raises(KeyboardInterrupt):
        fit(TASKS, CLASSES, Pulled(), planted(32, 2), CONFIG, keep=keep)
    assert keep.is_file()
    return keep


def _epochs(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def test_what_was_broken_off_goes_on(broken_off: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The epoch that was done is not done again, and the network is that of a training in one go."""
    whole, _ = fit(TASKS, CLASSES, planted(64, 1), planted(32, 2), CONFIG)
    with caplog.at_level(logging.INFO):
        network, report = fit(
            TASKS, CLASSES, planted(64, 1), planted(32, 2), CONFIG, keep=broken_off
        )

    assert f"{broken_off}: going on after epoch 1" in _epochs(caplog)
    assert [epoch.number for epoch in report.epochs] == [1, 2, 3]
    first, second = whole.state_dict(), network.state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not broken_off.exists()


@pytest.mark.parametrize("other", ["settings", "works", "labels"])
def test_another_training_is_not_gone_on_with(
    broken_off: Path, caplog: pytest.LogCaptureFixture, other: str
) -> None:
    """What other settings, works or labels left is told in one line, and training starts anew."""
    config = replace(CONFIG, seed=1) if other == "settings" else CONFIG
    train = planted(64, 3 if other == "works" else 1)
    validation = planted(32, 4 if other == "labels" else 2)

    found, _ = fit(TASKS, CLASSES, train, validation, config, keep=broken_off)

    anew, _ = fit(TASKS, CLASSES, train, validation, config)
    assert _epochs(caplog) == [f"{broken_off} is of other settings or data: training starts anew"]
    assert torch.equal(found.state_dict()["shared.0.weight"], anew.state_dict()["shared.0.weight"])


@pytest.mark.parametrize("left", [0, 7, 500, -1])
def test_a_damaged_file_is_not_gone_on_with(
    broken_off: Path, caplog: pytest.LogCaptureFixture, left: int
) -> None:
    """A file that was cut off anywhere is told in one line, and training starts anew."""
    broken_off.write_bytes(broken_off.read_bytes()[:left])

    _, report = fit(TASKS, CLASSES, planted(64, 1), planted(32, 2), CONFIG, keep=broken_off)

    (line,) = _epochs(caplog)
    assert line.startswith(f"{broken_off} cannot be read")
    assert line.endswith("training starts anew")
    assert len(report.epochs) == 3


def test_what_cannot_be_kept_is_an_error(tmp_path: Path) -> None:
    """Where the file cannot be written, training ends with a line that names it."""
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(ModelError, match=r"training\.safetensors cannot be written"):
        fit(
            TASKS,
            CLASSES,
            planted(64, 1),
            planted(32, 2),
            CONFIG,
            keep=tmp_path / "file" / "training.safetensors",
        )
