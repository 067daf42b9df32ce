"""Files that are whole or not there: written under a temporary name and renamed."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from schemas.errors import ModelError


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give the name under which a file is written, which takes its own once it is; raise ModelError where that fails."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        unfinished.replace(path)
    except OSError as error:
        raise ModelError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):  # what was said already is what is told
            unfinished.unlink(missing_ok=True)


def write_whole(path: Path, body: bytes) -> None:
    """Write a file so that a reader sees all of it or none; raise ModelError where that fails."""
    with whole(path) as unfinished:
        unfinished.write_bytes(body)


def as_json(values: Mapping[str, Any]) -> bytes:
    """Return values as JSON that is the same, byte for byte, for the same values."""
    return (json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file; raise ModelError where there is none."""
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:  # brackets in brackets in brackets
        raise ModelError(f"{path} cannot be read as JSON: {error}") from error
    if not isinstance(values, dict):
        raise ModelError(f"{path} does not hold a JSON object")
    return values


def digest(body: bytes) -> str:
    """Return the SHA-256 of bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()
