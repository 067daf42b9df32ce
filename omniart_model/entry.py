"""Where the command begins: Ctrl-C is quiet from here on, also while the modules are still being read."""

from collections.abc import Callable

from omniart_data.entry import quietly


def main() -> None:
    """Run ``omniart-model``."""
    quietly(_command)()


def _command() -> Callable[[], None]:
    from omniart_model.cli import main as run  # noqa: PLC0415 - after the signal is seen to

    return run
