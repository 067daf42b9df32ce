"""The challenge's classes: which creators, types and materials are scored, in the order in which its code has them.

A label is a class where each of the three sets has it and test has it ten times. Creators that the museum calls
``anoniem`` or ``unknown`` are none; whoever is no class is the one class "rest". Rows for fewer classes take those that
test has most often (``rijks_load.m``, ``rijks_eval.m`` of github.com/tmensink/rijkschallenge).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from omniart_model.evaluation.predictions import TOP
from omniart_model.rijks14.groundtruth import (
    TEST,
    TRAIN,
    VALIDATION,
    GroundTruth,
    Integers,
    Several,
)
from schemas.errors import ModelError

LEAST_IN_TEST = 10
NOBODY = ("anoniem", "unknown")
"""Names in ``gt.Cnames`` that are nobody's."""
REST = "rest"
"""The class of all that are by no creator who is a class; also how predictions may call it."""
OPTION = "rijks14"
"""Where a release's receipt holds the classes, among its options."""
FORM = 1


@dataclass(frozen=True)
class Challenge:
    """The classes in the order of the ground truth: of equal scores the earlier one comes first."""

    creators: tuple[str, ...]
    types: tuple[str, ...]
    materials: tuple[str, ...]

    def as_option(self) -> dict[str, Any]:
        """Return the classes as a value of a receipt."""
        lists = {name: list(getattr(self, name)) for name in ("creators", "types", "materials")}
        return {"form": FORM, **lists}


def challenge_of(options: Mapping[str, Any], where: str) -> Challenge:
    """Return the classes that a release's receipt holds; raise ModelError where it is no release of the challenge."""
    held = options.get(OPTION)
    if not isinstance(held, dict) or held.get("form") != FORM:
        raise ModelError(
            f"{where} is no release of the Rijksmuseum Challenge: make one with `omniart-model rijks14 read`"
        )
    return Challenge(*(tuple(held[name]) for name in ("creators", "types", "materials")))


def labels_to_write(options: Mapping[str, Any]) -> int:
    """Return how many of the likeliest artists predictions for a release are to list.

    For the challenge all of them: its rows for fewer creators look at the scores of these alone, which the few best of
    all need not hold.
    """
    return len(options[OPTION]["creators"]) + 1 if OPTION in options else TOP


def classes_of(truth: GroundTruth) -> Challenge:
    """Return the challenge's classes by its own rule, in the order of the ground truth."""
    known = truth.creator >= 0
    creators = _scored(truth.creator[known], truth.sets[known], len(truth.creators))
    return Challenge(
        tuple(truth.creators[n] for n in creators if truth.creators[n] not in NOBODY),
        _labels(truth.types, truth.sets),
        _labels(truth.materials, truth.sets),
    )


def _labels(several: Several, sets: Integers) -> tuple[str, ...]:
    scored = _scored(several.label, sets[several.row], len(several.names))
    return tuple(several.names[number] for number in scored)


def _scored(label: Integers, sets: Integers, count: int) -> list[int]:
    """Return the numbers of labels that all three sets have, and test often enough, rising."""
    found = {each: np.bincount(label[sets == each], minlength=count) for each in _SETS}
    everywhere = np.all([found[each] > 0 for each in _SETS], axis=0)
    return [int(n) for n in np.flatnonzero(everywhere & (found[TEST] >= LEAST_IN_TEST))]


_SETS = (TRAIN, VALIDATION, TEST)
