"""How every command ends: one line on stderr and an exit code, whatever went wrong."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import typer

from omniart_data.printing import printable
from schemas.errors import OmniartError, UsageError

P = ParamSpec("P")

STOPPED = 130
"""The exit code of what Ctrl-C or SIGTERM ended, as shells have it."""


def say_error(text: str) -> None:
    """Write one line on stderr that names the program."""
    typer.echo(f"omniart-data: {printable(' '.join(text.split()))}", err=True)


def examples(*lines: tuple[str, str]) -> str:
    """Return the end of a help text: command lines, each with what it does."""
    return "\n\n".join(["Examples:", *(f"- `{line}`: {meaning}" for line, meaning in lines)])


def ends_in_one_line(command: Callable[P, None]) -> Callable[P, None]:
    """Let a command end with one line on stderr and an exit code: 2 usage, 1 the rest, 130 Ctrl-C."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except OmniartError as error:
            say_error(str(error))
            raise typer.Exit(2 if isinstance(error, UsageError) else 1) from None
        except KeyboardInterrupt:
            say_error("stopped; the same command goes on from here")
            raise typer.Exit(STOPPED) from None

    return run
