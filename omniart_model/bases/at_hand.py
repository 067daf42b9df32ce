"""Where one base is not to be had, others may be, and what is made of them need not end."""

from collections.abc import Iterator
from contextlib import contextmanager

from schemas.errors import ModelError, UsageError

_PACKAGES = {"timm", "torchvision"}
"""Packages that some bases are in, and that need not be there."""


@contextmanager
def base_at_hand() -> Iterator[None]:
    """Raise ModelError, whatever keeps a base from being had within: a name that is none, a package that is not there."""
    try:
        yield
    except UsageError as error:
        raise ModelError(str(error)) from error
    except ModuleNotFoundError as error:
        if error.name not in _PACKAGES:
            raise
        raise ModelError(f"{error.name} is not installed") from error
