"""Where the command begins: Ctrl-C is quiet from here on, also while the modules are still being read."""

import os
from collections.abc import Callable

from omniart_data.entry import quietly

_SPINS = 10_000
"""Rounds that a thread of a network waits for the others before it lets its core go. GNU's OpenMP waits for thirty times as long: two
threads on two cores that others use too then wait for each other most of the time. Alone on the machine they are as fast with it
(9 s of training); beside two programs at full load 31 s become 21."""


def main() -> None:
    """Run ``omniart-model``."""
    if "OMP_WAIT_POLICY" not in os.environ:  # whoever says how to wait is heard
        os.environ.setdefault("GOMP_SPINCOUNT", str(_SPINS))
    quietly(_command)()


def _command() -> Callable[[], None]:
    from omniart_model.cli import main as run  # noqa: PLC0415 - after the signal is seen to

    return run
