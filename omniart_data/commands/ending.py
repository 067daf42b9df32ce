"""How every command ends: one line on stderr and an exit code, whatever went wrong."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import ParamSpec

import typer

from omniart_data.printing import printable
from schemas.errors import OmniartError, UsageError

P = ParamSpec("P")

UNREAD = 141
"""The exit code of what wrote to a pipe that nobody reads any more, as shells have it for SIGPIPE."""

STOPPED = 130
"""The exit code of what Ctrl-C or SIGTERM ended, as shells have it."""


def say_error(text: str) -> None:
    """Write one line on stderr that names the program."""
    typer.echo(f"omniart-data: {printable(' '.join(text.split()))}", err=True)


def examples(*lines: tuple[str, str]) -> str:
    """Return the end of a help text: command lines, each with what it does."""
    return "\n\n".join(["Examples:", *(f"- `{line}`: {meaning}" for line, meaning in lines)])


def ends_in_one_line(command: Callable[P, None]) -> Callable[P, None]:
    """Let a command end with one line on stderr and an exit code: 2 usage, 1 the rest, 130 Ctrl-C.

    Whose reader has had enough (``| head``) ends without a word, and with the code that SIGPIPE gives.
    """

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
        except BrokenPipeError:
            _mute()
            raise typer.Exit(UNREAD) from None

    return run


def _mute() -> None:
    """Let nothing more be written to a stdout that nobody reads: the interpreter would complain as it ends."""
    with suppress(OSError, ValueError):  # a stdout that is no file has nothing to close
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
