"""Arrays in a safetensors file: written whole with their SHA-256, and read back as the file holds them.

Reading maps the file, so that memory holds only what is being looked at. It is summed before it is believed: disks forget, and
what is kept goes into figures that somebody has to defend.
"""

import hashlib
import json
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from omniart_model.files import whole
from schemas.errors import ModelError

Arrays = Mapping[str, npt.NDArray[Any]]

_SUM = "arrays_sha256"
_TYPES = {
    "BOOL": "?",
    "U8": "u1",
    "I32": "<i4",
    "I64": "<i8",
    "F16": "<f2",
    "F32": "<f4",
    "F64": "<f8",
}
"""numpy's words for safetensors' (its README, "Format"); all are written with the lowest byte first."""


def keep_arrays(path: Path, arrays: Arrays, texts: Mapping[str, str]) -> None:
    """Write arrays and texts, whole or not at all; raises ModelError."""
    plain = {
        name: np.ascontiguousarray(array).reshape(array.shape)  # a scalar stays one
        for name, array in arrays.items()
    }
    with whole(path) as unfinished:
        try:
            save_file(plain, unfinished, {**texts, _SUM: _sum(plain)})
        except SafetensorError as error:
            raise ModelError(f"{path} cannot be written: {error}") from error


def map_arrays(path: Path) -> tuple[Arrays, Mapping[str, str]]:
    """Return arrays, not to be written to, and texts; raise ModelError for a file that is not as it was written."""
    try:
        arrays, texts = _mapped(path)
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from error
    if texts.pop(_SUM, "") != _sum(arrays):
        raise ModelError(f"{path} is damaged: its arrays are not those that were written")
    return arrays, texts


def texts_of(path: Path) -> Mapping[str, str]:
    """Return the texts of a file alone, whose arrays are not looked at; raises ModelError."""
    try:
        with safe_open(path, framework="numpy") as file:
            return dict(file.metadata() or {})
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from error


def _mapped(path: Path) -> tuple[Arrays, dict[str, str]]:
    with safe_open(path, framework="numpy") as checked:  # that all lies where the header says
        texts = dict(checked.metadata() or {})
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    arrays = {
        name: np.ndarray(
            one["shape"], _TYPES[one["dtype"]], held, 8 + size + one["data_offsets"][0]
        )
        for name, one in header.items()
        if name != "__metadata__"
    }
    return arrays, texts


def _sum(arrays: Arrays) -> str:
    """Return the SHA-256 over names, types, shapes and bytes, in the order of the names."""
    found = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        found.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        found.update(array.reshape(-1).view(np.uint8).data)
    return found.hexdigest()
