"""Where a command begins: Ctrl-C is quiet from here on, also while the modules are still being read."""

import signal
from collections.abc import Callable


def main() -> None:
    """Run ``omniart-data``."""
    quietly(_command)()


def quietly(find: Callable[[], Callable[[], None]]) -> Callable[[], None]:
    """Return a command that has yet to be imported; until it is there, Ctrl-C ends the program without a word.

    A KeyboardInterrupt in the middle of an import would be a traceback, of whatever module it hit. A program
    that was started to ignore Ctrl-C (as ``nohup`` and shells do) goes on ignoring it.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    command = find()
    signal.signal(signal.SIGINT, before)
    return command


def _command() -> Callable[[], None]:
    from omniart_data.cli import main as run  # noqa: PLC0415 - after the signal is seen to

    return run
