"""Arrays of a safetensors file as the file holds them: mapped, so that memory holds only what is being looked at."""

import json
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import safe_open

Arrays = Mapping[str, npt.NDArray[Any]]

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


def map_arrays(path: Path) -> tuple[Arrays, Mapping[str, str]]:
    """Return the arrays of a file, not to be written to, and the texts in its header.

    Raises SafetensorError for a file that is none, OSError, and KeyError for a type that numpy does not have.
    """
    with safe_open(path, framework="numpy") as checked:  # that all lies where the header says
        texts = checked.metadata() or {}
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
