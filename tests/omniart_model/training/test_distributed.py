"""Processes that train together do what one process does, and one of them speaks."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omniart_model.training.distributed import World, joined


def test_two_processes_learn_what_one_learns(trainings: Path) -> None:
    """Losses of train and validation, task by task, agree to 1e-5 in every epoch."""
    alone, together = (
        json.loads((trainings / folder / "report.json").read_text())["epochs"]
        for folder in ("alone", "together-0")
    )

    assert len(alone) == len(together) == 3
    for one, two in zip(alone, together, strict=True):
        assert two["train"] == pytest.approx(one["train"], rel=1e-5)
        assert two["validation"] == pytest.approx(one["validation"], rel=1e-5)


def test_both_have_the_same_network(trainings: Path) -> None:
    """After all steps the two processes hold the same bytes."""
    first, second = (
        (trainings / f"together-{rank}" / "network.safetensors").read_bytes() for rank in range(2)
    )

    assert first == second


def test_the_first_process_alone_prints(trainings: Path) -> None:
    """What the others print to stdout goes nowhere."""
    assert (trainings / "printed.txt").read_text() == "printed by 0\n"


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(1, 8))
def test_shares_are_disjoint_and_all(works: int, size: int) -> None:
    """Each work of a batch is in one process's share, also where there are fewer works than processes."""
    rows = np.random.default_rng(works).permutation(works)

    shares = [World(rank, size).share(rows) for rank in range(size)]

    assert sorted(np.concatenate(shares).tolist()) == list(range(works))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_without_torchrun_a_process_is_alone() -> None:
    """Nothing is joined where the environment names no other process."""
    with joined({}) as world:
        assert world == World.here() == World(0, 1)
        assert world.is_first
