"""The answers of a baseline's table, one module each, the cheap ones first. One more answer is one more row."""

from omniart_model.baselines.answers import (
    constant,
    museum,
    nearest,
    network,
    pixels,
    probe,
    singles,
)
from omniart_model.baselines.answers.way import Way

ANSWERS: tuple[Way, ...] = (
    constant.WAY,
    museum.WAY,
    nearest.WAY,
    pixels.WAY,
    probe.WAY,
    network.WAY,
    singles.WAY,
)

NETWORK_ALONE: tuple[Way, ...] = (constant.WAY, network.WAY)
"""What a training is measured beside."""
