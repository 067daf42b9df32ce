"""How every command ends: one line on stderr and an exit code, whatever went wrong."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import NoReturn, ParamSpec

import typer

from omniart_model.printing import printable
from schemas.errors import OmniartError, UsageError

P = ParamSpec("P")

STOPPED = 130
"""The exit code of what Ctrl-C or SIGTERM ended, as shells have it."""

UNREAD = 141
"""The exit code of what wrote to a pipe that nobody reads any more, as shells have it for SIGPIPE."""

_EXTRAS = {
    "torch": "model",
    "torchvision": "model",
    "safetensors": "model",
    "efficientnet_lite_pytorch": "model",
    "timm": "timm",
    "scipy": "rijks14",
}
"""Packages that an extra brings, and which."""


def ends_in_one_line(command: Callable[P, None], *, goes_on: bool = False) -> Callable[P, None]:
    """Let a command end with one line on stderr and an exit code: 2 usage, 1 the rest, 130 Ctrl-C.

    ``goes_on`` says that a command keeps what it has finished, and takes it up when it is given again. Whose reader has
    had enough (``| head``) ends without a word, and with the code that SIGPIPE gives.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except OmniartError as error:
            _end(str(error), 2 if isinstance(error, UsageError) else 1)
        except KeyboardInterrupt:
            _end(f"stopped{'; the same command goes on from here' if goes_on else ''}", STOPPED)
        except BrokenPipeError:
            with suppress(OSError, ValueError):  # a stdout that is no file has nothing to close
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(UNREAD) from None
        except ModuleNotFoundError as error:
            if error.name not in _EXTRAS:
                raise
            _end(
                f"{error.name} is not installed: pip install omniart-data[{_EXTRAS[error.name]}]", 1
            )

    return run


def _end(text: str, code: int) -> NoReturn:
    typer.echo(f"omniart-model: {printable(text)}", err=True)
    raise typer.Exit(code) from None
