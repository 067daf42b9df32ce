"""The line that says how far a baseline is."""

import io
from contextlib import redirect_stderr

from omniart_model.baselines.how import Progress


class _Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_step_is_named_with_one_colon() -> None:
    """What is under way stands before its share with one colon, and nothing does before the first step."""
    terminal = _Terminal()

    with redirect_stderr(terminal), Progress(2) as progress, progress.step("constant answers", 1):
        pass

    first, *shown = terminal.getvalue().strip("\r\n").split("\r")
    assert first.startswith("  0%|")
    assert {line.partition("  ")[0] for line in shown} == {"constant answers:"}
