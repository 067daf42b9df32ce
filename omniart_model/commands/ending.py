"""How every command ends: one line on stderr and an exit code, whatever went wrong."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any, NoReturn, ParamSpec

import typer
from typer.core import TyperCommand, TyperGroup

from omniart_model.printing import printable
from schemas.errors import ModelError, OmniartError, UsageError

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
            _mute()
            raise typer.Exit(UNREAD) from None
        except ModuleNotFoundError as error:
            if error.name not in _EXTRAS:
                raise
            _end(
                f"{error.name} is not installed: pip install omniart-data[{_EXTRAS[error.name]}]", 1
            )

    return run


@contextmanager
def written() -> Iterator[None]:
    """Print in here: raises ModelError where stdout cannot take it, and BrokenPipeError where nobody reads it."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        _mute()
        raise ModelError(f"the answer cannot be written: {error.strerror}") from error


def _mute() -> None:
    """Let nothing more be written to a stdout that takes nothing: the interpreter would complain as it ends."""
    with suppress(OSError, ValueError):  # a stdout that is no file has nothing to close
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Helped:
    """A command whose help ends as what it prints does; while options are read, nothing else is printed."""

    def make_context(self, *args: Any, **kwargs: Any) -> typer.Context:
        """Return the context of what was asked; ``--help`` is printed meanwhile, and ends the program."""
        made: Callable[..., typer.Context] = super().make_context  # type: ignore[misc]
        try:
            with written():
                return made(*args, **kwargs)
        except (SystemExit, BrokenPipeError):  # rich has muted stdout, and says no more than 1
            _mute()
            raise typer.Exit(UNREAD) from None
        except ModelError as error:
            _end(str(error), 1)


class HelpedCommand(_Helped, TyperCommand):
    """A command."""


class HelpedGroup(_Helped, TyperGroup):
    """A group of commands."""


def _end(text: str, code: int) -> NoReturn:
    typer.echo(f"omniart-model: {printable(text)}", err=True)
    raise typer.Exit(code) from None
