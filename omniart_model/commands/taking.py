"""Options in groups: a command takes a value that is made of several options, which other commands take too."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def takes(**makers: Callable[..., Any]) -> Callable[[Callable[P, T]], Callable[..., T]]:
    """Let parameters be made of options: each by a function whose own parameters are the options.

    They stand where the parameter stood, but for those that are given by keyword alone: they come last. A function that makes a value may be made
    so itself. No option may be in two groups.
    """

    def taken(command: Callable[P, T]) -> Callable[..., T]:
        own = inspect.signature(command, eval_str=True).parameters
        groups = {
            name: inspect.signature(make, eval_str=True).parameters for name, make in makers.items()
        }

        @wraps(command)
        def run(**given: Any) -> T:
            made = {
                name: make(**{one: given.pop(one) for one in groups[name] if one in given})
                for name, make in makers.items()
            }
            return command(**given, **made)  # type: ignore[call-arg]

        options = sorted(
            (
                one
                for name, parameter in own.items()
                for one in (groups[name].values() if name in groups else [parameter])
            ),
            key=lambda one: one.kind,
        )
        run.__annotations__ = {one.name: one.annotation for one in options}
        run.__dict__["__signature__"] = inspect.Signature(options)
        return run

    return taken
